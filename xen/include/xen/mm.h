/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Page frames: who owns a frame, how many references hold it.  All of RAM is mapped at one place
 * (the direct map), so a frame's contents are always one addition away.
 *
 * A frame is free (the heap's), the hypervisor's (no owner), or a domain's.  A domain's frame has one
 * reference for being allocated (page_put_alloc_ref drops it) and one for each mapping or use by anyone;
 * it returns to the heap when the last reference goes.
 */
#ifndef XEN_MM_H
#define XEN_MM_H

#include <xen/types.h>
#include <asm/page.h>   /* PAGE_SHIFT PAGE_SIZE, mfn_to_virt, virt_to_mfn, frame_table */

struct domain;

#define MAX_ORDER 20    /* the largest block is 4 GiB */

/* Written by the allocator and the functions below only. 32 bytes. */
struct page_info {
    union {
        struct {
            uint32_t next, prev;    /* frame numbers; on a free list or the owner's list */
        } list;
    };
    uint64_t count_info;            /* PGC_* state and the count of references */
    union {
        struct {
            uint32_t owner;         /* domid + 1, 0 for none */
            uint32_t scratch;
        } inuse;
        struct {
            uint32_t order;         /* of the free block that this frame heads */
            uint32_t first_dirty;   /* offset of the first unscrubbed frame in it, ~0 for none */
        } free;
    };
    uint64_t tag;                   /* private to the user of the frame */
};

#define PGC_state_mask     (3ULL << 62)
#define PGC_state_inuse    (0ULL << 62)
#define PGC_state_offlining (1ULL << 62)    /* in use; leaves the pool when freed */
#define PGC_state_offlined (2ULL << 62)
#define PGC_state_free     (3ULL << 62)
#define PGC_broken         (1ULL << 61)
#define PGC_allocated      (1ULL << 60)     /* the owner's allocation reference is held */
#define PGC_need_scrub     (1ULL << 59)
#define PGC_extra          (1ULL << 58)     /* allocated with MEMF_no_refcount: not in tot_pages */
#define PGC_xen_heap       (1ULL << 57)     /* the hypervisor's own, lent to a domain (shared info, grant frames) */
#define PGC_count_mask     0xffffffffULL

extern unsigned long max_page;      /* one more than the highest frame of RAM */

struct page_info *mfn_to_page(mfn_t mfn);
mfn_t page_to_mfn(const struct page_info *pg);
void *page_to_virt(const struct page_info *pg);
struct page_info *virt_to_page(const void *va);
bool mfn_valid(mfn_t mfn);          /* has a page_info */

struct domain *page_get_owner(const struct page_info *pg);  /* no reference; NULL for none */
/* Takes a reference if pg is owned by d. */
bool page_get(struct page_info *pg, const struct domain *d) ;
/* Takes a reference whoever owns it; the owner, or NULL. */
struct domain *page_get_any(struct page_info *pg);
void page_put(struct page_info *pg);
/* Drops the allocation reference, once. */
void page_put_alloc_ref(struct page_info *pg);
/* Lends a page of the hypervisor's own to d, so that d (or its toolstack) may map it. */
void page_share_with(struct page_info *pg, struct domain *d, bool writable);

#endif
