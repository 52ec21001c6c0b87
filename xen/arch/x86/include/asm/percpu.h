/* SPDX-License-Identifier: GPL-2.0-only */
/* A CPU's copy of a variable: its offset stands in cpu_info, and in a table for the others. */
#ifndef ASM_X86_PERCPU_H
#define ASM_X86_PERCPU_H

#include <asm/current.h>

extern unsigned long per_cpu_offset[];

#define per_cpu_ptr_of(var, cpu) ((typeof(&(var)))((char *)&(var) + per_cpu_offset[cpu]))
#define this_cpu_ptr_of(var)     ((typeof(&(var)))((char *)&(var) + get_cpu_info()->per_cpu_offset))

int percpu_area_init(unsigned int cpu);     /* allocates and zeroes; CPU 0's is static */

#endif
