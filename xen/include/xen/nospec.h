/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Indices that a guest chooses.  A processor may run ahead of a bounds check and leave traces in
 * its caches of what lies beyond the array; so an index is not only checked, but also clamped
 * without a branch.
 */
#ifndef XEN_NOSPEC_H
#define XEN_NOSPEC_H

#include <xen/types.h>

/* index if it is below size, else 0; by arithmetic that nothing can be predicted about. */
static inline size_t index_clamp(size_t index, size_t size)
{
    size_t mask;

    /* CMP sets carry if index < size; SBB makes a mask of it. */
    __asm__ volatile("cmp %2, %1; sbb %0, %0" : "=r"(mask) : "r"(index), "r"(size) : "cc");
    return index & mask;
}

#endif
