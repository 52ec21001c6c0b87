/* SPDX-License-Identifier: LGPL-2.1-only */
/* The vCPUs of a domain: where they run, where they may, and how many there are. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static int vcpu_read(libxl_ctx *ctx, uint32_t domid, unsigned int v, int max_cpus,
                     libxl_vcpuinfo *info)
{
    xc_vcpuinfo_t xc;

    libxl_vcpuinfo_init(info);
    if (libxl_bitmap_alloc(ctx, &info->cpumap, max_cpus) ||
        libxl_bitmap_alloc(ctx, &info->cpumap_soft, max_cpus))
        return ERROR_NOMEM;
    if (xc_vcpu_getinfo(ctx->xch, domid, v, &xc) ||
        xc_vcpu_getaffinity(ctx->xch, domid, v, info->cpumap.map, info->cpumap_soft.map,
                            XEN_VCPUAFFINITY_HARD | XEN_VCPUAFFINITY_SOFT)) {
        LOGE(ctx, ERROR, "domain %u: cannot read the state of vCPU %u", domid, v);
        return ERROR_FAIL;
    }
    info->vcpuid = v;
    info->cpu = xc.cpu;
    info->online = xc.online;
    info->blocked = xc.blocked;
    info->running = xc.running;
    info->vcpu_time = xc.cpu_time;
    return 0;
}

libxl_vcpuinfo *libxl_list_vcpu(libxl_ctx *ctx, uint32_t domid, int *nb_vcpu, int *nr_cpus_out)
{
    libxl_dominfo dom;
    libxl_vcpuinfo *list;
    int max_cpus = libxl_get_max_cpus(ctx), nr;

    *nb_vcpu = 0;
    if (max_cpus <= 0 || libxl_domain_info(ctx, &dom, domid))
        return NULL;
    nr = dom.vcpu_max_id + 1;
    libxl_dominfo_dispose(&dom);
    list = xcalloc(nr, sizeof(*list));
    for (int v = 0; v < nr; v++) {
        if (vcpu_read(ctx, domid, v, max_cpus, &list[v])) {
            libxl_vcpuinfo_list_free(list, v + 1);
            return NULL;
        }
    }
    *nb_vcpu = nr;
    *nr_cpus_out = max_cpus;
    return list;
}

/* ---- Affinities ---- */

/* A map as wide as the host; NULL stays NULL. */
static int widened(libxl_ctx *ctx, const libxl_bitmap *from, libxl_bitmap *to)
{
    int rc;

    memset(to, 0, sizeof(*to));
    if (!from)
        return 0;
    rc = libxl_cpu_bitmap_alloc(ctx, to, 0);
    if (!rc)
        libxl_bitmap_copy(ctx, to, from);
    return rc;
}

static int set_affinity(libxl_ctx *ctx, uint32_t domid, uint32_t vcpuid, const libxl_bitmap *hard,
                        const libxl_bitmap *soft, uint32_t flags)
{
    libxl_bitmap h, s = {0};
    int rc = widened(ctx, hard, &h);

    if (!rc)
        rc = widened(ctx, soft, &s);
    if (rc)
        goto out;
    flags |= (hard ? XEN_VCPUAFFINITY_HARD : 0) | (soft ? XEN_VCPUAFFINITY_SOFT : 0);
    if (xc_vcpu_setaffinity(ctx->xch, domid, vcpuid, h.map, s.map, flags)) {
        LOGE(ctx, ERROR, "domain %u: cannot set the affinity of vCPU %u", domid, vcpuid);
        rc = ERROR_FAIL;
    } else if (hard && libxl_bitmap_is_empty(&h)) {
        LOG(ctx, WARN, "domain %u: vCPU %u may run on no CPU of its pool", domid, vcpuid);
    }
out:
    libxl_bitmap_dispose(&h);
    libxl_bitmap_dispose(&s);
    return rc;
}

int libxl_set_vcpuaffinity(libxl_ctx *ctx, uint32_t domid, uint32_t vcpuid,
                           const libxl_bitmap *cpumap_hard, const libxl_bitmap *cpumap_soft)
{
    return set_affinity(ctx, domid, vcpuid, cpumap_hard, cpumap_soft, 0);
}

int libxl_set_vcpuaffinity_force(libxl_ctx *ctx, uint32_t domid, uint32_t vcpuid,
                                 const libxl_bitmap *cpumap_hard, const libxl_bitmap *cpumap_soft)
{
    return set_affinity(ctx, domid, vcpuid, cpumap_hard, cpumap_soft, XEN_VCPUAFFINITY_FORCE);
}

int libxl_set_vcpuaffinity_all(libxl_ctx *ctx, uint32_t domid, unsigned int max_vcpus,
                               const libxl_bitmap *cpumap_hard, const libxl_bitmap *cpumap_soft)
{
    int rc = 0;

    for (unsigned int v = 0; v < max_vcpus && !rc; v++)
        rc = libxl_set_vcpuaffinity(ctx, domid, v, cpumap_hard, cpumap_soft);
    return rc;
}

int libxl_domain_set_nodeaffinity(libxl_ctx *ctx, uint32_t domid, libxl_bitmap *nodemap)
{
    libxl_bitmap wide = {0};
    int rc = libxl_node_bitmap_alloc(ctx, &wide, 0);

    if (rc)
        return rc;
    libxl_bitmap_copy(ctx, &wide, nodemap);
    if (xc_domain_node_setaffinity(ctx->xch, domid, wide.map)) {
        LOGE(ctx, ERROR, "domain %u: cannot set its nodes", domid);
        rc = ERROR_FAIL;
    }
    libxl_bitmap_dispose(&wide);
    return rc;
}

int libxl_domain_get_nodeaffinity(libxl_ctx *ctx, uint32_t domid, libxl_bitmap *nodemap)
{
    if (xc_domain_node_getaffinity(ctx->xch, domid, nodemap->map)) {
        LOGE(ctx, ERROR, "domain %u: cannot read its nodes", domid);
        return ERROR_FAIL;
    }
    return 0;
}

/* ---- Hot plug: the guest is asked through its cpu nodes ---- */

struct online {
    uint32_t domid;
    unsigned int nr;
    const libxl_bitmap *map;
};

static int online_body(libxl_ctx *ctx, xs_transaction_t t, void *data)
{
    const struct online *o = data;
    ARENA(a);
    int rc = 0;

    for (unsigned int v = 0; v < o->nr && !rc; v++)
        rc = store_write(ctx, t,
                         arena_printf(&a, "/local/domain/%u/cpu/%u/availability", o->domid, v),
                         "%s", libxl_bitmap_test(o->map, v) ? "online" : "offline");
    return rc;
}

int libxl_set_vcpuonline(libxl_ctx *ctx, uint32_t domid, libxl_bitmap *cpumap,
                         const libxl_asyncop_how *ao_how)
{
    struct online o = {domid, 0, cpumap};
    libxl_dominfo info;
    int rc = libxl_domain_info(ctx, &info, domid), wanted = libxl_bitmap_count_set(cpumap);

    if (rc)
        return ao_end(ctx, rc, ao_how);
    o.nr = info.vcpu_max_id + 1;
    libxl_dominfo_dispose(&info);
    if ((unsigned int)wanted > o.nr || !wanted) {
        LOG(ctx, ERROR, "domain %u was made for 1 to %u vCPUs: it cannot have %d", domid, o.nr,
            wanted);
        return ao_end(ctx, ERROR_INVAL, ao_how);
    }
    return ao_end(ctx, store_transact(ctx, online_body, &o), ao_how);
}
