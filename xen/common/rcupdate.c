/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Read-copy-update by quiescent states.
 *
 * Grace periods are numbered.  `current_gp` is the one under way or the last one, `completed_gp`
 * the last one finished; `waiting_for` are the CPUs that have yet to pass the top of their loop.  A
 * CPU that idles has passed already: a period that begins does not wait for it.
 *
 * Callbacks wait on their own CPU, in two lists: those of the period `wait_gp`, and newer ones that
 * take the next period together.  What they unlink was unlinked before their period began, so
 * whoever could still see it is among those waited for.
 *
 *      updater                             reader on an idle CPU
 *      unlinks the object                  is_idle = false
 *      (full barrier)                      (full barrier)
 *      begins a period, reads is_idle      reads the link
 *
 * One of the two sees what the other wrote: either the period waits, or the reader misses the
 * object.
 */
#include <xen/atomic.h>
#include <xen/bug.h>
#include <xen/cpumask.h>
#include <xen/percpu.h>
#include <xen/rcupdate.h>
#include <xen/smp.h>
#include <xen/softirq.h>
#include <xen/spinlock.h>
#include <asm/irqflags.h>

struct callbacks {
    struct rcu_head *first, **tail;
};

struct rcu_cpu {
    struct callbacks waiting, next;
    unsigned long wait_gp; /* the period that `waiting` needs; meaningless while that is empty */
    unsigned long seen_gp; /* the last period this CPU has passed in */
    bool is_idle;
};
static DEFINE_PER_CPU(struct rcu_cpu, rcu);

static DEFINE_SPINLOCK(rcu_lock, LOCK_RCU); /* guards the three below */
static unsigned long current_gp, completed_gp;
static cpumask_t waiting_for;

static void callbacks_init(struct callbacks *c)
{
    c->first = NULL;
    c->tail = &c->first;
}

static void callbacks_move(struct callbacks *to, struct callbacks *from)
{
    *to = *from;
    if (!to->first)
        to->tail = &to->first;
    callbacks_init(from);
}

/*
 * Under rcu_lock, none being under way.  The others are told by softirq, since a guest may run for
 * long without an exit; the interrupt alone would not do, as it may come when that CPU has passed
 * the top of its loop but not yet entered the guest:
 *
 *      this CPU                            another CPU
 *                                          rcu_quiescent(): no period is new
 *      current_gp++
 *      raises the softirq, interrupts -->  takes the interrupt, which does nothing
 *                                          interrupts off; a softirq is pending: once more round
 */
static void begin_period(void)
{
    unsigned int cpu;

    smp_mb();
    for_each_online_cpu (cpu)
        if (!READ_ONCE(per_cpu(rcu, cpu).is_idle))
            cpumask_set(&waiting_for, cpu);
    WRITE_ONCE(current_gp, current_gp + 1);
    for_each_cpu (cpu, &waiting_for)
        if (cpu != smp_processor_id())
            softirq_raise_on(cpu, SOFTIRQ_RCU);
}

/* Under rcu_lock.  CPUs whose callbacks became ready, or that need a period more, are told by
 * softirq. */
static void end_period(void)
{
    unsigned int cpu;

    WRITE_ONCE(completed_gp, current_gp);
    for_each_online_cpu (cpu)
        if (READ_ONCE(per_cpu(rcu, cpu).waiting.first))
            softirq_raise_on(cpu, SOFTIRQ_RCU);
}

static void pass(void)
{
    unsigned int cpu = smp_processor_id();
    unsigned long flags;

    spin_lock_irqsave(&rcu_lock, flags);
    this_cpu(rcu).seen_gp = current_gp;
    if (cpumask_test(&waiting_for, cpu)) {
        cpumask_clear(&waiting_for, cpu);
        if (cpumask_empty(&waiting_for))
            end_period();
    }
    spin_unlock_irqrestore(&rcu_lock, flags);
}

void rcu_quiescent(void)
{
    if (unlikely(this_cpu(rcu).seen_gp != READ_ONCE(current_gp)))
        pass();
}

void rcu_idle_enter(void)
{
    WRITE_ONCE(this_cpu(rcu).is_idle, true);
    smp_mb();
    /* A period begun before it could see is_idle waits for us. */
    rcu_quiescent();
}

void rcu_idle_exit(void)
{
    WRITE_ONCE(this_cpu(rcu).is_idle, false);
    smp_mb();
}

void call_rcu(struct rcu_head *head, void (*function)(struct rcu_head *head))
{
    struct callbacks *next;
    unsigned long flags;

    head->next = NULL;
    head->function = function;
    local_irq_save(flags);
    next = &this_cpu(rcu).next;
    *next->tail = head;
    next->tail = &head->next;
    softirq_raise(SOFTIRQ_RCU);
    local_irq_restore(flags);
}

static void run_callbacks(struct callbacks *ready)
{
    for (struct rcu_head *head = ready->first, *next; head; head = next) {
        next = head->next; /* the callback frees the head */
        head->function(head);
    }
}

/* Interrupts off.  New callbacks take the period after the one under way, which may have begun
 * before them. */
static void assign_period(struct rcu_cpu *rc)
{
    spin_lock(&rcu_lock);
    callbacks_move(&rc->waiting, &rc->next);
    rc->wait_gp = current_gp + 1;
    if (completed_gp == current_gp)
        begin_period();
    spin_unlock(&rcu_lock);
}

/* A period that nobody waits for any more may be followed by one that somebody does wait for. */
static void begin_needed_period(const struct rcu_cpu *rc)
{
    spin_lock(&rcu_lock);
    if (completed_gp == current_gp && rc->wait_gp > current_gp)
        begin_period();
    spin_unlock(&rcu_lock);
}

static void rcu_run(void)
{
    struct rcu_cpu *rc = &this_cpu(rcu);
    struct callbacks ready;

    callbacks_init(&ready);
    local_irq_disable();
    if (rc->waiting.first && rc->wait_gp <= READ_ONCE(completed_gp))
        callbacks_move(&ready, &rc->waiting);
    if (rc->waiting.first)
        begin_needed_period(rc);
    else if (rc->next.first)
        assign_period(rc);
    local_irq_enable();
    run_callbacks(&ready);
}

void rcu_cpu_init(unsigned int cpu)
{
    struct rcu_cpu *rc = &per_cpu(rcu, cpu);

    callbacks_init(&rc->waiting);
    callbacks_init(&rc->next);
}

void rcu_subsystem_init(void)
{
    rcu_cpu_init(smp_processor_id());
    softirq_open(SOFTIRQ_RCU, rcu_run);
}
