/* SPDX-License-Identifier: GPL-2.0-only */
/* Small objects: sizes, alignment, reuse, and what happens when memory runs out. */
// Sources: common/page_alloc.c common/memory/*.c common/numa.c
#include <xen/xmalloc.h>

#include "heap_fixture.h"

UNIT_TEST(
    sizes,
    "Objects of all sizes are aligned, apart from each other, and all their memory comes back.")
{
    static struct {
        unsigned char *p;
        size_t size;
    } objects[400];
    unsigned long before;

    make_nodes(1, 4096);
    before = free_pages();
    for (unsigned int i = 0; i < ARRAY_SIZE(objects); i++) {
        size_t align = 1UL << unit_random_below(9);

        objects[i].size = 1 + unit_random_below(i % 10 ? 300 : 9000);
        objects[i].p = xmalloc_bytes(objects[i].size, align);
        CHECK(objects[i].p);
        CHECK(IS_ALIGNED((unsigned long)objects[i].p, align));
        memset(objects[i].p, (int)i, objects[i].size);
    }
    for (unsigned int i = 0; i < ARRAY_SIZE(objects); i++) {
        for (size_t j = 0; j < objects[i].size; j++)
            CHECK_EQ(objects[i].p[j], i & 0xff);
        xfree(objects[i].p);
    }
    CHECK(before - free_pages() <= 14); /* one page may stay with each class */
    xfree(NULL);
    heap_check();
}

UNIT_TEST(
    zeroed,
    "Zeroed variants are, also in memory used before; arrays whose size overflows are refused.")
{
    char *p;

    make_nodes(1, 64);
    p = xmalloc_bytes(100, 1);
    memset(p, 0xff, 100);
    xfree(p);
    p = xzalloc_bytes(100, 1);
    for (unsigned int i = 0; i < 100; i++)
        CHECK_EQ(p[i], 0);
    CHECK(!xzalloc_array(uint64_t, ~0UL / 4));
    CHECK(!xmalloc_bytes(~0UL, 64));
    CHECK(xzalloc_array(uint64_t, 1000));
}

UNIT_TEST(reuse, "Freed objects are used again before new pages are taken.")
{
    void *p[100];
    unsigned long before;

    make_nodes(1, 64);
    for (unsigned int i = 0; i < 100; i++)
        p[i] = xmalloc_bytes(64, 16);
    before = free_pages();
    for (unsigned int round = 0; round < 1000; round++) {
        unsigned int i = unit_random_below(100);

        xfree(p[i]);
        p[i] = xmalloc_bytes(64, 16);
    }
    CHECK_EQ(free_pages(), before);
}

#define SIZE     64
#define PER_PAGE ((PAGE_SIZE - 16) / SIZE) /* 16: the page's header */

/* Frees `count` of p in a random order. */
static void free_shuffled(void **p, unsigned int count)
{
    for (; count; count--) {
        unsigned int i = unit_random_below(count);
        void *victim = p[i];

        p[i] = p[count - 1];
        xfree(victim);
    }
}

UNIT_TEST(
    kept,
    "What is in use decides which pages stay, not the order of frees: none beside a page with "
    "room, one beside full ones.")
{
    void *p[4 * PER_PAGE];
    unsigned long before;

    make_nodes(1, 64);
    before = free_pages();
    for (unsigned int round = 0; round < 200; round++) {
        for (unsigned int i = 0; i < ARRAY_SIZE(p); i++)
            p[i] = xmalloc_bytes(SIZE, 16);
        CHECK_EQ(before - free_pages(), 4);
        free_shuffled(p + PER_PAGE, 3 * PER_PAGE); /* the first page stays full */
        CHECK_EQ(before - free_pages(), 2);
        xfree(p[PER_PAGE - 1]); /* and gains room */
        CHECK_EQ(before - free_pages(), 1);
        free_shuffled(p, PER_PAGE - 1);
        CHECK_EQ(before - free_pages(), 1);
    }
    heap_check();
}

UNIT_TEST(exhaustion, "Without memory, or with all of it claimed, NULL is the answer; after a "
                      "release there is some again.")
{
    struct domain *d;

    make_nodes(1, 64);
    d = host_domain_create(1, 64);
    CHECK_EQ(claim(d, 64), 0);
    CHECK(!xmalloc_bytes(16, 1));
    CHECK(!xmalloc_bytes(10000, 1));
    claim_release(d);
    CHECK(xmalloc_bytes(16, 1));
    while (xmalloc_bytes(4096, 1))
        ;
    CHECK_EQ(free_pages(), 0);
    heap_check();
}
