/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The doors of claims, on three nodes: every error in the documented order, with all counters as
 * before; every number that a node may have; sets over nodes and the host; what others are refused
 * meanwhile; the hypervisor's own pages for a guest.
 *
 * machine: mem=768 nodes=3
 */
#include <public/domctl.h>
#include <public/errno.h>
#include <public/memory.h>
#include <public/sysctl.h>
#include <asm/page.h>
#include "domain.h"
#include "guest.h"

#define NO_NODE   XEN_DOMCTL_CLAIM_MEMORY_NO_NODE
#define NODES     3
#define MAX_PAGES 32768UL /* what a domain here may have: 128 MiB */
#define BAD_GVA   0x800000000000UL

/* All that the hypervisor counts, in one look. */
struct counters {
    struct xen_node_claims node[NODES];
    uint64_t free, claimed, claimed_host;
};

static struct counters counters(void)
{
    struct xen_sysctl op = {.cmd = XEN_SYSCTL_get_node_claims,
                            .interface_version = XEN_SYSCTL_INTERFACE_VERSION};
    struct counters c;

    op.u.get_node_claims.nodes.p = c.node;
    op.u.get_node_claims.num_nodes = NODES;
    if (sysctl(&op) || op.u.get_node_claims.num_nodes != NODES)
        test_error("the counters cannot be read");
    c.free = op.u.get_node_claims.free_pages;
    c.claimed = op.u.get_node_claims.claimed;
    c.claimed_host = op.u.get_node_claims.claimed_host;
    return c;
}

static long set_maximum(domid_t domid, uint64_t kib)
{
    struct xen_domctl op = domctl_for(XEN_DOMCTL_max_mem, domid);

    op.u.max_mem.max_memkb = kib;
    return domctl(&op);
}

static long set_pool(domid_t domid, uint64_t size)
{
    struct xen_domctl op = domctl_for(XEN_DOMCTL_set_paging_mempool_size, domid);

    op.u.paging_mempool.size = size;
    return domctl(&op);
}

/* Without vCPUs: what those take would be in the way. */
static domid_t make(void)
{
    domid_t domid = domain_create(1);

    if (set_maximum(domid, MAX_PAGES * 4))
        test_error("a domain's maximum cannot be set");
    return domid;
}

static long claim_host(domid_t domid, uint64_t pages)
{
    struct xen_memory_reservation r = {.nr_extents = pages, .domid = domid};

    return memory_op(XENMEM_claim_pages, &r);
}

static long claim(domid_t domid, unsigned int count, const struct xen_memory_claim *entries)
{
    struct xen_domctl op = domctl_for(XEN_DOMCTL_claim_memory, domid);

    op.u.claim_memory.claims.p = (void *)entries;
    op.u.claim_memory.nr_claims = count;
    return domctl(&op);
}

static long claim_node(domid_t domid, uint64_t pages, uint32_t node)
{
    struct xen_memory_claim entry = XEN_NODE_CLAIM_INIT(pages, node);

    return claim(domid, 1, &entry);
}

static long populate(domid_t domid, unsigned long gfn, unsigned long count, unsigned int flags)
{
    static xen_pfn_t frames[1024];
    struct xen_memory_reservation r = {.nr_extents = count, .mem_flags = flags, .domid = domid};

    r.extent_start.p = frames;
    for (unsigned long i = 0; i < count; i++)
        frames[i] = gfn + i;
    return memory_op(XENMEM_populate_physmap, &r);
}

static uint64_t pages_on(domid_t domid, unsigned int node)
{
    struct xen_node_pages pages[NODES];
    struct xen_domctl op = domctl_for(XEN_DOMCTL_get_node_pages, domid);

    op.u.get_node_pages.nodes.p = pages;
    op.u.get_node_pages.num_nodes = NODES;
    if (domctl(&op))
        test_error("a domain's pages cannot be read");
    return pages[node].pages;
}

static void release(domid_t domid)
{
    check_equal(claim_host(domid, 0), 0, "released");
    check_equal(counters().claimed, 0, "nothing is claimed");
}

/* --- errors --- */

/* Each call of the old kind breaks its own rule and, where it can, all that come later. */
static void test_old_errors(domid_t domid)
{
    static xen_pfn_t list[1];
    struct xen_memory_reservation r = {.nr_extents = ~0UL, .extent_order = 1, .domid = 4711};
    struct xen_memory_reservation with_list = {.nr_extents = ~0UL, .domid = 4711};
    struct xen_memory_reservation flags = {.nr_extents = ~0UL, .mem_flags = 1, .domid = 4711};

    check_equal(memory_op(XENMEM_claim_pages | 1 << 6, BAD_GVA), -XEN_EINVAL,
                "a continuation, before its argument is read");
    check_equal(memory_op(XENMEM_claim_pages, BAD_GVA), -XEN_EFAULT, "an unreadable argument");
    check_equal(memory_op(XENMEM_claim_pages, &r), -XEN_EINVAL, "an order");
    with_list.extent_start.p = list;
    check_equal(memory_op(XENMEM_claim_pages, &with_list), -XEN_EINVAL, "a list of frames");
    check_equal(memory_op(XENMEM_claim_pages, &flags), -XEN_EINVAL, "flags");
    check_equal(claim_host(4711, 0), -XEN_EINVAL, "no such domain, not even to release");
    check_equal(claim_host(domid, MAX_PAGES + 1), -XEN_EINVAL, "more than it may have");
    check_equal(claim_host(domid, ~0UL), -XEN_EINVAL, "as much as can be said");
}

