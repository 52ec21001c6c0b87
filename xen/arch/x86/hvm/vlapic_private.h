/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the virtual local APIC share: vlapic.c (state, delivery), vlapic_reg.c
 * (registers), vlapic_timer.c (the timer), vlapic_ipi.c (destinations and IPIs).
 *
 * Registers are kept by number: a register's MMIO offset divided by 16, which is also its MSR
 * number less 0x800 (SDM vol. 3, tables 11-1 and 11-6).
 *
 * Guards: V written by its own vCPU alone, others read single words; A atomic, any context;
 * T the timer's lock (LOCK_VLAPIC); C constant.
 */
#ifndef HVM_VLAPIC_PRIVATE_H
#define HVM_VLAPIC_PRIVATE_H

#include <xen/spinlock.h>
#include <xen/timer.h>
#include <xen/types.h>

enum vlapic_reg {
    VLAPIC_ID = 0x02,
    VLAPIC_VERSION = 0x03,
    VLAPIC_TPR = 0x08,
    VLAPIC_APR = 0x09,
    VLAPIC_PPR = 0x0a,
    VLAPIC_EOI = 0x0b,
    VLAPIC_LDR = 0x0d,
    VLAPIC_DFR = 0x0e,
    VLAPIC_SVR = 0x0f,
    VLAPIC_ISR = 0x10, /* eight registers each */
    VLAPIC_TMR = 0x18,
    VLAPIC_IRR = 0x20,
    VLAPIC_ESR = 0x28,
    VLAPIC_ICR = 0x30,
    VLAPIC_ICR2 = 0x31,
    VLAPIC_LVT_TIMER = 0x32,
    VLAPIC_LVT_THERMAL = 0x33,
    VLAPIC_LVT_PERF = 0x34,
    VLAPIC_LVT_LINT0 = 0x35,
    VLAPIC_LVT_LINT1 = 0x36,
    VLAPIC_LVT_ERROR = 0x37,
    VLAPIC_TIMER_INITIAL = 0x38,
    VLAPIC_TIMER_CURRENT = 0x39,
    VLAPIC_TIMER_DIVIDE = 0x3e,
    VLAPIC_SELF_IPI = 0x3f,
    VLAPIC_REGS = 0x40,
};

#define APIC_BASE_BSP     (1u << 8)
#define APIC_BASE_X2APIC  (1u << 10)
#define APIC_BASE_ENABLE  (1u << 11)
#define APIC_DEFAULT_BASE 0xfee00000u

#define SVR_ENABLE      (1u << 8)
#define LVT_MASKED      (1u << 16)
#define LVT_PERIODIC    (1u << 17)
#define ESR_SEND_VECTOR (1u << 5)
#define ESR_RECV_VECTOR (1u << 6)
#define ESR_REGISTER    (1u << 7)

/* Delivery modes, as the ICR, the I/O APIC and MSI data encode them. */
enum vlapic_mode {
    VLAPIC_FIXED,
    VLAPIC_LOWEST,
    VLAPIC_SMI,
    VLAPIC_NMI = 4,
    VLAPIC_INIT,
    VLAPIC_STARTUP,
    VLAPIC_EXTINT,
};

#define VLAPIC_BROADCAST 0xffffffffu

struct vlapic {
    struct vcpu *vcpu;         /* C */
    uint64_t base;             /* V: IA32_APIC_BASE */
    uint32_t reg[VLAPIC_REGS]; /* V, but IRR and TMR: A */
    uint32_t esr_pending;      /* A: errors since the ESR was last written */

    spinlock_t timer_lock;
    struct timer timer;
    s_time_t timer_deadline; /* T: when the count reaches zero; 0 not counting */
    s_time_t timer_period;   /* T: 0 one-shot */
};

static inline bool vlapic_is_x2apic(const struct vlapic *apic)
{
    return apic->base & APIC_BASE_X2APIC;
}

static inline bool vlapic_is_enabled(const struct vlapic *apic)
{
    return (apic->base & APIC_BASE_ENABLE) && (apic->reg[VLAPIC_SVR] & SVR_ENABLE);
}

/* --- vlapic.c --- */
void vlapic_set_identity(struct vcpu *v); /* after a change of mode */
void vlapic_eoi(struct vlapic *apic);
uint32_t vlapic_ppr(const struct vlapic *apic);
void vlapic_raise_error(struct vlapic *apic, uint32_t esr_bit);
void vlapic_raise_lvt(struct vlapic *apic, enum vlapic_reg lvt);

/* --- vlapic_timer.c --- */
void vlapic_timer_init(struct vlapic *apic);
void vlapic_timer_start(struct vlapic *apic); /* the initial count or the divisor was written */
void vlapic_timer_mode_changed(struct vlapic *apic); /* the LVT entry was written */
void vlapic_timer_cancel(struct vlapic *apic);
uint32_t vlapic_timer_current(struct vlapic *apic);

/* --- vlapic_ipi.c --- */
void vlapic_send_ipi(struct vlapic *apic, uint32_t icr, uint32_t dest);

#endif
