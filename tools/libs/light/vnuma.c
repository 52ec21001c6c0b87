/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The virtual nodes of a guest: whether its configuration makes sense, and the tables for the
 * builder, which takes each node's memory where it shall be and tells the guest of them all.
 */
#include <stdlib.h>

#include <xenguest.h>

#include "internal.h"

/* ACPI 5.2.17: 10 is near, 255 is out of reach. */
enum { DISTANCE_LOCAL = 10, DISTANCE_REMOTE = 20, DISTANCE_MOST = 254 };

static int sizes_add_up(libxl_ctx *ctx, const libxl_domain_build_info *info)
{
    uint64_t sum = 0;

    for (int i = 0; i < info->num_vnuma_nodes; i++)
        sum += info->vnuma_nodes[i].memkb;
    if (sum == info->max_memkb)
        return 0;
    LOG(ctx, ERROR, "vnuma: the virtual nodes have %llu MiB together, the guest has %llu",
        (unsigned long long)sum / 1024, (unsigned long long)info->max_memkb / 1024);
    return ERROR_VNUMA_CONFIG_INVALID;
}

static int vcpus_have_nodes(libxl_ctx *ctx, const libxl_domain_build_info *info)
{
    for (int v = 0; v < info->max_vcpus; v++) {
        int homes = 0;

        for (int i = 0; i < info->num_vnuma_nodes; i++)
            homes += libxl_bitmap_test(&info->vnuma_nodes[i].vcpus, v);
        if (homes != 1) {
            LOG(ctx, ERROR, "vnuma: vCPU %d is on %d virtual nodes, it has to be on one", v, homes);
            return ERROR_VNUMA_CONFIG_INVALID;
        }
    }
    return 0;
}

/* Nothing said is as good as all said. */
static int distances_make_sense(libxl_ctx *ctx, const libxl_domain_build_info *info)
{
    for (int i = 0; i < info->num_vnuma_nodes; i++) {
        const libxl_vnode_info *node = &info->vnuma_nodes[i];

        if (node->num_distances && node->num_distances != info->num_vnuma_nodes) {
            LOG(ctx, ERROR, "vnuma: virtual node %d has %d distances, there are %d nodes", i,
                node->num_distances, info->num_vnuma_nodes);
            return ERROR_VNUMA_CONFIG_INVALID;
        }
        for (int j = 0; j < node->num_distances; j++) {
            uint32_t d = node->distances[j];

            if (i == j ? d == DISTANCE_LOCAL : d >= DISTANCE_LOCAL && d <= DISTANCE_MOST)
                continue;
            LOG(ctx, ERROR, "vnuma: %u is no distance from virtual node %d to %d: it is %s", d, i,
                j, i == j ? "10" : "10 to 254");
            return ERROR_VNUMA_CONFIG_INVALID;
        }
    }
    return 0;
}

int vnuma_check(libxl_ctx *ctx, const libxl_domain_build_info *info)
{
    int rc;

    if (!info->num_vnuma_nodes)
        return 0;
    if (info->num_vnuma_nodes > NUMA_NODES_MAX) {
        LOG(ctx, ERROR, "vnuma: %d virtual nodes are too many: %d at most", info->num_vnuma_nodes,
            NUMA_NODES_MAX);
        return ERROR_VNUMA_CONFIG_INVALID;
    }
    rc = sizes_add_up(ctx, info);
    if (!rc)
        rc = vcpus_have_nodes(ctx, info);
    return rc ? rc : distances_make_sense(ctx, info);
}

static uint8_t distance(const libxl_domain_build_info *info, int from, int to)
{
    const libxl_vnode_info *node = &info->vnuma_nodes[from];

    if (node->num_distances)
        return node->distances[to];
    return from == to ? DISTANCE_LOCAL : DISTANCE_REMOTE;
}

struct xc_dom_vnuma *vnuma_tables(const libxl_domain_build_info *info)
{
    int nr = info->num_vnuma_nodes;
    struct {
        struct xc_dom_vnuma tables;
        uint8_t distance[NUMA_NODES_MAX * NUMA_NODES_MAX];
        unsigned int home[];
    } * v;

    if (!nr)
        return NULL;
    v = xcalloc(1, sizeof(*v) + info->max_vcpus * sizeof(v->home[0]));
    v->tables = (struct xc_dom_vnuma){v->home, v->distance};
    for (int i = 0; i < nr; i++) {
        for (int j = 0; j < nr; j++)
            v->distance[i * nr + j] = distance(info, i, j);
        for (int vcpu = 0; vcpu < info->max_vcpus; vcpu++)
            if (libxl_bitmap_test(&info->vnuma_nodes[i].vcpus, vcpu))
                v->home[vcpu] = i;
    }
    return &v->tables;
}
