/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain's life.
 *
 *     created (paused) -> runs <-> shut down -> dying -> dead -> gone
 *
 * Shut down: its vCPUs rest, its memory stays; it may be resumed.  Dying: its claim has ended, and
 * what it owns is given back piece by piece (domain_kill is called again and again).  Dead: only
 * references of others hold it, such as mappings of its pages in dom0.  Gone: RCU frees the
 * structures.
 */
#include "domid.h"
#include <public/domctl.h>
#include <public/sched.h>
#include <xen/bug.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/event.h>
#include <xen/grant_table.h>
#include <xen/lib.h>
#include <xen/page_alloc.h>
#include <xen/printk.h>
#include <xen/sched.h>
#include <xen/shutdown.h>
#include <xen/softirq.h>
#include <xen/string.h>
#include <xen/time.h>
#include <xen/vnuma.h>
#include <xen/xmalloc.h>

struct domain *hardware_domain;
struct domain *idle_domain;

static int config_check(const struct xen_domctl_createdomain *config)
{
    if ((config->flags & (XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap)) !=
        (XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap))
        return -EOPNOTSUPP; /* there are no PV guests, and none with shadow paging */
    if (config->flags &
        ~(XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap | XEN_DOMCTL_CDF_oos_off |
          XEN_DOMCTL_CDF_xs_domain | XEN_DOMCTL_CDF_iommu | XEN_DOMCTL_CDF_s3_integrity))
        return -EINVAL;
    if (config->max_vcpus == 0 || config->max_vcpus > MAX_VIRT_CPUS)
        return -EINVAL;
    return 0;
}

static struct domain *domain_alloc(domid_t domid, unsigned int max_vcpus)
{
    struct domain *d = xzalloc(struct domain);

    if (!d)
        return NULL;
    d->vcpu = xzalloc_array(struct vcpu *, max_vcpus);
    if (!d->vcpu) {
        xfree(d);
        return NULL;
    }
    d->domain_id = domid;
    d->max_vcpus = max_vcpus;
    d->shutdown_code = ~0u;
    d->created = NOW();
    spin_lock_init(&d->lock, LOCK_DOMAIN);
    list_init(&d->list);
    atomic_set(&d->refcount, 1);
    domain_pages_init(&d->mem);
    runstate_domain_init(d, d->created);
    return d;
}

/* The idle vCPUs' domain: no memory, no events, not in the table. */
void idle_domain_create(void)
{
    idle_domain = domain_alloc(DOMID_IDLE, NR_CPUS);
    BUG_ON(!idle_domain);
    idle_domain->is_idle = true;
}

static int shared_info_create(struct domain *d)
{
    d->shared_info = alloc_xenheap_page();
    if (!d->shared_info)
        return -ENOMEM;
    page_share_with(virt_to_page(d->shared_info), d, true);
    return 0;
}

/* Everything that a domain is made of, in order; domain_free() undoes any prefix of it. */
static int domain_assemble(struct domain *d, const struct xen_domctl_createdomain *config)
{
    int rc;

    if ((rc = shared_info_create(d)) != 0)
        return rc;
    if ((rc = sched_domain_init(d, config->cpupool_id)) != 0)
        return rc;
    if ((rc = event_domain_init(d, config->max_evtchn_port)) != 0)
        return rc;
    if ((rc = grant_table_init(d, (unsigned int)config->max_grant_frames,
                               (unsigned int)config->max_maptrack_frames)) != 0)
        return rc;
    return arch_domain_create(d, config);
}

static void domain_free(struct domain *d)
{
    for (unsigned int i = 0; i < d->max_vcpus; i++)
        vcpu_destroy(d->vcpu[i]);
    arch_domain_destroy(d);
    vnuma_free(d);
    grant_table_destroy(d);
    event_domain_free(d);
    sched_domain_destroy(d);
    if (d->shared_info)
        free_xenheap_page(d->shared_info);
    xfree(d->vcpu);
    xfree(d);
}

int domain_create(domid_t domid, const struct xen_domctl_createdomain *config, bool is_privileged,
                  struct domain **out)
{
    struct domain *d;
    int rc = config_check(config);

    if (rc)
        return rc;
    d = domain_alloc(domid, config->max_vcpus);
    if (!d)
        return -ENOMEM;
    d->is_privileged = d->is_hardware = is_privileged;
    d->options = config->flags;
    d->ssidref = config->ssidref;
    memcpy(d->handle, config->handle, sizeof(d->handle));
    d->controller_pause_count = 1;
    atomic_set(&d->pause_count, 1);
    rc = domain_assemble(d, config);
    if (!rc)
        rc = domid_publish(d);
    if (rc) {
        domain_free(d);
        return rc;
    }
    *out = d;
    return 0;
}

static void domain_gone(struct rcu_head *head)
{
    domain_free(container_of(head, struct domain, rcu));
}

/* Nobody holds it, nobody can take hold of it again: out of the table, and after another round
 * freed. */
static void domain_retire(struct rcu_head *head)
{
    struct domain *d = container_of(head, struct domain, rcu);

    domid_retract(d);
    if (hardware_domain)
        event_send_global_virq(hardware_domain, VIRQ_DOM_EXC);
    call_rcu(&d->rcu, domain_gone);
}

