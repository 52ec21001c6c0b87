/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the pages of nested tables come from and go to: the heap, the pool set aside for a guest,
 * the reserve of the hardware domain. */
// Sources: arch/x86/p2m/*.c common/page_alloc.c common/memory/*.c common/numa.c
#include "p2m_fixture.h"

static int set_pool(unsigned long pages)
{
    int rc;

    while ((rc = p2m_set_pool(d, pages)) == -ERESTART)
        preempt = !preempt;
    return rc;
}

UNIT_TEST(pool_promised,
          "A guest whose pool is set is mapped to its last page when everything else is claimed.")
{
    struct page_info *pg;
    unsigned long free;

    make_domains();
    pg = page_of(d, 0);
    free = free_pages() - 63; /* the root is there already */
    CHECK_EQ(set_pool(64), 0);
    CHECK_EQ(p2m_get_pool(d), 64);
    CHECK_EQ(free_pages(), free);
    other->mem.max_pages = HOST_PAGES;
    CHECK_EQ(claim(other, free_pages()), 0);
    /* Each 2 MiB wants a table of its own; the root and two levels above take three. */
    for (unsigned long i = 0; i < 61; i++)
        CHECK_EQ(p2m_set(d, _gfn(i << 9), page_to_mfn(pg), 0, p2m_ram_rw), 0);
    CHECK_EQ(p2m_set(d, _gfn(61 << 9), page_to_mfn(pg), 0, p2m_ram_rw), -ENOMEM);
    CHECK_EQ(free_pages(), free);
    claim_release(other);
    CHECK_EQ(p2m_set(d, _gfn(61 << 9), page_to_mfn(pg), 0, p2m_ram_rw), 0);
    CHECK_EQ(p2m_get_pool(d), 65);
    page_put_alloc_ref(pg);
    everything_returns();
    CHECK_EQ(free_pages(), free_before);
}

UNIT_TEST(pool_refused, "A pool for which there is no unclaimed memory is refused with none taken.")
{
    make_domains();
    other->mem.max_pages = HOST_PAGES;
    CHECK_EQ(claim(other, free_pages() - 100), 0);
    CHECK_EQ(set_pool(102), -ENOMEM); /* the root counts */
    CHECK_EQ(p2m_get_pool(d), 1);
    CHECK_EQ(set_pool(101), 0);
    CHECK_EQ(free_pages(), claimed_pages());
    everything_returns();
    CHECK_EQ(free_pages(), free_before);
}

UNIT_TEST(pool_resized, "A pool shrinks to the tables in use, and tables come back to it clean.")
{
    struct page_info *small, *large;

    make_domains();
    large = page_of(d, 9);
    small = page_of(d, 0);
    CHECK_EQ(p2m_set(d, _gfn(0x400), page_to_mfn(large), 9, p2m_ram_rw), 0);
    CHECK_EQ(set_pool(20), 0);
    CHECK_EQ(p2m_set(d, _gfn(0x405), page_to_mfn(small), 0, p2m_ram_rw), 0);
    CHECK_EQ(p2m_set(d, _gfn(0x400), page_to_mfn(large), 9, p2m_ram_rw), 0);
    CHECK_EQ(p2m_get_pool(d), 20);
    CHECK_EQ(p2m_set(d, _gfn(0x605), page_to_mfn(small), 0, p2m_ram_rw), 0);
    CHECK(maps(0x605, page_to_mfn(small), p2m_ram_rw));
    for (unsigned long i = 0; i < 512; i++)
        CHECK(i == 5 || maps(0x600 + i, INVALID_MFN, p2m_invalid));
    CHECK_EQ(set_pool(0), 0);
    CHECK_EQ(p2m_get_pool(d), 4);
    CHECK(maps(0x405, mfn_add(page_to_mfn(large), 5), p2m_ram_rw));
    everything_returns();
}

UNIT_TEST(pool_preempted,
          "Setting a large pool, and tearing it down, can be interrupted and go on.")
{
    unsigned int steps = 0;

    make_domains();
    preempt = true;
    while (p2m_set_pool(d, 3000) == -ERESTART)
        CHECK(++steps < 3000);
    CHECK(steps);
    CHECK_EQ(p2m_get_pool(d), 3000);
    CHECK_EQ(p2m_teardown(d), -ERESTART);
    CHECK_EQ(p2m_set_pool(d, 4000), -EINVAL);
    everything_returns();
    CHECK_EQ(free_pages(), free_before);
}

/* --- tables that come and go --- */

