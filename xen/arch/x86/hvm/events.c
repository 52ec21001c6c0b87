// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events on their way into the guest: exceptions we raise, NMIs, interrupts of the local APIC, and
 * the event channel upcall where the guest asked for it as a vector of its own.
 *
 * What waits is kept here (an exception, an NMI) or in the local APIC (interrupts), never in the
 * vendor's structure between two runs: each entry decides anew, in hvm_events_offer(), and each
 * exit looks what was taken, in hvm_events_collect().  So a vCPU can be saved, or an interrupt
 * withdrawn, at any time.
 */
#include <xen/domain.h>
#include <xen/event.h>
#include <xen/sched.h>
#include <xen/smp.h>
#include <asm/hvm_exit.h>
#include <asm/hvm_ops.h>
#include <asm/processor.h>
#include <asm/vlapic.h>
#include "private.h"

/* --- exceptions --- */

static bool pushes_error(uint8_t vector)
{
    switch (vector) {
    case X86_TRAP_DF:
    case X86_TRAP_TS:
    case X86_TRAP_NP:
    case X86_TRAP_SS:
    case X86_TRAP_GP:
    case X86_TRAP_PF:
    case X86_TRAP_AC:
        return true;
    default:
        return false;
    }
}

static bool is_contributory(uint8_t vector)
{
    return vector == X86_TRAP_DE || (vector >= X86_TRAP_TS && vector <= X86_TRAP_GP);
}

/* Do two exceptions make a double fault? APM vol. 2, table 8-3. */
static bool makes_double_fault(uint8_t first, uint8_t second)
{
    if (first == X86_TRAP_PF)
        return second == X86_TRAP_PF || is_contributory(second);
    return is_contributory(first) && is_contributory(second);
}

void hvm_inject_exception(struct vcpu *v, uint8_t vector, uint32_t error)
{
    struct hvm_event *event = &hvm_of(v)->event;

    if (event->is_valid && event->type == HVM_EVENT_EXCEPTION) {
        if (event->vector == X86_TRAP_DF) {
            hvm_exit_triple_fault(v);
            return;
        }
        if (makes_double_fault(event->vector, vector)) {
            vector = X86_TRAP_DF;
            error = 0;
        }
    } else if (event->is_valid && event->type == HVM_EVENT_NMI) {
        hvm_of(v)->nmi_pending = true; /* later, then */
        hvm_of(v)->nmi_masked = false;
    }
    *event = (struct hvm_event){
        .is_valid = true,
        .has_error = pushes_error(vector),
        .vector = vector,
        .type = HVM_EVENT_EXCEPTION,
        .error = error,
    };
}

void hvm_inject_page_fault(struct vcpu *v, uint32_t error, uint64_t linear)
{
    hvm_ops->set_cr2(v, linear);
    hvm_inject_exception(v, X86_TRAP_PF, error);
}

/* --- NMIs --- */

void hvm_inject_nmi(struct vcpu *v)
{
    __atomic_store_n(&hvm_of(v)->nmi_pending, true, __ATOMIC_SEQ_CST);
    vcpu_unblock(v);
    arch_vcpu_kick(v);
}

/* The handler returns: the next NMI may come, after this very instruction. */
void hvm_exit_iret(struct vcpu *v)
{
    hvm_of(v)->nmi_masked = false;
    hvm_ops->set_nmi_window(v, false);
}

static void nmi_offer(struct vcpu *v)
{
    struct hvm_vcpu *hvm = hvm_of(v);

    if (!hvm->nmi_pending || hvm->nmi_masked || hvm->event.is_valid ||
        hvm_ops->get_interrupt_shadow(v))
        return;
    hvm->nmi_pending = false;
    hvm->nmi_masked = true;
    hvm_ops->set_nmi_window(v, true);
    hvm->event =
        (struct hvm_event){.is_valid = true, .vector = X86_TRAP_NMI, .type = HVM_EVENT_NMI};
}

/* --- interrupts --- */

#define CALLBACK_TYPE_SHIFT 56
#define CALLBACK_VECTOR     2ULL

/* The vector that the domain wants upcalls by (HVM_PARAM_CALLBACK_IRQ), 0 for none of that kind. */
static uint8_t callback_vector(const struct domain *d)
{
    uint64_t via = d->arch.hvm_params[HVM_PARAM_CALLBACK_IRQ];

    return via >> CALLBACK_TYPE_SHIFT == CALLBACK_VECTOR ? (uint8_t)via : 0;
}

/* An upcall by the domain's vector is a level: it is there until the guest clears the pending flag.
 */
static bool callback_pending(const struct vcpu *v)
{
    return !v->arch.upcall_vector && callback_vector(v->domain) && vcpu_event_pending(v);
}

static int next_vector(struct vcpu *v, bool *is_callback)
{
    *is_callback = callback_pending(v);
    return *is_callback ? callback_vector(v->domain) : vlapic_pending(v);
}

/* Interrupts are off: what is raised from now on ends the guest at once and is seen next time. */
void hvm_events_offer(struct vcpu *v)
{
    struct hvm_vcpu *hvm = hvm_of(v);

    nmi_offer(v);
    if (hvm->event.is_valid) {
        hvm_ops->inject(v, &hvm->event);
        hvm->event.is_valid = false;
    }
    hvm->irq_vector = next_vector(v, &hvm->irq_is_callback);
    if (hvm->irq_vector >= 0 && !hvm->irq_is_callback)
        vlapic_offer(v, hvm->irq_vector);
    hvm_ops->offer_irq(v, hvm->irq_vector);
}

void hvm_events_collect(struct vcpu *v)
{
    struct hvm_vcpu *hvm = hvm_of(v);

    if (hvm->irq_vector < 0 || hvm->irq_is_callback)
        return;
    if (hvm_ops->irq_was_taken(v))
        vlapic_ack(v, hvm->irq_vector);
    else
        vlapic_withdraw(v, hvm->irq_vector);
}

/* --- what the rest of the hypervisor asks --- */

void arch_vcpu_event_pending(struct vcpu *v)
{
    if (v->arch.upcall_vector) {
        vlapic_set_irq(v, v->arch.upcall_vector, false);
        return;
    }
    vcpu_unblock(v);
    arch_vcpu_kick(v);
}

bool arch_vcpu_has_work(struct vcpu *v)
{
    bool is_callback;

    if (!v->arch.upcall_vector && vcpu_event_pending(v))
        return true;    /* with a vector, it is an interrupt like others */
    return hvm_of(v)->nmi_pending || next_vector(v, &is_callback) >= 0;
}

void arch_vcpu_kick(struct vcpu *v)
{
    unsigned int cpu = READ_ONCE(v->processor);

    smp_mb();
    if (READ_ONCE(v->is_running) && cpu != smp_processor_id())
        smp_send_event_check(cpu);
}
