/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an exit means, once the vendor's code has decoded it (hvm/exit.c, hvm/port.c, hvm/cr.c).
 * `v` is current.  Functions that return bool say whether the instruction is done; the vendor steps over it then.
 */
#ifndef ASM_X86_HVM_EXIT_H
#define ASM_X86_HVM_EXIT_H

#include <asm/domain.h> /* struct guest_regs */
#include <asm/hvm.h>

struct hvm_port_access {
    uint16_t port;
    uint8_t size;           /* 1, 2, 4 */
    bool is_in, is_string, is_rep;
};

void hvm_exit_cpuid(struct vcpu *v);
bool hvm_exit_msr(struct vcpu *v, bool is_write);   /* false: #GP has been queued */
bool hvm_exit_hypercall(struct vcpu *v);            /* false: to be executed again, or refused by an exception */
bool hvm_exit_port(struct vcpu *v, const struct hvm_port_access *access);
void hvm_exit_halt(struct vcpu *v);
void hvm_exit_pause(struct vcpu *v);
void hvm_exit_wbinvd(struct vcpu *v);
bool hvm_exit_cr8(struct vcpu *v, bool is_write, unsigned int gpr); /* false: #GP has been queued */
void hvm_exit_iret(struct vcpu *v);                 /* an NMI's handler ends */
void hvm_exit_triple_fault(struct vcpu *v);

struct hvm_nested_fault {
    paddr_t gpa;
    bool is_write, is_fetch;
    bool is_present;        /* a mapping is there but forbids it */
};
void hvm_exit_nested_fault(struct vcpu *v, const struct hvm_nested_fault *fault);

static inline uint64_t *hvm_gpr(struct guest_regs *regs, unsigned int number)
{
    return &regs->rax + number;
}

#endif
