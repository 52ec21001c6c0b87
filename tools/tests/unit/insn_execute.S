/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Instructions on memory, for the executor's tests: each line is assembled into a function that loads
 * all registers (but RSP) and the flags from native_state, executes it, and stores them again.
 * The table `executables` has a row for each: function, instruction, length, undefined flags, text.
 *
 *   native_state: 16 general registers by number, then the flags
 */
    .set STATE_FLAGS, 16 * 8
    .set NONE, 0
    .set LOGIC, 0x10       /* AF is undefined */
    .set BITTEST, 0x894    /* OF SF AF PF are undefined */

    .macro load_registers
    mov native_state+0x00(%rip), %rax
    mov native_state+0x08(%rip), %rcx
    mov native_state+0x10(%rip), %rdx
    mov native_state+0x18(%rip), %rbx
    mov native_state+0x28(%rip), %rbp
    mov native_state+0x30(%rip), %rsi
    mov native_state+0x38(%rip), %rdi
    mov native_state+0x40(%rip), %r8
    mov native_state+0x48(%rip), %r9
    mov native_state+0x50(%rip), %r10
    mov native_state+0x58(%rip), %r11
    mov native_state+0x60(%rip), %r12
    mov native_state+0x68(%rip), %r13
    mov native_state+0x70(%rip), %r14
    mov native_state+0x78(%rip), %r15
    .endm

    .macro store_registers
    mov %rax, native_state+0x00(%rip)
    mov %rcx, native_state+0x08(%rip)
    mov %rdx, native_state+0x10(%rip)
    mov %rbx, native_state+0x18(%rip)
    mov %rbp, native_state+0x28(%rip)
    mov %rsi, native_state+0x30(%rip)
    mov %rdi, native_state+0x38(%rip)
    mov %r8, native_state+0x40(%rip)
    mov %r9, native_state+0x48(%rip)
    mov %r10, native_state+0x50(%rip)
    mov %r11, native_state+0x58(%rip)
    mov %r12, native_state+0x60(%rip)
    mov %r13, native_state+0x68(%rip)
    mov %r14, native_state+0x70(%rip)
    mov %r15, native_state+0x78(%rip)
    .endm

    .macro exec undefined, text:vararg
    .text
990:
    push %rbx
    push %rbp
    push %r12
    push %r13
    push %r14
    push %r15
    load_registers
    pushq native_state+STATE_FLAGS(%rip)
    popfq
991:
    \text
992:
    pushfq
    popq native_state+STATE_FLAGS(%rip)
    cld
    store_registers
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbp
    pop %rbx
    ret
    .section .rodata.insn_text, "a"
993:
    .asciz "\text"
    .section .data.rel.ro.executables, "aw"
    .quad 990b, 991b, 992b - 991b, \undefined, 993b
    .endm

    /* An operation in its forms: register to memory, memory to register, immediates; all widths. */
    .macro arithmetic op, undefined
    exec \undefined, \op\()b %al, (%rdi)
    exec \undefined, \op\()b %dh, 3(%rdi)
    exec \undefined, \op\()b %sil, (%rdi)
    exec \undefined, \op\()w %dx, (%rdi)
    exec \undefined, \op\()l %ecx, -8(%rbx)
    exec \undefined, \op\()q %r9, (%rbx,%rcx,2)
    exec \undefined, \op\()b (%rdi), %ah
    exec \undefined, \op\()w (%rdi), %r10w
    exec \undefined, \op\()l (%rbp), %edx
    exec \undefined, \op\()q 8(%rsi), %r15
    exec \undefined, \op\()b $0x85, (%rdi)
    exec \undefined, \op\()w $0x1234, (%rdi)
    exec \undefined, \op\()l $0x89abcdef, (%rdi)
    exec \undefined, \op\()q $-0x12345678, (%rdi)
    exec \undefined, \op\()w $-3, (%rdi)
    exec \undefined, \op\()l $-3, (%rdi)
    exec \undefined, \op\()q $100, (%rdi)
    exec \undefined, \op\()l %eax, native_memory+64(%rip)
    .endm

    .macro unary op, undefined
    exec \undefined, \op\()b (%rdi)
    exec \undefined, \op\()w (%rdi)
    exec \undefined, \op\()l (%rdi)
    exec \undefined, \op\()q (%rdi)
    .endm

    .macro bittest op
    exec BITTEST, \op\()w %dx, (%rdi)
    exec BITTEST, \op\()l %edx, (%rdi)
    exec BITTEST, \op\()q %rdx, (%rdi)
    exec BITTEST, \op\()w $13, (%rdi)
    exec BITTEST, \op\()l $31, (%rdi)
    exec BITTEST, \op\()q $63, (%rdi)
    exec BITTEST, \op\()l $69, (%rdi)
    .endm

    .macro condition cc
    exec NONE, set\cc (%rdi)
    exec NONE, cmov\cc\()w (%rdi), %dx
    exec NONE, cmov\cc\()l (%rdi), %edx
    exec NONE, cmov\cc\()q (%rdi), %r12
    .endm

    .section .data.rel.ro.executables, "aw"
    .balign 8
    .globl executables, executables_end
