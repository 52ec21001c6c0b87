/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Free blocks: 2^order frames, aligned to their size, all of one node.
 *
 * Each node has a list for every zone and order, and two levels of bitmaps that tell which are not
 * empty, so a search looks only where there is something.  A block is merged with its buddy
 * whenever both are free; the buddy's head frame tells.  Scrubbing is marked frame by frame, and
 * each block knows a bound before which all its frames are clean, so that neither merging nor
 * splitting has to visit frames.
 *
 * Mechanism only: no claims, no counters but the bitmaps.  heap_lock is held throughout.
 */
#include <xen/lib.h>

#include "heap.h"

static inline struct page_info *page_at(unsigned long pfn)
{
    return frame_table + pfn;
}

static inline unsigned int zone_of(unsigned long pfn)
{
    unsigned long above = pfn >> (ZONE_0_BITS - PAGE_SHIFT);

    return above ? 64 - (unsigned int)__builtin_clzl(above) : 0;
}

/* The bound of a block made of two halves, and of the halves of a block. */
static inline uint32_t dirty_join(uint32_t low, uint32_t high, uint32_t half)
{
    if (low != FIRST_DIRTY_NONE)
        return low;
    return high == FIRST_DIRTY_NONE ? FIRST_DIRTY_NONE : high + half;
}

static inline uint32_t dirty_of_low(uint32_t first_dirty, uint32_t half)
{
    return first_dirty < half ? first_dirty : FIRST_DIRTY_NONE;
}

/* Where the low half has a dirty frame, nothing is known of the high half. */
static inline uint32_t dirty_of_high(uint32_t first_dirty, uint32_t half)
{
    if (first_dirty == FIRST_DIRTY_NONE)
        return FIRST_DIRTY_NONE;
    return first_dirty < half ? 0 : first_dirty - half;
}

/* --- one list --- */

/* What a head says of its block, in the upper half of its word: see struct page_info. */
static inline uint64_t block_word(unsigned int order, nodeid_t node, uint32_t first_dirty)
{
    return (uint64_t)(first_dirty | order << 21 | (uint32_t)node << 26) << 32;
}

/* Clean blocks go to the front of their list, dirty ones to the back. */
static inline void queue_insert(uint32_t *first, unsigned long pfn, bool is_clean)
{
    struct page_info *pg = page_at(pfn), *head;

    if (!*first) {
        pg->next = pg->prev = *first = (uint32_t)pfn;
        return;
    }
    head = page_at(*first);
    pg->next = *first;
    pg->prev = head->prev;
    page_at(head->prev)->next = (uint32_t)pfn;
    head->prev = (uint32_t)pfn;
    if (is_clean)
        *first = (uint32_t)pfn;
}

/* True if the list is empty now. */
static inline bool queue_remove(uint32_t *first, unsigned long pfn)
{
    struct page_info *pg = page_at(pfn);

    if (pg->next == pfn) {
        *first = 0;
        return true;
    }
    page_at(pg->prev)->next = pg->next;
    page_at(pg->next)->prev = pg->prev;
    if (*first == pfn)
        *first = pg->next;
    return false;
}

static inline void block_insert(uint32_t *first, unsigned long pfn, unsigned int order,
                                nodeid_t node, uint32_t first_dirty)
{
    struct page_info *pg = page_at(pfn);

    pg->word = pg->count_info | PGC_free | block_word(order, node, first_dirty);
    queue_insert(first, pfn, first_dirty == FIRST_DIRTY_NONE);
}

/* --- blocks --- */

/* Beyond a granule of the frame table, there may be nothing to look at. */
static inline bool is_free_block(unsigned long pfn, unsigned int order, nodeid_t node)
{
    const struct page_info *pg = page_at(pfn);
    const uint64_t dirty = (uint64_t)FIRST_DIRTY_NONE << 32, flags = (uint32_t)~PGC_free;

    if (unlikely(order >= FRAME_GRANULE_ORDER) && !mfn_valid(_mfn(pfn)))
        return false;
    return (pg->word & ~(dirty | flags)) == (block_word(order, node, 0) | PGC_free);
}

