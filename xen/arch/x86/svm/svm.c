// SPDX-License-Identifier: GPL-2.0-only
/*
 * AMD's Secure Virtual Machine, with nested paging: the extension's presence and set-up on each
 * CPU, what a domain shares between its vCPUs, entering the guest, and the table of operations for
 * hvm/. APM vol. 2, chapter 15.
 */
#include <xen/errno.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/page_alloc.h>
#include <xen/percpu.h>
#include <xen/printk.h>
#include <xen/sched.h>
#include <xen/string.h>
#include <xen/xmalloc.h>
#include <asm/hvm_io.h>
#include <asm/msr.h>
#include <asm/p2m.h>
#include <asm/processor.h>
#include "svm.h"

#define MSR_VM_CR          0xc0010114
#define VM_CR_SVM_DISABLED (1u << 4)
#define MSR_VM_HSAVE_PA    0xc0010117

#define CPUID_SVM     0x8000000a
#define CPUID_ECX_SVM (1u << 2) /* 8000_0001 */

#define IOPM_ORDER 2
#define IOPM_SIZE  (3 * PAGE_SIZE)

uint32_t svm_features;
/* Exits for MSRs: two bits each, read and write.  Three ranges of 8192 registers, 2 KiB each; the
 * rest always exits. */
uint8_t svm_msrpm[2 * 4096] aligned_to(4096);

struct svm_cpu {
    paddr_t host_save; /* the processor's own, for VMRUN */
    paddr_t host_vmcb; /* ours: what VMSAVE and VMLOAD keep of the hypervisor */
};

static DEFINE_PER_CPU(struct svm_cpu, svm_cpu);

/* Registers that VMSAVE/VMLOAD exchange, so that a guest can have them without an exit. */
static const uint32_t guest_owned_msrs[] = {
    MSR_STAR,    MSR_LSTAR,          MSR_CSTAR, MSR_SFMASK, MSR_FS_BASE,
    MSR_GS_BASE, MSR_KERNEL_GS_BASE, 0x174,     0x175,      0x176, /* SYSENTER_CS, _ESP, _EIP */
};

static void msrpm_allow(uint32_t msr)
{
    unsigned int offset = (msr & 0x1fff) * 2 + (msr < 0x2000            ? 0
                                                : (msr >> 16) == 0xc000 ? 0x4000
                                                                        : 0x8000);

    svm_msrpm[offset / 8] &= ~(3u << (offset % 8));
}

static bool svm_is_supported(void)
{
    uint64_t vm_cr;

    if (cpuid(0x80000000).a < CPUID_SVM || !(cpuid(0x80000001).c & CPUID_ECX_SVM)) {
        printk(XENLOG_ERR "SVM: this processor has no AMD virtualisation extension\n");
        return false;
    }
    if (!rdmsr_safe(MSR_VM_CR, &vm_cr) && (vm_cr & VM_CR_SVM_DISABLED)) {
        printk(XENLOG_ERR
               "SVM: disabled by the firmware (VM_CR.SVMDIS): enable it in the set-up\n");
        return false;
    }
    svm_features = cpuid(CPUID_SVM).d;
    if (!(svm_features & SVM_FEATURE_NP)) {
        printk(XENLOG_ERR "SVM: this processor has no nested paging\n");
        return false;
    }
    svm_events_init();
    memset(svm_msrpm, 0xff, sizeof(svm_msrpm));
    for (unsigned int i = 0; i < ARRAY_SIZE(guest_owned_msrs); i++)
        msrpm_allow(guest_owned_msrs[i]);
    return true;
}

static int svm_cpu_up(void)
{
    void *save = alloc_xenheap_page(), *vmcb = alloc_xenheap_page();
    struct svm_cpu *cpu = &this_cpu(svm_cpu);

    if (!save || !vmcb)
        return -ENOMEM;
    clear_page(save);
    clear_page(vmcb);
    cpu->host_save = virt_to_maddr(save);
    cpu->host_vmcb = virt_to_maddr(vmcb);
    wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SVME);
    wrmsr(MSR_VM_HSAVE_PA, cpu->host_save);
    __asm__ volatile("vmsave %0" ::"a"(cpu->host_vmcb) : "memory");
    svm_asid_cpu_init(cpuid(CPUID_SVM).b);
    return 0;
}

