// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events into the guest.  What can be taken at once goes by EVENTINJ and is taken by the very next
 * VMRUN; if its delivery faults, the exit says so in EXITINTINFO.  An interrupt that the guest
 * cannot take yet, having interrupts off, waits: V_IRQ with its intercept makes the guest exit as
 * soon as it could.  APM vol. 2, 15.20 and 15.21.
 *
 * V_IRQ alone would save that exit, since the processor takes such an interrupt by itself and
 * clears the bit.  But emulators lose the bit at times (QEMU's threads change the word it is kept
 * in without a lock), and an interrupt wrongly believed taken blocks all others for ever; a window
 * that is missed only opens later.
 *
 * QEMU's TCG remembers the vector of an interrupt that EVENTINJ brought until the next exit or
 * exception, and when it stops for a moment before that (as it does at each of its timers'
 * deadlines when it counts instructions) it delivers the interrupt once more on going on, whatever
 * IF says: a guest's interrupt handler then meets the locks of the code that it interrupted.  So on
 * TCG an exit follows at once, at the handler's first instruction: an interrupt to this processor
 * itself, pending as the guest is entered, sees to that.
 */
#include <xen/smp.h>
#include <xen/string.h>
#include <asm/processor.h>
#include "svm.h"

#define CPUID_ECX_HYPERVISOR (1u << 31) /* leaf 1 */
#define CPUID_EMULATOR       0x40000000

static bool is_tcg;

void svm_events_init(void)
{
    struct cpuid_leaf r;

    if (!(cpuid(1).c & CPUID_ECX_HYPERVISOR))
        return;
    r = cpuid(CPUID_EMULATOR);
    is_tcg = !memcmp(&r.b, "TCGT", 4) && !memcmp(&r.c, "CGTC", 4);
}

/* Interrupts are off; they end the guest as soon as it is entered. */
static void exit_at_once(void)
{
    smp_send_event_check(smp_processor_id());
}

void svm_inject(struct vcpu *v, const struct hvm_event *event)
{
    uint64_t e = SVM_EVENT_VALID | event->vector | ((uint64_t)event->type << 8);

    if (event->has_error)
        e |= SVM_EVENT_HAS_ERROR | ((uint64_t)event->error << 32);
    vmcb_of(v)->eventinj = e;
    if (is_tcg && event->type == HVM_EVENT_INTERRUPT)
        exit_at_once();
}

/*
 * An exit can hit while an event is being delivered (a nested fault on the guest's stack, say).  It
 * must be delivered again, except for software interrupts, which happen again by themselves as
 * their instruction is executed again.  Only the valid bit tells of an event: the other bits may be
 * left over.
 */
void svm_take_back_event(struct vcpu *v)
{
    uint64_t e = vmcb_of(v)->exitintinfo;
    unsigned int type = SVM_EVENT_TYPE(e);
    uint8_t vector = SVM_EVENT_VECTOR(e);

    if (!(e & SVM_EVENT_VALID) || type == HVM_EVENT_SOFTWARE ||
        (type == HVM_EVENT_EXCEPTION && (vector == 3 || vector == 4)))
        return;
    hvm_of(v)->event = (struct hvm_event){
        .is_valid = true,
        .has_error = e & SVM_EVENT_HAS_ERROR,
        .vector = vector,
        .type = type,
        .error = e >> 32,
    };
}

static bool can_take(struct vcpu *v)
{
    const struct vmcb *vmcb = vmcb_of(v);

    return (v->arch.regs.rflags & X86_EFLAGS_IF) && !(vmcb->interrupt_shadow & 1) &&
           !(vmcb->eventinj & SVM_EVENT_VALID);
}

static void set_window(struct vmcb *vmcb, bool on)
{
    vmcb->vintr &= ~SVM_VINTR_OFFER_MASK;
    vmcb->intercept1 &= ~SVM_INTERCEPT_VINTR;
    if (on) {
        vmcb->vintr |= SVM_VINTR_IRQ | SVM_VINTR_PRIORITY(0xf);
        vmcb->intercept1 |= SVM_INTERCEPT_VINTR;
    }
}

void svm_offer_irq(struct vcpu *v, int vector)
{
    struct svm_vcpu *svm = v->arch.svm;

    svm->irq_injected = vector >= 0 && can_take(v);
    if (svm->irq_injected)
        svm_inject(v, &(struct hvm_event){.vector = vector, .type = HVM_EVENT_INTERRUPT});
    set_window(svm->vmcb, vector >= 0 && !svm->irq_injected);
}

bool svm_irq_was_taken(struct vcpu *v)
{
    return v->arch.svm->irq_injected;
}

bool svm_get_interrupt_shadow(struct vcpu *v)
{
    return vmcb_of(v)->interrupt_shadow & 1;
}

void svm_clear_interrupt_shadow(struct vcpu *v)
{
    vmcb_of(v)->interrupt_shadow &= ~1ULL;
}

void svm_set_nmi_window(struct vcpu *v, bool on)
{
    struct vmcb *vmcb = vmcb_of(v);

    vmcb->intercept1 &= ~SVM_INTERCEPT_IRET;
    if (on)
        vmcb->intercept1 |= SVM_INTERCEPT_IRET;
}
