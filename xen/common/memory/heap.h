/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The heap's inside, private to the files of memory management.  Everything is guarded by heap_lock
 * but for the members marked A (atomic), which count page-wise work done outside of it.
 *
 *   page_alloc.c    the policy: who gets a block, from which node, and what that does to claims
 *   buddy.c         the mechanism: free blocks, found by bitmaps, split and merged
 *   page_list.h     a domain's list of its pages
 *   page_scrub.c page_offline.c domain_pages.c claim_refusal.c heap_check.c    one concern each
 *
 * Frames pass through three states: free (in a block, or lent to the scrubber and still counted as
 * available), in transit (taken, not yet initialised: their word is zero), in use (references).
 */
#ifndef COMMON_MEMORY_HEAP_H
#define COMMON_MEMORY_HEAP_H

#include <xen/domain_pages.h>
#include <xen/list.h>
#include <xen/page_alloc.h>
#include <xen/spinlock.h>

#define HEAP_ORDERS (MAX_ORDER + 1)

/*
 * A block lies in the zone of its address width: zone 0 up to 24 bits (16 MiB), then one for each
 * bit. Frame 0 is never free, and a block starts at a multiple of its size: so none spans two
 * zones.
 */
#define ZONE_0_BITS 24
#define HEAP_ZONES  (FRAME_NUMBER_BITS + PAGE_SHIFT - ZONE_0_BITS + 1)

/* The free blocks of one node and zone. */
struct heap_zone {
    uint32_t orders;             /* bit o: first[o] is not 0 */
    uint32_t first[HEAP_ORDERS]; /* circular lists, clean blocks before dirty ones */
};

struct heap_node {
    unsigned long size, avail, claimed;
    unsigned long dirty; /* A: free frames that are not scrubbed */
    uint32_t zones;      /* bit z: zone[z] is not empty */
    struct heap_zone zone[HEAP_ZONES];
};

struct heap {
    unsigned long total, avail, claimed, offlined;
    struct list_head claimants; /* domains with claims, the newest first */
    unsigned int scrubbing;     /* blocks lent to scrubbers */
    unsigned int waiting;       /* requests that wait for those: no new ones meanwhile */
    unsigned int transit;       /* A: blocks taken and not yet initialised */
    struct heap_node node[MAX_NUMNODES];
};

extern struct heap heap;
extern spinlock_t heap_lock;

/* The hypervisor's own frames are accounted like a domain's, without a limit and never with a
 * claim. */
extern struct domain_pages heap_own;

/* The invariants of all counters: BUG when one is broken. Under heap_lock. */
void heap_check_locked(void);

/* Ends every change: in debug builds all invariants are checked first. */
static inline void heap_unlock(void)
{
#ifndef NDEBUG
    heap_check_locked();
#endif
    spin_unlock(&heap_lock);
}

/* --- buddy.c --- */
#define FIRST_DIRTY_NONE ((1u << 21) - 1)

/* Puts a block among the free ones, merging. Its frames' words are 0 or PGC_scrubbed. */
void buddy_free(unsigned long pfn, unsigned int order, nodeid_t node, uint32_t first_dirty);

/* A block taken out of the free ones; pg is NULL if there was none. */
struct block {
    struct page_info *pg;
    uint32_t first_dirty; /* no unscrubbed frame comes before this one */
    nodeid_t node;        /* for who takes it to fill in */
};

/* A list of a node that is not empty. */
struct block_list {
    struct heap_zone *zone;
    unsigned int order;
};

/*
 * Where to take a block of at least this order from, within the zones in the mask: from the highest
 * zone that has one, so that low addresses last for those who need them; in it, the smallest.
 */
static inline bool buddy_find(struct heap_node *n, unsigned int order, uint32_t zones,
                              struct block_list *at)
{
    for (zones &= n->zones; zones;) {
        unsigned int highest = 31 ^ (unsigned int)__builtin_clz(zones);
        uint32_t orders = n->zone[highest].orders >> order;

        if (likely(orders)) {
            at->zone = &n->zone[highest];
            at->order = order + (unsigned int)__builtin_ctz(orders);
            return true;
        }
        zones ^= 1u << highest;
    }
    return false;
}

