/* SPDX-License-Identifier: LGPL-2.1-only */
/* CPU pools: groups of CPUs, each with a scheduler and domains of its own.  Xenstore has their
 * names. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static void info_of(libxl_ctx *ctx, const xc_cpupoolinfo_t *xc, libxl_cpupoolinfo *info)
{
    libxl_cpupoolinfo_init(info);
    info->poolid = xc->cpupool_id;
    info->pool_name = libxl_cpupoolid_to_name(ctx, xc->cpupool_id);
    info->sched = xc->sched_id;
    info->n_dom = xc->n_dom;
    libxl_cpu_bitmap_alloc(ctx, &info->cpumap, 0);
    memcpy(info->cpumap.map, xc->cpumap, info->cpumap.size);
}

int libxl_cpupool_info(libxl_ctx *ctx, libxl_cpupoolinfo *info, uint32_t poolid)
{
    xc_cpupoolinfo_t *xc = xc_cpupool_getinfo(ctx->xch, poolid);
    int rc = xc && xc->cpupool_id == poolid ? 0 : ERROR_NOTFOUND;

    if (!rc)
        info_of(ctx, xc, info);
    if (xc)
        xc_cpupool_infofree(ctx->xch, xc);
    return rc;
}

libxl_cpupoolinfo *libxl_list_cpupool(libxl_ctx *ctx, int *nb_pool_out)
{
    libxl_cpupoolinfo *list = NULL;
    xc_cpupoolinfo_t *xc;
    uint32_t next = 0;
    int count = 0;

    while ((xc = xc_cpupool_getinfo(ctx->xch, next)) != NULL) {
        list = xrealloc(list, (count + 1) * sizeof(*list));
        info_of(ctx, xc, &list[count++]);
        next = xc->cpupool_id + 1;
        xc_cpupool_infofree(ctx->xch, xc);
    }
    if (!list)
        LOGE(ctx, ERROR, "cannot list the CPU pools");
    *nb_pool_out = count;
    return list;
}

/* ---- Names ---- */

static char *name_node(struct arena *a, uint32_t poolid)
{
    return arena_printf(a, "/local/pool/%u/name", poolid);
}

char *libxl_cpupoolid_to_name(libxl_ctx *ctx, uint32_t poolid)
{
    ARENA(a);
    const char *name = store_read(ctx, &a, XBT_NULL, name_node(&a, poolid));

    if (name)
        return xstrdup(name);
    return poolid ? NULL : xstrdup("Pool-0");
}

int libxl_name_to_cpupoolid(libxl_ctx *ctx, const char *name, uint32_t *poolid)
{
    int nr, rc = ERROR_INVAL;
    libxl_cpupoolinfo *list = libxl_list_cpupool(ctx, &nr);

    for (int i = 0; list && i < nr && rc; i++) {
        if (list[i].pool_name && !strcmp(list[i].pool_name, name)) {
            *poolid = list[i].poolid;
            rc = 0;
        }
    }
    libxl_cpupoolinfo_list_free(list, nr);
    return rc;
}

int libxl_cpupoolid_is_valid(libxl_ctx *ctx, uint32_t poolid)
{
    libxl_cpupoolinfo info;

    if (libxl_cpupool_info(ctx, &info, poolid))
        return 0;
    libxl_cpupoolinfo_dispose(&info);
    return 1;
}

int libxl_cpupool_qualifier_to_cpupoolid(libxl_ctx *ctx, const char *p, uint32_t *poolid_r,
                                         int *was_name_r)
{
    bool number = qualifier_number(p, poolid_r);

    if (was_name_r)
        *was_name_r = !number;
    if (!number)
        return libxl_name_to_cpupoolid(ctx, p, poolid_r);
    return libxl_cpupoolid_is_valid(ctx, *poolid_r) ? 0 : ERROR_INVAL;
}

/* ---- Changes ---- */

int libxl_get_freecpus(libxl_ctx *ctx, libxl_bitmap *cpumap)
{
    xc_cpumap_t map = xc_cpupool_freeinfo(ctx->xch);
    int rc;

    if (!map) {
        LOGE(ctx, ERROR, "cannot read which CPUs are in no pool");
        return ERROR_FAIL;
    }
    rc = libxl_cpu_bitmap_alloc(ctx, cpumap, 0);
    if (!rc)
        memcpy(cpumap->map, map, cpumap->size);
    free(map);
    return rc;
}

int libxl_cpupool_cpuadd(libxl_ctx *ctx, uint32_t poolid, int cpu)
{
    if (xc_cpupool_addcpu(ctx->xch, poolid, cpu)) {
        LOGE(ctx, ERROR, "cannot add CPU %d to pool %u", cpu, poolid);
        return ERROR_FAIL;
    }
    return 0;
}

int libxl_cpupool_cpuremove(libxl_ctx *ctx, uint32_t poolid, int cpu)
{
    if (xc_cpupool_removecpu(ctx->xch, poolid, cpu)) {
        LOGE(ctx, ERROR, "cannot remove CPU %d from pool %u", cpu, poolid);
        return ERROR_FAIL;
    }
    return 0;
}

typedef int cpu_change(libxl_ctx *ctx, uint32_t poolid, int cpu);

static int change_cpumap(libxl_ctx *ctx, uint32_t poolid, const libxl_bitmap *cpumap,
                         cpu_change *change)
{
    int cpu, rc = 0;

    libxl_for_each_set_bit(cpu, *cpumap)
    {
        int r = change(ctx, poolid, cpu);

        rc = rc ? rc : r;
    }
    return rc;
}

