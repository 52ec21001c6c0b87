/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of the image, as xen.lds lays them out. */
#ifndef ASM_X86_IMAGE_H
#define ASM_X86_IMAGE_H

#include <xen/types.h>

extern char __image_start[], __data_end[], __image_data_end[], __image_end[];
extern char __text_start[], __text_end[];
extern char __rodata_start[], __rodata_end[];
extern char __ro_after_init_start[], __ro_after_init_end[];
extern char __init_start[], __init_text_start[], __init_text_end[], __init_end[];
extern char __percpu_start[], __percpu_end[];   /* CPU 0's own copy */

static inline bool is_text(unsigned long addr)
{
    return (addr >= (unsigned long)__text_start && addr < (unsigned long)__text_end) ||
           (addr >= (unsigned long)__init_text_start && addr < (unsigned long)__init_text_end);
}

#endif
