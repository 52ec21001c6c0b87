/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The frame table: a struct page_info for every frame of RAM.  Its place in virtual memory is fixed
 * and wide; only granules that contain RAM are backed, each by memory near to what it describes, so
 * that it is local on a NUMA machine.
 */
#include <xen/boot_alloc.h>
#include <xen/boot_info.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/printk.h>
#include <xen/string.h>
#include <asm/frametable.h>
#include <asm/paging.h>

#define GRANULE_FRAMES (1UL << FRAME_GRANULE_ORDER)
#define GRANULE_TABLE  (GRANULE_FRAMES * sizeof(struct page_info)) /* bytes */
#define FRAMES_MAX     min(FRAMETABLE_VIRT_SIZE / sizeof(struct page_info), 1UL << FRAME_NUMBER_BITS)
BUILD_BUG_ON(GRANULE_TABLE % PAGE_SIZE);

/* Memory of the range if it has any left, of any other if not. */
static void __init back_granule(unsigned long frame, paddr_t start, paddr_t end)
{
    unsigned long va = (unsigned long)(frame_table + frame);
    paddr_t pa = boot_alloc_within(GRANULE_TABLE, PAGE_SIZE, start, end);

    if (!pa)
        pa = boot_alloc(GRANULE_TABLE, PAGE_SIZE, ~0UL);
    if (!pa || paging_map(va, pa, GRANULE_TABLE, MAP_RW))
        panic("No memory for the frame table");
    memset((void *)va, 0, GRANULE_TABLE);
    frames_set_present(_mfn(frame), GRANULE_FRAMES);
}

static void __init back_range(paddr_t start, paddr_t end)
{
    unsigned long frame = ROUNDDOWN(start >> PAGE_SHIFT, GRANULE_FRAMES);
    unsigned long last = end >> PAGE_SHIFT;

    if (last > FRAMES_MAX) {
        printk(XENLOG_WARNING "Memory beyond %#lx is not used\n", FRAMES_MAX << PAGE_SHIFT);
        boot_alloc_reserve(FRAMES_MAX << PAGE_SHIFT, end);
        last = FRAMES_MAX;
    }
    for (; frame < last; frame += GRANULE_FRAMES)
        if (!mfn_valid(_mfn(frame)))
            back_granule(frame, start, end);
}

void __init frametable_init(void)
{
    for (unsigned int i = 0; i < boot_info.e820_count; i++) {
        const struct e820_entry *e = &boot_info.e820[i];

        if (e->type == E820_RAM)
            back_range(e->start, e->start + e->size);
    }
}
