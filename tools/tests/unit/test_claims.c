/* SPDX-License-Identifier: GPL-2.0-only */
/* Claims, case by case: staking and its errors, who redeems and who is refused, what was once a
 * defect. */
// Sources: common/page_alloc.c common/memory/*.c common/numa.c
#include "heap_fixture.h"

#define NODE_PAGES 1024UL

static struct domain *d, *other;

static void two_nodes(void)
{
    make_nodes(2, NODE_PAGES);
    d = host_domain_create(1, 4096);
    other = host_domain_create(2, 4096);
}

/* A failed call leaves all counters as they were. */
#define REFUSED(call, error)                                            \
    do {                                                                \
        struct domain_pages before_ = d->mem;                           \
        unsigned long free_ = free_pages(), claimed_ = claimed_pages(); \
        CHECK_EQ((call), -(error));                                     \
        CHECK(!memcmp(&before_, &d->mem, sizeof(before_)));             \
        CHECK_EQ(free_pages(), free_);                                  \
        CHECK_EQ(claimed_pages(), claimed_);                            \
        heap_check();                                                   \
    } while (0)

/* --- staking --- */

UNIT_TEST(stake_host, "A host-wide claim is counted, and released, twice too.")
{
    two_nodes();
    CHECK_EQ(claim(d, 700), 0);
    CHECK_EQ(d->mem.claim_total, 700);
    CHECK_EQ(claimed_pages(), 700);
    CHECK_EQ(node_claimed(0) + node_claimed(1), 0);
    claim_release(d);
    claim_release(d);
    CHECK_EQ(claimed_pages(), 0);
    heap_check();
}

UNIT_TEST(stake_nodes,
          "Several nodes and the host are claimed at once, and each is counted where it belongs.")
{
    const struct memory_claim_entry set[] = {{100, 1}, {50, NUMA_NO_NODE}, {200, 0}};

    two_nodes();
    CHECK_EQ(claim_stake(d, set, 3), 0);
    CHECK_EQ(node_claimed(0), 200);
    CHECK_EQ(node_claimed(1), 100);
    CHECK_EQ(claimed_pages(), 350);
    CHECK_EQ(d->mem.claim_host, 50);
    claim_release(d);
    CHECK_EQ(claimed_pages() + node_claimed(0) + node_claimed(1), 0);
    heap_check();
}

UNIT_TEST(stake_all_or_none, "One entry that cannot be had refuses the whole set.")
{
    const struct memory_claim_entry set[] = {{100, 0}, {NODE_PAGES + 1, 1}};

    two_nodes();
    REFUSED(claim_stake(d, set, 2), ENOMEM);
}

UNIT_TEST(stake_everything, "All of the memory can be claimed, and not one page more.")
{
    const struct memory_claim_entry all[] = {{NODE_PAGES, 0}, {NODE_PAGES, 1}};

    two_nodes();
    REFUSED(claim(d, 2 * NODE_PAGES + 1), ENOMEM);
    CHECK_EQ(claim(d, 2 * NODE_PAGES), 0);
    CHECK_EQ(claim(other, 1), -ENOMEM);
    claim_release(d);
    CHECK_EQ(claim_stake(d, all, 2), 0);
    CHECK_EQ(claim(other, 1), -ENOMEM);
    CHECK_EQ(claim_on(other, 0, 1), -ENOMEM);
    claim_release(d);
    CHECK_EQ(claim(other, 1), 0);
}

