/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line: words `name`, `no-name`, `name=value`, matched with the rows of .init.options.
 */
#include <xen/cmdline.h>
#include <xen/errno.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/printk.h>
#include <xen/string.h>

extern const struct cmdline_option __init_options_start[], __init_options_end[];

char saved_cmdline[1024];

static bool is_one_of(const char *value, const char *const *words)
{
    for (; *words; words++)
        if (!strcmp(value, *words))
            return true;
    return false;
}

int __init cmdline_parse_bool(const char *value, void *target)
{
    static const char *const yes[] __initconst = {"", "yes", "on", "true", "enable", "1", NULL};
    static const char *const no[] __initconst = {"no", "off", "false", "disable", "0", NULL};

    if (is_one_of(value, yes))
        *(bool *)target = true;
    else if (is_one_of(value, no))
        *(bool *)target = false;
    else
        return -EINVAL;
    return 0;
}

int __init cmdline_parse_uint(const char *value, void *target)
{
    const char *end;
    uint64_t n = str_to_u64(value, &end, 0);

    if (end == value || *end || n > UINT32_MAX)
        return -EINVAL;
    *(unsigned int *)target = n;
    return 0;
}

int __init cmdline_parse_size(const char *value, void *target)
{
    const char *end;
    uint64_t n = str_to_size(value, &end);

    if (end == value || *end)
        return -EINVAL;
    *(uint64_t *)target = n;
    return 0;
}

static bool __init is_named(const struct cmdline_option *o, const char *name, size_t length)
{
    return strlen(o->name) == length && !strncmp(o->name, name, length);
}

/* Several rows may have one name. Returns whether any has. */
static bool __init apply(const char *word, const char *name, size_t length, const char *value)
{
    bool is_known = false;

    for (const struct cmdline_option *o = __init_options_start; o < __init_options_end; o++) {
        if (!is_named(o, name, length))
            continue;
        is_known = true;
        if (o->parse(value, o->target))
            printk("Command line: %.100s is not understood; %s takes %s\n", word, o->name,
                   o->allowed);
    }
    return is_known;
}

static void __init apply_word(const char *word)
{
    const char *equals = strchr(word, '=');
    size_t length = equals ? (size_t)(equals - word) : strlen(word);

    if (apply(word, word, length, equals ? equals + 1 : ""))
        return;
    if (!equals && !strncmp(word, "no-", 3) && apply(word, word + 3, length - 3, "no"))
        return;
    /* What Debian's GRUB scripts write in place of the file's name. */
    if (strcmp(word, "placeholder"))
        printk("Command line: unknown option %.100s is ignored\n", word);
}

/* A word of two dashes ends our part of the line. */
void __init cmdline_parse(char *line)
{
    while (*line) {
        char *word = line, *end = strchr(line, ' ');

        line = end ? end + 1 : line + strlen(line);
        if (end)
            *end = '\0';
        if (!strcmp(word, "--"))
            break;
        if (*word)
            apply_word(word);
    }
}
