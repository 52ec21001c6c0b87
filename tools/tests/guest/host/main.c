/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What dom0 may ask the host and tell it: sysctl's and platform_op's operations, each answered, and its answer
 * compared with what is known otherwise; then the errors.
 *
 * machine: smp=2 nodes=2 mem=1024
 */
#include <public/errno.h>
#include <public/physdev.h>
#include <public/platform.h>
#include "domain.h"
#include "guest.h"

#define NOWHERE      ((void *)0x800000000000UL)
#define NSEC_PER_SEC 1000000000u

/* --- memory and nodes --- */

static void test_memory(void)
{
    xen_sysctl_meminfo_t memory[4];
    uint32_t distance[4];
    struct xen_sysctl op = sysctl_for(XEN_SYSCTL_numainfo);
    uint64_t free;

    op.u.numainfo.num_nodes = 2;
    op.u.numainfo.meminfo.p = memory;
    op.u.numainfo.distance.p = distance;
    check_equal(sysctl(&op), 0, "the nodes can be asked for");
    check_equal(op.u.numainfo.num_nodes, 2, "there are two");
    check_equal(distance[0], 10, "each is near itself");
    check_equal(distance[1], 21, "and so far from the other");
    check(memory[0].memsize > 400UL << 20 && memory[1].memsize > 400UL << 20, "each has half of the memory");
    free = memory[0].memfree + memory[1].memfree;
    op = sysctl_for(XEN_SYSCTL_availheap);
    op.u.availheap.node = -1;
    check(!sysctl(&op) && op.u.availheap.avail_bytes == free, "what is free on them adds up");
    op.u.availheap.node = 1;
    check(!sysctl(&op) && op.u.availheap.avail_bytes == memory[1].memfree, "one by one, too");
    op.u.availheap.node = 2;
    check_equal(sysctl(&op), -XEN_EINVAL, "there is no third");
    op = sysctl_for(XEN_SYSCTL_numainfo);
    op.u.numainfo.num_nodes = 2;
    op.u.numainfo.meminfo.p = NOWHERE;
    check_equal(sysctl(&op), -XEN_EFAULT, "nothing is stored nowhere");
}

static void test_node_claims(void)
{
    xen_node_claims_t nodes[2];
    struct xen_sysctl op = sysctl_for(XEN_SYSCTL_get_node_claims);
    domid_t domid = domain_make(1, 4096);
    struct xen_memory_claim claim = XEN_NODE_CLAIM_INIT(1000, 1);
    struct xen_domctl stake = domctl_for(XEN_DOMCTL_claim_memory, domid);

    stake.u.claim_memory.claims.p = &claim;
    stake.u.claim_memory.nr_claims = 1;
    check_equal(domctl(&stake), 0, "a claim on node 1");
    op.u.get_node_claims.nodes.p = nodes;
    op.u.get_node_claims.num_nodes = 2;
    check_equal(sysctl(&op), 0, "claims can be asked for by node");
    check(nodes[0].claimed == 0 && nodes[1].claimed == 1000, "they are where they were staked");
    check(op.u.get_node_claims.claimed == 1000 && op.u.get_node_claims.claimed_host == 0, "and add up");
    check_equal(op.u.get_node_claims.free_pages, nodes[0].free + nodes[1].free, "as does what is free");
    op.u.get_node_claims.pad = 1;
    check_equal(sysctl(&op), -XEN_EINVAL, "padding is zero");
    domain_end(domid);
}

static void test_offline(void)
{
    uint32_t status[2] = {0};
    struct xen_sysctl op = sysctl_for(XEN_SYSCTL_page_offline_op);

    op.u.page_offline.status.p = status;
    op.u.page_offline.cmd = sysctl_query_page_offline;
    op.u.page_offline.start = op.u.page_offline.end = 300 << 8;
    check_equal(sysctl(&op), 0, "a page can be asked about");
    check(status[0] & PG_OFFLINE_STATUS_ONLINE, "it is online");
    op.u.page_offline.start++;
    check_equal(sysctl(&op), -XEN_EINVAL, "the end is not before the start");
    op.u.page_offline.end = 300 << 8 | 1;
    op.u.page_offline.cmd = 99;
    check_equal(sysctl(&op), -XEN_EINVAL, "there is no command 99");
    op.u.page_offline.cmd = sysctl_query_page_offline;
    op.u.page_offline.status.p = NOWHERE;
    check_equal(sysctl(&op), -XEN_EFAULT, "nothing is told to nowhere");
}

/* --- CPUs --- */

