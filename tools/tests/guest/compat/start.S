/* SPDX-License-Identifier: GPL-2.0-only */
/* The PVH entry of a kernel that stays as it is entered: 32-bit, flat segments, no paging; ebx the start info. */
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
    xor %ebp, %ebp
    push %ebx
    call compat_main
1:  hlt
    jmp 1b

    .bss
    .balign 4096
    .globl hypercall_page
hypercall_page: .skip 4096
    .skip 16384
stack_top:
