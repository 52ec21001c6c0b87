/* SPDX-License-Identifier: GPL-2.0-only */
// Sources: common/cmdline.c
/* The command line: what words do to options, and what is said of words that do nothing. */
#include <xen/cmdline.h>
#include <xen/errno.h>
#include <xen/printk.h>
#include <xen/string.h>

#include "unit.h"

static bool flag;
static unsigned int number;
static uint64_t size;
static char word[32];
static unsigned int calls;

static int parse_word(const char *value, void *target)
{
    calls++;
    if (!strcmp(value, "bad"))
        return -EINVAL;
    strlcpy(word, value, sizeof(word));
    return 0;
}

/* What the linker gathers in the hypervisor. */
const struct cmdline_option rows[] = {
    {"flag", "yes|no", cmdline_parse_bool, &flag},
    {"number", "a number", cmdline_parse_uint, &number},
    {"size", "a size such as 512M", cmdline_parse_size, &size},
    {"word", "any but bad", parse_word, NULL},
    {"word", "any but bad", parse_word, NULL},
};
__asm__(".globl __init_options_start, __init_options_end\n"
        ".set __init_options_start, rows\n"
        ".set __init_options_end, rows + 5 * 32");
BUILD_BUG_ON(sizeof(struct cmdline_option) != 32);

static char said[1024];

void printk(const char *fmt, ...)
{
    size_t used = strlen(said);
    __builtin_va_list args;

    __builtin_va_start(args, fmt);
    vsnprintf(said + used, sizeof(said) - used, fmt, args);
    __builtin_va_end(args);
}

static void parse(const char *line)
{
    char copy[256];

    strlcpy(copy, line, sizeof(copy));
    said[0] = '\0';
    cmdline_parse(copy);
}

UNIT_TEST(cmdline_values, "Booleans, numbers and sizes arrive, in all their spellings.")
{
    parse("flag number=0x10 size=2M");
    CHECK(flag && number == 16 && size == MB(2));
    parse("no-flag number=7 size=1024");
    CHECK(!flag && number == 7 && size == MB(1));
    parse("flag=on");
    CHECK(flag);
    parse("flag=disable size=3G");
    CHECK(!flag && size == GB(3));
    CHECK(said[0] == '\0');
}

UNIT_TEST(cmdline_several_rows, "An option with several rows reaches each of them.")
{
    parse("word=here");
    CHECK_EQ(calls, 2);
    CHECK(!strcmp(word, "here"));
}

UNIT_TEST(cmdline_unknown, "An unknown option is named, and nothing else comes of it.")
{
    parse("flagg nonsense=3 no-such");
    CHECK(!flag);
    CHECK(strstr(said, "unknown option flagg ") && strstr(said, "unknown option nonsense=3 "));
    CHECK(strstr(said, "unknown option no-such "));
}

UNIT_TEST(cmdline_bad_value,
          "A bad value is named with what would do, and the option keeps its value.")
{
    number = 5;
    parse("number=many word=bad size=12Q flag=perhaps number=99999999999");
    CHECK_EQ(number, 5);
    CHECK(strstr(said, "number=many is not understood; number takes a number"));
    CHECK(strstr(said, "word=bad is not understood; word takes any but bad"));
    CHECK(strstr(said, "size=12Q is not understood"));
    CHECK(strstr(said, "flag=perhaps is not understood; flag takes yes|no"));
    CHECK(strstr(said, "number=99999999999 is not understood"));
}

UNIT_TEST(cmdline_end_and_spaces,
          "Two dashes end our part; spaces and the stand-in for a file's name mean nothing.")
{
    parse("placeholder   flag  -- number=9 what=ever");
    CHECK(flag);
    CHECK_EQ(number, 0);
    CHECK(said[0] == '\0');
    parse("");
    parse("   ");
    CHECK(said[0] == '\0');
}
