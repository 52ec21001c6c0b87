/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain's lists of pages: links are frame numbers, 0 for none.  mem.lock guards them and is held
 * by the callers; only domain_pages_add() takes it itself.
 */
#ifndef COMMON_MEMORY_PAGE_LIST_H
#define COMMON_MEMORY_PAGE_LIST_H

#include "heap.h"

/* Appends the frames [first, last], linked among themselves already. */
static inline void page_list_append(struct page_list *l, struct page_info *first,
                                    struct page_info *last)
{
    uint32_t pfn = (uint32_t)page_number(first);

    first->prev = l->last;
    last->next = 0;
    if (l->last)
        frame_table[l->last].next = pfn;
    else
        l->first = pfn;
    l->last = pfn + (uint32_t)(last - first);
}

/* Takes out the frames [first, last], neighbours on the list. */
static inline void page_list_remove(struct page_list *l, const struct page_info *first,
                                    const struct page_info *last)
{
    if (first->prev)
        frame_table[first->prev].next = last->next;
    else
        l->first = last->next;
    if (last->next)
        frame_table[last->next].prev = first->prev;
    else
        l->last = first->prev;
}

/* The list that pg is on; inside a list, it does not matter which. */
static inline struct page_list *page_list_of(struct domain_pages *mem, const struct page_info *pg)
{
    uint32_t pfn = (uint32_t)page_number(pg);

    return mem->held.first == pfn || mem->held.last == pfn ? &mem->held : &mem->pages;
}

/* Puts pages, linked among themselves, on a domain's list; false when it is dying. */
static inline bool domain_pages_add(struct domain_pages *mem, struct page_info *pg,
                                    unsigned long count)
{
    bool is_alive;

    spin_lock(&mem->lock);
    is_alive = !mem->is_dying;
    if (likely(is_alive))
        page_list_append(&mem->pages, pg, pg + count - 1);
    spin_unlock(&mem->lock);

    return is_alive;
}

#endif
