/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain's memory account, part of struct domain.
 * Guards: H heap_lock, L mem.lock (LOCK_PAGE_LIST).
 */
#ifndef XEN_DOMAIN_PAGES_H
#define XEN_DOMAIN_PAGES_H

#include <xen/numa.h>
#include <xen/spinlock.h>

struct domain;
struct page_info;

struct page_list {
    uint32_t first, last;   /* frame numbers, ~0 for none */
};

struct domain_pages {
    spinlock_t lock;
    struct page_list pages;                     /* L */
    unsigned long tot_pages;                    /* H: counted pages */
    unsigned long max_pages;                    /* H: limit on tot_pages + claims */
    unsigned long extra_pages;                  /* L: without reference count (page tables and the like) */
    unsigned long node_pages[MAX_NUMNODES];     /* H: tot_pages by node */
    unsigned long claim_host;                   /* H: outstanding host-wide claim */
    unsigned long claim_node[MAX_NUMNODES];     /* H: outstanding claim by node */
    unsigned long claim_total;                  /* H: the sum of both */
    uint64_t claim_serial;                      /* H: when it was staked, for recalls */
    struct domain *claim_next, *claim_prev;     /* H: domains with claims */
    nodemask_t node_affinity;                   /* where memory is preferred */
    bool is_dying;                              /* H: no claim, no new page */
};

void domain_pages_init(struct domain_pages *mem);
/* Sets the limit; -EINVAL when below tot_pages is allowed (the balloon catches up), never fails otherwise. */
int domain_pages_set_max(struct domain *d, unsigned long max_pages);
/* Gives all pages back, a bounded piece at a time: -ERESTART until done. */
int domain_pages_relinquish(struct domain *d);
/* d is dying: its claim ends now. */
void domain_pages_mark_dying(struct domain *d);
/* Makes an already allocated page (MEMF_no_owner) d's. -ENOMEM over max_pages, -EINVAL dying. */
int page_assign(struct page_info *pg, unsigned int order, struct domain *d, unsigned int memflags);
/* Takes a page with exactly one reference away from d. */
int page_steal(struct domain *d, struct page_info *pg);

#endif
