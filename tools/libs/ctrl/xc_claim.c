/* SPDX-License-Identifier: LGPL-2.1-only */
/* Claims: staking and releasing them, and reading out what is promised. */
#include "private.h"

int xc_domain_claim_pages(xc_interface *xch, uint32_t domid, unsigned long nr_pages)
{
    struct xen_memory_reservation arg = {.nr_extents = nr_pages, .domid = domid};

    return xc_memory_op(xch, XENMEM_claim_pages, &arg, sizeof(arg)) < 0 ? -1 : 0;
}

int xc_domain_claim_memory(xc_interface *xch, uint32_t domid, uint32_t nr_claims,
                           const memory_claim_t *claims)
{
    struct xen_domctl op = {.cmd = XEN_DOMCTL_claim_memory, .domain = domid};
    struct bounce b =
        HANDLE_BOUNCE(op.u.claim_memory.claims, claims, nr_claims * sizeof(*claims), BOUNCE_IN);

    op.u.claim_memory.nr_claims = nr_claims;
    return domctl_with(xch, &op, &b, 1);
}

long xc_domain_get_outstanding_pages(xc_interface *xch)
{
    xc_physinfo_t info;

    return xc_physinfo(xch, &info) < 0 ? -1 : (long)info.outstanding_pages;
}

int xc_get_node_claims(xc_interface *xch, unsigned int *nr_nodes, xc_node_claims_t *nodes,
                       xc_host_claims_t *host)
{
    struct xen_sysctl op = {.cmd = XEN_SYSCTL_get_node_claims};
    struct bounce b =
        HANDLE_BOUNCE(op.u.get_node_claims.nodes, nodes, *nr_nodes * sizeof(*nodes), BOUNCE_OUT);

    op.u.get_node_claims.num_nodes = *nr_nodes;
    if (sysctl_with(xch, &op, &b, 1) < 0) {
        return -1;
    }
    *nr_nodes = op.u.get_node_claims.num_nodes;
    if (host) {
        host->free = op.u.get_node_claims.free_pages;
        host->claimed = op.u.get_node_claims.claimed;
        host->claimed_host = op.u.get_node_claims.claimed_host;
    }
    return 0;
}

int xc_domain_get_node_pages(xc_interface *xch, uint32_t domid, unsigned int *nr_nodes,
                             xc_domain_node_pages_t *nodes, uint64_t *host_claimed)
{
    struct xen_domctl op = {.cmd = XEN_DOMCTL_get_node_pages, .domain = domid};
    struct bounce b =
        HANDLE_BOUNCE(op.u.get_node_pages.nodes, nodes, *nr_nodes * sizeof(*nodes), BOUNCE_OUT);

    op.u.get_node_pages.num_nodes = *nr_nodes;
    if (domctl_with(xch, &op, &b, 1) < 0) {
        return -1;
    }
    *nr_nodes = op.u.get_node_pages.num_nodes;
    if (host_claimed) {
        *host_claimed = op.u.get_node_pages.claimed_host;
    }
    return 0;
}
