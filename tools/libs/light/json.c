/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Objects of any libxl type to JSON and back.
 *
 * A structure is an object without the members that still have their initial value; reading starts
 * from an initialised object, so that what is absent has it again.  A member that the description
 * does not know is refused: it would be lost in silence.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "type.h"

yajl_gen_status json_gen_string(yajl_gen g, const char *s)
{
    return yajl_gen_string(g, (const unsigned char *)s, strlen(s));
}

/* ---- Writing ---- */

yajl_gen_status json_gen_number(const struct type *t, yajl_gen g, const void *p)
{
    char text[32];
    int64_t value = number_get(t, p);
    int len = number_is_signed(t) ? snprintf(text, sizeof(text), "%" PRId64, value)
                                  : snprintf(text, sizeof(text), "%" PRIu64, (uint64_t)value);

    return yajl_gen_number(g, text, len);
}

yajl_gen_status json_gen_bool(const struct type *t, yajl_gen g, const void *p)
{
    return yajl_gen_bool(g, *(const bool *)p);
}

yajl_gen_status json_gen_enum(const struct type *t, yajl_gen g, const void *p)
{
    const char *name = enum_to_string(t->names, *(const int *)p);

    return name ? json_gen_string(g, name) : yajl_gen_null(g);
}

yajl_gen_status json_gen_text(const struct type *t, yajl_gen g, const void *p)
{
    const char *s = *(char *const *)p;

    return s ? json_gen_string(g, s) : yajl_gen_null(g);
}

yajl_gen_status json_gen_uuid(const struct type *t, yajl_gen g, const void *p)
{
    char text[LIBXL_UUID_FMTLEN + 1];

    snprintf(text, sizeof(text), LIBXL_UUID_FMT, LIBXL_UUID_BYTES(*(const libxl_uuid *)p));
    return json_gen_string(g, text);
}

yajl_gen_status json_gen_mac(const struct type *t, yajl_gen g, const void *p)
{
    char text[LIBXL_MAC_FMTLEN + 1];

    snprintf(text, sizeof(text), LIBXL_MAC_FMT, LIBXL_MAC_BYTES((*(const libxl_mac *)p)));
    return json_gen_string(g, text);
}

yajl_gen_status json_gen_bitmap(const struct type *t, yajl_gen g, const void *p)
{
    const libxl_bitmap *map = p;
    yajl_gen_status s = yajl_gen_array_open(g);
    int bit;

    libxl_for_each_set_bit(bit, *map)
    {
        if (s == yajl_gen_status_ok)
            s = yajl_gen_integer(g, bit);
    }
    return s == yajl_gen_status_ok ? yajl_gen_array_close(g) : s;
}

yajl_gen_status json_gen_defbool(const struct type *t, yajl_gen g, const void *p)
{
    return json_gen_string(g, libxl_defbool_to_string(*(const libxl_defbool *)p));
}

yajl_gen_status json_gen_hwcap(const struct type *t, yajl_gen g, const void *p)
{
    const uint32_t *words = p;
    yajl_gen_status s = yajl_gen_array_open(g);

    for (int i = 0; i < 8 && s == yajl_gen_status_ok; i++)
        s = yajl_gen_integer(g, words[i]);
    return s == yajl_gen_status_ok ? yajl_gen_array_close(g) : s;
}

yajl_gen_status json_gen_string_list(const struct type *t, yajl_gen g, const void *p)
{
    yajl_gen_status s = yajl_gen_array_open(g);

    for (char **e = *(char **const *)p; e && *e && s == yajl_gen_status_ok; e++)
        s = json_gen_string(g, *e);
    return s == yajl_gen_status_ok ? yajl_gen_array_close(g) : s;
}

yajl_gen_status json_gen_key_value_list(const struct type *t, yajl_gen g, const void *p)
{
    yajl_gen_status s = yajl_gen_map_open(g);

    for (char **e = *(char **const *)p; e && *e && s == yajl_gen_status_ok; e++)
        s = json_gen_string(g, *e);
    return s == yajl_gen_status_ok ? yajl_gen_map_close(g) : s;
}

static yajl_gen_status gen_member(const struct field *f, yajl_gen g, const void *p)
{
    bool array = f->count_offset != FIELD_SINGLE;
    int count;
    const char *e = field_elements(f, p, &count);
    yajl_gen_status s;

    if (array ? !count : f->type->ops->is_initial(f->type, e, f->initial))
        return yajl_gen_status_ok;
    s = json_gen_string(g, f->name);
    if (array && s == yajl_gen_status_ok)
        s = yajl_gen_array_open(g);
    for (int i = 0; i < count && s == yajl_gen_status_ok; i++)
        s = f->type->ops->gen(f->type, g, e + i * f->type->size);
    if (array && s == yajl_gen_status_ok)
        s = yajl_gen_array_close(g);
    return s;
}

