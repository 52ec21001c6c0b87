/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The null scheduler: whoever has a CPU keeps it until it rests.  For hosts, or pools, with a CPU
 * for every vCPU: placement spreads vCPUs over idle CPUs, and there is no timer and no choice to
 * make.  A vCPU too many waits, first come, first served.
 */
#include "private.h"
#include <public/domctl.h>
#include <xen/time.h>

static void null_enqueue(struct run_queue *rq, struct sched_unit *u, bool is_new)
{
    if (is_new || u->yields)
        list_add_tail(&u->elem, &rq->waiting);
    else
        list_add(&u->elem, &rq->waiting);
    u->yields = false;
}

static void null_dequeue(struct run_queue *rq, struct sched_unit *u)
{
}

static struct sched_unit *null_pick(struct run_queue *rq)
{
    return list_empty(&rq->waiting) ? NULL
                                    : list_first_entry(&rq->waiting, struct sched_unit, elem);
}

static void null_charge(struct run_queue *rq, struct sched_unit *u, s_time_t now)
{
    u->start = now;
}

static s_time_t null_slice(struct run_queue *rq, struct sched_unit *u)
{
    return 0;
}

static s_time_t null_preempt_at(struct run_queue *rq, struct sched_unit *u)
{
    return STIME_MAX;
}

const struct sched_ops sched_null = {
    .name = "null Scheduler",
    .id = XEN_SCHEDULER_NULL,
    .enqueue = null_enqueue,
    .dequeue = null_dequeue,
    .pick = null_pick,
    .charge = null_charge,
    .slice = null_slice,
    .preempt_at = null_preempt_at,
};
