/* SPDX-License-Identifier: GPL-2.0-only */
/* CPU 0 has the linked variables themselves, the others copies. */
#ifndef ASM_HOST_PERCPU_H
#define ASM_HOST_PERCPU_H

#include <asm/smp.h>

extern unsigned long per_cpu_offset[];

#define per_cpu_ptr_of(var, cpu) ((typeof(&(var)))((unsigned long)&(var) + per_cpu_offset[cpu]))
#define this_cpu_ptr_of(var)     per_cpu_ptr_of(var, smp_processor_id())

#endif
