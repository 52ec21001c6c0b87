/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tasklets: a list per CPU, run as softirq, one a pass, so that the other softirqs get their turn
 * in between even when a tasklet schedules itself again and again.
 *
 * A tasklet may free itself in its function: nothing here looks at it once the function has been
 * called.
 */
#include <xen/cpumask.h>
#include <xen/percpu.h>
#include <xen/smp.h>
#include <xen/softirq.h>
#include <xen/spinlock.h>
#include <xen/tasklet.h>
#include <asm/irqflags.h>

struct tasklet_queue {
    struct list_head list;
    const struct tasklet *running; /* NULL for none; compared, never followed */
};

/* One lock for all: tasklets are rare, and may change CPUs. */
static DEFINE_SPINLOCK(tasklet_lock, LOCK_TASKLET);
static DEFINE_PER_CPU(struct tasklet_queue, queue);

void tasklet_init(struct tasklet *t, void (*function)(void *), void *data)
{
    list_init(&t->list);
    t->function = function;
    t->data = data;
    t->is_scheduled = false;
}

void tasklet_schedule_on(struct tasklet *t, unsigned int cpu)
{
    unsigned long flags;

    spin_lock_irqsave(&tasklet_lock, flags);
    if (!t->is_scheduled) {
        t->is_scheduled = true;
        list_add_tail(&t->list, &per_cpu(queue, cpu).list);
        softirq_raise_on(cpu, SOFTIRQ_TASKLET);
    }
    spin_unlock_irqrestore(&tasklet_lock, flags);
}

void tasklet_schedule(struct tasklet *t)
{
    tasklet_schedule_on(t, smp_processor_id());
}

static bool is_running(const struct tasklet *t)
{
    unsigned int cpu;

    for_each_online_cpu (cpu)
        if (cpu != smp_processor_id() && READ_ONCE(per_cpu(queue, cpu).running) == t)
            return true;
    return false;
}

void tasklet_kill(struct tasklet *t)
{
    unsigned long flags;

    spin_lock_irqsave(&tasklet_lock, flags);
    list_del(&t->list);
    t->is_scheduled = false;
    spin_unlock_irqrestore(&tasklet_lock, flags);
    while (is_running(t))
        cpu_relax();
}

/* The next one to run, or NULL; it stands in q->running before it can be missed in the list. */
static struct tasklet *take_first(struct tasklet_queue *q)
{
    struct tasklet *t = NULL;

    spin_lock_irq(&tasklet_lock);
    if (!list_empty(&q->list)) {
        t = list_first_entry(&q->list, struct tasklet, list);
        list_del(&t->list);
        t->is_scheduled = false;
    }
    WRITE_ONCE(q->running, t);
    spin_unlock_irq(&tasklet_lock);
    return t;
}

static void tasklet_run(void)
{
    struct tasklet_queue *q = &this_cpu(queue);
    struct tasklet *t = take_first(q);

    if (!t)
        return;
    t->function(t->data);

    spin_lock_irq(&tasklet_lock);
    WRITE_ONCE(q->running, NULL);
    if (!list_empty(&q->list))
        softirq_raise(SOFTIRQ_TASKLET);
    spin_unlock_irq(&tasklet_lock);
}

void tasklet_cpu_init(unsigned int cpu)
{
    list_init(&per_cpu(queue, cpu).list);
}

void tasklet_subsystem_init(void)
{
    tasklet_cpu_init(smp_processor_id());
    softirq_open(SOFTIRQ_TASKLET, tasklet_run);
}
