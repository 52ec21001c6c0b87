/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory_op's operations on a domain that this one has made: exchange, virtual NUMA, and the questions; with claims
 * beside them, which an exchange neither needs nor redeems.
 *
 * machine: smp=2 nodes=2 mem=1024
 */
#include <public/errno.h>
#include <public/memory.h>
#include "domain.h"
#include "guest.h"

#define PAGES   2048UL
#define NOWHERE ((void *)0x800000000000UL)
#define WINDOW  ((void *)0xa0010000UL)

static domid_t domid;

/* --- exchange --- */

static xen_pfn_t in_frames[1024], out_frames[1024];

static struct xen_memory_exchange exchange_of(unsigned long in, unsigned int in_order, unsigned long out,
                                              unsigned int out_order)
{
    struct xen_memory_exchange x = {
        .in = {.nr_extents = in, .extent_order = in_order, .domid = domid},
        .out = {.nr_extents = out, .extent_order = out_order, .domid = domid},
    };

    x.in.extent_start.p = in_frames;
    x.out.extent_start.p = out_frames;
    return x;
}

static void frames_set(xen_pfn_t *frames, unsigned long gfn, unsigned long count, unsigned int order)
{
    for (unsigned long i = 0; i < count; i++)
        frames[i] = gfn + (i << order);
}

static long claim(uint64_t pages)
{
    struct xen_memory_reservation r = {.nr_extents = pages, .domid = domid};

    return memory_op(XENMEM_claim_pages, &r);
}

static void test_exchange(void)
{
    struct xen_memory_exchange x = exchange_of(512, 0, 1, 9);
    struct xen_domctl_getdomaininfo before;

    check_equal(claim(PAGES + 100), 0, "100 pages are claimed");
    before = domain_info(domid);
    frames_set(in_frames, 512, 512, 0);
    frames_set(out_frames, 512, 1, 9);
    check_equal(memory_op(XENMEM_exchange, &x), 0, "512 pages for a superpage in their place");
    check_equal(x.nr_exchanged, 512, "all of them");
    check_equal(domain_info(domid).tot_pages, before.tot_pages, "it has as many pages as before");
    check_equal(domain_info(domid).outstanding_pages, 100, "and the claim that it had");
    x = exchange_of(1, 9, 512, 0);
    frames_set(in_frames, 512, 1, 9);
    frames_set(out_frames, 512, 512, 0);
    check_equal(memory_op(XENMEM_exchange, &x), 0, "and back, to single pages");
    check_equal(x.nr_exchanged, 1, "one extent");
    x = exchange_of(1024, 0, 1024, 0);
    frames_set(in_frames, 0, 1024, 0);
    frames_set(out_frames, 4096, 1024, 0);
    check_equal(memory_op(XENMEM_exchange, &x), 0, "1024 pages for others in another place");
    check_equal(domain_page_map(domid, 3, WINDOW), -XEN_EINVAL, "the old place is empty");
    check_equal(domain_page_map(domid, 4099, WINDOW), 0, "the new one is not");
    check_equal(*(uint64_t *)WINDOW, 0, "it is clean");
    domain_page_unmap(WINDOW);
    check_equal(domain_info(domid).tot_pages, before.tot_pages, "the count is what it was");
    check_equal(domain_info(domid).outstanding_pages, 100, "the claim, too");
    x = exchange_of(1024, 0, 1024, 0);
    frames_set(in_frames, 4096, 1024, 0);
    frames_set(out_frames, 0, 1024, 0);
    x.nr_exchanged = 1000;
    check_equal(memory_op(XENMEM_exchange, &x), 0, "it goes on where it is told to");
    check_equal(domain_page_map(domid, 999, WINDOW), -XEN_EINVAL, "what is before is left alone");
    x.nr_exchanged = 0;
    x.in.nr_extents = x.out.nr_extents = 1000;
    check_equal(memory_op(XENMEM_exchange, &x), 0, "and so is what is behind the end");
    check_equal(domain_info(domid).tot_pages, before.tot_pages, "nothing is missing");
}

