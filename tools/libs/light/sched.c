/* SPDX-License-Identifier: LGPL-2.1-only */
/* The scheduler: its parameters, and what it accounts for a domain. */
#include <stdio.h>
#include <string.h>

#include "internal.h"

int libxl_get_scheduler(libxl_ctx *ctx)
{
    int id;

    if (xc_sched_id(ctx->xch, &id)) {
        LOGE(ctx, ERROR, "cannot ask for the scheduler");
        return ERROR_FAIL;
    }
    return id;
}

/* ---- Parameters of a pool ---- */

int libxl_sched_credit2_params_get(libxl_ctx *ctx, uint32_t poolid,
                                   libxl_sched_credit2_params *scinfo)
{
    struct xen_sysctl_credit2_schedule s = {0};

    if (xc_sched_credit2_params_get(ctx->xch, poolid, &s)) {
        int err = errno;

        LOGE(ctx, ERROR, "cannot read the credit2 parameters of pool %u", poolid);
        return error_of_errno(err);
    }
    libxl_sched_credit2_params_init(scinfo);
    scinfo->ratelimit_us = s.ratelimit_us;
    return 0;
}

int libxl_sched_credit2_params_set(libxl_ctx *ctx, uint32_t poolid,
                                   libxl_sched_credit2_params *scinfo)
{
    struct xen_sysctl_credit2_schedule s = {.ratelimit_us = scinfo->ratelimit_us};

    if (scinfo->ratelimit_us && (scinfo->ratelimit_us < XEN_SYSCTL_SCHED_RATELIMIT_MIN ||
                                 scinfo->ratelimit_us > XEN_SYSCTL_SCHED_RATELIMIT_MAX)) {
        LOG(ctx, ERROR, "a rate limit of %d us is not 0 or between %d and %d", scinfo->ratelimit_us,
            XEN_SYSCTL_SCHED_RATELIMIT_MIN, XEN_SYSCTL_SCHED_RATELIMIT_MAX);
        return ERROR_INVAL;
    }
    if (xc_sched_credit2_params_set(ctx->xch, poolid, &s)) {
        LOGE(ctx, ERROR, "cannot set the credit2 parameters of pool %u", poolid);
        return ERROR_FAIL;
    }
    scinfo->ratelimit_us = s.ratelimit_us;
    return 0;
}

/* ---- Parameters of a domain ---- */

/* The scheduler that looks after a domain is its pool's. */
static int scheduler_of(libxl_ctx *ctx, uint32_t domid, libxl_scheduler *sched)
{
    libxl_dominfo dom;
    libxl_cpupoolinfo pool;
    int rc = libxl_domain_info(ctx, &dom, domid);

    if (rc)
        return rc;
    rc = libxl_cpupool_info(ctx, &pool, dom.cpupool);
    libxl_dominfo_dispose(&dom);
    if (rc)
        return rc;
    *sched = pool.sched;
    libxl_cpupoolinfo_dispose(&pool);
    return 0;
}

int libxl_domain_sched_params_get(libxl_ctx *ctx, uint32_t domid, libxl_domain_sched_params *params)
{
    struct xen_domctl_sched_credit credit = {0};
    struct xen_domctl_sched_credit2 credit2 = {0};
    libxl_scheduler sched;
    int rc = scheduler_of(ctx, domid, &sched), r = 0;

    if (rc)
        return rc;
    libxl_domain_sched_params_init(params);
    params->sched = sched;
    if (sched == LIBXL_SCHEDULER_CREDIT2) {
        r = xc_sched_credit2_domain_get(ctx->xch, domid, &credit2);
        params->weight = credit2.weight;
        params->cap = credit2.cap;
    } else if (sched == LIBXL_SCHEDULER_CREDIT) {
        r = xc_sched_credit_domain_get(ctx->xch, domid, &credit);
        params->weight = credit.weight;
        params->cap = credit.cap;
    }
    if (r) {
        LOGE(ctx, ERROR, "cannot read the scheduling parameters of domain %u", domid);
        return ERROR_FAIL;
    }
    return 0;
}

int libxl_domain_sched_params_set(libxl_ctx *ctx, uint32_t domid,
                                  const libxl_domain_sched_params *params)
{
    libxl_domain_sched_params now;
    int rc = libxl_domain_sched_params_get(ctx, domid, &now), r;

    if (rc)
        return rc;
    if (params->weight != LIBXL_DOMAIN_SCHED_PARAM_WEIGHT_DEFAULT)
        now.weight = params->weight;
    if (params->cap != LIBXL_DOMAIN_SCHED_PARAM_CAP_DEFAULT)
        now.cap = params->cap;
    if (now.weight < 1 || now.weight > 65535 || now.cap < 0 || now.cap > 65535) {
        LOG(ctx, ERROR, "weight %d must be 1 to 65535, cap %d must be 0 to 65535", now.weight,
            now.cap);
        return ERROR_INVAL;
    }
    if (now.sched == LIBXL_SCHEDULER_CREDIT2) {
        struct xen_domctl_sched_credit2 s = {.weight = now.weight, .cap = now.cap};

        r = xc_sched_credit2_domain_set(ctx->xch, domid, &s);
    } else if (now.sched == LIBXL_SCHEDULER_CREDIT) {
        struct xen_domctl_sched_credit s = {.weight = now.weight, .cap = now.cap};

        r = xc_sched_credit_domain_set(ctx->xch, domid, &s);
    } else {
        LOG(ctx, ERROR, "the scheduler of domain %u has no weights", domid);
        return ERROR_INVAL;
    }
    if (r) {
        LOGE(ctx, ERROR, "cannot set the scheduling parameters of domain %u", domid);
        return ERROR_FAIL;
    }
    return 0;
}

/* ---- Runstates ---- */

int libxl_get_runstate(libxl_ctx *ctx, uint32_t domid, libxl_runstateinfo *info)
{
    xc_runstate_info_t xc = {0};
    uint64_t *const times[DOMAIN_RUNSTATE_COUNT] = {
        &info->full_run, &info->full_contention, &info->concurrency_hazard,
        &info->blocked,  &info->partial_run,     &info->partial_contention};

    libxl_runstateinfo_init(info);
    if (xc_get_runstate_info(ctx->xch, domid, &xc))
        return error_of_errno(errno);
    info->domid = domid;
    info->state = xc.state;
    info->missed_changes = xc.missed_changes;
    info->state_entry_time = xc.state_entry_time;
    for (int i = 0; i < DOMAIN_RUNSTATE_COUNT; i++) {
        *times[i] = xc.time[i];
        info->age += xc.time[i]; /* they add up to the age of the domain */
    }
    info->runnable = xc.runnable;
    info->running = xc.running;
    info->nonaffine = xc.nonaffine;
    return 0;
}