/* Any context: the last reference may be that of a page unmapped somewhere, under any lock. */
void domain_put(struct domain *d)
{
    int count = atomic_dec_return(&d->refcount);

    ASSERT(count >= 0);
    if (count)
        return;
    ASSERT(d->dying == DOMDYING_dead);
    call_rcu(&d->rcu, domain_retire);
}

/* --- dying --- */

static void kill_begin(struct domain *d)
{
    domain_pause(d);
    spin_lock(&d->lock);
    d->dying = DOMDYING_dying;
    spin_unlock(&d->lock);
    smp_mb();                   /* see memory_target() */
    domain_pages_mark_dying(d); /* from here on its claim is free for others */
}

/* What d holds is given back, a bounded piece at a time. */
static int relinquish(struct domain *d)
{
    struct vcpu *v;
    int rc;

    if ((rc = event_domain_destroy(d)) != 0)
        return rc;
    if (atomic_read(&d->memory_users))
        return -ERESTART;
    if ((rc = grant_table_relinquish_mappings(d)) != 0)
        return rc;
    for_each_vcpu (d, v) {
        vcpu_info_forget(v);
        runstate_area_forget(v);
    }
    if ((rc = arch_domain_relinquish(d)) != 0)
        return rc;
    return domain_pages_relinquish(d);
}

int domain_kill(struct domain *d)
{
    int rc;

    if (d == current->domain || d == hardware_domain)
        return -EINVAL;
    if (d->dying == DOMDYING_dead)
        return 0;
    if (d->dying == DOMDYING_alive)
        kill_begin(d);
    rc = relinquish(d);
    if (rc)
        return rc;
    d->dying = DOMDYING_dead;
    if (hardware_domain)
        event_send_global_virq(hardware_domain, VIRQ_DOM_EXC);
    domain_put(d);
    return 0;
}

/* --- shutting down --- */

void domain_shutdown(struct domain *d, unsigned int reason)
{
    struct vcpu *v;

    if (d == hardware_domain)
        hwdom_shutdown(reason);
    spin_lock(&d->lock);
    if (d->is_shutting_down) {
        spin_unlock(&d->lock);
        return;
    }
    d->is_shutting_down = true;
    d->shutdown_code = reason;
    spin_unlock(&d->lock);

    smp_mb(); /* see vcpu_create() */
    for_each_vcpu (d, v)
        vcpu_rest(v);
    d->is_shut_down = true;
    if (hardware_domain)
        event_send_global_virq(hardware_domain, VIRQ_DOM_EXC);
}

int domain_resume(struct domain *d)
{
    struct vcpu *v;

    if (!d->is_shut_down)
        return -EINVAL;
    domain_pause(d);
    spin_lock(&d->lock);
    d->is_shutting_down = d->is_shut_down = false;
    d->shutdown_code = ~0u;
    spin_unlock(&d->lock);
    for_each_vcpu (d, v) {
        clear_bit(VPF_shut_down, &v->pause_flags);
        vcpu_wake(v);
    }
    domain_unpause(d);
    return 0;
}

void domain_crash(struct domain *d, const char *fmt, ...)
{
    __builtin_va_list args;
    char why[160];

    __builtin_va_start(args, fmt);
    vsnprintf(why, sizeof(why), fmt, args);
    __builtin_va_end(args);
    printk(XENLOG_ERR "d%u crashed: %s\n", d->domain_id, why);
    domain_shutdown(d, SHUTDOWN_crash);
}

/* --- pausing --- */

void domain_pause_nosync(struct domain *d)
{
    struct vcpu *v;

    atomic_inc(&d->pause_count);
    for_each_vcpu (d, v)
        vcpu_sleep_nosync(v);
}

void domain_pause(struct domain *d)
{
    struct vcpu *v;

    ASSERT(d != current->domain);
    domain_pause_nosync(d);
    for_each_vcpu (d, v)
        vcpu_sleep_sync(v);
}

void domain_unpause(struct domain *d)
{
    struct vcpu *v;

    if (atomic_dec_return(&d->pause_count) == 0)
        for_each_vcpu (d, v)
            vcpu_wake(v);
}

#define CONTROLLER_PAUSES_MAX 255

int domain_pause_by_control(struct domain *d)
{
    spin_lock(&d->lock);
    if (d->controller_pause_count >= CONTROLLER_PAUSES_MAX) {
        spin_unlock(&d->lock);
        return -EOVERFLOW;
    }
    d->controller_pause_count++;
    spin_unlock(&d->lock);
    domain_pause(d);
    return 0;
}

int domain_unpause_by_control(struct domain *d)
{
    int rc = 0;

    spin_lock(&d->lock);
    if (d->controller_pause_count == 0)
        rc = -EINVAL;
    else if (!d->is_initialised && (!domain_vcpu(d, 0) || !domain_vcpu(d, 0)->is_initialised))
        rc = -ENODATA; /* nothing to run yet */
    if (!rc) {
        d->is_initialised = true;
        d->controller_pause_count--;
    }
    spin_unlock(&d->lock);
    if (!rc)
        domain_unpause(d);
    return rc;
}
