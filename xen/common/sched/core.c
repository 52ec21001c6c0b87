/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The scheduler's core: wake, sleep, pick, switch.  It alone changes vCPUs' runstates and
 * `current`.
 *
 * A vCPU is in one place at a time:
 *
 *     state      where
 *     running    rq->curr of its processor's queue
 *     runnable   waiting in that queue; or on its way to another one (is_migrating); or parked by
 *                its domain's cap (is_parked)
 *     blocked    nowhere: waits for an event
 *     offline    nowhere: paused or down
 *
 * v->processor names the queue whose lock guards all of this.  is_running stays set until the
 * vCPU's registers are saved, a moment after it has left rq->curr: no other CPU may take it before.
 */
#include "private.h"
#include <xen/bug.h>
#include <xen/errno.h>
#include <public/vcpu.h>
#include <xen/percpu.h>
#include <xen/printk.h>
#include <xen/rcupdate.h>
#include <xen/page_alloc.h>
#include <xen/sched.h>
#include <xen/smp.h>
#include <xen/softirq.h>
#include <xen/time.h>
#include <xen/xmalloc.h>
#include <asm/irqflags.h>

static DEFINE_PER_CPU(struct run_queue, run_queue);

struct run_queue *run_queue_of(unsigned int cpu)
{
    return &per_cpu(run_queue, cpu);
}

struct run_queue *vcpu_queue_lock(struct vcpu *v, unsigned long *flags)
{
    for (;;) {
        unsigned int cpu = READ_ONCE(v->processor);
        struct run_queue *rq = run_queue_of(cpu);

        spin_lock_irqsave(&rq->lock, *flags);
        if (v->processor == cpu)
            return rq;
        spin_unlock_irqrestore(&rq->lock, *flags);
    }
}

void vcpu_queue_unlock(struct run_queue *rq, unsigned long flags)
{
    spin_unlock_irqrestore(&rq->lock, flags);
}

/* Blocked or offline, for a vCPU that may not run. */
static uint32_t resting_state(const struct vcpu *v)
{
    return test_bit(VPF_blocked, &v->pause_flags) ? RUNSTATE_blocked : RUNSTATE_offline;
}

/* u has to wait in rq: a CPU that idles may take it over. */
static void idler_tickle(struct run_queue *rq, struct sched_unit *u)
{
    cpumask_t allowed;
    unsigned int cpu;

    cpupool_allowed(u->vcpu, &allowed);
    for_each_cpu (cpu, &allowed) {
        const struct run_queue *other = run_queue_of(cpu);

        if (other != rq && READ_ONCE(other->curr) == other->idle &&
            READ_ONCE(other->waiting_count) == 0) {
            softirq_raise_on(cpu, SOFTIRQ_SCHEDULE);
            return;
        }
    }
}

/* u waits in rq: does its CPU have to look again, and when? */
static void queue_tickle(struct run_queue *rq, struct sched_unit *u)
{
    s_time_t at = rq->curr == rq->idle ? 0 : rq->ops->preempt_at(rq, u);

    if (at == 0)
        softirq_raise_on(rq->cpu, SOFTIRQ_SCHEDULE);
    else if (at < STIME_MAX && (!timer_is_active(&rq->slice) || at < rq->slice.expires))
        timer_set(&rq->slice, at);
    if (rq->curr != rq->idle || rq->waiting_count > 1)
        idler_tickle(rq, u);
}

static void queue_add(struct run_queue *rq, struct sched_unit *u, bool is_new)
{
    ASSERT(spin_is_locked(&rq->lock));
    ASSERT(list_empty(&u->elem) && u->vcpu->processor == rq->cpu);
    u->is_migrating = u->is_parked = false;
    rq->ops->enqueue(rq, u, is_new);
    rq->waiting_count++;
}

static void queue_remove(struct run_queue *rq, struct sched_unit *u)
{
    ASSERT(spin_is_locked(&rq->lock));
    rq->ops->dequeue(rq, u);
    list_del(&u->elem);
    rq->waiting_count--;
}

