/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Staking the claim of a guest, and saying why when it is refused.
 *
 * A guest with a place is claimed on its nodes, all in one call.  Where those are full the claim
 * falls back to the whole host, with a notice; a hypervisor that knows no claims on nodes gets the
 * host-wide one without.  Nothing else is a reason to fall back.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xenguest.h>

#include "internal.h"

static unsigned long long mib(uint64_t pages)
{
    return pages * KB_PER_PAGE / 1024;
}

/* The entries that say: each node's memory there, and what is not guest memory anywhere. */
static unsigned int claim_set(const struct xc_dom_image *image, memory_claim_t *set)
{
    unsigned int nr = 0;
    uint64_t rest = image->claim_pages, host = 0;

    for (unsigned int i = 0; i < image->nr_vnodes; i++) {
        const struct xc_dom_vnode *v = &image->vnodes[i];
        unsigned int same = 0;

        rest -= v->pages < rest ? v->pages : rest;
        if (v->pnode == XEN_DOMCTL_CLAIM_MEMORY_NO_NODE) {
            host += v->pages;
            continue;
        }
        while (same < nr && set[same].node != v->pnode)
            same++;
        if (same == nr)
            set[nr++] = (memory_claim_t)XEN_NODE_CLAIM_INIT(0, v->pnode);
        set[same].pages += v->pages;
    }
    if (rest + host)
        set[nr++] =
            (memory_claim_t)XEN_NODE_CLAIM_INIT(rest + host, XEN_DOMCTL_CLAIM_MEMORY_NO_NODE);
    return nr;
}

/* ---- Why it was refused ---- */

static uint64_t claimed_on(const libxl_domain_claim *claim, int node)
{
    if (node < 0)
        return claim->claimed_memkb;
    return node < claim->num_nodes ? claim->nodes[node].claimed_memkb : 0;
}

/* ", most of it by NAME (id N)" or nothing. */
static char *most_by(libxl_ctx *ctx, struct arena *a, int node)
{
    int nr;
    libxl_domain_claim *list = libxl_list_claim(ctx, &nr), *most = NULL;
    char *text = arena_printf(a, "%s", ""), *name;

    for (int i = 0; list && i < nr; i++)
        if (!most || claimed_on(&list[i], node) > claimed_on(most, node))
            most = &list[i];
    if (most && claimed_on(most, node)) {
        name = arena_keep(a, libxl_domid_to_name(ctx, most->domid));
        text =
            arena_printf(a, ", most of it by %s (domain %u: %llu MiB)", name ? name : "(unnamed)",
                         most->domid, (unsigned long long)claimed_on(most, node) / 1024);
    }
    libxl_domain_claim_list_free(list, nr);
    return text;
}

/* What the builder found missing, and who has it. */
static void say_refused(libxl_ctx *ctx, xentoollog_level level, const char *what,
                        const struct xc_dom_shortage *s)
{
    ARENA(a);
    bool host = s->node == XEN_DOMCTL_CLAIM_MEMORY_NO_NODE;

    xtl_log(ctx->lg, level, -1, "libxl",
            "%s on %s: %llu MiB needed, %llu MiB free, %llu MiB of that claimed%s", what,
            host ? "the host" : arena_printf(&a, "node %u", s->node), mib(s->needed + 255),
            mib(s->free), mib(s->claimed), most_by(ctx, &a, host ? -1 : (int)s->node));
}

/* ---- Before anything is made ---- */

/* What a guest needs in all, the hypervisor's part for it included, beside what the host has. */
static struct xc_dom_shortage whole_need(libxl_ctx *ctx, const libxl_domain_build_info *info)
{
    xc_physinfo_t host = {0};

    if (xc_physinfo(ctx->xch, &host))
        LOGE(ctx, WARN, "the hypervisor does not say how much memory is free");
    return (struct xc_dom_shortage){
        .node = XEN_DOMCTL_CLAIM_MEMORY_NO_NODE,
        .needed = (info->target_memkb + info->shadow_memkb + SPECIAL_KB) / KB_PER_PAGE,
        .free = host.free_pages,
        .claimed = host.outstanding_pages,
    };
}

/*
 * A guest that plainly does not fit is refused before the hypervisor sets memory aside for its
 * nested page tables.  The claim still decides: what is free now may be gone when it is staked.
 */
int claim_check(libxl_ctx *ctx, const libxl_domain_build_info *info)
{
    struct xc_dom_shortage s;

    if (!libxl_defbool_val(info->claim_mode))
        return 0;
    s = whole_need(ctx, info);
    if (s.free >= s.claimed + s.needed)
        return 0;
    say_refused(ctx, XTL_ERROR, "not enough memory", &s);
    return ERROR_NOMEM;
}

int claim_error(libxl_ctx *ctx, const libxl_domain_build_info *info, int err)
{
    struct xc_dom_shortage s;

    if (err == ENOMEM) {
        s = whole_need(ctx, info);
        say_refused(ctx, XTL_ERROR, "not enough memory", &s);
    }
    return error_of_errno(err);
}

/* ---- Staking ---- */

/* 0, or the errno of the attempt. */
static int attempt(struct xc_dom_image *image, const memory_claim_t *set, unsigned int nr)
{
    image->claims = set;
    image->nr_claims = nr;
    return xc_dom_claim(image) ? errno : 0;
}

int claim_stake(libxl_ctx *ctx, const libxl_domain_build_info *info, struct xc_dom_image *image)
{
    memory_claim_t set[NUMA_NODES_MAX + 1];
    unsigned int nr;
    int err;

    image->claim_enabled = libxl_defbool_val(info->claim_mode);
    if (!image->claim_enabled)
        return 0;
    nr = claim_set(image, set);
    if (image->nr_vnodes) {
        err = attempt(image, set, nr);
        if (!err) {
            image->exact_nodes = true;
            return 0;
        }
        if (err == ENOMEM)
            say_refused(ctx, XTL_NOTICE, "claiming on the whole host instead: not enough memory",
                        &image->shortage);
        else if (err != ENOSYS && err != EOPNOTSUPP) {
            LOG(ctx, ERROR, "domain %u: the claim on its nodes was not accepted: %s", image->domid,
                strerror(err));
            return error_of_errno(err);
        }
    }
    err = attempt(image, NULL, 0);
    if (err == ENOMEM)
        say_refused(ctx, XTL_ERROR, "not enough memory", &image->shortage);
    else if (err)
        LOG(ctx, ERROR, "domain %u: the claim was not accepted: %s", image->domid, strerror(err));
    return err ? error_of_errno(err) : 0;
}
