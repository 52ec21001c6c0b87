/* SPDX-License-Identifier: GPL-2.0-only */
/* Nested tables: what is mapped is found, whatever the sizes; nothing leaks; nothing is given back
 * before the flush. */
// Sources: arch/x86/p2m/*.c common/page_alloc.c common/memory/*.c common/numa.c
#include "heap_fixture.h"
#include <xen/hypercall.h>
#include <xen/iommu.h>
#include <xen/p2m.h>
#include <xen/smp.h>
#include <xen/time.h>
#include <xen/timer.h>
#include <xen/xmalloc.h>
#include <asm/p2m.h>
#include "arch/x86/p2m/private.h"

#define HOST_PAGES 8192UL

const struct iommu_ops *iommu_ops;
struct domain *hardware_domain;

static struct domain *d, *other;
static struct vcpu *no_vcpus[1];
static unsigned long free_before;
static bool preempt;

bool hypercall_preempt_check(void)
{
    return preempt;
}

void smp_call(const cpumask_t *mask, void (*fn)(void *), void *arg, bool wait)
{
}

static struct timer *armed;

void timer_init(struct timer *t, void (*function)(void *), void *data, unsigned int on)
{
    t->function = function;
    t->data = data;
}

void timer_set(struct timer *t, s_time_t expires)
{
    armed = t;
}

bool timer_is_active(const struct timer *t)
{
    return armed == t;
}

void timer_kill(struct timer *t)
{
    armed = NULL;
}

s_time_t NOW(void)
{
    return 0;
}

static void time_passes(void)
{
    struct timer *t = armed;

    armed = NULL;
    if (t)
        t->function(t->data);
}

static void make_domains(void)
{
    make_nodes(1, HOST_PAGES);
    d = host_domain_create(1, 4096);
    other = host_domain_create(2, 4096);
    d->vcpu = other->vcpu = no_vcpus;
    p2m_cpu_features();
    preempt = false;
    /* the small-object heap may take its first page now */
    xfree(xmalloc_bytes(16, 16));
    free_before = free_pages();
    CHECK_EQ(p2m_init(d), 0);
}

static struct page_info *page_of(struct domain *owner, unsigned int order)
{
    struct page_info *pg = alloc_domheap_pages(owner, order, 0);

    CHECK(pg);
    return pg;
}

static unsigned int references(const struct page_info *pg)
{
    return pg->count_info & PGC_count_mask;
}

static bool maps(unsigned long gfn, mfn_t mfn, p2m_type_t type)
{
    p2m_type_t found;

    return mfn_eq(p2m_lookup(d, _gfn(gfn), &found, NULL), mfn) && found == type;
}

/* The tables below and with this one. Each knows how many of its entries map something, and none
 * but the root is there for nothing. */
static unsigned int tables_below(paddr_t table, unsigned int level)
{
    uint64_t *slot = maddr_to_virt(table);
    unsigned int tables = 1, entries = 0;

    for (unsigned int i = 0; i < TABLE_ENTRIES; i++) {
        entries += !!slot[i];
        if (slot[i] && !npt_format.is_leaf(slot[i], level))
            tables += tables_below(mfn_to_maddr(npt_format.mfn(slot[i])), level - 1);
    }
    CHECK_EQ(virt_to_page(slot)->entries, entries);
    CHECK(entries || level == P2M_LEVELS);
    return tables;
}

static unsigned int list_length(paddr_t page)
{
    return page ? 1 + list_length(*(uint64_t *)maddr_to_virt(page)) : 0;
}

/* Whatever happened, the account of d's tables is that of its tree. */
static void p2m_check(void)
{
    const struct p2m *p2m = d->arch.p2m;

    if (p2m->root)
        CHECK_EQ(p2m->table_count, tables_below(p2m->root, P2M_LEVELS) + list_length(p2m->retired));
    CHECK_EQ(p2m->pool_count, list_length(p2m->pool));
    heap_check();
}

static void everything_returns(void)
{
    p2m_check();
    while (p2m_teardown(d) == -ERESTART)
        preempt = !preempt; /* some progress each time, or it would not end */
    p2m_free(d);
    heap_check();
}

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

/* --- lookups beside changes --- */

static uint64_t version;

/* Would a lookup of gfn that began at `version` go on now? */
static bool still_walks(unsigned long gfn)
{
    uint64_t entry;
    unsigned int level;

    return p2m_table_walk(d->arch.p2m, gfn, version, &entry, &level);
}

static void begin_lookup(void)
{
    version = p2m_table_version(d->arch.p2m);
}

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
        CHECK(!rc || !pages || !still_walks(FAR(1UL))); /* it may have come to a table that went back */
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
