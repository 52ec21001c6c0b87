/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small objects from the C library, for tests of what is not the heap itself: the sanitizer then
 * sees each object's bounds and end of life, and allocations can be made to fail.
 */
#include <stdlib.h>
#include <string.h>

#include <xen/page_alloc.h>
#include <xen/xmalloc.h>

#include "host.h"

static unsigned int until_failure; /* 0: never */
static unsigned int outstanding;

void host_fail_allocation(unsigned int nth)
{
    until_failure = nth;
}

bool host_allocation_failed(void)
{
    return !until_failure;
}

unsigned int host_allocations(void)
{
    return outstanding;
}

static void *allocate(size_t size, size_t align)
{
    void *p = NULL;

    if (until_failure && --until_failure == 0)
        return NULL;
    if (posix_memalign(&p, align < sizeof(void *) ? sizeof(void *) : align, size ? size : 1))
        return NULL;
    __atomic_fetch_add(&outstanding, 1, __ATOMIC_RELAXED);

    return p;
}

static void release(void *p)
{
    if (p)
        __atomic_fetch_sub(&outstanding, 1, __ATOMIC_RELAXED);
    free(p);
}

__attribute__((weak)) void *xmalloc_bytes(size_t size, size_t align)
{
    return allocate(size, align);
}

__attribute__((weak)) void *xzalloc_bytes(size_t size, size_t align)
{
    void *p = allocate(size, align);

    if (p)
        memset(p, 0, size);

    return p;
}

__attribute__((weak)) void *xzalloc_array_bytes(size_t size, size_t align, size_t count)
{
    size_t bytes;

    return __builtin_mul_overflow(size, count, &bytes) ? NULL : xzalloc_bytes(bytes, align);
}

__attribute__((weak)) void xfree(void *p)
{
    release(p);
}
