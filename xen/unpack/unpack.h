/* SPDX-License-Identifier: GPL-2.0-only */
/* What the unpacker's files share. */
#ifndef UNPACK_UNPACK_H
#define UNPACK_UNPACK_H

#include <stddef.h>
#include <stdint.h>
#include "params.h"

/* libc.c: what the libraries want, and how it all ends when something is wrong. */
void heap_init(void *start, size_t size);
void fail(const char *why) __attribute__((noreturn));

/* formats.c: unpacks by magic number; the size of the result, which has to fill `room`. An uncompressed payload is
 * left where it is: *result is where to look. */
size_t unpack(const void *payload, size_t size, void *output, size_t room, const void **result);

/* elf.c: puts the segments in their places; the PVH entry. */
uint32_t elf_load(const void *image, size_t size, const struct unpack_params *params);

/* start.S */
long hypercall(unsigned int number, unsigned long arg1, unsigned long arg2, unsigned long arg3);
void enter_kernel(uint32_t entry, uint32_t start_info) __attribute__((noreturn));

#endif
