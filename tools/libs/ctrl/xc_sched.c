/* SPDX-License-Identifier: LGPL-2.1-only */
/* Scheduler parameters, of a domain and of a pool, and CPU pools. */
#include "private.h"

int xc_sched_id(xc_interface *xch, int *sched_id)
{
    struct xen_sysctl op = {.cmd = XEN_SYSCTL_sched_id};

    if (xc_sysctl(xch, &op) < 0) {
        return -1;
    }
    *sched_id = op.u.sched_id.sched_id;
    return 0;
}

/* A domain's parameters under one scheduler, put or got. */
static int domain_sched(xc_interface *xch, uint32_t domid, uint32_t sched_id, uint32_t cmd,
                        struct xen_domctl_scheduler_op *param)
{
    struct xen_domctl op = {.cmd = XEN_DOMCTL_scheduler_op, .domain = domid};
    int rc;

    op.u.scheduler_op = *param;
    op.u.scheduler_op.sched_id = sched_id;
    op.u.scheduler_op.cmd = cmd;
    rc = xc_domctl(xch, &op);
    *param = op.u.scheduler_op;
    return rc;
}

int xc_sched_credit_domain_set(xc_interface *xch, uint32_t domid,
                               struct xen_domctl_sched_credit *sdom)
{
    struct xen_domctl_scheduler_op p = {.u.credit = *sdom};

    return domain_sched(xch, domid, XEN_SCHEDULER_CREDIT, XEN_DOMCTL_SCHEDOP_putinfo, &p);
}

int xc_sched_credit_domain_get(xc_interface *xch, uint32_t domid,
                               struct xen_domctl_sched_credit *sdom)
{
    struct xen_domctl_scheduler_op p = {0};
    int rc = domain_sched(xch, domid, XEN_SCHEDULER_CREDIT, XEN_DOMCTL_SCHEDOP_getinfo, &p);

    *sdom = p.u.credit;
    return rc;
}

int xc_sched_credit2_domain_set(xc_interface *xch, uint32_t domid,
                                struct xen_domctl_sched_credit2 *sdom)
{
    struct xen_domctl_scheduler_op p = {.u.credit2 = *sdom};

    return domain_sched(xch, domid, XEN_SCHEDULER_CREDIT2, XEN_DOMCTL_SCHEDOP_putinfo, &p);
}

int xc_sched_credit2_domain_get(xc_interface *xch, uint32_t domid,
                                struct xen_domctl_sched_credit2 *sdom)
{
    struct xen_domctl_scheduler_op p = {0};
    int rc = domain_sched(xch, domid, XEN_SCHEDULER_CREDIT2, XEN_DOMCTL_SCHEDOP_getinfo, &p);

    *sdom = p.u.credit2;
    return rc;
}

/* A pool's parameters under one scheduler, put or got. */
static int pool_sched(xc_interface *xch, uint32_t cpupool_id, uint32_t sched_id, uint32_t cmd,
                      struct xen_sysctl_scheduler_op *param)
{
    struct xen_sysctl op = {.cmd = XEN_SYSCTL_scheduler_op};
    int rc;

    op.u.scheduler_op = *param;
    op.u.scheduler_op.cpupool_id = cpupool_id;
    op.u.scheduler_op.sched_id = sched_id;
    op.u.scheduler_op.cmd = cmd;
    rc = xc_sysctl(xch, &op);
    *param = op.u.scheduler_op;
    return rc;
}

/* What took effect is handed back to the setter, too. */
static int pool_credit(xc_interface *xch, uint32_t cpupool_id, uint32_t cmd,
                       struct xen_sysctl_credit_schedule *schedule)
{
    struct xen_sysctl_scheduler_op p = {.u.sched_credit = *schedule};
    int rc = pool_sched(xch, cpupool_id, XEN_SCHEDULER_CREDIT, cmd, &p);

    *schedule = p.u.sched_credit;
    return rc;
}

int xc_sched_credit_params_set(xc_interface *xch, uint32_t cpupool_id,
                               struct xen_sysctl_credit_schedule *schedule)
{
    return pool_credit(xch, cpupool_id, XEN_SYSCTL_SCHEDOP_putinfo, schedule);
}

int xc_sched_credit_params_get(xc_interface *xch, uint32_t cpupool_id,
                               struct xen_sysctl_credit_schedule *schedule)
{
    return pool_credit(xch, cpupool_id, XEN_SYSCTL_SCHEDOP_getinfo, schedule);
}

static int pool_credit2(xc_interface *xch, uint32_t cpupool_id, uint32_t cmd,
                        struct xen_sysctl_credit2_schedule *schedule)
{
    struct xen_sysctl_scheduler_op p = {.u.sched_credit2 = *schedule};
    int rc = pool_sched(xch, cpupool_id, XEN_SCHEDULER_CREDIT2, cmd, &p);

    *schedule = p.u.sched_credit2;
    return rc;
}

int xc_sched_credit2_params_set(xc_interface *xch, uint32_t cpupool_id,
                                struct xen_sysctl_credit2_schedule *schedule)
{
    return pool_credit2(xch, cpupool_id, XEN_SYSCTL_SCHEDOP_putinfo, schedule);
}

