/* SPDX-License-Identifier: GPL-2.0-only */
/* Exceptions and interrupts of the hypervisor itself; guests' own never come here. */
#ifndef ASM_X86_TRAPS_H
#define ASM_X86_TRAPS_H

#include <xen/types.h>

#define NR_EXCEPTIONS 32
#define NR_VECTORS    256

/* What traps/entry.S leaves on the stack, lowest address first. */
struct cpu_regs {
    uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
    uint64_t vector, error_code;
    uint64_t rip, cs, rflags, rsp, ss;
};

/* GDT, TSS and IDT of the CPU we run on; after this, it can take exceptions. */
void cpu_tables_init(unsigned int cpu);
void idt_init(void);                 /* once, before the first cpu_tables_init() */
void stack_guard_boot(void);         /* unmaps the page under the first stack */
/* A stack block for a CPU about to be started (see asm/current.h), its guard page unmapped, its cpu_info
 * filled in; the initial stack pointer, or 0 when out of memory. */
unsigned long cpu_stack_create(unsigned int cpu);

/* traps/: from entry.S. */
void trap_dispatch(struct cpu_regs *regs);
/* irq/: a vector of 32 and more. Interrupts are off. */
void irq_dispatch(unsigned int vector, struct cpu_regs *regs);

void show_registers(const struct cpu_regs *regs);
void show_backtrace(unsigned long rip, unsigned long rsp, unsigned long rbp);

#endif
