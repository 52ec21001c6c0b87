/* SPDX-License-Identifier: GPL-2.0-only */
/* sysctl(struct xen_sysctl *): a row for each operation on the host, all of them the control
 * domain's. */
#include <xen/console.h>
#include <xen/ctl_bitmap.h>
#include <xen/domain.h>
#include <xen/domctl.h>
#include <xen/errno.h>
#include <xen/guest_access.h>
#include <xen/hypercall.h>
#include <xen/keyhandler.h>
#include <xen/lib.h>
#include <xen/nospec.h>
#include <xen/privilege.h>
#include <xen/sched.h>
#include <xen/sysctl.h>

/* --- the log and the keys --- */

static int readconsole(struct xen_sysctl *op)
{
    struct xen_sysctl_readconsole *arg = &op->u.readconsole;
    bool incremental = arg->incremental;
    uint32_t done = 0;
    char text[256];

    while (done < arg->count) {
        size_t part = console_ring_read(text, min(arg->count - done, (uint32_t)sizeof(text)),
                                        &arg->index, arg->clear, incremental);

        if (!part)
            break;
        if (guest_copy_to((uint64_t)(arg->buffer.p + done), text, part))
            return -EFAULT;
        done += part;
        incremental = true; /* the next piece follows this one */
    }
    arg->count = done;
    return 0;
}

static int debug_keys(struct xen_sysctl *op)
{
    const struct xen_sysctl_debug_keys *arg = &op->u.debug_keys;

    for (uint32_t i = 0; i < arg->nr_keys; i++) {
        char key;

        if (guest_read(&key, (uint64_t)(arg->keys.p + i)))
            return -EFAULT;
        keyhandler_run(key);
    }
    return 0;
}

/* --- domains --- */

static int getdomaininfolist(struct xen_sysctl *op)
{
    struct xen_sysctl_getdomaininfolist *arg = &op->u.getdomaininfolist;
    domid_t next = arg->first_domain;
    struct domain *d;
    uint32_t count = 0;
    int rc = 0;

    while (!rc && count < arg->max_domains && (d = domain_get_next(next)) != NULL) {
        struct xen_domctl_getdomaininfo info;

        domain_info(d, &info);
        next = d->domain_id + 1;
        domain_put(d);
        rc = guest_write((uint64_t)(arg->buffer.p + count), &info);
        count++;
    }
    arg->num_domains = count;
    return rc;
}

/* --- scheduling --- */

static int get_sched_id(struct xen_sysctl *op)
{
    op->u.sched_id.sched_id = sched_id();
    return 0;
}

static int scheduler_op(struct xen_sysctl *op)
{
    return sched_adjust_global(&op->u.scheduler_op);
}

/* The pools' file does all but copying the set of CPUs. */
static int cpupool(struct xen_sysctl *op)
{
    struct xen_sysctl_cpupool_op *arg = &op->u.cpupool_op;
    cpumask_t mask;
    int rc;

    if (arg->op == XEN_SYSCTL_CPUPOOL_OP_FREEINFO) {
        cpupool_free_cpus(&mask);
        return ctl_bitmap_write(&arg->cpumap, mask.bits, NR_CPUS);
    }
    rc = cpupool_op(arg);
    if (rc || arg->op != XEN_SYSCTL_CPUPOOL_OP_INFO)
        return rc;
    rc = cpupool_cpumask(arg->cpupool_id, &mask);
    return rc ? rc : ctl_bitmap_write(&arg->cpumap, mask.bits, NR_CPUS);
}

/* --- the table --- */

struct sysctl_row {
    sysctl_fn *fn;
    bool has_result; /* the argument is stored back on success */
};

static const struct sysctl_row table[] = {
    [XEN_SYSCTL_readconsole] = {readconsole, true},
    [XEN_SYSCTL_physinfo] = {sysctl_physinfo, true},
    [XEN_SYSCTL_sched_id] = {get_sched_id, true},
    [XEN_SYSCTL_getdomaininfolist] = {getdomaininfolist, true},
    [XEN_SYSCTL_debug_keys] = {debug_keys},
    [XEN_SYSCTL_getcpuinfo] = {sysctl_getcpuinfo, true},
    [XEN_SYSCTL_availheap] = {sysctl_availheap, true},
    [XEN_SYSCTL_page_offline_op] = {sysctl_page_offline_op},
    [XEN_SYSCTL_cputopoinfo] = {sysctl_cputopoinfo, true},
    [XEN_SYSCTL_numainfo] = {sysctl_numainfo, true},
    [XEN_SYSCTL_cpupool_op] = {cpupool, true},
    [XEN_SYSCTL_scheduler_op] = {scheduler_op, true},
    [XEN_SYSCTL_pcitopoinfo] = {sysctl_pcitopoinfo, true},
    [XEN_SYSCTL_get_cpu_levelling_caps] = {arch_sysctl_get_cpu_levelling_caps, true},
    [XEN_SYSCTL_get_cpu_featureset] = {arch_sysctl_get_cpu_featureset, true},
    [XEN_SYSCTL_get_cpu_policy] = {arch_sysctl_get_cpu_policy, true},
};

/* Numbers from 2000 upwards are ours. */
#define OWN_FIRST XEN_SYSCTL_get_node_claims
static const struct sysctl_row own_table[] = {
    [XEN_SYSCTL_get_node_claims - OWN_FIRST] = {sysctl_get_node_claims, true},
};

static const struct sysctl_row *row_find(uint32_t cmd)
{
    const struct sysctl_row *row = NULL;

    if (cmd < ARRAY_SIZE(table))
        row = &table[index_clamp(cmd, ARRAY_SIZE(table))];
    else if (cmd - OWN_FIRST < ARRAY_SIZE(own_table))
        row = &own_table[index_clamp(cmd - OWN_FIRST, ARRAY_SIZE(own_table))];
    return row && row->fn ? row : NULL;
}

long do_sysctl(struct hypercall *call)
{
    const uint64_t gva = call->arg[0];
    const struct sysctl_row *row;
    struct xen_sysctl op;
    int rc;

    if (guest_read(&op, gva))
        return -EFAULT;
    if (op.interface_version != XEN_SYSCTL_INTERFACE_VERSION)
        return -EACCES;
    row = row_find(op.cmd);
    if (!row)
        return -ENOSYS;
    if (!privilege_caller(current->domain, CALLER_CONTROL))
        return -EPERM;
    rc = row->fn(&op);
    if (!rc && row->has_result && guest_write(gva, &op))
        return -EFAULT;
    return rc;
}
