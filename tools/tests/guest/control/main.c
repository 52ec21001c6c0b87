/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What dom0 may ask and tell a domain: domctl's operations beside those of its life (see domain-life), each with what
 * comes of it, and its errors.
 *
 * machine: smp=2 nodes=2 mem=1024
 */
#include <public/errno.h>
#include <public/event_channel.h>
#include <public/hvm/save.h>
#include <public/memory.h>
#include <public/sched.h>
#include "domain.h"
#include "guest.h"

#define NOWHERE ((void *)0x800000000000UL)

static domid_t domid;

static struct xenctl_bitmap bitmap(uint8_t *bits)
{
    struct xenctl_bitmap b = {.nr_bits = 8};

    b.bitmap.p = bits;
    return b;
}

/* --- where it runs --- */

static void test_vcpu_affinity(void)
{
    uint8_t hard = 2, soft = 3, effect = 0;
    struct xen_domctl op = domctl_for(XEN_DOMCTL_setvcpuaffinity, domid);

    op.u.vcpuaffinity.flags = XEN_VCPUAFFINITY_HARD | XEN_VCPUAFFINITY_SOFT;
    op.u.vcpuaffinity.cpumap_hard = bitmap(&hard);
    op.u.vcpuaffinity.cpumap_soft = bitmap(&soft);
    check_equal(domctl(&op), 0, "a vCPU can be bound");
    check_equal(soft, 2, "what it prefers has an effect within its bounds");
    op = domctl_for(XEN_DOMCTL_getvcpuaffinity, domid);
    op.u.vcpuaffinity.flags = XEN_VCPUAFFINITY_HARD;
    op.u.vcpuaffinity.cpumap_hard = bitmap(&effect);
    check(!domctl(&op) && effect == 2, "and it is told where");
    op.u.vcpuaffinity.vcpu = 77;
    check_equal(domctl(&op), -XEN_EINVAL, "there is no vCPU 77");
    op.u.vcpuaffinity.flags = 0;
    check_equal(domctl(&op), -XEN_EINVAL, "something must be asked for");
    op = domctl_for(XEN_DOMCTL_setvcpuaffinity, domid);
    op.u.vcpuaffinity.flags = XEN_VCPUAFFINITY_HARD;
    op.u.vcpuaffinity.cpumap_hard = bitmap(NOWHERE);
    check_equal(domctl(&op), -XEN_EFAULT, "a map is somewhere");
    hard = 0;
    op.u.vcpuaffinity.cpumap_hard = bitmap(&hard);
    check_equal(domctl(&op), -XEN_EINVAL, "and not empty");
}

static void test_node_affinity(void)
{
    uint8_t nodes = 2, told = 0;
    struct xen_domctl op = domctl_for(XEN_DOMCTL_getnodeaffinity, domid);

    op.u.nodeaffinity.nodemap = bitmap(&told);
    check(!domctl(&op) && told == 3, "it prefers no node at first");
    op = domctl_for(XEN_DOMCTL_setnodeaffinity, domid);
    op.u.nodeaffinity.nodemap = bitmap(&nodes);
    check_equal(domctl(&op), 0, "node 1 can be preferred");
    op = domctl_for(XEN_DOMCTL_getnodeaffinity, domid);
    op.u.nodeaffinity.nodemap = bitmap(&told);
    check(!domctl(&op) && told == 2, "which is told");
    nodes = 0xf0;
    op = domctl_for(XEN_DOMCTL_setnodeaffinity, domid);
    op.u.nodeaffinity.nodemap = bitmap(&nodes);
    check_equal(domctl(&op), -XEN_EINVAL, "nodes that are not there cannot be");
}

static void test_scheduler(void)
{
    struct xen_sysctl id = sysctl_for(XEN_SYSCTL_sched_id);
    struct xen_domctl op = domctl_for(XEN_DOMCTL_scheduler_op, domid), other;

    sysctl(&id);
    op.u.scheduler_op.sched_id = id.u.sched_id.sched_id;
    op.u.scheduler_op.cmd = XEN_DOMCTL_SCHEDOP_getinfo;
    check(!domctl(&op) && op.u.scheduler_op.u.credit2.weight, "it has a weight");
    op.u.scheduler_op.cmd = XEN_DOMCTL_SCHEDOP_putinfo;
    op.u.scheduler_op.u.credit2.weight = 512;
    op.u.scheduler_op.u.credit2.cap = 50;
    check_equal(domctl(&op), 0, "which can be changed");
    other = op;
    other.u.scheduler_op.cmd = XEN_DOMCTL_SCHEDOP_getinfo;
    check(!domctl(&other) && other.u.scheduler_op.u.credit2.weight == 512 && other.u.scheduler_op.u.credit2.cap == 50,
          "and is told");
    other.u.scheduler_op.sched_id = XEN_SCHEDULER_ARINC653;
    check_equal(domctl(&other), -XEN_EINVAL, "it has no other scheduler");
}