executables:

    arithmetic add, NONE
    arithmetic adc, NONE
    arithmetic sub, NONE
    arithmetic sbb, NONE
    arithmetic cmp, NONE
    arithmetic and, LOGIC
    arithmetic or, LOGIC
    arithmetic xor, LOGIC
    unary inc, NONE
    unary dec, NONE
    unary neg, NONE
    unary not, NONE
    exec LOGIC, testb %al, (%rdi)
    exec LOGIC, testl %edx, (%rdi)
    exec LOGIC, testb $0x80, (%rdi)
    exec LOGIC, testw $0x8001, (%rdi)
    exec LOGIC, testq $-1, (%rdi)

    exec NONE, movb %ah, (%rdi)
    exec NONE, movb %dil, (%rdi)
    exec NONE, movw %ax, (%rdi)
    exec NONE, movl %r11d, (%rdi)
    exec NONE, movq %rsi, (%rdi)
    exec NONE, movb (%rdi), %bh
    exec NONE, movb (%rdi), %r8b
    exec NONE, movw (%rdi), %ax
    exec NONE, movl (%rdi), %eax
    exec NONE, movq (%rdi), %rdi
    exec NONE, movb $0x7f, (%rdi)
    exec NONE, movw $0x8000, (%rdi)
    exec NONE, movl $0x80000000, (%rdi)
    exec NONE, movq $-5, (%rdi)
    exec NONE, movnti %eax, (%rdi)
    exec NONE, movnti %r10, (%rdi)
    exec NONE, movzbw (%rdi), %ax
    exec NONE, movzbl (%rdi), %ecx
    exec NONE, movzbq (%rdi), %rcx
    exec NONE, movzwl (%rdi), %edx
    exec NONE, movzwq (%rdi), %rdx
    exec NONE, movsbw (%rdi), %ax
    exec NONE, movsbl (%rdi), %ecx
    exec NONE, movsbq (%rdi), %rcx
    exec NONE, movswl (%rdi), %edx
    exec NONE, movswq (%rdi), %rdx
    exec NONE, movslq (%rdi), %r13
    exec NONE, movl native_memory+128(%rip), %eax
    exec NONE, movl $5, native_memory+132(%rip)

    exec NONE, xchgb %ah, (%rdi)
    exec NONE, xchgw %ax, (%rdi)
    exec NONE, xchgl %eax, (%rdi)
    exec NONE, xchgq %r14, (%rdi)
    exec NONE, xaddb %dl, (%rdi)
    exec NONE, lock xaddl %edx, (%rdi)
    exec NONE, xaddq %r9, (%rdi)
    exec NONE, cmpxchgb %dl, (%rdi)
    exec NONE, lock cmpxchgl %edx, (%rdi)
    exec NONE, cmpxchgq %r9, (%rdi)
    exec NONE, lock orl $1, (%rdi)

    bittest bt
    bittest bts
    bittest btr
    bittest btc

    .irp cc, o, no, c, nc, z, nz, be, a, s, ns, p, np, l, ge, le, g
    condition \cc
    .endr

    exec NONE, movsb
    exec NONE, movsw
    exec NONE, movsl
    exec NONE, movsq
    exec NONE, stosb
    exec NONE, stosw
    exec NONE, stosl
    exec NONE, stosq
    exec NONE, lodsb
    exec NONE, lodsw
    exec NONE, lodsl
    exec NONE, lodsq
    exec NONE, rep movsb
    exec NONE, rep movsl
    exec NONE, rep movsq
    exec NONE, rep stosb
    exec NONE, rep stosw
    exec NONE, rep stosq

    .section .data.rel.ro.executables, "aw"
executables_end:
    .text
