/* SPDX-License-Identifier: GPL-2.0-only */
/* domctl: how much memory a domain may have, what is promised to it, and on which nodes. */
#include <xen/ctl_bitmap.h>
#include <xen/domain.h>
#include <xen/domctl.h>
#include <xen/errno.h>
#include <xen/guest_access.h>
#include <xen/lib.h>
#include <xen/page_alloc.h>

#define KB_PER_PAGE (PAGE_SIZE / 1024)

int domctl_max_mem(struct domain *d, struct xen_domctl *op)
{
    domain_pages_set_max(d, op->u.max_mem.max_memkb / KB_PER_PAGE);
    return 0;
}

/* --- claims --- */

#define CLAIMS_MAX (MAX_NUMNODES + 1)

static unsigned int node_count(void)
{
    return bitmap_weight(node_online_map.bits, MAX_NUMNODES);
}

/* The array has been asked for sensibly. */
static int claims_size_check(const struct xen_domctl_claim_memory *arg)
{
    if (arg->pad || !arg->nr_claims)
        return -EINVAL;
    return arg->nr_claims > node_count() + 1 || arg->nr_claims > XEN_DOMCTL_MAX_CLAIMS ? -E2BIG : 0;
}

static bool is_release(const struct xen_memory_claim *claim, unsigned int count)
{
    return count == 1 && !claim->pages && claim->node == XEN_DOMCTL_CLAIM_MEMORY_NO_NODE;
}

static bool is_named_before(const struct xen_memory_claim *claim, unsigned int i)
{
    for (unsigned int j = 0; j < i; j++)
        if (claim[j].node == claim[i].node)
            return true;
    return false;
}

static int claims_check(const struct domain *d, const struct xen_memory_claim *claim,
                        unsigned int count)
{
    if (d->mem.is_dying || READ_ONCE(d->mem.claim_total))
        return -EINVAL;
    for (unsigned int i = 0; i < count; i++)
        if (claim[i].pad || !claim[i].pages || is_named_before(claim, i))
            return -EINVAL;
    for (unsigned int i = 0; i < count; i++)
        if (claim[i].node != XEN_DOMCTL_CLAIM_MEMORY_NO_NODE && !node_online(claim[i].node))
            return -ENOENT;
    return 0;
}

static int claims_stake(struct domain *d, const struct xen_memory_claim *claim, unsigned int count)
{
    struct memory_claim_entry entry[CLAIMS_MAX];

    for (unsigned int i = 0; i < count; i++) {
        entry[i].pages = claim[i].pages;
        entry[i].node =
            claim[i].node == XEN_DOMCTL_CLAIM_MEMORY_NO_NODE ? NUMA_NO_NODE : claim[i].node;
    }
    return claim_stake(d, entry, count);
}

int domctl_claim_memory(struct domain *d, struct xen_domctl *op)
{
    const struct xen_domctl_claim_memory *arg = &op->u.claim_memory;
    struct xen_memory_claim claim[CLAIMS_MAX];
    int rc = claims_size_check(arg);

    if (rc)
        return rc;
    if (guest_copy_from(claim, (uint64_t)arg->claims.p, arg->nr_claims * sizeof(claim[0])))
        return -EFAULT;
    if (is_release(claim, arg->nr_claims)) {
        if (claim[0].pad)
            return -EINVAL;
        claim_release(d);
        return 0;
    }
    rc = claims_check(d, claim, arg->nr_claims);
    return rc ? rc : claims_stake(d, claim, arg->nr_claims);
}

/* One more than the highest node: numbers may have holes, which read zero. */
static unsigned int node_end(void)
{
    unsigned int node, end = 0;

    for_each_online_node (node)
        end = node + 1;
    return end;
}

int domctl_get_node_pages(struct domain *d, struct xen_domctl *op)
{
    struct xen_domctl_get_node_pages *arg = &op->u.get_node_pages;
    unsigned long pages[MAX_NUMNODES], claimed[MAX_NUMNODES], host_claim;
    unsigned int end = node_end();

    if (arg->pad)
        return -EINVAL;
    heap_domain_snapshot(d, pages, claimed, &host_claim);
    arg->tot_pages = 0;
    arg->claimed_host = arg->outstanding_pages = host_claim;
    for (unsigned int i = 0; i < end; i++) {
        struct xen_node_pages node = {.pages = pages[i], .claimed = claimed[i]};

        arg->tot_pages += pages[i];
        arg->outstanding_pages += claimed[i];
        if (arg->nodes.p && i < arg->num_nodes && guest_write((uint64_t)(arg->nodes.p + i), &node))
            return -EFAULT;
    }
    arg->num_nodes = end;
    return 0;
}

/* --- nodes by preference --- */

int domctl_setnodeaffinity(struct domain *d, struct xen_domctl *op)
{
    nodemask_t mask;
    int rc = ctl_bitmap_read(mask.bits, MAX_NUMNODES, &op->u.nodeaffinity.nodemap);

    if (rc)
        return rc;
    for (unsigned int i = 0; i < BITS_TO_LONGS(MAX_NUMNODES); i++)
        mask.bits[i] &= node_online_map.bits[i];
    if (!bitmap_weight(mask.bits, MAX_NUMNODES))
        return -EINVAL;
    spin_lock(&d->lock);
    d->mem.node_affinity = mask;
    spin_unlock(&d->lock);
    return 0;
}

/* A domain for which nobody has said anything prefers every node alike. */
int domctl_getnodeaffinity(struct domain *d, struct xen_domctl *op)
{
    const unsigned long *bits = d->mem.node_affinity.bits;

    if (!bitmap_weight(bits, MAX_NUMNODES))
        bits = node_online_map.bits;
    return ctl_bitmap_write(&op->u.nodeaffinity.nodemap, bits, MAX_NUMNODES);
}
