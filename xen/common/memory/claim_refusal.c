/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Why a set of claims is refused.  Staking stops at the first entry that cannot be had, and goes no
 * further into it than one comparison; the documented error may be that of another entry, or of all
 * of them together.  So the set is looked at once more here, whole, where there is time for it.
 */
#include <xen/errno.h>
#include <xen/lib.h>

#include "claim_math.h"
#include "heap.h"

/* Why a set of entries is refused: bits, of which the highest prevails. */
enum refusal {
    REFUSED_SHORT = 1,
    REFUSED_EXCESSIVE = 2,
    REFUSED_MISSING = 4,
    REFUSED_MALFORMED = 8,
};

/* What is seen of a set while the reason is sought for which it was refused. Pages. */
struct refused_set {
    unsigned __int128 wanted; /* the sum of the entries, whatever they say */
    unsigned long host;       /* the host-wide one of them */
    unsigned long present;    /* what the domain has already where the others are */
    uint64_t named;           /* nodes */
};

static unsigned int refusal_of_host(struct refused_set *s, unsigned long pages)
{
    if (!pages || s->host)
        return REFUSED_MALFORMED;
    s->host = pages;
    return 0;
}

static unsigned int refusal_of_node(struct refused_set *s, const struct domain_pages *mem,
                                    const struct memory_claim_entry *e)
{
    const struct heap_node *n = &heap.node[e->node];
    unsigned long present = mem->node_pages[e->node];

    if (!e->pages || ((s->named >> e->node) & 1))
        return REFUSED_MALFORMED;
    s->named |= 1ULL << e->node;
    if (!node_online(e->node))
        return REFUSED_MISSING;
    s->present += present;
    if (e->pages <= present)
        return REFUSED_EXCESSIVE;
    return claim_fits(n->avail, n->claimed, e->pages - present) ? 0 : REFUSED_SHORT;
}

static unsigned int refusal_of_entry(struct refused_set *s, const struct domain_pages *mem,
                                     const struct memory_claim_entry *e)
{
    s->wanted += e->pages;
    if (e->node == NUMA_NO_NODE)
        return refusal_of_host(s, e->pages);
    if (e->node >= MAX_NUMNODES)
        return e->pages ? REFUSED_MISSING : REFUSED_MALFORMED;
    return refusal_of_node(s, mem, e);
}

/* The host-wide entry speaks of the nodes that the others do not name. */
static unsigned int refusal_of_sum(const struct refused_set *s, const struct domain_pages *mem)
{
    unsigned long present = s->host ? mem->tot_pages : s->present;
    unsigned long total = (unsigned long)s->wanted - present;

    if (s->wanted > mem->max_pages || mem->tot_pages + total > mem->max_pages ||
        (s->host && s->host <= mem->tot_pages - s->present))
        return REFUSED_EXCESSIVE;
    return claim_fits(heap.avail, heap.claimed, total) ? 0 : REFUSED_SHORT;
}

int claim_refusal(const struct domain_pages *mem, const struct memory_claim_entry *e,
                  const struct memory_claim_entry *end)
{
    struct refused_set s = {.wanted = 0};
    unsigned int reasons = 0;

    for (; e < end; e++)
        reasons |= refusal_of_entry(&s, mem, e);
    reasons |= refusal_of_sum(&s, mem);
    ASSERT(reasons);

    if (reasons >= REFUSED_MALFORMED)
        return -EINVAL;
    if (reasons >= REFUSED_MISSING)
        return -ENOENT;
    return reasons >= REFUSED_EXCESSIVE ? -EINVAL : -ENOMEM;
}
