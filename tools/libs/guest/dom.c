/* SPDX-License-Identifier: LGPL-2.1-only */
/* The front of libxenguest: images are made and released here, and the steps walked. */
#include "private.h"

/*
 * The hypervisor keeps it in memory of its own, which no claim of the guest's covers: so it comes
 * before the claim, while a guest can still be refused with nothing lost.
 */
static int set_memory_map(struct xc_dom_image *dom)
{
    const struct layout *l = &dom->priv->layout;

    if (xc_domain_set_memory_map(dom->xch, dom->domid, dom->priv->layout.map, l->map_entries) < 0) {
        dom_error(dom, "cannot set the memory map: %s", strerror(errno));
        return -1;
    }
    return 0;
}

struct xc_dom_image *xc_dom_allocate(xc_interface *xch, uint32_t domid)
{
    struct {
        struct xc_dom_image dom;
        struct xc_dom_private priv;
    } *both = calloc(1, sizeof(*both));

    if (!both) {
        return NULL;
    }
    both->dom.xch = xch;
    both->dom.domid = domid;
    both->dom.vcpus = 1;
    both->dom.priv = &both->priv;
    return &both->dom;
}

int xc_dom_parse(struct xc_dom_image *dom)
{
    if (blob_open(&dom->priv->kernel_file, dom->kernel) < 0) {
        dom_error(dom, "%s: %s", dom->kernel, strerror(errno));
        return -1;
    }
    if (dom->ramdisk && blob_open(&dom->priv->ramdisk_file, dom->ramdisk) < 0) {
        dom_error(dom, "%s: %s", dom->ramdisk, strerror(errno));
        return -1;
    }
    if (kernel_parse(dom) < 0 || layout_plan(dom) < 0 || set_memory_map(dom) < 0) {
        return -1;
    }
    dom_note(dom, "kernel %#llx-%#llx, entry %#x, ramdisk %zu bytes, %llu pages",
             (unsigned long long)dom->priv->kernel.start, (unsigned long long)dom->priv->kernel.end,
             dom->priv->kernel.entry, dom->priv->ramdisk_file.size,
             (unsigned long long)dom->priv->layout.pages);
    return 0;
}

/* Ends a claim that this image staked; whatever was not redeemed goes back to everybody. */
static void release_claim(struct xc_dom_image *dom)
{
    if (dom->priv->claimed && xc_domain_claim_pages(dom->xch, dom->domid, 0) == 0) {
        dom->priv->claimed = false;
    }
}

static void claim_error(struct xc_dom_image *dom)
{
    if (errno == ENOMEM) {
        dom_shortage_error(dom, "the claim was refused");
    } else {
        dom_error(dom, "cannot claim %llu MiB: %s", MIB(dom->claim_pages), strerror(errno));
    }
}

int xc_dom_build(struct xc_dom_image *dom)
{
    if (xc_dom_parse(dom) < 0) {
        return -1;
    }
    if (xc_dom_claim(dom) < 0) {
        claim_error(dom);
        return -1;
    }
    if (xc_dom_populate(dom) < 0) {
        return -1;
    }
    release_claim(dom);
    if (xc_dom_load(dom) < 0) {
        return -1;
    }
    return xc_dom_boot(dom);
}

void xc_dom_release(struct xc_dom_image *dom)
{
    int saved = errno;

    if (!dom) {
        return;
    }
    release_claim(dom);
    blob_close(&dom->priv->kernel_file);
    blob_close(&dom->priv->ramdisk_file);
    free(dom);
    errno = saved;
}

uint64_t xc_dom_paging_pages(uint64_t memory_kb, unsigned int vcpus)
{
    /*
     * Four-level tables of 4 KiB pages need one page for each 2 MiB of guest memory and little
     * above that.  Twice this much, since foreign and grant mappings take more, with some for each
     * vCPU and the least that Xen accepts.
     */
    return 512 + 8 * vcpus + (memory_kb >> 10);
}
