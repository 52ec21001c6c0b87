/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * void svm_vmrun(paddr_t vmcb, struct guest_regs *regs, paddr_t host_vmcb)
 *
 * Runs the guest until its next #VMEXIT.  VMRUN itself exchanges rax, rsp, rip, rflags, control and code
 * segment registers; VMLOAD/VMSAVE what it leaves out (FS, GS, TR, LDTR, the system call registers),
 * of which the hypervisor needs TR back before it can take an interrupt; the rest of the general
 * registers is ours to exchange here.
 *
 * Called with interrupts off.  CLGI holds everything off, NMIs too; STI then makes VMRUN record IF = 1,
 * so that physical interrupts end the guest (V_INTR_MASKING, APM vol. 2, 15.21.1).  Returns with
 * interrupts on: one that ended the guest is taken right after STGI.
 *
 * Stack while the guest runs:  0(%rsp) host_vmcb,  8(%rsp) regs,  then our caller's registers.
 */
#define REG(n) ((n) * 8)        /* by instruction encoding: struct guest_regs */

        .text
        .globl  svm_vmrun
        .type   svm_vmrun, @function
svm_vmrun:
        push    %rbp
        push    %rbx
        push    %r12
        push    %r13
        push    %r14
        push    %r15
        push    %rsi
        push    %rdx
        mov     %rdi, %rax

        clgi
        sti
        vmload  %rax

        mov     REG(1)(%rsi), %rcx
        mov     REG(2)(%rsi), %rdx
        mov     REG(3)(%rsi), %rbx
        mov     REG(5)(%rsi), %rbp
        mov     REG(7)(%rsi), %rdi
        mov     REG(8)(%rsi), %r8
        mov     REG(9)(%rsi), %r9
        mov     REG(10)(%rsi), %r10
        mov     REG(11)(%rsi), %r11
        mov     REG(12)(%rsi), %r12
        mov     REG(13)(%rsi), %r13
        mov     REG(14)(%rsi), %r14
        mov     REG(15)(%rsi), %r15
        mov     REG(6)(%rsi), %rsi

        vmrun   %rax

        vmsave  %rax
        mov     8(%rsp), %rax
        mov     %rcx, REG(1)(%rax)
        mov     %rdx, REG(2)(%rax)
        mov     %rbx, REG(3)(%rax)
        mov     %rbp, REG(5)(%rax)
        mov     %rsi, REG(6)(%rax)
        mov     %rdi, REG(7)(%rax)
        mov     %r8, REG(8)(%rax)
        mov     %r9, REG(9)(%rax)
        mov     %r10, REG(10)(%rax)
        mov     %r11, REG(11)(%rax)
        mov     %r12, REG(12)(%rax)
        mov     %r13, REG(13)(%rax)
        mov     %r14, REG(14)(%rax)
        mov     %r15, REG(15)(%rax)

        pop     %rax
        vmload  %rax
        pop     %rsi
        pop     %r15
        pop     %r14
        pop     %r13
        pop     %r12
        pop     %rbx
        pop     %rbp
        stgi
        ret
        .size   svm_vmrun, . - svm_vmrun
        .section .note.GNU-stack, "", @progbits
