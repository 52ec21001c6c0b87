/* SPDX-License-Identifier: GPL-2.0-only */
/* Nested tables: what is mapped is found, whatever the sizes; nothing leaks; nothing is given back
 * before the flush. */
// Sources: arch/x86/p2m/*.c common/page_alloc.c common/memory/*.c common/numa.c
#include "p2m_fixture.h"

UNIT_TEST(p2m_sizes, "A block is found at each of its frames, and neither before nor behind it.")
{
    struct page_info *pg;

    make_domains();
    pg = page_of(d, 9);
    CHECK_EQ(p2m_set(d, _gfn(0x200), page_to_mfn(pg), 9, p2m_ram_rw), 0);
    CHECK(maps(0x200, page_to_mfn(pg), p2m_ram_rw));
    CHECK(maps(0x3ff, mfn_add(page_to_mfn(pg), 0x1ff), p2m_ram_rw));
    CHECK(maps(0x1ff, INVALID_MFN, p2m_invalid));
    CHECK(maps(0x400, INVALID_MFN, p2m_invalid));
    CHECK_EQ(gfn_x(p2m_highest(d)), 0x3ff);
    everything_returns();
}

UNIT_TEST(p2m_unaligned,
          "A block at a frame that is not a multiple of its size is mapped by smaller pages.")
{
    struct page_info *pg;
    unsigned int order;

    make_domains();
    pg = page_of(d, 9);
    CHECK_EQ(p2m_set(d, _gfn(0x201), page_to_mfn(pg), 9, p2m_ram_rw), 0);
    p2m_lookup(d, _gfn(0x201), NULL, &order);
    CHECK_EQ(order, 0);
    for (unsigned long i = 0; i < 512; i++)
        CHECK(maps(0x201 + i, mfn_add(page_to_mfn(pg), i), p2m_ram_rw));
    everything_returns();
}

UNIT_TEST(p2m_split, "One page out of a large block changes; its neighbours map what they did.")
{
    struct page_info *pg, *shared;

    make_domains();
    pg = page_of(d, 9);
    shared = page_of(d, 0);
    CHECK_EQ(p2m_set(d, _gfn(0), page_to_mfn(pg), 9, p2m_ram_rw), 0);
    CHECK_EQ(p2m_set(d, _gfn(0x10), page_to_mfn(shared), 0, p2m_ram_ro), 0);
    CHECK(maps(0x10, page_to_mfn(shared), p2m_ram_ro));
    CHECK(maps(0xf, mfn_add(page_to_mfn(pg), 0xf), p2m_ram_rw));
    CHECK(maps(0x11, mfn_add(page_to_mfn(pg), 0x11), p2m_ram_rw));
    CHECK(maps(0x1ff, mfn_add(page_to_mfn(pg), 0x1ff), p2m_ram_rw));
    everything_returns();
}

UNIT_TEST(p2m_replace_table, "A large block in the place of small ones takes their table away.")
{
    struct page_info *small, *large;
    unsigned long free;

    make_domains();
    large = page_of(d, 9);
    small = page_of(d, 0);
    CHECK_EQ(p2m_set(d, _gfn(0x400), page_to_mfn(large), 9, p2m_ram_rw), 0);
    free = free_pages();
    CHECK_EQ(p2m_set(d, _gfn(0x405), page_to_mfn(small), 0, p2m_ram_rw), 0);
    CHECK_EQ(free_pages(), free - 1);
    CHECK_EQ(p2m_set(d, _gfn(0x400), page_to_mfn(large), 9, p2m_ram_rw), 0);
    CHECK_EQ(free_pages(), free);
    CHECK(maps(0x405, mfn_add(page_to_mfn(large), 5), p2m_ram_rw));
    everything_returns();
}

UNIT_TEST(p2m_remove_checks,
          "Removing says no where something else is mapped, and changes nothing then.")
{
    struct page_info *a, *b;

    make_domains();
    a = page_of(d, 0);
    b = page_of(d, 0);
    CHECK_EQ(p2m_set(d, _gfn(7), page_to_mfn(a), 0, p2m_ram_rw), 0);
    CHECK_EQ(p2m_remove(d, _gfn(7), page_to_mfn(b), 0, p2m_ram_rw), -ENOENT);
    CHECK_EQ(p2m_remove(d, _gfn(8), page_to_mfn(a), 0, p2m_ram_rw), -ENOENT);
    CHECK(maps(7, page_to_mfn(a), p2m_ram_rw));
    CHECK_EQ(p2m_remove(d, _gfn(7), page_to_mfn(a), 0, p2m_ram_rw), 0);
    CHECK(maps(7, INVALID_MFN, p2m_invalid));
    everything_returns();
}

