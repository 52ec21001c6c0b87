/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain's pages: the list of them, handing pages over, and giving all of them back.
 *
 * The list is guarded by mem.lock; the counts by heap_lock, since claims depend on them.  A page is
 * counted from its allocation on, and on the list a little later: domain_pages_add() refuses when
 * the domain has begun to die in between.
 */
#include <xen/atomic.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/lib.h>

#include "page_list.h"

/* Pages given back in one go: some milliseconds' worth. */
#define RELINQUISH_PIECE (1UL << 15)

void domain_pages_init(struct domain_pages *mem)
{
    spin_lock_init(&mem->lock, LOCK_PAGE_LIST);
    list_init(&mem->claim_list);
}

/* --- the list --- */

void domain_pages_remove(struct domain *d, struct page_info *pg)
{
    spin_lock(&d->mem.lock);
    page_list_remove(page_list_of(&d->mem, pg), pg, pg);
    spin_unlock(&d->mem.lock);
}

/* --- limits and life --- */

void domain_pages_set_max(struct domain *d, unsigned long max_pages)
{
    spin_lock(&heap_lock);
    d->mem.max_pages = max_pages;
    heap_unlock();
}

void domain_pages_mark_dying(struct domain *d)
{
    spin_lock(&d->mem.lock);
    spin_lock(&heap_lock);
    d->mem.is_dying = true;
    claim_drop(&d->mem);
    heap_unlock();
    spin_unlock(&d->mem.lock);
}

/* --- giving back --- */

/*
 * The run of neighbours on the list, beginning with pg, that are neighbours in memory too, on one
 * node, and have no reference but that of their allocation: dropped here.  Nobody can take one any
 * more then.
 */
static always_inline unsigned long drop_run(struct page_info *pg, unsigned long most)
{
    unsigned long pfn = page_number(pg), count = 0;
    uint64_t word = page_word_sole(pg);

    while (count < most && cmpxchg(&pg[count].word, word, (uint64_t)0) == word) {
        count++;
        if (pg[count - 1].next != pfn + count)
            break;
    }
    return count;
}

/*
 * Somebody else holds pg, too: it is put aside until that reference is dropped.  Being on a list,
 * it cannot be freed before our caller lets go of mem.lock.  True if the allocation's reference is
 * now ours.
 */
static bool put_aside(struct domain_pages *mem, struct page_info *pg)
{
    page_list_remove(&mem->pages, pg, pg);
    page_list_append(&mem->held, pg, pg);

    return __atomic_fetch_and(&pg->count_info, ~PGC_allocated, __ATOMIC_SEQ_CST) & PGC_allocated;
}

/* One run, or one page that others hold. False when the list is empty. */
static bool relinquish_some(struct domain *d, unsigned long *left)
{
    struct domain_pages *mem = &d->mem;
    struct page_info *pg;
    unsigned long run;
    bool is_ours = false;
    nodeid_t node;

    spin_lock(&mem->lock);
    if (!mem->pages.first) {
        spin_unlock(&mem->lock);
        return false;
    }
    pg = frame_table + mem->pages.first;
    node = pg->node;
    run = drop_run(pg, *left);
    if (run)
        page_list_remove(&mem->pages, pg, pg + run - 1);
    else
        is_ours = put_aside(mem, pg);
    spin_unlock(&mem->lock);

    if (run)
        heap_free_run(mem, pg, run, node);
    else if (is_ours)
        page_put(pg);
    *left -= max(run, 1UL);

    return true;
}

void domain_pages_free(struct domain *d, struct page_info *pg, unsigned long count)
{
    struct domain_pages *mem = &d->mem;

    while (count) {
        nodeid_t node = pg->node;
        unsigned long run;

        spin_lock(&mem->lock);
        run = drop_run(pg, count);
        if (likely(run))
            page_list_remove(page_list_of(mem, pg), pg, pg + run - 1);
        spin_unlock(&mem->lock);
        if (likely(run)) {
            heap_free_run(mem, pg, run, node);
        } else {
            page_put_alloc_ref(pg);
            run = 1;
        }
        pg += run;
        count -= run;
    }
}

int domain_pages_relinquish(struct domain *d)
{
    unsigned long left = RELINQUISH_PIECE;

    ASSERT(d->mem.is_dying);
    while (relinquish_some(d, &left))
        if (!left)
            return -ERESTART;

    return 0;
}

/* --- handing over --- */

/* Accounts count pages of node to d, as if they came from elsewhere: no claim is redeemed. */
static int account_to(struct domain *d, nodeid_t node, unsigned long count)
{
    struct domain_pages *mem = &d->mem;
    int rc = 0;

    spin_lock(&heap_lock);
    if (mem->is_dying) {
        rc = -EINVAL;
    } else if (mem->tot_pages + count > mem->max_pages) {
        rc = -ENOMEM;
    } else {
        account_sub(&heap_own, node, count);
        account_add(mem, node, count);
        claim_fit_limit(mem, count);
    }
    heap_unlock();

    return rc;
}

static void account_back(struct domain *d, nodeid_t node, unsigned long count)
{
    bool is_last;

    spin_lock(&heap_lock);
    account_sub(&d->mem, node, count);
    account_add(&heap_own, node, count);
    is_last = !d->mem.tot_pages;
    heap_unlock();

    account_put(&d->mem, is_last);
}

/* The same state for all of a block, each linked to its neighbours. */
static void set_words(struct page_info *pg, unsigned long count, uint64_t low)
{
    for (unsigned long i = 0; i < count; i++) {
        pg[i].links = frame_links(&pg[i]);
        WRITE_ONCE(pg[i].word, low | (uint64_t)pg[i].node << 56);
    }
}

int page_assign(struct page_info *pg, unsigned int order, struct domain *d, unsigned int memflags)
{
    unsigned long count = 1UL << order;
    uint64_t owner = (uint64_t)(d->domain_id + 1) << 32;
    int rc;

    ASSERT((pg->word & ~(0xffULL << 56)) == 1);
    if (memflags & MEMF_no_refcount) {
        set_words(pg, count, owner | PGC_extra | 1);
        return 0;
    }
    rc = account_to(d, pg->node, count);
    if (rc)
        return rc;
    set_words(pg, count, owner | PGC_allocated | 1);
    if (domain_pages_add(&d->mem, pg, count))
        return 0;

    set_words(pg, count, 1);
    account_back(d, pg->node, count);
    return -EINVAL;
}

/* The list's lock keeps others from freeing pg in between; a reference that appears makes us fail.
 */
int page_steal(struct domain *d, struct page_info *pg)
{
    uint64_t node = (uint64_t)pg->node << 56;
    uint64_t word = node | (uint64_t)(d->domain_id + 1) << 32 | PGC_allocated | 1;
    bool is_mine;

    spin_lock(&d->mem.lock);
    if (d->mem.is_dying) {
        spin_unlock(&d->mem.lock);
        return -EINVAL;
    }
    is_mine = cmpxchg(&pg->word, word, node | 1) == word;
    if (is_mine)
        page_list_remove(&d->mem.pages, pg, pg);
    spin_unlock(&d->mem.lock);
    if (!is_mine)
        return page_get_owner(pg) == d ? -EBUSY : -EINVAL;

    account_back(d, (nodeid_t)(node >> 56), 1);
    return 0;
}
