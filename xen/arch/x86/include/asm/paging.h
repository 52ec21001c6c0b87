/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hypervisor's own page tables: one set for all CPUs.  No page is both writable and executable.
 * APM vol. 2, 5.3.
 */
#ifndef ASM_X86_PAGING_H
#define ASM_X86_PAGING_H

#include <asm/page.h>

#define PTE_P     (1UL << 0)
#define PTE_RW    (1UL << 1)
#define PTE_US    (1UL << 2)
#define PTE_PWT   (1UL << 3)
#define PTE_PCD   (1UL << 4)
#define PTE_A     (1UL << 5)
#define PTE_D     (1UL << 6)
#define PTE_LARGE (1UL << 7)    /* levels 2 and 3 */
#define PTE_G     (1UL << 8)
#define PTE_NX    (1UL << 63)
#define PTE_ADDR  0x000ffffffffff000UL
#define PTE_COUNT 512

/* Attributes of a mapping. All are present, global, accessed and dirty already. */
#define MAP_RX (PTE_P | PTE_A | PTE_D | PTE_G)
#define MAP_RO (MAP_RX | PTE_NX)
#define MAP_RW (MAP_RO | PTE_RW)
#define MAP_UC (MAP_RW | PTE_PCD | PTE_PWT)

/* What CR3 holds on every CPU. */
paddr_t paging_root(void);
/* The tables of head.S: the lowest 4 GiB one to one and the image, all executable: for starting CPUs. */
paddr_t paging_boot_root(void);

/* Builds the final tables (image and direct map) and switches to them. */
void paging_init(void);
/* Maps [va, va + size) to pa on, in the largest pages that fit. All page aligned. -ENOMEM, with nothing undone. */
int paging_map(unsigned long va, paddr_t pa, size_t size, uint64_t attributes);
/* The caller flushes. */
void paging_unmap(unsigned long va, size_t size);
/* Where va points, or 0. */
paddr_t paging_lookup(unsigned long va);
/* Frees .init and makes what booting wrote read-only. Interrupts on. */
void paging_free_init(void);

void tlb_flush_local(void);         /* global pages too */
void tlb_flush_page_local(unsigned long va);
void tlb_flush_all(void);           /* on every CPU; interrupts on */

#endif