UNIT_TEST(p2m_limits, "Frames beyond the tables, and sizes beyond the largest, are refused.")
{
    struct page_info *pg;

    make_domains();
    pg = page_of(d, 0);
    CHECK_EQ(p2m_set(d, _gfn(1UL << 36), page_to_mfn(pg), 0, p2m_ram_rw), -EINVAL);
    CHECK_EQ(p2m_set(d, _gfn(~0UL), page_to_mfn(pg), 0, p2m_ram_rw), -EINVAL);
    CHECK_EQ(p2m_set(d, _gfn((1UL << 36) - 1), page_to_mfn(pg), 1, p2m_ram_rw), -EINVAL);
    CHECK_EQ(p2m_set(d, _gfn(0), page_to_mfn(pg), MAX_ORDER + 1, p2m_ram_rw), -EINVAL);
    CHECK_EQ(p2m_set(d, _gfn(0), page_to_mfn(pg), 0, p2m_invalid), -EINVAL);
    CHECK_EQ(p2m_remove(d, _gfn(~0UL), INVALID_MFN, 0, p2m_ram_rw), -EINVAL);
    CHECK(mfn_eq(p2m_lookup(d, _gfn(~0UL), NULL, NULL), INVALID_MFN));
    CHECK_EQ(p2m_set(d, _gfn((1UL << 36) - 1), page_to_mfn(pg), 0, p2m_ram_rw), 0);
    everything_returns();
}

UNIT_TEST(p2m_get_page_rights,
          "A page is had with a reference, for writing only where the guest may write.")
{
    struct page_info *pg;
    p2m_type_t type;

    make_domains();
    pg = page_of(d, 0);
    CHECK_EQ(p2m_set(d, _gfn(1), page_to_mfn(pg), 0, p2m_ram_ro), 0);
    CHECK(!p2m_get_page(d, _gfn(1), &type, true));
    CHECK_EQ(type, p2m_ram_ro);
    CHECK(p2m_get_page(d, _gfn(1), &type, false) == pg);
    CHECK_EQ(references(pg), 2);
    page_put(pg);
    CHECK_EQ(p2m_set(d, _gfn(1), page_to_mfn(pg), 0, p2m_mmio_direct), 0);
    CHECK(!p2m_get_page(d, _gfn(1), NULL, false));
    CHECK(!p2m_get_page(d, _gfn(2), &type, false));
    CHECK_EQ(type, p2m_invalid);
    everything_returns();
}

UNIT_TEST(p2m_foreign,
          "A foreign entry keeps its reference until it is removed, replaced or torn down.")
{
    struct page_info *a, *b, *c;

    make_domains();
    a = page_of(other, 0);
    b = page_of(other, 0);
    c = page_of(other, 0);
    CHECK(page_get(a, other) && page_get(b, other) && page_get(c, other));
    CHECK_EQ(p2m_set(d, _gfn(1), page_to_mfn(a), 0, p2m_map_foreign), 0);
    CHECK_EQ(p2m_set(d, _gfn(2), page_to_mfn(b), 0, p2m_map_foreign), 0);
    CHECK_EQ(p2m_set(d, _gfn(0x12345), page_to_mfn(c), 0, p2m_map_foreign), 0);
    CHECK_EQ(p2m_remove(d, _gfn(1), page_to_mfn(a), 0, p2m_map_foreign), 0);
    time_passes();
    CHECK_EQ(references(a), 1);
    CHECK_EQ(references(b), 2);
    CHECK(page_get(a, other));
    CHECK_EQ(p2m_set(d, _gfn(2), page_to_mfn(a), 0, p2m_map_foreign), 0);
    CHECK_EQ(references(b), 1);
    everything_returns();
    CHECK_EQ(references(a), 1);
    CHECK_EQ(references(c), 1);
}

