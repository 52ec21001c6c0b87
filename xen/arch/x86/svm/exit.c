// SPDX-License-Identifier: GPL-2.0-only
/*
 * A #VMEXIT, decoded: which code, with which details in EXITINFO1 and 2.  What it means is common
 * to all vendors and found in hvm/.  Codes without a row are a defect of ours: the domain is
 * crashed.
 */
#include <xen/lib.h>
#include <xen/sched.h>
#include <asm/hvm_exit.h>
#include <asm/processor.h>
#include "svm.h"

typedef void exit_fn(struct vcpu *v);

/* Runs `body` with the instruction's length known, and steps over it when it is done. */
static bool begin_instruction(struct vcpu *v, unsigned int *length)
{
    *length = svm_instruction_length(v, vmcb_of(v)->exitcode);
    if (!*length)
        hvm_inject_exception(v, X86_TRAP_UD, 0);
    return *length;
}

static void exit_cpuid(struct vcpu *v)
{
    unsigned int length;

    if (!begin_instruction(v, &length))
        return;
    hvm_exit_cpuid(v);
    hvm_skip_instruction(v, length);
}

static void exit_msr(struct vcpu *v)
{
    unsigned int length;

    if (!begin_instruction(v, &length))
        return;
    if (hvm_exit_msr(v, vmcb_of(v)->exitinfo1 & 1))
        hvm_skip_instruction(v, length);
}

static void exit_vmmcall(struct vcpu *v)
{
    unsigned int length;

    if (!begin_instruction(v, &length))
        return;
    if (hvm_exit_hypercall(v))
        hvm_skip_instruction(v, length);
}

/* EXITINFO1 describes the access, EXITINFO2 is the next instruction: APM vol. 2, 15.10.2. */
static void exit_ioio(struct vcpu *v)
{
    const struct vmcb *vmcb = vmcb_of(v);
    uint64_t info = vmcb->exitinfo1;
    struct hvm_port_access access = {
        .port = info >> 16,
        .size = (info >> 4) & 7,
        .is_in = info & 1,
        .is_string = info & (1 << 2),
        .is_rep = info & (1 << 3),
    };

    if (hvm_exit_port(v, &access))
        hvm_skip_instruction(v, vmcb->exitinfo2 - vmcb->rip);
}

static void exit_hlt(struct vcpu *v)
{
    unsigned int length;

    if (!begin_instruction(v, &length))
        return;
    hvm_skip_instruction(v, length);
    hvm_exit_halt(v);
}

static void exit_pause(struct vcpu *v)
{
    unsigned int length;

    if (!begin_instruction(v, &length))
        return;
    hvm_skip_instruction(v, length);
    hvm_exit_pause(v);
}

/* INVD would throw other people's writes away: it does no more than WBINVD. */
static void exit_wbinvd(struct vcpu *v)
{
    unsigned int length;

    if (!begin_instruction(v, &length))
        return;
    hvm_exit_wbinvd(v);
    hvm_skip_instruction(v, length);
}

static void exit_cr8(struct vcpu *v)
{
    unsigned int gpr, length;

    if (!svm_decode_mov_cr8(v, &gpr, &length)) {
        hvm_inject_exception(v, X86_TRAP_UD, 0);
        return;
    }
    if (hvm_exit_cr8(v, vmcb_of(v)->exitcode == SVM_EXIT_CR8_WRITE, gpr))
        hvm_skip_instruction(v, length);
}

/* The first use of a debug register since the vCPU came here: from now on it has them. */
void svm_debug_load(struct vcpu *v)
{
    struct vmcb *vmcb = vmcb_of(v);

    hvm_debug_load(v);
    vmcb->dr_read = vmcb->dr_write = 0;
}

/* DR6 and DR7 are as the handler shall see them: APM vol. 2, 15.12.2. */
static void exit_debug(struct vcpu *v)
{
    hvm_inject_exception(v, X86_TRAP_DB, 0);
}