/* --- what it is --- */

static void test_handle(void)
{
    struct xen_domctl op = domctl_for(XEN_DOMCTL_setdomainhandle, domid);

    memcpy(op.u.setdomainhandle.handle, "0123456789abcdef", 16);
    check_equal(domctl(&op), 0, "it can be named");
    check(!memcmp(domain_info(domid).handle, "0123456789abcdef", 16), "and is called so");
}

static void test_tables(void)
{
    struct xen_domctl op = domctl_for(XEN_DOMCTL_set_paging_mempool_size, domid);

    op.u.paging_mempool.size = 4 << 20;
    check_equal(domctl(&op), 0, "memory for page tables can be set aside");
    op.u.paging_mempool.size = 4097;
    check_equal(domctl(&op), -XEN_EINVAL, "in pages");
    op = domctl_for(XEN_DOMCTL_get_paging_mempool_size, domid);
    check(!domctl(&op) && op.u.paging_mempool.size == 4 << 20, "and that is told");
    op = domctl_for(XEN_DOMCTL_shadow_op, domid);
    op.u.shadow_op.op = XEN_DOMCTL_SHADOW_OP_SET_ALLOCATION;
    op.u.shadow_op.mb = 4;
    check_equal(domctl(&op), 0, "the old way works, too");
    op.u.shadow_op.op = XEN_DOMCTL_SHADOW_OP_GET_ALLOCATION;
    check(!domctl(&op) && op.u.shadow_op.mb == 4, "in whole MiB");
    op.u.shadow_op.op = 77;
    check_equal(domctl(&op), -XEN_EOPNOTSUPP, "there are no shadows");
}

static void test_time(void)
{
    struct xen_domctl op = domctl_for(XEN_DOMCTL_settimeoffset, domid);

    op.u.settimeoffset.time_offset_seconds = -3600;
    check_equal(domctl(&op), 0, "its clock may differ");
    op = domctl_for(XEN_DOMCTL_gettscinfo, domid);
    check(!domctl(&op) && op.u.tsc_info.gtsc_khz && op.u.tsc_info.elapsed_nsec, "its counter runs");
    op = domctl_for(XEN_DOMCTL_settscinfo, domid);
    op.u.tsc_info.tsc_mode = 2;
    check_equal(domctl(&op), 0, "as the processor's");
    op.u.tsc_info.tsc_mode = 1;
    check_equal(domctl(&op), -XEN_EOPNOTSUPP, "it is not emulated");
}

static void test_policy(void)
{
    static xen_cpuid_leaf_t leaves[256];
    struct xen_domctl op = domctl_for(XEN_DOMCTL_get_cpu_policy, domid);
    uint32_t count;

    check(!domctl(&op) && op.u.cpu_policy.nr_leaves <= ARRAY_SIZE(leaves), "its policy has so many leaves");
    count = op.u.cpu_policy.nr_leaves;
    op.u.cpu_policy.leaves.p = leaves;
    check_equal(domctl(&op), 0, "which can be had");
    op.u.cpu_policy.nr_leaves = count - 1;
    check_equal(domctl(&op), -XEN_ENOBUFS, "all of them");
    op = domctl_for(XEN_DOMCTL_set_cpu_policy, domid);
    op.u.cpu_policy.leaves.p = leaves;
    op.u.cpu_policy.nr_leaves = count;
    check_equal(domctl(&op), 0, "and given back");
    op.u.cpu_policy.nr_leaves = 100000;
    check_equal(domctl(&op), -XEN_E2BIG, "not any number");
    op.u.cpu_policy.nr_leaves = 1;
    op.u.cpu_policy.leaves.p = NOWHERE;
    check_equal(domctl(&op), -XEN_EFAULT, "from somewhere");
}

/* --- the machine's state --- */

