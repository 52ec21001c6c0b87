/* SPDX-License-Identifier: MIT */
/*
 * Which edition of the interface a consumer compiles against.
 *
 * These headers speak one edition only, that of release 4.17.  A consumer may still name the
 * edition that it was written for; one that is newer than ours is refused at compile time.
 */
#ifndef __XEN_PUBLIC_XEN_COMPAT_H__
#define __XEN_PUBLIC_XEN_COMPAT_H__

#define __XEN_LATEST_INTERFACE_VERSION__ 0x00040e00

#ifndef __XEN_INTERFACE_VERSION__
#define __XEN_INTERFACE_VERSION__ __XEN_LATEST_INTERFACE_VERSION__
#endif

#if __XEN_INTERFACE_VERSION__ > __XEN_LATEST_INTERFACE_VERSION__
#error "these headers are older than the requested interface version"
#endif

#ifndef __ASSEMBLY__
#include <stdint.h>

/* The dimension of a trailing array without fixed length, in the dialect at hand. */
#if defined(__STDC_VERSION__) && __STDC_VERSION__ >= 199901L
#define XEN_FLEX_ARRAY_DIM
#elif defined(__GNUC__)
#define XEN_FLEX_ARRAY_DIM 0
#else
#define XEN_FLEX_ARRAY_DIM 1
#endif
#define COMPAT_FLEX_ARRAY_DIM XEN_FLEX_ARRAY_DIM
#endif

#endif
