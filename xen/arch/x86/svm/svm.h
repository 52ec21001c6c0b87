/* SPDX-License-Identifier: GPL-2.0-only */
/* What svm/'s files share. */
#ifndef SVM_SVM_H
#define SVM_SVM_H

#include <xen/domain.h>
#include <asm/hvm_ops.h>
#include "vmcb.h"

/* An instruction that exited before, for processors that do not tell its length: see insn.c. */
struct svm_seen_insn {
    uint64_t rip;
    uint64_t space;                 /* CR3 for user code; the kernel's is the same in all of them: 0 */
    uint16_t exitcode;
    uint8_t length;                 /* 0: nothing yet */
};
#define SVM_SEEN_INSNS 32

struct svm_vcpu {
    struct vmcb *vmcb;
    paddr_t vmcb_pa;
    unsigned int asid_cpu;          /* where the ASID below is valid */
    uint64_t asid_generation;       /* and in which round; 0: never */
    bool irq_injected;              /* the interrupt on offer goes by EVENTINJ */
    uint64_t p2m_generation;        /* of the nested tables that the ASID's entries stem from */
    struct svm_seen_insn seen[SVM_SEEN_INSNS];
};

struct svm_domain {
    void *iopm;                     /* ports: three pages, a bit set is an exit */
};

/* What this processor's extension can do beyond the base: CPUID 8000_000A EDX. */
#define SVM_FEATURE_NP            (1u << 0)
#define SVM_FEATURE_NRIP          (1u << 3)
#define SVM_FEATURE_FLUSH_BY_ASID (1u << 6)
#define SVM_FEATURE_PAUSE_FILTER  (1u << 10)
extern uint32_t svm_features;

static inline struct vmcb *vmcb_of(const struct vcpu *v)
{
    return v->arch.svm->vmcb;
}

/* svm.c */
int svm_domain_create(struct domain *d);
void svm_domain_destroy(struct domain *d);
paddr_t svm_iopm(const struct domain *d);
extern uint8_t svm_msrpm[2 * 4096];

/* vmcb.c */
int svm_vcpu_create(struct vcpu *v);
void svm_vcpu_destroy(struct vcpu *v);
void svm_get_state(struct vcpu *v, struct hvm_cpu_state *state);
void svm_set_state(struct vcpu *v, const struct hvm_cpu_state *state);
void svm_get_segment(struct vcpu *v, enum hvm_segment_name which, struct hvm_segment *seg);
uint64_t svm_get_cr(struct vcpu *v, unsigned int cr);

/* intr.c */
void svm_events_init(void);
void svm_inject(struct vcpu *v, const struct hvm_event *event);
void svm_take_back_event(struct vcpu *v);
void svm_offer_irq(struct vcpu *v, int vector);
bool svm_irq_was_taken(struct vcpu *v);
bool svm_get_interrupt_shadow(struct vcpu *v);
void svm_clear_interrupt_shadow(struct vcpu *v);
void svm_set_nmi_window(struct vcpu *v, bool on);

/* asid.c */
void svm_asid_cpu_init(unsigned int count);
void svm_asid_prepare(struct vcpu *v);
void svm_asid_drop(struct vcpu *v);

/* exit.c, insn.c */
void svm_handle_exit(struct vcpu *v);
void svm_debug_load(struct vcpu *v);
unsigned int svm_instruction_length(struct vcpu *v, uint64_t exitcode);
bool svm_decode_mov_cr8(struct vcpu *v, unsigned int *gpr, unsigned int *length);

/* entry.S */
void svm_vmrun(paddr_t vmcb, struct guest_regs *regs, paddr_t host_vmcb);

#endif
