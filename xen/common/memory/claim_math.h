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
 * allocation is allowed exactly if both promises hold afterwards; they held before, so no
 * subtraction below can wrap.
 */
#ifndef COMMON_MEMORY_CLAIM_MATH_H
#define COMMON_MEMORY_CLAIM_MATH_H

#include <xen/lib.h>

struct claim_view {
    unsigned long avail, out;           /* of the host */
    unsigned long node_avail, node_out; /* of node n */
    unsigned long own_node,
        own_host;            /* the owner's claims on n and host-wide; 0: redeems nothing */
    unsigned long own_total; /* all it holds */
    unsigned long room;      /* its limit less the pages it has; never below k */
};

struct claim_verdict {
    bool is_allowed;
    unsigned long node, host; /* to redeem of the two claims */
    unsigned long unusable;   /* to take off its claims on other nodes, the largest first */
};

static inline struct claim_verdict claim_admit(const struct claim_view *v, unsigned long k)
{
    struct claim_verdict r;
    unsigned long beyond, left, redeemed;

    r.node = min(k, v->own_node);
    r.host = min(k - r.node, v->own_host);
    beyond = k - r.node - r.host;
    left = v->own_total - r.node - r.host; /* all on other nodes, if anything is beyond */
    r.unusable = left > v->room - k ? min(left - (v->room - k), beyond) : 0;

    redeemed = r.node + r.host + r.unusable;
    r.is_allowed = k <= v->node_avail && k <= v->avail &&
                   v->node_out - r.node <= v->node_avail - k && v->out - redeemed <= v->avail - k;

    return r;
}

/* May `pages` more be promised where `out` of `avail` are already? For the host and for a node
 * alike. */
static inline bool claim_fits(unsigned long avail, unsigned long out, unsigned long pages)
{
    return pages <= avail - out;
}

#endif