UNIT_TEST(stake_errors, "Each bad set has its error, in the documented order, and changes nothing.")
{
    const struct memory_claim_entry twice[] = {{1, 0}, {1, 0}};
    const struct memory_claim_entry host_twice[] = {{1, NUMA_NO_NODE}, {1, NUMA_NO_NODE}};
    const struct memory_claim_entry with_zero[] = {{1, 0}, {0, 1}};
    const struct memory_claim_entry missing[] = {{1, 0}, {1, 2}};
    const struct memory_claim_entry too_many[] = {{4096, 0}, {1, 1}};
    const struct memory_claim_entry wrapping[] = {{~0UL, 0}, {2, 1}};
    const struct memory_claim_entry missing_twice[] = {{1, 9}, {1, 9}};
    const struct memory_claim_entry missing_and_wrapping[] = {{~0UL, 0}, {2, 9}};

    two_nodes();
    REFUSED(claim_stake(d, twice, 2), EINVAL);
    REFUSED(claim_stake(d, host_twice, 2), EINVAL);
    REFUSED(claim_stake(d, with_zero, 2), EINVAL);
    REFUSED(claim_stake(d, missing_twice, 2), EINVAL);
    REFUSED(claim_stake(d, missing, 2), ENOENT);
    REFUSED(claim_stake(d, missing_and_wrapping, 2), ENOENT);
    REFUSED(claim_stake(d, too_many, 2), EINVAL);
    REFUSED(claim_stake(d, wrapping, 2), EINVAL);
    REFUSED(claim(d, 4097), EINVAL);
    REFUSED(claim(d, 3000), ENOMEM);
    CHECK_EQ(claim(d, 5), 0);
    REFUSED(claim(d, 6), EINVAL); /* already held */
    REFUSED(claim(d, 5000), EINVAL);
}

UNIT_TEST(stake_unknown_nodes, "Nodes beyond the last, up to the largest number, do not exist.")
{
    two_nodes();
    for (unsigned int node = 2; node < NUMA_NO_NODE; node++)
        REFUSED(claim_on(d, (nodeid_t)node, 1), ENOENT);
}

UNIT_TEST(
    stake_memoryless,
    "A node without memory exists, but has nothing to claim; one without CPUs is like any other.")
{
    two_nodes();
    numa_set_cpu(3, 7);
    REFUSED(claim_on(d, 7, 1), ENOMEM);
    CHECK_EQ(claim_on(d, 1, NODE_PAGES), 0);
    CHECK_EQ(populate(d, 0, EXACT_NODE(7), 1), 0);
    CHECK_EQ(populate(d, 0, NODE(7), 1), 1);
}

UNIT_TEST(stake_hole, "Node numbers may have holes.")
{
    host_add_ram(MB(64), MB(80));
    numa_add_memory(3, MB(64), MB(72));
    numa_add_memory(60, MB(72), MB(80));
    heap_add_range(MB(64), MB(80));
    d = host_domain_create(1, 10000);
    CHECK_EQ(claim_on(d, 0, 1), -ENOENT);
    CHECK_EQ(claim_on(d, 60, 2048), 0);
    CHECK_EQ(populate(d, 9, EXACT_NODE(60), 9), 4);
    CHECK_EQ(d->mem.claim_total, 0);
}

UNIT_TEST(one_node_host,
          "Without firmware tables, a claim on node 0 and a host-wide one are the same.")
{
    host_add_ram(MB(64), MB(72));
    heap_add_range(MB(64), MB(72));
    d = host_domain_create(1, 10000);
    CHECK_EQ(claim_on(d, 0, 2049), -ENOMEM);
    CHECK_EQ(claim_on(d, 0, 2048), 0);
    CHECK_EQ(populate(d, 0, 0, 3000), 2048);
    CHECK_EQ(free_pages(), 0);
    CHECK_EQ(claimed_pages(), 0);
}

/* --- absolute numbers --- */

UNIT_TEST(absolute_host,
          "A claim says how much the domain shall have in all: what it has already counts.")
{
    two_nodes();
    CHECK_EQ(populate(d, 0, 0, 100), 100);
    REFUSED(claim(d, 100), EINVAL);
    REFUSED(claim(d, 99), EINVAL);
    CHECK_EQ(claim(d, 101), 0);
    CHECK_EQ(d->mem.claim_total, 1);
}

