/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * From an empty domain to one that could run: vCPUs, limits, place, claim, memory, kernel; the
 * steps that create.c takes in its table's order.
 *
 * The order matters.  What the hypervisor itself needs for the guest (nested page tables) is taken
 * before the claim, so that the claim covers all that is still to come; and the claim comes before
 * the first page of the guest, so that a guest that does not fit is refused at once.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xenguest.h>

#include "internal.h"

/*
 * A guest here boots with all that it may ever have: Linux takes the difference between static-max
 * and what it boots with for memory that it cannot see, and would balloon by that much too far.
 */
static void defaults_memory(libxl_ctx *ctx, libxl_domain_build_info *info)
{
    if (info->max_memkb == LIBXL_MEMKB_DEFAULT)
        info->max_memkb = 32 * 1024;
    if (info->target_memkb == LIBXL_MEMKB_DEFAULT)
        info->target_memkb = info->max_memkb;
    if (info->target_memkb != info->max_memkb) {
        LOG(ctx, WARN,
            "maxmem (%llu MiB) is ignored: the guest starts with, and may later have up to, "
            "its memory of %llu MiB",
            (unsigned long long)info->max_memkb / 1024,
            (unsigned long long)info->target_memkb / 1024);
        info->max_memkb = info->target_memkb;
    }
    if (info->shadow_memkb == LIBXL_MEMKB_DEFAULT)
        info->shadow_memkb = xc_dom_paging_pages(info->max_memkb, info->max_vcpus) * KB_PER_PAGE;
}

/* Nodes that the configuration names have to be there. */
static int check_nodes(libxl_ctx *ctx, const libxl_domain_build_info *info)
{
    int nr = info->num_claim_nodes + info->num_vnuma_nodes, max = nr ? libxl_get_max_nodes(ctx) : 0;

    if (info->num_claim_nodes >= NUMA_NODES_MAX) {
        LOG(ctx, ERROR, "claim_nodes: %d nodes are too many", info->num_claim_nodes);
        return ERROR_INVAL;
    }
    for (int i = 0; i < nr; i++) {
        bool claim = i < info->num_claim_nodes;
        uint32_t node =
            claim ? info->claim_nodes[i].node : info->vnuma_nodes[i - info->num_claim_nodes].pnode;

        if (max < 0 || node < (uint32_t)max)
            continue;
        LOG(ctx, ERROR, "%s: there is no node %u; the nodes of this host are 0 to %d",
            claim ? "claim_nodes" : "vnuma", node, max - 1);
        return ERROR_INVAL;
    }
    return 0;
}

int build_defaults(libxl_ctx *ctx, libxl_domain_build_info *info)
{
    if (!info->max_vcpus)
        info->max_vcpus = 1;
    if (!info->avail_vcpus.size) {
        libxl_bitmap_alloc(ctx, &info->avail_vcpus, info->max_vcpus);
        for (int i = 0; i < info->max_vcpus; i++)
            libxl_bitmap_set(&info->avail_vcpus, i);
    }
    defaults_memory(ctx, info);
    libxl_defbool_setdefault(&info->claim_mode, info->num_claim_nodes > 0);
    libxl_defbool_setdefault(&info->numa_placement, true);
    libxl_defbool_setdefault(&info->localtime, false);
    libxl_defbool_setdefault(&info->acpi, true);
    libxl_defbool_setdefault(&info->nested_hvm, false);
    if (info->max_grant_frames == LIBXL_MAX_GRANT_DEFAULT)
        info->max_grant_frames = 64;
    if (info->max_maptrack_frames == LIBXL_MAX_GRANT_DEFAULT)
        info->max_maptrack_frames = 1024;
    if (!info->event_channels)
        info->event_channels = 1023;
    if (!info->kernel) {
        LOG(ctx, ERROR, "the guest has no kernel: say kernel=\"/path/to/vmlinuz\"");
        return ERROR_INVAL;
    }
    return check_nodes(ctx, info) ? ERROR_INVAL : vnuma_check(ctx, info);
}

/* ---- Before the memory ---- */

int build_affinity(libxl_ctx *ctx, struct creation *c)
{
    const libxl_domain_build_info *info = &c->config->b_info;
    uint32_t domid = c->domid;
    int rc = 0;

    for (int v = 0; !rc && v < info->num_vcpu_hard_affinity && v < info->max_vcpus; v++)
        rc = libxl_set_vcpuaffinity(ctx, domid, v, &info->vcpu_hard_affinity[v], NULL);
    for (int v = 0; !rc && v < info->num_vcpu_soft_affinity && v < info->max_vcpus; v++)
        rc = libxl_set_vcpuaffinity(ctx, domid, v, NULL, &info->vcpu_soft_affinity[v]);
    if (!rc && !libxl_bitmap_is_empty(&info->nodemap))
        rc = libxl_domain_set_nodeaffinity(ctx, domid, (libxl_bitmap *)&info->nodemap);
    return rc;
}

