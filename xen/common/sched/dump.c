/* SPDX-License-Identifier: GPL-2.0-only */
/* What the scheduler shows on request: key `r` the run queues, key `q` domains and their vCPUs. */
#include "private.h"
#include <public/domctl.h>
#include <public/vcpu.h>
#include <xen/keyhandler.h>
#include <xen/lib.h>
#include <xen/printk.h>
#include <xen/smp.h>
#include <xen/time.h>

static const char *const vcpu_state_names[VCPU_STATES] = {
    [RUNSTATE_running] = "running",
    [RUNSTATE_runnable] = "runnable",
    [RUNSTATE_blocked] = "blocked",
    [RUNSTATE_offline] = "offline",
};

static const char *const domain_state_names[DOMAIN_STATES] = {
    [DOMAIN_RUNSTATE_full_run] = "full run",
    [DOMAIN_RUNSTATE_full_contention] = "full contention",
    [DOMAIN_RUNSTATE_concurrency_hazard] = "concurrency hazard",
    [DOMAIN_RUNSTATE_blocked] = "blocked",
    [DOMAIN_RUNSTATE_partial_run] = "partial run",
    [DOMAIN_RUNSTATE_partial_contention] = "partial contention",
};

static void dump_unit(const struct sched_unit *u, int64_t queue_vtime)
{
    printk("    d%uv%u vtime %ld us\n", u->vcpu->domain->domain_id, u->vcpu->vcpu_id,
           (long)((u->vtime - queue_vtime) / MICROSECS(1)));
}

static void dump_queue(struct run_queue *rq)
{
    const struct sched_unit *u;
    unsigned long flags;

    spin_lock_irqsave(&rq->lock, flags);
    if (rq->curr == rq->idle)
        printk("  CPU%u [%s]: idle, %u waiting\n", rq->cpu, rq->ops->name, rq->waiting_count);
    else
        printk("  CPU%u [%s]: runs d%uv%u, %u waiting\n", rq->cpu, rq->ops->name,
               rq->curr->domain->domain_id, rq->curr->vcpu_id, rq->waiting_count);
    list_for_each_entry (u, &rq->waiting, elem)
        dump_unit(u, rq->vtime);
    spin_unlock_irqrestore(&rq->lock, flags);
}

static void dump_queues(char key)
{
    unsigned int cpu;

    printk("Run queues at %ld us\n", (long)(NOW() / MICROSECS(1)));
    for_each_online_cpu (cpu)
        dump_queue(run_queue_of(cpu));
}

static void dump_vcpu(struct vcpu *v)
{
    struct vcpu_runstate state;

    vcpu_runstate_get(v, &state);
    printk("  v%u on CPU%u: %s, pause flags %lx count %d, running %lu ms\n", v->vcpu_id,
           v->processor, vcpu_state_names[state.state], v->pause_flags,
           atomic_read(&v->pause_count),
           (unsigned long)(state.time[RUNSTATE_running] / (uint64_t)MILLISECS(1)));
}

static void dump_domain(struct domain *d)
{
    struct domain_runstate_sample sample;
    struct vcpu *v;

    runstate_domain_get(d, &sample);
    printk("d%u: %s, pages %lu of %lu, claimed %lu, references %d%s%s\n", d->domain_id,
           domain_state_names[sample.state], d->mem.tot_pages, d->mem.max_pages, d->mem.claim_total,
           atomic_read(&d->refcount), d->is_shut_down ? ", shut down" : "",
           d->dying ? ", dying" : "");
    for (unsigned int s = 0; s < DOMAIN_STATES; s++)
        printk("  %s %lu ms\n", domain_state_names[s],
               (unsigned long)(sample.time[s] / (uint64_t)MILLISECS(1)));
    for_each_vcpu (d, v)
        dump_vcpu(v);
}

static void dump_domains(char key)
{
    struct domain *d;

    for (domid_t from = 0; (d = domain_get_next(from)) != NULL; from = d->domain_id + 1) {
        dump_domain(d);
        domain_put(d);
    }
}

void sched_dump_init(void)
{
    keyhandler_register('r', dump_queues, "dump run queues");
    keyhandler_register('q', dump_domains, "dump domains and their vCPUs");
}
