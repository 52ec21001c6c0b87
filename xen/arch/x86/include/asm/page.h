/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages and the map of virtual memory.
 *
 *   0xffff82c000000000  64 GiB   vmap: scattered frames, devices
 *   0xffff82d000000000   1 GiB   the firmware's tables, read-only
 *   0xffff82e000000000 128 GiB   frame table, 16 bytes a frame
 *   0xffff830000000000  64 TiB   direct map of all RAM
 *   0xffffffff80000000   1 GiB   the hypervisor's image
 */
#ifndef ASM_X86_PAGE_H
#define ASM_X86_PAGE_H

#include <xen/types.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE  (1UL << PAGE_SHIFT)
#define PAGE_MASK  (~(PAGE_SIZE - 1))
#define PAGE_ORDER_4K 0
#define PAGE_ORDER_2M 9
#define PAGE_ORDER_1G 18

#define VMAP_VIRT_START       0xffff82c000000000UL
#define VMAP_VIRT_SIZE        (64UL << 30)
#define FIRMWARE_VIRT_START   0xffff82d000000000UL
#define FIRMWARE_VIRT_SIZE    (1UL << 30)
#define FRAMETABLE_VIRT_START 0xffff82e000000000UL
#define FRAMETABLE_VIRT_SIZE  (128UL << 30)
#define DIRECTMAP_VIRT_START  0xffff830000000000UL
#define DIRECTMAP_VIRT_SIZE   (64UL << 40)
#define XEN_VIRT_START        0xffffffff80000000UL

#define frame_table ((struct page_info *)FRAMETABLE_VIRT_START)

/* All RAM, by physical address, once the direct map is up. */
static inline void *maddr_to_virt(paddr_t pa)
{
    return (void *)(DIRECTMAP_VIRT_START + pa);
}

/* Of direct-map addresses; image addresses have their own: xen_virt_to_maddr(). */
static inline paddr_t virt_to_maddr(const void *va)
{
    return (unsigned long)va - DIRECTMAP_VIRT_START;
}

extern paddr_t xen_phys_start;  /* where the image lies */

static inline paddr_t xen_virt_to_maddr(const void *va)
{
    return (unsigned long)va - XEN_VIRT_START + xen_phys_start;
}

static inline void *mfn_to_virt(mfn_t mfn)
{
    return maddr_to_virt((paddr_t)mfn_x(mfn) << PAGE_SHIFT);
}

static inline mfn_t virt_to_mfn(const void *va)
{
    return _mfn(virt_to_maddr(va) >> PAGE_SHIFT);
}

static inline mfn_t maddr_to_mfn(paddr_t pa)
{
    return _mfn(pa >> PAGE_SHIFT);
}

static inline paddr_t mfn_to_maddr(mfn_t mfn)
{
    return (paddr_t)mfn_x(mfn) << PAGE_SHIFT;
}

void clear_page(void *va);
void copy_page(void *dst, const void *src);

#endif
