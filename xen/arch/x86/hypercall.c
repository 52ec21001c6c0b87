// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers to a struct hypercall and back.  64-bit callers pass rax; rdi rsi rdx r10 r8 r9, others
 * eax; ebx ecx edx esi edi ebp.  A call that asks to be continued finds its changed arguments in
 * the registers when the instruction is executed again.
 */
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <asm/hvm.h>
#include <asm/hypercall.h>

/* Numbers as instructions encode registers: see struct guest_regs. */
static const uint8_t args_long[6] = {7, 6, 2, 10, 8, 9};
static const uint8_t args_compat[6] = {3, 1, 2, 6, 7, 5};

static uint64_t *gpr(struct vcpu *v, unsigned int number)
{
    return &v->arch.regs.rax + number;
}

static void read_call(struct vcpu *v, struct hypercall *call)
{
    bool is_long = hvm_code_width(v) == 8;

    call->op = v->arch.regs.rax;
    call->is_compat = !is_long;
    for (unsigned int i = 0; i < ARRAY_SIZE(call->arg); i++)
        call->arg[i] = is_long ? *gpr(v, args_long[i]) : (uint32_t)*gpr(v, args_compat[i]);
}

static void write_args(struct vcpu *v, const struct hypercall *call)
{
    const uint8_t *numbers = call->is_compat ? args_compat : args_long;

    v->arch.regs.rax = call->op;
    for (unsigned int i = 0; i < ARRAY_SIZE(call->arg); i++)
        *gpr(v, numbers[i]) = call->is_compat ? (uint32_t)call->arg[i] : call->arg[i];
}

/* A count that is more than 32 bits can tell is an error rather than another count. */
static uint32_t compat_result(long rc)
{
    return rc == (int32_t)rc ? (uint32_t)rc : (uint32_t)-EOVERFLOW;
}

bool arch_hypercall(struct vcpu *v)
{
    struct hypercall call;
    long rc;

    if (hvm_cpl(v) != 0) {
        v->arch.regs.rax = -EPERM;
        return true;
    }
    read_call(v, &call);
    rc = hypercall_dispatch(&call);
    if (rc == -ERESTART) {
        write_args(v, &call);
        return false;
    }
    v->arch.regs.rax = call.is_compat ? compat_result(rc) : (uint64_t)rc;
    return true;
}
