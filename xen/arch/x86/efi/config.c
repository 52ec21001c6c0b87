/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The configuration file:
 *
 *     [global]
 *     default=NAME
 *
 *     [NAME]
 *     options=the hypervisor's command line
 *     kernel=FILE dom0's command line
 *     ramdisk=FILE
 *
 * Lines that begin with # say nothing.  Keys that are not known here are passed over.
 */
#include "efi_app.h"

static BOOLEAN is_end(char c)
{
    return c == '\n' || c == '\r' || c == '\0';
}

static BOOLEAN starts_with(const char *line, const char *word)
{
    while (*word && *line == *word)
        line++, word++;
    return !*word;
}

static char *next_line(char *line)
{
    while (!is_end(*line))
        line++;
    while (*line == '\n' || *line == '\r')
        line++;
    return line;
}

/* "[name]" */
static BOOLEAN is_section(const char *line, const char *name)
{
    if (*line++ != '[')
        return FALSE;
    while (*name && *line == *name)
        line++, name++;
    return !*name && *line == ']';
}

/* The value of `key` in the section, to the end of its line; NULL when it is not there. */
static char *value_of(char *text, const char *section, const char *key)
{
    BOOLEAN inside = FALSE;

    for (char *line = text; *line; line = next_line(line)) {
        if (*line == '[')
            inside = is_section(line, section);
        else if (inside && starts_with(line, key) && line[strlena((CHAR8 *)key)] == '=')
            return line + strlena((CHAR8 *)key) + 1;
    }
    return NULL;
}

/* A copy that ends where the line does. */
static const char *text_of(char *text, const char *section, const char *key)
{
    const char *value = value_of(text, section, key);
    UINTN length = 0;
    char *copy;

    if (!value)
        return "";
    while (!is_end(value[length]))
        length++;
    copy = AllocateZeroPool(length + 1);
    if (!copy)
        fail(L"memory", L"", EFI_OUT_OF_RESOURCES);
    CopyMem(copy, value, length);
    return copy;
}

void config_read(char *text, const char *section, struct config *config)
{
    if (!section)
        section = text_of(text, "global", "default");
    if (!*section)
        fail(L"the configuration file names no default section", L"", EFI_NOT_FOUND);
    config->options = text_of(text, section, "options");
    config->kernel = text_of(text, section, "kernel");
    config->ramdisk = text_of(text, section, "ramdisk");
}
