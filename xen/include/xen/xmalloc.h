/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small objects of the hypervisor's own, from the heap: sizes in bytes, contents undefined but
 * for the variants xz*. NULL when there is no memory.  Takes its own lock, then heap_lock:
 * interrupts should be on.
 */
#ifndef XEN_XMALLOC_H
#define XEN_XMALLOC_H

#include <stddef.h>

void *xmalloc_bytes(size_t size, size_t align); /* align: a power of two, up to PAGE_SIZE */
void *xzalloc_bytes(size_t size, size_t align);
void xfree(void *p);                            /* NULL is fine */

#define xmalloc(type)             ((type *)xmalloc_bytes(sizeof(type), __alignof__(type)))
#define xzalloc(type)             ((type *)xzalloc_bytes(sizeof(type), __alignof__(type)))
/* NULL, too, when the product overflows. */
void *xzalloc_array_bytes(size_t size, size_t align, size_t count);
#define xzalloc_array(type, n)    ((type *)xzalloc_array_bytes(sizeof(type), __alignof__(type), n))

#endif
