/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * libxenguest: builds a PVH guest in a domain that exists already.
 *
 * The caller creates the domain (xc_domain_create with the hvm and hap flags), sets its vCPUs, its
 * maximum memory and affinities, fills in a struct xc_dom_image and walks the steps in their order:
 *
 *     xc_dom_allocate                      an image with defaults
 *     xc_dom_parse                         reads kernel and ramdisk, plans; takes no memory of the guest
 *     xc_dom_claim                         stakes the claim, if the image asks for one
 *     xc_dom_populate                      gives the domain its memory
 *     xc_dom_load                          kernel, ramdisk, start info, ACPI tables, special pages
 *     xc_dom_boot                          grants, CPUID policy, vCPU state: ready to be unpaused
 *     xc_dom_release                       on every path: ends the claim and frees the image
 *
 * or calls xc_dom_build for the five in the middle.  A step returns 0, or -1 with errno and a
 * message through the build logger of the handle; a failed population says what was needed, free
 * and claimed, a refused claim leaves the same in shortage.  The domain itself stays the caller's
 * to destroy.
 */
#ifndef XENGUEST_H
#define XENGUEST_H

#include <xenctrl.h>

/* One virtual node: so many pages of the guest, to be taken from this node of the host. */
struct xc_dom_vnode {
    uint64_t pages;
    uint32_t pnode; /* XEN_DOMCTL_CLAIM_MEMORY_NO_NODE: anywhere */
};

/* What the guest is told of its virtual nodes, which are then the image's vnodes in their order. */
struct xc_dom_vnuma {
    const unsigned int *vcpu_to_vnode; /* an entry for each vCPU */
    const uint8_t *distance;           /* nr_vnodes times nr_vnodes; 10 from a node to itself */
};

/* How a claim or a population failed, for callers that want more than the message. */
struct xc_dom_shortage {
    uint32_t node;                  /* XEN_DOMCTL_CLAIM_MEMORY_NO_NODE: the host */
    uint64_t needed, free, claimed; /* pages */
};

struct xc_dom_image {
    xc_interface *xch;
    uint32_t domid;

    /* Set by the caller before xc_dom_parse; strings and arrays stay the caller's. */
    const char *kernel;  /* path: bzImage, ELF, or either compressed */
    const char *ramdisk; /* path or NULL */
    const char *cmdline; /* or NULL */
    uint64_t memory_kb;  /* what the guest boots with */
    unsigned int vcpus;
    unsigned int nr_vnodes; /* 0: memory from anywhere, by the domain's affinity */
    const struct xc_dom_vnode *vnodes;
    const struct xc_dom_vnuma *vnuma; /* NULL: the guest sees one node */
    bool exact_nodes;                 /* fail rather than take a vnode's memory elsewhere */
    uint32_t console_domid, store_domid;
    evtchn_port_t console_port, store_port;

    bool claim_enabled;
    unsigned int nr_claims; /* 0 with claim_enabled: one host-wide claim for all of it */
    const memory_claim_t *claims;
    uint64_t overhead_pages; /* beyond guest memory, what the claim shall cover (default 0) */

    /* Called now and then while memory is populated and loaded; may be NULL. */
    void (*progress)(void *data, const char *step, uint64_t done, uint64_t total);
    void *progress_data;

    /* Filled in by the steps. */
    xen_pfn_t console_gfn, store_gfn;
    uint64_t claim_pages; /* what a claim has to cover: guest, special and overhead pages */
    struct xc_dom_shortage shortage;

    struct xc_dom_private *priv;
};

struct xc_dom_image *xc_dom_allocate(xc_interface *xch, uint32_t domid);
int xc_dom_parse(struct xc_dom_image *dom);
int xc_dom_claim(struct xc_dom_image *dom);
int xc_dom_populate(struct xc_dom_image *dom);
int xc_dom_load(struct xc_dom_image *dom);
int xc_dom_boot(struct xc_dom_image *dom);
int xc_dom_build(struct xc_dom_image *dom);
void xc_dom_release(struct xc_dom_image *dom);

/* Pages that the nested page tables of a guest of this size take (what set_paging_mempool wants).
 */
uint64_t xc_dom_paging_pages(uint64_t memory_kb, unsigned int vcpus);

#endif /* XENGUEST_H */
