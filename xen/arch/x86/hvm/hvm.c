// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine a guest runs on, vendor-neutral: choosing the vendor, what a vCPU is made of,
 * switching between vCPUs, and the run itself: offer events, enter, see what was taken, handle the
 * exit.
 */
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/printk.h>
#include <xen/sched.h>
#include <xen/smp.h>
#include <xen/softirq.h>
#include <xen/xmalloc.h>
#include <asm/irqflags.h>
#include <asm/msr.h>
#include <asm/p2m.h>
#include <asm/processor.h>
#include <asm/time.h>
#include <asm/vlapic.h>
#include "private.h"

#define DR6_BS (1u << 14) /* single step: APM vol. 2, 13.1.1.3 */

const struct hvm_ops *hvm_ops;

static const struct hvm_ops *const vendors[] = {&svm_ops};

int hvm_init(void)
{
    for (unsigned int i = 0; i < ARRAY_SIZE(vendors); i++) {
        if (!vendors[i]->is_supported())
            continue;
        hvm_ops = vendors[i];
        p2m_cpu_features();
        printk(XENLOG_INFO "HVM: %s with nested paging\n", hvm_ops->name);
        return hvm_cpu_up();
    }
    printk(XENLOG_ERR "HVM: no hardware virtualisation: no domain can run here\n");
    return -ENODEV;
}

int hvm_cpu_up(void)
{
    xstate_cpu_init();
    /* A machine that cannot virtualise comes up all the same, to say so. */
    return hvm_ops ? hvm_ops->cpu_up() : 0;
}

/* --- a vCPU's life --- */

int hvm_vcpu_create(struct vcpu *v)
{
    int rc;

    v->arch.hvm = xzalloc(struct hvm_vcpu);
    if (!v->arch.hvm)
        return -ENOMEM;
    if ((rc = hvm_ops->vcpu_create(v)) != 0)
        return rc;
    if ((rc = xstate_init(v)) != 0)
        return rc;
    hvm_vcpu_reset(v);
    hvm_of(v)->in_reset = true;
    return vlapic_init(v);
}

void hvm_vcpu_destroy(struct vcpu *v)
{
    vlapic_destroy(v);
    xstate_destroy(v);
    if (hvm_ops)
        hvm_ops->vcpu_destroy(v);
    xfree(v->arch.hvm);
    v->arch.hvm = NULL;
}

void hvm_vcpu_switch_from(struct vcpu *v)
{
    vlapic_switch_from(v);
    hvm_debug_switch_from(v);
    xstate_switch_from(v);
    hvm_ops->switch_from(v);
}

void hvm_vcpu_switch_to(struct vcpu *v)
{
    hvm_ops->switch_to(v);
    xstate_switch_to(v);
    hvm_msr_switch_to(v);
    vlapic_switch_to(v);
    time_update_vcpu(v);
}

/* --- running --- */

void arch_vcpu_run(struct vcpu *v)
{
    local_irq_disable();
    if (softirq_pending(smp_processor_id())) {
        local_irq_enable();
        return;
    }
    hvm_events_offer(v);
    hvm_ops->enter(v);
    hvm_events_collect(v);
    hvm_ops->handle_exit(v);
}

/* --- processor state --- */

void hvm_get_segment(struct vcpu *v, enum hvm_segment_name which, struct hvm_segment *seg)
{
    hvm_ops->get_segment(v, which, seg);
}

void hvm_get_state(struct vcpu *v, struct hvm_cpu_state *state)
{
    hvm_ops->get_state(v, state);
}

void hvm_set_state(struct vcpu *v, const struct hvm_cpu_state *state)
{
    hvm_ops->set_state(v, state);
}

unsigned int hvm_cpl(struct vcpu *v)
{
    struct hvm_segment ss;

    hvm_get_segment(v, SEG_SS, &ss);
    return SEG_ATTR_DPL(ss.attr);
}

unsigned int hvm_code_width(struct vcpu *v)
{
    struct hvm_segment cs;

    hvm_get_segment(v, SEG_CS, &cs);
    if ((hvm_ops->get_efer(v) & EFER_LMA) && (cs.attr & SEG_ATTR_L))
        return 8;
    return cs.attr & SEG_ATTR_DB ? 4 : 2;
}

void hvm_skip_instruction(struct vcpu *v, unsigned int length)
{
    struct guest_regs *regs = &v->arch.regs;

    regs->rip += length;
    if (hvm_code_width(v) != 8)
        regs->rip = (uint32_t)regs->rip;
    hvm_ops->clear_interrupt_shadow(v);
    if (regs->rflags & X86_EFLAGS_TF) {
        hvm_ops->raise_dr6(v, DR6_BS); /* injecting it leaves DR6 alone */
        hvm_inject_exception(v, X86_TRAP_DB, 0);
    }
}