UNIT_TEST(
    absolute_nodes,
    "On a node, what the domain has there counts; the host-wide entry speaks of the other nodes.")
{
    const struct memory_claim_entry set[] = {{80, NUMA_NO_NODE}, {60, 1}};

    two_nodes();
    CHECK_EQ(populate(d, 0, EXACT_NODE(0), 50), 50);
    CHECK_EQ(populate(d, 0, EXACT_NODE(1), 20), 20);
    CHECK_EQ(claim_stake(d, set, 2), 0);
    CHECK_EQ(d->mem.claim_node[1], 40);
    CHECK_EQ(d->mem.claim_host, 30);
}

UNIT_TEST(staked_late,
          "A claim staked when part of the memory is there already claims the rest only.")
{
    two_nodes();
    CHECK_EQ(populate(d, 9, 0, 2), 2);
    CHECK_EQ(claim(d, 2048), 0);
    CHECK_EQ(claimed_pages(), 1024);
    CHECK_EQ(populate(d, 9, 0, 3), 2);
    CHECK_EQ(free_pages(), 0);
    CHECK_EQ(claimed_pages(), 0);
}

UNIT_TEST(limit, "What a domain claims and has stays within its limit.")
{
    two_nodes();
    domain_pages_set_max(d, 300);
    CHECK_EQ(populate(d, 0, EXACT_NODE(0), 100), 100);
    REFUSED(claim_on(d, 1, 201), EINVAL); /* 100 + 201 */
    CHECK_EQ(claim_on(d, 1, 200), 0);
    CHECK_EQ(populate(d, 0, 0, 300), 200);
    CHECK_EQ(d->mem.tot_pages, 300);
}

/* --- who redeems, who is refused --- */

UNIT_TEST(redeem_orders, "Domain memory of any order redeems the claim.")
{
    two_nodes();
    CHECK_EQ(claim(d, 1024), 0);
    CHECK_EQ(populate(d, 9, 0, 1), 1);
    CHECK_EQ(d->mem.claim_total, 512);
    CHECK_EQ(populate(d, 0, 0, 12), 12);
    CHECK_EQ(d->mem.claim_total, 500);
    CHECK_EQ(claimed_pages(), 500);
}

UNIT_TEST(redeem_gigabyte, "A 1 GiB page redeems a claim of as much.")
{
    make_nodes(2, 1UL << 18);
    d = host_domain_create(1, ~0UL);
    CHECK_EQ(claim_on(d, 1, 1UL << 18), 0);
    CHECK_EQ(populate(d, 18, EXACT_NODE(1) | MEMF_no_scrub, 1), 1);
    CHECK_EQ(claimed_pages(), 0);
    CHECK_EQ(node_free(1), 0);
}

UNIT_TEST(refused_beyond_claim,
          "Domain memory is refused beyond the domain's own claim, when the rest is claimed.")
{
    two_nodes();
    CHECK_EQ(claim(other, 2 * NODE_PAGES - 100), 0);
    CHECK_EQ(claim(d, 60), 0);
    CHECK_EQ(populate(d, 0, 0, 1000), 100); /* its claim, and the 40 that nobody claims */
    CHECK_EQ(d->mem.claim_total, 0);
    claim_release(other);
    CHECK_EQ(populate(d, 0, 0, 1000), 1000);
}

UNIT_TEST(superpage_partly_claimed,
          "A superpage is served by the own claim and unclaimed memory together.")
{
    two_nodes();
    CHECK_EQ(claim(other, 2 * NODE_PAGES - 512), 0);
    CHECK_EQ(claim(d, 300), 0);
    CHECK_EQ(populate(d, 9, 0, 2), 1);
    CHECK_EQ(d->mem.claim_total, 0);
}

