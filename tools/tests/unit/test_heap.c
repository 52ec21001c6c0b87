/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The heap: blocks, nodes, references, accounts.
 */
// Sources: common/page_alloc.c common/memory/*.c common/numa.c
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/page_alloc.h>

#include "host.h"
#include "unit.h"

static void make_heap(void)
{
    host_add_ram(0, GB(1));
    numa_add_memory(0, 0, MB(512));
    numa_add_memory(1, MB(512), GB(1));
    heap_add_range(0, GB(1));
    heap_check();
}

UNIT_TEST(smoke, "An allocated page is counted and comes back.")
{
    struct domain *d;
    struct page_info *pg;
    struct heap_info before, after;

    make_heap();
    d = host_domain_create(1, 1000);
    heap_snapshot(&before, NULL);
    CHECK_EQ(before.total, GB(1) / PAGE_SIZE - 1);
    pg = alloc_domheap_page(d, 0);
    CHECK(pg);
    CHECK_EQ(d->mem.tot_pages, 1);
    heap_check();
    page_put_alloc_ref(pg);
    CHECK_EQ(d->mem.tot_pages, 0);
    heap_snapshot(&after, NULL);
    CHECK_EQ(after.free, before.free);
    heap_check();
}
