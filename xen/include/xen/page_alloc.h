/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The heap: a buddy allocator with NUMA nodes and claims.  Its invariants hold whenever heap_lock
 * is free (docs/hypervisor-guide/mm/claims.rst).  All counts in pages.
 *
 * What is declared here takes heap_lock itself, and so may be called under any lock that comes
 * before it (spinlock.h), but not from an interrupt's handler.
 */
#ifndef XEN_PAGE_ALLOC_H
#define XEN_PAGE_ALLOC_H

#include <xen/mm.h>
#include <xen/numa.h>

/* memflags */
#define MEMF_no_refcount (1u << 0)  /* for d, but not counted in tot_pages, and redeems no claim */
#define MEMF_no_scrub    (1u << 1)  /* the caller overwrites it all */
#define MEMF_exact_node  (1u << 2)  /* the named node or nothing */
#define MEMF_no_owner    (1u << 3)  /* accounted to nobody yet */
#define MEMF_NODE_SHIFT  8
#define MEMF_node(n)     ((((unsigned int)(n) + 1) & 0xff) << MEMF_NODE_SHIFT)
#define MEMF_get_node(f) ((nodeid_t)(((f) >> MEMF_NODE_SHIFT) - 1))
#define MEMF_BITS_SHIFT  24
#define MEMF_bits(n)     ((unsigned int)(n) << MEMF_BITS_SHIFT)    /* address width, in bits; 0 is any */

/*
 * 2^order pages (order up to MAX_ORDER) for d (NULL: the hypervisor's own), zeroed unless
 * no_scrub; each has one reference, that of its allocation.  NULL where there are none, where a
 * claim of others would be broken, above d's limit, and for a dying d.  Takes d->mem.lock, too.
 */
struct page_info *alloc_domheap_pages(struct domain *d, unsigned int order, unsigned int memflags);
/*
 * Drops those references: the pages go back at once but for those that somebody else holds, too.
 * With the order that they were allocated with, or a part of that block.
 */
void free_domheap_pages(struct page_info *pg, unsigned int order);
/* As above, the hypervisor's own, by address in the direct map. */
void *alloc_xenheap_pages(unsigned int order, unsigned int memflags);
void free_xenheap_pages(void *va, unsigned int order); /* NULL is fine */

static inline struct page_info *alloc_domheap_page(struct domain *d, unsigned int memflags)
{
    return alloc_domheap_pages(d, 0, memflags);
}

static inline void free_domheap_page(struct page_info *pg)
{
    free_domheap_pages(pg, 0);
}

static inline void *alloc_xenheap_page(void)
{
    return alloc_xenheap_pages(0, 0);
}

static inline void free_xenheap_page(void *va)
{
    free_xenheap_pages(va, 0);
}

/* Booting: hands [start, end) (bytes, page aligned) of RAM over to the heap. */
void heap_add_range(paddr_t start, paddr_t end);
void heap_check(void);                      /* every invariant, walking all free lists; BUG when broken */

/* One entry of a claim. node NUMA_NO_NODE: host-wide. pages is absolute: see claims. */
struct memory_claim_entry {
    unsigned long pages;
    nodeid_t node;
};

/*
 * Stakes all entries or none, in time that depends on their number alone.  -EINVAL: dying, a
 * claim held, a node named twice, no pages, no more than d has, or above its limit; -ENOENT: no
 * such node online; -ENOMEM: too little unclaimed.
 */
int claim_stake(struct domain *d, const struct memory_claim_entry *entries, unsigned int count);
void claim_release(struct domain *d);       /* always succeeds, twice too */

struct heap_node_info {
    unsigned long size, free, claimed;      /* pages */
};
struct heap_info {
    unsigned long total, free, claimed, offlined;
};
/* All under one hold of heap_lock. nodes[MAX_NUMNODES]; either pointer may be NULL. */
void heap_snapshot(struct heap_info *host, struct heap_node_info *nodes);
unsigned long heap_dirty_pages(void);       /* free and unscrubbed, a moment's figure: without the lock */
/* Pages and claims of d per node ([MAX_NUMNODES] each) and its host-wide claim, under one hold. */
void heap_domain_snapshot(struct domain *d, unsigned long *pages, unsigned long *claimed,
                          unsigned long *host_claim);
bool heap_scrub_idle(void);                 /* scrubs up to 32 pages; false when there are none left */

/*
 * Takes a frame out of the pool (when it is freed, if it is in use), puts it back, or tells what
 * is with it. broken: it never comes back. *status: PG_OFFLINE_*, PG_ONLINE_* or
 * PG_OFFLINE_STATUS_* of public/sysctl.h. -EINVAL: not a frame of the heap's; -EAGAIN: on its way
 * between free and used.
 */
int page_offline(mfn_t mfn, bool broken, uint32_t *status);
int page_online(mfn_t mfn, uint32_t *status);
int page_offline_query(mfn_t mfn, uint32_t *status);

void low_mem_init(void);                    /* once dom0's memory is there: arms VIRQ_ENOMEM */
void heap_keys_init(void);                  /* debug keys m and u */

#endif