static void test_cpus(void)
{
    xen_sysctl_cputopo_t topology[2];
    xen_sysctl_cpuinfo_t idle[2];
    struct xen_sysctl op = sysctl_for(XEN_SYSCTL_cputopoinfo);

    check_equal(host_info().nr_cpus, 2, "there are two CPUs");
    op.u.cputopoinfo.num_cpus = 2;
    op.u.cputopoinfo.cputopo.p = topology;
    check(!sysctl(&op) && topology[0].node == 0 && topology[1].node == 1, "one on each node");
    op.u.cputopoinfo.cputopo.p = NULL;
    op.u.cputopoinfo.num_cpus = 0;
    check(!sysctl(&op) && op.u.cputopoinfo.num_cpus == 2, "their number can be asked for alone");
    op = sysctl_for(XEN_SYSCTL_getcpuinfo);
    op.u.getcpuinfo.max_cpus = 2;
    op.u.getcpuinfo.info.p = idle;
    check(!sysctl(&op) && op.u.getcpuinfo.nr_cpus == 2 && idle[1].idletime, "and how long they idled");
    op.u.getcpuinfo.info.p = NOWHERE;
    check_equal(sysctl(&op), -XEN_EFAULT, "but not to nowhere");
}

static void test_scheduler(void)
{
    struct xen_sysctl op = sysctl_for(XEN_SYSCTL_sched_id);
    uint32_t id;

    check_equal(sysctl(&op), 0, "the scheduler has a name");
    id = op.u.sched_id.sched_id;
    op = sysctl_for(XEN_SYSCTL_scheduler_op);
    op.u.scheduler_op.sched_id = id;
    op.u.scheduler_op.cmd = XEN_SYSCTL_SCHEDOP_getinfo;
    check_equal(sysctl(&op), 0, "and parameters");
    op.u.scheduler_op.cmd = 99;
    check_equal(sysctl(&op), -XEN_EOPNOTSUPP, "there is no command 99");
    op = sysctl_for(XEN_SYSCTL_cpupool_op);
    op.u.cpupool_op.op = XEN_SYSCTL_CPUPOOL_OP_INFO;
    check(!sysctl(&op) && op.u.cpupool_op.cpupool_id == 0 && op.u.cpupool_op.n_dom, "dom0 is in pool 0");
    check_equal(op.u.cpupool_op.sched_id, id, "which has that scheduler");
    op.u.cpupool_op.op = 99;
    check_equal(sysctl(&op), -XEN_ENOSYS, "there is no operation 99");
}

/* --- what guests see of them --- */

static void test_features(void)
{
    static const uint32_t kinds[] = {XEN_SYSCTL_cpu_featureset_raw, XEN_SYSCTL_cpu_featureset_host,
                                     XEN_SYSCTL_cpu_featureset_hvm, XEN_SYSCTL_cpu_featureset_hvm_max};
    uint32_t words[32];
    struct xen_sysctl op = sysctl_for(XEN_SYSCTL_get_cpu_featureset);

    op.u.cpu_featureset.features.p = words;
    for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++) {
        op.u.cpu_featureset.index = kinds[i];
        op.u.cpu_featureset.nr_features = ARRAY_SIZE(words);
        check(!sysctl(&op) && words[0] & 1, "featureset %u has an FPU", kinds[i]);
    }
    op.u.cpu_featureset.index = XEN_SYSCTL_cpu_featureset_pv;
    check_equal(sysctl(&op), -XEN_EOPNOTSUPP, "there are no paravirtual guests");
    op.u.cpu_featureset.index = XEN_SYSCTL_cpu_featureset_pv_max;
    check_equal(sysctl(&op), -XEN_EOPNOTSUPP, "of any kind");
    op.u.cpu_featureset.index = 99;
    check_equal(sysctl(&op), -XEN_EINVAL, "nor guests of kind 99");
    op = sysctl_for(XEN_SYSCTL_get_cpu_levelling_caps);
    check_equal(sysctl(&op), 0, "levelling can be asked about");
}

static void test_policy(void)
{
    static xen_cpuid_leaf_t leaves[256];
    struct xen_sysctl op = sysctl_for(XEN_SYSCTL_get_cpu_policy);

    op.u.cpu_policy.index = XEN_SYSCTL_cpu_policy_hvm_default;
    check(!sysctl(&op) && op.u.cpu_policy.nr_leaves <= ARRAY_SIZE(leaves), "a policy has so many leaves");
    op.u.cpu_policy.leaves.p = leaves;
    check(!sysctl(&op) && leaves[0].leaf == 0 && leaves[0].a, "of which the first tells how many");
    op.u.cpu_policy.nr_leaves = 1;
    check_equal(sysctl(&op), -XEN_ENOBUFS, "they want room");
    op.u.cpu_policy.index = XEN_SYSCTL_cpu_policy_pv_max;
    check_equal(sysctl(&op), -XEN_EOPNOTSUPP, "there are no paravirtual guests");
    op.u.cpu_policy.index = 99;
    check_equal(sysctl(&op), -XEN_EINVAL, "nor policy 99");
}

/* --- domains and devices --- */

