/* SPDX-License-Identifier: GPL-2.0-only */
/* The virtual local APIC (xAPIC and x2APIC), its timer and IPIs. Lock: LOCK_VLAPIC inside; IRR is atomic. */
#ifndef ASM_X86_VLAPIC_H
#define ASM_X86_VLAPIC_H

#include <asm/hvm_io.h>

struct domain;
struct vcpu;

int vlapic_init(struct vcpu *v);        /* reset state: MSR enabled, software disabled; id = 2 * vcpu_id */
void vlapic_destroy(struct vcpu *v);
void vlapic_reset(struct vcpu *v);

/* An interrupt arrives: sets IRR and kicks the vCPU. Any context. */
void vlapic_set_irq(struct vcpu *v, uint8_t vector, bool is_level);
/* The vector to inject now (above the processor priority), or -1. */
int vlapic_pending(struct vcpu *v);
void vlapic_offer(struct vcpu *v, uint8_t vector);      /* the guest may take it now: out of the IRR */
void vlapic_withdraw(struct vcpu *v, uint8_t vector);   /* it did not: back into the IRR */
void vlapic_ack(struct vcpu *v, uint8_t vector);        /* it did: into the ISR */
bool vlapic_has_irr(struct vcpu *v, uint8_t vector);

uint8_t vlapic_get_tpr(struct vcpu *v);
void vlapic_set_tpr(struct vcpu *v, uint8_t tpr);
int vlapic_msr_read(struct vcpu *v, uint32_t msr, uint64_t *value);     /* 0x1b, 0x6e0, 0x800-0x8ff; -EINVAL: #GP */
int vlapic_msr_write(struct vcpu *v, uint32_t msr, uint64_t value);
bool vlapic_mmio_enabled(struct vcpu *v, paddr_t *base);
hvm_io_fn *vlapic_mmio_handler(void);

/* Delivers by destination and mode, as a bus message would (I/O APIC, MSI). */
void vlapic_deliver(struct domain *d, uint32_t dest, bool is_logical, uint8_t delivery_mode,
                    uint8_t vector, bool is_level);
/* An MSI as the device would write it. */
void vlapic_deliver_msi(struct domain *d, uint64_t address, uint32_t data);
void vlapic_switch_from(struct vcpu *v);            /* stops its timer's host side when it is not to fire here */
void vlapic_switch_to(struct vcpu *v);

/* INIT and SIPI, for hvm/ (which owns a vCPU's processor state). */
void hvm_vcpu_init_reset(struct vcpu *v);           /* INIT: to wait-for-SIPI, down */
void hvm_vcpu_start(struct vcpu *v, uint8_t sipi_vector);   /* real mode at vector << 12, then woken */

#endif
