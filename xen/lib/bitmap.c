/* SPDX-License-Identifier: GPL-2.0-only */
/* Searching and counting in arrays of bits.  Bits beyond the end of the map may hold anything. */
#include <xen/bitmap.h>

/* The first bit at or after `from` that is set once the map is xored with `invert`. */
static unsigned int find_from(const unsigned long *map, unsigned int bits, unsigned int from,
                              unsigned long invert)
{
    unsigned int word = from / BITS_PER_LONG;
    unsigned long value;

    if (from >= bits)
        return bits;

    value = (map[word] ^ invert) & (~0UL << (from % BITS_PER_LONG));
    while (!value) {
        if (++word >= BITS_TO_LONGS(bits))
            return bits;
        value = map[word] ^ invert;
    }
    from = word * BITS_PER_LONG + (unsigned int)__builtin_ctzl(value);

    return from < bits ? from : bits;
}

unsigned int bitmap_find_set(const unsigned long *map, unsigned int bits, unsigned int from)
{
    return find_from(map, bits, from, 0);
}

unsigned int bitmap_find_clear(const unsigned long *map, unsigned int bits, unsigned int from)
{
    return find_from(map, bits, from, ~0UL);
}

/* Without the POPCNT instruction (not part of the base architecture): sums of pairs, nibbles,
 * bytes. */
static unsigned int word_weight(unsigned long w)
{
    w -= (w >> 1) & 0x5555555555555555UL;
    w = (w & 0x3333333333333333UL) + ((w >> 2) & 0x3333333333333333UL);
    w = (w + (w >> 4)) & 0x0f0f0f0f0f0f0f0fUL;

    return (unsigned int)((w * 0x0101010101010101UL) >> 56);
}

unsigned int bitmap_weight(const unsigned long *map, unsigned int bits)
{
    unsigned int weight = 0, word;

    for (word = 0; word < bits / BITS_PER_LONG; word++)
        weight += word_weight(map[word]);
    if (bits % BITS_PER_LONG)
        weight += word_weight(map[word] & ((1UL << (bits % BITS_PER_LONG)) - 1));

    return weight;
}
