/* SPDX-License-Identifier: GPL-2.0-only */
// Sources: common/memory/boot_alloc.c
/* Memory before the heap: nothing is given out twice, and the heap gets exactly what is left. */
#include <xen/boot_alloc.h>
#include <xen/page_alloc.h>
#include <xen/string.h>

#include "unit.h"

#define PAGES 1024

enum { NONE, FREE, TAKEN };
static uint8_t model[PAGES];
static unsigned int handed_over;

void heap_add_range(paddr_t start, paddr_t end)
{
    CHECK(start < end);
    for (paddr_t pa = start; pa < end; pa += PAGE_SIZE) {
        CHECK_EQ(model[pa >> PAGE_SHIFT], FREE);
        model[pa >> PAGE_SHIFT] = NONE;
        handed_over++;
    }
}

static void mark(paddr_t start, paddr_t end, uint8_t what)
{
    for (paddr_t pa = start; pa < end; pa += PAGE_SIZE)
        model[pa >> PAGE_SHIFT] = what;
}

static void add_some_ram(void)
{
    for (unsigned int at = 1; at < PAGES - 64; at += 64) {
        unsigned int count = 1 + unit_random_below(60);

        boot_alloc_add((paddr_t)at << PAGE_SHIFT, (paddr_t)(at + count) << PAGE_SHIFT);
        mark((paddr_t)at << PAGE_SHIFT, (paddr_t)(at + count) << PAGE_SHIFT, FREE);
    }
}

static void take_one(void)
{
    size_t size = (1 + unit_random_below(8)) * PAGE_SIZE, align = PAGE_SIZE << unit_random_below(4);
    paddr_t limit = (paddr_t)(1 + unit_random_below(PAGES)) << PAGE_SHIFT;
    paddr_t at = boot_alloc(size, align, limit);

    if (!at)
        return;
    CHECK(IS_ALIGNED(at, align) && at + size <= limit);
    for (paddr_t pa = at; pa < at + size; pa += PAGE_SIZE)
        CHECK_EQ(model[pa >> PAGE_SHIFT], FREE);
    mark(at, at + size, TAKEN);
}

static void reserve_some(void)
{
    paddr_t start = (paddr_t)unit_random_below(PAGES) << PAGE_SHIFT;
    paddr_t end = min(start + unit_random_below(20) * PAGE_SIZE, (paddr_t)PAGES << PAGE_SHIFT);

    boot_alloc_reserve(start, end);
    mark(start, end, TAKEN);
}

UNIT_TEST(boot_alloc_random,
          "Random adding, reserving and taking agree with a page-by-page model to the end.")
{
    unsigned int left = 0;

    add_some_ram();
    for (unsigned int i = 0; i < 200; i++) {
        take_one();
        if (i % 8 == 0)
            reserve_some();
    }
    for (unsigned int i = 0; i < PAGES; i++)
        left += model[i] == FREE;
    boot_alloc_hand_over();
    CHECK(boot_alloc_is_over());
    CHECK_EQ(handed_over, left);
}

UNIT_TEST(boot_alloc_partial_pages,
          "Ranges are used by whole pages: a broken one at either end is left alone.")
{
    boot_alloc_add(PAGE_SIZE + 1, 4 * PAGE_SIZE - 1);
    CHECK_EQ(boot_alloc(2 * PAGE_SIZE, PAGE_SIZE, ~0UL), 0);
    CHECK_EQ(boot_alloc(PAGE_SIZE, PAGE_SIZE, ~0UL), 2 * PAGE_SIZE);
}

UNIT_TEST(boot_alloc_near, "A range asked for is kept to, though there is room elsewhere.")
{
    boot_alloc_add(PAGE_SIZE, 100 * PAGE_SIZE);
    CHECK_EQ(boot_alloc_within(PAGE_SIZE, PAGE_SIZE, 10 * PAGE_SIZE, 20 * PAGE_SIZE),
             19 * PAGE_SIZE);
    CHECK_EQ(boot_alloc_within(20 * PAGE_SIZE, PAGE_SIZE, 10 * PAGE_SIZE, 20 * PAGE_SIZE), 0);
}