static const struct xen_memory_claim good = XEN_NODE_CLAIM_INIT(10, 0);
static const struct xen_memory_claim twice_and_absent[] = {
    XEN_NODE_CLAIM_INIT(10, 1), XEN_NODE_CLAIM_INIT(10, 1), XEN_NODE_CLAIM_INIT(1UL << 40, 77)};
static const struct xen_memory_claim none_and_absent[] = {XEN_NODE_CLAIM_INIT(0, 0),
                                                          XEN_NODE_CLAIM_INIT(10, 77)};
static const struct xen_memory_claim padded = {.pages = 1UL << 40, .node = 77, .pad = 1};
static const struct xen_memory_claim absent_and_large[] = {XEN_NODE_CLAIM_INIT(1UL << 40, 0),
                                                           XEN_NODE_CLAIM_INIT(10, 77)};
static const struct xen_memory_claim wrapping[] = {XEN_NODE_CLAIM_INIT(~0UL, 0),
                                                   XEN_NODE_CLAIM_INIT(2, 1)};
static const struct xen_memory_claim padded_release = {.node = NO_NODE, .pad = 1};

/* The new call's errors, in their order: each entry breaks a rule and some of the later ones. */
static void test_errors(domid_t domid)
{
    static const struct {
        const char *what;
        long error;
        domid_t domid; /* 0: the one there is */
        unsigned int count;
        const struct xen_memory_claim *entries;
    } cases[] = {
        {"no such domain, before its entries", -XEN_ESRCH, 4711, 0, NULL},
        {"no entry", -XEN_EINVAL, 0, 0, (void *)BAD_GVA},
        {"more entries than nodes and one", -XEN_E2BIG, 0, NODES + 2, (void *)BAD_GVA},
        {"256 entries", -XEN_E2BIG, 0, 256, (void *)BAD_GVA},
        {"as many as can be said", -XEN_E2BIG, 0, ~0u, (void *)BAD_GVA},
        {"unreadable entries", -XEN_EFAULT, 0, NODES + 1, (void *)BAD_GVA},
        {"padding", -XEN_EINVAL, 0, 1, &padded},
        {"padding in a release", -XEN_EINVAL, 0, 1, &padded_release},
        {"no pages, and a node that is not there", -XEN_EINVAL, 0, 2, none_and_absent},
        {"a node twice, and one not there", -XEN_EINVAL, 0, 3, twice_and_absent},
        {"a node not there, and more than may be", -XEN_ENOENT, 0, 2, absent_and_large},
        {"a sum that wraps", -XEN_EINVAL, 0, 2, wrapping},
    };

    for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++)
        check_equal(claim(cases[i].domid ?: domid, cases[i].count, cases[i].entries),
                    cases[i].error, "%s", cases[i].what);
    check_equal(claim_node(domid, MAX_PAGES + 1, 2), -XEN_EINVAL, "more than it may have, in one");
}

static void test_header_padding(domid_t domid)
{
    struct xen_domctl op = domctl_for(XEN_DOMCTL_claim_memory, domid);

    op.u.claim_memory.claims.p = (void *)BAD_GVA;
    op.u.claim_memory.nr_claims = 256;
    op.u.claim_memory.pad = 1;
    check_equal(domctl(&op), -XEN_EINVAL, "padding, before anything is read");
}

static void test_node_numbers(domid_t domid)
{
    static const uint32_t absent[] = {
        NODES,     63,  64,    127,   128,      254,      255,
        256,       257, 65535, 65536, 1u << 24, 1u << 31, (1u << 31) + 1,
        0xfffffffe};

    for (unsigned int i = 0; i < ARRAY_SIZE(absent); i++)
        check_equal(claim_node(domid, 10, absent[i]), -XEN_ENOENT, "there is no node %u",
                    absent[i]);
    for (uint32_t node = 0; node < NODES; node++) {
        check_equal(claim_node(domid, 10, node), 0, "there is a node %u", node);
        check_equal(counters().node[node].claimed, 10, "which has the claim");
        release(domid);
    }
}

/* Nothing above may have changed anything. */
static void test_all_errors(domid_t domid)
{
    struct counters before = counters(), after;

    test_old_errors(domid);
    test_errors(domid);
    test_header_padding(domid);
    after = counters();
    check(!memcmp(&before, &after, sizeof(before)), "no counter has changed");
    check_equal(claim(domid, 1, &good), 0, "a claim");
    before = counters();
    check_equal(claim(domid, 1, &good), -XEN_EINVAL, "none beside it");
    check_equal(claim_host(domid, 20), -XEN_EINVAL, "nor one of the old kind");
    after = counters();
    check(!memcmp(&before, &after, sizeof(before)), "no counter has changed by that either");
    release(domid);
}

