/* SPDX-License-Identifier: MIT */
/*
 * What the hypervisor tells the unpacker: dom0's first code, which turns the kernel's image into a running
 * kernel.  Guest physical addresses, in bytes.
 */
#ifndef UNPACK_PARAMS_H
#define UNPACK_PARAMS_H

#include <stdint.h>

#define UNPACK_BASE  0x10000    /* where it is linked to run; its entry is its first byte */
#define UNPACK_LIMIT 0x90000    /* where it has to end */

struct unpack_params {
    uint64_t payload, payload_size;     /* an ELF file, perhaps compressed */
    uint64_t output, output_size;       /* room for it when unpacked */
    uint64_t heap, heap_size;           /* room for the unpacking libraries */
    uint64_t taken, taken_end;          /* what the kernel must not be loaded over */
    uint32_t start_info;                /* with dom0's memory map */
    uint32_t reserved;
};

#endif
