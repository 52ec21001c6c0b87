/* SPDX-License-Identifier: GPL-2.0-only */
/* Waiting for something to do. */
#include <xen/sched.h>
#include <xen/smp.h>
#include <xen/softirq.h>
#include <asm/irqflags.h>

/*
 * STI takes effect after the next instruction (APM vol. 3, STI): an interrupt that raises a softirq
 * comes either before we look or wakes the halt, never in between.
 */
void arch_cpu_idle(void)
{
    local_irq_disable();
    if (softirq_pending(smp_processor_id()))
        local_irq_enable();
    else
        __asm__ volatile("sti; hlt" ::: "memory");
}