UNIT_TEST(
    no_reference,
    "Memory without a reference redeems nothing, and is refused where only claimed memory is left.")
{
    two_nodes();
    CHECK_EQ(claim(d, 2 * NODE_PAGES - 10), 0);
    CHECK_EQ(populate(d, 0, MEMF_no_refcount, 20), 10); /* for the claimant, too */
    CHECK_EQ(d->mem.claim_total, 2 * NODE_PAGES - 10);
    CHECK_EQ(d->mem.tot_pages, 0);
    CHECK_EQ(populate(d, 0, 0, 9999), 2 * NODE_PAGES - 10);
}

UNIT_TEST(
    own_refused,
    "The hypervisor's own memory is refused where only claimed memory is left, and nothing breaks.")
{
    two_nodes();
    CHECK_EQ(claim(d, 2 * NODE_PAGES), 0);
    CHECK(!alloc_xenheap_page());
    CHECK(!alloc_xenheap_pages(3, 0));
    CHECK_EQ(populate(NULL, 0, 0, 1), 0);
    claim_release(d);
    CHECK(alloc_xenheap_page());
    heap_check();
}

UNIT_TEST(hand_over, "Handing pages over redeems nothing.")
{
    struct page_info *pg;

    two_nodes();
    CHECK_EQ(populate(other, 0, 0, 1), 1);
    CHECK_EQ(claim(d, 100), 0);
    pg = mfn_to_page(_mfn(other->mem.pages.first));
    CHECK_EQ(page_steal(other, pg), 0);
    CHECK_EQ(page_assign(pg, 0, d, 0), 0);
    CHECK_EQ(d->mem.claim_total, 100);
    CHECK_EQ(d->mem.tot_pages, 1);
    CHECK_EQ(other->mem.tot_pages, 0);
    CHECK(page_get_owner(pg) == d);
    heap_check();
}

UNIT_TEST(hand_over_at_limit, "Pages handed over at the limit shrink claims beyond redemption.")
{
    const struct memory_claim_entry set[] = {{60, 0}, {30, NUMA_NO_NODE}};
    struct page_info *pg;

    two_nodes();
    domain_pages_set_max(d, 100);
    CHECK_EQ(populate(other, 0, 0, 100), 100);
    CHECK_EQ(claim_stake(d, set, 2), 0);
    for (unsigned int i = 1; i <= 100; i++) {
        pg = mfn_to_page(_mfn(other->mem.pages.first));
        CHECK_EQ(page_steal(other, pg), 0);
        CHECK_EQ(page_assign(pg, 0, d, 0), 0);
        CHECK_EQ(d->mem.claim_total, i <= 10 ? 90 : 100 - i);
        CHECK_EQ(d->mem.claim_host, i <= 70 ? 30 : 100 - i); /* node claims go first */
    }
    CHECK_EQ(claimed_pages(), 0);
    heap_check();
}

UNIT_TEST(
    exchange,
    "An exchange needs unclaimed memory while it holds both sides, and leaves the claim alone.")
{
    struct page_info *out, *in;

    two_nodes();
    CHECK_EQ(populate(d, 0, 0, 1), 1);
    CHECK_EQ(claim(d, 2 * NODE_PAGES), 0);
    CHECK(!alloc_domheap_page(d, MEMF_no_owner)); /* all is claimed: a clean refusal */
    claim_release(d);
    CHECK_EQ(claim(d, 2 * NODE_PAGES - 1), 0);

    in = mfn_to_page(_mfn(d->mem.pages.first));
    out = alloc_domheap_page(d, MEMF_no_owner);
    CHECK(out);
    CHECK_EQ(page_steal(d, in), 0);
    CHECK_EQ(page_assign(out, 0, d, 0), 0);
    free_domheap_page(in);
    CHECK_EQ(d->mem.tot_pages, 1);
    CHECK_EQ(d->mem.claim_total, 2 * NODE_PAGES - 2);
    CHECK_EQ(free_pages(), 2 * NODE_PAGES - 1);
    heap_check();
}

/* --- nodes --- */

