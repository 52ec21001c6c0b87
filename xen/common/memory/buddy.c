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

/* The position of the highest bit, counted from that of the highest bit of zone 0. */
static inline unsigned int zone_of(unsigned long pfn)
{
    return 63 - (unsigned int)__builtin_clzl(pfn >> (ZONE_0_BITS - PAGE_SHIFT - 1) | 1);
}

/* --- a head's word --- */

/*
 * What a head says of its block, but for the dirty bound: see struct page_info.  One order more is
 * WORD_ORDER more.
 */
#define WORD_ORDER (1ULL << 53)

static inline uint64_t block_word(unsigned int order, nodeid_t node)
{
    return (uint64_t)node << 58 | order * WORD_ORDER | PGC_free;
}

/* Makes a head of a frame whose word is 0 or PGC_scrubbed. */
static inline void head_write(struct page_info *pg, uint64_t word, uint32_t first_dirty)
{
    pg->word |= word | (uint64_t)first_dirty << 32;
}

/*
 * Makes it a frame like the others of its block again.  *dirty is the bound of another part of what
 * it becomes part of, as a frame number: the lower one of the two prevails, wherever they lie; that
 * of a clean block is beyond the end of all that it may be merged with.
 */
static inline void head_clear(unsigned long pfn, unsigned long *dirty)
{
    struct page_info *pg = page_at(pfn);

    if (pfn < *dirty)
        *dirty = min(*dirty, pfn + pg->first_dirty);
    pg->word &= PGC_scrubbed;
}

/* --- one list --- */

