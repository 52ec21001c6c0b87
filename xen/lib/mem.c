/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Blocks of bytes: set, copy, move, compare, search.  The compiler calls these by name for
 * structure assignments and initialisers, so they must exist, and must not be compiled into calls
 * to themselves.
 *
 * Eight bytes a step where that is cheap; whole pages have clear_page() and copy_page().
 */
#include <xen/string.h>
#include <xen/types.h>

#pragma GCC optimize("no-tree-loop-distribute-patterns")

#define WORD sizeof(uint64_t)

typedef uint64_t __attribute__((may_alias, aligned(1))) any_word;

void *memset(void *s, int c, size_t n)
{
    unsigned char *p = s;
    uint64_t word = (unsigned char)c * 0x0101010101010101ULL;

    for (; n >= WORD; n -= WORD, p += WORD)
        *(any_word *)p = word;
    while (n--)
        *p++ = (unsigned char)c;

    return s;
}

void *memcpy(void *d, const void *s, size_t n)
{
    unsigned char *to = d;
    const unsigned char *from = s;

    for (; n >= WORD; n -= WORD, to += WORD, from += WORD)
        *(any_word *)to = *(const any_word *)from;
    while (n--)
        *to++ = *from++;

    return d;
}

void *memmove(void *d, const void *s, size_t n)
{
    unsigned char *to = d;
    const unsigned char *from = s;

    /* Ascending is safe unless the destination starts inside the source. */
    if ((uintptr_t)to - (uintptr_t)from >= n)
        return memcpy(d, s, n);

    while (n--)
        to[n] = from[n];

    return d;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const unsigned char *p = a, *q = b;

    for (; n; n--, p++, q++)
        if (*p != *q)
            return *p - *q;

    return 0;
}

void *memchr(const void *s, int c, size_t n)
{
    const unsigned char *p = s;

    for (; n; n--, p++)
        if (*p == (unsigned char)c)
            return (void *)(uintptr_t)p;

    return NULL;
}