UNIT_TEST(node_exact, "On a node that is claimed, others' exact requests are refused, and plain "
                      "ones served elsewhere.")
{
    two_nodes();
    CHECK_EQ(claim_on(d, 0, NODE_PAGES), 0);
    CHECK_EQ(populate(other, 0, EXACT_NODE(0), 1), 0);
    CHECK_EQ(populate(other, 0, NODE(0), 10), 10);
    CHECK_EQ(other->mem.node_pages[1], 10);
    CHECK_EQ(populate(d, 9, EXACT_NODE(0), 3), 2);
    CHECK_EQ(d->mem.node_pages[0], NODE_PAGES);
    CHECK_EQ(claimed_pages(), 0);
}

UNIT_TEST(node_by_itself, "A domain that claimed nodes gets its memory there without naming them.")
{
    two_nodes();
    CHECK_EQ(claim_on(d, 1, 100), 0);
    CHECK_EQ(populate(d, 0, 0, 100), 100);
    CHECK_EQ(d->mem.node_pages[1], 100);
    CHECK_EQ(d->mem.claim_total, 0);
}

UNIT_TEST(off_node, "A page taken on another node redeems the host-wide part, not the node's.")
{
    const struct memory_claim_entry set[] = {{100, 0}, {10, NUMA_NO_NODE}};

    two_nodes();
    CHECK_EQ(claim_stake(d, set, 2), 0);
    CHECK_EQ(populate(d, 0, EXACT_NODE(1), 30), 30);
    CHECK_EQ(d->mem.claim_host, 0);
    CHECK_EQ(d->mem.claim_node[0], 100);
}

UNIT_TEST(off_node_at_limit, "At the limit, pages taken elsewhere shrink the largest node claim.")
{
    const struct memory_claim_entry set[] = {{100, 0}, {60, 1}};

    make_nodes(3, NODE_PAGES);
    d = host_domain_create(1, 160);
    CHECK_EQ(claim_stake(d, set, 2), 0);
    CHECK_EQ(populate(d, 0, EXACT_NODE(2), 50), 50);
    CHECK_EQ(d->mem.claim_node[0], 55);
    CHECK_EQ(d->mem.claim_node[1], 55);
    CHECK_EQ(populate(d, 0, 0, 1000), 110);
    CHECK_EQ(d->mem.claim_total, 0);
}

UNIT_TEST(off_node_overcommit, "Off-node allocations count against what is promised to others.")
{
    two_nodes();
    CHECK_EQ(claim_on(other, 1, 1000), 0);
    CHECK_EQ(populate(d, 0, NODE(0), 9999), NODE_PAGES + 24);
    CHECK_EQ(node_free(1), 1000);
    CHECK_EQ(populate(other, 0, EXACT_NODE(1), 9999), 1000);
}

UNIT_TEST(node_against_host, "A node claim must leave the host-wide claims of others their memory.")
{
    two_nodes();
    CHECK_EQ(claim(other, 2 * NODE_PAGES - 50), 0);
    REFUSED(claim_on(d, 0, 51), ENOMEM); /* the node alone would do */
    CHECK_EQ(claim_on(d, 0, 50), 0);
    CHECK_EQ(populate(other, 0, 0, 9999), 2 * NODE_PAGES - 50);
    CHECK_EQ(populate(d, 0, EXACT_NODE(0), 9999), 50);
}

UNIT_TEST(node_spares_host_claim,
          "An allocation on one node is refused when a host-wide claim needs it for its sum.")
{
    two_nodes();
    CHECK_EQ(claim_on(other, 0, NODE_PAGES), 0);
    CHECK_EQ(claim(d, NODE_PAGES), 0);
    CHECK_EQ(populate(NULL, 0, NODE(1), 1), 0);
    CHECK_EQ(populate(d, 0, 0, 9999), NODE_PAGES);
    CHECK_EQ(d->mem.node_pages[1], NODE_PAGES);
}

