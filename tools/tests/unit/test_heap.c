/* SPDX-License-Identifier: GPL-2.0-only */
/* The heap: blocks, nodes, address widths, references, scrubbing, offlining, the low-memory event.
 */
// Sources: common/page_alloc.c common/memory/*.c common/numa.c
#include <xen/event.h>
#include <xen/keyhandler.h>
#include <xen/tasklet.h>
#include <public/sysctl.h>

#include "common/memory/heap.h"
#include "heap_fixture.h"

static struct domain *d;

static void make(unsigned int nodes, unsigned long pages)
{
    make_nodes(nodes, pages);
    d = host_domain_create(1, ~0UL);
}

static struct page_info *first_page(const struct domain *of)
{
    return mfn_to_page(_mfn(of->mem.pages.first));
}

/* --- blocks --- */

UNIT_TEST(order_0, "An allocated page is counted, listed, zeroed and referenced, and comes back.")
{
    struct page_info *pg;

    make(1, 1024);
    pg = alloc_domheap_page(d, 0);
    CHECK(pg);
    CHECK_EQ(d->mem.tot_pages, 1);
    CHECK_EQ(d->mem.node_pages[0], 1);
    CHECK(first_page(d) == pg);
    CHECK(page_get_owner(pg) == d);
    CHECK_EQ(host_domain_references(d), 2);
    heap_check();
    page_put_alloc_ref(pg);
    CHECK_EQ(d->mem.tot_pages, 0);
    CHECK_EQ(host_domain_references(d), 1);
    CHECK_EQ(free_pages(), 1024);
    heap_check();
}

UNIT_TEST(all_orders,
          "Each order up to 20 can be had, is aligned, and merges back into what it came from.")
{
    make(1, 1UL << MAX_ORDER);
    for (unsigned int order = 0; order <= MAX_ORDER; order++) {
        struct page_info *pg = alloc_domheap_pages(d, order, MEMF_no_scrub);

        CHECK(pg);
        CHECK(IS_ALIGNED(mfn_x(page_to_mfn(pg)), 1UL << order));
        CHECK_EQ(d->mem.tot_pages, 1UL << order);
        free_domheap_pages(pg, order);
        CHECK_EQ(d->mem.tot_pages, 0);
    }
    CHECK(!alloc_domheap_pages(d, MAX_ORDER + 1, 0));
    heap_check();
}

UNIT_TEST(fragments, "Superpages need contiguous memory: with every other page taken there is "
                     "none, until they are freed.")
{
    static struct page_info *pages[2048];

    make(1, 2048);
    for (unsigned int i = 0; i < 2048; i++) {
        pages[i] = alloc_domheap_page(d, 0);
        CHECK(pages[i]);
    }
    for (unsigned int i = 0; i < 2048; i++)
        if (mfn_x(page_to_mfn(pages[i])) & 1)
            page_put_alloc_ref(pages[i]);
    CHECK_EQ(free_pages(), 1024);
    CHECK_EQ(populate(d, 1, 0, 1), 0);
    for (unsigned int i = 0; i < 2048; i++)
        if (!(mfn_x(page_to_mfn(pages[i])) & 1))
            page_put_alloc_ref(pages[i]);
    CHECK_EQ(populate(d, 11, 0, 1), 1);
}

UNIT_TEST(frame_0, "Frame 0 never comes out of the heap, though firmware calls it RAM.")
{
    host_add_ram(0, MB(1));
    heap_add_range(0, MB(1));
    d = host_domain_create(1, ~0UL);
    CHECK_EQ(populate(d, 0, 0, 999), 255);
    heap_check();
}

