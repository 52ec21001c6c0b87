/* SPDX-License-Identifier: GPL-2.0-only */
/* See util.h. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

static void *checked(void *p)
{
    if (!p) {
        fputs("xl: out of memory\n", stderr);
        exit(1);
    }
    return p;
}

void *xmalloc(size_t size)
{
    return checked(malloc(size ? size : 1));
}

void *xcalloc(size_t count, size_t size)
{
    return checked(calloc(count ? count : 1, size ? size : 1));
}

void *xrealloc(void *p, size_t size)
{
    return checked(realloc(p, size ? size : 1));
}

char *xstrdup(const char *s)
{
    return checked(strdup(s));
}

char *xstrndup(const char *s, size_t n)
{
    return checked(strndup(s, n));
}

char *xasprintf(const char *fmt, ...)
{
    va_list ap;
    char *s;

    va_start(ap, fmt);
    if (vasprintf(&s, fmt, ap) < 0)
        s = NULL;
    va_end(ap);
    return checked(s);
}

char *read_file(const char *path, size_t *length)
{
    FILE *f = strcmp(path, "-") ? fopen(path, "re") : stdin;
    char *text = NULL;
    size_t size = 0, n;
    int err;

    if (!f)
        return NULL;
    do {
        text = xrealloc(text, size + 4097);
        n = fread(text + size, 1, 4096, f);
        size += n;
    } while (n);
    err = ferror(f) ? errno : 0;
    if (f != stdin)
        fclose(f);
    if (err) {
        free(text);
        errno = err;
        return NULL;
    }
    text[size] = 0;
    *length = size;
    return text;
}

bool parse_long(const char *s, long long *n)
{
    char *end;

    errno = 0;
    *n = strtoll(s, &end, 0);
    return end != s && !*end && !errno;
}

bool parse_within(const char *s, long long least, long long most, long long *n)
{
    char *end;

    if (!isdigit((unsigned char)*s))
        return false;
    errno = 0;
    *n = strtoll(s, &end, 10);
    return !*end && !errno && *n >= least && *n <= most;
}

bool parse_memory(const char *s, uint64_t unit, uint64_t *kb)
{
    static const char suffixes[] = "kmgt";
    char *end;
    unsigned long long n;
    const char *suffix;

    if (!isdigit((unsigned char)*s))
        return false;
    errno = 0;
    n = strtoull(s, &end, 10);
    if (errno || (*end && end[1]))
        return false;
    if (tolower((unsigned char)*end) == 'b') {
        *kb = n / 1024;
        return true;
    }
    if (*end) {
        suffix = strchr(suffixes, tolower((unsigned char)*end));
        if (!suffix)
            return false;
        unit = 1ULL << (10 * (suffix - suffixes));
    }
    return !__builtin_mul_overflow(n, unit, kb);
}

bool parse_seconds(const char *s, double least, double *seconds)
{
    char *end;

    *seconds = strtod(s, &end);
    return end != s && !*end && *seconds >= least && *seconds <= 86400;
}