UNIT_TEST(
    p2m_lazy,
    "Foreign pages are flushed together, later; but before one of their frames is mapped again.")
{
    struct page_info *a[300];
    uint64_t generation;

    make_domains();
    generation = p2m_generation(d);
    for (unsigned int i = 0; i < 300; i++) {
        a[i] = page_of(other, 0);
        CHECK(page_get(a[i], other));
        CHECK_EQ(p2m_set(d, _gfn(i), page_to_mfn(a[i]), 0, p2m_map_foreign), 0);
    }
    for (unsigned int i = 0; i < 200; i++)
        CHECK_EQ(p2m_remove(d, _gfn(i), page_to_mfn(a[i]), 0, p2m_map_foreign), 0);
    CHECK_EQ(p2m_generation(d), generation);
    CHECK_EQ(references(a[0]), 2);
    CHECK(page_get(a[0], other));
    CHECK_EQ(p2m_set(d, _gfn(199), page_to_mfn(a[0]), 0, p2m_map_foreign), 0);
    CHECK_EQ(p2m_generation(d), generation + 1);
    CHECK_EQ(references(a[1]), 1);
    CHECK_EQ(p2m_remove(d, _gfn(250), page_to_mfn(a[250]), 0, p2m_map_foreign), 0);
    CHECK_EQ(p2m_generation(d), generation + 1);
    time_passes();
    CHECK_EQ(p2m_generation(d), generation + 2);
    CHECK_EQ(references(a[250]), 1);
    everything_returns();
    CHECK_EQ(references(a[299]), 1);
}

UNIT_TEST(p2m_foreign_again,
          "The same foreign page mapped again in its place holds one reference, not two.")
{
    struct page_info *a;

    make_domains();
    a = page_of(other, 0);
    CHECK(page_get(a, other) && page_get(a, other));
    CHECK_EQ(p2m_set(d, _gfn(1), page_to_mfn(a), 0, p2m_map_foreign), 0);
    CHECK_EQ(p2m_set(d, _gfn(1), page_to_mfn(a), 0, p2m_map_foreign), 0);
    CHECK_EQ(references(a), 2);
    everything_returns();
    CHECK_EQ(references(a), 1);
}

UNIT_TEST(p2m_batch, "Within a batch nothing is flushed, and no removed page can be given to "
                     "others; at its end, once.")
{
    struct page_info *pg[8];
    uint64_t generation;
    unsigned long free;

    make_domains();
    CHECK_EQ(p2m_set(d, _gfn(8), page_to_mfn(page_of(d, 0)), 0, p2m_ram_rw), 0);
    for (unsigned int i = 0; i < 8; i++) {
        pg[i] = page_of(d, 0);
        CHECK_EQ(p2m_set(d, _gfn(i), page_to_mfn(pg[i]), 0, p2m_ram_rw), 0);
    }
    generation = p2m_generation(d);
    free = free_pages();
    p2m_batch_begin(d);
    p2m_batch_begin(d);
    for (unsigned int i = 0; i < 8; i++) {
        CHECK_EQ(p2m_remove(d, _gfn(i), page_to_mfn(pg[i]), 0, p2m_ram_rw), 0);
        page_put_alloc_ref(pg[i]);
    }
    p2m_batch_end(d);
    CHECK_EQ(p2m_generation(d), generation);
    CHECK_EQ(free_pages(), free);
    p2m_batch_end(d);
    CHECK_EQ(p2m_generation(d), generation + 1);
    CHECK_EQ(free_pages(), free + 8);
    everything_returns();
}

