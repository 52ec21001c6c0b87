/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers that assembly needs of C: OFFSET and DEFINE leave marked lines in the compiler's output,
 * from which the Makefile makes <asm-offsets.h>.  This file is never linked.
 */
#include <xen/types.h>
#include <asm/current.h>
#include <asm/traps.h>

#define DEFINE(name, value)        __asm__ volatile("@@ " #name " %0 @@" ::"i"(value))
#define OFFSET(name, type, member) DEFINE(name, __builtin_offsetof(struct type, member))

void offsets(void);

void offsets(void)
{
    DEFINE(STACK_BYTES, STACK_SIZE);
    DEFINE(CPU_INFO_SIZE, sizeof(struct cpu_info));
    OFFSET(CPU_INFO_processor_id, cpu_info, processor_id);
    OFFSET(CPU_REGS_vector, cpu_regs, vector);
    OFFSET(CPU_REGS_rip, cpu_regs, rip);
}
