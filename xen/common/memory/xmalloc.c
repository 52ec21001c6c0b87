/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small objects of the hypervisor's own.
 *
 * Sizes are rounded up to one of a dozen classes.  A page serves one class: a header, then objects.
 * Its free objects form a list; the pages of a class that have any form another.  What is larger
 * than half a page gets pages of its own, and is told from an object by being page aligned.
 *
 * A class keeps an empty page only while no other page of it has room: not one that would be
 * missed, and none beside that.  So what is in use decides what is kept, whatever the order in
 * which it came and went: memory given back is back to the page, and a test can say so.
 */
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/page_alloc.h>
#include <xen/spinlock.h>
#include <xen/string.h>
#include <xen/xmalloc.h>

#define MIN_ALIGN 16

struct slab {
    uint16_t free; /* offset in the page of the first free object, 0 for none */
    uint16_t used; /* objects handed out */
    uint8_t class;
    uint8_t pad[3];
    uint32_t next, prev; /* frames: the other pages of the class with room, 0 for none */
};
_Static_assert(sizeof(struct slab) == MIN_ALIGN, "objects begin aligned");

static const uint16_t class_size[] = {16,  32,  48,  64,  96,   128,  192,
                                      256, 384, 512, 768, 1008, 1344, 2032};
#define CLASSES   ARRAY_SIZE(class_size)
#define SMALL_MAX 2032

static DEFINE_SPINLOCK(xmalloc_lock, LOCK_XMALLOC);
static uint32_t with_room[CLASSES]; /* frames */

static struct slab *slab_at(uint32_t pfn)
{
    return mfn_to_virt(_mfn(pfn));
}

static uint32_t slab_frame(const struct slab *s)
{
    return (uint32_t)mfn_x(virt_to_mfn(s));
}

static uint16_t *object_at(struct slab *s, uint16_t offset)
{
    return (uint16_t *)((char *)s + offset);
}

static void slab_link(struct slab *s)
{
    uint32_t pfn = slab_frame(s);

    s->prev = 0;
    s->next = with_room[s->class];
    if (s->next)
        slab_at(s->next)->prev = pfn;
    with_room[s->class] = pfn;
}

static void slab_unlink(struct slab *s)
{
    if (s->prev)
        slab_at(s->prev)->next = s->next;
    else
        with_room[s->class] = s->next;
    if (s->next)
        slab_at(s->next)->prev = s->prev;
}

static struct slab *slab_create(unsigned int class)
{
    struct slab *s = alloc_xenheap_pages(0, MEMF_no_scrub);
    unsigned int size = class_size[class], last;

    if (!s)
        return NULL;
    *s = (struct slab){.free = sizeof(*s), .class = (uint8_t) class};
    last = (unsigned int)sizeof(*s) + ((unsigned int)(PAGE_SIZE - sizeof(*s)) / size - 1) * size;
    for (unsigned int at = sizeof(*s); at < last; at += size)
        *object_at(s, (uint16_t)at) = (uint16_t)(at + size);
    *object_at(s, (uint16_t)last) = 0;

    return s;
}

static void *object_take(struct slab *s)
{
    uint16_t *object = object_at(s, s->free);

    s->free = *object;
    s->used++;
    if (!s->free)
        slab_unlink(s);

    return object;
}

/* The heap is asked without the lock; another CPU may have been faster, or have freed an object. */
static void *small_alloc(unsigned int class)
{
    struct slab *fresh = NULL;
    void *p = NULL;

    spin_lock(&xmalloc_lock);
    if (!with_room[class]) {
        spin_unlock(&xmalloc_lock);
        fresh = slab_create(class);
        spin_lock(&xmalloc_lock);
        if (fresh && !with_room[class]) {
            slab_link(fresh);
            fresh = NULL;
        }
    }
    if (with_room[class])
        p = object_take(slab_at(with_room[class]));
    spin_unlock(&xmalloc_lock);
    free_xenheap_page(fresh);

    return p;
}

/* s has just gained room: of it and its neighbour, which may be the empty page that was kept, one
 * that is empty is in excess. */
static struct slab *take_excess(struct slab *s)
{
    struct slab *next = s->next ? slab_at(s->next) : NULL, *empty = NULL;

    if (!s->used && (next || s->prev))
        empty = s;
    else if (next && !next->used)
        empty = next;
    if (empty)
        slab_unlink(empty);
    return empty;
}

/* p may point into the object: alignment moves it. */
static void small_free(void *p)
{
    struct slab *s = (struct slab *)((unsigned long)p & PAGE_MASK), *empty;
    unsigned int size = class_size[s->class], offset;

    offset = (unsigned int)((unsigned long)p & ~PAGE_MASK) - (unsigned int)sizeof(*s);
    offset = offset / size * size + (unsigned int)sizeof(*s);

    spin_lock(&xmalloc_lock);
    ASSERT(s->used);
    if (!s->free)
        slab_link(s);
    *object_at(s, (uint16_t)offset) = s->free;
    s->free = (uint16_t)offset;
    s->used--;
    empty = take_excess(s);
    spin_unlock(&xmalloc_lock);

    free_xenheap_page(empty);
}

/* Whole pages; the order stands in the frame's private byte. */
static void *large_alloc(size_t size, unsigned int memflags)
{
    unsigned int order = 0;
    struct page_info *pg;

    while (order <= MAX_ORDER && (PAGE_SIZE << order) < size)
        order++;
    pg = alloc_domheap_pages(NULL, order, memflags);
    if (!pg)
        return NULL;
    pg->user = (uint8_t)order;

    return page_to_virt(pg);
}

static void large_free(void *p)
{
    free_xenheap_pages(p, virt_to_page(p)->user);
}

static unsigned int class_of(size_t size)
{
    unsigned int class = 0;

    while (class_size[class] < size)
        class ++;

    return class;
}

void *xmalloc_bytes(size_t size, size_t align)
{
    unsigned long p;

    ASSERT((align & (align - 1)) == 0 && align <= PAGE_SIZE);
    if (align <= MIN_ALIGN)
        align = 1;
    if (size + align - 1 < size)
        return NULL;
    if (size + align - 1 > SMALL_MAX)
        return large_alloc(size, MEMF_no_scrub);

    p = (unsigned long)small_alloc(class_of(size + align - 1));
    return p ? (void *)ROUNDUP(p, align) : NULL;
}

void *xzalloc_bytes(size_t size, size_t align)
{
    void *p = xmalloc_bytes(size, align);

    if (p)
        memset(p, 0, size);

    return p;
}

void *xzalloc_array_bytes(size_t size, size_t align, size_t count)
{
    size_t bytes;

    if (__builtin_mul_overflow(size, count, &bytes))
        return NULL;

    return xzalloc_bytes(bytes, align);
}

void xfree(void *p)
{
    if (!p)
        return;
    if ((unsigned long)p & ~PAGE_MASK)
        small_free(p);
    else
        large_free(p);
}