UNIT_TEST(
    address_width,
    "A request for n address bits gets memory below 2^n, or none; others leave low memory alone.")
{
    struct page_info *pg;

    host_add_ram(MB(1), MB(64));
    heap_add_range(MB(1), MB(64));
    host_add_ram(GB(4), GB(4) + MB(4));
    heap_add_range(GB(4), GB(4) + MB(4));
    d = host_domain_create(1, ~0UL);

    pg = alloc_domheap_page(d, 0);
    CHECK(mfn_x(page_to_mfn(pg)) >= GB(4) >> PAGE_SHIFT);
    for (unsigned int bits = 24; bits <= 32; bits++) {
        pg = alloc_domheap_page(d, MEMF_bits(bits));
        CHECK(pg);
        CHECK(mfn_x(page_to_mfn(pg)) < (1UL << (bits - PAGE_SHIFT)));
    }
    CHECK(!alloc_domheap_page(d, MEMF_bits(20)));
    CHECK_EQ(populate(d, 9, MEMF_bits(25), 99), 14); /* 2 to 30 MiB; the last 2 are broken into */
    CHECK(!alloc_domheap_pages(d, 9, MEMF_bits(24)));
}

UNIT_TEST(holes, "Blocks do not merge over holes in memory, nor over the end of the frame table.")
{
    host_add_ram(GB(1), GB(1) + MB(128));
    heap_add_range(GB(1), GB(1) + MB(100));
    heap_add_range(GB(1) + MB(101), GB(1) + MB(128));
    heap_check();
    d = host_domain_create(1, ~0UL);
    CHECK_EQ(populate(d, 14, 0, 9), 1); /* the first 64 MiB */
    CHECK_EQ(populate(d, 12, 0, 9), 3);
    destroy(d);
}

/* --- nodes --- */

UNIT_TEST(nearest_first,
          "Without a node named, memory comes from this CPU's node, then from the nearest.")
{
    make(4, 256);
    numa_set_distance(2, 0, 30);
    numa_set_distance(2, 1, 25);
    numa_set_distance(2, 3, 40);
    numa_set_cpu(0, 2);
    CHECK_EQ(populate(d, 0, 0, 256 + 256 + 1), 513);
    CHECK_EQ(d->mem.node_pages[2], 256);
    CHECK_EQ(d->mem.node_pages[1], 256);
    CHECK_EQ(d->mem.node_pages[0], 1);
    CHECK_EQ(populate(d, 0, NODE(3), 1), 1);
    CHECK_EQ(d->mem.node_pages[3], 1);
}

UNIT_TEST(affinity, "A domain's node affinity is a preference, and a bound for exact requests.")
{
    make(3, 256);
    nodemask_set(&d->mem.node_affinity, 1);
    CHECK_EQ(populate(d, 0, MEMF_exact_node, 999), 256);
    CHECK_EQ(d->mem.node_pages[1], 256);
    CHECK_EQ(populate(d, 0, 0, 1), 1);
    CHECK_EQ(d->mem.tot_pages, 257);
}

UNIT_TEST(node_borders, "Blocks of neighbouring nodes never merge.")
{
    make(2, 512);
    CHECK_EQ(populate(d, 10, 0, 1), 0);
    CHECK_EQ(populate(d, 9, 0, 9), 2);
    destroy(d);
    CHECK_EQ(node_free(0), 512);
    CHECK_EQ(node_free(1), 512);
}

/* --- limits and references --- */

UNIT_TEST(max_pages, "A domain gets no page beyond its limit; lowering it takes nothing away.")
{
    make(1, 1024);
    domain_pages_set_max(d, 10);
    CHECK_EQ(populate(d, 0, 0, 99), 10);
    domain_pages_set_max(d, 5);
    CHECK_EQ(d->mem.tot_pages, 10);
    CHECK_EQ(populate(d, 0, 0, 1), 0);
    CHECK_EQ(populate(d, 0, MEMF_no_refcount, 1), 1);
    CHECK_EQ(d->mem.tot_pages, 10); /* it is not counted */
}

UNIT_TEST(references, "A page goes when its last reference does, and none can be taken after that.")
{
    struct domain *other;
    struct page_info *pg;

    make(1, 1024);
    other = host_domain_create(2, 100);
    pg = alloc_domheap_page(d, 0);
    CHECK(!page_get(pg, other));
    CHECK(page_get(pg, d));
    CHECK(page_get_any(pg) == d);
    page_put_alloc_ref(pg);
    page_put_alloc_ref(pg); /* it was held once only */
    CHECK_EQ(d->mem.tot_pages, 1);
    page_put(pg);
    CHECK_EQ(d->mem.tot_pages, 1);
    page_put(pg);
    CHECK_EQ(d->mem.tot_pages, 0);
    CHECK(!page_get(pg, d));
    CHECK(!page_get_any(pg));
    CHECK(!page_get_owner(pg));
}

