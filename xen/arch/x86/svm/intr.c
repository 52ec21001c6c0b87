// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events into the guest.  Exceptions and NMIs go by EVENTINJ and are taken by the very next VMRUN.
 * External interrupts go by V_IRQ: the processor takes them when the guest's IF and interrupt
 * shadow allow, without an exit to tell of the window; afterwards V_IRQ is found clear.  APM vol.
 * 2, 15.20 and 15.21.
 */
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
 * must be delivered again, with two exceptions: software interrupts, which happen again by
 * themselves as their instruction is executed again, and an interrupt still on offer, which was not
 * taken. Only the valid bit tells of an event: the other bits may be left over from an earlier one.
 */
void svm_take_back_event(struct vcpu *v)
{
    struct vmcb *vmcb = vmcb_of(v);
    uint64_t e = vmcb->exitintinfo;
    unsigned int type = SVM_EVENT_TYPE(e);
    uint8_t vector = SVM_EVENT_VECTOR(e);

    if (!(e & SVM_EVENT_VALID) || type == HVM_EVENT_SOFTWARE ||
        (type == HVM_EVENT_EXCEPTION && (vector == 3 || vector == 4)) ||
        (type == HVM_EVENT_INTERRUPT && (vmcb->vintr & SVM_VINTR_IRQ)))
        return;
    hvm_of(v)->event = (struct hvm_event){
        .is_valid = true,
        .has_error = e & SVM_EVENT_HAS_ERROR,
        .vector = vector,
        .type = type,
        .error = e >> 32,
    };
}

void svm_offer_irq(struct vcpu *v, int vector)
{
    struct vmcb *vmcb = vmcb_of(v);

    vmcb->vintr &= ~SVM_VINTR_OFFER_MASK;
    if (vector >= 0)
        vmcb->vintr |= SVM_VINTR_IRQ | SVM_VINTR_PRIORITY(vector >> 4) | SVM_VINTR_VECTOR(vector);
}

bool svm_irq_was_taken(struct vcpu *v)
{
    return !(vmcb_of(v)->vintr & SVM_VINTR_IRQ);
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
