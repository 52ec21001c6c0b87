/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads configuration files: see config.h. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "util.h"

/* A guest does not need lists deeper than this; the parser's stack does not like them either. */
#define DEPTH_MAX 16

struct reader {
    struct config *config;
    const char *origin; /* what messages call the text */
    const char *p, *end;
    int line;
    bool file; /* its lines mean something later */
};

void config_error(const struct config *config, int line, const char *fmt, ...)
{
    va_list ap;

    if (line)
        fprintf(stderr, "%s:%d: ", config->file, line);
    else
        fputs("command line: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
}

void config_unknown(const struct config *config, const struct config_setting *s)
{
    config_error(config, s->value.line, "warning: unknown key \"%s\": ignored", s->name);
}

const char *config_kind_name(enum config_kind kind)
{
    static const char *const names[] = {"a number", "a string", "a list"};

    return names[kind];
}

/* ---- Characters ---- */

static int peek(const struct reader *r)
{
    return r->p < r->end ? (unsigned char)*r->p : EOF;
}

/* Blanks and comments; newlines too where they mean nothing. */
static void skip_blank(struct reader *r, bool newlines)
{
    while (r->p < r->end) {
        if (*r->p == '#') {
            while (r->p < r->end && *r->p != '\n')
                r->p++;
        } else if (*r->p == '\n' && newlines) {
            r->line++;
            r->p++;
        } else if (*r->p == ' ' || *r->p == '\t' || *r->p == '\r') {
            r->p++;
        } else {
            return;
        }
    }
}

static int fail(const struct reader *r, const char *expected)
{
    int c = peek(r);

    fprintf(stderr, "%s:%d: expected %s, found ", r->origin, r->line, expected);
    if (c == EOF)
        fputs("the end of the text\n", stderr);
    else if (c == '\n')
        fputs("the end of the line\n", stderr);
    else if (isprint(c))
        fprintf(stderr, "'%c'\n", c);
    else
        fprintf(stderr, "the byte 0x%02x\n", c);
    return -1;
}

/* ---- Values ---- */

static int parse_escape(struct reader *r, char *out)
{
    static const char from[] = "abfnrtv\\\"'\n", to[] = "\a\b\f\n\r\t\v\\\"'\n";
    char hex[3] = {0};
    const char *known;

    if (peek(r) == 'x' && r->end - r->p > 2 && isxdigit((unsigned char)r->p[1]) &&
        isxdigit((unsigned char)r->p[2])) {
        memcpy(hex, r->p + 1, 2);
        *out = strtol(hex, NULL, 16);
        r->p += 3;
        return *out ? 0 : fail(r, "a string without a zero byte");
    }
    known = peek(r) > 0 ? strchr(from, peek(r)) : NULL;
    if (!known)
        return fail(r, "one of n t r a b f v \\ \" ' xHH after the backslash");
    *out = to[known - from];
    r->line += *r->p++ == '\n'; /* the string goes on in the next line */
    return 0;
}

static int parse_string(struct reader *r, struct config_value *v)
{
    int quote = *r->p++;
    char *text = xmalloc(r->end - r->p + 1), *out = text;

    v->kind = CONFIG_STRING;
    v->text = text;
    while (peek(r) != quote) {
        if (peek(r) == EOF || peek(r) == '\n')
            return fail(r, "the closing quote of the string");
        if (!peek(r))
            return fail(r, "text");
        if (*r->p != '\\') {
            *out++ = *r->p++;
            continue;
        }
        r->p++;
        if (parse_escape(r, out++))
            return -1;
    }
    r->p++;
    *out = 0;
    return 0;
}

static int parse_number(struct reader *r, struct config_value *v)
{
    char text[32] = {0};
    size_t n = 0;
    char *end;

    while (n < sizeof(text) - 1 && (isalnum(peek(r)) || (!n && (peek(r) == '-' || peek(r) == '+'))))
        text[n++] = *r->p++;
    errno = 0;
    v->kind = CONFIG_NUMBER;
    v->number = strtoll(text, &end, 0);
    if (*end || errno || end == text) {
        fprintf(stderr, "%s:%d: \"%s\" is not a number; text needs quotes\n", r->origin, r->line,
                text);
        return -1;
    }
    return 0;
}

static int parse_value(struct reader *r, struct config_value *v, int depth);

static int parse_list(struct reader *r, struct config_value *v, int depth)
{
    v->kind = CONFIG_LIST;
    r->p++;
    for (;;) {
        skip_blank(r, true);
        if (peek(r) == ']') {
            r->p++;
            return 0;
        }
        v->items = xrealloc(v->items, (v->nr_items + 1) * sizeof(*v->items));
        memset(&v->items[v->nr_items], 0, sizeof(*v->items));
        if (parse_value(r, &v->items[v->nr_items++], depth + 1))
            return -1;
        skip_blank(r, true);
        if (peek(r) == ',')
            r->p++;
        else if (peek(r) != ']')
            return fail(r, "',' or ']' in the list");
    }
}

static int parse_value(struct reader *r, struct config_value *v, int depth)
{
    int c = peek(r);

    v->line = r->file ? r->line : 0;
    if (c == '"' || c == '\'')
        return parse_string(r, v);
    if (c == '[')
        return depth < DEPTH_MAX ? parse_list(r, v, depth) : fail(r, "less deeply nested lists");
    if (isdigit(c) || c == '-' || c == '+' || isalpha(c))
        return parse_number(r, v);
    return fail(r, "a value: a number, a \"string\" or a [ list ]");
}

/* ---- Settings ---- */

static void value_free(struct config_value *v)
{
    free(v->text);
    for (int i = 0; i < v->nr_items; i++)
        value_free(&v->items[i]);
    free(v->items);
    memset(v, 0, sizeof(*v));
}

/* name += value: lists and strings grow, numbers do not. */
static int value_append(const struct reader *r, struct config_value *to, struct config_value *more)
{
    if (to->kind != more->kind || to->kind == CONFIG_NUMBER) {
        fprintf(stderr,
                "%s:%d: += adds a list to a list or a string to a string; here it is %s and %s\n",
                r->origin, more->line, config_kind_name(to->kind), config_kind_name(more->kind));
        return -1;
    }
    if (to->kind == CONFIG_STRING) {
        to->text = xrealloc(to->text, strlen(to->text) + strlen(more->text) + 1);
        strcat(to->text, more->text);
        return 0;
    }
    to->items = xrealloc(to->items, (to->nr_items + more->nr_items) * sizeof(*to->items));
    memcpy(to->items + to->nr_items, more->items, more->nr_items * sizeof(*to->items));
    to->nr_items += more->nr_items;
    more->nr_items = 0; /* they moved */
    return 0;
}

/* Takes the value over, whatever comes of it. */
static int setting_store(struct reader *r, char *name, bool append, struct config_value *value)
{
    struct config_setting **p = &r->config->settings, *s;
    int rc = 0;

    while (*p && strcmp((*p)->name, name))
        p = &(*p)->next;
    s = *p;
    if (s && append) {
        rc = value_append(r, &s->value, value);
        value_free(value);
        free(name);
    } else if (s) {
        value_free(&s->value); /* the last one counts */
        s->value = *value;
        free(name);
    } else {
        s = *p = xcalloc(1, sizeof(*s));
        s->name = name;
        s->value = *value;
    }
    return rc;
}

static int parse_setting(struct reader *r)
{
    const char *start = r->p;
    struct config_value value = {0};
    bool append;
    char *name;
    int rc;

    if (!isalpha(peek(r)) && peek(r) != '_')
        return fail(r, "the name of a setting");
    while (isalnum(peek(r)) || peek(r) == '_' || peek(r) == '.')
        r->p++;
    name = xstrndup(start, r->p - start);
    skip_blank(r, false);
    append = peek(r) == '+';
    if (append)
        r->p++;
    if (peek(r) != '=') {
        rc = fail(r, append ? "'=' after '+'" : "'=' after the name");
        free(name);
        return rc;
    }
    r->p++;
    skip_blank(r, false);
    rc = parse_value(r, &value, 0);
    if (rc) {
        fprintf(stderr, "%s:%d: while reading the value of \"%s\"\n", r->origin, r->line, name);
        value_free(&value);
        free(name);
        return rc;
    }
    return setting_store(r, name, append, &value);
}

static int parse_all(struct reader *r)
{
    for (;;) {
        skip_blank(r, true);
        if (peek(r) == ';') {
            r->p++;
            continue;
        }
        if (peek(r) == EOF)
            return 0;
        if (parse_setting(r))
            return -1;
        skip_blank(r, false);
        if (peek(r) != EOF && peek(r) != '\n' && peek(r) != ';')
            return fail(r, "the end of the line or ';' after the value");
    }
}

/* ---- The doors ---- */

struct config *config_parse(const char *file, const char *text, size_t length)
{
    struct config *config = xcalloc(1, sizeof(*config));
    struct reader r = {config, file, text, text + length, 1, true};

    config->file = xstrdup(file);
    if (parse_all(&r)) {
        config_free(config);
        return NULL;
    }
    return config;
}

int config_add(struct config *config, const char *origin, const char *text)
{
    struct reader r = {config, origin, text, text + strlen(text), 1, false};

    return parse_all(&r);
}

struct config *config_read(const char *path)
{
    size_t length;
    char *text = read_file(path, &length);
    struct config *config;

    if (!text) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return NULL;
    }
    config = config_parse(path, text, length);
    free(text);
    return config;
}

void config_free(struct config *config)
{
    struct config_setting *s, *next;

    if (!config)
        return;
    for (s = config->settings; s; s = next) {
        next = s->next;
        value_free(&s->value);
        free(s->name);
        free(s);
    }
    free(config->file);
    free(config);
}

const struct config_value *config_find(const struct config *config, const char *name)
{
    for (const struct config_setting *s = config->settings; s; s = s->next)
        if (!strcmp(s->name, name))
            return &s->value;
    return NULL;
}
