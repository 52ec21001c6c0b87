/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * What the files of libxenguest share.
 *
 * The parts, in the order of the data's way: unpack.c (a compressed file becomes an image),
 * kernel.c (an image becomes segments and an entry point), layout.c (everything gets its place),
 * populate.c (claim and memory), load.c (contents), acpi.c and acpi_numa.c (tables), boot.c (what
 * makes it runnable); say.c at the bottom speaks for all; dom.c is the front: allocation, release,
 * steps.
 */
#ifndef XG_PRIVATE_H
#define XG_PRIVATE_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "xenguest.h"

#pragma GCC visibility push(hidden) /* for this library alone */

#define MIB(pages) ((unsigned long long)(pages) >> 8)

/* A file's contents: mapped, or allocated when it had to be unpacked. */
struct blob {
    const uint8_t *data;
    size_t size;
    void *mapped; /* what munmap wants, or NULL */
    size_t mapped_size;
    void *allocated; /* what free wants, or NULL */
};

#define KERNEL_SEGMENTS 16

struct kernel_segment {
    uint64_t paddr;
    uint64_t memsz;
    uint64_t filesz;
    const uint8_t *data;
};

struct kernel {
    struct kernel_segment segment[KERNEL_SEGMENTS];
    unsigned int nr_segments;
    uint32_t entry; /* 32-bit, paging off: the PVH entry point */
    uint64_t start, end;
};

/* Guest memory from one place: pages from gfn upwards, on one node of the host. */
struct extent {
    xen_pfn_t gfn;
    uint64_t pages;
    uint32_t pnode;
    unsigned int vnode; /* which of the image's vnodes; nr_vnodes for what none has */
};

struct layout {
    uint64_t pages;                 /* guest memory */
    uint64_t low_pages, high_pages; /* below the hole and above 4 GiB; their sum */
    uint64_t ramdisk_paddr, info_paddr;
    xen_pfn_t special_gfn; /* ACPI tables first, then the shared pages */
    unsigned int special_pages;
    uint64_t acpi_paddr;
    struct e820entry map[8];
    unsigned int map_entries;
};

struct xc_dom_private {
    struct blob kernel_file, ramdisk_file;
    struct kernel kernel;
    struct layout layout;
    bool claimed;
    bool memory_is_zero; /* fresh pages are, so zeroes need not be written */
};

/* Where things are that a guest finds by convention or by HVM parameters. */
#define ACPI_PAGES       8
#define HOLE_START       0xC0000000ULL /* low memory ends here at the latest: aligned to 1 GiB */
#define HIGH_START       0x100000000ULL
#define SPECIAL_GFN      0xFEFF0
#define STORE_GFN        0xFEFFC
#define CONSOLE_GFN      0xFEFFF
#define SPECIAL_PAGE_END 0xFF000

void dom_error(struct xc_dom_image *dom, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void dom_note(struct xc_dom_image *dom, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void dom_progress(struct xc_dom_image *dom, const char *step, uint64_t done, uint64_t total);

/* unpack.c: files and what is inside them.  0, or -1 with errno. */
int blob_open(struct blob *b, const char *path);
void blob_close(struct blob *b);
/* Whether this looks like something that blob_unpack knows. */
bool blob_is_packed(const uint8_t *data, size_t size);
/* Replaces the blob by what part of it unpacks to. */
int blob_unpack(struct blob *b, const uint8_t *data, size_t size);

int kernel_parse(struct xc_dom_image *dom);
int layout_plan(struct xc_dom_image *dom);
/* The largest pieces that have one place in guest memory and one node; returns how many. */
unsigned int layout_extents(const struct xc_dom_image *dom, struct extent *extents,
                            unsigned int max);

/* Builds the guest's tables, to stand at paddr, in zeroed memory; their size, 0 for too little
 * room. */
size_t acpi_build(const struct xc_dom_image *dom, uint8_t *buf, size_t size, uint64_t paddr);

/* Reports what dom->shortage says. */
void dom_shortage_error(struct xc_dom_image *dom, const char *what);

#pragma GCC visibility pop

#endif /* XG_PRIVATE_H */
