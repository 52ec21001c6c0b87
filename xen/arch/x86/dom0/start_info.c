// SPDX-License-Identifier: GPL-2.0-only
/* The start info of the PVH boot ABI: command line, initramfs, RSDP and memory map, in one piece of
 * memory. */
#include <public/arch-x86/hvm/start_info.h>
#include <public/xen.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/string.h>
#include <asm/page.h>
#include "private.h"

static void __init write_memory_map(struct dom0 *dom0, paddr_t at)
{
    for (unsigned int i = 0; i < dom0->e820->count; i++) {
        const struct e820_entry *e = &dom0->e820->entry[i];
        struct hvm_memmap_table_entry entry = {.addr = e->start, .size = e->size, .type = e->type};

        dom0_write(dom0, at + i * sizeof(entry), &entry, sizeof(entry));
    }
}

static paddr_t __init place_initrd(struct dom0 *dom0, const struct boot_module *m)
{
    paddr_t at = dom0_carve(dom0, m->size, "its initramfs");

    dom0_write(dom0, at, maddr_to_virt(m->start), m->size);
    return at;
}

/* The memory map is complete: nothing more is carved out as ACPI memory. */
paddr_t __init dom0_start_info(struct dom0 *dom0, const struct boot_module *kernel,
                               const struct boot_module *initrd, paddr_t rsdp)
{
    size_t map_size = dom0->e820->count * sizeof(struct hvm_memmap_table_entry);
    size_t cmdline_size = strlen(kernel->cmdline) + 1;
    struct hvm_start_info info = {
        .magic = XEN_HVM_START_MAGIC_VALUE,
        .version = 1,
        .flags = SIF_PRIVILEGED | SIF_INITDOMAIN,
        .rsdp_paddr = rsdp,
        .memmap_entries = dom0->e820->count,
    };
    struct hvm_modlist_entry module = {};
    paddr_t at =
        dom0_carve(dom0, sizeof(info) + sizeof(module) + map_size + cmdline_size, "its start info");

    if (initrd) {
        module.paddr = place_initrd(dom0, initrd);
        module.size = initrd->size;
        info.nr_modules = 1;
        info.modlist_paddr = at + sizeof(info);
    }
    info.memmap_paddr = at + sizeof(info) + sizeof(module);
    info.cmdline_paddr = info.memmap_paddr + map_size;
    dom0_write(dom0, at, &info, sizeof(info));
    dom0_write(dom0, at + sizeof(info), &module, sizeof(module));
    write_memory_map(dom0, info.memmap_paddr);
    dom0_write(dom0, info.cmdline_paddr, kernel->cmdline, cmdline_size);
    return at;
}
