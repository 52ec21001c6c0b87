/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the loader to C.
 *
 *   multiboot 1 and 2   enter at `start`: 32-bit protected mode, paging off, eax the protocol's magic number,
 *                       ebx its information; nothing is known of esp and the descriptor tables
 *   xen.efi             enters at `start_efi` in 64-bit mode, edi and esi what eax and ebx are above, all of it
 *                       below 4 GiB and mapped one to one; goes back to the state above
 *
 * The image may lie at any multiple of 2 MiB below 4 GiB: esi holds by how much it has been moved, and
 * PHYS(symbol)(%esi) is where the symbol is.  Sections without contents have been zeroed by the loader.
 */
#include <asm-offsets.h>
#include <asm/segments.h>

#define VIRT_START      0xffffffff80000000
#define DIRECTMAP_SLOT  262     /* of the top table: bits 47-39 of DIRECTMAP_VIRT_START */
#define IMAGE_2M_PAGES  8
#define PHYS(symbol)    ((symbol) - VIRT_START)

#define MB1_MAGIC  0x1badb002
#define MB1_FLAGS  0x00010003   /* modules on page boundaries; memory map wanted; load addresses given */
#define MB2_MAGIC  0xe85250d6

#define PTE_TABLE  0x003        /* present, writable */
#define PTE_2M     0x083        /* and large */

    .section .head, "ax"

    .balign 4
mb1_header:
    .long MB1_MAGIC, MB1_FLAGS, -(MB1_MAGIC + MB1_FLAGS)
    .long PHYS(mb1_header), PHYS(__image_start), PHYS(__image_data_end), PHYS(__image_end), PHYS(start)

    .balign 8
mb2_header:
    .long MB2_MAGIC, 0, mb2_end - mb2_header, -(MB2_MAGIC + (mb2_end - mb2_header))
    /* wants: memory map; the loader's name, command line, modules, RSDP if it has them */
    .balign 8
    .short 1, 0
    .long 12, 6
    /* modules on page boundaries */
    .balign 8
    .short 6, 0
    .long 8
    /* may be moved: between 2 MiB and 4 GiB, in steps of 2 MiB, low preferred */
    .balign 8
    .short 10, 0
    .long 24, 0x200000, 0xffffffff, 0x200000, 1
    /* 64-bit entry under UEFI: for xen.efi; others heed it only with boot services kept */
    .balign 8
    .short 9, 0
    .long 12, PHYS(start_efi)
    .balign 8
    .short 0, 0
    .long 8
mb2_end:

    .code32
    .globl start
start:
    cli
    cld
    mov %eax, %edi
    /* Where are we?  A call tells; the first words of the loader's information serve as its stack. */
    mov (%ebx), %ecx
    lea 4(%ebx), %esp
    call 1f
1:  pop %esi
    mov %ecx, (%ebx)
    sub $PHYS(1b), %esi
    lea PHYS(boot_stack_top)(%esi), %esp

    /* 64-bit mode and no-execute are asked for below: is there such a thing? (APM vol. 3, app. E) */
    mov %ebx, %ebp
    mov $0x80000000, %eax
    cpuid
    cmp $0x80000001, %eax
    jb no_long_mode
    mov $0x80000001, %eax
    cpuid
    bt $29, %edx
    jnc no_long_mode
    bt $20, %edx
    jnc no_long_mode
    mov %ebp, %ebx

    /* The lowest 4 GiB one to one, by 2 MiB. */
    lea PHYS(boot_l2_low)(%esi), %edx
    xor %ecx, %ecx
    mov $PTE_2M, %eax
1:  mov %eax, (%edx, %ecx, 8)
    add $0x200000, %eax
    inc %ecx
    cmp $4 * 512, %ecx
    jne 1b

    lea PHYS(boot_l3_low)(%esi), %ecx
    lea PTE_TABLE(%edx), %eax
    mov %eax, (%ecx)
    add $0x1000, %eax
    mov %eax, 8(%ecx)
    add $0x1000, %eax
    mov %eax, 16(%ecx)
    add $0x1000, %eax
    mov %eax, 24(%ecx)

    /* The same at the direct map's place, so that C can use its addresses from the start. */
    lea PHYS(boot_l4)(%esi), %edx
    lea PTE_TABLE(%ecx), %eax
    mov %eax, (%edx)
    mov %eax, DIRECTMAP_SLOT * 8(%edx)

    /* The image at the address it is linked for. */
    lea PHYS(boot_l3_image) + PTE_TABLE(%esi), %eax
    mov %eax, 511 * 8(%edx)
    lea PHYS(boot_l2_image)(%esi), %ecx
    lea PTE_TABLE(%ecx), %eax
    mov %eax, PHYS(boot_l3_image) + 510 * 8(%esi)
    xor %ebp, %ebp
    lea PTE_2M(%esi), %eax
