/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * References to frames.  State, count and owner are one word, changed by compare-and-exchange, so
 * no lock is needed to take a reference, and none can be taken once the count has reached zero.
 *
 * A page's owner cannot vanish while it has pages (account_add() holds it), so the pointer that
 * page_get_owner() finds is good while the caller has a reference to the page.
 */
#include <xen/atomic.h>
#include <xen/domain.h>
#include <xen/lib.h>

#include "heap.h"

struct domain *page_get_owner(const struct page_info *pg)
{
    uint16_t owner = READ_ONCE(pg->owner);

    if (READ_ONCE(pg->count_info) & PGC_free)
        return NULL; /* the field means something else there */
    return owner ? domain_find(owner - 1) : NULL;
}

static inline uint16_t word_owner(uint64_t word)
{
    return (uint16_t)(word >> 32);
}

/* One more reference, unless there is none yet, or too many; the owner (domid + 1), or 0. */
static uint16_t get_from(struct page_info *pg, uint16_t wanted)
{
    uint64_t word = READ_ONCE(pg->word);

    for (;;) {
        uint64_t count = word & PGC_count_mask, seen;

        if (!count || count == PGC_count_mask || !word_owner(word))
            return 0;
        if (wanted && word_owner(word) != wanted)
            return 0;
        seen = cmpxchg(&pg->word, word, word + 1);
        if (seen == word)
            return word_owner(word);
        word = seen;
    }
}

bool page_get(struct page_info *pg, const struct domain *d)
{
    return get_from(pg, (uint16_t)(d->domain_id + 1));
}

struct domain *page_get_any(struct page_info *pg)
{
    uint16_t owner = get_from(pg, 0);

    return owner ? domain_find(owner - 1) : NULL;
}

/*
 * The last reference is gone: nobody can take another one.  The owner is looked up only for a page
 * that is counted, since such a page keeps its domain; one that is not may outlast it in the table
 * of domains, or be freed before the domain got there.
 */
static void page_free(struct page_info *pg, uint64_t word)
{
    struct domain *d;

    ASSERT(!(word & PGC_allocated));
    if (!word_owner(word) || (word & (PGC_xen_heap | PGC_extra))) {
        heap_free_used(&heap_own, pg, 1);
        return;
    }
    d = domain_find(word_owner(word) - 1);
    domain_pages_remove(d, pg);
    heap_free_used(&d->mem, pg, 1);
}

void page_put(struct page_info *pg)
{
    uint64_t word = __atomic_sub_fetch(&pg->word, 1, __ATOMIC_SEQ_CST);

    ASSERT((word & PGC_count_mask) != PGC_count_mask);
    if (!(word & PGC_count_mask))
        page_free(pg, word);
}

void page_put_alloc_ref(struct page_info *pg)
{
    uint32_t flags = __atomic_fetch_and(&pg->count_info, ~PGC_allocated, __ATOMIC_SEQ_CST);

    if (flags & PGC_allocated)
        page_put(pg);
}

void page_share_with(struct page_info *pg, struct domain *d, bool writable)
{
    uint64_t flags = PGC_xen_heap | (writable ? 0 : PGC_readonly);
    uint64_t word = READ_ONCE(pg->word);

    ASSERT(!word_owner(word) && (word & PGC_count_mask) == 1);
    WRITE_ONCE(pg->word, word | flags | (uint64_t)(d->domain_id + 1) << 32);
}

void page_unshare(struct page_info *pg)
{
    uint64_t owner = 0xffffULL << 32;

    ASSERT(pg->count_info & PGC_xen_heap);
    __atomic_fetch_and(&pg->word, ~(owner | PGC_xen_heap | PGC_readonly), __ATOMIC_SEQ_CST);
}