static void test_domains(void)
{
    static xen_domctl_getdomaininfo_t list[4];
    struct xen_sysctl op = sysctl_for(XEN_SYSCTL_getdomaininfolist);
    domid_t domid = domain_make(1, 16);

    op.u.getdomaininfolist.max_domains = 4;
    op.u.getdomaininfolist.buffer.p = list;
    check(!sysctl(&op) && op.u.getdomaininfolist.num_domains == 2, "there are two domains");
    check(list[0].domain == 0 && list[1].domain == domid, "this and that");
    op.u.getdomaininfolist.first_domain = 1;
    op.u.getdomaininfolist.max_domains = 1;
    check(!sysctl(&op) && op.u.getdomaininfolist.num_domains == 1 && list[0].domain == domid, "from the second on, one");
    op.u.getdomaininfolist.buffer.p = NOWHERE;
    check_equal(sysctl(&op), -XEN_EFAULT, "they are not listed nowhere");
    domain_end(domid);
}

static void test_devices(void)
{
    physdev_pci_device_t device = {.seg = 0, .bus = 0, .devfn = 0};
    struct physdev_pci_mmcfg_reserved area = {.address = 0xb0000000, .start_bus = 3, .end_bus = 2};
    struct physdev_pci_device_add add = {.seg = 9, .bus = 9, .devfn = 9};
    uint32_t node = 0;
    struct xen_sysctl op = sysctl_for(XEN_SYSCTL_pcitopoinfo);

    op.u.pcitopoinfo.num_devs = 1;
    op.u.pcitopoinfo.devs.p = &device;
    op.u.pcitopoinfo.nodes.p = &node;
    check(!sysctl(&op) && node == XEN_INVALID_NODE_ID, "a device's node is not known");
    check_equal(hypercall2(__HYPERVISOR_physdev_op, PHYSDEVOP_pci_mmcfg_reserved, &area), -XEN_EINVAL,
                "configuration space does not end before it begins");
    check(hypercall2(__HYPERVISOR_physdev_op, PHYSDEVOP_pci_device_add, &add) < 0, "a device that is not there");
    check_equal(hypercall2(__HYPERVISOR_physdev_op, PHYSDEVOP_pci_device_add, NOWHERE), -XEN_EFAULT, "or nowhere");
}

/* --- platform_op --- */

static long platform_op(struct xen_platform_op *op)
{
    op->interface_version = XENPF_INTERFACE_VERSION;
    return hypercall2(__HYPERVISOR_platform_op, op, 0);
}

static void test_clock(void)
{
    struct xen_platform_op op = {.cmd = XENPF_settime64};

    op.u.settime64.secs = 1800000000;
    op.u.settime64.nsecs = NSEC_PER_SEC;
    check_equal(platform_op(&op), -XEN_EINVAL, "a second has fewer nanoseconds");
    op.u.settime64.nsecs = 5;
    op.u.settime64.mbz = 1;
    check_equal(platform_op(&op), -XEN_EINVAL, "what must be zero is zero");
    op.u.settime64.mbz = 0;
    op.u.settime64.system_time = ~0UL;
    check_equal(platform_op(&op), -XEN_EINVAL, "the host is not that old");
    op.u.settime64.system_time = 1;
    check_equal(platform_op(&op), 0, "the clock can be set");
    op = (struct xen_platform_op){.cmd = XENPF_settime32};
    op.u.settime32.secs = 1800000000;
    op.u.settime32.system_time = 1;
    check_equal(platform_op(&op), 0, "in 32 bits as well");
    op.u.settime32.nsecs = ~0u;
    check_equal(platform_op(&op), -XEN_EINVAL, "with the same limit");
}

static void test_platform_cpus(void)
{
    struct xen_platform_op op = {.cmd = XENPF_get_cpuinfo};

    op.u.pcpu_info.xen_cpuid = 1;
    check(!platform_op(&op) && op.u.pcpu_info.flags == XEN_PCPU_FLAGS_ONLINE && op.u.pcpu_info.apic_id == 1,
          "CPU 1 is online, by its APIC's number");
    check_equal(op.u.pcpu_info.max_present, 1, "it is the last");
    op.u.pcpu_info.xen_cpuid = 77;
    check(!platform_op(&op) && op.u.pcpu_info.flags == XEN_PCPU_FLAGS_INVALID, "CPU 77 is not there");
    op.cmd = 99;
    check_equal(platform_op(&op), -XEN_ENOSYS, "nor is platform_op 99");
    op.interface_version = 1;
    check_equal(hypercall2(__HYPERVISOR_platform_op, &op, 0), -XEN_EACCES, "nor one of another time");
}

void test_main(void)
{
    test_memory();
    test_node_claims();
    test_offline();
    test_cpus();
    test_scheduler();
    test_features();
    test_policy();
    test_domains();
    test_devices();
    test_clock();
    test_platform_cpus();
}
