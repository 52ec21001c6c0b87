/* SPDX-License-Identifier: GPL-2.0-only */
/* xen/lib: memory, strings, numbers, bitmaps, formatting. */
// Sources: (xen/lib is always linked)
#include <xen/bitmap.h>
#include <xen/string.h>
#include <xen/symbols.h>

#include "unit.h"

UNIT_TEST(memory, "Set, copy, move and compare are right at every length, offset and overlap.")
{
    static unsigned char a[64], b[64], expected[64];

    for (unsigned int from = 0; from < 20; from++)
        for (unsigned int to = 0; to < 20; to++)
            for (unsigned int n = 0; n < 40; n++) {
                for (unsigned int i = 0; i < 64; i++)
                    a[i] = expected[i] = b[i] = (unsigned char)(i * 7);
                for (unsigned int i = 0; i < n; i++)
                    expected[to + i] = b[from + i];
                CHECK(memmove(a + to, a + from, n) == a + to);
                CHECK_EQ(memcmp(a, expected, 64), 0);
                memcpy(b + to, b + (to + 20 > 40 ? 0 : 40), n > 20 ? 20 : n);
            }
    memset(a, 0x1ff, 13);
    CHECK(a[12] == 0xff && a[13] != 0xff);
    CHECK(memcmp("a", "b", 1) < 0 && memcmp("\xff", "\1", 1) > 0);
    CHECK(memchr(a, 0xff, 5) == a && !memchr("abc", 'd', 3));
}

UNIT_TEST(strings, "Strings are measured, searched and copied within bounds.")
{
    char buf[6];

    CHECK_EQ(strlen("abc"), 3);
    CHECK_EQ(strnlen("abc", 2), 2);
    CHECK(strcmp("abc", "abd") < 0 && !strcmp("", "") && strcmp("a", "") > 0);
    CHECK(!strncmp("abc", "abd", 2) && strncmp("abc", "ab", 3) > 0);
    CHECK_EQ(*strchr("abc", 'c'), 'c');
    CHECK(!strchr("abc", 'd') && !*strchr("abc", '\0'));
    CHECK(!strcmp(strstr("hello", "ll"), "llo") && !strstr("hello", "lol") && strstr("x", ""));
    CHECK_EQ(strlcpy(buf, "too long", sizeof(buf)), 8);
    CHECK(!strcmp(buf, "too l"));
    CHECK_EQ(strlcpy(buf, "ab", sizeof(buf)), 2);
    CHECK_EQ(strlcat(buf, "cdefg", sizeof(buf)), 7);
    CHECK(!strcmp(buf, "abcde"));
}

static void check_number(const char *text, unsigned int base, uint64_t value, char next)
{
    const char *end;

    CHECK_EQ(str_to_u64(text, &end, base), value);
    CHECK_EQ(*end, next);
}

UNIT_TEST(numbers, "Numbers are read in every base, stop where they end, and do not wrap.")
{
    const char *end;

    check_number("123x", 0, 123, 'x');
    check_number("0x1F,", 0, 31, ',');
    check_number("0xg", 0, 0, 'x');
    check_number("017", 0, 15, '\0');
    check_number("ff", 16, 255, '\0');
    check_number("-1", 0, 0, '-');
    check_number("", 0, 0, '\0');
    check_number("18446744073709551615", 0, ~0ULL, '\0');
    check_number("18446744073709551616", 0, ~0ULL, '\0');
    check_number("99999999999999999999999", 0, ~0ULL, '\0');
    CHECK_EQ(str_to_size("5", NULL), KB(5));
    CHECK_EQ(str_to_size("5b", NULL), 5);
    CHECK_EQ(str_to_size("3G,", &end), GB(3));
    CHECK_EQ(*end, ',');
    CHECK_EQ(str_to_size("2m", NULL), MB(2));
    CHECK_EQ(str_to_size("99999999999T", NULL), ~0ULL);
    CHECK_EQ(str_to_size("K", &end), 0);
    CHECK_EQ(*end, 'K');
}

