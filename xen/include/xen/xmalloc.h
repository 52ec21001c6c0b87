/* SPDX-License-Identifier: GPL-2.0-only */
/* Small objects of the hypervisor's own, from the heap. Zeroed variants are xz*. */
#ifndef XEN_XMALLOC_H
#define XEN_XMALLOC_H

#include <stddef.h>

void *xmalloc_bytes(size_t size, size_t align);
void *xzalloc_bytes(size_t size, size_t align);
void xfree(void *p);

#define xmalloc(type)             ((type *)xmalloc_bytes(sizeof(type), __alignof__(type)))
#define xzalloc(type)             ((type *)xzalloc_bytes(sizeof(type), __alignof__(type)))
/* NULL, too, when the product overflows. */
void *xzalloc_array_bytes(size_t size, size_t align, size_t count);
#define xzalloc_array(type, n)    ((type *)xzalloc_array_bytes(sizeof(type), __alignof__(type), n))

#endif
