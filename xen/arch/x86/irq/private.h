/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the files of this folder. */
#ifndef X86_IRQ_PRIVATE_H
#define X86_IRQ_PRIVATE_H

#include <asm/irq.h>

struct irq_target {
    uint32_t apic_id;
    uint8_t vector;
};

/* As irq_alloc_vector(), without a message. */
int irq_alloc_slot(irq_handler_t *handler, void *data, unsigned int cpu);
struct irq_target irq_target(int irq);

/* --- ioapic.c --- */

/* A pin: which chip, and which of its redirection entries. */
struct ioapic_pin {
    struct ioapic *chip; /* NULL: none has this interrupt */
    unsigned int index;
};

#define IOAPIC_RTE_ACTIVE_LOW (1u << 13)
#define IOAPIC_RTE_LEVEL      (1u << 15)
#define IOAPIC_RTE_MASKED     (1u << 16)

void ioapic_init(void); /* maps the chips, masks every pin */
unsigned int ioapic_gsi_count(void);
struct ioapic_pin ioapic_find_pin(unsigned int gsi);
/* The low word decides whether the pin is masked, so it comes last when unmasking. */
void ioapic_write_low(struct ioapic_pin pin, uint32_t low);
void ioapic_write_high(struct ioapic_pin pin, uint32_t high);

void gsi_init(void);

#endif