UNIT_TEST(dirty_node,
          "Unscrubbed memory on the claimed node is scrubbed and given to the claimant.")
{
    struct page_info *pg;

    two_nodes();
    CHECK_EQ(populate(other, 9, EXACT_NODE(0), 2), 2);
    for (uint32_t f = other->mem.pages.first; f; f = mfn_to_page(_mfn(f))->next)
        memset(mfn_to_virt(_mfn(f)), 0xa5, PAGE_SIZE);
    destroy(other);
    while (heap_scrub_idle() && node_free(1) && heap_dirty_pages() > 512)
        ;
    CHECK_EQ(claim_on(d, 0, NODE_PAGES), 0);
    pg = alloc_domheap_pages(d, 9, EXACT_NODE(0));
    CHECK(pg);
    for (unsigned long i = 0; i < 512 * PAGE_SIZE / 8; i++)
        CHECK_EQ(((uint64_t *)page_to_virt(pg))[i], 0);
    CHECK_EQ(populate(d, 0, EXACT_NODE(0), 9999), 512);
}

/* --- what was once a defect --- */

UNIT_TEST(
    one_snapshot,
    "Free and claimed are read in one snapshot: their difference never shrinks below the truth.")
{
    struct heap_info host;
    struct heap_node_info nodes[MAX_NUMNODES];

    two_nodes();
    CHECK_EQ(claim_on(d, 1, 500), 0);
    for (unsigned int i = 0; i < 500; i++) {
        CHECK_EQ(populate(d, 0, EXACT_NODE(1), 1), 1);
        heap_snapshot(&host, nodes);
        CHECK_EQ(host.free - host.claimed, 2 * NODE_PAGES - 500);
        CHECK_EQ(nodes[1].free - nodes[1].claimed, NODE_PAGES - 500);
    }
}

UNIT_TEST(no_reference_is_no_permission,
          "A claim does not let its domain's page tables take what others were promised.")
{
    two_nodes();
    CHECK_EQ(claim(d, 1000), 0);
    CHECK_EQ(claim(other, 1048), 0);
    CHECK_EQ(populate(d, 0, MEMF_no_refcount, 1), 0);
    CHECK_EQ(populate(other, 0, 0, 9999), 1048);
    CHECK_EQ(populate(d, 0, 0, 9999), 1000);
}

UNIT_TEST(free_restores_nothing,
          "Freed pages return to the pool and do not inflate the claim again.")
{
    two_nodes();
    CHECK_EQ(claim(d, 100), 0);
    CHECK_EQ(populate(d, 0, 0, 60), 60);
    while (d->mem.pages.first)
        page_put_alloc_ref(mfn_to_page(_mfn(d->mem.pages.first)));
    CHECK_EQ(d->mem.claim_total, 40);
    CHECK_EQ(d->mem.tot_pages, 0);
    CHECK_EQ(free_pages(), 2 * NODE_PAGES);
    heap_check();
}

UNIT_TEST(wide_counts, "Claims of 9 TiB and more are not cut to 32 bits.")
{
    unsigned long pages = 10UL << (40 - PAGE_SHIFT);

    two_nodes();
    domain_pages_set_max(d, ~0UL);
    REFUSED(claim(d, pages), ENOMEM);
    REFUSED(claim(d, (1UL << 32) + 5), ENOMEM);
    REFUSED(claim_on(d, 0, (1UL << 32) + 5), ENOMEM);
}

UNIT_TEST(dying,
          "A dying domain loses its claim at once, and can neither stake another nor get memory.")
{
    two_nodes();
    CHECK_EQ(claim(d, 1000), 0);
    CHECK_EQ(populate(d, 0, 0, 10), 10);
    domain_pages_mark_dying(d);
    CHECK_EQ(claimed_pages(), 0);
    REFUSED(claim(d, 1000), EINVAL);
    CHECK_EQ(populate(d, 0, 0, 1), 0);
    claim_release(d);
    while (domain_pages_relinquish(d))
        ;
    CHECK_EQ(free_pages(), 2 * NODE_PAGES);
    CHECK_EQ(host_domain_references(d), 1);
}

