/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Taking frames out of the pool, because they are broken or about to be unplugged, and putting
 * sound ones back.  A free frame leaves at once; a used one when its last reference goes
 * (page_retire()).
 *
 * Less free memory may be too little for the claims: claim_recall() then gives the newest ones up.
 * Offlined frames are accounted to heap_own.
 */
#include <public/sysctl.h>
#include <xen/atomic.h>
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/printk.h>

#include "heap.h"

/* Both under heap_lock. */
static void leave_pool(struct page_info *pg, nodeid_t node, uint32_t flags)
{
    WRITE_ONCE(pg->word, (uint64_t)node << 56 | PGC_offlined | (flags & PGC_broken));
    heap.offlined++;
}

static void offline_free(struct page_info *block, struct page_info *pg, uint32_t flags)
{
    nodeid_t node = block->free_node;

    buddy_carve(block, page_number(pg), 0);
    if (!(pg->count_info & PGC_scrubbed))
        __atomic_fetch_sub(&heap.node[node].dirty, 1, __ATOMIC_RELAXED);
    heap.avail--;
    heap.node[node].avail--;
    account_add(&heap_own, node, 1);
    leave_pool(pg, node, flags);
    claim_recall(node);
    low_mem_update();
}

/* Marks a frame that is in use. False when it is not, or not any more. */
static bool mark_used(struct page_info *pg, uint32_t flags, uint64_t *word)
{
    uint64_t seen = READ_ONCE(pg->word);

    do {
        *word = seen;
        if ((seen & PGC_free) || !(seen & PGC_count_mask))
            return false;
        seen = cmpxchg(&pg->word, *word, *word | flags);
    } while (seen != *word);

    return true;
}

static uint32_t status_of_used(uint64_t word)
{
    uint32_t owner = (uint32_t)(word >> 32) & 0xffff;
    uint32_t status = PG_OFFLINE_PENDING | (word & PGC_broken ? PG_OFFLINE_BROKEN : 0);

    if (!owner || (word & PGC_xen_heap))
        return status | PG_OFFLINE_XENPAGE;
    return status | PG_OFFLINE_OWNED | (owner - 1) << PG_OFFLINE_OWNER_SHIFT;
}

/* Neither free nor in use: on its way between the two, or never the heap's. */
static int refuse(uint32_t *status)
{
    if (__atomic_load_n(&heap.transit, __ATOMIC_ACQUIRE) || heap.scrubbing) {
        *status = PG_OFFLINE_AGAIN;
        return -EAGAIN;
    }
    *status = PG_OFFLINE_FAILED | PG_OFFLINE_NOT_CONV_RAM;
    return -EINVAL;
}

static int offline_locked(struct page_info *pg, uint32_t flags, uint32_t *status)
{
    struct page_info *block;
    uint64_t word;

    if (mark_used(pg, flags | PGC_offlining, &word)) {
        *status = status_of_used(word | flags);
        return 0;
    }
    block = buddy_block_of(page_number(pg));
    if (block) {
        offline_free(block, pg, flags);
    } else if (pg->count_info & PGC_offlined) {
        pg->count_info |= flags;
    } else {
        return refuse(status);
    }
    *status = PG_OFFLINE_OFFLINED | (pg->count_info & PGC_broken ? PG_OFFLINE_BROKEN : 0);

    return 0;
}

int page_offline(mfn_t mfn, bool broken, uint32_t *status)
{
    int rc;

    if (!mfn_valid(mfn)) {
        *status = PG_OFFLINE_INVALID;
        return -EINVAL;
    }
    spin_lock(&heap_lock);
    rc = offline_locked(mfn_to_page(mfn), broken ? PGC_broken : 0, status);
    heap_unlock();

    return rc;
}

void page_retire(struct domain_pages *account, struct page_info *pg)
{
    bool is_last;

    spin_lock(&heap_lock);
    account_sub(account, pg->node, 1);
    account_add(&heap_own, pg->node, 1);
    leave_pool(pg, pg->node, pg->count_info);
    is_last = !account->tot_pages;
    heap_unlock();

    printk(XENLOG_INFO "Frame %#lx is offline now\n", page_number(pg));
    account_put(account, is_last);
}

/* Takes back what has not happened yet. */
static bool unmark_used(struct page_info *pg)
{
    uint64_t seen = READ_ONCE(pg->word), word;

    do {
        word = seen;
        if ((word & PGC_free) || !(word & PGC_offlining) || (word & PGC_broken))
            return false;
        seen = cmpxchg(&pg->word, word, word & ~(uint64_t)PGC_offlining);
    } while (seen != word);

    return true;
}

int page_online(mfn_t mfn, uint32_t *status)
{
    struct page_info *pg = mfn_to_page(mfn);
    bool is_offlined;
    nodeid_t node;

    *status = PG_OFFLINE_INVALID;
    if (!mfn_valid(mfn))
        return -EINVAL;

    *status = PG_ONLINE_ONLINED;
    if (unmark_used(pg))
        return 0;

    spin_lock(&heap_lock);
    is_offlined = !(pg->count_info & PGC_free) && (pg->count_info & PGC_offlined);
    *status = PG_ONLINE_FAILED | (pg->count_info & PGC_broken ? PG_ONLINE_BROKEN : 0);
    is_offlined = is_offlined && !(pg->count_info & PGC_broken);
    node = pg->node;
    if (is_offlined) {
        pg->word = 0;
        heap.offlined--;
    }
    heap_unlock();
    if (!is_offlined)
        return -EINVAL;

    heap_free_run(&heap_own, pg, 1, node);
    *status = PG_ONLINE_ONLINED;
    return 0;
}

int page_offline_query(mfn_t mfn, uint32_t *status)
{
    uint32_t flags;

    if (!mfn_valid(mfn)) {
        *status = PG_OFFLINE_INVALID;
        return -EINVAL;
    }
    flags = READ_ONCE(mfn_to_page(mfn)->count_info);
    *status = flags & PGC_free        ? PG_OFFLINE_STATUS_ONLINE
              : flags & PGC_offlined  ? PG_OFFLINE_STATUS_OFFLINED
              : flags & PGC_offlining ? PG_OFFLINE_STATUS_OFFLINE_PENDING
                                      : PG_OFFLINE_STATUS_ONLINE;
    if (!(flags & PGC_free) && (flags & PGC_broken))
        *status |= PG_OFFLINE_STATUS_BROKEN;

    return 0;
}
