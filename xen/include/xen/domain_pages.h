/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain's memory account, part of struct domain.
 * Guards: H heap_lock, L mem.lock (LOCK_PAGE_LIST), A atomic.
 */
#ifndef XEN_DOMAIN_PAGES_H
#define XEN_DOMAIN_PAGES_H

#include <xen/list.h>
#include <xen/numa.h>
#include <xen/spinlock.h>

struct domain;
struct page_info;

struct page_list {
    uint32_t first, last;   /* frame numbers, 0 for none */
};

struct domain_pages {
    spinlock_t lock;
    struct page_list pages;                     /* L: the counted pages */
    struct page_list held;                      /* L: given back, but others still hold references */
    unsigned long tot_pages;                    /* H: how many */
    unsigned long max_pages;                    /* H: limit on tot_pages; claims are staked within it */
    unsigned long node_pages[MAX_NUMNODES];     /* H: tot_pages by node */
    unsigned long claim_host;                   /* H: outstanding host-wide claim */
    unsigned long claim_node[MAX_NUMNODES];     /* H: outstanding claim by node */
    uint64_t claim_nodes;                       /* H: bit n: claim_node[n] is not zero */
    unsigned long claim_total;                  /* H: the sum of all claims */
    struct list_head claim_list;                /* H: among the domains with claims */
    nodemask_t node_affinity;                   /* where memory is preferred */
    bool is_dying;                              /* set under L and H: no claim, no new page */
};

void domain_pages_init(struct domain_pages *mem);
/*
 * Sets the limit.  Below tot_pages is allowed (the balloon catches up); claims are left as they are, but
 * cannot be redeemed beyond the limit.
 */
void domain_pages_set_max(struct domain *d, unsigned long max_pages);
/* Gives all pages back, a bounded piece at a time: -ERESTART until done. */
int domain_pages_relinquish(struct domain *d);
/* d is dying: its claim ends now. */
void domain_pages_mark_dying(struct domain *d);
/*
 * Makes an already allocated block (MEMF_no_owner, or stolen) d's.  Redeems no claim; claims that no longer
 * fit below max_pages shrink.  -ENOMEM over max_pages, -EINVAL dying.
 */
int page_assign(struct page_info *pg, unsigned int order, struct domain *d, unsigned int memflags);
/* Takes a page with exactly one reference, that of its allocation, away from d: then nobody's. -EBUSY, -EINVAL. */
int page_steal(struct domain *d, struct page_info *pg);

#endif
