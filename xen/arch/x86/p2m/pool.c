// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pages set aside for a domain's tables, so that what a toolstack was promised for a guest is
 * not short of the tables that map it.
 *
 * A toolstack sets the size before it claims memory for the guest: from then on the guest's tables
 * need nothing from the heap until they outgrow the pool, and only then take more from it.  A
 * domain for which nobody has set a size has an empty pool.
 *
 * Few of them are ever used when a guest is mapped by large pages, so a page is zeroed when it is
 * taken from the pool, and not before.  The first word of those in it links them.  The tables in
 * use count towards its size.  The lock of the p2m is held.
 *
 * The hardware domain maps the pages of others, and nobody sets a size for that.  For each of them
 * it has a reserve (P2M_RESERVE), which is taken from the heap before that domain exists.  Its
 * tables come from the heap all the same as long as that has unclaimed pages; while there are none
 * they come from the reserve, and those that are given back fill it up first.
 */
#include <xen/errno.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/page_alloc.h>
#include <asm/processor.h>
#include "private.h"

static unsigned long held(const struct p2m *p2m)
{
    return p2m->table_count + p2m->pool_count;
}

static uint64_t *link_of(paddr_t page)
{
    return maddr_to_virt(page);
}

static void push(struct p2m *p2m, struct page_info *pg)
{
    paddr_t page = mfn_to_maddr(page_to_mfn(pg));

    *link_of(page) = p2m->pool;
    p2m->pool = page;
    p2m->pool_count++;
}

static struct page_info *pop(struct p2m *p2m)
{
    paddr_t page = p2m->pool;

    p2m->pool = *link_of(page);
    p2m->pool_count--;
    return mfn_to_page(maddr_to_mfn(page));
}

static struct page_info *from_pool(struct p2m *p2m)
{
    struct page_info *pg;

    if (!p2m->pool_count)
        return NULL;
    pg = pop(p2m);
    clear_page(page_to_virt(pg));
    return pg;
}

/* A reserve that has been used grows again with each table that the heap has a page for. */
static struct page_info *from_heap(struct p2m *p2m)
{
    struct page_info *pg = alloc_domheap_page(p2m->domain, MEMF_no_refcount), *spare = NULL;

    if (pg && p2m->pool_count < p2m->reserve)
        spare = alloc_domheap_page(p2m->domain, MEMF_no_refcount | MEMF_no_scrub);
    if (spare)
        push(p2m, spare);
    return pg;
}

struct page_info *p2m_table_alloc(struct p2m *p2m)
{
    struct page_info *pg = p2m->pool_count > p2m->reserve ? from_pool(p2m) : from_heap(p2m);

    if (!pg)
        pg = from_pool(p2m);
    if (!pg)
        return NULL;
    pg->entries = 0;
    p2m->table_count++;
    return pg;
}

static bool is_wanted(const struct p2m *p2m)
{
    return p2m->pool_count < p2m->reserve || held(p2m) < p2m->pool_size;
}

void p2m_table_free(struct p2m *p2m, paddr_t table)
{
    struct page_info *pg = mfn_to_page(maddr_to_mfn(table));

    p2m->table_count--;
    if (is_wanted(p2m))
        push(p2m, pg);
    else
        free_domheap_page(pg);
}

/* Takes a block that is not larger than what the pool lacks, the largest there is. */
static int grow(struct p2m *p2m, unsigned long lack)
{
    unsigned int order = min(63u - (unsigned int)__builtin_clzl(lack), 9u);

    for (;; order--) {
        struct page_info *pg =
            alloc_domheap_pages(p2m->domain, order, MEMF_no_refcount | MEMF_no_scrub);

        if (pg) {
            for (unsigned long i = 0; i < 1UL << order; i++)
                push(p2m, pg + i);
            return 0;
        }
        if (!order)
            return -ENOMEM;
    }
}

/* -ERESTART until the pool and the tables in use are not more than `pages`, or the pool is empty
 * but for the reserve. */
int p2m_pool_shrink(struct p2m *p2m, unsigned long pages)
{
    p2m->pool_size = pages;
    while (p2m->pool_count > p2m->reserve && held(p2m) > pages) {
        free_domheap_page(pop(p2m));
        if (hypercall_preempt_check())
            return -ERESTART;
    }
    return 0;
}

static bool may_grow(unsigned long lack)
{
    struct heap_info heap;

    heap_snapshot(&heap, NULL);
    return heap.free - heap.claimed >= lack;
}

int p2m_pool_resize(struct p2m *p2m, unsigned long pages)
{
    int rc = p2m_pool_shrink(p2m, pages);

    if (!rc && held(p2m) < pages && !may_grow(pages - held(p2m)))
        return -ENOMEM;

    while (!rc && held(p2m) < pages) {
        rc = grow(p2m, pages - held(p2m));
        if (!rc && held(p2m) < pages && hypercall_preempt_check())
            rc = -ERESTART;
    }
    return rc;
}

static unsigned long reserve_lack(const struct p2m *p2m)
{
    return p2m->reserve - min(p2m->reserve, (unsigned long)p2m->pool_count);
}

int p2m_pool_reserve(struct p2m *p2m, unsigned long pages)
{
    int rc = 0;

    p2m->reserve += pages;
    if (!may_grow(reserve_lack(p2m)))
        rc = -ENOMEM;
    while (!rc && reserve_lack(p2m))
        rc = grow(p2m, reserve_lack(p2m));
    if (rc)
        p2m_pool_unreserve(p2m, pages);
    return rc;
}

void p2m_pool_unreserve(struct p2m *p2m, unsigned long pages)
{
    ASSERT(p2m->reserve >= pages);
    p2m->reserve -= pages;
    while (p2m->pool_count > p2m->reserve && held(p2m) > p2m->pool_size)
        free_domheap_page(pop(p2m));
}
