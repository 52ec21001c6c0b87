/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Basic types.  A machine frame (mfn_t), a guest frame (gfn_t) and a physical address (paddr_t) are
 * three different things, and the compiler is told so.
 */
#ifndef XEN_TYPES_H
#define XEN_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t paddr_t;   /* a machine or guest physical address, in bytes */
typedef int64_t  s_time_t;  /* system time, in ns since boot */
typedef uint8_t  nodeid_t;  /* a NUMA node; NUMA_NO_NODE is none */
typedef unsigned long ulong;

typedef struct {
    unsigned long m;
} mfn_t;

typedef struct {
    unsigned long g;
} gfn_t;

#define INVALID_MFN ((mfn_t){ ~0UL })
#define INVALID_GFN ((gfn_t){ ~0UL })

static inline mfn_t _mfn(unsigned long m)
{
    return (mfn_t){ m };
}

static inline unsigned long mfn_x(mfn_t mfn)
{
    return mfn.m;
}

static inline mfn_t mfn_add(mfn_t mfn, unsigned long count)
{
    return _mfn(mfn.m + count);
}

static inline bool mfn_eq(mfn_t a, mfn_t b)
{
    return a.m == b.m;
}

static inline gfn_t _gfn(unsigned long g)
{
    return (gfn_t){ g };
}

static inline unsigned long gfn_x(gfn_t gfn)
{
    return gfn.g;
}

static inline gfn_t gfn_add(gfn_t gfn, unsigned long count)
{
    return _gfn(gfn.g + count);
}

static inline bool gfn_eq(gfn_t a, gfn_t b)
{
    return a.g == b.g;
}

#endif
