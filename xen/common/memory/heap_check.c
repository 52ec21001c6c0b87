/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The heap's invariants.  heap_check_locked() looks at counters only, and so cheaply that debug
 * builds do it after every change; heap_check() walks the free lists as well: for tests and the
 * debug key.
 */
#include <xen/atomic.h>
#include <xen/domain.h>
#include <xen/lib.h>
#include <xen/printk.h>
#include <xen/string.h>

#include "heap.h"

/* Adds up one domain's claims: into the sums by node, and its total. */
static unsigned long sum_claims(const struct domain_pages *mem, unsigned long *by_node)
{
    unsigned long total = mem->claim_host;

    for (uint64_t nodes = mem->claim_nodes; nodes; nodes &= nodes - 1) {
        unsigned int node = (unsigned int)__builtin_ctzl(nodes);

        BUG_ON(!mem->claim_node[node]);
        by_node[node] += mem->claim_node[node];
        total += mem->claim_node[node];
    }
    return total;
}

void heap_check_locked(void)
{
    unsigned long by_node[MAX_NUMNODES] = {0};
    unsigned long claimed = 0, avail = 0;
    const struct domain_pages *mem;
    unsigned int node;

    list_for_each_entry (mem, &heap.claimants, claim_list) {
        BUG_ON(mem->is_dying || !mem->claim_total);
        BUG_ON(sum_claims(mem, by_node) != mem->claim_total);
        claimed += mem->claim_total;
    }
    BUG_ON(claimed != heap.claimed);
    BUG_ON(heap.claimed > heap.avail);

    for_each_online_node (node) {
        const struct heap_node *n = &heap.node[node];

        BUG_ON(by_node[node] != n->claimed);
        BUG_ON(n->claimed > n->avail);
        BUG_ON(n->avail + heap_own.node_pages[node] > n->size);
        avail += n->avail;
    }
    BUG_ON(avail != heap.avail);
}

struct walk {
    unsigned long frames, dirty;
};

static void check_block(const struct page_info *pg, unsigned int order, nodeid_t node,
                        struct walk *w)
{
    unsigned long count = 1UL << order, pfn = page_number(pg);

    BUG_ON(!IS_ALIGNED(pfn, count) || !pfn);
    BUG_ON(pg->order != order || pg->free_node != node);
    BUG_ON((frame_table + pg->next)->prev != pfn || (frame_table + pg->prev)->next != pfn);

    for (unsigned long i = 0; i < count; i++) {
        BUG_ON((pg[i].count_info & ~PGC_scrubbed) != (i ? 0 : PGC_free));
        if (!(pg[i].count_info & PGC_scrubbed)) {
            w->dirty++;
            BUG_ON(i < pg->first_dirty);
        }
    }
    w->frames += count;
}

static void check_list(nodeid_t node, unsigned int zone, unsigned int order, struct walk *w)
{
    const struct heap_node *n = &heap.node[node];
    const struct heap_zone *z = &n->zone[zone];
    uint32_t first = z->first[order], pfn = first;

    BUG_ON(!!first != ((z->orders >> order) & 1));
    BUG_ON(!!z->orders != ((n->zones >> zone) & 1));
    while (pfn) {
        check_block(frame_table + pfn, order, node, w);
        pfn = (frame_table + pfn)->next;
        if (pfn == first)
            break;
    }
}

void heap_check(void)
{
    unsigned int node;

    spin_lock(&heap_lock);
    heap_check_locked();
    for_each_online_node (node) {
        struct walk w = {0, 0};

        for (unsigned int zone = 0; zone < HEAP_ZONES; zone++)
            for (unsigned int order = 0; order <= MAX_ORDER; order++)
                check_list((nodeid_t)node, zone, order, &w);
        if (heap.scrubbing || __atomic_load_n(&heap.transit, __ATOMIC_ACQUIRE))
            continue; /* some frames are on their way */
        BUG_ON(w.frames != heap.node[node].avail);
        BUG_ON(w.dirty != heap.node[node].dirty);
    }
    spin_unlock(&heap_lock);
}
