/* SPDX-License-Identifier: GPL-2.0-only */
/* printk() into a buffer that tests can read; BUG ends the test. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xen/bug.h>
#include <xen/lib.h>
#include <xen/printk.h>
#include <xen/symbols.h>

#include "host.h"

int xen_vsnprintf(char *buf, size_t size, const char *fmt, va_list args); /* names.h */

static char text[4096];
static size_t length;

__attribute__((weak)) void printk(const char *fmt, ...)
{
    va_list args;
    int added;

    va_start(args, fmt);
    added = xen_vsnprintf(text + length, sizeof(text) - length, fmt, args);
    va_end(args);
    if (getenv("VERBOSE"))
        fputs(text + length, stdout);
    length += (size_t)added;
    if (length >= sizeof(text) - 1)
        length = 0;
}

const char *host_console(void)
{
    static char said[sizeof(text)];

    memcpy(said, text, length);
    said[length] = '\0';
    length = 0;
    return said;
}

__attribute__((weak)) void panic(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vprintf(fmt, args);
    va_end(args);
    fflush(stdout);
    abort();
}

__attribute__((weak)) void bug_at(const char *what, const char *file, int line)
{
    printf("        %s at %s:%d\n", what, file, line);
    fflush(stdout);
    abort();
}

__attribute__((weak)) const char *symbols_lookup(unsigned long addr, unsigned long *offset,
                                                 unsigned long *size)
{
    return NULL;
}