UNIT_TEST(p2m_batches_overlap, "A grant's mapping, held by no reference, is out of the TLBs when "
                               "its batch ends, though another batch goes on.")
{
    struct page_info *lent, *own;
    uint64_t generation;

    make_domains();
    lent = page_of(other, 0);
    own = page_of(d, 0);
    CHECK_EQ(p2m_set(d, _gfn(1), page_to_mfn(lent), 0, p2m_grant_map_rw), 0);
    CHECK_EQ(p2m_set(d, _gfn(2), page_to_mfn(own), 0, p2m_ram_rw), 0);
    generation = p2m_generation(d);
    p2m_batch_begin(d);
    CHECK_EQ(p2m_remove(d, _gfn(2), page_to_mfn(own), 0, p2m_ram_rw), 0);
    p2m_batch_begin(d);
    CHECK_EQ(p2m_remove(d, _gfn(1), page_to_mfn(lent), 0, p2m_grant_map_rw), 0);
    CHECK_EQ(p2m_generation(d), generation);
    p2m_batch_end(d);
    CHECK_EQ(p2m_generation(d), generation + 1);
    CHECK_EQ(references(own), 1);
    p2m_batch_end(d);
    CHECK_EQ(p2m_generation(d), generation + 1);
    everything_returns();
}

UNIT_TEST(p2m_remove_type,
          "What was looked up as RAM is not removed once it is another's page, lent "
          "here: nobody may then give it back to the heap.")
{
    struct page_info *pg;

    make_domains();
    pg = page_of(other, 0);
    CHECK_EQ(p2m_set(d, _gfn(3), page_to_mfn(pg), 0, p2m_grant_map_rw), 0);
    CHECK_EQ(p2m_remove(d, _gfn(3), page_to_mfn(pg), 0, p2m_ram_rw), -ENOENT);
    CHECK(maps(3, page_to_mfn(pg), p2m_grant_map_rw));
    CHECK_EQ(p2m_remove(d, _gfn(3), page_to_mfn(pg), 0, p2m_grant_map_rw), 0);
    everything_returns();
}

UNIT_TEST(p2m_no_flush_for_new,
          "Mapping where nothing was needs no flush; a batch without changes has none either.")
{
    struct page_info *pg;
    uint64_t generation;

    make_domains();
    pg = page_of(d, 0);
    generation = p2m_generation(d);
    p2m_batch_begin(d);
    CHECK_EQ(p2m_set(d, _gfn(5), page_to_mfn(pg), 0, p2m_ram_rw), 0);
    CHECK_EQ(p2m_remove(d, _gfn(6), INVALID_MFN, 0, p2m_ram_rw), 0);
    p2m_batch_end(d);
    CHECK_EQ(p2m_generation(d), generation);
    everything_returns();
}

UNIT_TEST(p2m_out_of_memory, "With no memory for a table, setting fails and what was mapped stays.")
{
    struct page_info *pg, *large;

    make_domains();
    large = page_of(d, 9);
    pg = page_of(d, 0);
    CHECK_EQ(p2m_set(d, _gfn(0), page_to_mfn(large), 9, p2m_ram_rw), 0);
    other->mem.max_pages = HOST_PAGES;
    while (alloc_domheap_pages(other, 0, 0))
        ;
    CHECK_EQ(p2m_set(d, _gfn(3), page_to_mfn(pg), 0, p2m_ram_rw), -ENOMEM);
    CHECK(maps(3, mfn_add(page_to_mfn(large), 3), p2m_ram_rw));
    CHECK_EQ(p2m_set(d, _gfn(0x1234567), page_to_mfn(pg), 0, p2m_ram_rw), -ENOMEM);
    CHECK(maps(0x1234567, INVALID_MFN, p2m_invalid));
    everything_returns();
}

UNIT_TEST(
    p2m_teardown,
    "Tearing down returns every table page, in steps, and lookups find nothing from its start.")
{
    struct page_info *pg;
    int rc;

    make_domains();
    pg = page_of(d, 0);
    for (unsigned long i = 0; i < 64; i++)
        CHECK_EQ(p2m_set(d, _gfn(i << 18 | i << 9 | i), page_to_mfn(pg), 0, p2m_ram_rw), 0);
    preempt = true;
    rc = p2m_teardown(d);
    CHECK_EQ(rc, -ERESTART);
    CHECK(maps(1 << 18 | 1 << 9 | 1, INVALID_MFN, p2m_invalid));
    CHECK_EQ(p2m_set(d, _gfn(1), page_to_mfn(pg), 0, p2m_ram_rw), -EINVAL);
    CHECK_EQ(p2m_remove(d, _gfn(1), INVALID_MFN, 0, p2m_ram_rw), -ENOENT);
    for (unsigned int steps = 1; rc == -ERESTART; steps++) {
        CHECK(steps < 1000);
        rc = p2m_teardown(d);
    }
    CHECK_EQ(rc, 0);
    page_put_alloc_ref(pg);
    p2m_free(d);
    CHECK_EQ(free_pages(), free_before);
    CHECK_EQ(p2m_teardown(d), 0);
}

