/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory before there is a heap: a short table of free ranges, sorted by address, never
 * overlapping. One CPU, no locks.  Nothing taken here is ever given back.
 */
#include <xen/boot_alloc.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/page_alloc.h>
#include <xen/printk.h>
#include <xen/string.h>

#define RANGES_MAX 256

struct range {
    paddr_t start, end;
};

static struct range ranges[RANGES_MAX] __initdata;
static unsigned int range_count __initdata;
static bool is_over;

static void __init range_remove(unsigned int i)
{
    memmove(&ranges[i], &ranges[i + 1], (range_count - i - 1) * sizeof(ranges[0]));
    range_count--;
}

static void __init range_insert(unsigned int i, paddr_t start, paddr_t end)
{
    if (range_count == RANGES_MAX) {
        printk(XENLOG_WARNING "Memory %#lx-%#lx is not used: the map has too many pieces\n", start,
               end);
        return;
    }
    memmove(&ranges[i + 1], &ranges[i], (range_count - i) * sizeof(ranges[0]));
    ranges[i] = (struct range){start, end};
    range_count++;
}

void __init boot_alloc_add(paddr_t start, paddr_t end)
{
    unsigned int i = 0;

    start = ROUNDUP(start, PAGE_SIZE);
    end = ROUNDDOWN(end, PAGE_SIZE);
    if (start >= end)
        return;
    while (i < range_count && ranges[i].start < start)
        i++;
    ASSERT(i == 0 || ranges[i - 1].end <= start);
    ASSERT(i == range_count || end <= ranges[i].start);
    range_insert(i, start, end);
}

void __init boot_alloc_reserve(paddr_t start, paddr_t end)
{
    start = ROUNDDOWN(start, PAGE_SIZE);
    end = ROUNDUP(end, PAGE_SIZE);
    for (unsigned int i = 0; i < range_count;) {
        struct range r = ranges[i];

        if (end <= r.start || r.end <= start) {
            i++;
            continue;
        }
        range_remove(i);
        if (r.start < start)
            range_insert(i++, r.start, start);
        if (end < r.end)
            range_insert(i++, end, r.end);
    }
}

paddr_t __init boot_alloc_within(size_t size, size_t align, paddr_t start, paddr_t end)
{
    ASSERT(!is_over && IS_ALIGNED(size, PAGE_SIZE) && IS_ALIGNED(align, PAGE_SIZE));
    for (unsigned int i = range_count; i-- > 0;) {
        paddr_t low = max(ranges[i].start, start), high = min(ranges[i].end, end), at;

        if (high <= low || high - low < size)
            continue;
        at = ROUNDDOWN(high - size, align);
        if (at < low)
            continue;
        boot_alloc_reserve(at, at + size);
        return at;
    }
    return 0;
}

paddr_t __init boot_alloc(size_t size, size_t align, paddr_t limit)
{
    return boot_alloc_within(size, align, 0, limit);
}

void __init boot_alloc_hand_over(void)
{
    is_over = true;
    for (unsigned int i = 0; i < range_count; i++)
        heap_add_range(ranges[i].start, ranges[i].end);
}

bool boot_alloc_is_over(void)
{
    return is_over;
}
