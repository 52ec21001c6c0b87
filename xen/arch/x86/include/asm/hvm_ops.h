/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a vendor's virtualisation extension does for the machine: one const table, chosen at boot.
 * Rules as in asm/hvm.h: the vCPU is current or paused.
 */
#ifndef ASM_X86_HVM_OPS_H
#define ASM_X86_HVM_OPS_H

#include <asm/hvm.h>

struct hvm_ops {
    const char *name;
    uint8_t hypercall_opcode[3];            /* vmmcall or vmcall */

    bool (*is_supported)(void);
    int (*cpu_up)(void);                    /* this CPU enters the extension's root mode */

    int (*domain_create)(struct domain *d);
    void (*domain_destroy)(struct domain *d);
    uint8_t *(*port_bitmap)(struct domain *d);  /* a bit a port, set: exits */
    int (*vcpu_create)(struct vcpu *v);
    void (*vcpu_destroy)(struct vcpu *v);
    void (*switch_from)(struct vcpu *v);
    void (*switch_to)(struct vcpu *v);

    /* Interrupts off: enters the guest, comes back with interrupts on. */
    void (*enter)(struct vcpu *v);
    void (*handle_exit)(struct vcpu *v);

    void (*get_state)(struct vcpu *v, struct hvm_cpu_state *state);
    void (*set_state)(struct vcpu *v, const struct hvm_cpu_state *state);
    void (*get_segment)(struct vcpu *v, enum hvm_segment_name which, struct hvm_segment *seg);
    uint64_t (*get_cr)(struct vcpu *v, unsigned int cr);
    uint64_t (*get_efer)(struct vcpu *v);
    void (*set_efer)(struct vcpu *v, uint64_t efer);
    void (*set_cr2)(struct vcpu *v, uint64_t cr2);
    void (*raise_dr6)(struct vcpu *v, uint64_t bits);
    void (*set_pat)(struct vcpu *v, uint64_t pat);
    void (*set_tsc_offset)(struct vcpu *v, uint64_t offset);

    void (*inject)(struct vcpu *v, const struct hvm_event *event);      /* taken by the next entry */
    void (*offer_irq)(struct vcpu *v, int vector);      /* taken when the guest can; -1 withdraws */
    bool (*irq_was_taken)(struct vcpu *v);              /* since offer_irq, by the last run */
    bool (*get_interrupt_shadow)(struct vcpu *v);
    void (*clear_interrupt_shadow)(struct vcpu *v);
    void (*set_nmi_window)(struct vcpu *v, bool on);    /* tell of the next IRET */
    void (*flush_guest_tlb)(struct vcpu *v);            /* everything cached for it, at the next entry */
};

extern const struct hvm_ops *hvm_ops;
extern const struct hvm_ops svm_ops;

#endif