/*
 * u is runnable and on no queue.  Does the caller have to find it a place?
 *
 * Not if some CPU is about to switch from it: before its registers are saved it cannot be moved,
 * and then switch_finish() does it.  Of these two one at least sees the other, and moving twice
 * does no harm:
 *
 *     here                                switch_finish()
 *     is_migrating = 1                    is_running = 0
 *     (full barrier)                      (full barrier)
 *     is_running? then leave it           is_migrating? then move it
 */
static bool unit_leaves(struct sched_unit *u)
{
    u->is_parked = false;
    u->is_migrating = true;
    smp_mb();
    return !READ_ONCE(u->vcpu->is_running);
}

/* Names the CPU where a unit on no queue should wait. */
static void unit_place(struct sched_unit *u)
{
    struct vcpu *v = u->vcpu;
    unsigned int cpu = sched_place(v);
    unsigned long flags;
    struct run_queue *rq = vcpu_queue_lock(v, &flags);

    if (u->is_migrating && !v->is_running && cpu != v->processor) {
        u->vtime += run_queue_of(cpu)->vtime - rq->vtime;
        v->processor = cpu;
    }
    vcpu_queue_unlock(rq, flags);
}

/* The unit waits where it was placed; false: its affinity has changed since, place it anew. */
static bool unit_queue(struct sched_unit *u)
{
    struct vcpu *v = u->vcpu;
    bool again = false;
    cpumask_t allowed;
    unsigned long flags;
    struct run_queue *rq = vcpu_queue_lock(v, &flags);

    if (u->is_migrating) {
        ASSERT(v->runstate.state == RUNSTATE_runnable && list_empty(&u->elem));
        cpupool_allowed(v, &allowed);
        if (cpumask_test(&allowed, rq->cpu)) {
            queue_add(rq, u, true);
            queue_tickle(rq, u);
        } else {
            again = unit_leaves(u);
        }
    }
    vcpu_queue_unlock(rq, flags);
    return !again;
}

/* Sends a runnable unit that is on no queue to the CPU where it should wait. */
static void unit_move(struct sched_unit *u)
{
    do
        unit_place(u);
    while (!unit_queue(u));
}

void sched_unpark(struct sched_unit *u)
{
    bool moves = false;
    unsigned long flags;
    struct run_queue *rq = vcpu_queue_lock(u->vcpu, &flags);

    if (u->is_parked && rq->curr != u->vcpu)
        moves = unit_leaves(u);
    vcpu_queue_unlock(rq, flags);
    if (moves)
        unit_move(u);
}

void vcpu_wake(struct vcpu *v)
{
    struct sched_unit *u = v->sched;
    bool moves = false;
    unsigned long flags;
    struct run_queue *rq = vcpu_queue_lock(v, &flags);

    if (!vcpu_runnable(v)) {
        /* Unblocked but paused, say: the account follows. */
        if (v->runstate.state >= RUNSTATE_blocked && v->runstate.state != resting_state(v))
            runstate_change(v, resting_state(v), NOW());
    } else if (v->runstate.state >= RUNSTATE_blocked) {
        runstate_change(v, RUNSTATE_runnable, NOW());
        moves = unit_leaves(u);
    }
    vcpu_queue_unlock(rq, flags);
    if (moves)
        unit_move(u);
}

void vcpu_sleep_nosync(struct vcpu *v)
{
    struct sched_unit *u = v->sched;
    unsigned long flags;
    struct run_queue *rq = vcpu_queue_lock(v, &flags);

    if (!vcpu_runnable(v)) {
        if (rq->curr == v) {
            softirq_raise_on(rq->cpu, SOFTIRQ_SCHEDULE);
        } else if (v->runstate.state == RUNSTATE_runnable) {
            if (!list_empty(&u->elem))
                queue_remove(rq, u);
            u->is_migrating = u->is_parked = false;
            runstate_change(v, resting_state(v), NOW());
        } else if (v->runstate.state != resting_state(v)) {
            runstate_change(v, resting_state(v), NOW());
        }
    }
    vcpu_queue_unlock(rq, flags);
}