UNIT_TEST(reference_limit, "References do not overflow: one too many is refused.")
{
    struct page_info *pg;

    make(1, 16);
    pg = alloc_domheap_page(d, 0);
    pg->count_info |= PGC_count_mask;
    CHECK(!page_get(pg, d));
    CHECK(!page_get_any(pg));
}

UNIT_TEST(lent,
          "A page lent by the hypervisor can be referenced by its borrower until it is freed.")
{
    struct page_info *pg;
    void *va;

    make(1, 1024);
    va = alloc_xenheap_page();
    pg = virt_to_page(va);
    CHECK(!page_get_any(pg));
    page_share_with(pg, d, false);
    CHECK(page_get(pg, d));
    CHECK(page_get_owner(pg) == d);
    CHECK_EQ(d->mem.tot_pages, 0);
    free_xenheap_page(va);
    CHECK_EQ(free_pages(), 1023); /* the borrower's mapping holds it */
    CHECK(!page_get(pg, d));
    page_put(pg);
    CHECK_EQ(free_pages(), 1024);
    heap_check();
}

UNIT_TEST(held_by_others, "A dead domain's page that another still maps is freed when that mapping "
                          "goes, the domain with it.")
{
    struct page_info *held, *early;

    make(1, 1024);
    early = alloc_domheap_page(d, 0);
    held = alloc_domheap_page(d, 0);
    CHECK_EQ(populate(d, 0, 0, 100), 100);
    CHECK(page_get(held, d) && page_get(early, d));
    page_put_alloc_ref(early); /* ballooned out, and still mapped */
    destroy(d);
    CHECK_EQ(free_pages(), 1022);
    CHECK_EQ(host_domain_references(d), 2);
    page_put(held);
    page_put(early);
    CHECK_EQ(host_domain_references(d), 1);
    CHECK_EQ(free_pages(), 1024);
    heap_check();
}

UNIT_TEST(relinquish_bounded, "A large domain is given back piece by piece.")
{
    unsigned int pieces = 1;

    make(1, 1UL << 18);
    CHECK_EQ(populate(d, 9, MEMF_no_scrub, 512), 512);
    domain_pages_mark_dying(d);
    while (domain_pages_relinquish(d) == -ERESTART)
        pieces++;
    CHECK(pieces > 4);
    CHECK_EQ(free_pages(), 1UL << 18);
    heap_check();
}

UNIT_TEST(steal_and_assign,
          "Only a page that nobody else holds can be stolen; a limit binds those who get it.")
{
    struct domain *other;
    struct page_info *pg;

    make(1, 1024);
    other = host_domain_create(2, 0);
    pg = alloc_domheap_page(d, 0);
    CHECK(page_get(pg, d));
    CHECK_EQ(page_steal(d, pg), -EBUSY);
    CHECK_EQ(page_steal(other, pg), -EINVAL);
    page_put(pg);
    CHECK_EQ(page_steal(d, pg), 0);
    CHECK_EQ(page_assign(pg, 0, other, 0), -ENOMEM);
    domain_pages_set_max(other, 1);
    CHECK_EQ(page_assign(pg, 0, other, 0), 0);
    domain_pages_mark_dying(d);
    CHECK_EQ(page_steal(other, pg), 0);
    CHECK_EQ(page_assign(pg, 0, d, 0), -EINVAL);
    CHECK_EQ(page_assign(pg, 0, other, MEMF_no_refcount), 0);
    CHECK(page_get_owner(pg) == other && (pg->count_info & PGC_extra));
    CHECK_EQ(other->mem.tot_pages, 0);
    free_domheap_page(pg);
    CHECK(!page_get_owner(pg));

    pg = alloc_domheap_page(other, 0);
    domain_pages_mark_dying(other);
    CHECK_EQ(page_steal(other, pg), -EINVAL);
    CHECK_EQ(domain_pages_relinquish(other), 0);
    CHECK_EQ(free_pages(), 1024);
}

