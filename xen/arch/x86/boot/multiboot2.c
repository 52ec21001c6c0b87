/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The information block of multiboot 2: GRUB under BIOS and UEFI, and our own xen.efi.
 * Multiboot2 specification 2.0, 3.6.
 */
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/string.h>
#include <asm/page.h>
#include "boot.h"

enum mb2_tag_type {
    MB2_END = 0,
    MB2_CMDLINE = 1,
    MB2_LOADER = 2,
    MB2_MODULE = 3,
    MB2_MMAP = 6,
    MB2_EFI64 = 12,
    MB2_RSDP_OLD = 14,
    MB2_RSDP_NEW = 15,
};

struct mb2_tag {
    uint32_t type, size;
    union {
        char text[0];
        struct {
            uint32_t start, end;
            char cmdline[0];
        } module;
        struct {
            uint32_t entry_size, entry_version;
            uint8_t entries[0];
        } mmap;
        uint64_t efi_system_table;
        uint8_t rsdp[0];
    };
};

struct mb2_mmap {
    uint64_t start, length;
    uint32_t type, reserved;
};
BUILD_BUG_ON(sizeof(struct mb2_mmap) != 24);

/* GRUB hands over a copy of the RSDP, not its address: the copy is kept here. */
static uint8_t rsdp_copy[36] aligned_to(16);

static void __init read_map(const struct mb2_tag *tag, bool ram)
{
    uint32_t step = tag->mmap.entry_size;

    for (uint32_t at = 16; step >= sizeof(struct mb2_mmap) && at + step <= tag->size; at += step) {
        const struct mb2_mmap *m = (const void *)((const char *)tag + at);

        if ((m->type == E820_RAM) == ram)
            e820_set(m->start, m->start + m->length, m->type);
    }
}

static void __init read_rsdp(const struct mb2_tag *tag)
{
    size_t size = min((size_t)tag->size - 8, sizeof(rsdp_copy));

    if (tag->type == MB2_RSDP_OLD && boot_info.rsdp)
        return;
    memset(rsdp_copy, 0, sizeof(rsdp_copy));
    memcpy(rsdp_copy, tag->rsdp, size);
    boot_info.rsdp = xen_virt_to_maddr(rsdp_copy);
}

static void __init read_tag(const struct mb2_tag *tag)
{
    switch (tag->type) {
    case MB2_CMDLINE:
        boot_info.cmdline = boot_string(tag->text);
        break;
    case MB2_LOADER:
        boot_info.loader = boot_string(tag->text);
        break;
    case MB2_MODULE:
        boot_module_add(tag->module.start, tag->module.end, tag->module.cmdline);
        break;
    case MB2_MMAP:
        read_map(tag, true);
        read_map(tag, false);
        break;
    case MB2_EFI64:
        boot_info.efi_system_table = tag->efi_system_table;
        break;
    case MB2_RSDP_OLD:
    case MB2_RSDP_NEW:
        read_rsdp(tag);
        break;
    }
}

void __init multiboot2_read(paddr_t info)
{
    const uint32_t *total = maddr_to_virt(info);
    uint32_t at = 8;

    boot_info.loader = "multiboot2";
    boot_info.cmdline = "";
    while (at + 8 <= *total) {
        const struct mb2_tag *tag = maddr_to_virt(info + at);

        if (tag->type == MB2_END || tag->size < 8)
            break;
        read_tag(tag);
        at += ROUNDUP(tag->size, 8u);
    }
}
