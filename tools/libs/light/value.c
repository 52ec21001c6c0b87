/* SPDX-License-Identifier: LGPL-2.1-only */
/* The small values that types are made of: defbools, identities, lists of strings. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "internal.h"

/* ---- Booleans with a default ---- */

void libxl_defbool_set(libxl_defbool *db, bool b)
{
    db->val = b ? 1 : -1;
}

void libxl_defbool_unset(libxl_defbool *db)
{
    db->val = 0;
}

void libxl_defbool_setdefault(libxl_defbool *db, bool b)
{
    if (!db->val)
        libxl_defbool_set(db, b);
}

bool libxl_defbool_is_default(libxl_defbool db)
{
    return !db.val;
}

bool libxl_defbool_val(libxl_defbool db)
{
    assert(db.val);
    return db.val > 0;
}

const char *libxl_defbool_to_string(libxl_defbool b)
{
    return b.val < 0 ? "False" : b.val > 0 ? "True" : "<default>";
}

/* ---- Identities ---- */

int libxl_uuid_is_nil(const libxl_uuid *uuid)
{
    static const libxl_uuid nil;

    return !libxl_uuid_compare(uuid, &nil);
}

/* A random identity: version 4 of RFC 4122, section 4.4. */
void libxl_uuid_generate(libxl_uuid *uuid)
{
    if (getrandom(uuid->uuid, sizeof(uuid->uuid), 0) != sizeof(uuid->uuid))
        abort();
    uuid->uuid[6] = (uuid->uuid[6] & 0x0f) | 0x40;
    uuid->uuid[8] = (uuid->uuid[8] & 0x3f) | 0x80;
}

/* Hexadecimal digits, with dashes between bytes wherever they like. */
int libxl_uuid_from_string(libxl_uuid *uuid, const char *in)
{
    libxl_uuid out;

    for (unsigned int i = 0; i < sizeof(out.uuid); i++) {
        char digits[3] = {0};
        char *end;

        if (*in == '-' && i)
            in++;
        if (!in[0] || !in[1])
            return -1;
        memcpy(digits, in, 2);
        out.uuid[i] = strtoul(digits, &end, 16);
        if (*end || strspn(digits, "0123456789abcdefABCDEF") != 2)
            return -1;
        in += 2;
    }
    if (*in)
        return -1;
    *uuid = out;
    return 0;
}

void libxl_uuid_copy(libxl_ctx *ctx, libxl_uuid *dst, const libxl_uuid *src)
{
    *dst = *src;
}

void libxl_uuid_clear(libxl_uuid *uuid)
{
    memset(uuid, 0, sizeof(*uuid));
}

int libxl_uuid_compare(const libxl_uuid *a, const libxl_uuid *b)
{
    return memcmp(a->uuid, b->uuid, sizeof(a->uuid));
}

const uint8_t *libxl_uuid_bytearray_const(const libxl_uuid *uuid)
{
    return uuid->uuid;
}

/* ---- Lists of strings, ended by NULL ---- */

void libxl_string_list_dispose(libxl_string_list *sl)
{
    for (char **e = *sl; e && *e; e++)
        free(*e);
    free(*sl);
    *sl = NULL;
}

int libxl_string_list_length(const libxl_string_list *sl)
{
    int n = 0;

    while (*sl && (*sl)[n])
        n++;
    return n;
}

void libxl_string_list_copy(libxl_ctx *ctx, libxl_string_list *dst, const libxl_string_list *src)
{
    int n = libxl_string_list_length(src);

    *dst = NULL;
    if (!*src)
        return;
    *dst = xcalloc(n + 1, sizeof(char *));
    for (int i = 0; i < n; i++)
        (*dst)[i] = xstrdup((*src)[i]);
}

void libxl_key_value_list_dispose(libxl_key_value_list *kvl)
{
    libxl_string_list_dispose(kvl);
}

int libxl_key_value_list_length(const libxl_key_value_list *kvl)
{
    return libxl_string_list_length(kvl) / 2;
}

void libxl_key_value_list_copy(libxl_ctx *ctx, libxl_key_value_list *dst,
                               const libxl_key_value_list *src)
{
    libxl_string_list_copy(ctx, dst, src);
}
