/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Life of an object of any libxl type: init, dispose, copy, and whether it is still as it began.
 * Structures and arrays are walked here once; each building block brings the operations it needs.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "type.h"

static void *at(const void *p, size_t offset)
{
    return (char *)p + offset;
}

void *field_elements(const struct field *f, const void *p, int *count)
{
    if (f->count_offset == FIELD_SINGLE) {
        *count = 1;
        return at(p, f->offset);
    }
    *count = *(int *)at(p, f->count_offset);
    return *(void **)at(p, f->offset);
}

/* ---- Plain bytes: nothing to free, zero is initial ---- */

static void plain_init(const struct type *t, void *p, int64_t initial)
{
    memset(p, 0, t->size);
}

static void plain_dispose(const struct type *t, void *p)
{
}

static void plain_copy(const struct type *t, void *dst, const void *src)
{
    memcpy(dst, src, t->size);
}

static bool plain_is_initial(const struct type *t, const void *p, int64_t initial)
{
    for (size_t i = 0; i < t->size; i++)
        if (((const uint8_t *)p)[i])
            return false;
    return true;
}

/* ---- Numbers ---- */

bool number_is_signed(const struct type *t)
{
    return t == &type_int || t == &type_devid || t->names;
}

int64_t number_get(const struct type *t, const void *p)
{
    switch (t->size) {
    case 1:
        return *(const uint8_t *)p;
    case 2:
        return *(const uint16_t *)p;
    case 4:
        return number_is_signed(t) ? *(const int32_t *)p : (int64_t) * (const uint32_t *)p;
    default:
        return *(const int64_t *)p;
    }
}

void number_set(const struct type *t, void *p, int64_t value)
{
    memcpy(p, &value, t->size); /* x86 is little-endian: the low bytes come first */
}

static void number_init(const struct type *t, void *p, int64_t initial)
{
    number_set(t, p, initial);
}

static bool number_is_initial(const struct type *t, const void *p, int64_t initial)
{
    return number_get(t, p) == initial;
}

/* ---- Strings, lists and bitmaps own memory ---- */

static void string_dispose(const struct type *t, void *p)
{
    free(*(char **)p);
}

static void string_copy(const struct type *t, void *dst, const void *src)
{
    const char *s = *(char *const *)src;

    *(char **)dst = s ? xstrdup(s) : NULL;
}

static void list_dispose(const struct type *t, void *p)
{
    libxl_string_list_dispose(p);
}

static void list_copy(const struct type *t, void *dst, const void *src)
{
    libxl_string_list_copy(NULL, dst, src);
}

static bool list_is_initial(const struct type *t, const void *p, int64_t initial)
{
    return !libxl_string_list_length(p);
}

static void bitmap_dispose(const struct type *t, void *p)
{
    libxl_bitmap_dispose(p);
}

static void bitmap_copy(const struct type *t, void *dst, const void *src)
{
    const libxl_bitmap *from = src;
    libxl_bitmap *to = dst;

    to->size = from->size;
    to->map = from->size ? memcpy(xcalloc(from->size, 1), from->map, from->size) : NULL;
}

/* ---- Structures ---- */

static void struct_init(const struct type *t, void *p, int64_t initial)
{
    memset(p, 0, t->size);
    for (const struct field *f = t->fields; f->name; f++)
        if (f->count_offset == FIELD_SINGLE)
            f->type->ops->init(f->type, at(p, f->offset), f->initial);
}

static void struct_dispose(const struct type *t, void *p)
{
    for (const struct field *f = t->fields; f->name; f++) {
        int count;
        char *e = field_elements(f, p, &count);

        for (int i = 0; i < count; i++)
            f->type->ops->dispose(f->type, e + i * f->type->size);
        if (f->count_offset != FIELD_SINGLE)
            free(e);
    }
    memset(p, 0, t->size);
}

static void struct_copy(const struct type *t, void *dst, const void *src)
{
    memset(dst, 0, t->size);
    for (const struct field *f = t->fields; f->name; f++) {
        int count;
        char *from = field_elements(f, src, &count), *to = at(dst, f->offset);

        if (f->count_offset != FIELD_SINGLE) {
            to = count ? xcalloc(count, f->type->size) : NULL;
            *(void **)at(dst, f->offset) = to;
            *(int *)at(dst, f->count_offset) = count;
        }
        for (int i = 0; i < count; i++)
            f->type->ops->copy(f->type, to + i * f->type->size, from + i * f->type->size);
    }
}

