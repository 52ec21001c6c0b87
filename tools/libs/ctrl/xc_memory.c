/* SPDX-License-Identifier: LGPL-2.1-only */
/* The memory of a domain: its extents, its physical map, its virtual NUMA layout. */
#include "private.h"

/* A reservation call over a list of extents; returns how many it did. */
static long reservation(xc_interface *xch, unsigned int cmd, uint32_t domid,
                        unsigned long nr_extents, unsigned int order, unsigned int mem_flags,
                        xen_pfn_t *extents)
{
    struct xen_memory_reservation arg = {
        .nr_extents = nr_extents,
        .extent_order = order,
        .mem_flags = mem_flags,
        .domid = domid,
    };
    struct bounce b =
        HANDLE_BOUNCE(arg.extent_start, extents, nr_extents * sizeof(*extents), BOUNCE_BOTH);

    return memory_op_with(xch, cmd, &arg, sizeof(arg), &b);
}

/* The exact variants: anything short of all is a failure, EBUSY when the hypervisor named none. */
static int all_or_fail(long done, unsigned long nr_extents)
{
    if (done >= 0 && (unsigned long)done != nr_extents) {
        errno = EBUSY;
        return -1;
    }
    return done < 0 ? -1 : 0;
}

int xc_domain_populate_physmap(xc_interface *xch, uint32_t domid, unsigned long nr_extents,
                               unsigned int extent_order, unsigned int mem_flags,
                               xen_pfn_t *extent_start)
{
    return reservation(xch, XENMEM_populate_physmap, domid, nr_extents, extent_order, mem_flags,
                       extent_start);
}

int xc_domain_populate_physmap_exact(xc_interface *xch, uint32_t domid, unsigned long nr_extents,
                                     unsigned int extent_order, unsigned int mem_flags,
                                     xen_pfn_t *extent_start)
{
    return all_or_fail(reservation(xch, XENMEM_populate_physmap, domid, nr_extents, extent_order,
                                   mem_flags, extent_start),
                       nr_extents);
}

int xc_domain_decrease_reservation(xc_interface *xch, uint32_t domid, unsigned long nr_extents,
                                   unsigned int extent_order, xen_pfn_t *extent_start)
{
    return reservation(xch, XENMEM_decrease_reservation, domid, nr_extents, extent_order, 0,
                       extent_start);
}

int xc_domain_decrease_reservation_exact(xc_interface *xch, uint32_t domid,
                                         unsigned long nr_extents, unsigned int extent_order,
                                         xen_pfn_t *extent_start)
{
    return all_or_fail(reservation(xch, XENMEM_decrease_reservation, domid, nr_extents,
                                   extent_order, 0, extent_start),
                       nr_extents);
}

int xc_domain_add_to_physmap(xc_interface *xch, uint32_t domid, unsigned int space,
                             unsigned long idx, xen_pfn_t gpfn)
{
    struct xen_add_to_physmap arg = {.domid = domid, .space = space, .idx = idx, .gpfn = gpfn};

    return xc_memory_op(xch, XENMEM_add_to_physmap, &arg, sizeof(arg));
}

int xc_domain_remove_from_physmap(xc_interface *xch, uint32_t domid, xen_pfn_t gpfn)
{
    struct xen_remove_from_physmap arg = {.domid = domid, .gpfn = gpfn};

    return xc_memory_op(xch, XENMEM_remove_from_physmap, &arg, sizeof(arg));
}

int xc_domain_maximum_gpfn(xc_interface *xch, uint32_t domid, xen_pfn_t *gpfns)
{
    domid_t arg = domid;
    long rc = xc_memory_op(xch, XENMEM_maximum_gpfn, &arg, sizeof(arg));

    if (rc < 0) {
        return -1;
    }
    *gpfns = rc;
    return 0;
}

long xc_get_tot_pages(xc_interface *xch, uint32_t domid)
{
    xc_domaininfo_t info;

    return xc_domain_getinfo_single(xch, domid, &info) < 0 ? -1 : (long)info.tot_pages;
}

int xc_domain_set_pod_target(xc_interface *xch, uint32_t domid, uint64_t target_pages,
                             uint64_t *tot_pages, uint64_t *pod_cache_pages, uint64_t *pod_entries)
{
    struct xen_pod_target arg = {.domid = domid, .target_pages = target_pages};

    if (xc_memory_op(xch, XENMEM_set_pod_target, &arg, sizeof(arg)) < 0) {
        return -1;
    }
    if (tot_pages) {
        *tot_pages = arg.tot_pages;
    }
    if (pod_cache_pages) {
        *pod_cache_pages = arg.pod_cache_pages;
    }
    if (pod_entries) {
        *pod_entries = arg.pod_entries;
    }
    return 0;
}

int xc_domain_set_memory_map(xc_interface *xch, uint32_t domid, struct e820entry entries[],
                             uint32_t nr_entries)
{
    struct xen_foreign_memory_map arg = {.domid = domid, .map = {.nr_entries = nr_entries}};
    struct bounce b =
        HANDLE_BOUNCE(arg.map.buffer, entries, nr_entries * sizeof(*entries), BOUNCE_IN);

    return memory_op_with(xch, XENMEM_set_memory_map, &arg, sizeof(arg), &b);
}

int xc_domain_setvnuma(xc_interface *xch, uint32_t domid, uint32_t nr_vnodes, uint32_t nr_regions,
                       uint32_t nr_vcpus, xen_vmemrange_t *vmemrange, unsigned int *vdistance,
                       unsigned int *vcpu_to_vnode, unsigned int *vnode_to_pnode)
{
    struct xen_domctl op = {.cmd = XEN_DOMCTL_setvnumainfo, .domain = domid};
    struct bounce b[] = {
        HANDLE_BOUNCE(op.u.vnuma.vmemrange, vmemrange, nr_regions * sizeof(*vmemrange), BOUNCE_IN),
        HANDLE_BOUNCE(op.u.vnuma.vdistance, vdistance,
                      (size_t)nr_vnodes * nr_vnodes * sizeof(*vdistance), BOUNCE_IN),
        HANDLE_BOUNCE(op.u.vnuma.vcpu_to_vnode, vcpu_to_vnode, nr_vcpus * sizeof(*vcpu_to_vnode),
                      BOUNCE_IN),
        HANDLE_BOUNCE(op.u.vnuma.vnode_to_pnode, vnode_to_pnode,
                      nr_vnodes * sizeof(*vnode_to_pnode), BOUNCE_IN),
    };

    op.u.vnuma.nr_vnodes = nr_vnodes;
    op.u.vnuma.nr_vmemranges = nr_regions;
    op.u.vnuma.nr_vcpus = nr_vcpus;
    return domctl_with(xch, &op, b, 4);
}
