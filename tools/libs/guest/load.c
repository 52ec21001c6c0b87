/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The contents of the guest's memory: kernel segments, the ramdisk, the start info page and the
 * ACPI tables.  Half of a Linux kernel is zeroes, and fresh pages are zero: only the rest is
 * mapped.
 */
#include <sys/mman.h>
#include <xenforeignmemory.h>
#include <xen/arch-x86/hvm/start_info.h>
#include "private.h"

/* How many pages are mapped at a time.  Each may want a nested page table of dom0's own, and the
 * hypervisor keeps some in reserve for each guest (P2M_WINDOW): not for more than this at once. */
#define CHUNK_PAGES 64

/* Maps `nr` pages of the guest for writing. */
static void *map_pages(struct xc_dom_image *dom, xen_pfn_t gfn, size_t nr)
{
    xen_pfn_t list[CHUNK_PAGES];

    for (size_t i = 0; i < nr; i++) {
        list[i] = gfn + i;
    }
    return xenforeignmemory_map(xc_interface_fmem_handle(dom->xch), dom->domid,
                                PROT_READ | PROT_WRITE, nr, list, NULL);
}

/* Writes to at most CHUNK_PAGES pages that paddr lies in; returns how many bytes, or 0. */
static size_t put_chunk(struct xc_dom_image *dom, uint64_t paddr, const uint8_t *from, size_t len)
{
    size_t offset = paddr & ~XC_PAGE_MASK, pages;
    uint8_t *p;

    if (len > CHUNK_PAGES * XC_PAGE_SIZE - offset) {
        len = CHUNK_PAGES * XC_PAGE_SIZE - offset;
    }
    pages = (offset + len + XC_PAGE_SIZE - 1) >> XC_PAGE_SHIFT;
    p = map_pages(dom, paddr >> XC_PAGE_SHIFT, pages);
    if (!p) {
        return 0;
    }
    memcpy(p + offset, from, len);
    xenforeignmemory_unmap(xc_interface_fmem_handle(dom->xch), p, pages);
    return len;
}

/* How many bytes from here on lie in pages of the guest that are all zero, or all not. */
static size_t run_length(uint64_t paddr, const uint8_t *from, size_t len, bool *zero)
{
    size_t run = 0;

    while (run < len) {
        size_t n = XC_PAGE_SIZE - ((paddr + run) & ~XC_PAGE_MASK);
        bool z;

        n = n < len - run ? n : len - run;
        z = !from[run] && !memcmp(from + run, from + run + 1, n - 1);
        if (run && z != *zero) {
            break;
        }
        *zero = z;
        run += n;
    }
    return run;
}

/* Writes to guest memory.  Mapping a page costs far more than looking at it, so zeroes stay away.
 */
static int put(struct xc_dom_image *dom, const char *what, uint64_t paddr, const void *data,
               size_t len)
{
    const uint8_t *from = data;
    size_t done = 0;

    while (done < len) {
        bool zero = false;
        size_t n = run_length(paddr + done, from + done, len - done, &zero);

        if (!zero || !dom->priv->memory_is_zero) {
            n = put_chunk(dom, paddr + done, from + done, n);
            if (!n) {
                dom_error(dom, "cannot map the guest's memory for its %s: %s", what,
                          strerror(errno));
                return -1;
            }
        }
        done += n;
        dom_progress(dom, what, done, len);
    }
    return 0;
}

/* Zeroes guest memory, unless it came so. */
static int clear(struct xc_dom_image *dom, uint64_t paddr, uint64_t len)
{
    static const uint8_t zeroes[CHUNK_PAGES * XC_PAGE_SIZE];

    while (len && !dom->priv->memory_is_zero) {
        size_t n = put_chunk(dom, paddr, zeroes, len < sizeof(zeroes) ? len : sizeof(zeroes));

        if (!n) {
            dom_error(dom, "cannot map the guest's memory to clear it: %s", strerror(errno));
            return -1;
        }
        paddr += n;
        len -= n;
    }
    return 0;
}

/*
 * Memory comes zeroed from a hypervisor that scrubs with zeroes.  One that scrubs with a pattern,
 * as debugging builds may, is found out by a look at a page that nobody has written to.
 */
