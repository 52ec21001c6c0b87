/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Softirqs: a word of pending bits per CPU, and a handler for each bit.
 *
 * Processing goes in passes.  A pass takes all bits at once and serves them in the order of the
 * enum, so SCHEDULE comes last, and also comes at all when an earlier handler keeps raising itself.
 */
#include <xen/atomic.h>
#include <xen/bug.h>
#include <xen/percpu.h>
#include <xen/smp.h>
#include <xen/softirq.h>
#include <xen/spinlock.h>
#include <asm/irqflags.h>

static DEFINE_PER_CPU(unsigned int, pending);
static void (*handlers[SOFTIRQ_COUNT])(void);

#define ALL_SOFTIRQS ((1u << SOFTIRQ_COUNT) - 1)

void softirq_open(enum softirq nr, void (*handler)(void))
{
    ASSERT(nr < SOFTIRQ_COUNT && !handlers[nr]);
    handlers[nr] = handler;
}

void softirq_raise(enum softirq nr)
{
    set_bit(nr, &this_cpu(pending));
}

void softirq_raise_on(unsigned int cpu, enum softirq nr)
{
    /* Who finds the bit set knows that the CPU was kicked, or has not yet come round, since. */
    if (!test_and_set_bit(nr, &per_cpu(pending, cpu)) && cpu != smp_processor_id())
        smp_send_event_check(cpu);
}

bool softirq_pending(unsigned int cpu)
{
    return READ_ONCE(per_cpu(pending, cpu)) != 0;
}

/* The CPU may not change inside: vCPUs move between CPUs, the hypervisor's stacks do not. */
static void process(unsigned int mask)
{
    unsigned int *word = &this_cpu(pending);
    unsigned int todo;

    ASSERT(local_irq_is_enabled());
    while ((todo = READ_ONCE(*word) & mask) != 0) {
        spin_assert_none_held();
        __atomic_fetch_and(word, ~todo, __ATOMIC_SEQ_CST);
        for (; todo; todo &= todo - 1)
            handlers[__builtin_ctz(todo)]();
    }
}

void softirq_process(void)
{
    process(ALL_SOFTIRQS);
}

void softirq_process_nosched(void)
{
    process(ALL_SOFTIRQS & ~(1u << SOFTIRQ_SCHEDULE));
}
