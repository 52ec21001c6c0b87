// SPDX-License-Identifier: GPL-2.0-only
/*
 * The unpacker: runs as dom0's first code, in dom0's own memory and with no more rights than dom0,
 * so that the decompressors (the distribution's libraries) are no part of the hypervisor.  It
 * unpacks the kernel's payload to an ELF file, puts that in place and jumps to its PVH entry.
 * Nothing of it remains.
 */
#include "unpack.h"

void unpack_main(const struct unpack_params *params);
void unpack_main(const struct unpack_params *params)
{
    const void *image;
    size_t size;

    heap_init((void *)params->heap, params->heap_size);
    size = unpack((const void *)params->payload, params->payload_size, (void *)params->output,
                  params->output_size, &image);
    enter_kernel(elf_load(image, size, params), params->start_info);
}
