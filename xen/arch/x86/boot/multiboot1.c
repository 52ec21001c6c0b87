/* SPDX-License-Identifier: GPL-2.0-only */
/* The information block of multiboot 1: QEMU's -kernel, and old GRUBs. Multiboot specification
 * 0.6.96, 3.3. */
#include <xen/init.h>
#include <xen/lib.h>
#include <asm/page.h>
#include "boot.h"

struct mb1_info {
    uint32_t flags, mem_lower, mem_upper, boot_device, cmdline;
    uint32_t mods_count, mods_addr;
    uint32_t syms[4];
    uint32_t mmap_length, mmap_addr;
    uint32_t drives_length, drives_addr, config_table, boot_loader_name;
};

#define MB1_HAS_MEMORY  (1u << 0)
#define MB1_HAS_CMDLINE (1u << 2)
#define MB1_HAS_MODULES (1u << 3)
#define MB1_HAS_MMAP    (1u << 6)
#define MB1_HAS_LOADER  (1u << 9)

struct mb1_module {
    uint32_t start, end, string, reserved;
};

struct mb1_mmap {
    uint32_t size; /* of what follows */
    uint64_t start, length;
    uint32_t type;
} packed_struct;
BUILD_BUG_ON(sizeof(struct mb1_mmap) != 24);

/* RAM first, so that whatever overlaps it wins. */
static void __init read_map(const struct mb1_info *mbi, bool ram)
{
    paddr_t at = mbi->mmap_addr, end = at + mbi->mmap_length;

    while (at + sizeof(struct mb1_mmap) <= end) {
        const struct mb1_mmap *m = maddr_to_virt(at);

        if ((m->type == E820_RAM) == ram)
            e820_set(m->start, m->start + m->length, m->type);
        at += m->size + sizeof(m->size);
    }
}

void __init multiboot1_read(paddr_t info)
{
    const struct mb1_info *mbi = maddr_to_virt(info);
    const struct mb1_module *mod = maddr_to_virt(mbi->mods_addr);

    boot_info.loader = "multiboot";
    if (mbi->flags & MB1_HAS_LOADER)
        boot_info.loader = boot_string(maddr_to_virt(mbi->boot_loader_name));
    boot_info.cmdline = "";
    if (mbi->flags & MB1_HAS_CMDLINE)
        boot_cmdline_set(maddr_to_virt(mbi->cmdline));
    if (mbi->flags & MB1_HAS_MMAP) {
        read_map(mbi, true);
        read_map(mbi, false);
    } else if (mbi->flags & MB1_HAS_MEMORY) {
        e820_set(0, KB(mbi->mem_lower), E820_RAM);
        e820_set(MB(1), MB(1) + KB(mbi->mem_upper), E820_RAM);
    }
    if (mbi->flags & MB1_HAS_MODULES)
        for (unsigned int i = 0; i < mbi->mods_count; i++)
            boot_module_add(mod[i].start, mod[i].end,
                            mod[i].string ? maddr_to_virt(mod[i].string) : "");
}
