// SPDX-License-Identifier: GPL-2.0-only
/* Making a vCPU's control block, and reading and writing the processor state kept in it. */
#include <xen/errno.h>
#include <xen/page_alloc.h>
#include <xen/xmalloc.h>
#include <asm/msr.h>
#include <asm/p2m.h>
#include <asm/processor.h>
#include "svm.h"

#define INTERCEPT1                                                                          \
    (SVM_INTERCEPT_INTR | SVM_INTERCEPT_NMI | SVM_INTERCEPT_INIT | SVM_INTERCEPT_RDPMC |    \
     SVM_INTERCEPT_CPUID | SVM_INTERCEPT_INVD | SVM_INTERCEPT_HLT | SVM_INTERCEPT_INVLPGA | \
     SVM_INTERCEPT_IOIO | SVM_INTERCEPT_MSR | SVM_INTERCEPT_SHUTDOWN)
#define INTERCEPT2                                                                               \
    (SVM_INTERCEPT_VMRUN | SVM_INTERCEPT_VMMCALL | SVM_INTERCEPT_VMLOAD | SVM_INTERCEPT_VMSAVE | \
     SVM_INTERCEPT_STGI | SVM_INTERCEPT_CLGI | SVM_INTERCEPT_SKINIT | SVM_INTERCEPT_WBINVD |     \
     SVM_INTERCEPT_MONITOR | SVM_INTERCEPT_MWAIT)

/* Spinning for longer than this many PAUSEs close together costs the vCPU its turn. */
#define PAUSE_COUNT     3000
#define PAUSE_THRESHOLD 128

/*
 * What exits: what the guest must not do (VMRUN and its like), what reads the host's identity
 * (CPUID), what waits (HLT), interrupts of the host.  Control registers are the guest's own, but
 * for CR8, whose truth is the local APIC's.  #AC and #DB are intercepted since a processor could be
 * kept in their delivery for ever, with no interrupt taken: on a stack that is not aligned, or has a
 * watched address on it, delivering one raises the next.
 */
static void vmcb_init(struct vcpu *v, struct vmcb *vmcb)
{
    vmcb->cr_read = vmcb->cr_write = 1u << 8;
    vmcb->dr_read = vmcb->dr_write = 0xffff;
    vmcb->exceptions = 1u << X86_TRAP_AC | 1u << X86_TRAP_DB;
    vmcb->intercept1 = INTERCEPT1;
    vmcb->intercept2 = INTERCEPT2;
    if (svm_features & SVM_FEATURE_PAUSE_FILTER) {
        vmcb->intercept1 |= SVM_INTERCEPT_PAUSE;
        vmcb->pause_count = PAUSE_COUNT;
        vmcb->pause_threshold = PAUSE_THRESHOLD;
    }
    vmcb->iopm = svm_iopm(v->domain);
    vmcb->msrpm = xen_virt_to_maddr(svm_msrpm);
    vmcb->vintr = SVM_VINTR_MASKING | SVM_VINTR_IGNORE_TPR;
    vmcb->nested_control = 1;
    vmcb->nested_cr3 = p2m_root(v->domain);
    vmcb->efer = EFER_SVME;
}

int svm_vcpu_create(struct vcpu *v)
{
    struct svm_vcpu *svm = xzalloc(struct svm_vcpu);

    if (!svm)
        return -ENOMEM;
    svm->vmcb = alloc_xenheap_page();
    if (!svm->vmcb) {
        xfree(svm);
        return -ENOMEM;
    }
    clear_page(svm->vmcb);
    svm->vmcb_pa = virt_to_maddr(svm->vmcb);
    v->arch.svm = svm;
    vmcb_init(v, svm->vmcb);
    return 0;
}

void svm_vcpu_destroy(struct vcpu *v)
{
    if (!v->arch.svm)
        return;
    free_xenheap_page(v->arch.svm->vmcb);
    xfree(v->arch.svm);
    v->arch.svm = NULL;
}

