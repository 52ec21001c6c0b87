/* SPDX-License-Identifier: GPL-2.0-only */
/* xl sched-credit2. */
#include <stdlib.h>

#include "xl.h"

static int print_pool(struct xl *xl, const libxl_cpupoolinfo *pool)
{
    libxl_sched_credit2_params params;

    if (libxl_sched_credit2_params_get(xl->ctx, pool->poolid, &params))
        return 1;
    printf("Cpupool %s: ratelimit=%dus\n", pool->pool_name ? pool->pool_name : "(null)",
           params.ratelimit_us);
    return 0;
}

static int print_domain(struct xl *xl, uint32_t domid)
{
    libxl_domain_sched_params params;
    char *name;

    if (libxl_domain_sched_params_get(xl->ctx, domid, &params))
        return 1;
    name = domain_name(xl, domid);
    printf("%-33s %4u %6d %4d\n", name, domid, params.weight, params.cap);
    free(name);
    return 0;
}

static void print_head(void)
{
    printf("%-33s %4s %6s %4s\n", "Name", "ID", "Weight", "Cap");
}

/* Each pool of this scheduler, with its domains below it. */
static int print_all(struct xl *xl, uint32_t only_pool, bool domains)
{
    int nr_pools, nr_doms, rc = 0;
    libxl_cpupoolinfo *pools = libxl_list_cpupool(xl->ctx, &nr_pools);
    libxl_dominfo *doms = list_domains(xl, &nr_doms);

    for (int p = 0; pools && doms && p < nr_pools && !rc; p++) {
        if (pools[p].sched != LIBXL_SCHEDULER_CREDIT2 ||
            (only_pool != LIBXL_CPUPOOL_POOLID_ANY && pools[p].poolid != only_pool))
            continue;
        rc = print_pool(xl, &pools[p]);
        if (!domains || rc)
            continue;
        print_head();
        for (int d = 0; d < nr_doms && !rc; d++)
            if (doms[d].cpupool == pools[p].poolid)
                rc = print_domain(xl, doms[d].domid);
    }
    rc |= !pools || !doms;
    if (pools)
        libxl_cpupoolinfo_list_free(pools, nr_pools);
    if (doms)
        libxl_dominfo_list_free(doms, nr_doms);
    return rc;
}

struct wanted {
    const char *domain, *pool;
    long long weight, cap, ratelimit; /* -1: not said */
    bool pool_params;
};

static int set_domain(struct xl *xl, const struct wanted *w)
{
    uint32_t domid = find_domain(xl, w->domain);
    libxl_domain_sched_params params;

    if (w->weight < 0 && w->cap < 0) {
        print_head();
        return print_domain(xl, domid);
    }
    libxl_domain_sched_params_init(&params);
    params.sched = LIBXL_SCHEDULER_CREDIT2;
    params.weight = w->weight;
    params.cap = w->cap;
    return libxl_domain_sched_params_set(xl->ctx, domid, &params) ? 1 : 0;
}

static int set_pool(struct xl *xl, const struct wanted *w)
{
    uint32_t pool = w->pool ? find_pool(xl, w->pool) : 0;
    libxl_sched_credit2_params params = {.ratelimit_us = w->ratelimit};

    if (w->ratelimit < 0)
        return print_all(xl, w->pool ? pool : LIBXL_CPUPOOL_POOLID_ANY, false);
    return libxl_sched_credit2_params_set(xl->ctx, pool, &params) ? 1 : 0;
}

static long long number(const char *what, const char *text, long long least, long long most)
{
    long long n;

    if (parse_within(text, least, most, &n))
        return n;
    fprintf(stderr, "xl sched-credit2: \"%s\" is no %s, which is a number from %lld to %lld\n",
            text, what, least, most);
    exit(1);
}

COMMAND(cmd_sched_credit2)
{
    static const struct option names[] = {{"domain", required_argument, NULL, 'd'},
                                          {"weight", required_argument, NULL, 'w'},
                                          {"cap", required_argument, NULL, 'c'},
                                          {"schedparam", no_argument, NULL, 's'},
                                          {"ratelimit_us", required_argument, NULL, 'r'},
                                          {"cpupool", required_argument, NULL, 'p'},
                                          {0}};
    struct wanted w = {.weight = -1, .cap = -1, .ratelimit = -1};
    int opt;

    while ((opt = command_option(cmd, argc, argv, "d:w:c:sr:p:", names, 0)) != -1) {
        switch (opt) {
        case 'd':
            w.domain = optarg;
            break;
        case 'p':
            w.pool = optarg;
            break;
        case 'w':
            w.weight = number("weight", optarg, 1, 65535);
            break;
        case 'c':
            w.cap = number("cap", optarg, 0, 65535);
            break;
        case 'r':
            w.ratelimit = number("rate limit", optarg, 0, 500000);
            break;
        case 's':
            w.pool_params = true;
            break;
        }
    }
    if ((w.domain && (w.pool || w.pool_params)) || (!w.domain && (w.weight >= 0 || w.cap >= 0)) ||
        (w.ratelimit >= 0 && !w.pool_params)) {
        fputs("xl sched-credit2: -w and -c belong to -d DOMAIN, -r to -s, and -d is alone\n",
              stderr);
        return 1;
    }
    if (w.domain)
        return set_domain(xl, &w);
    if (w.pool_params)
        return set_pool(xl, &w);
    return print_all(xl, w.pool ? find_pool(xl, w.pool) : LIBXL_CPUPOOL_POOLID_ANY, true);
}
