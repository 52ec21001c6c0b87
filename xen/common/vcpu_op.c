/* SPDX-License-Identifier: GPL-2.0-only */
/* vcpu_op(command, vCPU, argument): what a domain does to its own vCPUs. */
#include <public/vcpu.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/guest_access.h>
#include <xen/guest_layout.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/nospec.h>
#include <xen/sched.h>
#include <xen/time.h>

/* A faster rhythm would leave the guest no time between ticks. */
#define PERIOD_MIN MILLISECS(1)

typedef int vcpu_fn(struct vcpu *v, uint64_t gva);

static int up(struct vcpu *v, uint64_t gva)
{
    return vcpu_up(v);
}

static int down(struct vcpu *v, uint64_t gva)
{
    return vcpu_down(v);
}

static int is_up(struct vcpu *v, uint64_t gva)
{
    return !test_bit(VPF_down, &v->pause_flags);
}

static int get_runstate_info(struct vcpu *v, uint64_t gva)
{
    struct vcpu_runstate now;
    struct vcpu_runstate_info info = {0};

    vcpu_runstate_get(v, &now);
    info.state = now.state;
    info.state_entry_time = now.entry;
    for (unsigned int i = 0; i < VCPU_STATES; i++)
        info.time[i] = now.time[i];
    return guest_write_as(LAYOUT_vcpu_runstate_info, gva, &info);
}

/* A null address ends it. */
static int register_runstate_memory_area(struct vcpu *v, uint64_t gva)
{
    struct vcpu_register_runstate_memory_area area;

    if (guest_read(&area, gva))
        return -EFAULT;
    if (area.addr.p)
        return runstate_area_register(v, area.addr.p);
    runstate_area_forget(v);
    return 0;
}

static int set_periodic_timer(struct vcpu *v, uint64_t gva)
{
    struct vcpu_set_periodic_timer arg;

    if (guest_read(&arg, gva))
        return -EFAULT;
    if (arg.period_ns < PERIOD_MIN || arg.period_ns > STIME_MAX / 2)
        return -EINVAL;
    v->periodic_period = arg.period_ns;
    timer_set(&v->periodic_timer, NOW() + v->periodic_period);
    return 0;
}

static int stop_periodic_timer(struct vcpu *v, uint64_t gva)
{
    v->periodic_period = 0;
    timer_stop(&v->periodic_timer);
    return 0;
}

/* Only for oneself: the timer is on the CPU where the vCPU runs. */
static int set_singleshot_timer(struct vcpu *v, uint64_t gva)
{
    struct vcpu_set_singleshot_timer arg;

    if (v != current)
        return -EINVAL;
    if (guest_read_as(LAYOUT_vcpu_singleshot_timer, &arg, gva))
        return -EFAULT;
    if ((arg.flags & VCPU_SSHOTTMR_future) && arg.timeout_abs_ns < (uint64_t)NOW())
        return -ETIME;
    timer_set(&v->singleshot_timer, min(arg.timeout_abs_ns, (uint64_t)STIME_MAX));
    return 0;
}

static int stop_singleshot_timer(struct vcpu *v, uint64_t gva)
{
    if (v != current)
        return -EINVAL;
    timer_stop(&v->singleshot_timer);
    return 0;
}

static int register_vcpu_info(struct vcpu *v, uint64_t gva)
{
    struct vcpu_register_vcpu_info arg;
    int rc;

    if (guest_read(&arg, gva))
        return -EFAULT;
    spin_lock(&v->domain->lock);
    rc = vcpu_info_register(v, _gfn(arg.mfn), arg.offset);
    spin_unlock(&v->domain->lock);
    return rc;
}

static vcpu_fn *const table[] = {
    [VCPUOP_initialise] = arch_vcpu_initialise,
    [VCPUOP_up] = up,
    [VCPUOP_down] = down,
    [VCPUOP_is_up] = is_up,
    [VCPUOP_get_runstate_info] = get_runstate_info,
    [VCPUOP_register_runstate_memory_area] = register_runstate_memory_area,
    [VCPUOP_set_periodic_timer] = set_periodic_timer,
    [VCPUOP_stop_periodic_timer] = stop_periodic_timer,
    [VCPUOP_set_singleshot_timer] = set_singleshot_timer,
    [VCPUOP_stop_singleshot_timer] = stop_singleshot_timer,
    [VCPUOP_register_vcpu_info] = register_vcpu_info,
};

long do_vcpu_op(struct hypercall *call)
{
    struct domain *d = current->domain;
    vcpu_fn *fn;
    struct vcpu *v;

    if (call->arg[0] >= ARRAY_SIZE(table))
        return -ENOSYS;
    fn = table[index_clamp(call->arg[0], ARRAY_SIZE(table))];
    if (!fn)
        return -ENOSYS;
    if (call->arg[1] >= d->max_vcpus)
        return -ENOENT;
    v = domain_vcpu(d, call->arg[1]);
    return v ? fn(v, call->arg[2]) : -ENOENT;
}