static bool struct_is_initial(const struct type *t, const void *p, int64_t initial)
{
    for (const struct field *f = t->fields; f->name; f++) {
        if (f->count_offset != FIELD_SINGLE
                ? *(int *)at(p, f->count_offset) != 0
                : !f->type->ops->is_initial(f->type, at(p, f->offset), f->initial))
            return false;
    }
    return true;
}

/* A link is the library's own business: always "initial", so JSON never meets it. */
static bool link_is_initial(const struct type *t, const void *p, int64_t initial)
{
    return true;
}

/* ---- The table of building blocks ---- */

/* Whose functions begin a life, end it, copy it and know it for new, and what it is in JSON. */
#define OPS(init, dispose, copy, is_initial, json)                                             \
    {                                                                                          \
        init##_init, dispose##_dispose, copy##_copy, is_initial##_is_initial, json_gen_##json, \
            json_parse_##json                                                                  \
    }

/* clang-format off */
static const struct type_ops number_ops         = OPS(number, plain,  plain,  number, number);
static const struct type_ops bool_ops           = OPS(number, plain,  plain,  number, bool);
static const struct type_ops string_ops         = OPS(plain,  string, string, plain,  text);
static const struct type_ops uuid_ops           = OPS(plain,  plain,  plain,  plain,  uuid);
static const struct type_ops mac_ops            = OPS(plain,  plain,  plain,  plain,  mac);
static const struct type_ops bitmap_ops         = OPS(plain,  bitmap, bitmap, plain,  bitmap);
static const struct type_ops defbool_ops        = OPS(plain,  plain,  plain,  plain,  defbool);
static const struct type_ops hwcap_ops          = OPS(plain,  plain,  plain,  plain,  hwcap);
static const struct type_ops string_list_ops    = OPS(plain,  list,   list,   list,   string_list);
static const struct type_ops key_value_list_ops = OPS(plain,  list,   list,   list,   key_value_list);
const struct type_ops type_ops_enum             = OPS(number, plain,  plain,  number, enum);
const struct type_ops type_ops_struct           = OPS(struct, struct, struct, struct, struct);
/* clang-format on */
static const struct type_ops link_ops = {plain_init,      plain_dispose, plain_copy,
                                         link_is_initial, NULL,          NULL};

const struct type type_bool = {"bool", sizeof(bool), &bool_ops};
const struct type type_int = {"int", sizeof(int), &number_ops};
const struct type type_uint8 = {"uint8", 1, &number_ops};
const struct type type_uint16 = {"uint16", 2, &number_ops};
const struct type type_uint32 = {"uint32", 4, &number_ops};
const struct type type_uint64 = {"uint64", 8, &number_ops};
const struct type type_domid = {"domid", sizeof(libxl_domid), &number_ops};
const struct type type_devid = {"devid", sizeof(libxl_devid), &number_ops};
const struct type type_string = {"string", sizeof(char *), &string_ops};
const struct type type_uuid = {"uuid", sizeof(libxl_uuid), &uuid_ops};
const struct type type_mac = {"mac", sizeof(libxl_mac), &mac_ops};
const struct type type_bitmap = {"bitmap", sizeof(libxl_bitmap), &bitmap_ops};
const struct type type_defbool = {"defbool", sizeof(libxl_defbool), &defbool_ops};
const struct type type_hwcap = {"hwcap", sizeof(libxl_hwcap), &hwcap_ops};
const struct type type_string_list = {"string_list", sizeof(char **), &string_list_ops};
const struct type type_key_value_list = {"key_value_list", sizeof(char **), &key_value_list_ops};
const struct type type_link = {"link", sizeof(libxl_ev_link), &link_ops};

/* ---- The doors ---- */

void type_init(const struct type *t, void *p)
{
    t->ops->init(t, p, 0);
}

void type_dispose(const struct type *t, void *p)
{
    if (p)
        t->ops->dispose(t, p);
}

void type_list_free(const struct type *t, void *list, int nr)
{
    for (int i = 0; i < nr; i++)
        type_dispose(t, (char *)list + i * t->size);
    free(list);
}

void type_copy(const struct type *t, void *dst, const void *src)
{
    t->ops->copy(t, dst, src);
}

const char *enum_to_string(const struct enum_name *names, int value)
{
    for (; names->name; names++)
        if (names->value == value)
            return names->name;
    return NULL;
}

int enum_from_string(const struct enum_name *names, const char *s, int *value)
{
    for (; names->name; names++) {
        if (!strcasecmp(names->name, s)) {
            *value = names->value;
            return 0;
        }
    }
    return ERROR_FAIL;
}
