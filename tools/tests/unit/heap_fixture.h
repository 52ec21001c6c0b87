/* SPDX-License-Identifier: GPL-2.0-only */
/* Small hosts for tests of heap and claims, and short ways to ask about them. */
#ifndef HEAP_FIXTURE_H
#define HEAP_FIXTURE_H

#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/page_alloc.h>
#include <xen/string.h>
#include <asm/irqflags.h>

#include "host.h"
#include "unit.h"

/* Each node `pages` long, node 0 first, all aligned to `pages` (rounded up to a power of two) from
 * 1 GiB on. */
static inline void make_nodes(unsigned int nodes, unsigned long pages)
{
    unsigned long step = 1;
    paddr_t at;

    while (step < pages)
        step *= 2;
    for (unsigned int n = 0; n < nodes; n++) {
        at = ROUNDUP(GB(1), step << PAGE_SHIFT) + ((paddr_t)n * step << PAGE_SHIFT);
        host_add_ram(at, at + ((paddr_t)pages << PAGE_SHIFT));
        numa_add_memory((nodeid_t)n, at, at + ((paddr_t)pages << PAGE_SHIFT));
        heap_add_range(at, at + ((paddr_t)pages << PAGE_SHIFT));
    }
    heap_check();
}

static inline unsigned long free_pages(void)
{
    struct heap_info host;

    heap_snapshot(&host, NULL);
    return host.free;
}

static inline unsigned long claimed_pages(void)
{
    struct heap_info host;

    heap_snapshot(&host, NULL);
    return host.claimed;
}

static inline unsigned long node_free(unsigned int node)
{
    static struct heap_node_info nodes[MAX_NUMNODES];

    heap_snapshot(NULL, nodes);
    return nodes[node].free;
}

static inline unsigned long node_claimed(unsigned int node)
{
    static struct heap_node_info nodes[MAX_NUMNODES];

    heap_snapshot(NULL, nodes);
    return nodes[node].claimed;
}

static inline int claim(struct domain *d, unsigned long pages)
{
    const struct memory_claim_entry e = {pages, NUMA_NO_NODE};

    return claim_stake(d, &e, 1);
}

static inline int claim_on(struct domain *d, nodeid_t node, unsigned long pages)
{
    const struct memory_claim_entry e = {pages, node};

    return claim_stake(d, &e, 1);
}

/* How many of `count` blocks could be had. */
static inline unsigned long populate(struct domain *d, unsigned int order, unsigned int memflags,
                                     unsigned long count)
{
    unsigned long got = 0;

    while (got < count && alloc_domheap_pages(d, order, memflags))
        got++;
    heap_check();

    return got;
}

#define NODE(n)       MEMF_node(n)
#define EXACT_NODE(n) (MEMF_node(n) | MEMF_exact_node)

/* As the toolstack destroys it. */
static inline void destroy(struct domain *d)
{
    domain_pages_mark_dying(d);
    while (domain_pages_relinquish(d) == -ERESTART)
        ;
    heap_check();
}

#endif
