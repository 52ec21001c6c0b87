/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the PVH entry state (32-bit, flat, no paging, ebx: struct unpack_params) to 64-bit C with the first
 * 4 GiB mapped as they are, and back again to enter the kernel in the state that it expects.
 */
#define CR0_PE (1 << 0)
#define CR0_MP (1 << 1)
#define CR0_ET (1 << 4)
#define CR0_PG (1 << 31)
#define CR4_PAE (1 << 5)
#define CR4_SSE ((1 << 9) | (1 << 10))  /* OSFXSR, OSXMMEXCPT: the libraries are compiled for SSE */
#define MSR_EFER 0xc0000080
#define EFER_LME (1 << 8)
#define MSR_HYPERCALL_PAGE 0x40000000
#define PTE_TABLE 3                     /* present, writable */
#define PTE_2M    0x83                  /* and 2 MiB large */
#define CODE32 0x08
#define CODE64 0x10
#define DATA   0x18

        .section .start, "ax"
        .code32
        .globl  start
start:
        mov     $stack_top, %esp
        lgdt    gdt_pointer

        /* One table of four 1 GiB entries, four tables of 2 MiB pages. */
        mov     $page_tables + 0x1000 + PTE_TABLE, %eax
        mov     %eax, page_tables
        mov     $page_tables + 0x1000, %edi
        mov     $page_tables + 0x2000 + PTE_TABLE, %eax
        mov     $4, %ecx
1:      mov     %eax, (%edi)
        add     $0x1000, %eax
        add     $8, %edi
        loop    1b
        mov     $page_tables + 0x2000, %edi
        mov     $PTE_2M, %eax
        mov     $2048, %ecx
1:      mov     %eax, (%edi)
        add     $0x200000, %eax
        add     $8, %edi
        loop    1b

        mov     $page_tables, %eax
        mov     %eax, %cr3
        mov     $CR4_PAE | CR4_SSE, %eax
        mov     %eax, %cr4
        mov     $MSR_EFER, %ecx
        mov     $EFER_LME, %eax
        xor     %edx, %edx
        wrmsr
        mov     $MSR_HYPERCALL_PAGE, %ecx
        mov     $hypercall_page, %eax
        wrmsr
        mov     $CR0_PE | CR0_MP | CR0_ET | CR0_PG, %eax
        mov     %eax, %cr0
        ljmp    $CODE64, $long_mode

        .code64
long_mode:
        mov     $DATA, %eax
        mov     %eax, %ds
        mov     %eax, %es
        mov     %eax, %ss
        mov     %ebx, %edi
        xor     %ebp, %ebp
        call    unpack_main
        ud2

/* long hypercall(number, arg1, arg2, arg3) */
        .globl  hypercall
hypercall:
        mov     %edi, %eax
        shl     $5, %eax
        add     $hypercall_page, %eax
        mov     %rsi, %rdi
        mov     %rdx, %rsi
        mov     %rcx, %rdx
        jmp     *%rax

/* void enter_kernel(entry, start_info): all of long mode is left behind. */
        .globl  enter_kernel
enter_kernel:
        mov     %esi, %ebx
        mov     %edi, %esi
        lgdt    gdt_pointer
        push    $CODE32
        push    $protected_mode
        lretq
        .code32
protected_mode:
        mov     $CR0_PE | CR0_ET, %eax
        mov     %eax, %cr0
        mov     $MSR_EFER, %ecx
        xor     %eax, %eax
        xor     %edx, %edx
        wrmsr
        xor     %eax, %eax
        mov     %eax, %cr4
        mov     %eax, %cr3
        mov     $DATA, %eax
        mov     %eax, %ds
        mov     %eax, %es
        mov     %eax, %ss
        xor     %ebp, %ebp
        xor     %edi, %edi
        xor     %eax, %eax
        jmp     *%esi

        .section .rodata
        .balign 8
gdt:
        .quad   0
        .quad   0x00cf9b000000ffff      /* CODE32: 4 GiB, 32-bit */
        .quad   0x00af9b000000ffff      /* CODE64 */
        .quad   0x00cf93000000ffff      /* DATA */
gdt_pointer:
        .word   . - gdt - 1
        .quad   gdt                     /* 32-bit code reads half of it */

        .bss
        .balign 4096
page_tables:
        .skip   6 * 4096
hypercall_page:
        .skip   4096
        .skip   32768
stack_top:
        .section .note.GNU-stack, "", @progbits
