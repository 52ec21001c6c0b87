/* SPDX-License-Identifier: LGPL-2.1-only */
/* Bitmaps of CPUs and nodes.  A bit beyond the end of a map is clear. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

void libxl_bitmap_init(libxl_bitmap *map)
{
    memset(map, 0, sizeof(*map));
}

void libxl_bitmap_dispose(libxl_bitmap *map)
{
    free(map->map);
    memset(map, 0, sizeof(*map));
}

int libxl_bitmap_alloc(libxl_ctx *ctx, libxl_bitmap *bitmap, int n_bits)
{
    if (n_bits < 0)
        return ERROR_INVAL;
    bitmap->size = (n_bits + 7) / 8;
    bitmap->map = bitmap->size ? xcalloc(bitmap->size, 1) : NULL;
    return 0;
}

int libxl_cpu_bitmap_alloc(libxl_ctx *ctx, libxl_bitmap *cpumap, int max_cpus)
{
    if (!max_cpus)
        max_cpus = libxl_get_max_cpus(ctx);
    return max_cpus <= 0 ? ERROR_FAIL : libxl_bitmap_alloc(ctx, cpumap, max_cpus);
}

int libxl_node_bitmap_alloc(libxl_ctx *ctx, libxl_bitmap *nodemap, int max_nodes)
{
    if (!max_nodes)
        max_nodes = libxl_get_max_nodes(ctx);
    return max_nodes <= 0 ? ERROR_FAIL : libxl_bitmap_alloc(ctx, nodemap, max_nodes);
}

void libxl_bitmap_copy_alloc(libxl_ctx *ctx, libxl_bitmap *dptr, const libxl_bitmap *sptr)
{
    libxl_bitmap_alloc(ctx, dptr, sptr->size * 8);
    libxl_bitmap_copy(ctx, dptr, sptr);
}

void libxl_bitmap_copy(libxl_ctx *ctx, libxl_bitmap *dptr, const libxl_bitmap *sptr)
{
    uint32_t common = dptr->size < sptr->size ? dptr->size : sptr->size;

    if (common)
        memcpy(dptr->map, sptr->map, common);
    if (dptr->size > common)
        memset(dptr->map + common, 0, dptr->size - common);
}

int libxl_bitmap_is_full(const libxl_bitmap *bitmap)
{
    for (uint32_t i = 0; i < bitmap->size; i++)
        if (bitmap->map[i] != 0xff)
            return 0;
    return 1;
}

int libxl_bitmap_is_empty(const libxl_bitmap *bitmap)
{
    for (uint32_t i = 0; i < bitmap->size; i++)
        if (bitmap->map[i])
            return 0;
    return 1;
}

static int within(const libxl_bitmap *bitmap, int bit)
{
    return bit >= 0 && (uint32_t)bit < bitmap->size * 8;
}

int libxl_bitmap_test(const libxl_bitmap *bitmap, int bit)
{
    return within(bitmap, bit) && (bitmap->map[bit / 8] >> (bit & 7) & 1);
}

void libxl_bitmap_set(libxl_bitmap *bitmap, int bit)
{
    if (within(bitmap, bit))
        bitmap->map[bit / 8] |= 1 << (bit & 7);
}

void libxl_bitmap_reset(libxl_bitmap *bitmap, int bit)
{
    if (within(bitmap, bit))
        bitmap->map[bit / 8] &= ~(1 << (bit & 7));
}

int libxl_bitmap_count_set(const libxl_bitmap *bitmap)
{
    int count = 0;

    for (uint32_t i = 0; i < bitmap->size; i++)
        count += __builtin_popcount(bitmap->map[i]);
    return count;
}

void libxl_bitmap_set_any(libxl_bitmap *bitmap)
{
    if (bitmap->size)
        memset(bitmap->map, 0xff, bitmap->size);
}

void libxl_bitmap_set_none(libxl_bitmap *bitmap)
{
    if (bitmap->size)
        memset(bitmap->map, 0, bitmap->size);
}

int libxl_bitmap_equal(const libxl_bitmap *ba, const libxl_bitmap *bb, int nr_bits)
{
    if (!nr_bits)
        nr_bits = 8 * (ba->size > bb->size ? ba->size : bb->size);
    for (int i = 0; i < nr_bits; i++)
        if (libxl_bitmap_test(ba, i) != libxl_bitmap_test(bb, i))
            return 0;
    return 1;
}

char *libxl_bitmap_to_hex_string(libxl_ctx *ctx, const libxl_bitmap *bitmap)
{
    char *s = xcalloc(2 * bitmap->size + 3, 1), *p = s + 2;

    memcpy(s, "0x", 2);
    for (uint32_t i = bitmap->size; i-- > 0; p += 2)
        snprintf(p, 3, "%02x", bitmap->map[i]);
    return s;
}

/* ---- From nodes to CPUs and back ---- */

int libxl_nodemap_to_cpumap(libxl_ctx *ctx, const libxl_bitmap *nodemap, libxl_bitmap *cpumap)
{
    int nr;
    libxl_cputopology *topology = libxl_get_cpu_topology(ctx, &nr);

    if (!topology)
        return ERROR_FAIL;
    libxl_bitmap_set_none(cpumap);
    for (int i = 0; i < nr; i++)
        if (topology[i].node != LIBXL_CPUTOPOLOGY_INVALID_ENTRY &&
            libxl_bitmap_test(nodemap, topology[i].node))
            libxl_bitmap_set(cpumap, i);
    libxl_cputopology_list_free(topology, nr);
    return 0;
}

int libxl_node_to_cpumap(libxl_ctx *ctx, int node, libxl_bitmap *cpumap)
{
    libxl_bitmap nodemap;
    int rc = libxl_bitmap_alloc(ctx, &nodemap, node + 1);

    if (rc)
        return rc;
    libxl_bitmap_set(&nodemap, node);
    rc = libxl_nodemap_to_cpumap(ctx, &nodemap, cpumap);
    libxl_bitmap_dispose(&nodemap);
    return rc;
}

int libxl_cpumap_to_nodemap(libxl_ctx *ctx, const libxl_bitmap *cpumap, libxl_bitmap *nodemap)
{
    int nr;
    libxl_cputopology *topology = libxl_get_cpu_topology(ctx, &nr);

    if (!topology)
        return ERROR_FAIL;
    libxl_bitmap_set_none(nodemap);
    for (int i = 0; i < nr; i++)
        if (topology[i].node != LIBXL_CPUTOPOLOGY_INVALID_ENTRY && libxl_bitmap_test(cpumap, i))
            libxl_bitmap_set(nodemap, topology[i].node);
    libxl_cputopology_list_free(topology, nr);
    return 0;
}
