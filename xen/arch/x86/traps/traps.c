/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What arrives from entry.S: exceptions of the hypervisor's own code, and interrupts.  An exception
 * is a bug unless the exception table knows the instruction.
 */
#include <xen/lib.h>
#include <xen/printk.h>
#include <xen/shutdown.h>
#include <xen/smp.h>
#include <asm/extable.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include <asm/traps.h>

static const char *const trap_name[NR_EXCEPTIONS] = {
    [X86_TRAP_DE] = "divide error",
    [X86_TRAP_DB] = "debug",
    [X86_TRAP_NMI] = "non-maskable interrupt",
    [X86_TRAP_BP] = "breakpoint",
    [X86_TRAP_OF] = "overflow",
    [X86_TRAP_BR] = "bound range",
    [X86_TRAP_UD] = "invalid opcode",
    [X86_TRAP_NM] = "device not available",
    [X86_TRAP_DF] = "double fault",
    [X86_TRAP_TS] = "invalid TSS",
    [X86_TRAP_NP] = "segment not present",
    [X86_TRAP_SS] = "stack fault",
    [X86_TRAP_GP] = "general protection",
    [X86_TRAP_PF] = "page fault",
    [X86_TRAP_MF] = "x87 error",
    [X86_TRAP_AC] = "alignment check",
    [X86_TRAP_MC] = "machine check",
    [X86_TRAP_XM] = "SIMD error",
};

/* Does va lie in the guard page under this CPU's stack? */
static bool is_stack_guard(unsigned long va)
{
    unsigned long block = (unsigned long)get_cpu_info() & ~(STACK_SIZE - 1);

    return va - block >= 3 * PAGE_SIZE && va - block < 4 * PAGE_SIZE;
}

static void fatal_trap(struct cpu_regs *regs) noreturn_fn;
static void fatal_trap(struct cpu_regs *regs)
{
    const char *name = trap_name[regs->vector];

    crash_begin();
    printk("Exception %lu (%s) on CPU %u, error code %#lx\n", regs->vector,
           name ? name : "reserved", smp_processor_id(), regs->error_code);
    if (regs->vector == X86_TRAP_PF)
        printk("  at address %016lx: %s, %s\n", read_cr2(),
               regs->error_code & 1 ? "no right to" : "nothing there",
               regs->error_code & 16  ? "execute"
               : regs->error_code & 2 ? "write"
                                      : "read");
    if ((regs->vector == X86_TRAP_PF || regs->vector == X86_TRAP_DF) && is_stack_guard(read_cr2()))
        printk("  The stack has overrun.\n");
    show_registers(regs);
    show_backtrace(regs->rip, regs->rsp, regs->rbp);
    crash_end();
}

/* Somebody pressed a button, or hardware complains: nothing of ours, and nothing that we could
 * mend. */
static void nmi(struct cpu_regs *regs)
{
    smp_nmi();
    printk(XENLOG_WARNING "NMI on CPU %u at %pS\n", smp_processor_id(), (void *)regs->rip);
}

static void exception(struct cpu_regs *regs)
{
    unsigned long fixup;

    if (regs->vector == X86_TRAP_NMI) {
        nmi(regs);
        return;
    }
    fixup =
        regs->vector == X86_TRAP_MC || regs->vector == X86_TRAP_DF ? 0 : extable_fixup(regs->rip);
    if (!fixup)
        fatal_trap(regs);
    regs->rip = fixup;
}

void trap_dispatch(struct cpu_regs *regs)
{
    unsigned int vector = (uint8_t)regs->vector;

    regs->vector = vector;
    if (vector < NR_EXCEPTIONS)
        exception(regs);
    else
        irq_dispatch(vector, regs);
}
