/* SPDX-License-Identifier: MIT */
/*
 * What a PVH guest finds at the physical address in ebx when it starts: in 32-bit protected mode,
 * unpaged, flat segments, interrupts off.  All addresses are guest physical.
 */
#ifndef __XEN_PUBLIC_ARCH_X86_HVM_START_INFO_H__
#define __XEN_PUBLIC_ARCH_X86_HVM_START_INFO_H__

#define XEN_HVM_START_MAGIC_VALUE 0x336ec578 /* "xEn3" with the top bit of the E set */

/* Kinds of memory, those of E820. */
#define XEN_HVM_MEMMAP_TYPE_RAM      1
#define XEN_HVM_MEMMAP_TYPE_RESERVED 2
#define XEN_HVM_MEMMAP_TYPE_ACPI     3
#define XEN_HVM_MEMMAP_TYPE_NVS      4
#define XEN_HVM_MEMMAP_TYPE_UNUSABLE 5
#define XEN_HVM_MEMMAP_TYPE_DISABLED 6
#define XEN_HVM_MEMMAP_TYPE_PMEM     7

#ifndef __ASSEMBLY__
#include <stdint.h>

struct hvm_start_info {
    uint32_t magic;
    uint32_t version;    /* 1: the memory map is there */
    uint32_t flags;      /* SIF_ */
    uint32_t nr_modules; /* of which the first is the initial RAM disk */
    uint64_t modlist_paddr;
    uint64_t cmdline_paddr; /* a string, or 0 */
    uint64_t rsdp_paddr;
    uint64_t memmap_paddr;
    uint32_t memmap_entries;
    uint32_t reserved;
};

struct hvm_modlist_entry {
    uint64_t paddr;
    uint64_t size;
    uint64_t cmdline_paddr;
    uint64_t reserved;
};

struct hvm_memmap_table_entry {
    uint64_t addr;
    uint64_t size;
    uint32_t type;
    uint32_t reserved;
};
#endif

#endif
