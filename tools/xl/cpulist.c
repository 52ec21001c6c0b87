/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lists of CPUs, as people write them:  all    0-3,8    0-7,^2    nodes:0-1,^node:1    none
 * Parts are applied from left to right; ^ takes away, and may stand on either side of "node:".
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "xl.h"

/* A part without its blanks: what it names and whether it takes that away. */
struct part {
    bool clear, nodes;
    const char *range;
};

static struct part part_of(char *text)
{
    struct part part = {0};
    char *end;

    while (isspace((unsigned char)*text))
        text++;
    for (end = text + strlen(text); end > text && isspace((unsigned char)end[-1]);)
        *--end = 0;
    part.clear = *text == '^';
    text += part.clear;
    part.nodes = !strncmp(text, "node:", 5) || !strncmp(text, "nodes:", 6);
    if (part.nodes) {
        text = strchr(text, ':') + 1;
        if (*text == '^' && !part.clear) {
            part.clear = true;
            text++;
        }
    }
    part.range = text;
    return part;
}

/* N, N-M or all, of 0 to nr - 1. */
static bool parse_range(const char *s, int nr, int *first, int *last)
{
    long long from = 0, to = 0;
    char *copy = xstrdup(s), *dash = strchr(copy, '-');
    bool ok;

    if (dash)
        *dash++ = 0;
    ok =
        parse_within(copy, 0, nr - 1, &from) && parse_within(dash ? dash : copy, from, nr - 1, &to);
    free(copy);
    if (!strcmp(s, "all")) {
        from = 0;
        to = nr - 1;
        ok = nr > 0;
    }
    *first = from;
    *last = to;
    return ok;
}

static void change(libxl_bitmap *map, int bit, bool clear)
{
    if (clear)
        libxl_bitmap_reset(map, bit);
    else
        libxl_bitmap_set(map, bit);
}

static int change_node(struct xl *xl, int node, bool clear, libxl_bitmap *map)
{
    libxl_bitmap cpus = {0};
    int cpu, rc = libxl_cpu_bitmap_alloc(xl->ctx, &cpus, 0);

    if (!rc)
        rc = libxl_node_to_cpumap(xl->ctx, node, &cpus);
    if (!rc) {
        libxl_for_each_set_bit(cpu, cpus) change(map, cpu, clear);
    }
    libxl_bitmap_dispose(&cpus);
    return rc;
}

/* Without xl the list is not of the host's CPUs, and knows no nodes. */
static int apply_part(struct xl *xl, const struct part *part, int nr_cpus, libxl_bitmap *map)
{
    int first, last, rc = 0, nr = nr_cpus;

    if (!strcmp(part->range, "none") && !part->clear && !part->nodes) {
        libxl_bitmap_set_none(map);
        return 0;
    }
    if (part->nodes)
        nr = xl ? libxl_get_max_nodes(xl->ctx) : 0;
    if (!parse_range(part->range, nr, &first, &last))
        return -1;
    for (int i = first; i <= last && !rc; i++) {
        if (part->nodes)
            rc = change_node(xl, i, part->clear, map);
        else
            change(map, i, part->clear);
    }
    return rc;
}

static int parse_list(struct xl *xl, const char *text, int nr_cpus, libxl_bitmap *map, char **error)
{
    char *copy = xstrdup(text), *rest = copy, *word;
    int rc = 0;

    while (!rc && (word = strsep(&rest, ",")) != NULL) {
        struct part part = part_of(word);

        rc = apply_part(xl, &part, nr_cpus, map);
        if (rc)
            *error =
                xasprintf("\"%s\" is no %s of this %s; a list looks like 0-3,8,^2%s or all", word,
                          part.nodes ? "node"
                          : xl       ? "CPU"
                                     : "vCPU",
                          xl ? "host" : "guest", xl ? ", nodes:0" : "");
    }
    free(copy);
    if (rc)
        libxl_bitmap_dispose(map);
    return rc ? -1 : 0;
}

int cpulist_parse(struct xl *xl, const char *text, libxl_bitmap *map, char **error)
{
    if (libxl_cpu_bitmap_alloc(xl->ctx, map, 0))
        return -1;
    return parse_list(xl, text, libxl_get_max_cpus(xl->ctx), map, error);
}

int vcpulist_parse(const char *text, int nr, libxl_bitmap *map, char **error)
{
    if (libxl_bitmap_alloc(NULL, map, nr))
        return -1;
    return parse_list(NULL, text, nr, map, error);
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
