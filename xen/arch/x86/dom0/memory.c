// SPDX-License-Identifier: GPL-2.0-only
/*
 * dom0's memory: how much (dom0_mem=), where (the host's own map, its RAM cut off when dom0 has got
 * its amount), and the pages themselves, in blocks as large as they fit.  Devices lie where the
 * machine has them; dom0 gets them mapped when it first looks (hvm/nested_fault.c).
 */
#include <xen/cmdline.h>
#include <xen/errno.h>
#include <xen/guest_access.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/p2m.h>
#include <xen/page_alloc.h>
#include <xen/printk.h>
#include <xen/string.h>
#include <xen/xmalloc.h>
#include "private.h"

#define LOW_MEMORY_END 0x100000u
#define EARLY_END      GB(1) /* Linux reads the start info while it has mapped no more than this */
#define RESERVE_MAX    (MB(128) >> PAGE_SHIFT) /* what the hypervisor keeps by default, at most... */
#define RESERVE_SHARE  16                      /* ... and the part of free memory that it keeps */

/* --- dom0_mem= --- */

struct amount {
    bool is_given;
    unsigned int percent; /* of the free memory; 0: bytes */
    uint64_t bytes;
};

static struct amount amount_wanted, amount_min, amount_max;

static int __init amount_parse(const char **s, struct amount *a)
{
    const char *end;
    uint64_t value = str_to_u64(*s, &end, 0);

    if (end == *s)
        return -EINVAL;
    a->is_given = true;
    if (*end == '%') {
        if (value == 0 || value > 100)
            return -EINVAL;
        a->percent = value;
        *s = end + 1;
        return 0;
    }
    a->bytes = str_to_size(*s, s);
    return 0;
}

/* AMOUNT, min:AMOUNT and max:AMOUNT in any order, with commas in between. */
static int __init dom0_mem_parse(const char *s, void *target)
{
    for (;;) {
        struct amount *a = &amount_wanted;

        if (!strncmp(s, "min:", 4))
            a = &amount_min;
        else if (!strncmp(s, "max:", 4))
            a = &amount_max;
        if (a != &amount_wanted)
            s += 4;
        if (amount_parse(&s, a))
            return -EINVAL;
        if (!*s)
            return 0;
        if (*s++ != ',')
            return -EINVAL;
    }
}
custom_param(dom0_mem, "dom0_mem", "AMOUNT|min:AMOUNT|max:AMOUNT[,...], AMOUNT a size or N%",
             dom0_mem_parse);

static unsigned long __init amount_pages(const struct amount *a, unsigned long available)
{
    return a->percent ? available * a->percent / 100 : a->bytes >> PAGE_SHIFT;
}

unsigned long __init dom0_memory_pages(void)
{
    unsigned long pages, available = dom0_nodes_free();

    pages = available - min(available / RESERVE_SHARE, (unsigned long)RESERVE_MAX);
    if (amount_wanted.is_given)
        pages = amount_pages(&amount_wanted, available);
    if (amount_min.is_given)
        pages = max(pages, amount_pages(&amount_min, available));
    if (amount_max.is_given)
        pages = min(pages, amount_pages(&amount_max, available));
    if (pages > available - available / 64)
        panic("dom0_mem= asks for %lu MiB for dom0, but only %lu MiB are free", pages >> 8,
              available >> 8);
    return pages;
}

/* How far it may grow later. */
unsigned long __init dom0_max_pages(unsigned long pages)
{
    struct heap_info heap;

    heap_snapshot(&heap, NULL);
    return amount_max.is_given ? max(pages, amount_pages(&amount_max, heap.total)) : heap.total;
}

/* --- the map --- */

static void __init map_add(struct domain_e820 *map, paddr_t start, paddr_t end, uint32_t type)
{
    if (start >= end)
        return;
    if (map->count == DOMAIN_E820_MAX)
        panic("The memory map has too many entries for dom0");
    map->entry[map->count++] = (struct e820_entry){start, end - start, type};
}

/* Remembers the largest piece that the kernel reaches from its first instruction on. */
static void __init note_ram(struct dom0 *dom0, paddr_t start, paddr_t end)
{
    start = max(start, (paddr_t)LOW_MEMORY_END);
    end = min(end, (paddr_t)EARLY_END);
    if (start >= end || end - start <= dom0->ram_end - dom0->ram_start)
        return;
    dom0->ram_start = start;
    dom0->ram_end = dom0->top = end;
}