void vcpu_sleep_sync(struct vcpu *v)
{
    vcpu_sleep_nosync(v);
    while (!vcpu_runnable(v) && __atomic_load_n(&v->is_running, __ATOMIC_ACQUIRE))
        cpu_relax();
}

void sched_vcpu_set_down(struct vcpu *v, bool is_down)
{
    unsigned long flags;
    struct run_queue *rq = vcpu_queue_lock(v, &flags);

    runstate_set_down(v, is_down, NOW());
    vcpu_queue_unlock(rq, flags);
}

/* The affinity or pool of v changed: it leaves a CPU where it may not be, and may find an idle one.
 */
void sched_recheck(struct vcpu *v)
{
    struct sched_unit *u = v->sched;
    bool moves = false;
    cpumask_t allowed;
    unsigned long flags;
    struct run_queue *rq = vcpu_queue_lock(v, &flags);

    cpupool_allowed(v, &allowed);
    if (rq->curr == v) {
        if (!cpumask_test(&allowed, rq->cpu))
            softirq_raise_on(rq->cpu, SOFTIRQ_SCHEDULE);
    } else if (!list_empty(&u->elem)) {
        queue_remove(rq, u);
        moves = unit_leaves(u);
    }
    vcpu_queue_unlock(rq, flags);
    if (moves)
        unit_move(u);
}

void vcpu_runstate_get(struct vcpu *v, struct vcpu_runstate *out)
{
    unsigned long flags;
    struct run_queue *rq = vcpu_queue_lock(v, &flags);

    runstate_vcpu_get(v, out, NOW());
    vcpu_queue_unlock(rq, flags);
}

/*
 * prev's turn ends: it waits again, moves, is parked, or rests.  Returns the state that it has
 * then.
 *
 * Whether it may run is looked at once: a wake-up clears its reason to rest before it takes the
 * lock.
 *
 *     schedule(), under the lock          vcpu_unblock()
 *     blocked: goes on no queue
 *                                         VPF_blocked = 0
 *     runnable, by a second look          wait for the lock
 *                                         runnable: nothing to do, and nobody ever runs it
 */
static uint32_t put_back(struct run_queue *rq, struct vcpu *prev, s_time_t now)
{
    struct sched_unit *u = prev->sched;
    cpumask_t allowed;

    rq->ops->charge(rq, u, now);
    if (!vcpu_runnable(prev)) {
        u->is_parked = false;
        return resting_state(prev);
    }
    cpupool_allowed(prev, &allowed);
    if (!cpumask_test(&allowed, rq->cpu))
        u->is_migrating = true;
    else if (!u->is_parked)
        queue_add(rq, u, false);
    return RUNSTATE_runnable;
}

static struct vcpu *pick_next(struct run_queue *rq)
{
    struct sched_unit *u = rq->ops->pick(rq);

    if (u) {
        list_del(&u->elem);
        rq->waiting_count--;
    } else {
        u = sched_steal(rq);
    }
    return u ? u->vcpu : rq->idle;
}

/*
 * prev's registers are saved: others may have it.  Who moves it is said at unit_leaves().  If it
 * waits here, a CPU that idles is told now: it could not have taken it before.
 */
static void switch_finish(struct vcpu *prev)
{
    __atomic_store_n(&prev->is_running, false, __ATOMIC_RELEASE);
    smp_mb();
    if (is_idle_vcpu(prev))
        return;
    if (READ_ONCE(prev->sched->is_migrating))
        unit_move(prev->sched);
    else if (READ_ONCE(prev->runstate.state) == RUNSTATE_runnable)
        idler_tickle(run_queue_of(smp_processor_id()), prev->sched);
}

static void switch_to(struct vcpu *prev, struct vcpu *next)
{
    if (!is_idle_vcpu(prev))
        arch_vcpu_switch_from(prev);
    get_cpu_info()->curr = next;
    if (!is_idle_vcpu(next)) {
        vcpu_timers_follow(next);
        arch_vcpu_switch_to(next);
        runstate_area_update(next);
    }
    switch_finish(prev);
}

