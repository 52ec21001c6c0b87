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
 */
#include <asm/processor.h>
#include "svm.h"

void svm_inject(struct vcpu *v, const struct hvm_event *event)
{
    uint64_t e = SVM_EVENT_VALID | event->vector | ((uint64_t)event->type << 8);

    if (event->has_error)
        e |= SVM_EVENT_HAS_ERROR | ((uint64_t)event->error << 32);
    vmcb_of(v)->eventinj = e;
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
        svm->vmcb->eventinj = SVM_EVENT_VALID | (uint8_t)vector;
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