#define FAR(i) \
    ((i) << 18 | (i) << 9) /* each of these frames wants tables of its own at two levels */

/* Everything but so many pages is somebody else's from now on. */
static void leave_pages(unsigned long pages)
{
    other->mem.max_pages = HOST_PAGES;
    CHECK_EQ(claim(other, other->mem.tot_pages + free_pages() - pages), 0);
}

static struct page_info *foreign_page(void)
{
    return page_of(other, 0);
}

static int map_foreign(unsigned long gfn, struct page_info *pg)
{
    int rc;

    CHECK(page_get(pg, other));
    rc = p2m_set(d, _gfn(gfn), page_to_mfn(pg), 0, p2m_map_foreign);
    if (rc)
        page_put(pg);
    p2m_check();
    return rc;
}

static void unmap(unsigned long gfn)
{
    CHECK_EQ(p2m_remove(d, _gfn(gfn), INVALID_MFN, 0, p2m_invalid), 0);
    p2m_check();
}

UNIT_TEST(empty_tables,
          "Tables in which nothing is left go back, those above them as well, after the flush.")
{
    struct page_info *pg;
    unsigned long free;

    make_domains();
    pg = foreign_page();
    free = free_pages();
    CHECK_EQ(map_foreign(FAR(1UL), pg), 0);
    CHECK_EQ(map_foreign(FAR(1UL) + 1, pg), 0);
    CHECK_EQ(map_foreign(FAR(2UL), pg), 0);
    CHECK_EQ(free_pages(), free - 5); /* two of each, and one above them */
    unmap(FAR(1UL));
    time_passes();
    CHECK_EQ(free_pages(), free - 5);
    unmap(FAR(1UL) + 1);
    CHECK_EQ(free_pages(), free - 5);
    time_passes();
    CHECK_EQ(free_pages(), free - 3);
    unmap(FAR(2UL));
    time_passes();
    CHECK_EQ(free_pages(), free);
    CHECK_EQ(p2m_get_pool(d), 1);
    everything_returns();
}

UNIT_TEST(
    empty_table_stale,
    "A table gone, nothing is mapped below the same entry before processors have forgotten it.")
{
    struct page_info *pg;
    uint64_t generation;

    make_domains();
    pg = foreign_page();
    CHECK_EQ(map_foreign(FAR(1UL) + 7, pg), 0);
    unmap(FAR(1UL) + 7);
    generation = p2m_generation(d);
    CHECK_EQ(map_foreign(FAR(1UL) + 400, pg), 0);
    CHECK_EQ(p2m_generation(d), generation + 1);
    unmap(FAR(1UL) + 400);
    CHECK_EQ(map_foreign(FAR(1UL) + (3 << 9), pg),
             0); /* another table, but the one above went as well */
    CHECK_EQ(p2m_generation(d), generation + 2);
    everything_returns();
}

UNIT_TEST(empty_table_balloon,
          "Memory given back page by page gives its table back, within a batch, too.")
{
    struct page_info *pg;
    unsigned long free;

    make_domains();
    pg = page_of(d, 9);
    free = free_pages();
    CHECK_EQ(p2m_set(d, _gfn(0x200), page_to_mfn(pg), 9, p2m_ram_rw), 0);
    p2m_batch_begin(d);
    for (unsigned long i = 0; i < 512; i++)
        unmap(0x200 + i);
    p2m_batch_end(d);
    p2m_check();
    CHECK_EQ(free_pages(), free);
    everything_returns();
}

UNIT_TEST(tables_fail,
          "Whichever table there is no memory for: what was made on the way goes back.")
{
    struct page_info *pg;
    int rc = -ENOMEM;

    make_domains();
    pg = foreign_page();
    for (unsigned long pages = 0; rc == -ENOMEM; pages++) {
        leave_pages(pages);
        CHECK(pages <= 3);
        begin_lookup();
        rc = map_foreign(FAR(1UL), pg);
        CHECK(!rc || !pages ||
              !still_walks(FAR(1UL))); /* it may have come to a table that went back */
        time_passes();
        CHECK_EQ(rc, pages < 3 ? -ENOMEM : 0);
        CHECK_EQ(free_pages() - claimed_pages(), rc ? pages : 0);
        claim_release(other);
    }
    everything_returns();
}

UNIT_TEST(tables_retired,
          "Tables that wait for their flush are not missed: the flush comes when they are wanted.")
{
    struct page_info *pg;

    make_domains();
    pg = foreign_page();
    leave_pages(3);
    for (unsigned long i = 1; i < 20; i++) {
        CHECK_EQ(map_foreign(FAR(i), pg), 0);
        unmap(FAR(i));
    }
    everything_returns();
}

