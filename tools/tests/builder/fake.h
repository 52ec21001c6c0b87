/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hypervisor of a few lines, for the domain builder: one domain, nodes with so much memory,
 * claims, and guest memory that really exists as long as little of it is touched.  Every call can
 * be made to fail.
 */
#ifndef BUILDER_FAKE_H
#define BUILDER_FAKE_H

#include <xenguest.h>

#define FAKE_NODES 2
#define FAKE_DOMID 7

struct fake {
    /* Set by the test. */
    uint64_t node_free[FAKE_NODES]; /* pages */
    unsigned int max_order;         /* larger extents are refused */
    uint8_t scrub_pattern;          /* what fresh pages hold */
    int fail_at;                    /* the number of the call that fails with ENOMEM; 0: none */
    bool no_node_claims;            /* as a hypervisor without domctl 91: ENOSYS */

    /* What happened. */
    int calls;
    uint64_t claimed;         /* outstanding pages of the domain */
    unsigned int claim_calls; /* of either kind, releases too */
    uint64_t populated;
    uint64_t on_node[FAKE_NODES];
    unsigned int populate_calls;
    unsigned int mapped; /* pages mapped now */
    uint64_t param[HVM_NR_PARAMS];
    grant_entry_v1_t grant[GNTTAB_NR_RESERVED_ENTRIES];
    uint8_t context[65536];
    uint32_t context_size;
    struct e820entry map[E820MAX];
    unsigned int map_entries;
    char log[4096]; /* what the builder reported */
};

extern struct fake fake;

/* A fresh hypervisor with so many pages free on each node. */
void fake_reset(uint64_t node_pages);
/* The page of guest memory at gfn, or NULL if the guest has none there. */
uint8_t *fake_page(xen_pfn_t gfn);

#endif /* BUILDER_FAKE_H */
