// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's image in dom0's memory: a bzImage's payload or an ELF file as it is, the room to
 * unpack it, and the unpacker that does so (xen/unpack), at its fixed place in low memory.  Only
 * headers are read here.
 *
 * bzImage: Linux's boot protocol, 2.08 or later (the fields payload_offset and payload_length).
 */
#include <xen/guest_access.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/printk.h>
#include <xen/string.h>
#include <asm/page.h>
#include "../../../unpack/params.h"
#include "private.h"

#define SETUP_SECTS       0x1f1
#define SETUP_MAGIC       0x202
#define SETUP_VERSION     0x206
#define SETUP_PAYLOAD     0x248
#define SETUP_PAYLOAD_LEN 0x24c
#define SETUP_END         0x250
#define SECTOR            512
#define PROTOCOL_2_08     0x208

#define UNPACK_HEAP  MB(48) /* XZ with the kernel's dictionary of 32 MiB, and some */
#define UNPACKED_MAX GB(1)

extern const uint8_t unpack_blob[], unpack_blob_end[];

struct payload {
    const uint8_t *data;
    size_t size;
    size_t unpacked; /* 0: it is an ELF file already */
};

static uint32_t __init field(const uint8_t *data, size_t at, unsigned int size)
{
    uint32_t value = 0;

    memcpy(&value, data + at, size);
    return value;
}

static bool __init is_elf(const uint8_t *data)
{
    return !memcmp(data, "\177ELF", 4);
}

/* The kernel's build appends the unpacked size to the compressed payload. */
static void __init payload_of_bzimage(struct payload *p, const uint8_t *data, size_t size)
{
    size_t offset, setup = field(data, SETUP_SECTS, 1);

    if (field(data, SETUP_VERSION, 2) < PROTOCOL_2_08)
        panic("dom0 kernel: a bzImage of a boot protocol before 2.08");
    offset = ((setup ? setup : 4) + 1) * SECTOR + field(data, SETUP_PAYLOAD, 4);
    p->size = field(data, SETUP_PAYLOAD_LEN, 4);
    if (offset > size || p->size < 8 || p->size > size - offset)
        panic("dom0 kernel: the bzImage is truncated (%zu bytes, its payload ends at %zu)", size,
              offset + p->size);
    p->data = data + offset;
    if (!is_elf(p->data))
        p->unpacked = field(p->data, p->size - 4, 4);
    if (p->unpacked > UNPACKED_MAX)
        panic("dom0 kernel: the bzImage is damaged (an unpacked size of %zu)", p->unpacked);
}

static void __init payload_find(struct payload *p, const uint8_t *data, size_t size)
{
    memset(p, 0, sizeof(*p));
    if (size >= SETUP_END && !memcmp(data + SETUP_MAGIC, "HdrS", 4)) {
        payload_of_bzimage(p, data, size);
    } else if (size >= 64 && is_elf(data)) {
        p->data = data;
        p->size = size;
    } else if (size >= 18 && data[0] == 0x1f && data[1] == 0x8b) {
        p->data = data; /* a vmlinux.gz: gzip ends with the size */
        p->size = size;
        p->unpacked = min((size_t)field(data, size - 4, 4), (size_t)UNPACKED_MAX);
    } else {
        panic("dom0 kernel: neither a bzImage nor an ELF file (%zu bytes)", size);
    }
}

paddr_t __init dom0_place_kernel(struct dom0 *dom0, const struct boot_module *m, paddr_t start_info,
                                 uint32_t *entry)
{
    struct unpack_params params = {.start_info = start_info, .taken_end = dom0->ram_end};
    struct payload p;
    paddr_t at;

    payload_find(&p, maddr_to_virt(m->start), m->size);
    at = dom0_carve(dom0, sizeof(params), "the unpacker");
    params.payload_size = p.size;
    params.payload = dom0_carve(dom0, p.size, "its kernel");
    params.output_size = p.unpacked;
    params.output = dom0_carve(dom0, p.unpacked, "its unpacked kernel");
    params.heap_size = p.unpacked ? UNPACK_HEAP : 0;
    params.heap = dom0_carve(dom0, params.heap_size, "unpacking its kernel");
    params.taken = dom0->top;

    dom0_write(dom0, params.payload, p.data, p.size);
    dom0_write(dom0, at, &params, sizeof(params));
    dom0_write(dom0, UNPACK_BASE, unpack_blob, unpack_blob_end - unpack_blob);
    *entry = UNPACK_BASE;
    return at;
}