/* --- scrubbing --- */

static void soil(const struct domain *of)
{
    for (uint32_t f = of->mem.pages.first; f; f = mfn_to_page(_mfn(f))->next)
        memset(mfn_to_virt(_mfn(f)), 0x5a, PAGE_SIZE);
}

static bool is_zero(const struct page_info *pg, unsigned int order)
{
    const uint64_t *word = page_to_virt(pg);

    for (unsigned long i = 0; i < (PAGE_SIZE << order) / sizeof(*word); i++)
        if (word[i])
            return false;
    return true;
}

UNIT_TEST(secrets, "No page carries contents from one domain to the next, scrubbed early or late.")
{
    make(1, 512);
    for (unsigned int round = 0; round < 3; round++) {
        CHECK_EQ(populate(d, 0, 0, 512), 512);
        for (uint32_t f = d->mem.pages.first; f; f = mfn_to_page(_mfn(f))->next)
            CHECK(is_zero(mfn_to_page(_mfn(f)), 0));
        soil(d);
        destroy(d);
        for (unsigned int i = 0; i < round * 8; i++)
            heap_scrub_idle();
        d = host_domain_create((domid_t)(round + 2), ~0UL);
    }
}

UNIT_TEST(idle_scrubbing,
          "Idle CPUs scrub all that is free, in bounded pieces, and then have nothing to do.")
{
    unsigned int pieces = 0;

    make(2, 1024);
    CHECK_EQ(heap_dirty_pages(), 2048);
    while (heap_scrub_idle()) {
        pieces++;
        heap_check();
    }
    CHECK_EQ(pieces, 2048 / 32);
    CHECK_EQ(heap_dirty_pages(), 0);
    CHECK_EQ(populate(d, 10, 0, 2), 2); /* merged again */
}

UNIT_TEST(
    clean_first,
    "Clean memory is taken before dirty memory of the same size, unless any contents will do.")
{
    struct page_info *clean, *dirty;

    make(2, 512); /* one block on each node */
    CHECK(heap_scrub_idle());
    while (heap_dirty_pages() > 512)
        heap_scrub_idle();
    clean = alloc_domheap_pages(d, 5, NODE(0));
    CHECK_EQ(heap_dirty_pages(), 512);
    free_domheap_pages(clean, 5); /* dirty now, in the middle of clean ones */
    CHECK_EQ(heap_dirty_pages(), 512 + 32);
    dirty = alloc_domheap_pages(d, 9, NODE(0));
    CHECK(dirty);
    CHECK_EQ(heap_dirty_pages(), 512);
    heap_check();
}

UNIT_TEST(scrub_marks_survive,
          "Which frames are clean is known frame by frame, through merging and splitting.")
{
    static struct page_info *pages[64];

    make(1, 64);
    while (heap_scrub_idle())
        ;
    for (unsigned int i = 0; i < 64; i++)
        pages[i] = alloc_domheap_page(d, 0);
    CHECK_EQ(heap_dirty_pages(), 0);
    for (unsigned int i = 0; i < 64; i += 3)
        page_put_alloc_ref(pages[i]);
    CHECK_EQ(heap_dirty_pages(), 22);
    while (heap_scrub_idle())
        ;
    for (unsigned int i = 0; i < 64; i++)
        if (i % 3)
            page_put_alloc_ref(pages[i]);
    CHECK_EQ(heap_dirty_pages(), 42);
    heap_check();
    CHECK_EQ(populate(d, 6, 0, 1), 1);
}

static bool finished;

