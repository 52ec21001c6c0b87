/* SPDX-License-Identifier: LGPL-2.1-only */
/* The host: its processors, nodes, memory and console. */
#include "private.h"

int xc_physinfo(xc_interface *xch, xc_physinfo_t *info)
{
    struct xen_sysctl op = {.cmd = XEN_SYSCTL_physinfo};

    if (xc_sysctl(xch, &op) < 0) {
        return -1;
    }
    *info = op.u.physinfo;
    return 0;
}

int xc_cputopoinfo(xc_interface *xch, unsigned *max_cpus, xc_cputopo_t *cputopo)
{
    struct xen_sysctl op = {.cmd = XEN_SYSCTL_cputopoinfo};
    struct bounce b =
        HANDLE_BOUNCE(op.u.cputopoinfo.cputopo, cputopo, *max_cpus * sizeof(*cputopo), BOUNCE_OUT);
    int rc;

    op.u.cputopoinfo.num_cpus = *max_cpus;
    rc = sysctl_with(xch, &op, &b, 1);
    if (rc == 0) {
        *max_cpus = op.u.cputopoinfo.num_cpus;
    }
    return rc;
}

int xc_numainfo(xc_interface *xch, unsigned *max_nodes, xc_meminfo_t *meminfo, uint32_t *distance)
{
    struct xen_sysctl op = {.cmd = XEN_SYSCTL_numainfo};
    size_t n = *max_nodes;
    struct bounce b[] = {
        HANDLE_BOUNCE(op.u.numainfo.meminfo, meminfo, n * sizeof(*meminfo), BOUNCE_OUT),
        HANDLE_BOUNCE(op.u.numainfo.distance, distance, n * n * sizeof(*distance), BOUNCE_OUT),
    };
    int rc;

    op.u.numainfo.num_nodes = n;
    rc = sysctl_with(xch, &op, b, 2);
    if (rc == 0) {
        *max_nodes = op.u.numainfo.num_nodes;
    }
    return rc;
}

int xc_getcpuinfo(xc_interface *xch, int max_cpus, xc_cpuinfo_t *info, int *nr_cpus)
{
    struct xen_sysctl op = {.cmd = XEN_SYSCTL_getcpuinfo};
    struct bounce b =
        HANDLE_BOUNCE(op.u.getcpuinfo.info, info, max_cpus * sizeof(*info), BOUNCE_OUT);
    int rc;

    op.u.getcpuinfo.max_cpus = max_cpus;
    rc = sysctl_with(xch, &op, &b, 1);
    if (rc == 0 && nr_cpus) {
        *nr_cpus = op.u.getcpuinfo.nr_cpus;
    }
    return rc;
}

int xc_availheap(xc_interface *xch, int min_width, int max_width, int node, uint64_t *bytes)
{
    struct xen_sysctl op = {.cmd = XEN_SYSCTL_availheap};

    op.u.availheap.min_bitwidth = min_width;
    op.u.availheap.max_bitwidth = max_width;
    op.u.availheap.node = node;
    if (xc_sysctl(xch, &op) < 0) {
        return -1;
    }
    *bytes = op.u.availheap.avail_bytes;
    return 0;
}

int xc_maximum_ram_page(xc_interface *xch, unsigned long *max_mfn)
{
    long rc = xc_memory_op(xch, XENMEM_maximum_ram_page, NULL, 0);

    if (rc < 0) {
        return -1;
    }
    *max_mfn = rc;
    return 0;
}

long xc_sharing_freed_pages(xc_interface *xch)
{
    return xc_memory_op(xch, XENMEM_get_sharing_freed_pages, NULL, 0);
}

long xc_sharing_used_frames(xc_interface *xch)
{
    return xc_memory_op(xch, XENMEM_get_sharing_shared_pages, NULL, 0);
}

int xc_readconsolering(xc_interface *xch, char *buffer, unsigned int *pnr_chars, int clear,
                       int incremental, uint32_t *pindex)
{
    struct xen_sysctl op = {.cmd = XEN_SYSCTL_readconsole};
    struct bounce b = HANDLE_BOUNCE(op.u.readconsole.buffer, buffer, *pnr_chars, BOUNCE_OUT);
    int rc;

    op.u.readconsole.clear = clear;
    op.u.readconsole.incremental = incremental;
    op.u.readconsole.index = pindex ? *pindex : 0;
    op.u.readconsole.count = *pnr_chars;
    rc = sysctl_with(xch, &op, &b, 1);
    if (rc == 0) {
        *pnr_chars = op.u.readconsole.count;
        if (pindex) {
            *pindex = op.u.readconsole.index;
        }
    }
    return rc;
}

int xc_send_debug_keys(xc_interface *xch, const char *keys)
{
    struct xen_sysctl op = {.cmd = XEN_SYSCTL_debug_keys};
    struct bounce b = HANDLE_BOUNCE(op.u.debug_keys.keys, keys, strlen(keys), BOUNCE_IN);

    op.u.debug_keys.nr_keys = b.size;
    return sysctl_with(xch, &op, &b, 1);
}

static int cpu_hotplug(xc_interface *xch, int cpu, uint32_t what)
{
    struct xen_sysctl op = {.cmd = XEN_SYSCTL_cpu_hotplug};

    op.u.cpu_hotplug.cpu = cpu;
    op.u.cpu_hotplug.op = what;
    return xc_sysctl(xch, &op);
}

int xc_cpu_online(xc_interface *xch, int cpu)
{
    return cpu_hotplug(xch, cpu, XEN_SYSCTL_CPU_HOTPLUG_ONLINE);
}

int xc_cpu_offline(xc_interface *xch, int cpu)
{
    return cpu_hotplug(xch, cpu, XEN_SYSCTL_CPU_HOTPLUG_OFFLINE);
}
