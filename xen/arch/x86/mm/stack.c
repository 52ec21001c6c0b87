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

static bool map_stack(unsigned long block)
{
    for (unsigned int i = 0; i < STACK_SIZE / PAGE_SIZE; i++) {
        void *page;

        if (i == GUARD_PAGE)
            continue;
        page = alloc_xenheap_page();
        if (!page || paging_map(block + i * PAGE_SIZE, virt_to_maddr(page), PAGE_SIZE, MAP_RW))
            return false;
        memset(page, 0, PAGE_SIZE);
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
