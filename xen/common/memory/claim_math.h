/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The arithmetic of claims, and nothing else: numbers in, a verdict out, so that it can be checked
 * over all values of a reduced width.  All counts in pages.
 *
 * The two promises:   out <= avail   and, for every node n,   out[n] <= avail[n].
 *
 * An allocation of k pages on node n redeems the owner's claim on n first, then its host-wide
 * claim. Pages beyond both leave claims on other nodes alone, unless the owner could then no longer
 * redeem all it holds within its limit: what it cannot use is given up (`unusable`).  The
 * allocation is allowed exactly if both promises hold afterwards.  Nothing below can wrap: what is
 * redeemed is part of what is out, and no sum comes near 2^64 pages.
 */
#ifndef COMMON_MEMORY_CLAIM_MATH_H
#define COMMON_MEMORY_CLAIM_MATH_H

#include <xen/lib.h>

struct claim_view {
    unsigned long avail, out;           /* of the host */
    unsigned long node_avail, node_out; /* of node n */
    unsigned long own_node, own_host;   /* the owner's claims on n and host-wide */
    unsigned long own_total;            /* all it holds */
    unsigned long room;                 /* its limit less the pages it has; never below k */
};

struct claim_verdict {
    bool is_allowed;
    unsigned long node, host; /* to redeem of the two claims */
    unsigned long unusable;   /* to take off its claims on other nodes, the largest first */
};

static inline struct claim_verdict claim_admit(const struct claim_view *v, unsigned long k)
{
    struct claim_verdict r = {.node = 0, .unusable = 0};
    unsigned long beyond, left, redeemed;

    /* Nearly always there is no claim on any node: the same, in less arithmetic. */
    if (likely(v->own_total == v->own_host)) {
        r.host = min(k, v->own_host);
        r.is_allowed = v->node_out + k <= v->node_avail && v->out - r.host + k <= v->avail;
        return r;
    }
    r.node = min(k, v->own_node);
    r.host = min(k - r.node, v->own_host);
    beyond = k - r.node - r.host;
    left = v->own_total - r.node - r.host; /* all on other nodes, if anything is beyond */
    r.unusable = left > v->room - k ? min(left - (v->room - k), beyond) : 0;

    redeemed = r.node + r.host + r.unusable;
    r.is_allowed = v->node_out - r.node + k <= v->node_avail && v->out - redeemed + k <= v->avail;

    return r;
}

/* May `pages` more be promised where `out` of `avail` are? For the host and for a node alike. */
static inline bool claim_fits(unsigned long avail, unsigned long out, unsigned long pages)
{
    return pages <= avail - out;
}

/*
 * The same, and not for none: `pages` is what somebody wants less what there is already.  Where
 * that is none or below, one less has wrapped, and is beyond any amount of memory.
 */
static inline bool claim_adds(unsigned long avail, unsigned long out, unsigned long pages)
{
    return pages - 1 < avail - out;
}

#endif
