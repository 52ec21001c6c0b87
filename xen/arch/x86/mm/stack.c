/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The CPUs' stack blocks (asm/current.h).  CPU 0's is part of the image; the others' lie in an area
 * of their own.  In each, the page under the stack is not mapped, so that an overrun faults at
 * once.
 */
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/page_alloc.h>
#include <xen/percpu.h>
#include <xen/printk.h>
#include <xen/string.h>
#include <asm/paging.h>
#include <asm/traps.h>

#define STACKS_VIRT_START (VMAP_VIRT_START + VMAP_VIRT_SIZE / 2)
#define GUARD_PAGE        3

extern char boot_stack[]; /* head.S */

void __init stack_guard_boot(void)
{
    unsigned long guard = (unsigned long)boot_stack + GUARD_PAGE * PAGE_SIZE;

    paging_unmap(guard, PAGE_SIZE);
    tlb_flush_page_local(guard);
}

/* Takes back the first pages of a block that nobody has used yet: no TLB knows them. */
static void unmap_stack(unsigned long block, unsigned int pages)
{
    for (unsigned int i = 0; i < pages; i++) {
        unsigned long va = block + i * PAGE_SIZE;

        if (i == GUARD_PAGE)
            continue;
        free_xenheap_page(maddr_to_virt(paging_lookup(va)));
        paging_unmap(va, PAGE_SIZE);
    }
}

static bool map_stack_page(unsigned long va)
{
    void *page = alloc_xenheap_page();

    if (!page)
        return false;
    if (paging_map(va, virt_to_maddr(page), PAGE_SIZE, MAP_RW)) {
        free_xenheap_page(page);
        return false;
    }
    memset(page, 0, PAGE_SIZE);
    return true;
}

static bool map_stack(unsigned long block)
{
    for (unsigned int i = 0; i < STACK_SIZE / PAGE_SIZE; i++)
        if (i != GUARD_PAGE && !map_stack_page(block + i * PAGE_SIZE)) {
            unmap_stack(block, i);
            return false;
        }
    return true;
}

unsigned long cpu_stack_create(unsigned int cpu)
{
    unsigned long block = STACKS_VIRT_START + cpu * STACK_SIZE;
    struct cpu_info *info = (struct cpu_info *)(block + STACK_SIZE) - 1;

    if (!paging_lookup(block) && !map_stack(block))
        return 0;
    info->processor_id = cpu;
    info->per_cpu_offset = per_cpu_offset[cpu];
    return (unsigned long)info;
}
