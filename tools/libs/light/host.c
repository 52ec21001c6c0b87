/* SPDX-License-Identifier: LGPL-2.1-only */
/* The host: its memory, CPUs and nodes, the hypervisor's version, its log. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

int libxl_get_max_cpus(libxl_ctx *ctx)
{
    int n = xc_get_max_cpus(ctx->xch);

    return n > 0 ? n : ERROR_FAIL;
}

int libxl_get_online_cpus(libxl_ctx *ctx)
{
    int n = xc_get_online_cpus(ctx->xch);

    return n > 0 ? n : ERROR_FAIL;
}

int libxl_get_max_nodes(libxl_ctx *ctx)
{
    int n = xc_get_max_nodes(ctx->xch);

    return n > 0 ? n : ERROR_FAIL;
}

/* ---- What is there in all ---- */

static const struct {
    uint32_t flag;
    size_t offset;
} capabilities[] = {
    {XEN_SYSCTL_PHYSCAP_hvm, offsetof(libxl_physinfo, cap_hvm)},
    {XEN_SYSCTL_PHYSCAP_pv, offsetof(libxl_physinfo, cap_pv)},
    {XEN_SYSCTL_PHYSCAP_directio, offsetof(libxl_physinfo, cap_hvm_directio)},
    {XEN_SYSCTL_PHYSCAP_hap, offsetof(libxl_physinfo, cap_hap)},
    {XEN_SYSCTL_PHYSCAP_shadow, offsetof(libxl_physinfo, cap_shadow)},
    {XEN_SYSCTL_PHYSCAP_iommu_hap_pt_share, offsetof(libxl_physinfo, cap_iommu_hap_pt_share)},
    {XEN_SYSCTL_PHYSCAP_vmtrace, offsetof(libxl_physinfo, cap_vmtrace)},
    {XEN_SYSCTL_PHYSCAP_vpmu, offsetof(libxl_physinfo, cap_vpmu)},
    {XEN_SYSCTL_PHYSCAP_gnttab_v1, offsetof(libxl_physinfo, cap_gnttab_v1)},
    {XEN_SYSCTL_PHYSCAP_gnttab_v2, offsetof(libxl_physinfo, cap_gnttab_v2)},
};

/* Memory sharing exists on few hypervisors: where it does not, nothing is shared. */
static uint64_t count_or_zero(long n)
{
    return n > 0 ? n : 0;
}

int libxl_get_physinfo(libxl_ctx *ctx, libxl_physinfo *physinfo)
{
    xc_physinfo_t info = {0};

    libxl_physinfo_init(physinfo);
    if (xc_physinfo(ctx->xch, &info)) {
        LOGE(ctx, ERROR, "cannot read what the host has");
        return ERROR_FAIL;
    }
    physinfo->threads_per_core = info.threads_per_core;
    physinfo->cores_per_socket = info.cores_per_socket;
    physinfo->max_cpu_id = info.max_cpu_id;
    physinfo->nr_cpus = info.nr_cpus;
    physinfo->cpu_khz = info.cpu_khz;
    physinfo->total_pages = info.total_pages;
    physinfo->free_pages = info.free_pages;
    physinfo->scrub_pages = info.scrub_pages;
    physinfo->outstanding_pages = info.outstanding_pages;
    physinfo->max_possible_mfn = info.max_mfn;
    physinfo->nr_nodes = info.nr_nodes;
    memcpy(physinfo->hw_cap, info.hw_cap, sizeof(physinfo->hw_cap));
    for (size_t i = 0; i < ARRAY_SIZE(capabilities); i++)
        *(bool *)((char *)physinfo + capabilities[i].offset) =
            info.capabilities & capabilities[i].flag;
    physinfo->sharing_freed_pages = count_or_zero(xc_sharing_freed_pages(ctx->xch));
    physinfo->sharing_used_frames = count_or_zero(xc_sharing_used_frames(ctx->xch));
    return 0;
}

/* ---- CPUs and nodes ---- */

libxl_cputopology *libxl_get_cpu_topology(libxl_ctx *ctx, int *nb_cpu_out)
{
    unsigned int nr = 0;
    xc_cputopo_t *topo;
    libxl_cputopology *list = NULL;

    *nb_cpu_out = 0;
    if (xc_cputopoinfo(ctx->xch, &nr, NULL))
        goto fail;
    topo = xcalloc(nr, sizeof(*topo));
    if (xc_cputopoinfo(ctx->xch, &nr, topo)) {
        free(topo);
        goto fail;
    }
    list = xcalloc(nr, sizeof(*list));
    for (unsigned int i = 0; i < nr; i++) {
        list[i].core = topo[i].core;
        list[i].socket = topo[i].socket;
        list[i].node = topo[i].node;
    }
    free(topo);
    *nb_cpu_out = nr;
    return list;
fail:
    LOGE(ctx, ERROR, "cannot read the topology of the CPUs");
    return NULL;
}

/* Claims per node where the hypervisor tells them; elsewhere every claim is host-wide. */
static void numa_claims(libxl_ctx *ctx, libxl_numainfo *list, unsigned int nr)
{
    xc_node_claims_t *nodes = xcalloc(nr, sizeof(*nodes));
    unsigned int known = nr;

    if (!xc_get_node_claims(ctx->xch, &known, nodes, NULL)) {
        for (unsigned int i = 0; i < nr && i < known; i++) {
            if (list[i].size == LIBXL_NUMAINFO_INVALID_ENTRY)
                continue;
            if (nodes[i].claimed > nodes[i].free)
                nodes[i].claimed = nodes[i].free;
            list[i].free = (nodes[i].free - nodes[i].claimed) * XC_PAGE_SIZE;
            list[i].claimed = nodes[i].claimed * XC_PAGE_SIZE;
        }
    }
    free(nodes);
}

