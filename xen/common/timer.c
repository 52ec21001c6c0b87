/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Timers: a queue per CPU, and the CPU's one-shot deadline kept at or before the queue's first.
 *
 * The hardware is touched only when an earlier deadline appears.  Stopping the first timer leaves
 * it armed: one interrupt too many is cheaper than programming at every stop.  `armed` remembers
 * what it waits for. Timers of another CPU are queued there directly; that CPU arms its own
 * hardware, in a softirq.
 *
 * A handler may free its timer: once it is called, the timer is not looked at again.
 */
#include <xen/cpumask.h>
#include <xen/keyhandler.h>
#include <xen/lib.h>
#include <xen/percpu.h>
#include <xen/printk.h>
#include <xen/smp.h>
#include <xen/softirq.h>
#include <xen/spinlock.h>
#include <xen/time.h>
#include <xen/timer.h>
#include <asm/irqflags.h>

#include "timer_queue.h"

enum timer_status {
    TIMER_DEAD, /* the zero value: an uninitialised timer cannot be armed */
    TIMER_IDLE,
    TIMER_QUEUED,
    TIMER_MOVING, /* between two queues: to be queued when it arrives, unless stopped before */
};

struct timer_cpu {
    spinlock_t lock;
    struct timer_queue queue;
    s_time_t armed;              /* what this CPU's hardware waits for; STIME_MAX for nothing */
    const struct timer *running; /* whose handler runs now; compared, never followed */
};
static DEFINE_PER_CPU(struct timer_cpu, timers);

/* The queue that t belongs to, locked.  t may be moved while we wait for the lock, so look twice.
 */
static struct timer_cpu *lock_queue_of(const struct timer *t, unsigned long *flags)
{
    for (;;) {
        unsigned int cpu = READ_ONCE(t->cpu);
        struct timer_cpu *tc = &per_cpu(timers, cpu);

        spin_lock_irqsave(&tc->lock, *flags);
        if (t->cpu == cpu)
            return tc;
        spin_unlock_irqrestore(&tc->lock, *flags);
    }
}

/* Under the lock of this CPU's queue. */
static void arm_for_first(struct timer_cpu *tc)
{
    const struct timer *first = tc->queue.first;

    if (!first || first->expires >= tc->armed)
        return;
    tc->armed = first->expires;
    if (!arch_timer_program(first->expires))
        softirq_raise(SOFTIRQ_TIMER);
}

static void enqueue(struct timer_cpu *tc, struct timer *t)
{
    t->status = TIMER_QUEUED;
    if (!timer_queue_insert(&tc->queue, t))
        return;
    if (t->cpu == smp_processor_id())
        arm_for_first(tc);
    else
        softirq_raise_on(t->cpu, SOFTIRQ_TIMER);
}

static void dequeue(struct timer_cpu *tc, struct timer *t)
{
    if (t->status == TIMER_QUEUED)
        timer_queue_remove(&tc->queue, t);
    if (t->status != TIMER_DEAD)
        t->status = TIMER_IDLE;
}

void timer_init(struct timer *t, void (*function)(void *), void *data, unsigned int cpu)
{
    *t = (struct timer){.function = function, .data = data, .cpu = cpu, .status = TIMER_IDLE};
}

void timer_set(struct timer *t, s_time_t expires)
{
    unsigned long flags;
    struct timer_cpu *tc = lock_queue_of(t, &flags);

    if (t->status != TIMER_DEAD) {
        dequeue(tc, t);
        t->expires = expires;
        enqueue(tc, t);
    }
    spin_unlock_irqrestore(&tc->lock, flags);
}

void timer_stop(struct timer *t)
{
    unsigned long flags;
    struct timer_cpu *tc = lock_queue_of(t, &flags);

    dequeue(tc, t);
    spin_unlock_irqrestore(&tc->lock, flags);
}

/* Its handler may run on a CPU that the timer has left since, so look at all; not at ours, which is
 * here. */
