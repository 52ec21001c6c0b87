/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Instructions of all shapes, for the decoder's tests.  A line `all TEXT` is assembled in three modes, `wide` in
 * 64-bit mode only, `old` in the two others.  The table `samples` has a row for each.
 */
    .macro one width, text:vararg
    .section .rodata.insn, "a"
    .if \width == 8
    .code64
    .elseif \width == 4
    .code32
    .else
    .code16
    .endif
991:
    \text
992:
    .code64
    .section .rodata.insn_text, "a"
993:
    .asciz "\text"
    .section .data.rel.ro.samples, "aw"
    .quad 991b, 992b - 991b, \width, 993b
    .endm

    .macro wide text:vararg
    one 8, \text
    .endm

    .macro old text:vararg
    one 4, \text
    one 2, \text
    .endm

    .macro all text:vararg
    wide \text
    old \text
    .endm

    .section .rodata.insn, "a"
    .section .data.rel.ro.samples, "aw"
    .balign 8
    .globl samples, samples_end
samples:

    /* arithmetic, all operand forms */
    all addb %al, (%ebx)
    all orl %ecx, 5(%ebp)
    all adcw 0x1234(%esi), %dx
    all sbbb $3, %al
    all andl $0x12345678, %eax
    all subl $0x12345678, (%edi,%ecx,4)
    all xorl $4, 0x12345678(,%edx,8)
    all cmpw $0x1234, (%eax)
    all testb $1, (%ecx)
    all testl $0x12345678, (%ecx)
    all testw $0x1234, %ax
    all notl (%edx)
    all negw (%edx)
    all mull (%edx)
    all idivb (%edx)
    all incl (%eax)
    all decw 4(%esp)
    all shll $4, (%eax)
    all sarb (%eax)
    all rolw %cl, (%eax)
    all imull $0x12345678, (%eax), %ecx
    all imulw $5, (%eax), %cx
    old daa
    old aam
    old pusha
    old incl %edi
    old bound %ax, (%bx)

    /* moves */
    all movb $0x12, (%eax)
    all movw $0x1234, (%eax)
    all movl $0x12345678, 8(%eax)
    all movl $0x12345678, %edi
    all movw $0x1234, %di
    all movb $1, %ch
    all movl %eax, (%esp)
    all movl %ebp, 0(%ebp)
    all movw %ds, (%eax)
    all leal 0x1234(%eax,%ebx), %ecx
    all movzbl (%eax), %ecx
    all movswl (%eax), %ecx
    all cmovnel (%eax), %ecx
    all setg (%eax)
    all xchgl %eax, (%ebx)
    all bswap %eax
    all movnti %eax, (%ebx)
    old movl %eax, (%bx,%si)
    old movl %eax, 0x12(%bp,%di)
    old movl %eax, 0x1234(%bx)
    old movb 0x1234, %al
    old movw %ax, %es:(%di)
    old les (%eax), %ecx
    wide movabsq $0x123456789abcdef0, %r11
    wide movabsl 0x123456789abcdef0, %eax
    wide movabsb %al, 0x123456789abcdef0
    wide movq $-1, (%r13)
    wide movq %r12, (%r12,%r13,8)
    wide movl %r8d, 0x1234(%rip)
    wide movq $5, 0x1234(%rip)
    wide movslq (%rax), %r9
    wide movb %sil, (%r8)
    wide movl %eax, (%eip)
    wide movq %fs:0x28, %rax
    wide movl %gs:(%rax), %edx
    wide lock addq $1, (%r15)

    /* strings, stack, control */
    all rep movsl
    all repne scasb
    all rep stosw
    all lodsb
    all outsb
    all insl
    all inb $0x60, %al
    all outl %eax, %dx
    all pushw $0x1234
    all push $5
    all popw (%eax)
    all enter $16, $1
    all ret $8
    all leave
    all int $0x80
    all int3
    all jmp .+0x20
    all jmp .+0x1000
    all jne .+0x1000
    all loop .+2
    all call .+0x1000
    all call *(%eax)
    all iretl
    all hlt
    all cmc
    all sti
    all pause
    old ljmp $0x1234, $0x5678
    old lcall *(%eax)
    wide jmp *0x1234(%rip)
    wide syscall
    wide sysretq
    wide swapgs
    wide retq

    /* system */
    all cpuid
    all rdmsr
    all rdtsc
    all rdtscp
    all wbinvd
    all vmmcall
    all vmload
    all xsetbv
    all lgdt (%eax)
    all invlpg (%eax)
    all lmsw %ax
    all clts
    all ud2
    all sgdt (%eax)
    old mov %cr0, %eax
    old mov %ecx, %cr3
    wide mov %cr8, %r10
    wide mov %rax, %cr4

    /* bits, exchanges */
    all btl %eax, (%ebx)
    all btsl $5, (%ebx)
    all btrw %ax, (%ebx)
    all btcl $31, (%ebx)
    all shldl $4, %eax, (%ebx)
    all shrdl %cl, %eax, (%ebx)
    all bsfl (%eax), %ecx
    all popcntl (%eax), %ecx
    all cmpxchgl %ecx, (%eax)
    all cmpxchg8b (%eax)
    all xaddb %al, (%ebx)
    wide cmpxchg16b (%rax)

    /* SSE and x87, which have lengths although nobody executes them */
    all movups (%eax), %xmm1
    all movdqa %xmm2, 0x12345678(%ecx)
    all pshufd $1, (%eax), %xmm0
    all pshufb (%eax), %xmm0
    all palignr $3, (%eax), %xmm0
    all pextrb $3, %xmm0, (%eax)
    all psrlq $4, %xmm3
    all cmpps $2, (%eax), %xmm1
    all ldmxcsr (%eax)
    all fxsave (%eax)
    all prefetchnta (%eax)
    all prefetchw (%eax)
    all clflush (%eax)
    all mfence
    all fldl (%eax)
    all fnstcw (%eax)
    all emms
    all movbe (%eax), %ecx
    all crc32l (%eax), %ecx
    all nopw 0x12345678(%eax,%eax)

samples_end:
    .section .note.GNU-stack, "", @progbits