static void test_context(void)
{
    static uint8_t chain[16384];
    struct hvm_hw_cpu *cpu = (void *)chain;
    struct xen_domctl op = domctl_for(XEN_DOMCTL_gethvmcontext, domid);

    check(!domctl(&op) && op.u.hvmcontext.size > 1000 && op.u.hvmcontext.size <= sizeof(chain), "its context is so large");
    op.u.hvmcontext.buffer.p = chain;
    check_equal(domctl(&op), 0, "it can be had");
    check_equal(((struct hvm_save_descriptor *)chain)->typecode, HVM_SAVE_CODE(HEADER), "it begins with its header");
    op.u.hvmcontext.size = 8;
    check_equal(domctl(&op), -XEN_ENOSPC, "it wants room");
    op = domctl_for(XEN_DOMCTL_gethvmcontext_partial, domid);
    op.u.hvmcontext_partial.type = HVM_SAVE_CODE(CPU);
    op.u.hvmcontext_partial.bufsz = sizeof(chain);
    op.u.hvmcontext_partial.buffer.p = chain;
    check(!domctl(&op) && cpu->cr0 & 1, "a record can be had alone");
    op.u.hvmcontext_partial.type = 99;
    check(domctl(&op) < 0, "one that is there");
}

static void test_memory_map(void)
{
    struct packed_struct {
        uint64_t start, size;
        uint32_t type;
    } map[] = {{0, 16 << 20, 1}};
    struct xen_foreign_memory_map arg = {.domid = domid, .map = {.nr_entries = 1}};

    arg.map.buffer.p = map;
    check_equal(memory_op(XENMEM_set_memory_map, &arg), 0, "its memory map can be set");
    arg.map.nr_entries = 100000;
    check_equal(memory_op(XENMEM_set_memory_map, &arg), -XEN_E2BIG, "within limits");
    arg.map.nr_entries = 1;
    arg.map.buffer.p = NOWHERE;
    check_equal(memory_op(XENMEM_set_memory_map, &arg), -XEN_EFAULT, "from somewhere");
    arg.domid = DOMID_SELF;
    arg.map.buffer.p = map;
    check_equal(memory_op(XENMEM_set_memory_map, &arg), -XEN_EINVAL, "this domain's is as it is");
}

static void test_pod(void)
{
    struct xen_pod_target target = {.domid = domid, .target_pages = 1};

    check_equal(memory_op(XENMEM_set_pod_target, &target), 0, "a target is met by what there is");
    check_equal(target.tot_pages, domain_info(domid).tot_pages, "as is told");
    target.tot_pages = 0;
    check(!memory_op(XENMEM_get_pod_target, &target) && target.tot_pages == domain_info(domid).tot_pages &&
              !target.pod_entries,
          "again and again");
}

/* --- its virqs, and its end --- */

static void test_virq_handler(void)
{
    struct xen_domctl op = domctl_for(XEN_DOMCTL_set_virq_handler, 0);

    op.u.set_virq_handler.virq = VIRQ_DOM_EXC;
    check_equal(domctl(&op), 0, "dom0 may be named as a virq's handler");
    op.u.set_virq_handler.virq = VIRQ_TIMER;
    check_equal(domctl(&op), -XEN_EINVAL, "but a vCPU's own has no other");
    op.u.set_virq_handler.virq = NR_VIRQS;
    check_equal(domctl(&op), -XEN_EINVAL, "nor one that is not there");
    op.u.set_virq_handler.virq = VIRQ_DOM_EXC;
    op.domain = 4711;
    check_equal(domctl(&op), -XEN_ESRCH, "nor is a domain that is not there one");
}

static void test_shutdown(void)
{
    struct sched_remote_shutdown end = {.domain_id = domid, .reason = SHUTDOWN_suspend};
    struct xen_domctl op = domctl_for(XEN_DOMCTL_resumedomain, domid);

    check_equal(domctl(&op), -XEN_EINVAL, "what has not stopped does not go on");
    end.reason = 99;
    check_equal(sched_op(SCHEDOP_remote_shutdown, &end), -XEN_EINVAL, "there is no reason 99 to stop");
    end.reason = SHUTDOWN_suspend;
    check_equal(sched_op(SCHEDOP_remote_shutdown, &end), 0, "it can be stopped");
    check_equal(domain_wait(domid), SHUTDOWN_suspend, "for this reason");
    check_equal(domctl(&op), 0, "and go on");
    check(!(domain_info(domid).flags & XEN_DOMINF_shutdown), "as if nothing had been");
    op.domain = 0;
    check_equal(domctl(&op), -XEN_EINVAL, "this domain never stopped");
}

void test_main(void)
{
    domain_watch();
    domid = domain_make(1, 4096);
    if (domain_populate(domid, 0, 1024, 0) != 1024)
        test_error("no memory for it");
    test_vcpu_affinity();
    test_node_affinity();
    test_scheduler();
    test_handle();
    test_tables();
    test_time();
    test_policy();
    domain_context(domid, 0x1000);
    test_context();
    test_memory_map();
    test_pod();
    test_virq_handler();
    test_shutdown();
    domain_end(domid);
}