static bool is_running_elsewhere(const struct timer *t)
{
    unsigned int cpu;

    for_each_online_cpu (cpu)
        if (cpu != smp_processor_id() && READ_ONCE(per_cpu(timers, cpu).running) == t)
            return true;
    return false;
}

void timer_kill(struct timer *t)
{
    unsigned long flags;
    struct timer_cpu *tc = lock_queue_of(t, &flags);

    dequeue(tc, t);
    t->status = TIMER_DEAD;
    spin_unlock_irqrestore(&tc->lock, flags);
    while (is_running_elsewhere(t))
        cpu_relax();
}

/* Between the two locks the timer belongs to the new CPU and is on no queue; who sets, stops or
 * kills it then, wins. */
void timer_migrate(struct timer *t, unsigned int cpu)
{
    unsigned long flags;
    struct timer_cpu *tc = lock_queue_of(t, &flags);

    if (t->cpu != cpu) {
        if (t->status == TIMER_QUEUED) {
            dequeue(tc, t);
            t->status = TIMER_MOVING;
        }
        WRITE_ONCE(t->cpu, cpu);
        spin_unlock_irqrestore(&tc->lock, flags);
        tc = lock_queue_of(t, &flags);
        if (t->status == TIMER_MOVING)
            enqueue(tc, t);
    }
    spin_unlock_irqrestore(&tc->lock, flags);
}

bool timer_is_active(const struct timer *t)
{
    return READ_ONCE(t->status) >= TIMER_QUEUED;
}

/* Takes the first timer off if its time has come, by `now`. */
static struct timer *take_expired(struct timer_cpu *tc, s_time_t now)
{
    struct timer *t = tc->queue.first;

    if (!t || t->expires > now)
        return NULL;
    dequeue(tc, t);
    return t;
}

/*
 * The softirq, for a deadline reached or for a timer queued from afar.  After a batch of handlers
 * the other softirqs have their turn: a handler may set its timer into the past for as long as it
 * likes.
 */
#define BATCH 32

static void timer_run(void)
{
    struct timer_cpu *tc = &this_cpu(timers);
    s_time_t now = NOW();
    struct timer *t;

    spin_lock_irq(&tc->lock);
    for (unsigned int i = 0; i < BATCH && (t = take_expired(tc, now)) != NULL; i++) {
        void (*function)(void *) = t->function;
        void *data = t->data;

        WRITE_ONCE(tc->running, t);
        spin_unlock_irq(&tc->lock);
        function(data);
        spin_lock_irq(&tc->lock);
        WRITE_ONCE(tc->running, NULL);
    }
    /* The deadline may have struck a little early, so do not compare: it is spent, and programmed
     * anew. */
    tc->armed = STIME_MAX;
    arm_for_first(tc);
    spin_unlock_irq(&tc->lock);
}

static void print_timer(const struct timer *t)
{
    printk("  %p(%p) in %ld us\n", (void *)t->function, t->data,
           (long)((t->expires - NOW()) / MICROSECS(1)));
}

void timer_dump(char key)
{
    unsigned int cpu;

    printk("Timers at %ld us\n", (long)(NOW() / MICROSECS(1)));
    for_each_online_cpu (cpu) {
        struct timer_cpu *tc = &per_cpu(timers, cpu);
        unsigned long flags;

        spin_lock_irqsave(&tc->lock, flags);
        printk("CPU%u:\n", cpu);
        timer_queue_for_each(&tc->queue, print_timer);
        spin_unlock_irqrestore(&tc->lock, flags);
    }
}

void timer_cpu_init(unsigned int cpu)
{
    struct timer_cpu *tc = &per_cpu(timers, cpu);

    spin_lock_init(&tc->lock, LOCK_TIMER);
    tc->armed = STIME_MAX;
}

void timer_subsystem_init(void)
{
    timer_cpu_init(smp_processor_id());
    softirq_open(SOFTIRQ_TIMER, timer_run);
    keyhandler_register('a', timer_dump, "dump timer queues");
}