/* --- lookups beside changes --- */

UNIT_TEST(p2m_lookups_notice,
          "A lookup that has begun goes on beside new mappings; it starts again when a mapping "
          "was removed, replaced, split or torn down, before it follows what it reads.")
{
    struct page_info *page, *block, *second;

    make_domains();
    page = page_of(d, 0);
    second = page_of(d, 0);
    block = page_of(d, 9);
    begin_lookup();
    CHECK_EQ(p2m_set(d, _gfn(0x205), page_to_mfn(page), 0, p2m_ram_rw), 0);
    CHECK_EQ(p2m_set(d, _gfn(0x40000), page_to_mfn(block), 9, p2m_ram_rw), 0);
    CHECK(still_walks(0x205));
    CHECK_EQ(p2m_set(d, _gfn(0x205), page_to_mfn(second), 0, p2m_ram_rw), 0);
    CHECK(!still_walks(0x205));
    begin_lookup();
    CHECK_EQ(p2m_set(d, _gfn(0x40007), page_to_mfn(page), 0, p2m_ram_rw), 0);
    CHECK(!still_walks(0x40007));
    begin_lookup();
    CHECK_EQ(p2m_remove(d, _gfn(0x205), INVALID_MFN, 0, p2m_invalid), 0);
    CHECK(!still_walks(0x205));
    begin_lookup();
    CHECK_EQ(p2m_set(d, _gfn(0x40000), page_to_mfn(block), 9, p2m_ram_rw), 0);
    CHECK(!still_walks(0x40007));
    begin_lookup();
    CHECK_EQ(p2m_teardown(d), 0);
    CHECK(p2m_table_version(d->arch.p2m) != version);
    everything_returns();
}

#define WANTED \
    0x205UL /* its table and that of DECOY are one and the same page, one after the other */
#define DECOY 0x405UL
#define STAMP 0x57414e54
#define TURNS 3000

static unsigned int turns_left;

static void map_and_unmap(unsigned long gfn, struct page_info *pg, struct page_info *block)
{
    CHECK_EQ(p2m_set(d, _gfn(gfn), page_to_mfn(pg), 0, p2m_ram_rw), 0);
    /* a large page in the place of the table lets the table go */
    CHECK_EQ(p2m_set(d, _gfn(gfn & ~0x1ffUL), page_to_mfn(block), 9, p2m_ram_rw), 0);
    CHECK_EQ(p2m_remove(d, _gfn(gfn & ~0x1ffUL), INVALID_MFN, 9, p2m_invalid), 0);
}

static void change_or_look(unsigned int cpu)
{
    static struct page_info *decoy, *block;

    if (cpu == 0) {
        decoy = page_of(d, 0);
        block = page_of(d, 9);
        for (unsigned int i = 0; i < 512; i++)
            *(uint32_t *)page_to_virt(block + i) = STAMP;
        for (; turns_left; __atomic_store_n(&turns_left, turns_left - 1, __ATOMIC_RELAXED)) {
            struct page_info *wanted = page_of(d, 0);

            *(uint32_t *)page_to_virt(wanted) = STAMP;
            map_and_unmap(WANTED, wanted, block);
            page_put_alloc_ref(wanted);
            map_and_unmap(DECOY, decoy, block);
        }
        return;
    }
    while (__atomic_load_n(&turns_left, __ATOMIC_RELAXED)) {
        struct page_info *pg = p2m_get_page(d, _gfn(WANTED), NULL, true);

        if (!pg)
            continue;
        CHECK_EQ(page_get_owner(pg), d);
        CHECK_EQ(*(uint32_t *)page_to_virt(pg), STAMP);
        page_put(pg);
    }
}

UNIT_TEST(p2m_lookups_race,
          "While a frame is mapped, unmapped and its table becomes that of another frame, others "
          "that look it up get its page, held, or none.")
{
    make_domains();
    turns_left = TURNS;
    host_run_cpus(3, change_or_look);
    everything_returns();
}