libxl_numainfo *libxl_get_numainfo(libxl_ctx *ctx, int *nr)
{
    unsigned int n = 0;
    xc_meminfo_t *mem = NULL;
    uint32_t *distance = NULL;
    libxl_numainfo *list = NULL;

    *nr = 0;
    if (xc_numainfo(ctx->xch, &n, NULL, NULL))
        goto out;
    mem = xcalloc(n, sizeof(*mem));
    distance = xcalloc(n * n, sizeof(*distance));
    if (xc_numainfo(ctx->xch, &n, mem, distance))
        goto out;
    list = xcalloc(n, sizeof(*list));
    for (unsigned int i = 0; i < n; i++) {
        bool present = mem[i].memsize != XEN_INVALID_MEM_SZ;

        list[i].size = present ? mem[i].memsize : LIBXL_NUMAINFO_INVALID_ENTRY;
        list[i].free = present ? mem[i].memfree : LIBXL_NUMAINFO_INVALID_ENTRY;
        list[i].num_dists = n;
        list[i].dists =
            memcpy(xcalloc(n, sizeof(uint32_t)), distance + i * n, n * sizeof(uint32_t));
    }
    numa_claims(ctx, list, n);
    *nr = n;
out:
    if (!list)
        LOGE(ctx, ERROR, "cannot read the memory of the NUMA nodes");
    free(mem);
    free(distance);
    return list;
}

/* ---- The hypervisor itself ---- */

static char *version_string(libxl_ctx *ctx, int cmd, size_t size)
{
    char *text = xcalloc(size + 1, 1);

    if (xc_version(ctx->xch, cmd, text) < 0)
        text[0] = 0;
    return text;
}

/* The build identity is raw bytes behind their number. */
static char *version_build_id(libxl_ctx *ctx)
{
    union {
        xen_build_id_t head;
        uint8_t room[sizeof(xen_build_id_t) + 255];
    } id = {.head.len = 255};
    int len = xc_version(ctx->xch, XENVER_build_id, &id);
    char *text = xcalloc(2 * (len > 0 ? len : 0) + 1, 1);

    for (int i = 0; i < len; i++)
        sprintf(text + 2 * i, "%02x", id.head.buf[i]);
    return text;
}

const libxl_version_info *libxl_get_version_info(libxl_ctx *ctx)
{
    libxl_version_info *v = &ctx->version;
    xen_compile_info_t compile = {0};
    xen_platform_parameters_t platform = {0};
    int number;

    pthread_mutex_lock(&ctx->lock);
    if (ctx->version_known)
        goto out;
    number = xc_version(ctx->xch, XENVER_version, NULL);
    v->xen_version_major = number >> 16;
    v->xen_version_minor = number & 0xffff;
    v->xen_version_extra = version_string(ctx, XENVER_extraversion, sizeof(xen_extraversion_t));
    xc_version(ctx->xch, XENVER_compile_info, &compile);
    v->compiler = strndup(compile.compiler, sizeof(compile.compiler));
    v->compile_by = strndup(compile.compile_by, sizeof(compile.compile_by));
    v->compile_domain = strndup(compile.compile_domain, sizeof(compile.compile_domain));
    v->compile_date = strndup(compile.compile_date, sizeof(compile.compile_date));
    v->capabilities = version_string(ctx, XENVER_capabilities, sizeof(xen_capabilities_info_t));
    v->changeset = version_string(ctx, XENVER_changeset, sizeof(xen_changeset_info_t));
    xc_version(ctx->xch, XENVER_platform_parameters, &platform);
    v->virt_start = platform.virt_start;
    v->pagesize = xc_version(ctx->xch, XENVER_pagesize, NULL);
    v->commandline = version_string(ctx, XENVER_commandline, sizeof(xen_commandline_t));
    v->build_id = version_build_id(ctx);
    ctx->version_known = true;
out:
    pthread_mutex_unlock(&ctx->lock);
    return v;
}

int libxl_send_debug_keys(libxl_ctx *ctx, char *keys)
{
    if (xc_send_debug_keys(ctx->xch, keys)) {
        LOGE(ctx, ERROR, "cannot send the debug keys \"%s\"", keys);
        return ERROR_FAIL;
    }
    return 0;
}

/* ---- Its log ---- */

struct libxl__xen_console_reader {
    char buffer[16384 + 1];
    uint32_t index;
    int clear;
};

libxl_xen_console_reader *libxl_xen_console_read_start(libxl_ctx *ctx, int clear)
{
    libxl_xen_console_reader *cr = xcalloc(1, sizeof(*cr));

    cr->clear = clear;
    return cr;
}

int libxl_xen_console_read_line(libxl_ctx *ctx, libxl_xen_console_reader *cr, char **line_r)
{
    unsigned int count = sizeof(cr->buffer) - 1;

    if (xc_readconsolering(ctx->xch, cr->buffer, &count, cr->clear, !cr->clear, &cr->index)) {
        LOGE(ctx, ERROR, "cannot read the hypervisor's log");
        return ERROR_FAIL;
    }
    cr->buffer[count] = 0;
    *line_r = cr->buffer;
    return count > 0;
}

void libxl_xen_console_read_finish(libxl_ctx *ctx, libxl_xen_console_reader *cr)
{
    free(cr);
}