UNIT_TEST(offlined_under_claims,
          "Memory that goes bad under claims recalls the newest; no counter wraps.")
{
    struct domain *third;
    uint32_t status;
    unsigned long first = GB(1) >> PAGE_SHIFT;

    two_nodes();
    third = host_domain_create(3, 4096);
    CHECK_EQ(claim(d, 1000), 0);
    CHECK_EQ(claim(other, 1000), 0);
    CHECK_EQ(claim_on(third, 0, 48), 0);
    for (unsigned long i = 0; i < 48; i++)
        CHECK_EQ(page_offline(_mfn(first + i), true, &status), 0);
    CHECK(strstr(host_console(), "d2"));
    CHECK_EQ(other->mem.claim_total, 952); /* the newest with a host-wide part */
    CHECK_EQ(d->mem.claim_total, 1000);
    CHECK_EQ(third->mem.claim_total, 48);
    for (unsigned long i = 48; i < NODE_PAGES; i++)
        CHECK_EQ(page_offline(_mfn(first + i), true, &status), 0);
    CHECK_EQ(third->mem.claim_total, 0); /* its node has nothing left */
    CHECK_EQ(claimed_pages(), NODE_PAGES);
    CHECK_EQ(free_pages(), NODE_PAGES);
    heap_check();
}

UNIT_TEST(
    depletion,
    "A claim can be redeemed to the last page of the host: then nothing is left, for anybody.")
{
    two_nodes();
    CHECK_EQ(claim(d, 2 * NODE_PAGES), 0);
    CHECK_EQ(populate(d, 9, 0, 3), 3);
    CHECK_EQ(populate(d, 0, 0, 9999), 512);
    CHECK_EQ(free_pages(), 0);
    CHECK_EQ(claimed_pages(), 0);
    CHECK_EQ(populate(other, 0, 0, 1), 0);
    CHECK(!alloc_xenheap_page());
    CHECK_EQ(claim(other, 1), -ENOMEM);
}

UNIT_TEST(balloon_up, "A guest that balloons up into claimed memory is refused cleanly, and served "
                      "after the release.")
{
    two_nodes();
    CHECK_EQ(claim(d, 2000), 0);
    CHECK_EQ(populate(other, 0, 0, 9999), 48);
    CHECK_EQ(other->mem.tot_pages, 48);
    CHECK_EQ(d->mem.claim_total, 2000);
    claim_release(d);
    CHECK_EQ(populate(other, 0, 0, 100), 100);
}

UNIT_TEST(sums, "The claims of all domains add up to the host's at every step.")
{
    struct domain *many[8];
    unsigned long sum;

    make_nodes(4, 512);
    for (unsigned int i = 0; i < 8; i++)
        many[i] = host_domain_create((domid_t)(i + 1), 1000);
    for (unsigned int step = 0; step < 200; step++) {
        struct domain *one = many[unit_random_below(8)];

        if (one->mem.claim_total)
            populate(one, unit_random_below(4), 0, 1 + unit_random_below(3));
        else if (step & 1)
            claim_on(one, (nodeid_t)unit_random_below(4),
                     one->mem.tot_pages + 1 + unit_random_below(90));
        else
            claim(one, one->mem.tot_pages + 1 + unit_random_below(90));
        sum = 0;
        for (unsigned int i = 0; i < 8; i++)
            sum += many[i]->mem.claim_total;
        CHECK_EQ(sum, claimed_pages());
        CHECK(claimed_pages() <= free_pages());
    }
}

UNIT_TEST(end_of_claim, "A claim ends when it is redeemed in full; then another one can be staked.")
{
    two_nodes();
    CHECK_EQ(claim(d, 10), 0);
    CHECK_EQ(populate(d, 0, 0, 10), 10);
    CHECK_EQ(claim(d, 20), 0);
    CHECK_EQ(claimed_pages(), 10);
}

