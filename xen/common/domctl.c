/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * domctl(struct xen_domctl *): a row for each operation.  The argument is read once; the domain is
 * found, privilege asked for, the row's lock taken; and what the operation leaves in the argument
 * goes back if the row says so.
 *
 * The rows of a domain's life are serialised by one lock.  It is only tried: whoever does not get
 * it comes back, with interrupts taken and other vCPUs scheduled meanwhile, since what is done
 * under it may wait for a vCPU to stop.
 */
#include <xen/domain.h>
#include <xen/domctl.h>
#include <xen/errno.h>
#include <xen/event.h>
#include <xen/guest_access.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/nospec.h>
#include <xen/privilege.h>
#include <xen/sched.h>
#include <xen/string.h>

static DEFINE_SPINLOCK(domctl_lock, LOCK_DOMCTL);

/* --- life --- */

static int createdomain(struct domain *none, struct xen_domctl *op)
{
    struct domain *d;
    domid_t domid;
    int rc = domid_alloc(op->domain ? op->domain : DOMID_INVALID, &domid);

    if (rc)
        return rc;
    rc = domain_create(domid, &op->u.createdomain, false, &d);
    if (!rc)
        op->domain = domid;
    return rc;
}

static int destroydomain(struct domain *d, struct xen_domctl *op)
{
    return domain_kill(d);
}

static int pausedomain(struct domain *d, struct xen_domctl *op)
{
    return d == current->domain ? -EINVAL : domain_pause_by_control(d);
}

static int unpausedomain(struct domain *d, struct xen_domctl *op)
{
    return domain_unpause_by_control(d);
}

static int resumedomain(struct domain *d, struct xen_domctl *op)
{
    return d == current->domain ? -EINVAL : domain_resume(d);
}

/* The domain asked for or the next one above it. */
static int getdomaininfo(struct domain *none, struct xen_domctl *op)
{
    struct domain *d = domain_get_next(op->domain);

    if (!d)
        return -ESRCH;
    domain_info(d, &op->u.getdomaininfo);
    op->domain = d->domain_id;
    domain_put(d);
    return 0;
}

/* Makes the vCPUs that are missing; how many there can be was settled when the domain was made. */
static int max_vcpus(struct domain *d, struct xen_domctl *op)
{
    unsigned int max = op->u.max_vcpus.max;

    if (!max || max > d->max_vcpus || d == current->domain)
        return -EINVAL;
    for (unsigned int i = 0; i < max; i++) {
        if (d->vcpu[i])
            continue;
        if (!vcpu_create(d, i))
            return -ENOMEM;
        if (hypercall_preempt_check())
            return -ERESTART;
    }
    return 0;
}

static int setdomainhandle(struct domain *d, struct xen_domctl *op)
{
    spin_lock(&d->lock);
    memcpy(d->handle, op->u.setdomainhandle.handle, sizeof(d->handle));
    spin_unlock(&d->lock);
    return 0;
}

static int set_virq_handler(struct domain *d, struct xen_domctl *op)
{
    return event_set_global_virq_handler(d, op->u.set_virq_handler.virq);
}

/* --- the table --- */

enum {
    RESULT =
        1 << 0, /* the argument is stored back, also with an error: it may say what was wrong */
    SERIAL = 1 << 1,    /* one at a time in the whole host */
    NO_TARGET = 1 << 2, /* the header's domain is not that of an existing one */
};

struct domctl_row {
    domctl_fn *fn;
    unsigned int flags;
};