/*
 * Takes a block of exactly this order out of one on the list that buddy_find() found for it; a
 * clean one is preferred unless `any_will_do`.
 */
struct block buddy_take(struct heap_node *n, struct block_list from, unsigned int order,
                        bool any_will_do);
/* The free block that contains the frame, or NULL. */
struct page_info *buddy_block_of(unsigned long pfn);
/* Takes the part [pfn, pfn + 2^order) out of a free block; returns its first_dirty. */
uint32_t buddy_carve(struct page_info *block, unsigned long pfn, unsigned int order);
/* A block of the node with frames to scrub, or NULL. */
struct page_info *buddy_find_dirty(nodeid_t node);

static inline unsigned long page_number(const struct page_info *pg)
{
    return (unsigned long)(pg - frame_table);
}

/* Links to the next and the previous frame: what page_info.links of a fresh block says. */
static inline uint64_t frame_links(const struct page_info *pg)
{
    unsigned long pfn = page_number(pg);

    return (pfn + 1) | (pfn - 1) << 32;
}

/* What the word of a used frame is if there is no reference but that of its allocation. */
static inline uint64_t page_word_sole(const struct page_info *pg)
{
    return (READ_ONCE(pg->word) & 0xffffffff00000000UL) | PGC_allocated | 1;
}

/* --- page_alloc.c --- */
/* Returns frames of one node whose words are zero; `account` had them. Takes heap_lock. */
void heap_free_run(struct domain_pages *account, struct page_info *pg, unsigned long count,
                   nodeid_t node);
/* As above for frames as they were in use, any nodes; retires those that are marked offlining. */
void heap_free_used(struct domain_pages *account, struct page_info *pg, unsigned long count);
/* Under heap_lock: count frames of node change hands; the claims stay as they are. */
void account_add(struct domain_pages *account, nodeid_t node, unsigned long count);
void account_sub(struct domain_pages *account, nodeid_t node, unsigned long count);
/* A domain's last page has gone: lets go of the domain. Without heap_lock. */
void account_put(struct domain_pages *account, bool is_last);
/* Under heap_lock: ends d's claim; shrinks claims until the promises hold again. */
void claim_drop(struct domain_pages *mem);
void claim_recall(nodeid_t node);
/* Under heap_lock: mem got `count` pages without redeeming; gives up what it could not use any
 * more. */
void claim_fit_limit(struct domain_pages *mem, unsigned long count);

/* --- claim_refusal.c --- */
/* Under heap_lock, where nothing is staked: the error for a set of entries that cannot be. */
int claim_refusal(const struct domain_pages *mem, const struct memory_claim_entry *e,
                  const struct memory_claim_entry *end);

/* --- domain_pages.c --- */
/* Takes a page that is about to be freed off d's list. Both take mem.lock. */
void domain_pages_remove(struct domain *d, struct page_info *pg);
/* Drops the allocation's references of `count` pages of d's: in one go, where nobody else has any.
 */
void domain_pages_free(struct domain *d, struct page_info *pg, unsigned long count);

/* --- page_offline.c --- */
/* A used frame that was to be offlined has been freed. */
void page_retire(struct domain_pages *account, struct page_info *pg);

/* --- low_mem.c: VIRQ_ENOMEM --- */
/* Pages. Nothing happens while unclaimed memory lies within low_mem_span from low_mem_below on. */
extern unsigned long low_mem_below, low_mem_span;
void low_mem_crossed(unsigned long unclaimed);

/* Under heap_lock, after every change of free memory or claims. */
static inline void low_mem_update(void)
{
    unsigned long unclaimed = heap.avail - heap.claimed;

    if (unlikely(unclaimed - low_mem_below >= low_mem_span))
        low_mem_crossed(unclaimed);
}

#endif
