/* SPDX-License-Identifier: GPL-2.0-only */
/* domctl: where a domain's vCPUs run, how much, and how they fare. */
#include <xen/ctl_bitmap.h>
#include <xen/domain.h>
#include <xen/domctl.h>
#include <xen/errno.h>
#include <xen/sched.h>

static int vcpu_find(struct domain *d, uint32_t id, struct vcpu **v)
{
    if (id >= d->max_vcpus)
        return -EINVAL;
    *v = domain_vcpu(d, id);
    return *v ? 0 : -ESRCH;
}

int domctl_getvcpuinfo(struct domain *d, struct xen_domctl *op)
{
    struct xen_domctl_getvcpuinfo *arg = &op->u.getvcpuinfo;
    struct vcpu_runstate runstate;
    struct vcpu *v;
    int rc = vcpu_find(d, arg->vcpu, &v);

    if (rc)
        return rc;
    vcpu_runstate_get(v, &runstate);
    arg->online = !test_bit(VPF_down, &v->pause_flags);
    arg->blocked = test_bit(VPF_blocked, &v->pause_flags);
    arg->running = v->is_running;
    arg->cpu_time = runstate.time[RUNSTATE_running];
    arg->cpu = v->processor;
    return 0;
}

#define AFFINITY_FLAGS (XEN_VCPUAFFINITY_HARD | XEN_VCPUAFFINITY_SOFT)

static int affinity_find(struct domain *d, const struct xen_domctl_vcpuaffinity *arg,
                         struct vcpu **v)
{
    if (!(arg->flags & AFFINITY_FLAGS) || arg->flags & ~(AFFINITY_FLAGS | XEN_VCPUAFFINITY_FORCE))
        return -EINVAL;
    return vcpu_find(d, arg->vcpu, v);
}

/* What of an affinity has an effect, told back to the caller. */
static int effect_write(const struct xenctl_bitmap *to, const cpumask_t *a, const cpumask_t *b)
{
    cpumask_t effect;

    cpumask_and(&effect, a, b);
    return ctl_bitmap_write(to, effect.bits, NR_CPUS);
}

static int hard_set(struct vcpu *v, const struct xenctl_bitmap *map)
{
    cpumask_t mask;
    int rc = ctl_bitmap_read(mask.bits, NR_CPUS, map);

    if (!rc)
        rc = vcpu_set_hard_affinity(v, &mask);
    return rc ? rc : effect_write(map, &mask, &cpu_online_map);
}

static int soft_set(struct vcpu *v, const struct xenctl_bitmap *map)
{
    cpumask_t mask, hard;
    int rc = ctl_bitmap_read(mask.bits, NR_CPUS, map);

    if (!rc)
        rc = vcpu_set_soft_affinity(v, &mask);
    cpumask_and(&hard, &v->hard_affinity, &cpu_online_map);
    return rc ? rc : effect_write(map, &mask, &hard);
}

int domctl_setvcpuaffinity(struct domain *d, struct xen_domctl *op)
{
    const struct xen_domctl_vcpuaffinity *arg = &op->u.vcpuaffinity;
    struct vcpu *v;
    int rc = affinity_find(d, arg, &v);

    if (!rc && (arg->flags & XEN_VCPUAFFINITY_HARD))
        rc = hard_set(v, &arg->cpumap_hard);
    if (!rc && (arg->flags & XEN_VCPUAFFINITY_SOFT))
        rc = soft_set(v, &arg->cpumap_soft);
    return rc;
}

int domctl_getvcpuaffinity(struct domain *d, struct xen_domctl *op)
{
    const struct xen_domctl_vcpuaffinity *arg = &op->u.vcpuaffinity;
    struct vcpu *v;
    int rc = affinity_find(d, arg, &v);

    if (!rc && (arg->flags & XEN_VCPUAFFINITY_HARD))
        rc = ctl_bitmap_write(&arg->cpumap_hard, v->hard_affinity.bits, NR_CPUS);
    if (!rc && (arg->flags & XEN_VCPUAFFINITY_SOFT))
        rc = ctl_bitmap_write(&arg->cpumap_soft, v->soft_affinity.bits, NR_CPUS);
    return rc;
}

int domctl_scheduler_op(struct domain *d, struct xen_domctl *op)
{
    return sched_adjust_domain(d, &op->u.scheduler_op);
}

int domctl_get_runstate_info(struct domain *d, struct xen_domctl *op)
{
    struct xen_domctl_runstate_info *info = &op->u.domain_runstate;
    struct domain_runstate_sample sample;

    runstate_domain_get(d, &sample);
    *info = (struct xen_domctl_runstate_info){
        .state = sample.state,
        .state_entry_time = sample.entry,
        .runnable = sample.average.runnable,
        .running = sample.average.running,
        .nonaffine = sample.average.nonaffine,
        .sample_time = sample.now,
    };
    for (unsigned int i = 0; i < DOMAIN_STATES; i++)
        info->time[i] = sample.time[i];
    return 0;
}
