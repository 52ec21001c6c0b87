/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Idle CPUs scrub free memory, so that allocations find clean blocks.
 *
 * A scrubber borrows a small block: it is out of the free lists but still counts as available,
 * since claims have been promised it.  A request that finds no block while some are borrowed waits
 * for them, and no new ones are borrowed meanwhile: hence the small size.
 *
 * A scrubber does not queue for heap_lock: with many idle CPUs the others would find them all
 * before them, and where CPUs are virtual, the next in the queue may not even be running.
 */
#include <xen/atomic.h>
#include <xen/cmdline.h>
#include <xen/lib.h>
#include <xen/smp.h>
#include <asm/irqflags.h>

#include "heap.h"

#define SCRUB_ORDER 5

/* Off, frames are zeroed only when they are handed out, as found at boot or freed since. */
static bool scrub_when_idle = true;
boolean_param("bootscrub", scrub_when_idle);

/* Takes heap_lock when nobody else wants it. */
static void lock_politely(void)
{
    while (!spin_trylock(&heap_lock))
        cpu_relax();
}

/* Borrows a block of the node that may have dirty frames. */
static struct page_info *borrow(nodeid_t node, unsigned int *order)
{
    struct page_info *block, *pg = NULL;

    lock_politely();
    block = heap.waiting ? NULL : buddy_find_dirty(node);
    if (block) {
        unsigned long pfn = page_number(block) + block->first_dirty;

        *order = min((unsigned int)block->order, (unsigned int)SCRUB_ORDER);
        pfn = ROUNDDOWN(pfn, 1UL << *order);
        buddy_carve(block, pfn, *order);
        heap.scrubbing++;
        pg = frame_table + pfn;
    }
    spin_unlock(&heap_lock);

    return pg;
}

static void give_back(struct page_info *pg, unsigned int order, nodeid_t node)
{
    lock_politely();
    buddy_free(page_number(pg), order, node, FIRST_DIRTY_NONE);
    heap.scrubbing--;
    spin_unlock(&heap_lock);
}

static void scrub(struct page_info *pg, unsigned int order, nodeid_t node)
{
    unsigned long cleaned = 0;

    for (unsigned long i = 0; i < (1UL << order); i++) {
        if (pg[i].count_info & PGC_scrubbed)
            continue;
        clear_page(page_to_virt(&pg[i]));
        pg[i].word = PGC_scrubbed;
        cleaned++;
    }
    __atomic_fetch_sub(&heap.node[node].dirty, cleaned, __ATOMIC_RELAXED);
}

static bool scrub_on(nodeid_t node)
{
    unsigned int order;
    struct page_info *pg;

    if (!READ_ONCE(heap.node[node].dirty))
        return false;
    pg = borrow(node, &order);
    if (!pg)
        return false;
    scrub(pg, order, node);
    give_back(pg, order, node);

    return true;
}

bool heap_scrub_idle(void)
{
    if (!scrub_when_idle)
        return false;
    for (const nodeid_t *node = numa_by_distance(numa_node_of_cpu(smp_processor_id()));
         *node != NUMA_NO_NODE; node++)
        if (scrub_on(*node))
            return true;

    return false;
}
