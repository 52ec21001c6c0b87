/* SPDX-License-Identifier: GPL-2.0-only */
/* What the loader told us, kept where nothing overwrites it. */
#include <xen/boot_alloc.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/page_alloc.h>
#include <xen/printk.h>
#include <xen/string.h>
#include <asm/image.h>
#include <asm/page.h>
#include "boot.h"

struct boot_info boot_info;

static char strings[8192];
static size_t strings_used;

const char *__init boot_string(const char *text)
{
    size_t left = sizeof(strings) - strings_used;
    char *copy = strings + strings_used;
    size_t length;

    if (left <= 1)
        return "";
    length = strlcpy(copy, text, left);
    strings_used += min(length + 1, left);
    return copy;
}

/* By convention the first word of a module's string names the file, or stands for its name. */
static const char *__init skip_word(const char *s)
{
    while (*s && *s != ' ')
        s++;
    while (*s == ' ')
        s++;
    return s;
}

/* GRUB 2 alone leaves the file's name out. */
void __init boot_cmdline_set(const char *cmdline)
{
    bool has_name = strncmp(boot_info.loader, "GRUB 2", 6) != 0;

    boot_info.cmdline = boot_string(has_name ? skip_word(cmdline) : cmdline);
}

void __init boot_module_add(paddr_t start, paddr_t end, const char *cmdline)
{
    struct boot_module *m = &boot_info.module[boot_info.module_count];

    if (boot_info.module_count == BOOT_MODULES_MAX || end < start)
        return;
    *m = (struct boot_module){start, end - start, boot_string(skip_word(cmdline))};
    boot_info.module_count++;
}

/* The lowest 1 MiB stays out: firmware data, the starting code of the other CPUs, dom0's view of
 * it. */
void __init boot_memory_init(void)
{
    for (unsigned int i = 0; i < boot_info.e820_count; i++) {
        const struct e820_entry *e = &boot_info.e820[i];

        if (e->type == E820_RAM)
            boot_alloc_add(e->start, e->start + e->size);
    }
    boot_alloc_reserve(0, MB(1));
    boot_alloc_reserve(xen_virt_to_maddr(__image_start), xen_virt_to_maddr(__image_end));
    for (unsigned int i = 0; i < boot_info.module_count; i++) {
        const struct boot_module *m = &boot_info.module[i];

        boot_alloc_reserve(m->start, m->start + m->size);
    }
}

/* Dom0 has its copies. Not in .init: that is gone already. */
void boot_modules_free(void)
{
    for (unsigned int i = 0; i < boot_info.module_count; i++) {
        const struct boot_module *m = &boot_info.module[i];

        heap_add_range(ROUNDUP(m->start, PAGE_SIZE), ROUNDDOWN(m->start + m->size, PAGE_SIZE));
    }
    boot_info.module_count = 0;
}

unsigned long boot_ram_pages(void)
{
    unsigned long pages = 0;

    for (unsigned int i = 0; i < boot_info.e820_count; i++)
        if (boot_info.e820[i].type == E820_RAM)
            pages += boot_info.e820[i].size >> PAGE_SHIFT;
    return pages;
}