1:  mov %eax, (%ecx, %ebp, 8)
    add $0x200000, %eax
    inc %ebp
    cmp $IMAGE_2M_PAGES, %ebp
    jne 1b

    mov %edx, %cr3
    mov %cr4, %eax
    or $0x2a0, %eax                     /* PAE, PGE, SSE state; no machine checks before there is an IDT */
    and $~0x40, %eax
    mov %eax, %cr4
    mov $0xc0000080, %ecx               /* EFER: long mode, no-execute */
    rdmsr
    or $0x900, %eax
    wrmsr
    mov $0x80010033, %eax               /* CR0: paging, write protection, native FPU errors, MP, PE */
    mov %eax, %cr0

    lea PHYS(boot_gdt)(%esi), %eax
    mov %eax, PHYS(boot_gdtr) + 2(%esi)
    lgdt PHYS(boot_gdtr)(%esi)
    push $SEL_CODE64
    lea PHYS(1f)(%esi), %eax
    push %eax
    lret

    .code64
1:  mov $high, %rax
    jmp *%rax

no_long_mode:
    .code32
    lea PHYS(no_long_mode_text)(%esi), %esi
1:  lodsb
    test %al, %al
    jz 2f
    mov $0x3f8, %edx
    outb %al, %dx
    jmp 1b
2:  hlt
    jmp 2b

    .section .rodata
no_long_mode_text:
    .asciz "Stake needs a 64-bit processor with no-execute pages.\r\n"

    .section .head, "ax"
    .code64
    .globl start_efi
start_efi:
    cli
    cld
    /* Down to 32-bit protected mode without paging, as multiboot 2 has it. */
    lea boot_stack_top(%rip), %rsp
    lea boot_gdt(%rip), %rax
    mov %rax, boot_gdtr + 2(%rip)
    lgdt boot_gdtr(%rip)
    lea 1f(%rip), %rax
    push $SEL_CODE32
    push %rax
    lretq
    .code32
1:  mov $SEL_DATA, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    mov %edi, %eax
    mov %esi, %ebx
    mov %cr0, %ecx
    and $0x7fffffff, %ecx
    mov %ecx, %cr0
    mov %eax, %edi
    mov $0xc0000080, %ecx
    xor %eax, %eax
    xor %edx, %edx
    wrmsr
    mov %cr4, %eax
    and $~0x1000a0, %eax
    mov %eax, %cr4
    mov %edi, %eax
    jmp start

    .text
    .code64
high:
    mov $SEL_DATA, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    xor %eax, %eax
    mov %eax, %fs
    mov %eax, %gs
    mov $boot_stack_top, %rsp
    xor %ebp, %ebp
    mov %edi, %edi                      /* magic */
    mov %esi, %edx                      /* moved by */
    mov %ebx, %esi                      /* information */
    push $0
    jmp start_xen

    .data
    .balign 8
boot_gdt:
    .quad 0
    .quad 0x00af9b000000ffff            /* SEL_CODE64 */
    .quad 0x00cf93000000ffff            /* SEL_DATA */
    .quad 0x00cf9b000000ffff            /* SEL_CODE32 */
    .skip 6
boot_gdtr:
    .short . - boot_gdt - 6 - 1
    .quad 0

    .section .bss.page_aligned, "aw", @nobits
    .balign 4096
    .globl boot_l4
boot_l4:       .skip 4096
boot_l3_low:   .skip 4096
boot_l3_image: .skip 4096
boot_l2_low:   .skip 4 * 4096
boot_l2_image: .skip 4096

    .balign STACK_BYTES
    .globl boot_stack
boot_stack:
    .skip STACK_BYTES
boot_stack_top = . - CPU_INFO_SIZE
