/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Making other CPUs do something: look at their softirqs, call a function, stop.
 *
 * One call is under way at a time.  Whoever waits for the lock has interrupts on, so that it can be
 * called meanwhile: hence no IRQ-safe lock may be held around smp_call(), whose holder others await
 * with them off.
 */
#include <xen/acpi.h>
#include <xen/atomic.h>
#include <xen/bug.h>
#include <xen/init.h>
#include <xen/smp.h>
#include <xen/spinlock.h>
#include <asm/apic.h>
#include <asm/irq.h>
#include <asm/irqflags.h>

cpumask_t cpu_online_map;
cpumask_t cpu_present_map;

struct call {
    void (*fn)(void *);
    void *arg;
    bool wait;
    atomic_t left; /* CPUs that have not finished, or not begun if nobody waits for the end */
};
static struct call call;
static DEFINE_SPINLOCK(call_lock, LOCK_SMP_CALL);
static bool is_stopping;

static void send(unsigned int cpu, uint32_t command)
{
    apic_send_ipi(acpi_cpus[cpu].apic_id, APIC_ICR_ASSERT | command);
}

void smp_send_event_check(unsigned int cpu)
{
    send(cpu, APIC_DELIVER_FIXED | VECTOR_EVENT_CHECK);
}

/* The interrupt itself has done it: the CPU left its guest, or its halt. */
static void event_check_interrupt(void)
{
}

static void call_interrupt(void)
{
    void (*fn)(void *) = call.fn;
    void *arg = call.arg;
    bool wait = call.wait;

    if (!wait)
        atomic_dec_return(&call.left);
    fn(arg);
    if (wait)
        atomic_dec_return(&call.left);
}

static void call_here(void (*fn)(void *), void *arg)
{
    unsigned long flags;

    local_irq_save(flags);
    fn(arg);
    local_irq_restore(flags);
}

static void call_others(const cpumask_t *others)
{
    unsigned int cpu;

    for_each_cpu (cpu, others)
        send(cpu, APIC_DELIVER_FIXED | VECTOR_CALL);
}

void smp_call(const cpumask_t *mask, void (*fn)(void *), void *arg, bool wait)
{
    unsigned int self = smp_processor_id();
    bool is_for_me = cpumask_test(mask, self);
    cpumask_t others;

    cpumask_and(&others, mask, &cpu_online_map);
    cpumask_clear(&others, self);
    if (cpumask_empty(&others)) {
        if (is_for_me)
            call_here(fn, arg);
        return;
    }

    ASSERT(local_irq_is_enabled());
    spin_lock(&call_lock);
    call = (struct call){fn, arg, wait, ATOMIC_INIT((int)cpumask_weight(&others))};
    smp_mb();
    call_others(&others);
    if (is_for_me)
        call_here(fn, arg);
    while (atomic_read(&call.left))
        cpu_relax();
    smp_mb(); /* what the others wrote is seen by whoever comes back from here */
    spin_unlock(&call_lock);
}

void smp_stop_others(void)
{
    unsigned int cpu;

    if (xchg(&is_stopping, true))
        return;
    for_each_online_cpu (cpu)
        if (cpu != smp_processor_id())
            send(cpu, APIC_DELIVER_NMI);
}

void smp_nmi(void)
{
    while (READ_ONCE(is_stopping))
        __asm__ volatile("cli; hlt");
}

void __init smp_init(void)
{
    cpumask_set(&cpu_online_map, smp_processor_id());
    for (unsigned int cpu = 0; cpu < acpi_cpu_count; cpu++)
        cpumask_set(&cpu_present_map, cpu);
    irq_set_fixed(VECTOR_EVENT_CHECK, event_check_interrupt);
    irq_set_fixed(VECTOR_CALL, call_interrupt);
}
