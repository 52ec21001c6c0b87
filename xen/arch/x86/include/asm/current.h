/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What this CPU is doing, kept at the top of its stack: the stack block is STACK_SIZE long and so
 * aligned, so that the stack pointer alone leads here, in every context (IST stacks lie in the same block).
 *
 *   page 0  double fault   page 1  NMI   page 2  machine check   page 3  guard (unmapped)   pages 4-7  the stack
 */
#ifndef ASM_X86_CURRENT_H
#define ASM_X86_CURRENT_H

#include <xen/types.h>
#include <asm/page.h>

#define STACK_ORDER 3
#define STACK_SIZE  (PAGE_SIZE << STACK_ORDER)

struct vcpu;

struct cpu_info {
    unsigned int processor_id;
    struct vcpu *curr;   
    unsigned long per_cpu_offset;
    unsigned long pad;          /* keeps the stack 16-byte aligned below */
};

static inline struct cpu_info *get_cpu_info(void)
{
    unsigned long sp;

    __asm__("mov %%rsp, %0" : "=r"(sp));
    return (struct cpu_info *)((sp & ~(STACK_SIZE - 1)) + STACK_SIZE) - 1;
}

#define current (get_cpu_info()->curr)

#endif
