/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Virtual addresses for scattered frames and for devices.  Sizes in bytes, counts in pages.  NULL
 * when there is no room or no memory.  Giving back flushes every CPU's TLB: with interrupts on.
 */
#ifndef XEN_VMAP_H
#define XEN_VMAP_H

#include <xen/types.h>

void *vmap(const mfn_t *mfns, unsigned int count);
void vunmap(void *va);
/* Uncached mapping of device memory; pa need not be aligned. */
void *ioremap(paddr_t pa, size_t size);
/* The same, cached: for firmware tables. */
void *memremap(paddr_t pa, size_t size);
void iounmap(void *va);
/* Zeroed memory of many pages, contiguous in these addresses alone. */
void *vzalloc(size_t size);
void vfree(void *va);

#endif