int build_limits(libxl_ctx *ctx, struct creation *c)
{
    const libxl_domain_build_info *info = &c->config->b_info;
    uint32_t domid = c->domid;

    if (xc_domain_max_vcpus(ctx->xch, domid, info->max_vcpus)) {
        int err = errno;

        LOGE(ctx, ERROR, "domain %u cannot have %d vCPUs", domid, info->max_vcpus);
        return claim_error(ctx, info, err);
    }
    if (xc_domain_setmaxmem(ctx->xch, domid, info->max_memkb + SPECIAL_KB)) {
        LOGE(ctx, ERROR, "domain %u cannot have %llu MiB", domid,
             (unsigned long long)info->max_memkb / 1024);
        return ERROR_FAIL;
    }
    if (xc_set_paging_mempool_size(ctx->xch, domid, info->shadow_memkb * 1024)) {
        int err = errno;

        LOGE(ctx, ERROR, "domain %u: cannot have %llu MiB for its nested page tables", domid,
             (unsigned long long)info->shadow_memkb / 1024);
        return claim_error(ctx, info, err);
    }
    if (info->rtc_timeoffset && xc_domain_set_time_offset(ctx->xch, domid, info->rtc_timeoffset))
        LOGE(ctx, WARN, "domain %u: cannot set its clock", domid);
    return 0;
}

int build_place(libxl_ctx *ctx, struct creation *c)
{
    c->vnodes = xcalloc(NUMA_NODES_MAX + 1, sizeof(*c->vnodes));
    return numa_place(ctx, c->domid, &c->config->b_info, c->vnodes, &c->nr_vnodes);
}

int build_weight(libxl_ctx *ctx, struct creation *c)
{
    const libxl_domain_build_info *info = &c->config->b_info;

    return info->sched_params.weight < 0
               ? 0
               : libxl_domain_sched_params_set(ctx, c->domid, &info->sched_params);
}

int build_ports(libxl_ctx *ctx, struct creation *c)
{
    uint32_t domid = c->domid;
    int console = xc_evtchn_alloc_unbound(ctx->xch, domid, 0);
    int store = console < 0 ? -1 : xc_evtchn_alloc_unbound(ctx->xch, domid, 0);

    if (store < 0) {
        LOGE(ctx, ERROR, "domain %u: no event channels for console and xenstore", domid);
        return ERROR_FAIL;
    }
    c->state.console_port = console;
    c->state.store_port = store;
    return 0;
}

/* ---- The image ---- */

/* A line that is written over itself, for people who watch: once for each percent. */
struct progress {
    libxl_ctx *ctx;
    uint32_t domid;
    const char *step;
    int percent;
};

static void show_progress(void *data, const char *step, uint64_t done, uint64_t total)
{
    struct progress *p = data;
    int percent = total ? done * 100 / total : 100;

    if (step == p->step && percent == p->percent)
        return;
    if (step != p->step)
        step_reached(p->ctx, p->domid, step);
    p->step = step;
    p->percent = percent;
    xtl_progress(p->ctx->lg, "libxl", step, percent, 100);
}

/* `r` is what a step of the builder returned, errno with it. */
static int judge(libxl_ctx *ctx, const struct creation *c, const char *what, int r)
{
    int err = errno;

    if (!r)
        return 0;
    LOGE(ctx, ERROR, "domain %u: cannot %s", c->domid, what);
    return error_of_errno(err);
}

static struct progress *progress_make(libxl_ctx *ctx, uint32_t domid)
{
    struct progress *p = xcalloc(1, sizeof(*p));

    p->ctx = ctx;
    p->domid = domid;
    return p;
}

int build_kernel(libxl_ctx *ctx, struct creation *c)
{
    const libxl_domain_build_info *info = &c->config->b_info;
    struct xc_dom_image *image = xc_dom_allocate(ctx->xch, c->domid);
    int rc;

    if (!image)
        return ERROR_NOMEM;
    c->image = image;
    image->kernel = info->kernel;
    image->ramdisk = info->ramdisk;
    image->cmdline = info->cmdline;
    image->memory_kb = info->target_memkb;
    image->vcpus = info->max_vcpus;
    image->nr_vnodes = c->nr_vnodes;
    image->vnodes = c->vnodes;
    image->vnuma = c->vnuma = vnuma_tables(info);
    image->console_port = c->state.console_port;
    image->store_port = c->state.store_port;
    image->progress = show_progress;
    image->progress_data = progress_make(ctx, c->domid);
    rc = judge(ctx, c, "use its kernel", xc_dom_parse(image));
    return rc == ERROR_NOMEM ? claim_error(ctx, info, ENOMEM) : rc;
}

int build_claim(libxl_ctx *ctx, struct creation *c)
{
    return claim_stake(ctx, &c->config->b_info, c->image);
}

int build_memory(libxl_ctx *ctx, struct creation *c)
{
    return judge(ctx, c, "have its memory", xc_dom_populate(c->image));
}

int build_load(libxl_ctx *ctx, struct creation *c)
{
    return judge(ctx, c, "load its kernel", xc_dom_load(c->image));
}

int build_boot(libxl_ctx *ctx, struct creation *c)
{
    int rc = judge(ctx, c, "be made ready to run", xc_dom_boot(c->image));

    c->state.console_gfn = c->image->console_gfn;
    c->state.store_gfn = c->image->store_gfn;
    build_end(c);
    return rc;
}

void build_end(struct creation *c)
{
    if (c->image)
        free(c->image->progress_data);
    xc_dom_release(c->image);
    free(c->vnodes);
    free(c->vnuma);
    c->image = NULL;
    c->vnodes = NULL;
    c->vnuma = NULL;
}
