/* SPDX-License-Identifier: LGPL-2.1-only */
/* The identity of a domain: 16 bytes. */
#ifndef LIBXL_UUID_H
#define LIBXL_UUID_H

#include <stdint.h>

typedef struct {
    uint8_t uuid[16];
} libxl_uuid;

struct libxl__ctx;

#define LIBXL_UUID_FMT                                                                         \
    "%02hhx%02hhx%02hhx%02hhx-%02hhx%02hhx-%02hhx%02hhx-%02hhx%02hhx-%02hhx%02hhx%02hhx%02hhx" \
    "%02hhx%02hhx"
#define LIBXL_UUID_FMTLEN ((2 * 16) + 4)
#define LIBXL_UUID_BYTES(u)                                                                    \
    (u).uuid[0], (u).uuid[1], (u).uuid[2], (u).uuid[3], (u).uuid[4], (u).uuid[5], (u).uuid[6], \
        (u).uuid[7], (u).uuid[8], (u).uuid[9], (u).uuid[10], (u).uuid[11], (u).uuid[12],       \
        (u).uuid[13], (u).uuid[14], (u).uuid[15]

int libxl_uuid_is_nil(const libxl_uuid *uuid);
void libxl_uuid_generate(libxl_uuid *uuid);
int libxl_uuid_from_string(libxl_uuid *uuid, const char *in); /* 0, or -1 */
void libxl_uuid_copy(struct libxl__ctx *ctx, libxl_uuid *dst, const libxl_uuid *src);
void libxl_uuid_clear(libxl_uuid *uuid);
int libxl_uuid_compare(const libxl_uuid *a, const libxl_uuid *b);
const uint8_t *libxl_uuid_bytearray_const(const libxl_uuid *uuid);

#endif /* LIBXL_UUID_H */