UNIT_TEST(bitmaps, "Bits are found and counted up to the end of the map, and not beyond.")
{
    unsigned long map[3] = {0, 1UL << 63, ~0UL};
    unsigned int bit, count = 0;

    CHECK_EQ(bitmap_find_set(map, 130, 0), 127);
    CHECK_EQ(bitmap_find_set(map, 130, 128), 128);
    CHECK_EQ(bitmap_find_set(map, 130, 130), 130);
    CHECK_EQ(bitmap_find_set(map, 127, 0), 127);
    CHECK_EQ(bitmap_find_clear(map, 190, 127), 190);
    CHECK_EQ(bitmap_find_clear(map, 190, 5), 5);
    CHECK_EQ(bitmap_weight(map, 130), 3);
    CHECK_EQ(bitmap_weight(map, 192), 65);
    for_each_set_bit (bit, map, 131)
        count += bit;
    CHECK_EQ(count, 127 + 128 + 129 + 130);
}

/* Not known to the compiler as a formatting function: it would object to what is tried here. */
static int format(char *buf, size_t size, const char *fmt, ...)
{
    __builtin_va_list args;
    int length;

    __builtin_va_start(args, fmt);
    length = vsnprintf(buf, size, fmt, args);
    __builtin_va_end(args);

    return length;
}

#define FORMATS(expected, ...)                                                   \
    do {                                                                         \
        char buf_[80];                                                           \
        CHECK_EQ(format(buf_, sizeof(buf_), __VA_ARGS__), strlen(expected));     \
        if (strcmp(buf_, expected))                                              \
            unit_fail(__FILE__, __LINE__, "\"%s\", not \"%s\"", buf_, expected); \
    } while (0)

const char *symbols_lookup(unsigned long addr, unsigned long *offset, unsigned long *size)
{
    *offset = 0x10;
    *size = 0x40;
    return addr == 0x12345 ? "some_function" : NULL;
}

UNIT_TEST(formats, "Every conversion, flag, width, precision and size prints as C99 has it.")
{
    FORMATS("1    2|3    |-0004 +5", "%d %4d|%-5d|%05d %+d", 1, 2, 3, -4, 5);
    FORMATS("ff 0xff 000000ff 007", "%x %#x %08lx %.3d", 255, 255, 255L, 7);
    FORMATS("      abcd|x         |", "%10.4s|%-10s|", "abcdefg", "x");
    FORMATS("    1 2    |ab", "%*d %-*d|%.*s", 5, 1, 5, 2, 2, "abc");
    FORMATS("-1 18446744073709551615 9", "%lld %llu %zu", -1LL, ~0ULL, (size_t)9);
    FORMATS("ff 4464 17", "%hhx %hd %o", 0x1ff, 70000, 15);
    FORMATS("-2147483648 4294967295", "%d %u", -2147483647 - 1, ~0u);
    FORMATS("-9223372036854775808", "%ld", -9223372036854775807L - 1);
    FORMATS("a% (null)", "%c%% %s", 'a', (const char *)NULL);
    FORMATS("0000000000001000", "%p", (void *)4096);
    FORMATS("0000000000001000", "%pS", (void *)4096); /* no symbol there */
    FORMATS("some_function+0x10/0x40", "%pS", (void *)0x12345);
    FORMATS(" 5 FF 0XFF 3 |", "% d %X %#X %*d|", 5, 255, 255, -2, 3);
}

UNIT_TEST(format_bounds,
          "Formatting never writes past the buffer, terminates it, and tells the full length.")
{
    char buf[8] = "1234567";

    CHECK_EQ(format(buf, 4, "%s", "abcdefgh"), 8);
    CHECK(!memcmp(buf,
                  "abc\0"
                  "567",
                  8));
    CHECK_EQ(format(NULL, 0, "%d", 12345), 5);
    CHECK_EQ(format(buf, 1, "x"), 1);
    CHECK_EQ(buf[0], '\0');
}
