/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mark: a program that does one instruction which the counting plugin knows (count.c) and ends.  What lies between
 * two of them is what is measured; the program is without a library, so that little of itself is in it.
 */
#include <asm/unistd.h>

        .globl _start
_start:
        nopl 0x5eed0000(%rax)
        mov $__NR_exit, %eax
        xor %edi, %edi
        syscall

        .section .note.GNU-stack, "", @progbits