static void schedule(void)
{
    struct run_queue *rq = run_queue_of(smp_processor_id());
    struct vcpu *prev, *next;
    uint32_t prev_state = RUNSTATE_runnable;
    s_time_t now, slice = 0;
    unsigned long flags;

    spin_lock_irqsave(&rq->lock, flags);
    now = NOW();
    prev = rq->curr;
    ASSERT(prev == current);
    if (prev != rq->idle)
        prev_state = put_back(rq, prev, now);
    next = pick_next(rq);
    if (prev != next)
        runstate_switch(prev, prev_state, next, now);
    rq->curr = next;
    next->is_running = true;
    if (next != rq->idle) {
        next->sched->start = now;
        slice = rq->ops->slice(rq, next->sched);
    }
    /* Under the lock: who comes to wait behind `next` after it sets this timer, and we must not
     * stop it. */
    if (slice)
        timer_set(&rq->slice, now + slice);
    else
        timer_stop(&rq->slice);
    spin_unlock_irqrestore(&rq->lock, flags);

    if (prev != next)
        switch_to(prev, next);
}

static void slice_over(void *data)
{
    softirq_raise(SOFTIRQ_SCHEDULE);
}

/* A CPU comes up: its queue, with the idle vCPU as current. Runs on any CPU, before the new one
 * loops. */
void sched_cpu_up(unsigned int cpu)
{
    struct run_queue *rq = run_queue_of(cpu);
    struct vcpu *idle = domain_vcpu(idle_domain, cpu);

    if (!idle)
        idle = vcpu_create(idle_domain, cpu);
    BUG_ON(!idle);
    spin_lock_init(&rq->lock, LOCK_SCHED);
    rq->cpu = cpu;
    rq->ops = &sched_credit;
    list_init(&rq->waiting);
    rq->curr = rq->idle = idle;
    timer_init(&rq->slice, slice_over, rq, cpu);
    idle->processor = cpu;
    idle->is_running = true;
    runstate_change(idle, RUNSTATE_running, NOW());
    cpupool_add_new_cpu(cpu);
}

void scheduler_init(void)
{
    softirq_open(SOFTIRQ_SCHEDULE, schedule);
    cpupool_init();
    sched_dump_init();
    idle_domain_create();
    sched_cpu_up(smp_processor_id());
    get_cpu_info()->curr = domain_vcpu(idle_domain, smp_processor_id());
}

int sched_vcpu_init(struct vcpu *v)
{
    cpumask_t allowed;

    for (unsigned int i = 0; i < BITS_TO_LONGS(NR_CPUS); i++)
        v->hard_affinity.bits[i] = v->soft_affinity.bits[i] = ~0UL;
    if (v->domain->is_idle) {
        v->processor = v->vcpu_id;
        return 0;
    }
    v->sched = xzalloc(struct sched_unit);
    if (!v->sched)
        return -ENOMEM;
    v->sched->vcpu = v;
    list_init(&v->sched->elem);
    cpupool_allowed(v, &allowed);
    v->processor = cpumask_first(&allowed);
    v->processor = sched_place(v);
    return 0;
}

void sched_vcpu_destroy(struct vcpu *v)
{
    ASSERT(!v->is_running);
    xfree(v->sched);
    v->sched = NULL;
}

uint64_t sched_cpu_idle_time(unsigned int cpu)
{
    struct vcpu_runstate state;

    vcpu_runstate_get(run_queue_of(cpu)->idle, &state);
    return state.time[RUNSTATE_running];
}

static void idle_once(void)
{
    if (heap_scrub_idle())
        return;
    rcu_idle_enter();
    arch_cpu_idle();
    rcu_idle_exit();
}

void cpu_loop(void)
{
    local_irq_enable();
    for (;;) {
        softirq_process();
        rcu_quiescent(); /* behind them: whoever raises one finds this CPU passing */
        if (is_idle_vcpu(current))
            idle_once();
        else
            arch_vcpu_run(current);
    }
}
