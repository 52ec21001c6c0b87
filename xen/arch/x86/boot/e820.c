/* SPDX-License-Identifier: GPL-2.0-only */
/* The map of physical memory: sorted, without overlaps, neighbours of one type joined. */
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/printk.h>
#include <xen/string.h>
#include "boot.h"

#define e820  boot_info.e820
#define count boot_info.e820_count

static paddr_t __init entry_end(unsigned int i)
{
    return e820[i].start + e820[i].size;
}

static void __init entry_insert(unsigned int i, paddr_t start, paddr_t end, uint32_t type)
{
    if (start >= end || count == BOOT_E820_MAX)
        return;
    memmove(&e820[i + 1], &e820[i], (count - i) * sizeof(e820[0]));
    e820[i] = (struct e820_entry){start, end - start, type};
    count++;
}

static void __init entry_remove(unsigned int i)
{
    memmove(&e820[i], &e820[i + 1], (count - i - 1) * sizeof(e820[0]));
    count--;
}

/* Cuts [start, end) out; returns where an entry for it belongs. */
static unsigned int __init cut(paddr_t start, paddr_t end)
{
    unsigned int i = 0;

    while (i < count && entry_end(i) <= start)
        i++;
    while (i < count && e820[i].start < end) {
        struct e820_entry old = e820[i];
        paddr_t old_end = entry_end(i);

        entry_remove(i);
        if (old.start < start)
            entry_insert(i++, old.start, start, old.type);
        if (end < old_end)
            entry_insert(i, end, old_end, old.type);
        if (end <= old_end)
            break;
    }
    return i;
}

static void __init join_with_next(unsigned int i)
{
    if (i + 1 >= count || e820[i].type != e820[i + 1].type || entry_end(i) != e820[i + 1].start)
        return;
    e820[i].size += e820[i + 1].size;
    entry_remove(i + 1);
}

void __init e820_set(paddr_t start, paddr_t end, uint32_t type)
{
    unsigned int i;

    if (start >= end)
        return;
    i = cut(start, end);
    entry_insert(i, start, end, type);
    join_with_next(i);
    if (i > 0)
        join_with_next(i - 1);
}

void __init e820_print(void)
{
    static const char *const name[] __initconst = {
        [E820_RAM] = "usable",   [E820_RESERVED] = "reserved", [E820_ACPI] = "ACPI data",
        [E820_NVS] = "ACPI NVS", [E820_UNUSABLE] = "unusable",
    };

    printk("Physical memory, as %s tells it:\n", boot_info.loader);
    for (unsigned int i = 0; i < count; i++)
        printk("  %012lx-%012lx %s\n", e820[i].start, entry_end(i) - 1,
               e820[i].type < ARRAY_SIZE(name) && name[e820[i].type] ? name[e820[i].type]
                                                                     : "reserved");
}
