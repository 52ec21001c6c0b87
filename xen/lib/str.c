/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Strings.  Nothing here writes without being told the size of the destination: strcpy() and its
 * kin do not exist in this tree.
 */
#include <xen/lib.h>
#include <xen/string.h>

size_t strlen(const char *s)
{
    const char *end = s;

    while (*end)
        end++;

    return (size_t)(end - s);
}

size_t strnlen(const char *s, size_t n)
{
    size_t len = 0;

    while (len < n && s[len])
        len++;

    return len;
}

int strncmp(const char *a, const char *b, size_t n)
{
    for (; n; n--, a++, b++) {
        if (*a != *b)
            return (unsigned char)*a - (unsigned char)*b;
        if (!*a)
            break;
    }

    return 0;
}

int strcmp(const char *a, const char *b)
{
    return strncmp(a, b, ~(size_t)0);
}

char *strchr(const char *s, int c)
{
    for (; *s != (char)c; s++)
        if (!*s)
            return NULL;

    return (char *)(uintptr_t)s;
}

char *strstr(const char *hay, const char *needle)
{
    size_t len = strlen(needle);

    for (; strncmp(hay, needle, len); hay++)
        if (!*hay)
            return NULL;

    return (char *)(uintptr_t)hay;
}

size_t strlcpy(char *dst, const char *src, size_t size)
{
    size_t len = strlen(src);

    if (size) {
        size_t copied = min(len, size - 1);

        memcpy(dst, src, copied);
        dst[copied] = '\0';
    }

    return len;
}

size_t strlcat(char *dst, const char *src, size_t size)
{
    size_t len = strnlen(dst, size);

    return len + strlcpy(dst + len, src, size - len);
}
