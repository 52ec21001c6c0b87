// SPDX-License-Identifier: GPL-2.0-only
/* What the exits mean that are not a subject of their own (ports: port.c, nested faults:
 * nested_fault.c). */
#include <public/sched.h>
#include <xen/domain.h>
#include <xen/hypercall.h>
#include <xen/printk.h>
#include <xen/sched.h>
#include <asm/hvm_exit.h>
#include <asm/hypercall.h>
#include <asm/cpuid_policy.h>
#include <asm/processor.h>
#include <asm/vlapic.h>
#include "private.h"

void hvm_exit_cpuid(struct vcpu *v)
{
    struct guest_regs *regs = &v->arch.regs;
    struct cpuid_leaf r = cpuid_policy_answer(v, regs->rax, regs->rcx);

    regs->rax = r.a;
    regs->rbx = r.b;
    regs->rcx = r.c;
    regs->rdx = r.d;
}

bool hvm_exit_msr(struct vcpu *v, bool is_write)
{
    struct guest_regs *regs = &v->arch.regs;
    uint32_t msr = regs->rcx;
    uint64_t value = (uint32_t)regs->rax | (regs->rdx << 32);

    if (is_write ? hvm_msr_write(v, msr, value) : hvm_msr_read(v, msr, &value)) {
        printk(XENLOG_G_INFO "d%uv%u: %s MSR %#x refused\n", v->domain->domain_id, v->vcpu_id,
               is_write ? "write to" : "read of", msr);
        hvm_inject_exception(v, X86_TRAP_GP, 0);
        return false;
    }
    if (!is_write) {
        regs->rax = (uint32_t)value;
        regs->rdx = value >> 32;
    }
    return true;
}

bool hvm_exit_hypercall(struct vcpu *v)
{
    return arch_hypercall(v);
}

/*
 * Halted with interrupts off, a processor waits for nothing but to be started again: that is how kernels
 * that have no way to power off end, and how they park processors.  The last one ends the domain.
 */
void hvm_exit_halt(struct vcpu *v)
{
    if (!(v->arch.regs.rflags & X86_EFLAGS_IF) && !hvm_of(v)->nmi_pending)
        vcpu_down(v);
    else
        vcpu_block();
}

void hvm_exit_pause(struct vcpu *v)
{
    vcpu_yield();
}

/* Only a domain with devices can tell whether caches were written back. */
void hvm_exit_wbinvd(struct vcpu *v)
{
    if (v->domain->is_hardware)
        wbinvd();
}

/* The bits above the four must be zero: APM vol. 2, 3.1.5. */
bool hvm_exit_cr8(struct vcpu *v, bool is_write, unsigned int gpr)
{
    uint64_t *reg = hvm_gpr(&v->arch.regs, gpr);

    if (!is_write) {
        *reg = vlapic_get_tpr(v) >> 4;
    } else if (*reg >> 4) {
        hvm_inject_exception(v, X86_TRAP_GP, 0);
        return false;
    } else {
        vlapic_set_tpr(v, *reg << 4);
    }
    return true;
}

void hvm_exit_triple_fault(struct vcpu *v)
{
    printk(XENLOG_G_ERR "d%uv%u: triple fault at %#lx\n", v->domain->domain_id, v->vcpu_id,
           v->arch.regs.rip);
    domain_shutdown(v->domain, SHUTDOWN_reboot);
}
