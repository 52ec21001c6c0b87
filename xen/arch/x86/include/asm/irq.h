/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The machine's interrupts.  Handlers run in interrupt context, interrupts off, on the CPU that the
 * interrupt was sent to; the local APIC is told the end of it when the handler returns.
 */
#ifndef ASM_X86_IRQ_H
#define ASM_X86_IRQ_H

#include <xen/types.h>

/* Vectors.  0x20-0x2f are left to spurious interrupts of the masked legacy controllers. */
#define VECTOR_DYNAMIC_FIRST 0x30
#define VECTOR_DYNAMIC_LAST  0xef
#define VECTOR_TIMER         0xf9
#define VECTOR_EVENT_CHECK   0xfa
#define VECTOR_CALL          0xfb
#define VECTOR_APIC_ERROR    0xfe
#define VECTOR_SPURIOUS      0xff

typedef void irq_handler_t(void *data);

void irq_init(void);        /* after apic_init(): vectors and I/O APICs, all pins masked */

/* The handler of a vector that is the same on every CPU. */
void irq_set_fixed(unsigned int vector, void (*fn)(void));

/* --- vector.c: a vector on one CPU, for a device's message --- */

struct msi_message {
    uint64_t address;
    uint32_t data;
};

/* A vector on `cpu`; its number (for irq_free_vector) and the message to be written to the device; -ENOSPC. */
int irq_alloc_vector(irq_handler_t *handler, void *data, unsigned int cpu,
                     struct msi_message *message);
/* Returns when no CPU runs the handler any more. Interrupts on. The device must have been silenced. */
void irq_free_vector(int irq);

/* --- gsi.c: the pins of the I/O APICs, by global system interrupt --- */

unsigned int irq_gsi_count(void);
/*
 * Routes the pin, unmasked, to the handler.  A level-triggered pin is masked each time it fires, before the
 * handler is called, and stays so until irq_eoi_gsi(): the source need not be quiet when the handler returns.
 * -EINVAL: no such pin; -EBUSY: bound already; -ENOSPC.
 */
int irq_bind_gsi(unsigned int gsi, bool is_level, bool active_low, irq_handler_t *handler, void *data);
void irq_unbind_gsi(unsigned int gsi);      /* as irq_free_vector */
void irq_mask_gsi(unsigned int gsi);
void irq_unmask_gsi(unsigned int gsi);
void irq_eoi_gsi(unsigned int gsi);

#endif
