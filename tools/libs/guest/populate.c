/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The claim, and the memory that redeems it.
 *
 * A claim is staked before the first page is taken, so that a guest that does not fit is refused at
 * once.  Memory is then taken in the largest pieces that the hypervisor grants: 1 GiB, 2 MiB, 4
 * KiB. Once a size has run out on a node it is not tried again there.
 */
#include "private.h"

#define MAX_EXTENTS 1024

/* The orders of page sizes, and how many of each are asked for in one call. */
static const struct {
    unsigned int order;
    unsigned int batch;
} sizes[] = {{18, 1}, {9, 128}, {0, 4096}};

#define NR_SIZES (sizeof(sizes) / sizeof(sizes[0]))

static void host_shortage(struct xc_dom_image *dom, struct xc_dom_shortage *s)
{
    xc_physinfo_t info;

    if (xc_physinfo(dom->xch, &info) == 0) {
        s->free = info.free_pages;
        s->claimed = info.outstanding_pages;
    }
}

static void node_shortage(struct xc_dom_image *dom, struct xc_dom_shortage *s)
{
    unsigned int nr = s->node + 1;
    xc_host_claims_t host;
    xc_node_claims_t *nodes = calloc(nr, sizeof(*nodes));

    if (nodes && xc_get_node_claims(dom->xch, &nr, nodes, &host) == 0 && nr > s->node) {
        s->free = nodes[s->node].free;
        s->claimed = nodes[s->node].claimed;
    }
    free(nodes);
}

/* Writes down what a node (or the host) lacks; errno stays. */
static void shortage(struct xc_dom_image *dom, uint32_t node, uint64_t needed)
{
    struct xc_dom_shortage *s = &dom->shortage;
    int saved = errno;

    *s = (struct xc_dom_shortage){.node = node, .needed = needed};
    if (node == XEN_DOMCTL_CLAIM_MEMORY_NO_NODE) {
        host_shortage(dom, s);
    } else {
        node_shortage(dom, s);
    }
    errno = saved;
}

void dom_shortage_error(struct xc_dom_image *dom, const char *what)
{
    const struct xc_dom_shortage *s = &dom->shortage;
    char where[32] = "the host";

    if (s->node != XEN_DOMCTL_CLAIM_MEMORY_NO_NODE) {
        snprintf(where, sizeof(where), "node %u", s->node);
    }
    dom_error(dom, "%s: %llu MiB needed, %s has %llu MiB free, %llu MiB of it claimed", what,
              MIB(s->needed + 255), where, MIB(s->free), MIB(s->claimed));
}

/* Which part of the claim there is no memory for, as far as one can say afterwards. */
static void claim_shortage(struct xc_dom_image *dom)
{
    const memory_claim_t *worst = NULL;

    for (unsigned int i = 0; i < dom->nr_claims; i++) {
        const memory_claim_t *c = &dom->claims[i];
        struct xc_dom_shortage s = {.node = c->node};

        if (c->node == XEN_DOMCTL_CLAIM_MEMORY_NO_NODE) {
            continue;
        }
        node_shortage(dom, &s);
        if (c->pages > s.free - (s.claimed < s.free ? s.claimed : s.free)) {
            worst = c;
        }
    }
    shortage(dom, worst ? worst->node : XEN_DOMCTL_CLAIM_MEMORY_NO_NODE,
             worst ? worst->pages : dom->claim_pages);
}

/* A refusal is written down and no error yet: the caller may have another claim to try. */
int xc_dom_claim(struct xc_dom_image *dom)
{
    int rc;

    if (!dom->claim_enabled) {
        return 0;
    }
    if (dom->nr_claims) {
        rc = xc_domain_claim_memory(dom->xch, dom->domid, dom->nr_claims, dom->claims);
    } else {
        rc = xc_domain_claim_pages(dom->xch, dom->domid, dom->claim_pages);
    }
    if (rc == 0) {
        dom->priv->claimed = true;
    } else if (errno == ENOMEM) {
        claim_shortage(dom);
    }
    return rc;
}

static unsigned int node_flags(const struct xc_dom_image *dom, uint32_t pnode)
{
    if (pnode == XEN_DOMCTL_CLAIM_MEMORY_NO_NODE) {
        return 0;
    }
    return dom->exact_nodes ? XENMEMF_exact_node(pnode) : XENMEMF_node(pnode);
}

/* How many pieces of a size to ask for at gfn; 0 when it does not fit there. */
static unsigned int pieces(xen_pfn_t gfn, uint64_t pages, unsigned int size)
{
    uint64_t n = pages >> sizes[size].order;

    if (gfn & ((1UL << sizes[size].order) - 1)) {
        return 0;
    }
    if (size > 0) {
        /* Up to where the next larger size could go on. */
        uint64_t larger = 1UL << sizes[size - 1].order;
        uint64_t until = (larger - (gfn & (larger - 1))) >> sizes[size].order;

        n = n < until ? n : until;
    }
    return n < sizes[size].batch ? n : sizes[size].batch;
}

static long take(struct xc_dom_image *dom, xen_pfn_t gfn, unsigned int nr, unsigned int order,
                 unsigned int flags)
{
    xen_pfn_t list[4096];

    for (unsigned int i = 0; i < nr; i++) {
        list[i] = gfn + ((xen_pfn_t)i << order);
    }
    return xc_domain_populate_physmap(dom->xch, dom->domid, nr, order, flags, list);
}

/* Populates one extent; *taken counts the pages of the guest so far. */
static int populate_extent(struct xc_dom_image *dom, struct extent e, uint64_t *taken)
{
    unsigned int flags = node_flags(dom, e.pnode), smallest = 0;

    while (e.pages) {
        unsigned int size = smallest, nr;
        long done;

        while (!(nr = pieces(e.gfn, e.pages, size))) {
            size++;
        }
        done = take(dom, e.gfn, nr, sizes[size].order, flags);
        if (done < 0) {
            dom_error(dom, "cannot populate memory at %llu MiB: %s", MIB(e.gfn), strerror(errno));
            return -1;
        }
        if (done < (long)nr) {
            if (size == NR_SIZES - 1) {
                errno = ENOMEM;
                shortage(dom, e.pnode, e.pages - (done << sizes[size].order));
                dom_shortage_error(dom, "memory ran out while populating");
                return -1;
            }
            smallest = size + 1;
        }
        e.gfn += (uint64_t)done << sizes[size].order;
        e.pages -= (uint64_t)done << sizes[size].order;
        *taken += (uint64_t)done << sizes[size].order;
        dom_progress(dom, "memory", *taken, dom->priv->layout.pages);
    }
    return 0;
}

int xc_dom_populate(struct xc_dom_image *dom)
{
    const struct layout *l = &dom->priv->layout;
    struct extent *extents = calloc(MAX_EXTENTS, sizeof(*extents));
    struct extent special = {l->special_gfn, l->special_pages, XEN_DOMCTL_CLAIM_MEMORY_NO_NODE, 0};
    uint64_t taken = 0, ignored = 0;
    unsigned int nr;
    int rc = 0;

    if (!extents) {
        return -1;
    }
    nr = layout_extents(dom, extents, MAX_EXTENTS);
    for (unsigned int i = 0; i < nr && rc == 0; i++) {
        rc = populate_extent(dom, extents[i], &taken);
    }
    free(extents);
    if (rc == 0) {
        rc = populate_extent(dom, special, &ignored);
    }
    return rc;
}
