/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * How much memory domains have, may have and shall have.
 *
 * "Free" means free to somebody new: what the hypervisor has left less everything that it has
 * promised, read in one look, and never below zero.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

int libxl_get_free_memory(libxl_ctx *ctx, uint64_t *memkb)
{
    xc_physinfo_t info = {0};

    if (xc_physinfo(ctx->xch, &info)) {
        LOGE(ctx, ERROR, "cannot read how much memory is free");
        return ERROR_FAIL;
    }
    *memkb = info.free_pages > info.outstanding_pages
                 ? (info.free_pages - info.outstanding_pages) * KB_PER_PAGE
                 : 0;
    return 0;
}

int libxl_get_claiminfo(libxl_ctx *ctx)
{
    long pages = xc_domain_get_outstanding_pages(ctx->xch);

    if (pages < 0) {
        LOGE(ctx, ERROR, "cannot read how much memory is claimed");
        return ERROR_FAIL;
    }
    return pages * KB_PER_PAGE / 1024;
}

/* ---- Claims by domain ---- */

static void claim_nodes_of(libxl_ctx *ctx, libxl_domain_claim *claim, xc_domain_node_pages_t *room,
                           unsigned int room_nr)
{
    unsigned int nr = room_nr;
    uint64_t host;

    if (xc_domain_get_node_pages(ctx->xch, claim->domid, &nr, room, &host))
        return;
    if (nr > room_nr)
        nr = room_nr;
    claim->host_memkb = host * KB_PER_PAGE;
    claim->num_nodes = nr;
    claim->nodes = xcalloc(nr, sizeof(*claim->nodes));
    for (unsigned int i = 0; i < nr; i++) {
        claim->nodes[i].node = i;
        claim->nodes[i].current_memkb = room[i].pages * KB_PER_PAGE;
        claim->nodes[i].claimed_memkb = room[i].claimed * KB_PER_PAGE;
    }
}

libxl_domain_claim *libxl_list_claim(libxl_ctx *ctx, int *nr_out)
{
    int nr;
    libxl_dominfo *info = libxl_list_domain(ctx, &nr);
    xc_domain_node_pages_t room[NUMA_NODES_MAX];
    libxl_domain_claim *list;

    *nr_out = 0;
    if (!info)
        return NULL;
    list = xcalloc(nr, sizeof(*list));
    for (int i = 0; i < nr; i++) {
        libxl_domain_claim_init(&list[i]);
        list[i].domid = info[i].domid;
        list[i].current_memkb = info[i].current_memkb;
        list[i].claimed_memkb = info[i].outstanding_memkb;
        list[i].host_memkb = info[i].outstanding_memkb;
        claim_nodes_of(ctx, &list[i], room, ARRAY_SIZE(room));
    }
    libxl_dominfo_list_free(info, nr);
    *nr_out = nr;
    return list;
}

/* ---- Limits and targets ---- */

static char *memory_node(struct arena *a, uint32_t domid, const char *leaf)
{
    return arena_printf(a, "/local/domain/%u/memory/%s", domid, leaf);
}

int libxl_domain_setmaxmem(libxl_ctx *ctx, uint32_t domid, uint64_t max_memkb)
{
    ARENA(a);
    long long target = store_read_number(ctx, memory_node(&a, domid, "target"), -1);

    if (target < 0) {
        LOG(ctx, ERROR, "domain %u has no memory target: does it exist?", domid);
        return ERROR_FAIL;
    }
    if (max_memkb < (uint64_t)target) {
        LOG(ctx, ERROR,
            "domain %u: a maximum of %llu MiB is below its target of %lld MiB: set the "
            "target first (mem-set)",
            domid, (unsigned long long)max_memkb / 1024, target / 1024);
        return ERROR_INVAL;
    }
    if (xc_domain_setmaxmem(ctx->xch, domid, max_memkb + SPECIAL_KB)) {
        LOGE(ctx, ERROR, "domain %u: cannot set its maximum to %llu MiB", domid,
             (unsigned long long)max_memkb / 1024);
        return ERROR_FAIL;
    }
    return 0;
}

