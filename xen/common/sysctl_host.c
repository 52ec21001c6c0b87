/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sysctl: what the host has.  Operations with arrays take the caller's room and tell how many
 * elements there are; a null array just asks for that number.
 */
#include <xen/bitmap.h>
#include <xen/cpumask.h>
#include <xen/errno.h>
#include <xen/guest_access.h>
#include <xen/lib.h>
#include <xen/page_alloc.h>
#include <xen/domain.h>
#include <xen/sched.h>
#include <xen/sysctl.h>

/* One more than the highest number in use. */
static unsigned int mask_end(const unsigned long *bits, unsigned int count)
{
    unsigned int bit, end = 0;

    for_each_set_bit (bit, bits, count)
        end = bit + 1;
    return end;
}

static unsigned int node_end(void)
{
    return mask_end(node_online_map.bits, MAX_NUMNODES);
}

static unsigned int cpu_end(void)
{
    return mask_end(cpu_present_map.bits, NR_CPUS);
}

/* --- memory --- */

/* Free and claimed pages come from one look, so that their difference means something. */
int sysctl_physinfo(struct xen_sysctl *op)
{
    struct xen_sysctl_physinfo *info = &op->u.physinfo;
    struct heap_info heap;

    heap_snapshot(&heap, NULL);
    *info = (struct xen_sysctl_physinfo){
        .nr_cpus = cpumask_weight(&cpu_online_map),
        .max_cpu_id = cpu_end() - 1,
        .nr_nodes = bitmap_weight(node_online_map.bits, MAX_NUMNODES),
        .max_node_id = node_end() - 1,
        .total_pages = heap.total,
        .free_pages = heap.free,
        .outstanding_pages = heap.claimed,
        .scrub_pages = heap_dirty_pages(),
        .max_mfn = max_page - 1,
        .capabilities =
            XEN_SYSCTL_PHYSCAP_hvm | XEN_SYSCTL_PHYSCAP_hap | XEN_SYSCTL_PHYSCAP_gnttab_v1,
    };
    arch_physinfo(info);
    return 0;
}

/* The heap keeps no figures by address width: a limit on it is answered with what any address may
 * have. */
int sysctl_availheap(struct xen_sysctl *op)
{
    struct xen_sysctl_availheap *arg = &op->u.availheap;
    struct heap_node_info node[MAX_NUMNODES];
    struct heap_info heap;

    if (arg->node != -1 && !node_online(arg->node))
        return -EINVAL;
    heap_snapshot(&heap, node);
    arg->avail_bytes = (uint64_t)(arg->node == -1 ? heap.free : node[arg->node].free) << PAGE_SHIFT;
    return 0;
}

int sysctl_get_node_claims(struct xen_sysctl *op)
{
    struct xen_sysctl_get_node_claims *arg = &op->u.get_node_claims;
    struct heap_node_info node[MAX_NUMNODES];
    struct heap_info heap;
    unsigned int end = node_end();
    uint64_t on_nodes = 0;

    if (arg->pad)
        return -EINVAL;
    heap_snapshot(&heap, node);
    for (unsigned int i = 0; i < end; i++) {
        struct xen_node_claims out = {
            .size = node[i].size, .free = node[i].free, .claimed = node[i].claimed};

        on_nodes += node[i].claimed;
        if (arg->nodes.p && i < arg->num_nodes && guest_write((uint64_t)(arg->nodes.p + i), &out))
            return -EFAULT;
    }
    arg->num_nodes = end;
    arg->free_pages = heap.free;
    arg->claimed = heap.claimed;
    arg->claimed_host = heap.claimed - on_nodes;
    return 0;
}

/* A caller that wants more at once is mistaken: this is a page or two that reported errors. */
#define OFFLINE_MAX 4096

static int offline_one(uint32_t cmd, mfn_t mfn, uint32_t *status)
{
    switch (cmd) {
    case sysctl_page_offline:
        return page_offline(mfn, false, status);
    case sysctl_page_online:
        return page_online(mfn, status);
    case sysctl_query_page_offline:
        return page_offline_query(mfn, status);
    default:
        return -EINVAL;
    }
}

int sysctl_page_offline_op(struct xen_sysctl *op)
{
    const struct xen_sysctl_page_offline_op *arg = &op->u.page_offline;

    /* The one argument of sysctl with a plain handle: to others it lies elsewhere. */
    if (current->is_compat_call)
        return -EOPNOTSUPP;
    if (arg->end < arg->start || arg->end - arg->start >= OFFLINE_MAX)
        return -EINVAL;
    for (uint64_t frame = arg->start; frame <= arg->end; frame++) {
        uint32_t status = 0;
        int rc = offline_one(arg->cmd, _mfn(frame), &status);

        if (guest_write((uint64_t)(arg->status.p + (frame - arg->start)), &status))
            return -EFAULT;
        if (rc)
            return rc;
    }
    return 0;
}

