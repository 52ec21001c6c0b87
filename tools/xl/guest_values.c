/* SPDX-License-Identifier: GPL-2.0-only */
/* Keys with plain values, keys without effect, and how mistakes are told: see guest_keys.h. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "guest_keys.h"

int key_complain(struct reading *r, const struct key *key, int line, const char *fmt, ...)
{
    va_list ap;
    char *text;

    va_start(ap, fmt);
    if (vasprintf(&text, fmt, ap) < 0)
        text = NULL;
    va_end(ap);
    config_error(r->config, line, "%s: %s", key->name, text ? text : "wrong");
    free(text);
    return -1;
}

int key_wrong_kind(struct reading *r, const struct key *key, const struct config_value *v,
                   const char *expected)
{
    return key_complain(r, key, v->line, "expected %s, found %s", expected,
                        config_kind_name(v->kind));
}

void *key_member(struct reading *r, const struct key *key)
{
    return (char *)r->d + key->offset;
}

bool value_as_number(const struct config_value *v, long long *n)
{
    if (v->kind == CONFIG_NUMBER)
        *n = v->number;
    return v->kind == CONFIG_NUMBER || (v->kind == CONFIG_STRING && parse_long(v->text, n));
}

/* ---- Simple values ---- */

int read_string(struct reading *r, const struct key *key, const struct config_value *v)
{
    if (v->kind != CONFIG_STRING)
        return key_wrong_kind(r, key, v, key->hint ? key->hint : "a \"string\"");
    free(*(char **)key_member(r, key));
    *(char **)key_member(r, key) = xstrdup(v->text);
    return 0;
}

int key_number(struct reading *r, const struct key *key, const struct config_value *v, long long *n)
{
    if (!value_as_number(v, n))
        return key_wrong_kind(r, key, v, key->hint ? key->hint : "a number");
    if (*n < key->least || *n > key->most)
        return key_complain(r, key, v->line, "%lld is not between %lld and %lld", *n, key->least,
                            key->most);
    return 0;
}

int read_int(struct reading *r, const struct key *key, const struct config_value *v)
{
    long long n;

    if (key_number(r, key, v, &n))
        return -1;
    *(int *)key_member(r, key) = n; /* 32 bits, with or without sign */
    return 0;
}

int read_memory(struct reading *r, const struct key *key, const struct config_value *v)
{
    long long n;

    if (key_number(r, key, v, &n))
        return -1;
    *(uint64_t *)key_member(r, key) = (uint64_t)n * 1024;
    return 0;
}

int read_bool(struct reading *r, const struct key *key, const struct config_value *v)
{
    long long n;

    if (!value_as_number(v, &n) || n < 0 || n > 1)
        return key_complain(r, key, v->line, "expected 0 or 1");
    libxl_defbool_set(key_member(r, key), n);
    return 0;
}

int read_action(struct reading *r, const struct key *key, const struct config_value *v)
{
    char *name;
    libxl_action_on_shutdown action;
    int rc;

    if (v->kind != CONFIG_STRING)
        return key_wrong_kind(r, key, v, "a \"string\"");
    name = xstrdup(v->text);
    for (char *p = name; *p; p++)
        if (*p == '-')
            *p = '_';
    rc = libxl_action_on_shutdown_from_string(
        !strcmp(name, "rename_restart") ? "restart_rename" : name, &action);
    free(name);
    if (rc)
        return key_complain(r, key, v->line,
                            "\"%s\" is not one of destroy, restart, rename-restart, preserve",
                            v->text);
    *(libxl_action_on_shutdown *)key_member(r, key) = action;
    return 0;
}

/* ---- Keys that other toolstacks or guest types have ---- */

int read_ignored(struct reading *r, const struct key *key, const struct config_value *v)
{
    config_error(r->config, v->line, "warning: %s has no effect%s", key->name,
                 key->hint ? key->hint : " on a guest of type=\"pvh\"");
    return 0;
}

int read_silently(struct reading *r, const struct key *key, const struct config_value *v)
{
    return 0;
}

/* Refused unless empty: without it the guest would not be what was asked for. */
int read_refused(struct reading *r, const struct key *key, const struct config_value *v)
{
    long long n;

    if ((v->kind == CONFIG_LIST && !v->nr_items) || (v->kind == CONFIG_STRING && !*v->text) ||
        (value_as_number(v, &n) && !n))
        return 0;
    return key_complain(r, key, v->line, "not supported: %s", key->hint);
}

int read_type(struct reading *r, const struct key *key, const struct config_value *v)
{
    if (v->kind != CONFIG_STRING)
        return key_wrong_kind(r, key, v, "\"pvh\"");
    if (strcmp(v->text, "pvh"))
        return key_complain(
            r, key, v->line,
            "guests of type \"%s\" are not supported: say type=\"pvh\" (Linux has been able "
            "to since 4.11)",
            strcmp(v->text, "generic") ? v->text : "pv");
    r->d->c_info.type = LIBXL_DOMAIN_TYPE_PVH;
    return 0;
}
