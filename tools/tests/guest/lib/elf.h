/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of a 64-bit ELF file that loading a kernel takes. */
#ifndef GUEST_ELF_H
#define GUEST_ELF_H

#include <xen/types.h>

#define ELF_LOAD 1

struct elf64_header {
    char magic[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, segments, sections;
    uint32_t flags;
    uint16_t size, segment_size, segment_count;
};

struct elf64_segment {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, file_size, memory_size, align;
};

#endif
