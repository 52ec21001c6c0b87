/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The CPUs' copies of per-CPU variables.  CPU 0 uses the section as it was linked; each other CPU
 * gets a block of the same layout, on its own node, and the distance from one to the other.
 *
 * A CPU that has no block yet has a distance that leads to addresses no processor accepts, so that
 * touching its variables too early faults instead of damaging CPU 0's.
 */
#include <xen/cpumask.h>
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/numa.h>
#include <xen/page_alloc.h>
#include <xen/percpu.h>
#include <xen/string.h>

extern char __percpu_start[], __percpu_end[];

#define NOWHERE 0x8000000000000000UL

unsigned long per_cpu_offset[NR_CPUS] = {0, [1 ... NR_CPUS - 1] = NOWHERE};

int percpu_area_init(unsigned int cpu)
{
    size_t size = __percpu_end - __percpu_start;
    unsigned int order = 0;
    char *area;

    if (per_cpu_offset[cpu] != NOWHERE)
        return 0;
    while ((PAGE_SIZE << order) < size)
        order++;
    area = alloc_xenheap_pages(order, MEMF_node(numa_node_of_cpu(cpu)));
    if (!area)
        return -ENOMEM;
    memset(area, 0, size);
    per_cpu_offset[cpu] = (unsigned long)area - (unsigned long)__percpu_start;
    return 0;
}
