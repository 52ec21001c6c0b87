/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Where everything goes in the guest's memory.
 *
 *      0             memory; the kernel where its segments say, after it the ramdisk, after that
 * the start info page with what hangs on it HOLE_START    nothing: devices would be here
 *      SPECIAL_GFN   ACPI tables, and the pages shared with xenstored and xenconsoled
 *      4 GiB         the rest of memory
 */
#include "private.h"

#define PAGE_ALIGN(x) (((x) + XC_PAGE_SIZE - 1) & XC_PAGE_MASK)

/* Room for the start info, the module list, the memory map and the command line. */
#define INFO_SIZE XC_PAGE_SIZE

static void map_add(struct layout *l, uint64_t addr, uint64_t size, uint32_t type)
{
    if (size) {
        l->map[l->map_entries++] = (struct e820entry){addr, size, type};
    }
}

static void plan_map(struct layout *l)
{
    uint64_t special = l->special_gfn << XC_PAGE_SHIFT;
    uint64_t acpi = (uint64_t)ACPI_PAGES << XC_PAGE_SHIFT;

    l->map_entries = 0;
    map_add(l, 0, l->low_pages << XC_PAGE_SHIFT, E820_RAM);
    map_add(l, special, acpi, E820_ACPI);
    map_add(l, special + acpi, ((uint64_t)l->special_pages << XC_PAGE_SHIFT) - acpi, E820_RESERVED);
    map_add(l, HIGH_START, l->high_pages << XC_PAGE_SHIFT, E820_RAM);
}

int layout_plan(struct xc_dom_image *dom)
{
    struct layout *l = &dom->priv->layout;
    const struct kernel *k = &dom->priv->kernel;
    uint64_t hole = HOLE_START >> XC_PAGE_SHIFT, need;

    l->pages = dom->memory_kb >> (XC_PAGE_SHIFT - 10);
    l->low_pages = l->pages < hole ? l->pages : hole;
    l->high_pages = l->pages - l->low_pages;
    l->special_gfn = SPECIAL_GFN;
    l->special_pages = SPECIAL_PAGE_END - SPECIAL_GFN;
    l->acpi_paddr = (uint64_t)SPECIAL_GFN << XC_PAGE_SHIFT;
    dom->store_gfn = STORE_GFN;
    dom->console_gfn = CONSOLE_GFN;
    l->ramdisk_paddr = PAGE_ALIGN(k->end);
    l->info_paddr = l->ramdisk_paddr + PAGE_ALIGN(dom->priv->ramdisk_file.size);
    need = l->info_paddr + INFO_SIZE;
    if (need > l->low_pages << XC_PAGE_SHIFT) {
        errno = ENOSPC;
        dom_error(dom, "memory of %llu MiB is too small: kernel and ramdisk end at %llu MiB",
                  MIB(l->pages), (unsigned long long)(need >> 20) + 1);
        return -1;
    }
    plan_map(l);
    dom->claim_pages = l->pages + l->special_pages + dom->overhead_pages;
    return 0;
}

/* Cuts `pages` from gfn upwards, which may reach over the hole, into extents of one virtual node.
 */
static unsigned int cut(const struct layout *l, struct extent *out, uint64_t from, uint64_t pages,
                        uint32_t pnode, unsigned int vnode)
{
    uint64_t low = from < l->low_pages ? l->low_pages - from : 0;
    unsigned int n = 0;

    if (low > pages) {
        low = pages;
    }
    if (low) {
        out[n++] = (struct extent){from, low, pnode, vnode};
    }
    if (pages > low) {
        xen_pfn_t gfn = (HIGH_START >> XC_PAGE_SHIFT) + (from + low - l->low_pages);

        out[n++] = (struct extent){gfn, pages - low, pnode, vnode};
    }
    return n;
}

unsigned int layout_extents(const struct xc_dom_image *dom, struct extent *extents,
                            unsigned int max)
{
    const struct layout *l = &dom->priv->layout;
    uint64_t from = 0;
    unsigned int n = 0;

    for (unsigned int i = 0; i < dom->nr_vnodes && from < l->pages && n + 2 <= max; i++) {
        uint64_t pages = dom->vnodes[i].pages;

        if (pages > l->pages - from) {
            pages = l->pages - from;
        }
        n += cut(l, extents + n, from, pages, dom->vnodes[i].pnode, i);
        from += pages;
    }
    if (from < l->pages && n + 2 <= max) {
        n += cut(l, extents + n, from, l->pages - from, XEN_DOMCTL_CLAIM_MEMORY_NO_NODE,
                 dom->nr_vnodes);
    }
    return n;
}
