/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Page frames: who owns a frame, how many references hold it.  All of RAM is mapped at one place
 * (the direct map), so a frame's contents are always one addition away.
 *
 * A frame is free (the heap's), the hypervisor's (no owner), or a domain's.  A domain's frame has one
 * reference for being allocated (page_put_alloc_ref drops it) and one for each mapping or use by anyone;
 * it returns to the heap when the last reference goes.
 *
 * A frame must be out of every TLB and IOMMU before its last reference goes: idle CPUs scrub free
 * memory, and what they wrote has to stay as they left it.  Hence no stamp of the last use is kept.
 */
#ifndef XEN_MM_H
#define XEN_MM_H

#include <xen/bitmap.h>
#include <xen/compiler.h>
#include <xen/types.h>
#include <asm/page.h>   /* PAGE_SHIFT PAGE_SIZE, mfn_to_virt, virt_to_mfn, frame_table */

struct domain;

#define MAX_ORDER 18    /* the largest block is 1 GiB, as is the largest page of any table */

/*
 * One per frame, sixteen bytes, all zero to begin with; written by the allocator and the functions below
 * only.  Frame 0 is never the heap's, so that number serves as "none".
 */
struct page_info {
    union {
        uint64_t links;
        struct {
            uint32_t next, prev;        /* frame numbers: neighbours on a free list or the owner's list */
        };
        uint32_t entries;               /* a nested page table: how many of them map something */
    };
    union {
        uint64_t word;                  /* state, references and owner change together, atomically */
        struct {
            uint32_t count_info;        /* PGC_* and the count of references; 0 inside a free block */
            union {
                struct {
                    uint16_t owner;     /* domid + 1, 0 for none */
                    uint8_t user;       /* private to the frame's user */
                    uint8_t node;       /* where it lies */
                };
                struct {                /* PGC_free: it heads a free block */
                    uint32_t first_dirty : 21;  /* no unscrubbed frame of the block comes before this one */
                    uint32_t order : 5;
                    uint32_t free_node : 6;
                };
            };
        };
    };
};
_Static_assert(sizeof(struct page_info) == 16, "the frame table takes 1/256 of memory");

#define PGC_free           (1U << 31)   /* heads a free block */
#define PGC_scrubbed       (1U << 30)   /* free, and all zeroes */
#define PGC_offlined       (1U << 29)   /* out of the pool */
#define PGC_offlining      (1U << 28)   /* leaves the pool when its owner frees it */
#define PGC_broken         (1U << 27)   /* with either of the two: never to be used again */
#define PGC_allocated      (1U << 26)   /* the owner's allocation reference is held */
#define PGC_extra          (1U << 25)   /* allocated with MEMF_no_refcount: not in tot_pages */
#define PGC_xen_heap       (1U << 24)   /* the hypervisor's own, lent to a domain (shared info, grant frames) */
#define PGC_readonly       (1U << 23)   /* lent for reading only */
#define PGC_count_mask     ((1U << 23) - 1)

extern unsigned long max_page;      /* one more than the highest frame that has a page_info */

/*
 * The frame table exists in granules of 2^15 frames (128 MiB of memory, 512 KiB of table): the
 * architecture maps those that contain RAM, zeroed, and says so once for each range. mfn_valid() asks this.
 */
#define FRAME_GRANULE_ORDER 15
#define FRAME_NUMBER_BITS   32          /* 16 TiB: links are 32 bits wide */
extern unsigned long frame_granules[BITS_TO_LONGS(1UL << (FRAME_NUMBER_BITS - FRAME_GRANULE_ORDER))];
void frames_set_present(mfn_t first, unsigned long count);

static inline bool mfn_valid(mfn_t mfn) /* has a page_info */
{
    return mfn_x(mfn) < max_page && bitmap_test(frame_granules, mfn_x(mfn) >> FRAME_GRANULE_ORDER);
}

static inline struct page_info *mfn_to_page(mfn_t mfn)
{
    return frame_table + mfn_x(mfn);
}

static inline mfn_t page_to_mfn(const struct page_info *pg)
{
    return _mfn((unsigned long)(pg - frame_table));
}

static inline void *page_to_virt(const struct page_info *pg)
{
    return mfn_to_virt(page_to_mfn(pg));
}

static inline struct page_info *virt_to_page(const void *va)
{
    return mfn_to_page(virt_to_mfn(va));
}

struct domain *page_get_owner(const struct page_info *pg);  /* no reference; NULL for none */
/* Takes a reference if pg is owned by d. */
bool must_check page_get(struct page_info *pg, const struct domain *d);
/* Takes a reference whoever owns it; the owner, or NULL. */
struct domain *must_check page_get_any(struct page_info *pg);
void page_put(struct page_info *pg);
/* Drops the allocation reference, once; further calls do nothing. */
void page_put_alloc_ref(struct page_info *pg);
/* Lends a page of the hypervisor's own to d, so that d (or its toolstack) may map it, until it is freed. */
void page_share_with(struct page_info *pg, struct domain *d, bool writable);
/* No new references; who has one keeps it, and the last to go frees the page. */
void page_unshare(struct page_info *pg);

#endif