/* --- at the same time --- */

#define RACERS 8

static struct domain *racer[RACERS];
static int results[RACERS];

static void race_to_claim(unsigned int cpu)
{
    results[cpu] = claim(racer[cpu], 2 * NODE_PAGES - 3);
}

UNIT_TEST(race_for_the_last, "Of many who claim the last memory at once, exactly one gets it.")
{
    unsigned int rounds = unit_rounds(50), winners;

    two_nodes();
    for (unsigned int i = 0; i < RACERS; i++)
        racer[i] = host_domain_create((domid_t)(10 + i), 4096);
    for (unsigned int round = 0; round < rounds; round++) {
        host_run_cpus(RACERS, race_to_claim);
        winners = 0;
        for (unsigned int i = 0; i < RACERS; i++) {
            CHECK(results[i] == 0 || results[i] == -ENOMEM);
            winners += results[i] == 0;
            claim_release(racer[i]);
        }
        CHECK_EQ(winners, 1);
        CHECK_EQ(claimed_pages(), 0);
    }
}

static unsigned long built[RACERS];

/* As a toolstack builds a guest: claim, populate, release; beside others that balloon. */
static void build(unsigned int cpu)
{
    if (cpu >= 4) {
        for (unsigned int i = 0; i < 300; i++) {
            struct page_info *pg = alloc_domheap_page(racer[cpu], 0);

            if (pg)
                page_put_alloc_ref(pg);
        }
        return;
    }
    results[cpu] = claim(racer[cpu], 600);
    if (results[cpu])
        return;
    while (racer[cpu]->mem.tot_pages < 600 && alloc_domheap_page(racer[cpu], 0))
        built[cpu]++;
    claim_release(racer[cpu]);
}

UNIT_TEST(
    builders_at_once,
    "Of builders at once, each is built whole or refused at once, whatever balloons beside them.")
{
    unsigned int rounds = unit_rounds(20), whole;

    for (unsigned int round = 0; round < rounds; round++) {
        if (!round)
            make_nodes(2, NODE_PAGES);
        for (unsigned int i = 0; i < RACERS; i++)
            racer[i] = host_domain_create((domid_t)(10 + i), 4096);
        memset(built, 0, sizeof(built));
        host_run_cpus(RACERS, build);
        whole = 0;
        for (unsigned int i = 0; i < 4; i++) {
            CHECK_EQ(built[i], results[i] ? 0 : 600);
            whole += built[i] == 600;
        }
        CHECK(whole >= 1 && whole <= 3);
        for (unsigned int i = 0; i < RACERS; i++) {
            destroy(racer[i]);
            domain_put(racer[i]);
        }
        CHECK_EQ(free_pages(), 2 * NODE_PAGES);
    }
}

static bool populating;

static void populate_until_killed(unsigned int cpu)
{
    if (cpu == 0) {
        __atomic_store_n(&populating, true, __ATOMIC_RELEASE);
        while (alloc_domheap_page(d, MEMF_no_scrub))
            ;
        return;
    }
    while (!__atomic_load_n(&populating, __ATOMIC_ACQUIRE))
        cpu_relax();
    domain_pages_mark_dying(d);
    while (domain_pages_relinquish(d))
        ;
}

UNIT_TEST(killed_while_populating,
          "Killed in the middle of its population, a domain leaves no page and no claim behind.")
{
    unsigned int rounds = unit_rounds(50);

    make_nodes(2, NODE_PAGES);
    for (unsigned int round = 0; round < rounds; round++) {
        populating = false;
        d = host_domain_create(1, 4096);
        CHECK_EQ(claim(d, 2000), 0);
        host_run_cpus(2, populate_until_killed);
        CHECK_EQ(claimed_pages(), 0);
        CHECK_EQ(free_pages(), 2 * NODE_PAGES);
        CHECK_EQ(host_domain_references(d), 1);
        domain_put(d);
        heap_check();
    }
}
