/* SPDX-License-Identifier: GPL-2.0-only */
/* What a toolstack may set: affinities, weights, caps, the rate limit; and a domain's share of the
 * scheduler. */
#include "private.h"
#include <public/domctl.h>
#include <public/sysctl.h>
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/xmalloc.h>

#define RATELIMIT_US_MAX 500000
#define CAP_MAX          (100 * MAX_VIRT_CPUS)

int sched_domain_init(struct domain *d, unsigned int cpupool)
{
    cpumask_t mask;
    int rc = cpupool_cpumask(cpupool, &mask);

    if (rc || d->is_idle)
        return rc;
    if (cpumask_empty(&mask))
        return -EINVAL; /* its vCPUs would have no place to wait */
    d->sched = xzalloc(struct sched_domain);
    if (!d->sched)
        return -ENOMEM;
    spin_lock_init(&d->sched->lock, LOCK_SCHED_BUDGET);
    d->sched->weight = SCHED_WEIGHT_DEFAULT;
    d->sched->domain = d;
    d->cpupool = cpupool;
    return 0;
}

void sched_domain_destroy(struct domain *d)
{
    if (d->sched && d->sched->replenish.function)
        timer_kill(&d->sched->replenish);
    xfree(d->sched);
    d->sched = NULL;
}

/* An affinity without a CPU of the host would never let the vCPU run. */
static int affinity_set(struct vcpu *v, cpumask_t *affinity, const cpumask_t *mask)
{
    struct run_queue *rq;
    cpumask_t online;
    unsigned long flags;

    cpumask_and(&online, mask, &cpu_online_map);
    if (cpumask_empty(&online))
        return -EINVAL;
    rq = vcpu_queue_lock(v, &flags);
    *affinity = *mask;
    vcpu_queue_unlock(rq, flags);
    sched_recheck(v);
    return 0;
}

int vcpu_set_hard_affinity(struct vcpu *v, const cpumask_t *mask)
{
    return affinity_set(v, &v->hard_affinity, mask);
}

int vcpu_set_soft_affinity(struct vcpu *v, const cpumask_t *mask)
{
    return affinity_set(v, &v->soft_affinity, mask);
}

static int credit2_put(struct sched_domain *sd, const struct xen_domctl_sched_credit2 *in)
{
    if (in->cap > CAP_MAX)
        return -EINVAL;
    if (in->weight)
        sd->weight = in->weight;
    if (in->cap != sd->cap)
        credit_set_cap(sd, in->cap);
    return 0;
}

int sched_adjust_domain(struct domain *d, struct xen_domctl_scheduler_op *op)
{
    if (op->sched_id != XEN_SCHEDULER_CREDIT2)
        return -EINVAL;
    switch (op->cmd) {
    case XEN_DOMCTL_SCHEDOP_putinfo:
        return credit2_put(d->sched, &op->u.credit2);
    case XEN_DOMCTL_SCHEDOP_getinfo:
        op->u.credit2.weight = (uint16_t)d->sched->weight;
        op->u.credit2.cap = (uint16_t)d->sched->cap;
        return 0;
    default:
        return -EOPNOTSUPP;
    }
}

int sched_adjust_global(struct xen_sysctl_scheduler_op *op)
{
    if (op->sched_id != XEN_SCHEDULER_CREDIT2)
        return -EINVAL;
    switch (op->cmd) {
    case XEN_SYSCTL_SCHEDOP_putinfo:
        if (op->u.sched_credit2.ratelimit_us > RATELIMIT_US_MAX)
            return -EINVAL;
        credit_ratelimit_us = op->u.sched_credit2.ratelimit_us;
        return 0;
    case XEN_SYSCTL_SCHEDOP_getinfo:
        op->u.sched_credit2.ratelimit_us = credit_ratelimit_us;
        return 0;
    default:
        return -EOPNOTSUPP;
    }
}