yajl_gen_status json_gen_struct(const struct type *t, yajl_gen g, const void *p)
{
    yajl_gen_status s = yajl_gen_map_open(g);

    for (const struct field *f = t->fields; f->name && s == yajl_gen_status_ok; f++)
        s = gen_member(f, g, p);
    return s == yajl_gen_status_ok ? yajl_gen_map_close(g) : s;
}

yajl_gen_status json_gen(const struct type *t, yajl_gen g, const void *p)
{
    return t->ops->gen(t, g, p);
}

char *json_from_type(const struct type *t, const void *p)
{
    yajl_gen g = yajl_gen_alloc(NULL);
    const unsigned char *text;
    size_t len;
    char *result = NULL;

    if (!g)
        return NULL;
    yajl_gen_config(g, yajl_gen_beautify, 1);
    yajl_gen_config(g, yajl_gen_indent_string, "    ");
    if (json_gen(t, g, p) == yajl_gen_status_ok &&
        yajl_gen_get_buf(g, &text, &len) == yajl_gen_status_ok)
        result = strndup((const char *)text, len);
    yajl_gen_free(g);
    return result;
}

/* ---- Reading: 0, or ERROR_INVAL for a value of the wrong kind ---- */

int json_parse_number(const struct type *t, yajl_val v, void *p)
{
    const char *text = YAJL_GET_NUMBER(v);
    uint64_t value, limit = t->size == 8 ? UINT64_MAX : (1ULL << (8 * t->size)) - 1;
    char *end;

    if (!text)
        return ERROR_INVAL;
    errno = 0;
    value = text[0] == '-' ? (uint64_t)strtoll(text, &end, 10) : strtoull(text, &end, 10);
    if (errno || *end)
        return ERROR_INVAL;
    if (number_is_signed(t) ? (int64_t)value != (int32_t)value : text[0] == '-' || value > limit)
        return ERROR_INVAL;
    number_set(t, p, value);
    return 0;
}

int json_parse_bool(const struct type *t, yajl_val v, void *p)
{
    if (!YAJL_IS_TRUE(v) && !YAJL_IS_FALSE(v))
        return ERROR_INVAL;
    *(bool *)p = YAJL_IS_TRUE(v);
    return 0;
}

int json_parse_enum(const struct type *t, yajl_val v, void *p)
{
    const char *s = YAJL_GET_STRING(v);

    return s && !enum_from_string(t->names, s, p) ? 0 : ERROR_INVAL;
}

int json_parse_text(const struct type *t, yajl_val v, void *p)
{
    const char *s = YAJL_GET_STRING(v);

    if (!s)
        return ERROR_INVAL;
    free(*(char **)p);
    *(char **)p = xstrdup(s);
    return 0;
}

int json_parse_uuid(const struct type *t, yajl_val v, void *p)
{
    const char *s = YAJL_GET_STRING(v);

    return s && !libxl_uuid_from_string(p, s) ? 0 : ERROR_INVAL;
}

int json_parse_mac(const struct type *t, yajl_val v, void *p)
{
    const char *s = YAJL_GET_STRING(v);
    uint8_t *m = p;
    int end = 0;

    if (!s || sscanf(s, LIBXL_MAC_FMT "%n", &m[0], &m[1], &m[2], &m[3], &m[4], &m[5], &end) != 6)
        return ERROR_INVAL;
    return s[end] ? ERROR_INVAL : 0;
}

int json_parse_bitmap(const struct type *t, yajl_val v, void *p)
{
    libxl_bitmap *map = p;
    long long top = -1;

    if (!YAJL_IS_ARRAY(v))
        return ERROR_INVAL;
    for (size_t i = 0; i < v->u.array.len; i++) {
        yajl_val e = v->u.array.values[i];

        if (!YAJL_IS_INTEGER(e) || YAJL_GET_INTEGER(e) < 0 || YAJL_GET_INTEGER(e) > 65535)
            return ERROR_INVAL;
        if (YAJL_GET_INTEGER(e) > top)
            top = YAJL_GET_INTEGER(e);
    }
    libxl_bitmap_dispose(map);
    if (libxl_bitmap_alloc(NULL, map, top + 1))
        return ERROR_NOMEM;
    for (size_t i = 0; i < v->u.array.len; i++)
        libxl_bitmap_set(map, YAJL_GET_INTEGER(v->u.array.values[i]));
    return 0;
}

