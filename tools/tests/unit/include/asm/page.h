/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages of the user-space host: RAM and frame table at fixed addresses, as on the real machine. */
#ifndef ASM_HOST_PAGE_H
#define ASM_HOST_PAGE_H

#include <xen/types.h>

#define PAGE_SHIFT    12
#define PAGE_SIZE     (1UL << PAGE_SHIFT)
#define PAGE_MASK     (~(PAGE_SIZE - 1))
#define PAGE_ORDER_4K 0
#define PAGE_ORDER_2M 9
#define PAGE_ORDER_1G 18

/* The sanitizer and valgrind each leave other addresses free. */
#ifndef HOST_MAP_BASE
#define HOST_MAP_BASE 0x200000000000UL
#endif
#define FRAMETABLE_VIRT_START HOST_MAP_BASE
#define DIRECTMAP_VIRT_START  (HOST_MAP_BASE + (1UL << 40))
#define FIRMWARE_VIRT_START   (HOST_MAP_BASE - (1UL << 40))
#define FIRMWARE_VIRT_SIZE    (1UL << 30)

#define frame_table ((struct page_info *)FRAMETABLE_VIRT_START)

static inline void *maddr_to_virt(paddr_t pa)
{
    return (void *)(DIRECTMAP_VIRT_START + pa);
}

static inline paddr_t virt_to_maddr(const void *va)
{
    return (unsigned long)va - DIRECTMAP_VIRT_START;
}

/* Of variables, which have no frames here. */
static inline paddr_t xen_virt_to_maddr(const void *va)
{
    return (paddr_t)(uintptr_t)va;
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
