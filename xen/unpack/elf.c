// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loading an ELF kernel, 32- or 64-bit, by its physical addresses, and finding its PVH entry: the
 * note named "Xen" of type XEN_ELFNOTE_PHYS32_ENTRY.
 */
#include <elf.h>
#include <stdbool.h>
#include <string.h>
#include <public/arch-x86/hvm/start_info.h>
#include "unpack.h"

#define PHYS32_ENTRY   18
#define LOW_MEMORY_END 0x100000 /* the unpacker itself lies below */

struct image {
    const uint8_t *data;
    size_t size;
    bool is_64;
    uint64_t table; /* the program headers' place */
    unsigned int entry_size, count;
};

/* A program header of either class. */
struct segment {
    uint32_t type;
    uint64_t offset, paddr, filesz, memsz;
};

static bool range_fits(uint64_t offset, uint64_t length, uint64_t size)
{
    return offset <= size && length <= size - offset;
}

static void image_open(struct image *image, const void *data, size_t size)
{
    const Elf32_Ehdr *h32 = data;
    const Elf64_Ehdr *h64 = data;

    if (size < sizeof(*h64) || memcmp(h32->e_ident, ELFMAG, SELFMAG))
        fail("the kernel is no ELF file, nor a compressed one in a format that is known");
    image->data = data;
    image->size = size;
    image->is_64 = h32->e_ident[EI_CLASS] == ELFCLASS64;
    image->table = image->is_64 ? h64->e_phoff : h32->e_phoff;
    image->entry_size = image->is_64 ? h64->e_phentsize : h32->e_phentsize;
    image->count = image->is_64 ? h64->e_phnum : h32->e_phnum;
    if (image->entry_size < (image->is_64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)) ||
        !range_fits(image->table, (uint64_t)image->entry_size * image->count, size))
        fail("the kernel's ELF file is truncated");
}

static struct segment segment_get(const struct image *image, unsigned int i)
{
    const void *at = image->data + image->table + (uint64_t)i * image->entry_size;
    struct segment s;

    if (image->is_64) {
        const Elf64_Phdr *p = at;

        s = (struct segment){p->p_type, p->p_offset, p->p_paddr, p->p_filesz, p->p_memsz};
    } else {
        const Elf32_Phdr *p = at;

        s = (struct segment){p->p_type, p->p_offset, p->p_paddr, p->p_filesz, p->p_memsz};
    }
    if (!range_fits(s.offset, s.filesz, image->size) || s.filesz > s.memsz)
        fail("the kernel's ELF file is truncated");
    return s;
}

/* Whether it lies in one piece of dom0's RAM, by the map in the start info. */
static bool is_ram(uint64_t start, uint64_t size, const struct unpack_params *params)
{
    const struct hvm_start_info *info = (void *)(uint64_t)params->start_info;
    const struct hvm_memmap_table_entry *map = (void *)info->memmap_paddr;

    for (uint32_t i = 0; i < info->memmap_entries; i++)
        if (map[i].type == XEN_HVM_MEMMAP_TYPE_RAM && start >= map[i].addr &&
            range_fits(start - map[i].addr, size, map[i].size))
            return true;
    return false;
}

static void segment_check(const struct segment *s, const struct unpack_params *params)
{
    if (s->paddr < LOW_MEMORY_END || !is_ram(s->paddr, s->memsz, params))
        fail("there is no memory where the kernel wants to be loaded: give dom0 more (dom0_mem=)");
    if (s->paddr < params->taken_end && s->paddr + s->memsz > params->taken)
        fail("not enough memory to unpack and load the kernel: give dom0 more (dom0_mem=)");
}

static void segment_load(const struct image *image, const struct segment *s)
{
    uint8_t *to = (uint8_t *)s->paddr;

    memcpy(to, image->data + s->offset, s->filesz);
    memset(to + s->filesz, 0, s->memsz - s->filesz);
}

/* The entry among a segment's notes, or 0. */
static uint32_t notes_entry(const struct image *image, const struct segment *s)
{
    const uint8_t *p = image->data + s->offset, *end = p + s->filesz;

    while ((size_t)(end - p) >= sizeof(Elf32_Nhdr)) {
        const Elf32_Nhdr *note = (const void *)p;
        uint64_t name = (note->n_namesz + 3ULL) & ~3ULL, desc = (note->n_descsz + 3ULL) & ~3ULL;

        p += sizeof(*note);
        if (name + desc > (size_t)(end - p))
            break;
        if (note->n_type == PHYS32_ENTRY && note->n_namesz == 4 && !memcmp(p, "Xen", 4) &&
            note->n_descsz >= 4) {
            uint32_t entry;

            memcpy(&entry, p + name, sizeof(entry));
            return entry;
        }
        p += name + desc;
    }
    return 0;
}

/* All checks, then all changes: the headers lie in the file, which is no target of a segment. */
uint32_t elf_load(const void *data, size_t size, const struct unpack_params *params)
{
    struct image image;
    uint32_t entry = 0;

    image_open(&image, data, size);
    for (unsigned int i = 0; i < image.count; i++) {
        struct segment s = segment_get(&image, i);

        if (s.type == PT_NOTE && !entry)
            entry = notes_entry(&image, &s);
        else if (s.type == PT_LOAD && s.memsz)
            segment_check(&s, params);
    }
    if (!entry)
        fail("the kernel has no PVH entry (an ELF note \"Xen\", PHYS32_ENTRY): it cannot be dom0");
    for (unsigned int i = 0; i < image.count; i++) {
        struct segment s = segment_get(&image, i);

        if (s.type == PT_LOAD && s.memsz)
            segment_load(&image, &s);
    }
    return entry;
}
