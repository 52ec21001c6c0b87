/* SPDX-License-Identifier: GPL-2.0-only */
/* What the loader told us, whichever it was. Filled by the entry code, read by set-up. Addresses in bytes. */
#ifndef XEN_BOOT_INFO_H
#define XEN_BOOT_INFO_H

#include <xen/types.h>

#define BOOT_MODULES_MAX 16
#define BOOT_E820_MAX    256

enum e820_type {
    E820_RAM = 1,
    E820_RESERVED,
    E820_ACPI,
    E820_NVS,
    E820_UNUSABLE,
};

struct e820_entry {
    paddr_t start, size;
    uint32_t type;
};

struct boot_module {
    paddr_t start;
    size_t size;
    const char *cmdline;    /* its options, "" for none: the string without its first word, the file's name */
};

struct boot_info {
    const char *loader;     /* "multiboot", "multiboot2", "EFI" and the name it gives */
    const char *cmdline;
    struct e820_entry e820[BOOT_E820_MAX];      /* sorted, no overlaps */
    unsigned int e820_count;
    struct boot_module module[BOOT_MODULES_MAX];
    unsigned int module_count;
    paddr_t rsdp;           /* 0: search for it */
    paddr_t efi_system_table;
};

extern struct boot_info boot_info;

#endif