int xc_sched_credit2_params_get(xc_interface *xch, uint32_t cpupool_id,
                                struct xen_sysctl_credit2_schedule *schedule)
{
    return pool_credit2(xch, cpupool_id, XEN_SYSCTL_SCHEDOP_getinfo, schedule);
}

int xc_cpupool_create(xc_interface *xch, uint32_t *ppoolid, uint32_t sched_id)
{
    struct xen_sysctl op = {.cmd = XEN_SYSCTL_cpupool_op};

    op.u.cpupool_op.op = XEN_SYSCTL_CPUPOOL_OP_CREATE;
    op.u.cpupool_op.cpupool_id = *ppoolid;
    op.u.cpupool_op.sched_id = sched_id;
    if (xc_sysctl(xch, &op) < 0) {
        return -1;
    }
    *ppoolid = op.u.cpupool_op.cpupool_id;
    return 0;
}

int xc_cpupool_destroy(xc_interface *xch, uint32_t poolid)
{
    struct xen_sysctl op = {.cmd = XEN_SYSCTL_cpupool_op};

    op.u.cpupool_op.op = XEN_SYSCTL_CPUPOOL_OP_DESTROY;
    op.u.cpupool_op.cpupool_id = poolid;
    return xc_sysctl(xch, &op);
}

/* An operation that reads a CPU map into map[size]. */
static int pool_read(xc_interface *xch, struct xen_sysctl *op, xc_cpumap_t map, int size)
{
    struct bounce b = BOUNCE(map, size, BOUNCE_OUT);
    int rc;

    if (bounce_get(xch, &b, 1) < 0) {
        return -1;
    }
    set_xen_guest_handle(op->u.cpupool_op.cpumap.bitmap, b.hyp);
    op->u.cpupool_op.cpumap.nr_bits = size * 8;
    rc = xc_sysctl(xch, op);
    bounce_put(xch, &b, 1);
    return rc;
}

xc_cpupoolinfo_t *xc_cpupool_getinfo(xc_interface *xch, uint32_t poolid)
{
    struct xen_sysctl op = {.cmd = XEN_SYSCTL_cpupool_op};
    int size = xc_get_cpumap_size(xch);
    xc_cpupoolinfo_t *info;

    if (size <= 0) {
        return NULL;
    }
    info = calloc(1, sizeof(*info) + size);
    if (!info) {
        return NULL;
    }
    info->cpumap = (xc_cpumap_t)(info + 1);
    op.u.cpupool_op.op = XEN_SYSCTL_CPUPOOL_OP_INFO;
    op.u.cpupool_op.cpupool_id = poolid;
    if (pool_read(xch, &op, info->cpumap, size) < 0) {
        int saved = errno;

        free(info);
        errno = saved;
        return NULL;
    }
    info->cpupool_id = op.u.cpupool_op.cpupool_id;
    info->sched_id = op.u.cpupool_op.sched_id;
    info->n_dom = op.u.cpupool_op.n_dom;
    return info;
}

void xc_cpupool_infofree(xc_interface *xch, xc_cpupoolinfo_t *info)
{
    (void)xch;
    free(info);
}

static int pool_cpu(xc_interface *xch, uint32_t what, uint32_t poolid, int cpu)
{
    struct xen_sysctl op = {.cmd = XEN_SYSCTL_cpupool_op};

    op.u.cpupool_op.op = what;
    op.u.cpupool_op.cpupool_id = poolid;
    op.u.cpupool_op.cpu = cpu < 0 ? XEN_SYSCTL_CPUPOOL_PAR_ANY : (uint32_t)cpu;
    return xc_sysctl(xch, &op);
}

int xc_cpupool_addcpu(xc_interface *xch, uint32_t poolid, int cpu)
{
    return pool_cpu(xch, XEN_SYSCTL_CPUPOOL_OP_ADDCPU, poolid, cpu);
}

int xc_cpupool_removecpu(xc_interface *xch, uint32_t poolid, int cpu)
{
    return pool_cpu(xch, XEN_SYSCTL_CPUPOOL_OP_RMCPU, poolid, cpu);
}

int xc_cpupool_movedomain(xc_interface *xch, uint32_t poolid, uint32_t domid)
{
    struct xen_sysctl op = {.cmd = XEN_SYSCTL_cpupool_op};

    op.u.cpupool_op.op = XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN;
    op.u.cpupool_op.cpupool_id = poolid;
    op.u.cpupool_op.domid = domid;
    return xc_sysctl(xch, &op);
}

xc_cpumap_t xc_cpupool_freeinfo(xc_interface *xch)
{
    struct xen_sysctl op = {.cmd = XEN_SYSCTL_cpupool_op};
    int size = xc_get_cpumap_size(xch);
    xc_cpumap_t map = size <= 0 ? NULL : calloc(1, size);

    if (!map) {
        return NULL;
    }
    op.u.cpupool_op.op = XEN_SYSCTL_CPUPOOL_OP_FREEINFO;
    if (pool_read(xch, &op, map, size) < 0) {
        int saved = errno;

        free(map);
        errno = saved;
        return NULL;
    }
    return map;
}
