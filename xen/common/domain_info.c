/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tools are told of a domain. */
#include <public/sched.h>
#include <xen/atomic.h>
#include <xen/domain.h>
#include <xen/domctl.h>
#include <xen/sched.h>
#include <xen/string.h>

/* A domain is blocked if all its vCPUs are, running if one is, and else merely runnable: neither
 * flag. */
static uint32_t vcpu_facts(struct domain *d, struct xen_domctl_getdomaininfo *info)
{
    uint32_t flags = XEN_DOMINF_blocked;
    struct vcpu *v;

    info->max_vcpu_id = XEN_INVALID_MAX_VCPU_ID;
    for_each_vcpu (d, v) {
        struct vcpu_runstate runstate;

        vcpu_runstate_get(v, &runstate);
        info->cpu_time += runstate.time[RUNSTATE_running];
        info->max_vcpu_id = v->vcpu_id;
        if (test_bit(VPF_down, &v->pause_flags))
            continue;
        info->nr_online_vcpus++;
        if (!test_bit(VPF_blocked, &v->pause_flags))
            flags &= ~XEN_DOMINF_blocked;
        if (v->is_running)
            flags |= XEN_DOMINF_running;
    }
    return flags;
}

static uint32_t life_flags(const struct domain *d)
{
    uint32_t flags = XEN_DOMINF_hvm_guest | XEN_DOMINF_hap;

    if (d->dying == DOMDYING_dead)
        flags |= XEN_DOMINF_dying;
    if (d->is_shut_down)
        flags |= XEN_DOMINF_shutdown | d->shutdown_code << XEN_DOMINF_shutdownshift;
    if (d->controller_pause_count)
        flags |= XEN_DOMINF_paused;
    if (d->options & XEN_DOMCTL_CDF_xs_domain)
        flags |= XEN_DOMINF_xs_domain;
    return flags;
}

void domain_info(struct domain *d, struct xen_domctl_getdomaininfo *info)
{
    memset(info, 0, sizeof(*info));
    info->domain = d->domain_id;
    info->flags = vcpu_facts(d, info) | life_flags(d);
    info->tot_pages = READ_ONCE(d->mem.tot_pages);
    info->max_pages = READ_ONCE(d->mem.max_pages);
    info->outstanding_pages = READ_ONCE(d->mem.claim_total);
    info->shared_info_frame = ~0ULL; /* the guest maps it where it likes */
    info->ssidref = d->ssidref;
    info->cpupool = d->cpupool;
    memcpy(info->handle, d->handle, sizeof(info->handle));
    arch_domain_info(d, info);
}