/* --- sets --- */

static void test_sets(domid_t domid)
{
    struct xen_memory_claim set[] = {XEN_NODE_CLAIM_INIT(1000, 2),
                                     XEN_NODE_CLAIM_INIT(300, NO_NODE),
                                     XEN_NODE_CLAIM_INIT(2000, 0), XEN_NODE_CLAIM_INIT(500, 1)};
    struct counters now;

    check_equal(claim(domid, 4, set), 0, "all nodes and the host at once");
    now = counters();
    check(now.node[0].claimed == 2000 && now.node[1].claimed == 500 && now.node[2].claimed == 1000,
          "each node has its part");
    check_equal(now.claimed_host, 300, "and the host its own");
    check_equal(now.claimed, 3800, "together they are the claim");
    check_equal(populate(domid, 0, 1000, XENMEMF_exact_node(2)), 1000, "node 2 redeems");
    now = counters();
    check_equal(now.node[2].claimed, 0, "all of its part");
    check_equal(now.claimed, 2800, "and nothing else");
    check_equal(populate(domid, 1000, 200, XENMEMF_exact_node(2)), 200, "more from there");
    check_equal(counters().claimed_host, 100, "redeems what is claimed anywhere");
    release(domid);
    check_equal(pages_on(domid, 2), 1200, "the pages stay");
    set[0].pages = 1201;
    check_equal(claim(domid, 1, set), 0, "the number counts what is there");
    check_equal(counters().node[2].claimed, 1, "so this claims one page");
    release(domid);
}

/* --- others --- */

static void test_others(domid_t domid, domid_t other)
{
    uint64_t all;

    if (set_maximum(domid, ~0U) || set_maximum(other, ~0U))
        test_error("a maximum cannot be set");
    all = counters().node[1].free;
    check_equal(claim_node(domid, all + 1, 1), -XEN_ENOMEM, "one page more than node 1 has");
    check_equal(claim_node(domid, all, 1), 0, "all that it has");
    check_equal(populate(other, 0, 16, XENMEMF_exact_node(1)), 0, "others get nothing there");
    check_equal(populate(other, 0, 16, XENMEMF_node(1)), 16, "but elsewhere");
    check_equal(counters().node[1].free, all, "indeed");
    release(domid);

    all = counters().free;
    check_equal(claim_host(domid, all + 4096), -XEN_ENOMEM, "more than the host has");
    check_equal(claim_host(domid, all + 1200), 0, "all that it has, beside what the domain has");
    check_equal(counters().claimed, all, "to the last page");
    check_equal(populate(other, 100, 16, 0), 0, "others get nothing");
    check_equal(set_pool(other, 16 << 20), -XEN_ENOMEM, "nor does the hypervisor for them");
    check_equal(set_pool(domid, 16 << 20), -XEN_ENOMEM,
                "nor for the claimant: its claim is for its memory");
    check_equal(counters().free, all, "no page is gone");
    release(domid);
    check_equal(populate(other, 100, 16, 0), 16, "then it is anybody's");
}

/* --- the hypervisor's part of a guest --- */

static void test_pool(domid_t domid, domid_t other)
{
    struct xen_domctl op = domctl_for(XEN_DOMCTL_get_paging_mempool_size, domid);
    uint64_t free = counters().free;

    check_equal(set_pool(domid, 4 << 20), 0, "4 MiB are set aside for page tables");
    check(free - counters().free > 1000, "and are not free any more");
    check_equal(domctl(&op), 0, "they can be read");
    check_equal(op.u.paging_mempool.size, 4 << 20, "4 MiB");
    check_equal(claim_host(other, counters().free + 32), 0, "another claims all the rest");
    /* Frames far apart: each wants tables of its own. */
    for (unsigned long i = 1; i <= 100; i++)
        if (populate(domid, i << 18, 1, 0))
            test_error("what is claimed is given away");
    release(other);
    check_equal(claim_host(domid, 1200 + 100), 0, "the guest claims 100 pages");
    check_equal(claim_host(other, counters().free - 100 + 32), 0, "another all the rest");
    for (unsigned long i = 1; i <= 100; i++)
        if (!check_equal(populate(domid, i << 18, 1, 0), 1, "page %lu is there and is mapped", i))
            break;
    check_equal(claim_host(domid, 0), 0, "released");
    release(other);
    check_equal(set_pool(domid, 123), -XEN_EINVAL, "a size that is not whole pages");
    check_equal(set_pool(domid, 0), 0, "given back");
}

void test_main(void)
{
    domid_t domid = make(), other = make();

    test_all_errors(domid);
    test_node_numbers(domid);
    test_sets(domid);
    test_others(domid, other);
    test_pool(domid, other);
    check_equal(claim_host(domid, 2000), 0, "a claim at the end");
    domain_destroy(domid);
    check_equal(counters().claimed, 0, "and goes with the domain");
    domain_destroy(other);
}
