/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers in text, as command lines have them.  A value too large for 64 bits reads as the largest
 * one: the caller's range check then refuses it, as it would not after wrapping.
 */
#include <xen/lib.h>

static unsigned int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned int)(c - '0');
    if (c >= 'a' && c <= 'z')
        return (unsigned int)(c - 'a') + 10;
    if (c >= 'A' && c <= 'Z')
        return (unsigned int)(c - 'A') + 10;

    return ~0u;
}

static bool has_hex_prefix(const char *s)
{
    return s[0] == '0' && (s[1] == 'x' || s[1] == 'X') && digit_value(s[2]) < 16;
}

uint64_t str_to_u64(const char *s, const char **end, unsigned int base)
{
    uint64_t value = 0;

    if ((base == 0 || base == 16) && has_hex_prefix(s)) {
        base = 16;
        s += 2;
    } else if (base == 0) {
        base = s[0] == '0' ? 8 : 10;
    }

    for (; digit_value(*s) < base; s++) {
        unsigned int digit = digit_value(*s);

        value = value > (~0ULL - digit) / base ? ~0ULL : value * base + digit;
    }
    if (end)
        *end = s;

    return value;
}

uint64_t str_to_size(const char *s, const char **end)
{
    static const char suffixes[] = "bkmgt";
    const char *stop;
    uint64_t value = str_to_u64(s, &stop, 0);
    unsigned int shift = 10; /* without a suffix: KiB */

    for (unsigned int i = 0; stop != s && suffixes[i]; i++) {
        if ((*stop | 0x20) == suffixes[i]) {
            shift = 10 * i;
            stop++;
            break;
        }
    }
    if (end)
        *end = stop;

    return value > (~0ULL >> shift) ? ~0ULL : value << shift;
}
