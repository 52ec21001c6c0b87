/* SPDX-License-Identifier: LGPL-2.1-only */
/* Virtual CPUs: what they do and where they may run; and the maps that say so. */
#include "private.h"

int xc_get_max_cpus(xc_interface *xch)
{
    xc_physinfo_t info;

    return xc_physinfo(xch, &info) < 0 ? -1 : (int)info.max_cpu_id + 1;
}

int xc_get_online_cpus(xc_interface *xch)
{
    xc_physinfo_t info;

    return xc_physinfo(xch, &info) < 0 ? -1 : (int)info.nr_cpus;
}

int xc_get_max_nodes(xc_interface *xch)
{
    xc_physinfo_t info;

    return xc_physinfo(xch, &info) < 0 ? -1 : (int)info.max_node_id + 1;
}

static int map_size(int bits)
{
    return bits < 0 ? -1 : (bits + 7) / 8;
}

int xc_get_cpumap_size(xc_interface *xch)
{
    return map_size(xc_get_max_cpus(xch));
}

int xc_get_nodemap_size(xc_interface *xch)
{
    return map_size(xc_get_max_nodes(xch));
}

xc_cpumap_t xc_cpumap_alloc(xc_interface *xch)
{
    int size = xc_get_cpumap_size(xch);

    return size <= 0 ? NULL : calloc(1, size);
}

xc_nodemap_t xc_nodemap_alloc(xc_interface *xch)
{
    int size = xc_get_nodemap_size(xch);

    return size <= 0 ? NULL : calloc(1, size);
}

void xc_cpumap_clearcpu(int cpu, xc_cpumap_t map)
{
    map[cpu / 8] &= ~(1 << (cpu & 7));
}

void xc_cpumap_setcpu(int cpu, xc_cpumap_t map)
{
    map[cpu / 8] |= 1 << (cpu & 7);
}

int xc_cpumap_testcpu(int cpu, xc_cpumap_t map)
{
    return map[cpu / 8] >> (cpu & 7) & 1;
}

int xc_vcpu_getinfo(xc_interface *xch, uint32_t domid, uint32_t vcpu, xc_vcpuinfo_t *info)
{
    struct xen_domctl op = {.cmd = XEN_DOMCTL_getvcpuinfo, .domain = domid};

    op.u.getvcpuinfo.vcpu = vcpu;
    if (xc_domctl(xch, &op) < 0) {
        return -1;
    }
    *info = op.u.getvcpuinfo;
    return 0;
}

static int vcpu_affinity(xc_interface *xch, uint32_t cmd, uint32_t domid, int vcpu,
                         xc_cpumap_t hard, xc_cpumap_t soft, uint32_t flags)
{
    struct xen_domctl op = {.cmd = cmd, .domain = domid};
    int size = xc_get_cpumap_size(xch);
    enum bounce_dir dir = cmd == XEN_DOMCTL_setvcpuaffinity ? BOUNCE_BOTH : BOUNCE_OUT;
    struct xenctl_bitmap *hard_map = &op.u.vcpuaffinity.cpumap_hard;
    struct xenctl_bitmap *soft_map = &op.u.vcpuaffinity.cpumap_soft;
    struct bounce b[] = {
        HANDLE_BOUNCE(hard_map->bitmap, flags & XEN_VCPUAFFINITY_HARD ? hard : NULL, size, dir),
        HANDLE_BOUNCE(soft_map->bitmap, flags & XEN_VCPUAFFINITY_SOFT ? soft : NULL, size, dir),
    };

    if (size <= 0) {
        return -1;
    }
    op.u.vcpuaffinity.vcpu = vcpu;
    op.u.vcpuaffinity.flags = flags;
    hard_map->nr_bits = b[0].user ? size * 8 : 0;
    soft_map->nr_bits = b[1].user ? size * 8 : 0;
    return domctl_with(xch, &op, b, 2);
}

int xc_vcpu_setaffinity(xc_interface *xch, uint32_t domid, int vcpu, xc_cpumap_t cpumap_hard_inout,
                        xc_cpumap_t cpumap_soft_inout, uint32_t flags)
{
    return vcpu_affinity(xch, XEN_DOMCTL_setvcpuaffinity, domid, vcpu, cpumap_hard_inout,
                         cpumap_soft_inout, flags);
}

int xc_vcpu_getaffinity(xc_interface *xch, uint32_t domid, int vcpu, xc_cpumap_t cpumap_hard,
                        xc_cpumap_t cpumap_soft, uint32_t flags)
{
    return vcpu_affinity(xch, XEN_DOMCTL_getvcpuaffinity, domid, vcpu, cpumap_hard, cpumap_soft,
                         flags);
}

static int node_affinity(xc_interface *xch, uint32_t cmd, uint32_t domid, xc_nodemap_t nodemap,
                         enum bounce_dir dir)
{
    struct xen_domctl op = {.cmd = cmd, .domain = domid};
    int size = xc_get_nodemap_size(xch);
    struct bounce b = HANDLE_BOUNCE(op.u.nodeaffinity.nodemap.bitmap, nodemap, size, dir);

    if (size <= 0) {
        return -1;
    }
    op.u.nodeaffinity.nodemap.nr_bits = size * 8;
    return domctl_with(xch, &op, &b, 1);
}

int xc_domain_node_setaffinity(xc_interface *xch, uint32_t domid, xc_nodemap_t nodemap)
{
    return node_affinity(xch, XEN_DOMCTL_setnodeaffinity, domid, nodemap, BOUNCE_IN);
}

int xc_domain_node_getaffinity(xc_interface *xch, uint32_t domid, xc_nodemap_t nodemap)
{
    return node_affinity(xch, XEN_DOMCTL_getnodeaffinity, domid, nodemap, BOUNCE_OUT);
}