int libxl_get_memory_target(libxl_ctx *ctx, uint32_t domid, uint64_t *out_target)
{
    ARENA(a);
    long long target = store_read_number(ctx, memory_node(&a, domid, "target"), -1);
    libxl_dominfo info;
    int rc;

    if (target >= 0) {
        *out_target = target;
        return 0;
    }
    /* Nobody has set one yet: what it has is what it was meant to have. */
    rc = libxl_domain_info(ctx, &info, domid);
    if (rc)
        return rc;
    *out_target = info.current_memkb;
    libxl_dominfo_dispose(&info);
    return 0;
}

struct target {
    uint32_t domid;
    uint64_t kb;
};

static int target_body(libxl_ctx *ctx, xs_transaction_t t, void *data)
{
    const struct target *target = data;
    ARENA(a);

    return store_write(ctx, t, memory_node(&a, target->domid, "target"), "%llu",
                       (unsigned long long)target->kb);
}

int libxl_set_memory_target(libxl_ctx *ctx, uint32_t domid, int64_t target_memkb, int relative,
                            int enforce)
{
    ARENA(a);
    uint64_t old, kb;
    long long limit = store_read_number(ctx, memory_node(&a, domid, "static-max"), -1);
    struct target target = {domid, 0};
    int rc = libxl_get_memory_target(ctx, domid, &old);

    if (rc)
        return rc;
    if (relative && target_memkb < 0 && (uint64_t)-target_memkb > old) {
        LOG(ctx, ERROR, "domain %u has a target of %llu KiB, from which %lld cannot be taken",
            domid, (unsigned long long)old, (long long)-target_memkb);
        return ERROR_INVAL;
    }
    kb = relative ? old + target_memkb : (uint64_t)target_memkb;
    if (limit >= 0 && kb > (uint64_t)limit) {
        LOG(ctx, ERROR, "domain %u: a target of %llu MiB is above its maximum of %lld MiB", domid,
            (unsigned long long)kb / 1024, limit / 1024);
        return ERROR_INVAL;
    }
    if (!domid && kb < 128 * 1024) {
        LOG(ctx, ERROR, "%llu MiB is too little for the control domain",
            (unsigned long long)kb / 1024);
        return ERROR_INVAL;
    }
    if (enforce && xc_domain_setmaxmem(ctx->xch, domid, kb + SPECIAL_KB)) {
        LOGE(ctx, ERROR, "domain %u: cannot set its maximum", domid);
        return ERROR_FAIL;
    }
    target.kb = kb;
    return store_transact(ctx, target_body, &target);
}

/* ---- What a new guest needs, and waiting for it ---- */

int libxl_domain_need_memory(libxl_ctx *ctx, libxl_domain_config *config,
                             uint32_t domid_for_logging, uint64_t *need_memkb)
{
    libxl_domain_build_info info;
    int rc;

    libxl_domain_build_info_copy(ctx, &info, &config->b_info);
    rc = build_defaults(ctx, &info);
    if (!rc)
        *need_memkb = info.target_memkb + info.shadow_memkb + SPECIAL_KB;
    libxl_domain_build_info_dispose(&info);
    return rc;
}

int libxl_wait_for_free_memory(libxl_ctx *ctx, uint32_t domid, uint64_t memory_kb, int wait_secs)
{
    for (int tenths = wait_secs * 10;; tenths--) {
        uint64_t free_kb;
        int rc = libxl_get_free_memory(ctx, &free_kb);

        if (rc || free_kb >= memory_kb)
            return rc;
        if (tenths <= 0)
            return ERROR_NOMEM;
        usleep(100000); /* the hypervisor has no event for "more is free" that dom0 may use here */
    }
}

int libxl_wait_for_memory_target(libxl_ctx *ctx, uint32_t domid, int wait_secs)
{
    enum { NEAR_KB = 5120 };
    uint64_t last = 0;
    int quiet = 0;

    while (quiet < wait_secs * 10) {
        uint64_t target;
        libxl_dominfo info;
        int rc = libxl_get_memory_target(ctx, domid, &target);

        if (!rc)
            rc = libxl_domain_info(ctx, &info, domid);
        if (rc)
            return rc;
        if (info.current_memkb <= target + NEAR_KB)
            return 0;
        quiet = info.current_memkb == last ? quiet + 1 : 0; /* it still moves: wait on */
        last = info.current_memkb;
        usleep(100000);
    }
    return ERROR_FAIL;
}
