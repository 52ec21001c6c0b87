/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CPU pools: disjoint sets of CPUs, each with its scheduler; a domain lives in one of them.  Pool 0
 * is there from the start and takes every new CPU; CPUs taken out of a pool are free until put into
 * another. LOCK_CPUPOOL guards everything here; cpupool_allowed() reads the masks without it, which
 * is safe since a mask changes bit by bit and those concerned are rechecked after.
 */
#include "private.h"
#include <public/domctl.h>
#include <public/sysctl.h>
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/numa.h>
#include <xen/smp.h>
#include <xen/softirq.h>

#define POOLS_MAX 32

struct cpupool {
    bool exists;
    const struct sched_ops *ops;
    cpumask_t cpus;
    cpumask_t leaving; /* taken out, but somebody is still there */
};

static struct cpupool pools[POOLS_MAX];
static cpumask_t free_cpus;
static DEFINE_SPINLOCK(cpupool_lock, LOCK_CPUPOOL);

void cpupool_init(void)
{
    pools[0].exists = true;
    pools[0].ops = &sched_credit;
}

void cpupool_add_new_cpu(unsigned int cpu)
{
    cpumask_set(&pools[0].cpus, cpu);
}

void cpupool_allowed(const struct vcpu *v, cpumask_t *mask)
{
    const cpumask_t *pool = &pools[v->domain->cpupool].cpus;

    cpumask_and(mask, pool, &v->hard_affinity);
    if (cpumask_empty(mask))
        *mask = *pool;
}

int cpupool_cpumask(unsigned int pool, cpumask_t *mask)
{
    if (pool >= POOLS_MAX || !pools[pool].exists)
        return -ENOENT;
    *mask = pools[pool].cpus;
    return 0;
}

void cpupool_free_cpus(cpumask_t *mask)
{
    *mask = free_cpus;
}

unsigned int sched_id(void)
{
    return pools[0].ops->id;
}

static unsigned int domains_in(unsigned int pool)
{
    unsigned int count = 0;
    struct domain *d;

    for (domid_t from = 0; (d = domain_get_next(from)) != NULL; from = d->domain_id + 1) {
        count += d->cpupool == pool;
        domain_put(d);
    }
    return count;
}

/* Every vCPU of the pool looks whether it is still where it may be. */
static void recheck_pool(unsigned int pool)
{
    struct domain *d;
    struct vcpu *v;

    for (domid_t from = 0; (d = domain_get_next(from)) != NULL; from = d->domain_id + 1) {
        if (d->cpupool == pool)
            for_each_vcpu (d, v)
                sched_recheck(v);
        domain_put(d);
    }
}

static const struct sched_ops *ops_by_id(unsigned int id)
{
    static const struct sched_ops *const all[] = {&sched_credit, &sched_null};

    for (unsigned int i = 0; i < ARRAY_SIZE(all); i++)
        if (all[i]->id == id)
            return all[i];
    return NULL;
}

static int pool_create(struct xen_sysctl_cpupool_op *op)
{
    const struct sched_ops *ops = ops_by_id(op->sched_id);
    unsigned int id = op->cpupool_id;

    if (!ops)
        return -EINVAL;
    if (id == XEN_SYSCTL_CPUPOOL_PAR_ANY)
        for (id = 1; id < POOLS_MAX && pools[id].exists; id++)
            ;
    if (id >= POOLS_MAX)
        return -ENOSPC;
    if (pools[id].exists)
        return -EEXIST;
    pools[id] = (struct cpupool){.exists = true, .ops = ops};
    op->cpupool_id = id;
    return 0;
}

static int pool_destroy(unsigned int id)
{
    if (id == 0 || domains_in(id) || !cpumask_empty(&pools[id].leaving))
        return -EBUSY;
    for (unsigned int i = 0; i < BITS_TO_LONGS(NR_CPUS); i++)
        free_cpus.bits[i] |= pools[id].cpus.bits[i];
    pools[id].exists = false;
    return 0;
}

static int pool_info(struct xen_sysctl_cpupool_op *op)
{
    unsigned int id = op->cpupool_id;

    while (id < POOLS_MAX && !pools[id].exists)
        id++;
    if (id >= POOLS_MAX)
        return -ENOENT;
    op->cpupool_id = id;
    op->sched_id = pools[id].ops->id;
    op->n_dom = domains_in(id);
    return 0;
}