int svm_domain_create(struct domain *d)
{
    struct svm_domain *svm = xzalloc(struct svm_domain);

    if (!svm)
        return -ENOMEM;
    svm->iopm = alloc_xenheap_pages(IOPM_ORDER, 0);
    if (!svm->iopm) {
        xfree(svm);
        return -ENOMEM;
    }
    memset(svm->iopm, 0xff, IOPM_SIZE);
    d->arch.svm = svm;
    return 0;
}

void svm_domain_destroy(struct domain *d)
{
    if (!d->arch.svm)
        return;
    free_xenheap_pages(d->arch.svm->iopm, IOPM_ORDER);
    xfree(d->arch.svm);
    d->arch.svm = NULL;
}

paddr_t svm_iopm(const struct domain *d)
{
    return virt_to_maddr(d->arch.svm->iopm);
}

static uint8_t *svm_port_bitmap(struct domain *d)
{
    return d->arch.svm->iopm;
}

/* rax, rsp, rip and rflags travel by the VMCB, the others by entry.S. */
static void svm_enter(struct vcpu *v)
{
    struct guest_regs *regs = &v->arch.regs;
    struct vmcb *vmcb = vmcb_of(v);

    svm_asid_prepare(v);
    vmcb->rax = regs->rax;
    vmcb->rsp = regs->rsp;
    vmcb->rip = regs->rip;
    vmcb->rflags = regs->rflags | X86_EFLAGS_MBS;

    svm_vmrun(v->arch.svm->vmcb_pa, regs, this_cpu(svm_cpu).host_vmcb);

    regs->rax = vmcb->rax;
    regs->rsp = vmcb->rsp;
    regs->rip = vmcb->rip;
    regs->rflags = vmcb->rflags;
    vmcb->eventinj = 0;
}

static void svm_switch_from(struct vcpu *v)
{
    vmcb_of(v)->dr_read = vmcb_of(v)->dr_write = 0xffff;
}

/* Breakpoints that are enabled compare with DR0-3: what is left there may be another domain's. */
static void svm_switch_to(struct vcpu *v)
{
    if (vmcb_of(v)->dr7 & DR7_ENABLED_MASK)
        svm_debug_load(v);
}

static uint64_t svm_get_efer(struct vcpu *v)
{
    return vmcb_of(v)->efer & ~EFER_SVME;
}

static void svm_set_efer(struct vcpu *v, uint64_t efer)
{
    vmcb_of(v)->efer = efer | EFER_SVME;
    svm_asid_drop(v);
}

static void svm_set_cr2(struct vcpu *v, uint64_t cr2)
{
    vmcb_of(v)->cr2 = cr2;
}

static void svm_raise_dr6(struct vcpu *v, uint64_t bits)
{
    vmcb_of(v)->dr6 |= bits;
}

static void svm_set_pat(struct vcpu *v, uint64_t pat)
{
    vmcb_of(v)->pat = pat;
}

static void svm_set_tsc_offset(struct vcpu *v, uint64_t offset)
{
    vmcb_of(v)->tsc_offset = offset;
}

const struct hvm_ops svm_ops = {
    .name = "SVM",
    .hypercall_opcode = {0x0f, 0x01, 0xd9},
    .is_supported = svm_is_supported,
    .cpu_up = svm_cpu_up,
    .domain_create = svm_domain_create,
    .domain_destroy = svm_domain_destroy,
    .port_bitmap = svm_port_bitmap,
    .vcpu_create = svm_vcpu_create,
    .vcpu_destroy = svm_vcpu_destroy,
    .switch_from = svm_switch_from,
    .switch_to = svm_switch_to,
    .enter = svm_enter,
    .handle_exit = svm_handle_exit,
    .get_state = svm_get_state,
    .set_state = svm_set_state,
    .get_segment = svm_get_segment,
    .get_cr = svm_get_cr,
    .get_efer = svm_get_efer,
    .set_efer = svm_set_efer,
    .set_cr2 = svm_set_cr2,
    .raise_dr6 = svm_raise_dr6,
    .set_pat = svm_set_pat,
    .set_tsc_offset = svm_set_tsc_offset,
    .inject = svm_inject,
    .offer_irq = svm_offer_irq,
    .irq_was_taken = svm_irq_was_taken,
    .get_interrupt_shadow = svm_get_interrupt_shadow,
    .clear_interrupt_shadow = svm_clear_interrupt_shadow,
    .set_nmi_window = svm_set_nmi_window,
    .flush_guest_tlb = svm_asid_drop,
};
