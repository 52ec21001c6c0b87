/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The PVH entry of a test kernel (docs of the boot ABI: 32-bit, unpaged, ebx the start info) up to guest_main(),
 * in long mode with the lowest 4 GiB mapped one to one.  Then the exceptions: see lib/trap.c.
 */
    .section .note.Xen, "a", @note
    .long 4, 4, 18          /* name and description lengths; PHYS32_ENTRY */
    .asciz "Xen"
    .long start

    .code32
    .section .head, "ax"
    .globl start
start:
    cli
    cld
    mov $stack_top, %esp
    mov %ebx, %edi

    mov $page_l2, %edx
    mov $0x83, %eax         /* present, writable, 2 MiB */
    xor %ecx, %ecx
1:  mov %eax, (%edx, %ecx, 8)
    add $0x200000, %eax
    inc %ecx
    cmp $2048, %ecx
    jne 1b
    movl $page_l2 + 0x0003, page_l3
    movl $page_l2 + 0x1003, page_l3 + 8
    movl $page_l2 + 0x2003, page_l3 + 16
    movl $page_l2 + 0x3003, page_l3 + 24
    movl $page_l3 + 3, page_l4

    mov $page_l4, %eax
    mov %eax, %cr3
    mov %cr4, %eax
    or $0x20, %eax
    mov %eax, %cr4
    mov $0xc0000080, %ecx
    rdmsr
    or $0x900, %eax
    wrmsr
    mov %cr0, %eax
    or $0x80010001, %eax
    mov %eax, %cr0
    lgdt gdtr
    ljmp $0x08, $2f

    .code64
2:  mov $0x10, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    xor %eax, %eax
    mov %eax, %fs
    mov %eax, %gs
    mov $stack_top, %rsp
    mov %edi, %edi
    xor %ebp, %ebp
    call guest_main
3:  hlt
    jmp 3b

    /* One stub a vector: number and error code on the stack, then all registers. */
    .text
    .balign 16
    .globl trap_stubs
trap_stubs:
    vector = 0
    .rept 256
    .balign 16
    .if vector >= 32 || !((0x60227d00 >> (vector & 31)) & 1)
    push $0
    .endif
    push $vector
    jmp trap_common
    vector = vector + 1
    .endr
trap_common:
    .irp reg, rdi, rsi, rdx, rcx, rax, r8, r9, r10, r11, rbx, rbp, r12, r13, r14, r15
    push %\reg
    .endr
    mov %rsp, %rdi
    cld
    call trap_handler
    .irp reg, r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi
    pop %\reg
    .endr
    add $16, %rsp
    iretq

    /*
     * Where another CPU begins: copied below 1 MiB, entered in real mode with cs:ip = page:0 (APM vol. 2, 16.10).
     * cpu_stack and the page tables are ready.
     */
    .code16
    .globl cpu_trampoline, cpu_trampoline_end
cpu_trampoline:
    cli
    mov %cs, %ax
    mov %ax, %ds
    lgdtl 2f - cpu_trampoline
    mov %cr0, %eax
    or $1, %eax
    mov %eax, %cr0
    ljmpl $0x18, $cpu_start32
2:  .short 4 * 8 - 1
    .long gdt
cpu_trampoline_end:

    .code32
cpu_start32:
    mov $0x10, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    mov $page_l4, %eax
    mov %eax, %cr3
    mov %cr4, %eax
    or $0x20, %eax
    mov %eax, %cr4
    mov $0xc0000080, %ecx
    rdmsr
    or $0x900, %eax
    wrmsr
    mov %cr0, %eax
    or $0x80010001, %eax
    mov %eax, %cr0
    ljmp $0x08, $3f
    .code64
3:  xor %eax, %eax
    mov %eax, %fs
    mov %eax, %gs
    mov cpu_stack, %rsp
    xor %ebp, %ebp
    call cpu_main
4:  cli
    hlt
    jmp 4b

    /* bool trap_run(void (*fn)(void *), void *arg): false when fn ended in an exception. */
    .globl trap_run, trap_unwind
trap_run:
    .irp reg, rbx, rbp, r12, r13, r14, r15
    push %\reg
    .endr
    push trap_stack
    mov %rsp, trap_stack
    mov %rdi, %rax
    mov %rsi, %rdi
    call *%rax
    mov $1, %eax
    jmp 1f
trap_unwind:
    mov trap_stack, %rsp
    xor %eax, %eax
1:  pop trap_stack
    .irp reg, r15, r14, r13, r12, rbp, rbx
    pop %\reg
    .endr
    ret

    .data
    .balign 8
gdt:
    .quad 0, 0x00af9b000000ffff, 0x00cf93000000ffff, 0x00cf9b000000ffff
gdtr:
    .short . - gdt - 1
    .quad gdt
    .globl cpu_stack
cpu_stack:
    .quad 0
    .globl trap_stack
trap_stack:
    .quad 0

    .bss
    .balign 4096
    .globl page_l4
page_l4: .skip 4096
page_l3: .skip 4096
page_l2: .skip 4 * 4096
    .globl hypercall_page
hypercall_page: .skip 4096
    .skip 16384
stack_top:
