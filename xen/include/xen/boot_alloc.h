/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory before there is a heap: the free ranges of RAM, from which page tables and the frame table are
 * taken for good.  What is left is handed to the heap, once.  Addresses and sizes in bytes, whole pages.
 */
#ifndef XEN_BOOT_ALLOC_H
#define XEN_BOOT_ALLOC_H

#include <xen/types.h>

void boot_alloc_add(paddr_t start, paddr_t end);        /* free RAM */
void boot_alloc_reserve(paddr_t start, paddr_t end);    /* not so free after all */
/* The highest fit below `limit`; not zeroed. 0 when there is none. */
paddr_t boot_alloc(size_t size, size_t align, paddr_t limit);
/* The highest fit within [start, end). */
paddr_t boot_alloc_within(size_t size, size_t align, paddr_t start, paddr_t end);
/* Gives every free range to heap_add_range(); allocating is over. */
void boot_alloc_hand_over(void);
bool boot_alloc_is_over(void);

#endif