/* Clean blocks go to the front of their list, dirty ones to the back. */
static inline void queue_insert(uint32_t *first, unsigned long pfn, bool is_clean)
{
    struct page_info *pg = page_at(pfn), *head;

    if (!*first) {
        pg->next = *first = pg->prev = (uint32_t)pfn;
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

static inline void block_insert(struct heap_zone *z, unsigned long pfn, unsigned int order,
                                uint64_t word, uint32_t first_dirty)
{
    z->orders |= 1u << order;
    head_write(page_at(pfn), word, first_dirty);
    queue_insert(&z->first[order], pfn, first_dirty == FIRST_DIRTY_NONE);
}

/* --- freeing --- */

/* Beyond a granule of the frame table, there may be nothing to look at. */
static inline bool is_free_block(unsigned long pfn, unsigned int order, uint64_t word)
{
    const uint64_t varies = (uint64_t)FIRST_DIRTY_NONE << 32 | (uint32_t)~PGC_free;

    if (unlikely(order >= FRAME_GRANULE_ORDER) && !mfn_valid(_mfn(pfn)))
        return false;
    return (page_at(pfn)->word & ~varies) == word;
}

/*
 * Buddies share a zone, since their union would: all happens in the lists of one.  What splitting
 * left behind is mostly alone on its list: the list tells, and nothing else changes.
 */
static noinline void block_merge(struct heap_zone *z, unsigned long pfn, unsigned int order,
                                 uint64_t word, unsigned long dirty)
{
    /* At the largest order; and where the buddy is frame 0, which an empty list seems to name. */
    unsigned long end = 1UL << min(63 ^ __builtin_clzl(pfn), MAX_ORDER);
    unsigned long size = 1UL << order, buddy = pfn ^ size;
    uint32_t *first = &z->first[order], least = 1u << order;

    while (*first == buddy && page_at(buddy)->next == buddy && size < end) {
        head_clear(buddy, &dirty);
        *first++ = 0;
        pfn &= buddy;
        size *= 2;
        buddy = pfn ^ size;
    }
    z->orders &= ~((uint32_t)size - least);
    word += (uint64_t)(first - &z->first[order]) * WORD_ORDER;
    order = (unsigned int)(first - z->first);

    while (order < MAX_ORDER && is_free_block(buddy, order, word)) {
        head_clear(buddy, &dirty);
        if (queue_remove(&z->first[order], buddy))
            z->orders &= ~(1u << order);
        pfn &= buddy;
        order++;
        word += WORD_ORDER;
        buddy = pfn ^ 1UL << order;
    }
    block_insert(z, pfn, order, word, (uint32_t)(dirty - pfn));
}

/* Most blocks find no free buddy: without merging inside, this needs few registers. */
static noinline void block_add(struct heap_zone *z, unsigned long pfn, uint64_t word,
                               unsigned int order, uint32_t first_dirty)
{
    if (order < MAX_ORDER && is_free_block(pfn ^ 1UL << order, order, word))
        block_merge(z, pfn, order, word, pfn + first_dirty);
    else
        block_insert(z, pfn, order, word, first_dirty);
}

void buddy_free(unsigned long pfn, unsigned int order, nodeid_t node, uint32_t first_dirty)
{
    struct heap_node *n = &heap.node[node];
    unsigned int zone = zone_of(pfn);

    ASSERT(spin_is_locked(&heap_lock) && IS_ALIGNED(pfn, 1UL << order) && pfn);

    if (!n->zone[zone].orders)
        n->zones |= 1u << zone;
    block_add(&n->zone[zone], pfn, block_word(order, node), order, first_dirty);
}

/* --- taking --- */

/* The bounds of a block's halves: a dirty frame in the low one says nothing of the high one. */
static inline uint32_t dirty_of_low(uint32_t first_dirty, uint32_t half)
{
    return first_dirty < half ? first_dirty : FIRST_DIRTY_NONE;
}

static inline uint32_t dirty_of_high(uint32_t first_dirty, uint32_t half)
{
    if (first_dirty < half)
        return 0;
    return first_dirty == FIRST_DIRTY_NONE ? FIRST_DIRTY_NONE : first_dirty - half;
}

static inline void block_detach(struct heap_node *n, struct heap_zone *z, unsigned long pfn,
                                unsigned int order)
{
    page_at(pfn)->word &= PGC_scrubbed;
    if (!queue_remove(&z->first[order], pfn))
        return;
    z->orders ^= 1u << order;
    if (!z->orders)
        n->zones ^= 1u << (z - n->zone);
}

/*
 * Cuts the first 2^order frames off a block; the other parts are free blocks then, one of each
 * order in between, alone on their lists: had there been any, the search would have ended there.
 */
static noinline struct block block_split(struct heap_node *n, struct block_list from,
                                         struct block b, unsigned int order)
{
    uint32_t *first = &from.zone->first[from.order];
    unsigned long pfn = page_number(b.pg), half = 1UL << from.order, least = 1UL << order;
    uint64_t word = block_word(from.order, b.pg->free_node);

    from.zone->orders |= (uint32_t)(half - least);
    block_detach(n, from.zone, pfn, from.order);
    do {
        unsigned long high;

        half /= 2;
        word -= WORD_ORDER;
        high = pfn + half;
        page_at(high)->next = *--first = page_at(high)->prev = (uint32_t)high;
        head_write(page_at(high), word, dirty_of_high(b.first_dirty, (uint32_t)half));
        b.first_dirty = dirty_of_low(b.first_dirty, (uint32_t)half);
    } while (half > least);

    return b;
}

struct block buddy_take(struct heap_node *n, struct block_list from, unsigned int order,
                        bool any_will_do)
{
    unsigned long pfn = from.zone->first[from.order];
    struct block b;

    if (any_will_do)
        pfn = page_at(pfn)->prev;
    b = (struct block){page_at(pfn), page_at(pfn)->first_dirty};
    if (from.order > order)
        return block_split(n, from, b, order);
    block_detach(n, from.zone, pfn, order);

    return b;
}

uint32_t buddy_carve(struct page_info *block, unsigned long pfn, unsigned int order)
{
    nodeid_t node = block->free_node;
    struct heap_node *n = &heap.node[node];
    unsigned long start = page_number(block);
    struct heap_zone *z = &n->zone[zone_of(start)];
    unsigned int have = block->order;
    uint32_t dirty = block->first_dirty;

    ASSERT(have >= order && pfn >= start);

    z->orders |= (1u << have) - (1u << order);
    block_detach(n, z, start, have);
    while (have > order) {
        uint32_t half = 1u << --have;
        uint32_t low = dirty_of_low(dirty, half), high = dirty_of_high(dirty, half);

        if (pfn < start + half) {
            block_insert(z, start + half, have, block_word(have, node), high);
            dirty = low;
        } else {
            block_insert(z, start, have, block_word(have, node), low);
            start += half;
            dirty = high;
        }
    }
    return dirty;
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

struct page_info *buddy_find_dirty(nodeid_t node)
{
    const struct heap_node *n = &heap.node[node];

    for (uint32_t zones = n->zones; zones; zones &= zones - 1) {
        const struct heap_zone *z = &n->zone[__builtin_ctz(zones)];

        for (uint32_t orders = z->orders; orders; orders &= orders - 1) {
            unsigned int order = (unsigned int)__builtin_ctz(orders);
            struct page_info *last = page_at(page_at(z->first[order])->prev);

            if (last->first_dirty != FIRST_DIRTY_NONE)
                return last;
        }
    }
    return NULL;
}