static int pool_add_cpu(struct xen_sysctl_cpupool_op *op)
{
    struct cpupool *pool = &pools[op->cpupool_id];
    unsigned int cpu = op->cpu == XEN_SYSCTL_CPUPOOL_PAR_ANY ? cpumask_first(&free_cpus) : op->cpu;
    struct run_queue *rq;
    unsigned long flags;

    if (cpu >= NR_CPUS || !cpumask_test(&free_cpus, cpu))
        return -EBUSY;
    rq = run_queue_of(cpu);
    spin_lock_irqsave(&rq->lock, flags);
    ASSERT(rq->waiting_count == 0 && rq->curr == rq->idle);
    rq->ops = pool->ops;
    spin_unlock_irqrestore(&rq->lock, flags);
    cpumask_clear(&free_cpus, cpu);
    cpumask_set(&pool->cpus, cpu);
    return 0;
}

static bool is_empty(const struct run_queue *rq)
{
    return READ_ONCE(rq->curr) == rq->idle && !READ_ONCE(rq->waiting_count);
}

/*
 * The CPU's vCPUs go elsewhere first.  Those that run are told, and have gone when they were
 * switched from: so the caller comes back until all have, and leaves that CPU itself, too.
 */
static int pool_remove_cpu(struct xen_sysctl_cpupool_op *op)
{
    struct cpupool *pool = &pools[op->cpupool_id];
    unsigned int cpu = op->cpu;

    if (cpu == XEN_SYSCTL_CPUPOOL_PAR_ANY)
        cpu = cpumask_first(cpumask_empty(&pool->leaving) ? &pool->cpus : &pool->leaving);
    if (cpu >= NR_CPUS)
        return -EINVAL;
    if (cpumask_test(&pool->cpus, cpu)) {
        if (cpumask_weight(&pool->cpus) == 1 && (op->cpupool_id == 0 || domains_in(op->cpupool_id)))
            return -EBUSY;
        cpumask_clear(&pool->cpus, cpu);
        cpumask_set(&pool->leaving, cpu);
        recheck_pool(op->cpupool_id);
    } else if (!cpumask_test(&pool->leaving, cpu)) {
        return -EINVAL;
    }
    if (!is_empty(run_queue_of(cpu)))
        return -ERESTART;
    cpumask_clear(&pool->leaving, cpu);
    cpumask_set(&free_cpus, cpu);
    return 0;
}

static int pool_move_domain(struct xen_sysctl_cpupool_op *op)
{
    struct domain *d;
    struct vcpu *v;

    if (cpumask_empty(&pools[op->cpupool_id].cpus))
        return -EINVAL;
    d = domain_get((domid_t)op->domid);
    if (!d)
        return -ESRCH;
    if (d->is_privileged) { /* the caller's own: it stays in pool 0, and cannot be paused here */
        domain_put(d);
        return op->cpupool_id ? -EINVAL : 0;
    }
    domain_pause(d);
    d->cpupool = op->cpupool_id;
    for_each_vcpu (d, v)
        sched_recheck(v);
    domain_unpause(d);
    domain_put(d);
    return 0;
}

static int pool_op(struct xen_sysctl_cpupool_op *op)
{
    switch (op->op) {
    case XEN_SYSCTL_CPUPOOL_OP_CREATE:
        return pool_create(op);
    case XEN_SYSCTL_CPUPOOL_OP_INFO:
        return pool_info(op);
    case XEN_SYSCTL_CPUPOOL_OP_FREEINFO:
        return 0;
    }
    if (op->cpupool_id >= POOLS_MAX || !pools[op->cpupool_id].exists)
        return -ENOENT;
    switch (op->op) {
    case XEN_SYSCTL_CPUPOOL_OP_DESTROY:
        return pool_destroy(op->cpupool_id);
    case XEN_SYSCTL_CPUPOOL_OP_ADDCPU:
        return pool_add_cpu(op);
    case XEN_SYSCTL_CPUPOOL_OP_RMCPU:
        return pool_remove_cpu(op);
    case XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN:
        return pool_move_domain(op);
    default:
        return -ENOSYS;
    }
}

int cpupool_op(struct xen_sysctl_cpupool_op *op)
{
    int rc;

    spin_lock(&cpupool_lock);
    rc = pool_op(op);
    spin_unlock(&cpupool_lock);
    return rc;
}