static void test_exchange_errors(void)
{
    struct xen_memory_exchange x = exchange_of(512, 0, 1, 9);
    uint64_t free = host_free_pages(0);

    frames_set(in_frames, 512, 512, 0);
    frames_set(out_frames, 512, 1, 9);
    x.out.domid = 0;
    check_equal(memory_op(XENMEM_exchange, &x), -XEN_EINVAL, "between two domains nothing is exchanged");
    x = exchange_of(512, 0, 2, 9);
    check_equal(memory_op(XENMEM_exchange, &x), -XEN_EINVAL, "nor more for less");
    x = exchange_of(1, 40, 1, 40);
    check_equal(memory_op(XENMEM_exchange, &x), -XEN_EINVAL, "nor extents of any size");
    x = exchange_of(~0UL, 0, ~0UL, 0);
    check_equal(memory_op(XENMEM_exchange, &x), -XEN_EINVAL, "nor any number of them");
    x = exchange_of(512, 0, 1, 9);
    x.nr_exchanged = 513;
    check_equal(memory_op(XENMEM_exchange, &x), -XEN_EINVAL, "no more can be done than there is");
    x.nr_exchanged = 5;
    check_equal(memory_op(XENMEM_exchange, &x), -XEN_EINVAL, "nor half of a piece");
    x.nr_exchanged = 0;
    out_frames[0] = 513;
    check_equal(memory_op(XENMEM_exchange, &x), -XEN_EINVAL, "a superpage has its place");
    out_frames[0] = 512;
    in_frames[511] = 1UL << 30;
    check_equal(memory_op(XENMEM_exchange, &x), -XEN_EINVAL, "what is not there is not exchanged");
    check_equal(x.nr_exchanged, 0, "nothing was");
    x.in.domid = x.out.domid = 4711;
    check_equal(memory_op(XENMEM_exchange, &x), -XEN_ESRCH, "there must be a domain");
    x.in.domid = x.out.domid = domid;
    x.in.extent_start.p = NOWHERE;
    check_equal(memory_op(XENMEM_exchange, &x), -XEN_EFAULT, "and a list");
    check_equal(memory_op(XENMEM_exchange, NOWHERE), -XEN_EFAULT, "and an argument");
    check_equal(memory_op(XENMEM_exchange | 1 << 6, &x), -XEN_EINVAL, "which says where to go on, not the command");
    check_equal(host_info().free_pages, free, "none of it took a page");
}

/* --- virtual NUMA --- */

static unsigned int distance[4] = {10, 20, 20, 10}, vnode_of[2] = {0, 1}, node_of[2] = {1, 0};
static xen_vmemrange_t ranges[2] = {{0, 4UL << 20, 0, 0}, {4UL << 20, 8UL << 20, 0, 1}};

static struct xen_domctl vnuma_op(void)
{
    struct xen_domctl op = domctl_for(XEN_DOMCTL_setvnumainfo, domid);

    op.u.vnuma.nr_vnodes = op.u.vnuma.nr_vcpus = op.u.vnuma.nr_vmemranges = 2;
    op.u.vnuma.vdistance.p = distance;
    op.u.vnuma.vcpu_to_vnode.p = vnode_of;
    op.u.vnuma.vnode_to_pnode.p = node_of;
    op.u.vnuma.vmemrange.p = ranges;
    return op;
}

static void test_vnuma_errors(void)
{
    struct xen_vnuma_topology_info info = {.domid = domid};
    struct xen_domctl op = vnuma_op();

    check_equal(memory_op(XENMEM_get_vnumainfo, &info), -XEN_EOPNOTSUPP, "a domain has no virtual nodes of itself");
    op.u.vnuma.pad = 1;
    check_equal(domctl(&op), -XEN_EINVAL, "padding is zero");
    op = vnuma_op();
    op.u.vnuma.nr_vnodes = 0;
    check_equal(domctl(&op), -XEN_EINVAL, "no nodes are none");
    op.u.vnuma.nr_vnodes = 65;
    check_equal(domctl(&op), -XEN_E2BIG, "65 are too many");
    op = vnuma_op();
    op.u.vnuma.nr_vcpus = 3;
    check_equal(domctl(&op), -XEN_EINVAL, "it has two vCPUs");
    op = vnuma_op();
    op.u.vnuma.vmemrange.p = NOWHERE;
    check_equal(domctl(&op), -XEN_EFAULT, "ranges are somewhere");
    op = vnuma_op();
    vnode_of[1] = 2;
    check_equal(domctl(&op), -XEN_EINVAL, "a vCPU is on a node that is there");
    vnode_of[1] = 1;
    node_of[0] = 63;
    check_equal(domctl(&op), -XEN_EINVAL, "and that on one of the host's");
    node_of[0] = 1;
    ranges[0].nid = 2;
    check_equal(domctl(&op), -XEN_EINVAL, "as are ranges");
    ranges[0].nid = 0;
    op.domain = 4711;
    check_equal(domctl(&op), -XEN_ESRCH, "for a domain");
    check_equal(memory_op(XENMEM_get_vnumainfo, &info), -XEN_EOPNOTSUPP, "none of it left anything");
}

