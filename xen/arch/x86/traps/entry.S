/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where exceptions and interrupts of the hypervisor arrive.  The processor has pushed, on a stack of this
 * CPU aligned to 16 bytes, ss rsp rflags cs rip and for some exceptions an error code; a stub per vector
 * makes that a struct cpu_regs (asm/traps.h), and trap_dispatch() gets its address:
 *
 *     rsp -> r15 ... rdi | vector | error code | rip cs rflags rsp ss
 */
#include <asm/traps_asm.h>

    .text
    .balign 64
    .globl vector_stubs
vector_stubs:
    vector = 0
    .rept 256
    .balign VECTOR_STUB_SIZE
    .if !((VECTORS_WITH_ERROR >> (vector & 31)) & 1) || vector >= 32
    push $0
    .endif
    push $vector
    jmp trap_common
    vector = vector + 1
    .endr

trap_common:
    cld
    push %rdi
    push %rsi
    push %rdx
    push %rcx
    push %rax
    push %r8
    push %r9
    push %r10
    push %r11
    push %rbx
    push %rbp
    push %r12
    push %r13
    push %r14
    push %r15
    mov %rsp, %rdi
    call trap_dispatch
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbp
    pop %rbx
    pop %r11
    pop %r10
    pop %r9
    pop %r8
    pop %rax
    pop %rcx
    pop %rdx
    pop %rsi
    pop %rdi
    add $16, %rsp
    iretq