/* Buddies share a zone, since their union would: all happens in the lists of one. */
void buddy_free(unsigned long pfn, unsigned int order, nodeid_t node, uint32_t first_dirty)
{
    struct heap_node *n = &heap.node[node];
    unsigned int zone = zone_of(pfn);
    uint32_t *first = &n->first[zone][order], emptied = 0;

    ASSERT(spin_is_locked(&heap_lock) && IS_ALIGNED(pfn, 1UL << order) && pfn);

    for (; order < MAX_ORDER; order++, first++) {
        uint32_t size = 1u << order, theirs;
        unsigned long buddy = pfn ^ size;

        if (!is_free_block(buddy, order, node))
            break;
        theirs = page_at(buddy)->first_dirty;
        page_at(buddy)->word &= PGC_scrubbed;
        if (queue_remove(first, buddy))
            emptied |= size;
        if (buddy < pfn) {
            first_dirty = dirty_join(theirs, first_dirty, size);
            pfn = buddy;
        } else {
            first_dirty = dirty_join(first_dirty, theirs, size);
        }
    }
    block_insert(first, pfn, order, node, first_dirty);
    n->orders[zone] = (n->orders[zone] & ~emptied) | 1u << order;
    n->zones |= 1u << zone;
}

/*
 * Takes the part [pfn, pfn + 2^order) out of the block at `start`, which is on the list *first; the
 * other parts are free blocks then, one of each order in between.
 */
static always_inline uint32_t carve(struct heap_node *n, struct block_list from, uint32_t *first,
                                    unsigned long start, unsigned long pfn, unsigned int order)
{
    struct page_info *block = page_at(start);
    nodeid_t node = block->free_node;
    uint32_t dirty = block->first_dirty, orders = n->orders[from.zone];
    unsigned int have = from.order;

    block->word &= PGC_scrubbed;
    if (queue_remove(first, start))
        orders &= ~(1u << have);
    orders |= (1u << have) - (1u << order);

    while (have > order) {
        uint32_t half = 1u << --have;
        uint32_t low = dirty_of_low(dirty, half), high = dirty_of_high(dirty, half);

        first--;
        if (pfn < start + half) {
            block_insert(first, start + half, have, node, high);
            dirty = low;
        } else {
            block_insert(first, start, have, node, low);
            start += half;
            dirty = high;
        }
    }
    n->orders[from.zone] = orders;
    if (!orders)
        n->zones &= ~(1u << from.zone);

    return dirty;
}

struct page_info *buddy_take(nodeid_t node, struct block_list from, unsigned int order,
                             bool any_will_do, uint32_t *first_dirty)
{
    struct heap_node *n = &heap.node[node];
    uint32_t *first = &n->first[from.zone][from.order];
    unsigned long pfn = any_will_do ? page_at(*first)->prev : *first;

    *first_dirty = carve(n, from, first, pfn, pfn, order);

    return page_at(pfn);
}

struct page_info *buddy_block_of(unsigned long pfn)
{
    for (unsigned int order = 0; order <= MAX_ORDER; order++) {
        unsigned long start = ROUNDDOWN(pfn, 1UL << order);
        struct page_info *pg = page_at(start);

        if (mfn_valid(_mfn(start)) && (pg->count_info & PGC_free) && pg->order >= order)
            return pg;
    }
    return NULL;
}

uint32_t buddy_carve(struct page_info *block, unsigned long pfn, unsigned int order)
{
    struct heap_node *n = &heap.node[block->free_node];
    unsigned long start = page_number(block);
    struct block_list from = {zone_of(start), block->order};

    ASSERT(from.order >= order && pfn >= start);

    return carve(n, from, &n->first[from.zone][from.order], start, pfn, order);
}

struct page_info *buddy_find_dirty(nodeid_t node)
{
    const struct heap_node *n = &heap.node[node];

    for (uint32_t zones = n->zones; zones; zones &= zones - 1) {
        unsigned int zone = (unsigned int)__builtin_ctz(zones);

        for (uint32_t orders = n->orders[zone]; orders; orders &= orders - 1) {
            unsigned int order = (unsigned int)__builtin_ctz(orders);
            struct page_info *last = page_at(page_at(n->first[zone][order])->prev);

            if (last->first_dirty != FIRST_DIRTY_NONE)
                return last;
        }
    }
    return NULL;
}