int json_parse_defbool(const struct type *t, yajl_val v, void *p)
{
    const char *s = YAJL_GET_STRING(v);
    libxl_defbool *db = p;

    if (!s)
        return ERROR_INVAL;
    if (!strcasecmp(s, "True"))
        libxl_defbool_set(db, true);
    else if (!strcasecmp(s, "False"))
        libxl_defbool_set(db, false);
    else if (!strcasecmp(s, "<default>"))
        libxl_defbool_unset(db);
    else
        return ERROR_INVAL;
    return 0;
}

int json_parse_hwcap(const struct type *t, yajl_val v, void *p)
{
    if (!YAJL_IS_ARRAY(v) || v->u.array.len != 8)
        return ERROR_INVAL;
    for (int i = 0; i < 8; i++)
        if (json_parse_number(&type_uint32, v->u.array.values[i], (uint32_t *)p + i))
            return ERROR_INVAL;
    return 0;
}

int json_parse_string_list(const struct type *t, yajl_val v, void *p)
{
    char **list;

    if (!YAJL_IS_ARRAY(v))
        return ERROR_INVAL;
    list = xcalloc(v->u.array.len + 1, sizeof(char *));
    libxl_string_list_dispose(p);
    *(char ***)p = list;
    for (size_t i = 0; i < v->u.array.len; i++)
        if (json_parse_text(&type_string, v->u.array.values[i], list + i))
            return ERROR_INVAL;
    return 0;
}

int json_parse_key_value_list(const struct type *t, yajl_val v, void *p)
{
    char **list;

    if (!YAJL_IS_OBJECT(v))
        return ERROR_INVAL;
    list = xcalloc(2 * v->u.object.len + 1, sizeof(char *));
    libxl_key_value_list_dispose(p);
    *(char ***)p = list;
    for (size_t i = 0; i < v->u.object.len; i++) {
        list[2 * i] = xstrdup(v->u.object.keys[i]);
        if (json_parse_text(&type_string, v->u.object.values[i], &list[2 * i + 1]))
            return ERROR_INVAL;
    }
    return 0;
}

static int parse_array(const struct field *f, yajl_val v, void *p)
{
    size_t size = f->type->size;
    char *e;
    int count;

    if (!YAJL_IS_ARRAY(v) || f->type == &type_link)
        return ERROR_INVAL;
    field_elements(f, p, &count);
    if (count) /* the same key twice */
        return ERROR_INVAL;
    count = v->u.array.len;
    e = xcalloc(count, size);
    *(int *)((char *)p + f->count_offset) = count;
    *(void **)((char *)p + f->offset) = e;
    for (int i = 0; i < count; i++)
        f->type->ops->init(f->type, e + i * size, 0);
    for (int i = 0; i < count; i++)
        if (f->type->ops->parse(f->type, v->u.array.values[i], e + i * size))
            return ERROR_INVAL;
    return 0;
}

static int parse_member(const struct type *t, const char *name, yajl_val v, void *p)
{
    for (const struct field *f = t->fields; f->name; f++) {
        if (strcmp(f->name, name))
            continue;
        if (f->count_offset != FIELD_SINGLE)
            return parse_array(f, v, p);
        return f->type->ops->parse ? f->type->ops->parse(f->type, v, (char *)p + f->offset)
                                   : ERROR_INVAL;
    }
    return ERROR_INVAL;
}

int json_parse_struct(const struct type *t, yajl_val v, void *p)
{
    if (!YAJL_IS_OBJECT(v))
        return ERROR_INVAL;
    for (size_t i = 0; i < v->u.object.len; i++)
        if (parse_member(t, v->u.object.keys[i], v->u.object.values[i], p))
            return ERROR_INVAL;
    return 0;
}

/* On failure the object is left initialised, so that disposing of it is always right. */
int json_to_type(libxl_ctx *ctx, const struct type *t, void *p, const char *text)
{
    char message[256] = "";
    yajl_val v = yajl_tree_parse(text, message, sizeof(message));
    int rc = v ? t->ops->parse(t, v, p) : ERROR_INVAL;

    yajl_tree_free(v);
    if (rc && ctx)
        LOG(ctx, ERROR, "%s: this is not its JSON%s%s", t->name, message[0] ? ": " : "", message);
    if (rc) {
        type_dispose(t, p);
        type_init(t, p);
    }
    return rc;
}
