/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * What a type of libxl is made of, as data.
 *
 * gentypes.py writes one struct type for every type of types.idl.  type.c and json.c walk it: there
 * is no other code per type.  The zero of every member is its initial value unless the description
 * says otherwise; JSON leaves out what still has it.
 */
#ifndef TYPE_H
#define TYPE_H

#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>
#include <yajl/yajl_gen.h>
#include <yajl/yajl_tree.h>
#include <libxl.h>

#pragma GCC visibility push(hidden) /* for this library alone */

struct type;

struct field {
    const char *name;
    const struct type *type;
    size_t offset;
    size_t count_offset; /* of the element count of an array, or FIELD_SINGLE */
    int64_t initial;     /* for numbers and enumerations */
};
#define FIELD_SINGLE ((size_t)-1)

struct enum_name {
    int value;
    const char *name;
};

struct type_ops {
    void (*init)(const struct type *t, void *p, int64_t initial);
    void (*dispose)(const struct type *t, void *p);
    void (*copy)(const struct type *t, void *dst, const void *src); /* into undisposed memory */
    bool (*is_initial)(const struct type *t, const void *p, int64_t initial);
    yajl_gen_status (*gen)(const struct type *t, yajl_gen g, const void *p);
    int (*parse)(const struct type *t, yajl_val v, void *p); /* into an initialised object */
};

struct type {
    const char *name;
    size_t size;
    const struct type_ops *ops;
    const struct field *fields;    /* of a structure */
    const struct enum_name *names; /* of an enumeration */
};

extern const struct type_ops type_ops_struct, type_ops_enum;
extern const struct type type_bool, type_int, type_uint8, type_uint16, type_uint32, type_uint64;
extern const struct type type_string, type_uuid, type_mac, type_domid, type_devid, type_bitmap;
extern const struct type type_defbool, type_hwcap, type_string_list, type_key_value_list, type_link;

extern const struct type *const type_all[]; /* every structure, then NULL: for tests */

void type_init(const struct type *t, void *p);
void type_dispose(const struct type *t, void *p);
void type_list_free(const struct type *t, void *list, int nr);
void type_copy(const struct type *t, void *dst, const void *src);
/* Where an array's elements are, and how many. */
void *field_elements(const struct field *f, const void *p, int *count);

const char *enum_to_string(const struct enum_name *names, int value);
int enum_from_string(const struct enum_name *names, const char *s, int *value);

yajl_gen_status json_gen(const struct type *t, yajl_gen g, const void *p);
char *json_from_type(const struct type *t, const void *p);
int json_to_type(libxl_ctx *ctx, const struct type *t, void *p, const char *text);
/* The operations that json.c gives the types of type.c. */
yajl_gen_status json_gen_string(yajl_gen g, const char *s);

#define JSON_OPS(kind)                                                                \
    yajl_gen_status json_gen_##kind(const struct type *t, yajl_gen g, const void *p); \
    int json_parse_##kind(const struct type *t, yajl_val v, void *p)
JSON_OPS(number);
JSON_OPS(bool);
JSON_OPS(enum);
JSON_OPS(text);
JSON_OPS(uuid);
JSON_OPS(mac);
JSON_OPS(bitmap);
JSON_OPS(defbool);
JSON_OPS(hwcap);
JSON_OPS(string_list);
JSON_OPS(key_value_list);
JSON_OPS(struct);

/* Numbers of every width, by the size and sign of their type. */
int64_t number_get(const struct type *t, const void *p);
void number_set(const struct type *t, void *p, int64_t value);
bool number_is_signed(const struct type *t);

#pragma GCC visibility pop

#endif /* TYPE_H */
