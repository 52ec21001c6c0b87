/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the other CPUs begin: in real mode, at the start of a page below 1 MiB to which smpboot.c copies the
 * code between trampoline_start and trampoline_end, its fields filled in.
 *
 * One step leads from real mode to long mode (APM vol. 2, 14.6.1 and 14.8: paging and protection may be
 * switched on by the same write): on the tables of head.S, which map both this page and the image.  From the
 * image the CPU goes over to the final tables, to its own stack, and to C.
 */
#include <asm/segments.h>

/* Addresses in the copy: the code runs at offset 0 of its segment. */
#define AT(symbol) (symbol - trampoline_start)

    .section .rodata, "a"
    .balign 16
    .globl trampoline_start, trampoline_end, trampoline_fields
    .code16
trampoline_start:
    cli
    mov     %cs, %ax
    mov     %ax, %ds
    lgdtl   AT(gdt_pointer)
    mov     AT(field_cr4), %eax
    mov     %eax, %cr4
    mov     AT(field_cr3), %eax
    mov     %eax, %cr3
    mov     $0xc0000080, %ecx
    mov     AT(field_efer), %eax
    xor     %edx, %edx
    wrmsr
    mov     AT(field_cr0), %eax
    mov     %eax, %cr0
    ljmpl   *AT(field_jump)

    .balign 16
/* Loaded in real mode; the page's address is added by smpboot.c. */
gdt:
    .quad   0
    .quad   0x00af9a000000ffff  /* SEL_CODE64 */
    .quad   0x00cf92000000ffff  /* SEL_DATA */
gdt_end:

    .balign 8
trampoline_fields:              /* struct trampoline_fields in smpboot.c */
field_cr0:
    .long   0
field_cr3:
    .long   0
field_cr4:
    .long   0
field_efer:
    .long   0
field_jump:
    .long   AT(in_long_mode)    /* + the page */
    .long   SEL_CODE64
gdt_pointer:
    .word   gdt_end - gdt - 1
    .long   AT(gdt)             /* + the page */
    .word   0

    .code64
in_long_mode:
    movabs  $ap_entry, %rax
    jmp     *%rax
trampoline_end:

    .text
    .code64
ap_entry:
    mov     $SEL_DATA, %eax
    mov     %eax, %ds
    mov     %eax, %es
    mov     %eax, %ss
    xor     %eax, %eax
    mov     %eax, %fs
    mov     %eax, %gs
    mov     ap_cr3(%rip), %rax
    mov     %rax, %cr3
    mov     ap_stack(%rip), %rsp
    xor     %ebp, %ebp
    call    ap_start            /* does not return */
    ud2