static struct vmcb_segment *vmcb_segment(struct vmcb *vmcb, enum hvm_segment_name which)
{
    switch (which) {
    case SEG_LDTR:
        return &vmcb->ldtr;
    case SEG_TR:
        return &vmcb->tr;
    default:
        return &vmcb->es + which; /* ES, CS, SS, DS, FS, GS lie in this order */
    }
}

void svm_get_segment(struct vcpu *v, enum hvm_segment_name which, struct hvm_segment *seg)
{
    const struct vmcb_segment *s = vmcb_segment(vmcb_of(v), which);

    *seg = (struct hvm_segment){.sel = s->sel, .attr = s->attr, .limit = s->limit, .base = s->base};
    if (which == SEG_SS) /* SYSRET leaves the descriptor's DPL behind: the CPL is kept apart */
        seg->attr = (seg->attr & ~SEG_ATTR_DPL_MASK) | (vmcb_of(v)->cpl << 5);
}

uint64_t svm_get_cr(struct vcpu *v, unsigned int cr)
{
    const struct vmcb *vmcb = vmcb_of(v);

    switch (cr) {
    case 0:
        return vmcb->cr0;
    case 2:
        return vmcb->cr2;
    case 3:
        return vmcb->cr3;
    default:
        return vmcb->cr4;
    }
}

void svm_get_state(struct vcpu *v, struct hvm_cpu_state *state)
{
    const struct vmcb *vmcb = vmcb_of(v);

    *state = (struct hvm_cpu_state){
        .cr0 = vmcb->cr0,
        .cr2 = vmcb->cr2,
        .cr3 = vmcb->cr3,
        .cr4 = vmcb->cr4,
        .efer = vmcb->efer & ~EFER_SVME,
        .dr6 = vmcb->dr6,
        .dr7 = vmcb->dr7,
        .gdtr = {vmcb->gdtr.base, vmcb->gdtr.limit},
        .idtr = {vmcb->idtr.base, vmcb->idtr.limit},
        .sysenter_cs = vmcb->sysenter_cs,
        .sysenter_esp = vmcb->sysenter_esp,
        .sysenter_eip = vmcb->sysenter_eip,
        .star = vmcb->star,
        .lstar = vmcb->lstar,
        .cstar = vmcb->cstar,
        .sfmask = vmcb->sfmask,
        .kernel_gs_base = vmcb->kernel_gs_base,
    };
    for (unsigned int i = 0; i < SEG_COUNT; i++)
        svm_get_segment(v, i, &state->seg[i]);
}

void svm_set_state(struct vcpu *v, const struct hvm_cpu_state *state)
{
    struct vmcb *vmcb = vmcb_of(v);

    vmcb->cr0 = state->cr0;
    vmcb->cr2 = state->cr2;
    vmcb->cr3 = state->cr3;
    vmcb->cr4 = state->cr4;
    vmcb->efer = state->efer | EFER_SVME; /* VMRUN insists on it; the guest never sees it */
    vmcb->dr6 = state->dr6;
    vmcb->dr7 = state->dr7;
    vmcb->gdtr.base = state->gdtr.base;
    vmcb->gdtr.limit = state->gdtr.limit;
    vmcb->idtr.base = state->idtr.base;
    vmcb->idtr.limit = state->idtr.limit;
    vmcb->sysenter_cs = state->sysenter_cs;
    vmcb->sysenter_esp = state->sysenter_esp;
    vmcb->sysenter_eip = state->sysenter_eip;
    vmcb->star = state->star;
    vmcb->lstar = state->lstar;
    vmcb->cstar = state->cstar;
    vmcb->sfmask = state->sfmask;
    vmcb->kernel_gs_base = state->kernel_gs_base;
    for (unsigned int i = 0; i < SEG_COUNT; i++) {
        const struct hvm_segment *s = &state->seg[i];

        *vmcb_segment(vmcb, i) = (struct vmcb_segment){
            .sel = s->sel, .attr = s->attr, .limit = s->limit, .base = s->base};
    }
    vmcb->cpl = SEG_ATTR_DPL(state->seg[SEG_SS].attr);
    vmcb->interrupt_shadow = 0;
    svm_asid_drop(v);
}