static void test_vnuma(void)
{
    unsigned int distances[4] = {0}, vcpus[2] = {9, 9};
    xen_vmemrange_t where[2];
    struct xen_vnuma_topology_info info = {.domid = domid};
    struct xen_domctl op = vnuma_op();

    check_equal(domctl(&op), 0, "a topology can be set");
    check_equal(memory_op(XENMEM_get_vnumainfo, &info), -XEN_ENOBUFS, "it wants room");
    check(info.nr_vnodes == 2 && info.nr_vcpus == 2 && info.nr_vmemranges == 2, "this much");
    info.vdistance.h.p = NOWHERE;
    check_equal(memory_op(XENMEM_get_vnumainfo, &info), -XEN_EFAULT, "that is there");
    info.vdistance.h.p = distances;
    info.vcpu_to_vnode.h.p = vcpus;
    info.vmemrange.h.p = where;
    check_equal(memory_op(XENMEM_get_vnumainfo, &info), 0, "then it can be had");
    check(!memcmp(distances, distance, sizeof(distance)) && !memcmp(vcpus, vnode_of, sizeof(vcpus)) &&
              !memcmp(where, ranges, sizeof(where)),
          "as it was set");
    info.pad = 1;
    check_equal(memory_op(XENMEM_get_vnumainfo, &info), -XEN_EINVAL, "padding is zero");
    info.pad = 0;
    info.domid = 4711;
    check_equal(memory_op(XENMEM_get_vnumainfo, &info), -XEN_ESRCH, "nobody has no nodes");
    check_equal(memory_op(XENMEM_get_vnumainfo, NOWHERE), -XEN_EFAULT, "an argument is somewhere");
}

static uint64_t pages_on(unsigned int node)
{
    struct xen_node_pages pages[2];
    struct xen_domctl op = domctl_for(XEN_DOMCTL_get_node_pages, domid);

    op.u.get_node_pages.nodes.p = pages;
    op.u.get_node_pages.num_nodes = 2;
    if (domctl(&op))
        test_error("its nodes cannot be asked for");
    return pages[node].pages;
}

/* By virtual node: the host's node is the one behind it. */
static void test_populate_vnode(void)
{
    uint64_t before = pages_on(1);
    struct xen_memory_reservation r = {.nr_extents = 10, .domid = domid};

    frames_set(in_frames, 8192, 10, 0);
    r.extent_start.p = in_frames;
    r.mem_flags = XENMEMF_vnode | XENMEMF_node(0) | XENMEMF_exact_node_request;
    check_equal(memory_op(XENMEM_populate_physmap, &r), 10, "memory of virtual node 0");
    check_equal(pages_on(1), before + 10, "is on node 1");
    r.mem_flags = XENMEMF_vnode | XENMEMF_node(2);
    check_equal(memory_op(XENMEM_populate_physmap, &r), 0, "there is no virtual node 2");
}

/* --- questions --- */

static void test_questions(void)
{
    domid_t nobody = 4711;

    check_equal(memory_op(XENMEM_current_reservation, &domid), domain_info(domid).tot_pages, "how much it has");
    check_equal(memory_op(XENMEM_maximum_reservation, &domid), domain_info(domid).max_pages, "and may have");
    check(memory_op(XENMEM_maximum_gpfn, &domid) >= 8192, "and how far it reaches");
    check_equal(memory_op(XENMEM_maximum_gpfn, &nobody), -XEN_ESRCH, "nobody reaches nowhere");
    check_equal(memory_op(XENMEM_maximum_reservation, NOWHERE), -XEN_EFAULT, "who is asked about is somewhere");
    check(memory_op(XENMEM_maximum_ram_page, 0) >= 1024 * 256 - 1, "the host's memory reaches as far as it is large");
    check_equal(memory_op(XENMEM_get_sharing_freed_pages, 0), 0, "nothing is shared");
    check_equal(memory_op(XENMEM_get_sharing_shared_pages, 0), 0, "by nobody");
    check_equal(memory_op(XENMEM_maximum_ram_page | 1 << 6, 0), -XEN_EINVAL, "a question has no continuation");
}

static void test_reservation_errors(void)
{
    struct xen_memory_reservation r = {.nr_extents = 1, .domid = domid, .mem_flags = XENMEMF_populate_on_demand};

    check_equal(memory_op(XENMEM_increase_reservation, &r), 0, "nothing is populated on demand");
    r.mem_flags = XENMEMF_exact_node_request;
    check_equal(memory_op(XENMEM_increase_reservation, &r), 0, "no exact node without a node");
    r.mem_flags = XENMEMF_node(63);
    check_equal(memory_op(XENMEM_increase_reservation, &r), 0, "none on a node that is not there");
    r.mem_flags = 0;
    r.extent_order = 19;
    check_equal(memory_op(XENMEM_increase_reservation, &r), 0, "no 2 GiB at once");
    r.extent_order = 0;
    check_equal(memory_op(XENMEM_increase_reservation, &r), 1, "but a page");
    check_equal(memory_op(XENMEM_increase_reservation | 2 << 6, &r), 2, "a round behind the end does nothing");
    check_equal(memory_op(XENMEM_increase_reservation, NOWHERE), 0, "an argument is somewhere");
}

void test_main(void)
{
    domid = domain_make(2, 2 * PAGES);
    if (domain_populate(domid, 0, PAGES, 0) != PAGES)
        test_error("no memory for a domain");
    test_exchange();
    test_exchange_errors();
    test_vnuma_errors();
    test_vnuma();
    test_populate_vnode();
    test_questions();
    test_reservation_errors();
    domain_end(domid);
    check_equal(host_info().outstanding_pages, 0, "no claim is left");
}
