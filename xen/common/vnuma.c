/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain's virtual NUMA topology: its nodes' distances and ranges of memory, which vCPU is on
 * which, and which node of the host stands behind each.  Set by the toolstack, asked for by the
 * domain, and followed when memory is asked for by virtual node (XENMEMF_vnode).
 *
 * d->lock guards d->vnuma; what it points to does not change.
 */
#include <public/domctl.h>
#include <public/memory.h>
#include <xen/domain.h>
#include <xen/domctl.h>
#include <xen/errno.h>
#include <xen/guest_access.h>
#include <xen/lib.h>
#include <xen/memory_op.h>
#include <xen/nospec.h>
#include <xen/privilege.h>
#include <xen/sched.h>
#include <xen/vnuma.h>
#include <xen/xmalloc.h>

#define RANGES_MAX       128
#define XEN_NUMA_NO_NODE (~0u)

struct vnuma {
    unsigned int vnodes, vcpus, ranges;
    uint32_t *distance;      /* [vnodes][vnodes] */
    uint32_t *vcpu_to_vnode; /* [vcpus] */
    uint32_t *vnode_to_node; /* [vnodes], XEN_NUMA_NO_NODE: any */
    struct xen_vmemrange *range;
};

static void vnuma_destroy(struct vnuma *n)
{
    if (!n)
        return;
    xfree(n->distance);
    xfree(n->vcpu_to_vnode);
    xfree(n->vnode_to_node);
    xfree(n->range);
    xfree(n);
}

void vnuma_free(struct domain *d)
{
    vnuma_destroy(d->vnuma);
    d->vnuma = NULL;
}

/* --- set --- */

static int sizes_check(const struct domain *d, const struct xen_domctl_vnuma *arg)
{
    if (arg->pad || !arg->nr_vnodes || !arg->nr_vmemranges || arg->nr_vcpus != d->max_vcpus)
        return -EINVAL;
    return arg->nr_vnodes > MAX_NUMNODES || arg->nr_vmemranges > RANGES_MAX ? -E2BIG : 0;
}

static struct vnuma *vnuma_alloc(const struct xen_domctl_vnuma *arg)
{
    struct vnuma *n = xzalloc(struct vnuma);

    if (!n)
        return NULL;
    n->vnodes = arg->nr_vnodes;
    n->vcpus = arg->nr_vcpus;
    n->ranges = arg->nr_vmemranges;
    n->distance = xzalloc_array(uint32_t, n->vnodes * n->vnodes);
    n->vcpu_to_vnode = xzalloc_array(uint32_t, n->vcpus);
    n->vnode_to_node = xzalloc_array(uint32_t, n->vnodes);
    n->range = xzalloc_array(struct xen_vmemrange, n->ranges);
    if (n->distance && n->vcpu_to_vnode && n->vnode_to_node && n->range)
        return n;
    vnuma_destroy(n);
    return NULL;
}

static int vnuma_read(struct vnuma *n, const struct xen_domctl_vnuma *arg)
{
    size_t distances = (size_t)n->vnodes * n->vnodes;

    if (guest_copy_from(n->distance, (uint64_t)arg->vdistance.p, distances * sizeof(uint32_t)) ||
        guest_copy_from(n->vcpu_to_vnode, (uint64_t)arg->vcpu_to_vnode.p,
                        n->vcpus * sizeof(uint32_t)) ||
        guest_copy_from(n->vnode_to_node, (uint64_t)arg->vnode_to_pnode.p,
                        n->vnodes * sizeof(uint32_t)) ||
        guest_copy_from(n->range, (uint64_t)arg->vmemrange.p, n->ranges * sizeof(n->range[0])))
        return -EFAULT;
    return 0;
}

static int vnuma_check(const struct vnuma *n)
{
    for (unsigned int i = 0; i < n->vcpus; i++)
        if (n->vcpu_to_vnode[i] >= n->vnodes)
            return -EINVAL;
    for (unsigned int i = 0; i < n->vnodes; i++)
        if (n->vnode_to_node[i] != XEN_NUMA_NO_NODE &&
            (n->vnode_to_node[i] >= MAX_NUMNODES || !node_online(n->vnode_to_node[i])))
            return -EINVAL;
    for (unsigned int i = 0; i < n->ranges; i++)
        if (n->range[i].nid >= n->vnodes || n->range[i].flags ||
            n->range[i].start >= n->range[i].end)
            return -EINVAL;
    return 0;
}

int domctl_setvnumainfo(struct domain *d, struct xen_domctl *op)
{
    const struct xen_domctl_vnuma *arg = &op->u.vnuma;
    struct vnuma *n, *old;
    int rc = sizes_check(d, arg);

    if (rc)
        return rc;
    n = vnuma_alloc(arg);
    if (!n)
        return -ENOMEM;
    rc = vnuma_read(n, arg);
    if (!rc)
        rc = vnuma_check(n);
    if (rc) {
        vnuma_destroy(n);
        return rc;
    }
    spin_lock(&d->lock);
    old = d->vnuma;
    d->vnuma = n;
    spin_unlock(&d->lock);
    vnuma_destroy(old);
    return 0;
}

/* --- asked for --- */

static int vnuma_write(const struct vnuma *n, struct xen_vnuma_topology_info *info)
{
    bool fits = info->nr_vnodes >= n->vnodes && info->nr_vcpus >= n->vcpus &&
                info->nr_vmemranges >= n->ranges;

    info->nr_vnodes = n->vnodes;
    info->nr_vcpus = n->vcpus;
    info->nr_vmemranges = n->ranges;
    if (!fits)
        return -ENOBUFS;
    if (guest_copy_to((uint64_t)info->vdistance.h.p, n->distance,
                      (size_t)n->vnodes * n->vnodes * sizeof(uint32_t)) ||
        guest_copy_to((uint64_t)info->vcpu_to_vnode.h.p, n->vcpu_to_vnode,
                      n->vcpus * sizeof(uint32_t)) ||
        guest_copy_to((uint64_t)info->vmemrange.h.p, n->range, n->ranges * sizeof(n->range[0])))
        return -EFAULT;
    return 0;
}

long memory_get_vnumainfo(struct memory_call *call)
{
    struct xen_vnuma_topology_info info;
    struct domain *d;
    int rc;

    if (guest_read(&info, call->gva))
        return -EFAULT;
    if (info.pad)
        return -EINVAL;
    rc = privilege_target(info.domid, TARGET_SELF_OR_BY_CONTROL, &d);
    if (rc)
        return rc;
    spin_lock(&d->lock);
    rc = d->vnuma ? vnuma_write(d->vnuma, &info) : -EOPNOTSUPP;
    spin_unlock(&d->lock);
    domain_put(d);
    /* How many there are is told also when they did not fit. */
    if ((!rc || rc == -ENOBUFS) && guest_write(call->gva, &info))
        return -EFAULT;
    return rc;
}

int vnuma_host_node(struct domain *d, unsigned int vnode, nodeid_t *node)
{
    int rc = -EINVAL;

    spin_lock(&d->lock);
    if (d->vnuma && vnode < d->vnuma->vnodes) {
        *node = (nodeid_t)d->vnuma->vnode_to_node[index_clamp(vnode, d->vnuma->vnodes)];
        rc = 0;
    }
    spin_unlock(&d->lock);
    return rc;
}