int libxl_cpupool_cpuadd_cpumap(libxl_ctx *ctx, uint32_t poolid, const libxl_bitmap *cpumap)
{
    return change_cpumap(ctx, poolid, cpumap, libxl_cpupool_cpuadd);
}

int libxl_cpupool_cpuremove_cpumap(libxl_ctx *ctx, uint32_t poolid, const libxl_bitmap *cpumap)
{
    return change_cpumap(ctx, poolid, cpumap, libxl_cpupool_cpuremove);
}

/* Those CPUs of a node that are in from (the pool's, or the free ones); *cpus counts them. */
static int change_node(libxl_ctx *ctx, uint32_t poolid, int node, const libxl_bitmap *from,
                       int *cpus, cpu_change *change)
{
    libxl_bitmap map = {0};
    int cpu, rc = libxl_cpu_bitmap_alloc(ctx, &map, 0);

    *cpus = 0;
    if (!rc)
        rc = libxl_node_to_cpumap(ctx, node, &map);
    if (!rc) {
        libxl_for_each_set_bit(cpu, map)
        {
            if (!libxl_bitmap_test(from, cpu) || rc)
                continue;
            rc = change(ctx, poolid, cpu);
            *cpus += !rc;
        }
    }
    libxl_bitmap_dispose(&map);
    return rc;
}

int libxl_cpupool_cpuadd_node(libxl_ctx *ctx, uint32_t poolid, int node, int *cpus)
{
    libxl_bitmap unused;
    int rc = libxl_get_freecpus(ctx, &unused);

    if (rc)
        return rc;
    rc = change_node(ctx, poolid, node, &unused, cpus, libxl_cpupool_cpuadd);
    libxl_bitmap_dispose(&unused);
    return rc;
}

int libxl_cpupool_cpuremove_node(libxl_ctx *ctx, uint32_t poolid, int node, int *cpus)
{
    libxl_cpupoolinfo info;
    int rc = libxl_cpupool_info(ctx, &info, poolid);

    if (rc)
        return rc;
    rc = change_node(ctx, poolid, node, &info.cpumap, cpus, libxl_cpupool_cpuremove);
    libxl_cpupoolinfo_dispose(&info);
    return rc;
}

int libxl_cpupool_rename(libxl_ctx *ctx, const char *name, uint32_t poolid)
{
    ARENA(a);
    uint32_t other;

    if (!*name || qualifier_number(name, &other)) {
        LOG(ctx, ERROR, "\"%s\" cannot name a pool: a name is neither empty nor a number", name);
        return ERROR_INVAL;
    }
    if (!libxl_name_to_cpupoolid(ctx, name, &other) && other != poolid) {
        LOG(ctx, ERROR, "pool %u is already called \"%s\"", other, name);
        return ERROR_INVAL;
    }
    return store_write(ctx, XBT_NULL, name_node(&a, poolid), "%s", name);
}

int libxl_cpupool_create(libxl_ctx *ctx, const char *name, libxl_scheduler sched,
                         libxl_bitmap cpumap, libxl_uuid *uuid, uint32_t *poolid)
{
    ARENA(a);
    uint32_t id = LIBXL_CPUPOOL_POOLID_ANY;
    int rc;

    if (xc_cpupool_create(ctx->xch, &id, sched)) {
        LOGE(ctx, ERROR, "cannot create a pool with scheduler %s",
             libxl_scheduler_to_string(sched));
        return ERROR_FAIL;
    }
    rc = libxl_cpupool_cpuadd_cpumap(ctx, id, &cpumap);
    if (!rc)
        rc = store_write(ctx, XBT_NULL, arena_printf(&a, "/local/pool/%u/uuid", id), LIBXL_UUID_FMT,
                         LIBXL_UUID_BYTES(*uuid));
    if (!rc)
        rc = libxl_cpupool_rename(ctx, name, id);
    if (rc)
        libxl_cpupool_destroy(ctx, id);
    else
        *poolid = id;
    return rc;
}

int libxl_cpupool_destroy(libxl_ctx *ctx, uint32_t poolid)
{
    ARENA(a);
    libxl_cpupoolinfo info;
    int rc = libxl_cpupool_info(ctx, &info, poolid);

    if (rc)
        return rc;
    if (info.n_dom) {
        LOG(ctx, ERROR, "pool %u still has %u domains: move them first (cpupool-migrate)", poolid,
            info.n_dom);
        rc = ERROR_INVAL;
    }
    if (!rc)
        rc = libxl_cpupool_cpuremove_cpumap(ctx, poolid, &info.cpumap);
    if (!rc && xc_cpupool_destroy(ctx->xch, poolid)) {
        LOGE(ctx, ERROR, "cannot destroy pool %u", poolid);
        libxl_cpupool_cpuadd_cpumap(ctx, poolid, &info.cpumap);
        rc = ERROR_FAIL;
    }
    if (!rc)
        store_remove(ctx, XBT_NULL, arena_printf(&a, "/local/pool/%u", poolid));
    libxl_cpupoolinfo_dispose(&info);
    return rc;
}

int libxl_cpupool_movedomain(libxl_ctx *ctx, uint32_t poolid, uint32_t domid)
{
    if (xc_cpupool_movedomain(ctx->xch, poolid, domid)) {
        LOGE(ctx, ERROR, "cannot move domain %u to pool %u", domid, poolid);
        return ERROR_FAIL;
    }
    return 0;
}
