/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Virtual addresses by the page: for devices, and for frames that do not lie together.
 *
 * A bitmap says which pages of the area are in use.  Between two allocations at least one page
 * stays unused, so that an overrun faults and the end of an allocation can be seen in the bitmap
 * alone.
 */
#include <xen/bitmap.h>
#include <xen/lib.h>
#include <xen/page_alloc.h>
#include <xen/spinlock.h>
#include <xen/string.h>
#include <xen/vmap.h>
#include <asm/paging.h>

#define AREA_PAGES  (2UL << (30 - PAGE_SHIFT))
#define LARGE_PAGES 512

static DECLARE_BITMAP(used, AREA_PAGES);
static DEFINE_SPINLOCK(vmap_lock, LOCK_VMAP);

static unsigned long area_va(unsigned int page)
{
    return VMAP_VIRT_START + ((unsigned long)page << PAGE_SHIFT);
}

static unsigned int area_page(const void *va)
{
    return ((unsigned long)va - VMAP_VIRT_START) >> PAGE_SHIFT;
}

/* The first page at or after `from` that is congruent to `phase`, by large pages if `count` fills
 * one. */
static unsigned int align_page(unsigned int from, unsigned int count, unsigned int phase)
{
    if (count < LARGE_PAGES)
        return from;
    return from + (phase - from) % LARGE_PAGES;
}

/* `count` pages with an unused one on either side; 0 when there are none (page 0 is never given
 * out). */
static unsigned int take(unsigned int count, unsigned int phase)
{
    unsigned int at = align_page(1, count, phase), found = 0;
    unsigned long flags;

    spin_lock_irqsave(&vmap_lock, flags);
    while (at + count < AREA_PAGES) {
        unsigned int blocker = bitmap_find_set(used, at + count + 1, at - 1);

        if (blocker > at + count) {
            found = at;
            break;
        }
        /* Over the whole allocation at once: one for PCI's configuration space has 65,536 pages. */
        at = align_page(bitmap_find_clear(used, AREA_PAGES, blocker) + 1, count, phase);
    }
    for (unsigned int i = 0; found && i < count; i++)
        bitmap_set(used, found + i);
    spin_unlock_irqrestore(&vmap_lock, flags);
    return found;
}

/* How many pages the allocation at `page` has. */
static unsigned int length(unsigned int page)
{
    return bitmap_find_clear(used, AREA_PAGES, page) - page;
}

static void give_back(unsigned int page)
{
    unsigned int count = length(page);
    unsigned long flags;

    paging_unmap(area_va(page), (size_t)count << PAGE_SHIFT);
    tlb_flush_all();
    spin_lock_irqsave(&vmap_lock, flags);
    for (unsigned int i = 0; i < count; i++)
        bitmap_clear(used, page + i);
    spin_unlock_irqrestore(&vmap_lock, flags);
}

void *vmap(const mfn_t *mfns, unsigned int count)
{
    unsigned int page = take(count, 0);

    if (!page)
        return NULL;
    for (unsigned int i = 0; i < count; i++)
        if (paging_map(area_va(page + i), mfn_to_maddr(mfns[i]), PAGE_SIZE, MAP_RW)) {
            give_back(page);
            return NULL;
        }
    return (void *)area_va(page);
}

void vunmap(void *va)
{
    if (va)
        give_back(area_page(va));
}

static void *map_physical(paddr_t pa, size_t size, uint64_t attributes)
{
    size_t offset = pa % PAGE_SIZE, whole = ROUNDUP(offset + size, PAGE_SIZE);
    unsigned int page = take(whole >> PAGE_SHIFT, (pa >> PAGE_SHIFT) % LARGE_PAGES);

    if (!page)
        return NULL;
    if (paging_map(area_va(page), pa - offset, whole, attributes)) {
        give_back(page);
        return NULL;
    }
    return (void *)(area_va(page) + offset);
}

void *ioremap(paddr_t pa, size_t size)
{
    return map_physical(pa, size, MAP_UC);
}

void *memremap(paddr_t pa, size_t size)
{
    return map_physical(pa, size, MAP_RW);
}

void iounmap(void *va)
{
    vunmap(va);
}

void *vzalloc(size_t size)
{
    unsigned int count = DIV_ROUND_UP(size, PAGE_SIZE), page = take(count, 0);

    if (!page)
        return NULL;
    for (unsigned int i = 0; i < count; i++) {
        void *frame = alloc_xenheap_page();

        if (!frame || paging_map(area_va(page + i), virt_to_maddr(frame), PAGE_SIZE, MAP_RW)) {
            if (frame)
                free_xenheap_page(frame);
            vfree((void *)area_va(page));
            return NULL;
        }
        memset(frame, 0, PAGE_SIZE);
    }
    return (void *)area_va(page);
}

/*
 * The frames go back when no CPU can reach them by a stale translation.  Until then each holds the
 * address of the next: one flush serves all.
 */
void vfree(void *va)
{
    unsigned int page = area_page(va);
    void **chain = NULL;

    if (!va)
        return;
    for (unsigned int i = length(page); i-- > 0;) {
        paddr_t pa = paging_lookup(area_va(page + i));

        if (pa) {
            void **frame = maddr_to_virt(pa);

            *frame = chain;
            chain = frame;
        }
    }
    give_back(page);
    while (chain) {
        void *frame = chain;

        chain = *chain;
        free_xenheap_page(frame);
    }
}