static int look_at_memory(struct xc_dom_image *dom)
{
    const uint8_t *p = map_pages(dom, dom->priv->layout.info_paddr >> XC_PAGE_SHIFT, 1);

    if (!p) {
        dom_error(dom, "cannot map the guest's memory: %s", strerror(errno));
        return -1;
    }
    dom->priv->memory_is_zero = !p[0] && !memcmp(p, p + 1, XC_PAGE_SIZE - 1);
    xenforeignmemory_unmap(xc_interface_fmem_handle(dom->xch), (void *)p, 1);
    return 0;
}

static int load_kernel(struct xc_dom_image *dom)
{
    const struct kernel *k = &dom->priv->kernel;

    for (unsigned int i = 0; i < k->nr_segments; i++) {
        const struct kernel_segment *s = &k->segment[i];

        if (put(dom, "kernel", s->paddr, s->data, s->filesz) < 0 ||
            clear(dom, s->paddr + s->filesz, s->memsz - s->filesz) < 0) {
            return -1;
        }
    }
    return 0;
}

/* The start info page: the structure of the PVH boot ABI and, behind it, what it points at. */
struct info_page {
    struct hvm_start_info info;
    struct hvm_modlist_entry module;
    struct hvm_memmap_table_entry map[8];
    char cmdline[XC_PAGE_SIZE - sizeof(struct hvm_start_info) - sizeof(struct hvm_modlist_entry) -
                 8 * sizeof(struct hvm_memmap_table_entry)];
};

_Static_assert(sizeof(struct info_page) == XC_PAGE_SIZE, "the start info has one page");

static int load_info(struct xc_dom_image *dom)
{
    const struct layout *l = &dom->priv->layout;
    const char *cmdline = dom->cmdline ? dom->cmdline : "";
    uint64_t at = l->info_paddr;
    struct info_page page = {
        .info = {.magic = XEN_HVM_START_MAGIC_VALUE,
                 .version = 1,
                 .cmdline_paddr = at + offsetof(struct info_page, cmdline),
                 .rsdp_paddr = l->acpi_paddr,
                 .memmap_paddr = at + offsetof(struct info_page, map),
                 .memmap_entries = l->map_entries},
    };

    if (strlen(cmdline) >= sizeof(page.cmdline)) {
        errno = E2BIG;
        dom_error(dom, "the kernel's command line has %zu bytes, %zu is the limit", strlen(cmdline),
                  sizeof(page.cmdline) - 1);
        return -1;
    }
    strcpy(page.cmdline, cmdline);
    if (dom->priv->ramdisk_file.size) {
        page.info.nr_modules = 1;
        page.info.modlist_paddr = at + offsetof(struct info_page, module);
        page.module.paddr = l->ramdisk_paddr;
        page.module.size = dom->priv->ramdisk_file.size;
    }
    for (unsigned int i = 0; i < l->map_entries; i++) {
        page.map[i].addr = l->map[i].addr;
        page.map[i].size = l->map[i].size;
        page.map[i].type = l->map[i].type;
    }
    return put(dom, "start info", at, &page, sizeof(page));
}

static int load_acpi(struct xc_dom_image *dom)
{
    uint8_t buf[ACPI_PAGES * XC_PAGE_SIZE] = {0};
    uint64_t paddr = dom->priv->layout.acpi_paddr;
    size_t size = acpi_build(dom, buf, sizeof(buf), paddr);

    if (!size) {
        errno = E2BIG;
        dom_error(dom, "the ACPI tables of %u vCPUs need more room than there is", dom->vcpus);
        return -1;
    }
    return put(dom, "ACPI tables", paddr, buf, size);
}

int xc_dom_load(struct xc_dom_image *dom)
{
    const struct blob *ramdisk = &dom->priv->ramdisk_file;

    if (look_at_memory(dom) < 0 || load_kernel(dom) < 0) {
        return -1;
    }
    if (put(dom, "ramdisk", dom->priv->layout.ramdisk_paddr, ramdisk->data, ramdisk->size) < 0) {
        return -1;
    }
    if (load_info(dom) < 0) {
        return -1;
    }
    return load_acpi(dom);
}
