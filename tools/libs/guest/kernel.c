/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * From a kernel's file to segments and an entry point.
 *
 * A file may be an ELF, a bzImage (whose payload, by the Linux/x86 boot protocol 2.08, is a packed
 * ELF), or either of them packed once more.  The entry is that of the PVH boot ABI: the ELF note
 * XEN_ELFNOTE_PHYS32_ENTRY with the name "Xen".  Every offset in the file is checked before use.
 */
#include <elf.h>
#include <xen/elfnote.h>
#include "private.h"

#define LAYERS 4 /* packed bzImage -> bzImage -> payload -> ELF */

static bool is_elf(const struct blob *b)
{
    return b->size >= sizeof(Elf32_Ehdr) && !memcmp(b->data, ELFMAG, SELFMAG);
}

static uint32_t read32(const uint8_t *p)
{
    uint32_t v;

    memcpy(&v, p, sizeof(v));
    return v;
}

static bool in_file(const struct blob *b, uint64_t offset, uint64_t size)
{
    return offset <= b->size && size <= b->size - offset;
}

/* Finds a bzImage's payload: "HdrS" at 0x202, version at 0x206, offset and length at 0x248. */
static bool bzimage_payload(const struct blob *b, const uint8_t **data, size_t *size)
{
    uint64_t start, length;
    unsigned int setup_sectors;

    if (b->size < 0x250 || memcmp(b->data + 0x202, "HdrS", 4) ||
        (b->data[0x206] | b->data[0x207] << 8) < 0x208) {
        return false;
    }
    setup_sectors = b->data[0x1f1] ? b->data[0x1f1] : 4;
    start = (setup_sectors + 1) * 512ULL + read32(b->data + 0x248);
    length = read32(b->data + 0x24c);
    if (!in_file(b, start, length)) {
        return false;
    }
    *data = b->data + start;
    *size = length;
    return true;
}

/* Takes off whatever the ELF is wrapped in. */
static int unwrap(struct xc_dom_image *dom, struct blob *b)
{
    for (int i = 0; i < LAYERS && !is_elf(b); i++) {
        const uint8_t *data = b->data;
        size_t size = b->size;

        if (!blob_is_packed(data, size) && !bzimage_payload(b, &data, &size)) {
            break;
        }
        if (blob_unpack(b, data, size) < 0) {
            dom_error(dom, "%s: cannot unpack the kernel: %s", dom->kernel, strerror(errno));
            return -1;
        }
    }
    if (is_elf(b)) {
        return 0;
    }
    errno = EINVAL;
    dom_error(dom, "%s: neither a bzImage nor an ELF kernel", dom->kernel);
    return -1;
}

/* Looks for the PVH entry among the notes at [offset, offset + size). */
static bool find_entry(const struct blob *b, uint64_t offset, uint64_t size, uint32_t *entry)
{
    const uint8_t *p = b->data + offset;

    while (size >= sizeof(Elf64_Nhdr)) {
        Elf64_Nhdr n;
        uint64_t name, desc;

        memcpy(&n, p, sizeof(n));
        name = (n.n_namesz + 3ULL) & ~3ULL;
        desc = (n.n_descsz + 3ULL) & ~3ULL;
        if (name + desc > size - sizeof(n)) {
            return false;
        }
        if (n.n_type == XEN_ELFNOTE_PHYS32_ENTRY && n.n_namesz == 4 && n.n_descsz >= 4 &&
            !memcmp(p + sizeof(n), "Xen", 4)) {
            *entry = read32(p + sizeof(n) + name);
            return true;
        }
        p += sizeof(n) + name + desc;
        size -= sizeof(n) + name + desc;
    }
    return false;
}

/* The i-th program header in its 64-bit form, whichever form the file has. */
static bool program_header(const struct blob *b, unsigned int i, Elf64_Phdr *ph)
{
    if (b->data[EI_CLASS] == ELFCLASS64) {
        Elf64_Ehdr eh;

        if (b->size < sizeof(eh)) {
            return false;
        }
        memcpy(&eh, b->data, sizeof(eh));
        if (i >= eh.e_phnum || eh.e_phentsize != sizeof(*ph) ||
            !in_file(b, eh.e_phoff, (i + 1ULL) * sizeof(*ph))) {
            return false;
        }
        memcpy(ph, b->data + eh.e_phoff + i * sizeof(*ph), sizeof(*ph));
    } else {
        Elf32_Ehdr eh;
        Elf32_Phdr p32;

        memcpy(&eh, b->data, sizeof(eh));
        if (i >= eh.e_phnum || eh.e_phentsize != sizeof(p32) ||
            !in_file(b, eh.e_phoff, (i + 1ULL) * sizeof(p32))) {
            return false;
        }
        memcpy(&p32, b->data + eh.e_phoff + i * sizeof(p32), sizeof(p32));
        *ph = (Elf64_Phdr){.p_type = p32.p_type,
                           .p_offset = p32.p_offset,
                           .p_paddr = p32.p_paddr,
                           .p_filesz = p32.p_filesz,
                           .p_memsz = p32.p_memsz};
    }
    return in_file(b, ph->p_offset, ph->p_filesz) || ph->p_type != PT_LOAD;
}

static bool add_segment(struct kernel *k, const struct blob *b, const Elf64_Phdr *ph)
{
    struct kernel_segment *s = &k->segment[k->nr_segments];

    if (!ph->p_memsz) {
        return true;
    }
    if (k->nr_segments == KERNEL_SEGMENTS || ph->p_filesz > ph->p_memsz ||
        ph->p_paddr + ph->p_memsz < ph->p_paddr || ph->p_paddr + ph->p_memsz > HOLE_START) {
        return false;
    }
    *s = (struct kernel_segment){ph->p_paddr, ph->p_memsz, ph->p_filesz, b->data + ph->p_offset};
    if (!k->nr_segments++ || ph->p_paddr < k->start) {
        k->start = ph->p_paddr;
    }
    if (ph->p_paddr + ph->p_memsz > k->end) {
        k->end = ph->p_paddr + ph->p_memsz;
    }
    return true;
}

int kernel_parse(struct xc_dom_image *dom)
{
    struct blob *b = &dom->priv->kernel_file;
    struct kernel *k = &dom->priv->kernel;
    bool entry = false;
    Elf64_Phdr ph;

    if (unwrap(dom, b) < 0) {
        return -1;
    }
    for (unsigned int i = 0; program_header(b, i, &ph); i++) {
        if (ph.p_type == PT_LOAD && !add_segment(k, b, &ph)) {
            errno = EINVAL;
            dom_error(dom, "%s: segment %u makes no sense", dom->kernel, i);
            return -1;
        }
        if (ph.p_type == PT_NOTE && in_file(b, ph.p_offset, ph.p_filesz)) {
            entry = entry || find_entry(b, ph.p_offset, ph.p_filesz, &k->entry);
        }
    }
    if (!k->nr_segments || !entry) {
        errno = ENOEXEC;
        dom_error(dom, "%s: not a PVH kernel (%s)", dom->kernel,
                  entry ? "nothing to load" : "no Xen note with a PVH entry point");
        return -1;
    }
    return 0;
}