static void exit_alignment_check(struct vcpu *v)
{
    hvm_inject_exception(v, X86_TRAP_AC, 0);
}

/* EXITINFO1: a page fault's error code, EXITINFO2: the guest physical address. APM vol. 2, 15.25.6.
 */
static void exit_nested_fault(struct vcpu *v)
{
    const struct vmcb *vmcb = vmcb_of(v);

    hvm_exit_nested_fault(v, &(struct hvm_nested_fault){
                                 .gpa = vmcb->exitinfo2,
                                 .is_present = vmcb->exitinfo1 & 1,
                                 .is_write = vmcb->exitinfo1 & HVM_WRITE,
                                 .is_fetch = vmcb->exitinfo1 & HVM_FETCH,
                             });
}

static void exit_undefined(struct vcpu *v)
{
    hvm_inject_exception(v, X86_TRAP_UD, 0);
}

static void exit_forbidden(struct vcpu *v)
{
    hvm_inject_exception(v, X86_TRAP_GP, 0);
}

/* The reason is taken care of by the interrupt itself, once STGI let it through. */
static void exit_nothing(struct vcpu *v)
{
}

static exit_fn *const exit_handlers[] = {
    [SVM_EXIT_CR8_READ] = exit_cr8,
    [SVM_EXIT_CR8_WRITE] = exit_cr8,
    [SVM_EXIT_DR0_READ... SVM_EXIT_DR15_WRITE] = svm_debug_load,
    [SVM_EXIT_EXCEPTION + X86_TRAP_DB] = exit_debug,
    [SVM_EXIT_EXCEPTION + X86_TRAP_AC] = exit_alignment_check,
    [SVM_EXIT_INTR] = exit_nothing,
    [SVM_EXIT_NMI] = exit_nothing,
    [SVM_EXIT_INIT] = exit_nothing,
    [SVM_EXIT_VINTR] = exit_nothing, /* the guest can take the interrupt that is on offer */
    [SVM_EXIT_RDPMC] = exit_forbidden,
    [SVM_EXIT_CPUID] = exit_cpuid,
    [SVM_EXIT_IRET] = hvm_exit_iret,
    [SVM_EXIT_INVD] = exit_wbinvd,
    [SVM_EXIT_PAUSE] = exit_pause,
    [SVM_EXIT_HLT] = exit_hlt,
    [SVM_EXIT_INVLPGA] = exit_undefined,
    [SVM_EXIT_IOIO] = exit_ioio,
    [SVM_EXIT_MSR] = exit_msr,
    [SVM_EXIT_SHUTDOWN] = hvm_exit_triple_fault,
    [SVM_EXIT_VMRUN] = exit_undefined,
    [SVM_EXIT_VMMCALL] = exit_vmmcall,
    [SVM_EXIT_VMLOAD... SVM_EXIT_SKINIT] = exit_undefined,
    [SVM_EXIT_WBINVD] = exit_wbinvd,
    [SVM_EXIT_MONITOR... SVM_EXIT_MWAIT_ARMED] = exit_undefined,
    [SVM_EXIT_NPF] = exit_nested_fault,
};

/* An exit we have no row for, or a VMCB that the processor finds invalid (-1): never the guest's
 * doing alone. */
static void exit_unexpected(struct vcpu *v)
{
    const struct vmcb *vmcb = vmcb_of(v);

    domain_crash(
        v->domain,
        "unexpected #VMEXIT %#lx (%#lx, %#lx) at %#lx, cr0 %#lx cr3 %#lx cr4 %#lx efer %#lx",
        vmcb->exitcode, vmcb->exitinfo1, vmcb->exitinfo2, vmcb->rip, vmcb->cr0, vmcb->cr3,
        vmcb->cr4, vmcb->efer);
}

void svm_handle_exit(struct vcpu *v)
{
    uint64_t code = vmcb_of(v)->exitcode;

    svm_take_back_event(v);
    if (code < ARRAY_SIZE(exit_handlers) && exit_handlers[code])
        exit_handlers[code](v);
    else
        exit_unexpected(v);
}