/* --- what the hardware domain needs to map others --- */

static struct domain *third;

static void make_hardware_domain(void)
{
    make_domains();
    hardware_domain = d;
    d->is_hardware = true;
    third = host_domain_create(3, 4096);
    third->vcpu = no_vcpus;
}

static void third_goes(void)
{
    while (p2m_teardown(third) == -ERESTART)
        preempt = !preempt;
    p2m_free(third);
    p2m_check();
}

/* How many unclaimed pages it takes for a domain to be made; when it is refused nothing is taken.
 */
static unsigned long pages_to_make(struct domain *who)
{
    int rc = -ENOMEM;
    unsigned long pages = 0, free;

    for (; rc; pages++) {
        leave_pages(pages);
        free = free_pages();
        rc = p2m_init(who);
        CHECK(!rc || rc == -ENOMEM);
        CHECK(!rc || free_pages() == free);
        p2m_check();
        claim_release(other);
    }
    return pages - 1;
}

UNIT_TEST(
    reserve_promised,
    "With a domain come tables to map it: all of a window, wherever, when all else is claimed.")
{
    struct page_info *pg;
    unsigned long free;

    make_hardware_domain();
    pg = foreign_page();
    free = free_pages();
    CHECK_EQ(p2m_init(third), 0);
    leave_pages(0);
    for (int rounds = 0; rounds < 3; rounds++) {
        for (unsigned long i = 1; i <= P2M_WINDOW; i++)
            CHECK_EQ(map_foreign(i << 9 | i << 13, pg), 0);
        for (unsigned long i = 1; i <= P2M_WINDOW; i++)
            unmap(i << 9 | i << 13);
    }
    time_passes();
    third_goes();
    claim_release(other);
    CHECK_EQ(free_pages(), free);
    everything_returns();
}

UNIT_TEST(reserve_refused,
          "A domain for which there is no such reserve is not made, and nothing is taken.")
{
    unsigned long free, pages;

    make_hardware_domain();
    free = free_pages();
    pages = pages_to_make(third);
    CHECK(pages > P2M_RESERVE && pages < P2M_RESERVE + 4);
    CHECK(free_pages() <= free - P2M_RESERVE);
    third_goes();
    CHECK_EQ(free_pages(), free);
    everything_returns();
}

UNIT_TEST(
    reserve_last,
    "The reserve is not touched while the heap has pages, and fills up when it has some again.")
{
    struct page_info *pg;
    unsigned long free;

    make_hardware_domain();
    pg = foreign_page();
    CHECK_EQ(p2m_init(third), 0);
    free = free_pages();
    CHECK_EQ(map_foreign(FAR(1UL), pg), 0);
    CHECK_EQ(free_pages(), free - 3);
    CHECK_EQ(d->arch.p2m->pool_count, P2M_RESERVE);
    leave_pages(0);
    CHECK_EQ(map_foreign(FAR(2UL), pg), 0);
    CHECK_EQ(d->arch.p2m->pool_count, P2M_RESERVE - 2);
    claim_release(other);
    CHECK_EQ(map_foreign(FAR(3UL), pg), 0);
    CHECK_EQ(d->arch.p2m->pool_count, P2M_RESERVE);
    for (unsigned long i = 1; i <= 3; i++)
        unmap(FAR(i));
    time_passes();
    CHECK_EQ(free_pages(), free);
    third_goes();
    everything_returns();
}

UNIT_TEST(reserve_renewed,
          "What others have used of the reserve is there again before the next domain is.")
{
    struct domain *fourth;
    struct page_info *pg;

    make_hardware_domain();
    fourth = host_domain_create(4, 4096);
    fourth->vcpu = no_vcpus;
    pg = foreign_page();
    CHECK_EQ(p2m_init(third), 0);
    leave_pages(0);
    CHECK_EQ(map_foreign(FAR(1UL), pg), 0);
    claim_release(other);
    leave_pages(P2M_RESERVE + 2);
    CHECK_EQ(p2m_init(fourth), -ENOMEM);
    CHECK_EQ(d->arch.p2m->pool_count, P2M_RESERVE - 3);
    claim_release(other);
    CHECK_EQ(p2m_init(fourth), 0);
    CHECK_EQ(d->arch.p2m->pool_count, 2 * P2M_RESERVE);
    p2m_free(fourth);
    third_goes();
    everything_returns();
}
