/* SPDX-License-Identifier: GPL-2.0-only */
/* Small things that every file of xl may need: memory that does not fail, files, sets of numbers.
 */
#ifndef UTIL_H
#define UTIL_H

#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The contents with a zero behind them, or NULL and errno; "-" is standard input. */
char *read_file(const char *path, size_t *length);

/* A whole string as a number; false when it is none or does not fit. */
bool parse_long(const char *s, long long *n);
/* Digits alone, as a number from least to most. */
bool parse_within(const char *s, long long least, long long most, long long *n);
/* 512, 512m, 1g, 64k, 4096b: kilobytes; a bare number is of `unit` kilobytes. */
bool parse_memory(const char *s, uint64_t unit, uint64_t *kb);

/* From least to a day. */
bool parse_seconds(const char *s, double least, double *seconds);

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif /* UTIL_H */