/* --- nodes and CPUs --- */

static int meminfo_write(const struct xen_sysctl_numainfo *arg, unsigned int end)
{
    struct heap_node_info node[MAX_NUMNODES];

    heap_snapshot(NULL, node);
    for (unsigned int i = 0; i < min(end, arg->num_nodes); i++) {
        struct xen_sysctl_meminfo info = {.memsize = XEN_INVALID_MEM_SZ,
                                          .memfree = XEN_INVALID_MEM_SZ};

        if (node_online(i)) {
            info.memsize = (uint64_t)node[i].size << PAGE_SHIFT;
            info.memfree = (uint64_t)node[i].free << PAGE_SHIFT;
        }
        if (guest_write((uint64_t)(arg->meminfo.p + i), &info))
            return -EFAULT;
    }
    return 0;
}

static uint32_t distance(unsigned int from, unsigned int to)
{
    uint8_t d = node_online(from) && node_online(to) ? numa_distance(from, to) : NUMA_NO_DISTANCE;

    return d == NUMA_NO_DISTANCE ? XEN_INVALID_NODE_DIST : d;
}

static int distances_write(const struct xen_sysctl_numainfo *arg, unsigned int end)
{
    unsigned int side = min(end, arg->num_nodes);

    for (unsigned int i = 0; i < side * side; i++) {
        uint32_t d = distance(i / side, i % side);

        if (guest_write((uint64_t)(arg->distance.p + i), &d))
            return -EFAULT;
    }
    return 0;
}

int sysctl_numainfo(struct xen_sysctl *op)
{
    struct xen_sysctl_numainfo *arg = &op->u.numainfo;
    unsigned int end = node_end();

    if (arg->meminfo.p && meminfo_write(arg, end))
        return -EFAULT;
    if (arg->distance.p && distances_write(arg, end))
        return -EFAULT;
    arg->num_nodes = end;
    return 0;
}

static void topology(unsigned int cpu, struct xen_sysctl_cputopo *out)
{
    out->core = XEN_INVALID_CORE_ID;
    out->socket = XEN_INVALID_SOCKET_ID;
    out->node = XEN_INVALID_NODE_ID;
    if (!cpumask_test(&cpu_present_map, cpu))
        return;
    arch_cpu_topology(cpu, &out->core, &out->socket);
    if (numa_node_of_cpu(cpu) != NUMA_NO_NODE)
        out->node = numa_node_of_cpu(cpu);
}

int sysctl_cputopoinfo(struct xen_sysctl *op)
{
    struct xen_sysctl_cputopoinfo *arg = &op->u.cputopoinfo;
    unsigned int end = cpu_end();

    for (unsigned int cpu = 0; arg->cputopo.p && cpu < min(end, arg->num_cpus); cpu++) {
        struct xen_sysctl_cputopo out;

        topology(cpu, &out);
        if (guest_write((uint64_t)(arg->cputopo.p + cpu), &out))
            return -EFAULT;
    }
    arg->num_cpus = end;
    return 0;
}

int sysctl_getcpuinfo(struct xen_sysctl *op)
{
    struct xen_sysctl_getcpuinfo *arg = &op->u.getcpuinfo;
    unsigned int count = min(cpu_end(), arg->max_cpus);

    for (unsigned int cpu = 0; cpu < count; cpu++) {
        struct xen_sysctl_cpuinfo info = {0};

        if (cpumask_test(&cpu_online_map, cpu))
            info.idletime = sched_cpu_idle_time(cpu);
        if (guest_write((uint64_t)(arg->info.p + cpu), &info))
            return -EFAULT;
    }
    arg->nr_cpus = count;
    return 0;
}

/* On which node a device sits is not known here. */
int sysctl_pcitopoinfo(struct xen_sysctl *op)
{
    struct xen_sysctl_pcitopoinfo *arg = &op->u.pcitopoinfo;
    const uint32_t node = XEN_INVALID_NODE_ID;

    for (uint32_t i = 0; i < min(arg->num_devs, (uint32_t)UINT16_MAX); i++)
        if (guest_write((uint64_t)(arg->nodes.p + i), &node))
            return -EFAULT;
    return 0;
}