static void churn_or_scrub(unsigned int cpu)
{
    struct domain *mine = domain_find((domid_t)(cpu + 1));

    if (cpu == 0) {
        while (!__atomic_load_n(&finished, __ATOMIC_ACQUIRE))
            heap_scrub_idle();
        return;
    }
    for (unsigned int i = 0; i < 200; i++) {
        CHECK_EQ(claim(mine, 512), 0);
        for (unsigned int got = 0; got < 512; got++) {
            struct page_info *pg = alloc_domheap_page(mine, 0);

            CHECK(pg); /* claimed: so it must be there, scrubbers or not */
            *(uint64_t *)page_to_virt(pg) = got + 1;
        }
        while (mine->mem.pages.first)
            page_put_alloc_ref(first_page(mine));
    }
    if (cpu == 1)
        __atomic_store_n(&finished, true, __ATOMIC_RELEASE);
}

UNIT_TEST(scrubbing_beside, "What scrubbers have borrowed still serves a claim to the last page.")
{
    make(1, 512);
    host_domain_create(2, 512);
    host_run_cpus(2, churn_or_scrub);
    CHECK_EQ(free_pages(), 512);
    heap_check();
}

/* --- offlining --- */

UNIT_TEST(offline_free, "A free frame leaves the pool at once, and comes back.")
{
    unsigned long mfn = (GB(1) >> PAGE_SHIFT) + 77;
    uint32_t status;

    make(1, 1024);
    CHECK_EQ(page_offline(_mfn(mfn), false, &status), 0);
    CHECK_EQ(status, PG_OFFLINE_OFFLINED);
    CHECK_EQ(free_pages(), 1023);
    CHECK_EQ(page_offline_query(_mfn(mfn), &status), 0);
    CHECK_EQ(status, PG_OFFLINE_STATUS_OFFLINED);
    CHECK_EQ(populate(d, 0, 0, 9999), 1023);
    CHECK_EQ(page_online(_mfn(mfn), &status), 0);
    CHECK_EQ(populate(d, 0, 0, 9999), 1);
    heap_check();
}

UNIT_TEST(offline_used,
          "A frame in use is marked, and leaves the pool when it is freed, not before.")
{
    struct page_info *pg;
    uint32_t status;

    make(1, 1024);
    pg = alloc_domheap_page(d, 0);
    CHECK_EQ(page_offline(page_to_mfn(pg), true, &status), 0);
    CHECK(status & PG_OFFLINE_PENDING && status & PG_OFFLINE_OWNED);
    CHECK_EQ(status >> PG_OFFLINE_OWNER_SHIFT, 1);
    CHECK_EQ(d->mem.tot_pages, 1);
    CHECK_EQ(page_offline_query(page_to_mfn(pg), &status), 0);
    CHECK_EQ(status, PG_OFFLINE_STATUS_OFFLINE_PENDING | PG_OFFLINE_STATUS_BROKEN);
    page_put_alloc_ref(pg);
    CHECK_EQ(d->mem.tot_pages, 0);
    CHECK_EQ(free_pages(), 1023);
    CHECK_EQ(page_online(page_to_mfn(pg), &status), -EINVAL); /* broken */
    CHECK(status & PG_ONLINE_BROKEN);
    heap_check();
}

UNIT_TEST(offline_in_dying,
          "Marked frames of a dying domain leave the pool; the rest of its memory returns.")
{
    struct page_info *pg;
    uint32_t status;

    make(1, 1024);
    pg = alloc_domheap_pages(d, 9, 0);
    CHECK_EQ(page_offline(page_to_mfn(pg + 100), false, &status), 0);
    CHECK_EQ(page_offline(page_to_mfn(pg + 511), false, &status), 0);
    destroy(d);
    CHECK_EQ(free_pages(), 1022);
    CHECK_EQ(host_domain_references(d), 1);
}

UNIT_TEST(offline_nonsense, "Frames that are no RAM, or never were the heap's, are refused.")
{
    uint32_t status;

    make(1, 1000); /* in a granule of the frame table that is larger */
    CHECK_EQ(page_offline(_mfn(1), false, &status), -EINVAL);
    CHECK(status & PG_OFFLINE_INVALID);
    CHECK_EQ(page_offline(_mfn(~0UL), false, &status), -EINVAL);
    CHECK_EQ(page_offline_query(_mfn(~0UL), &status), -EINVAL);
    CHECK_EQ(page_online(_mfn(~0UL), &status), -EINVAL);
    CHECK_EQ(page_offline(_mfn((GB(1) >> PAGE_SHIFT) + 1010), false, &status), -EINVAL);
    CHECK(status & PG_OFFLINE_NOT_CONV_RAM);
    CHECK_EQ(page_online(_mfn((GB(1) >> PAGE_SHIFT) + 1010), &status), -EINVAL);
}

