/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * On which CPU a runnable vCPU waits.  Placement reads other CPUs' queues without their locks: a
 * stale answer costs a little time, never correctness, since the queue is joined under its own lock
 * and an idle CPU takes over what waits elsewhere.
 */
#include "private.h"
#include <xen/numa.h>
#include <xen/time.h>

/* How many vCPUs want that CPU. */
static unsigned int cpu_load(unsigned int cpu)
{
    const struct run_queue *rq = run_queue_of(cpu);

    return READ_ONCE(rq->waiting_count) + (READ_ONCE(rq->curr) != rq->idle);
}

/* Lower is better: load first, then soft affinity, then nearness to where its caches are warm. */
static unsigned int cpu_cost(const struct vcpu *v, unsigned int cpu)
{
    unsigned int cost = cpu_load(cpu) * 8;

    if (!cpumask_test(&v->soft_affinity, cpu))
        cost += 4;
    if (numa_node_of_cpu(cpu) != numa_node_of_cpu(v->processor))
        cost += 2;
    if (cpu != v->processor)
        cost += 1;
    return cost;
}

unsigned int sched_place(const struct vcpu *v)
{
    unsigned int best = v->processor, least = ~0u, cpu;
    cpumask_t allowed;

    cpupool_allowed(v, &allowed);
    for_each_cpu (cpu, &allowed) {
        unsigned int cost = cpu_cost(v, cpu);

        if (cost < least) {
            least = cost;
            best = cpu;
        }
    }
    return best;
}

/* The first unit waiting in `from` that may run on rq's CPU. Both locks held. */
static struct sched_unit *find_movable(struct run_queue *rq, struct run_queue *from)
{
    struct sched_unit *u;
    cpumask_t allowed;

    list_for_each_entry (u, &from->waiting, elem) {
        if (__atomic_load_n(&u->vcpu->is_running, __ATOMIC_ACQUIRE))
            continue;
        cpupool_allowed(u->vcpu, &allowed);
        if (cpumask_test(&allowed, rq->cpu))
            return u;
    }
    return NULL;
}

static struct sched_unit *steal_from(struct run_queue *rq, struct run_queue *from)
{
    struct sched_unit *u;

    if (!spin_trylock(&from->lock))
        return NULL;
    u = find_movable(rq, from);
    if (u) {
        from->ops->dequeue(from, u);
        list_del(&u->elem);
        from->waiting_count--;
        u->vtime += rq->vtime - from->vtime;
        u->vcpu->processor = rq->cpu;
    }
    spin_unlock(&from->lock);
    return u;
}

/* The near CPUs first, then the far ones. */
struct sched_unit *sched_steal(struct run_queue *rq)
{
    nodeid_t here = numa_node_of_cpu(rq->cpu);

    for (int far = 0; far < 2; far++) {
        unsigned int cpu;

        for_each_online_cpu (cpu) {
            struct run_queue *from = run_queue_of(cpu);
            struct sched_unit *u;

            if (from == rq || from->ops != rq->ops || READ_ONCE(from->waiting_count) == 0 ||
                (numa_node_of_cpu(cpu) != here) != far)
                continue;
            u = steal_from(rq, from);
            if (u)
                return u;
        }
    }
    return NULL;
}
