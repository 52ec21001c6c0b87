// SPDX-License-Identifier: GPL-2.0-only
/*
 * As much of a C library as the decompressors ask for, and the end of all hope: a message by the
 * hypervisor's console, then the shutdown of dom0.
 */
#include <stdlib.h>
#include <string.h>
#include "unpack.h"

#define HYPERCALL_CONSOLE_IO 18
#define HYPERCALL_SCHED_OP   29
#define CONSOLEIO_WRITE      0
#define SCHEDOP_SHUTDOWN     2
#define SHUTDOWN_CRASH       3

static void print(const char *text)
{
    hypercall(HYPERCALL_CONSOLE_IO, CONSOLEIO_WRITE, strlen(text), (unsigned long)text);
}

void fail(const char *why)
{
    unsigned int reason = SHUTDOWN_CRASH;

    print("dom0 kernel: ");
    print(why);
    print("\n");
    for (;;)
        hypercall(HYPERCALL_SCHED_OP, SCHEDOP_SHUTDOWN, (unsigned long)&reason, 0);
}

/* --- memory: handed out upwards, never taken back --- */

static char *heap_next, *heap_end;

void heap_init(void *start, size_t size)
{
    heap_next = start;
    heap_end = heap_next + size;
}

void *malloc(size_t size)
{
    char *p = heap_next;

    if (size > (size_t)(heap_end - heap_next))
        return NULL;
    heap_next += (size + 63) & ~63UL;
    if (heap_next > heap_end)
        heap_next = heap_end;
    return p;
}

void *calloc(size_t count, size_t size)
{
    void *p;

    if (size && count > SIZE_MAX / size)
        return NULL;
    p = malloc(count * size);
    return p ? memset(p, 0, count * size) : NULL;
}

void free(void *p)
{
}

/* --- strings --- */

void *memcpy(void *to, const void *from, size_t size)
{
    void *start = to;

    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size)::"memory");
    return start;
}

void *memmove(void *to, const void *from, size_t size)
{
    char *t = to;
    const char *f = from;

    if (t <= f || t >= f + size)
        return memcpy(to, from, size);
    while (size--)
        t[size] = f[size];
    return to;
}

void *memset(void *to, int byte, size_t size)
{
    void *start = to;

    __asm__ volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(byte) : "memory");
    return start;
}

int memcmp(const void *a, const void *b, size_t size)
{
    const unsigned char *x = a, *y = b;

    for (; size; size--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

size_t strlen(const char *s)
{
    const char *p = s;

    while (*p)
        p++;
    return p - s;
}

/* --- what hardened libraries call --- */

void __stack_chk_fail(void);
void __stack_chk_fail(void)
{
    fail("a stack was overrun while unpacking");
}

void abort(void)
{
    fail("a decompressor gave up");
}

void *__memcpy_chk(void *to, const void *from, size_t size, size_t room);
void *__memcpy_chk(void *to, const void *from, size_t size, size_t room)
{
    if (size > room)
        abort();
    return memcpy(to, from, size);
}
