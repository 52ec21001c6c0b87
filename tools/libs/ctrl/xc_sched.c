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

/*
 * Parameters under one scheduler, a domain's and a pool's.  Each scheduler has a structure of its
 * own in the operation's union; what took effect is handed back to who set it, too.
 */
static int domain_sched(xc_interface *xch, uint32_t domid, uint32_t sched_id, uint32_t cmd,
                        void *param, size_t size)
{
    struct xen_domctl op = {.cmd = XEN_DOMCTL_scheduler_op, .domain = domid};
    int rc;

    op.u.scheduler_op.sched_id = sched_id;
    op.u.scheduler_op.cmd = cmd;
    memcpy(&op.u.scheduler_op.u, param, size);
    rc = xc_domctl(xch, &op);
    memcpy(param, &op.u.scheduler_op.u, size);
    return rc;
}

static int pool_sched(xc_interface *xch, uint32_t cpupool_id, uint32_t sched_id, uint32_t cmd,
                      void *param, size_t size)
{
    struct xen_sysctl op = {.cmd = XEN_SYSCTL_scheduler_op};
    int rc;

    op.u.scheduler_op.cpupool_id = cpupool_id;
    op.u.scheduler_op.sched_id = sched_id;
    op.u.scheduler_op.cmd = cmd;
    memcpy(&op.u.scheduler_op.u, param, size);
    rc = xc_sysctl(xch, &op);
    memcpy(param, &op.u.scheduler_op.u, size);
    return rc;
}

/* clang-format off */
#define DOMAIN_CALL(name, type, scheduler, cmd)                                    \
    int name(xc_interface *xch, uint32_t domid, struct type *param)                \
    {                                                                              \
        return domain_sched(xch, domid, scheduler, cmd, param, sizeof(*param));    \
    }
#define POOL_CALL(name, type, scheduler, cmd)                                      \
    int name(xc_interface *xch, uint32_t cpupool_id, struct type *param)           \
    {                                                                              \
        return pool_sched(xch, cpupool_id, scheduler, cmd, param, sizeof(*param)); \
    }

DOMAIN_CALL(xc_sched_credit_domain_set,  xen_domctl_sched_credit,  XEN_SCHEDULER_CREDIT,  XEN_DOMCTL_SCHEDOP_putinfo)
DOMAIN_CALL(xc_sched_credit_domain_get,  xen_domctl_sched_credit,  XEN_SCHEDULER_CREDIT,  XEN_DOMCTL_SCHEDOP_getinfo)
DOMAIN_CALL(xc_sched_credit2_domain_set, xen_domctl_sched_credit2, XEN_SCHEDULER_CREDIT2, XEN_DOMCTL_SCHEDOP_putinfo)
DOMAIN_CALL(xc_sched_credit2_domain_get, xen_domctl_sched_credit2, XEN_SCHEDULER_CREDIT2, XEN_DOMCTL_SCHEDOP_getinfo)

POOL_CALL(xc_sched_credit_params_set,  xen_sysctl_credit_schedule,  XEN_SCHEDULER_CREDIT,  XEN_SYSCTL_SCHEDOP_putinfo)
POOL_CALL(xc_sched_credit_params_get,  xen_sysctl_credit_schedule,  XEN_SCHEDULER_CREDIT,  XEN_SYSCTL_SCHEDOP_getinfo)
POOL_CALL(xc_sched_credit2_params_set, xen_sysctl_credit2_schedule, XEN_SCHEDULER_CREDIT2, XEN_SYSCTL_SCHEDOP_putinfo)
POOL_CALL(xc_sched_credit2_params_get, xen_sysctl_credit2_schedule, XEN_SCHEDULER_CREDIT2, XEN_SYSCTL_SCHEDOP_getinfo)
/* clang-format on */

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
    struct bounce b = HANDLE_BOUNCE(op->u.cpupool_op.cpumap.bitmap, map, size, BOUNCE_OUT);

    op->u.cpupool_op.cpumap.nr_bits = size * 8;
    return sysctl_with(xch, op, &b, 1);
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