/* --- the debug keys --- */

static void (*key_m)(char), (*key_u)(char);

void keyhandler_register(char key, void (*fn)(char key), const char *description)
{
    *(key == 'm' ? &key_m : &key_u) = fn;
}

UNIT_TEST(keys, "The debug keys tell of nodes, claims and domains.")
{
    const struct memory_claim_entry set[] = {{60, 1}, {30, NUMA_NO_NODE}};
    const char *text;

    make(2, 512);
    CHECK_EQ(populate(d, 0, NODE(0), 3), 3);
    CHECK_EQ(claim_stake(d, set, 2), 0);
    heap_keys_init();
    host_console();
    key_m('m');
    text = host_console();
    CHECK(strstr(text, "Heap: 1024 pages, 1021 free, 87 claimed, 0 offline"));
    CHECK(strstr(text, "node 1: 512 pages, 512 free (512 dirty), 60 claimed"));
    CHECK(strstr(text, "claims 87: 27 host-wide, 60 on node 1"));
    key_u('u');
    text = host_console();
    CHECK(strstr(text, "Node 0: 512 pages; distances: 10 20"));
    CHECK(strstr(text, "d1: 3 pages; node 0: 3 node 1: 0"));
}

/* --- the low-memory event --- */

static unsigned int events;

void tasklet_init(struct tasklet *t, void (*function)(void *), void *data)
{
    t->function = function;
    t->data = data;
}

void tasklet_schedule(struct tasklet *t)
{
    t->function(t->data);
}

struct domain *hardware_domain;

void event_send_global_virq(struct domain *to, unsigned int virq)
{
    CHECK(to == hardware_domain);
    CHECK_EQ(virq, VIRQ_ENOMEM);
    events++;
}

UNIT_TEST(low_memory,
          "VIRQ_ENOMEM tells when unclaimed memory falls low: by allocation, and by a claim.")
{
    make(1, 4096); /* so the limit is 512 pages */
    hardware_domain = d;
    low_mem_init();
    CHECK_EQ(populate(d, 0, 0, 4096 - 512), 4096 - 512);
    CHECK_EQ(events, 0);
    CHECK_EQ(populate(d, 0, 0, 1), 1);
    CHECK_EQ(events, 1);
    CHECK_EQ(populate(d, 0, 0, 200), 200);
    CHECK_EQ(events, 1); /* not for each page */
    CHECK_EQ(populate(d, 0, 0, 100), 100);
    CHECK_EQ(events, 2); /* below the half */
    destroy(d);

    events = 0;
    d = host_domain_create(2, ~0UL);
    CHECK_EQ(claim(d, 4000), 0);
    CHECK_EQ(events, 1);
    claim_release(d);
    CHECK_EQ(events, 1);
    CHECK_EQ(claim(d, 4000), 0);
    CHECK_EQ(events, 2); /* armed again by the release */
}

UNIT_TEST(beside_frame_zero,
          "Frame 0, by which links say that there is none, is merged with nothing: empty lists are "
          "not its block.")
{
    host_add_ram(0, MB(1));
    numa_add_memory(0, 0, MB(1));
    heap_add_range(0, MB(1));
    CHECK_EQ(free_pages(), 255);
    for (unsigned int round = 0; round < 2; round++) {
        for (unsigned int i = 0; i < 255; i++)
            CHECK(alloc_domheap_page(NULL, 0));
        CHECK(!alloc_domheap_page(NULL, 0));
        /* The lowest last, so that what is freed first has no free block below it. */
        for (unsigned long pfn = 255; pfn; pfn--)
            free_domheap_page(mfn_to_page(_mfn(pfn)));
        heap_check();
        CHECK_EQ(free_pages(), 255);
        while (heap_scrub_idle())
            heap_check();
    }
}