static const struct domctl_row table[] = {
    [XEN_DOMCTL_createdomain] = {createdomain, RESULT | SERIAL | NO_TARGET},
    [XEN_DOMCTL_destroydomain] = {destroydomain, SERIAL},
    [XEN_DOMCTL_pausedomain] = {pausedomain},
    [XEN_DOMCTL_unpausedomain] = {unpausedomain},
    [XEN_DOMCTL_getdomaininfo] = {getdomaininfo, RESULT | NO_TARGET},
    [XEN_DOMCTL_setvcpuaffinity] = {domctl_setvcpuaffinity, RESULT},
    [XEN_DOMCTL_shadow_op] = {arch_domctl_shadow_op, RESULT},
    [XEN_DOMCTL_max_mem] = {domctl_max_mem},
    [XEN_DOMCTL_getvcpuinfo] = {domctl_getvcpuinfo, RESULT},
    [XEN_DOMCTL_max_vcpus] = {max_vcpus, SERIAL},
    [XEN_DOMCTL_scheduler_op] = {domctl_scheduler_op, RESULT},
    [XEN_DOMCTL_setdomainhandle] = {setdomainhandle},
    [XEN_DOMCTL_settimeoffset] = {arch_domctl_settimeoffset},
    [XEN_DOMCTL_getvcpuaffinity] = {domctl_getvcpuaffinity},
    [XEN_DOMCTL_resumedomain] = {resumedomain, SERIAL},
    [XEN_DOMCTL_gethvmcontext] = {arch_domctl_gethvmcontext, RESULT},
    [XEN_DOMCTL_sethvmcontext] = {arch_domctl_sethvmcontext},
    [XEN_DOMCTL_gethvmcontext_partial] = {arch_domctl_gethvmcontext_partial, RESULT},
    [XEN_DOMCTL_gettscinfo] = {arch_domctl_gettscinfo, RESULT},
    [XEN_DOMCTL_settscinfo] = {arch_domctl_settscinfo},
    [XEN_DOMCTL_set_virq_handler] = {set_virq_handler},
    [XEN_DOMCTL_setnodeaffinity] = {domctl_setnodeaffinity},
    [XEN_DOMCTL_getnodeaffinity] = {domctl_getnodeaffinity},
    [XEN_DOMCTL_setvnumainfo] = {domctl_setvnumainfo},
    [XEN_DOMCTL_get_cpu_policy] = {arch_domctl_get_cpu_policy, RESULT},
    [XEN_DOMCTL_set_cpu_policy] = {arch_domctl_set_cpu_policy, RESULT},
    [XEN_DOMCTL_get_paging_mempool_size] = {arch_domctl_get_paging_mempool_size, RESULT},
    [XEN_DOMCTL_set_paging_mempool_size] = {arch_domctl_set_paging_mempool_size},
    [XEN_DOMCTL_claim_memory] = {domctl_claim_memory},
    [XEN_DOMCTL_get_runstate_info] = {domctl_get_runstate_info, RESULT},
};

/* Numbers from 2000 upwards are ours. */
#define OWN_FIRST XEN_DOMCTL_get_node_pages
static const struct domctl_row own_table[] = {
    [XEN_DOMCTL_get_node_pages - OWN_FIRST] = {domctl_get_node_pages, RESULT},
};

static const struct domctl_row *row_find(uint32_t cmd)
{
    const struct domctl_row *row = NULL;

    if (cmd < ARRAY_SIZE(table))
        row = &table[index_clamp(cmd, ARRAY_SIZE(table))];
    else if (cmd - OWN_FIRST < ARRAY_SIZE(own_table))
        row = &own_table[index_clamp(cmd - OWN_FIRST, ARRAY_SIZE(own_table))];
    return row && row->fn ? row : NULL;
}

static int row_run(const struct domctl_row *row, struct xen_domctl *op)
{
    struct domain *d = NULL;
    int rc = 0;

    if (!(row->flags & NO_TARGET))
        rc = privilege_target(op->domain, TARGET_BY_CONTROL, &d);
    else if (!privilege_caller(current->domain, CALLER_CONTROL))
        rc = -EPERM;
    if (rc)
        return rc;
    if ((row->flags & SERIAL) && !spin_trylock(&domctl_lock)) {
        rc = -ERESTART;
    } else {
        rc = row->fn(d, op);
        if (row->flags & SERIAL)
            spin_unlock(&domctl_lock);
    }
    if (d)
        domain_put(d);
    return rc;
}

long do_domctl(struct hypercall *call)
{
    const uint64_t gva = call->arg[0];
    const struct domctl_row *row;
    struct xen_domctl op;
    int rc;

    if (guest_read(&op, gva))
        return -EFAULT;
    if (op.interface_version != XEN_DOMCTL_INTERFACE_VERSION)
        return -EACCES;
    row = row_find(op.cmd);
    if (!row)
        return -ENOSYS;
    rc = row_run(row, &op);
    if (rc != -ERESTART && (row->flags & RESULT) && guest_write(gva, &op) && !rc)
        return -EFAULT;
    return rc;
}
