// SPDX-License-Identifier: GPL-2.0-only
/*
 * Address space identifiers: what keeps one guest's TLB entries apart from another's (APM vol.
 * 2, 15.16).
 *
 * Each CPU hands its numbers out one after the other.  A vCPU keeps its number while it stays on
 * the CPU; to forget its translations it simply takes the next one, which has no entries.  When the
 * numbers are used up, a new round begins: the whole TLB is flushed once, and every vCPU, seeing
 * the round change, takes a new number.  So a flush is an increment nearly always.
 */
#include <xen/percpu.h>
#include <xen/smp.h>
#include <asm/p2m.h>
#include "svm.h"

struct asid_cpu {
    uint64_t generation;      /* starts at 1, so that a vCPU's 0 never matches */
    unsigned int next, count; /* numbers 1 .. count - 1; 0 is the host's */
};

static DEFINE_PER_CPU(struct asid_cpu, asid_state);

void svm_asid_cpu_init(unsigned int count)
{
    this_cpu(asid_state) = (struct asid_cpu){.generation = 1, .next = 1, .count = count};
}

void svm_asid_drop(struct vcpu *v)
{
    v->arch.svm->asid_generation = 0;
}

static void asid_take(struct svm_vcpu *svm, struct asid_cpu *state)
{
    if (state->next >= state->count) {
        state->generation++;
        state->next = 1;
        svm->vmcb->tlb_control = SVM_TLB_FLUSH_ALL;
    }
    svm->vmcb->asid = state->next++;
    svm->asid_generation = state->generation;
    svm->asid_cpu = smp_processor_id();
}

/*
 * Before each entry, interrupts off.  The nested tables' generation is read here: whoever changed
 * them has counted it up before looking which CPUs run this domain's vCPUs (p2m.c), so either we
 * see the new value or that CPU is interrupted and comes back here.
 */
void svm_asid_prepare(struct vcpu *v)
{
    struct svm_vcpu *svm = v->arch.svm;
    struct asid_cpu *state = &this_cpu(asid_state);
    uint64_t generation = p2m_generation(v->domain);

    svm->vmcb->tlb_control = 0;
    if (svm->p2m_generation != generation || svm->asid_cpu != smp_processor_id() ||
        svm->asid_generation != state->generation) {
        svm->p2m_generation = generation;
        asid_take(svm, state);
    }
}
