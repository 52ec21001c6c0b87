/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one-shot deadline of a CPU: by its APIC's timer, set to a TSC value where the processor can
 * do that, else counting down (SDM vol. 3, 11.5.4; APM vol. 2, 16.4.1).
 *
 * An interrupt too early does no harm: the timer softirq finds nothing due and programs again.
 */
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/printk.h>
#include <xen/softirq.h>
#include <xen/time.h>
#include <xen/timer.h>
#include <asm/apic.h>
#include <asm/irq.h>
#include <asm/msr.h>
#include <asm/processor.h>

#include "private.h"

#define MSR_TSC_DEADLINE         0x6e0
#define CPUID_1_ECX_TSC_DEADLINE (1u << 24)

static bool __ro_after_init by_tsc;
static struct time_scale __ro_after_init ns_to_apic;

static void timer_interrupt(void)
{
    softirq_raise(SOFTIRQ_TIMER);
}

void deadline_cpu_init(void)
{
    apic_write(APIC_TDCR, APIC_TDCR_BY_1);
    apic_write(APIC_LVT_TIMER, VECTOR_TIMER | (by_tsc ? APIC_LVT_TSC_DEADLINE : 0));
}

/* What an emulator offers but ignores reads back as zero. */
static bool __init tsc_deadline_works(void)
{
    uint64_t value;

    if (!(cpuid(1).c & CPUID_1_ECX_TSC_DEADLINE))
        return false;
    apic_write(APIC_LVT_TIMER, APIC_LVT_MASKED | APIC_LVT_TSC_DEADLINE);
    __asm__ volatile("mfence" ::: "memory");
    if (wrmsr_safe(MSR_TSC_DEADLINE, UINT64_MAX) || rdmsr_safe(MSR_TSC_DEADLINE, &value))
        return false;
    wrmsr_safe(MSR_TSC_DEADLINE, 0);
    return value != 0;
}

void __init deadline_init(uint64_t apic_hz)
{
    by_tsc = tsc_deadline_works();
    ns_to_apic = time_scale_between(SECONDS(1), apic_hz);
    irq_set_fixed(VECTOR_TIMER, timer_interrupt);
    deadline_cpu_init();
    printk(XENLOG_INFO "Timer: APIC %s\n", by_tsc ? "by TSC deadline" : "counting down");
}

/* A deadline further away than the counter reaches is programmed as far as it does. */
static void count_down(s_time_t delta)
{
    uint64_t count = time_scale(min(delta, SECONDS(60)), ns_to_apic) + 1;

    apic_write(APIC_TMICT, min(count, (uint64_t)UINT32_MAX));
}

bool arch_timer_program(s_time_t deadline)
{
    s_time_t delta = deadline - NOW();

    if (delta <= 0)
        return false;
    if (by_tsc)
        wrmsr(MSR_TSC_DEADLINE, time_to_tsc(deadline));
    else
        count_down(delta);
    return true;
}
