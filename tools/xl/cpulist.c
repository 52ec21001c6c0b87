/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lists of CPUs, as people write them:  all    0-3,8    0-7,^2    nodes:0-1,^node:1    none
 * Parts are applied from left to right; ^ takes away.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "xl.h"

static bool parse_range(const char *s, int *first, int *last)
{
    char *end;

    if (!isdigit((unsigned char)*s))
        return false;
    *first = *last = strtol(s, &end, 10);
    if (*end == '-') {
        s = end + 1;
        if (!isdigit((unsigned char)*s))
            return false;
        *last = strtol(s, &end, 10);
    }
    return !*end && *last >= *first;
}

static void change(libxl_bitmap *map, int bit, bool clear)
{
    if (clear)
        libxl_bitmap_reset(map, bit);
    else
        libxl_bitmap_set(map, bit);
}

static int apply_nodes(struct xl *xl, int first, int last, bool clear, libxl_bitmap *map)
{
    for (int node = first; node <= last; node++) {
        libxl_bitmap cpus = {0};
        int cpu;

        if (libxl_cpu_bitmap_alloc(xl->ctx, &cpus, 0) || libxl_node_to_cpumap(xl->ctx, node, &cpus))
            return -1;
        libxl_for_each_set_bit(cpu, cpus) change(map, cpu, clear);
        libxl_bitmap_dispose(&cpus);
    }
    return 0;
}

static int apply_part(struct xl *xl, const char *part, int nr_cpus, libxl_bitmap *map)
{
    bool clear = *part == '^';
    int first, last;

    part += clear;
    if (!strcmp(part, "all")) {
        for (int i = 0; i < nr_cpus; i++)
            change(map, i, clear);
        return 0;
    }
    if (!strcmp(part, "none") && !clear) {
        libxl_bitmap_set_none(map);
        return 0;
    }
    if (!strncmp(part, "nodes:", 6) || !strncmp(part, "node:", 5))
        return parse_range(strchr(part, ':') + 1, &first, &last)
                   ? apply_nodes(xl, first, last, clear, map)
                   : -1;
    if (!parse_range(part, &first, &last) || last >= nr_cpus)
        return -1;
    for (int i = first; i <= last; i++)
        change(map, i, clear);
    return 0;
}

/* map gets a bit per CPU of the host. */
int cpulist_parse(struct xl *xl, const char *text, libxl_bitmap *map, char **error)
{
    char *copy = xstrdup(text), *rest = copy, *part;
    int rc = libxl_cpu_bitmap_alloc(xl->ctx, map, 0);

    while (!rc && (part = strsep(&rest, ",")) != NULL) {
        while (isspace((unsigned char)*part))
            part++;
        rc = apply_part(xl, part, libxl_get_max_cpus(xl->ctx), map);
        if (rc)
            *error = xasprintf("\"%s\" is no CPU of this host; a list looks like 0-3,8,^2, nodes:0 "
                               "or all",
                               part);
    }
    free(copy);
    if (rc)
        libxl_bitmap_dispose(map);
    return rc ? -1 : 0;
}

/* The first nr bits as 0-3,8; "all" and "none" in a word. */
char *cpulist_format(const libxl_bitmap *map, int nr)
{
    char *text = xstrdup(""), *longer;
    int set = 0, last;

    for (int i = 0; i < nr; i++)
        set += libxl_bitmap_test(map, i);
    if (set == nr || !set) {
        free(text);
        return xstrdup(set ? "all" : "none");
    }
    for (int i = 0; i < nr; i = last + 1) {
        last = i;
        if (!libxl_bitmap_test(map, i))
            continue;
        while (last + 1 < nr && libxl_bitmap_test(map, last + 1))
            last++;
        longer = last > i ? xasprintf("%s%s%d-%d", text, *text ? "," : "", i, last)
                          : xasprintf("%s%s%d", text, *text ? "," : "", i);
        free(text);
        text = longer;
    }
    return text;
}
