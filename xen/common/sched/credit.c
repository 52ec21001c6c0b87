/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fair scheduler.  Each unit has a virtual time that advances while it runs, the slower the
 * greater its domain's weight; the unit that is furthest behind runs next.  A queue's own clock is
 * the least virtual time in it: a unit that slept joins a little behind that clock, so that it runs
 * soon, and no more than a little, so that sleeping saves up nothing.
 *
 * A cap is a budget of CPU time per period, kept per domain; a unit whose domain has none left is
 * parked, runnable, until the next period.
 */
#include "private.h"
#include <public/domctl.h>
#include <xen/lib.h>
#include <xen/runstate.h>
#include <xen/smp.h>
#include <xen/time.h>

#define SLICE_TOTAL   MILLISECS(20) /* shared out among those who wait */
#define SLICE_MIN     MILLISECS(2)
#define SLICE_MAX     MILLISECS(10)
#define WAKE_BONUS    MILLISECS(3) /* how far behind the queue's clock a woken unit may start */
#define CAP_PERIOD    MILLISECS(20)
#define CAP_SLICE_MIN MICROSECS(200)

uint32_t credit_ratelimit_us = 1000; /* a unit that just got the CPU keeps it so long */

static struct sched_unit *first_waiting(struct run_queue *rq)
{
    return list_empty(&rq->waiting) ? NULL
                                    : list_first_entry(&rq->waiting, struct sched_unit, elem);
}

/* The least virtual time that runs or waits; never back. */
static void clock_advance(struct run_queue *rq)
{
    struct sched_unit *first = first_waiting(rq);
    struct sched_unit *curr = rq->curr == rq->idle ? NULL : rq->curr->sched;
    int64_t least;

    if (!first && !curr)
        return;
    if (first && curr)
        least = min(first->vtime, curr->vtime);
    else
        least = first ? first->vtime : curr->vtime;
    rq->vtime = max(rq->vtime, least);
}

/* Behind all of equal or smaller virtual time; most join near the end. */
static void insert_sorted(struct run_queue *rq, struct sched_unit *u)
{
    struct list_head *at = rq->waiting.prev;

    while (at != &rq->waiting && list_entry(at, struct sched_unit, elem)->vtime > u->vtime)
        at = at->prev;
    list_add(&u->elem, at);
}

static void credit_enqueue(struct run_queue *rq, struct sched_unit *u, bool is_new)
{
    struct sched_unit *first = first_waiting(rq);

    if (is_new)
        u->vtime = max(u->vtime, rq->vtime - WAKE_BONUS);
    if (u->yields && first)
        u->vtime = max(u->vtime, first->vtime);
    u->yields = false;
    insert_sorted(rq, u);
}

static void credit_dequeue(struct run_queue *rq, struct sched_unit *u)
{
}

static bool has_budget(struct sched_domain *sd)
{
    return sd->cap == 0 || READ_ONCE(sd->budget) > 0;
}

static struct sched_unit *credit_pick(struct run_queue *rq)
{
    struct sched_unit *u;

    clock_advance(rq);
    while ((u = first_waiting(rq)) != NULL && !has_budget(u->vcpu->domain->sched)) {
        list_del(&u->elem);
        rq->waiting_count--;
        u->is_parked = true;
    }
    return u;
}

static void charge_cap(struct sched_unit *u, s_time_t ran)
{
    struct sched_domain *sd = u->vcpu->domain->sched;
    unsigned long flags;

    u->is_parked = false;
    if (sd->cap == 0)
        return;
    spin_lock_irqsave(&sd->lock, flags);
    sd->budget -= ran;
    u->is_parked = sd->budget <= 0;
    spin_unlock_irqrestore(&sd->lock, flags);
}

static void credit_charge(struct run_queue *rq, struct sched_unit *u, s_time_t now)
{
    s_time_t ran = max(now - u->start, (s_time_t)0);

    u->start = now;
    u->vtime += ran * SCHED_WEIGHT_DEFAULT / u->vcpu->domain->sched->weight;
    charge_cap(u, ran);
    clock_advance(rq);
}

static s_time_t fair_slice(const struct run_queue *rq)
{
    s_time_t slice = SLICE_TOTAL / (rq->waiting_count + 1);

    return min(max(slice, SLICE_MIN), SLICE_MAX);
}

/* Nobody waits: no timer, and no exit for it. */
static s_time_t credit_slice(struct run_queue *rq, struct sched_unit *u)
{
    const struct sched_domain *sd = u->vcpu->domain->sched;
    s_time_t slice = rq->waiting_count ? fair_slice(rq) : 0;

    if (sd->cap) {
        s_time_t left = READ_ONCE(sd->budget) / max(runstate_running(sd->domain), 1u);

        left = max(left, (s_time_t)CAP_SLICE_MIN);
        slice = slice ? min(slice, left) : left;
    }
    return slice;
}

static s_time_t credit_preempt_at(struct run_queue *rq, struct sched_unit *u)
{
    struct sched_unit *curr = rq->curr->sched;
    s_time_t now = NOW(), may = curr->start + MICROSECS(credit_ratelimit_us);
    int64_t curr_vtime =
        curr->vtime + (now - curr->start) * SCHED_WEIGHT_DEFAULT / rq->curr->domain->sched->weight;

    if (u->vtime >= curr_vtime)
        return curr->start + fair_slice(rq);
    return now >= may ? 0 : may;
}

/* If v runs, it pays for its turn so far. */
static void charge_running(struct vcpu *v)
{
    unsigned long flags;
    struct run_queue *rq = vcpu_queue_lock(v, &flags);

    if (rq->curr == v)
        credit_charge(rq, v->sched, NOW());
    vcpu_queue_unlock(rq, flags);
}

/*
 * A period is over: what was overdrawn is paid back, nothing is saved up.  First all that was used
 * is charged: a turn may be longer than the period, and the quota would count for nothing while the
 * budget still looks whole.
 */
static void replenish(void *data)
{
    struct sched_domain *sd = data;
    int64_t quota = CAP_PERIOD * sd->cap / 100;
    unsigned long flags;
    struct vcpu *v;

    for_each_vcpu (sd->domain, v)
        charge_running(v);
    spin_lock_irqsave(&sd->lock, flags);
    sd->budget = min(sd->budget + quota, quota);
    spin_unlock_irqrestore(&sd->lock, flags);
    for_each_vcpu (sd->domain, v)
        if (READ_ONCE(v->sched->is_parked))
            sched_unpark(v->sched);
    if (sd->cap)
        timer_set(&sd->replenish, NOW() + CAP_PERIOD);
}

void credit_set_cap(struct sched_domain *sd, uint32_t cap)
{
    if (!sd->replenish.function)
        timer_init(&sd->replenish, replenish, sd, smp_processor_id());
    sd->cap = cap;
    sd->budget = CAP_PERIOD * cap / 100;
    timer_set(&sd->replenish, NOW());
}

const struct sched_ops sched_credit = {
    .name = "SMP Credit Scheduler rev2",
    .id = XEN_SCHEDULER_CREDIT2,
    .enqueue = credit_enqueue,
    .dequeue = credit_dequeue,
    .pick = credit_pick,
    .charge = credit_charge,
    .slice = credit_slice,
    .preempt_at = credit_preempt_at,
};
