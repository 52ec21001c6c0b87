/* SPDX-License-Identifier: GPL-2.0-only */
/* Arrays of bits: plain operations here, atomic ones in asm/bitops.h (set_bit, clear_bit, test_and_set_bit...). */
#ifndef XEN_BITMAP_H
#define XEN_BITMAP_H

#include <xen/types.h>

#define BITS_PER_LONG       64
#define BITS_TO_LONGS(n)    (((n) + BITS_PER_LONG - 1) / BITS_PER_LONG)
#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]

static inline bool bitmap_test(const unsigned long *map, unsigned int bit)
{
    return (map[bit / BITS_PER_LONG] >> (bit % BITS_PER_LONG)) & 1;
}

static inline void bitmap_set(unsigned long *map, unsigned int bit)
{
    map[bit / BITS_PER_LONG] |= 1UL << (bit % BITS_PER_LONG);
}

static inline void bitmap_clear(unsigned long *map, unsigned int bit)
{
    map[bit / BITS_PER_LONG] &= ~(1UL << (bit % BITS_PER_LONG));
}

/* The first set (or clear) bit at or after `from`; `bits` when there is none. */
unsigned int bitmap_find_set(const unsigned long *map, unsigned int bits, unsigned int from);
unsigned int bitmap_find_clear(const unsigned long *map, unsigned int bits, unsigned int from);
unsigned int bitmap_weight(const unsigned long *map, unsigned int bits);

#define for_each_set_bit(bit, map, bits)                                             \
    for (bit = bitmap_find_set(map, bits, 0); bit < (bits);                          \
         bit = bitmap_find_set(map, bits, (bit) + 1))

#endif