/* The host's, with RAM by whole pages, until dom0 has `pages` of it. */
void __init dom0_memory_map(struct dom0 *dom0, unsigned long pages)
{
    paddr_t left = (paddr_t)pages << PAGE_SHIFT;

    dom0->e820 = xzalloc(struct domain_e820);
    if (!dom0->e820)
        panic("No memory for dom0's memory map");
    for (unsigned int i = 0; i < boot_info.e820_count; i++) {
        const struct e820_entry *e = &boot_info.e820[i];
        paddr_t start = e->start, end = e->start + e->size;

        if (e->type == E820_RAM) {
            start = ROUNDUP(start, PAGE_SIZE);
            end = ROUNDDOWN(end, PAGE_SIZE);
            end = start < end ? min(end, start + left) : start;
            left -= end - start;
            note_ram(dom0, start, end);
        }
        map_add(dom0->e820, start, end, e->type);
    }
    if (!dom0->ram_end)
        panic("dom0 would have no memory above 1 MiB: give it more by dom0_mem=");
    if (left)
        printk(XENLOG_WARNING "dom0 gets %lu MiB less: the memory map has no more RAM\n",
               (unsigned long)(left >> 20));
    dom0->d->arch.e820 = dom0->e820;
}

static void __init map_insert(struct domain_e820 *map, unsigned int at, paddr_t start, paddr_t end,
                              uint32_t type)
{
    if (start >= end)
        return;
    if (map->count == DOMAIN_E820_MAX)
        panic("The memory map has too many entries for dom0");
    memmove(&map->entry[at + 1], &map->entry[at], (map->count - at) * sizeof(map->entry[0]));
    map->entry[at] = (struct e820_entry){start, end - start, type};
    map->count++;
}

/* A part of the large piece becomes ACPI memory, which the kernel will not use as RAM. */
static void __init map_split(struct dom0 *dom0, paddr_t start, paddr_t stop, uint32_t type)
{
    struct domain_e820 *map = dom0->e820;

    for (unsigned int i = 0; i < map->count; i++) {
        struct e820_entry *e = &map->entry[i];
        paddr_t end = e->start + e->size;

        if (e->type != E820_RAM || start < e->start || start >= end)
            continue;
        e->size = start - e->start;
        map_insert(map, i + 1, stop, end, E820_RAM);
        map_insert(map, i + 1, start, stop, type);
        return;
    }
}

paddr_t __init dom0_carve(struct dom0 *dom0, size_t size, const char *what)
{
    size = ROUNDUP(size, PAGE_SIZE);
    if (size > dom0->top - dom0->ram_start)
        panic("dom0 has too little memory (%lu MiB in one piece) for %s: give it more by dom0_mem=",
              (unsigned long)((dom0->ram_end - dom0->ram_start) >> 20), what);
    dom0->top -= size;
    return dom0->top;
}

paddr_t __init dom0_carve_acpi(struct dom0 *dom0, size_t size)
{
    paddr_t at = dom0_carve(dom0, size, "ACPI tables");

    map_split(dom0, at, dom0->ram_end, E820_ACPI);
    return at;
}

/* --- pages --- */

static unsigned int __init block_order(unsigned long gfn, unsigned long count)
{
    static const unsigned int orders[] = {PAGE_ORDER_1G, PAGE_ORDER_2M};

    for (unsigned int i = 0; i < ARRAY_SIZE(orders); i++)
        if (IS_ALIGNED(gfn, 1UL << orders[i]) && count >= 1UL << orders[i])
            return orders[i];
    return 0;
}

/* A block of the order, or of a smaller one when memory is fragmented.  What was in it before the
 * hypervisor started is no secret from dom0; but its kernel looks for the BIOS's data below 1 MiB,
 * and shall find none. */
static struct page_info *__init block_alloc(struct domain *d, unsigned long gfn,
                                            unsigned int *order)
{
    unsigned int flags = gfn < LOW_MEMORY_END >> PAGE_SHIFT ? 0 : MEMF_no_scrub;

    for (;; *order = *order == PAGE_ORDER_1G ? PAGE_ORDER_2M : 0) {
        struct page_info *pg = alloc_domheap_pages(d, *order, flags);

        if (pg || !*order)
            return pg;
    }
}

static void __init populate_range(struct domain *d, unsigned long gfn, unsigned long count)
{
    while (count) {
        unsigned int order = block_order(gfn, count);
        struct page_info *pg = block_alloc(d, gfn, &order);

        if (!pg || p2m_set(d, _gfn(gfn), page_to_mfn(pg), order, p2m_ram_rw))
            panic("Out of memory while building dom0: give it less by dom0_mem=");
        gfn += 1UL << order;
        count -= 1UL << order;
    }
}

void __init dom0_memory_populate(struct dom0 *dom0)
{
    for (unsigned int i = 0; i < dom0->e820->count; i++) {
        const struct e820_entry *e = &dom0->e820->entry[i];

        if (e->type == E820_RAM)
            populate_range(dom0->d, e->start >> PAGE_SHIFT, e->size >> PAGE_SHIFT);
    }
}

void __init dom0_write(struct dom0 *dom0, paddr_t gpa, const void *data, size_t size)
{
    if (guest_phys_write(dom0->d, gpa, data, size))
        panic("dom0 has no memory at %#lx", (unsigned long)gpa);
}
