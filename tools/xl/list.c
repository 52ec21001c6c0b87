/* SPDX-License-Identifier: GPL-2.0-only */
/* xl list. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <libxl_json.h>

#include "xl.h"

struct columns {
    bool verbose, labels, numa, pools;
};

/* NODE affinity: the nodes of the CPUs that its vCPUs prefer. */
static void print_affinity(struct xl *xl, uint32_t domid)
{
    libxl_bitmap nodes = {0};
    int max = libxl_get_max_nodes(xl->ctx);
    char *text;

    if (!libxl_node_bitmap_alloc(xl->ctx, &nodes, 0) &&
        !libxl_domain_get_nodeaffinity(xl->ctx, domid, &nodes)) {
        text = cpulist_format(&nodes, max);
        printf(" %s", text);
        free(text);
    }
    libxl_bitmap_dispose(&nodes);
}

static void print_verbose(const libxl_dominfo *d)
{
    printf(" " LIBXL_UUID_FMT " ", LIBXL_UUID_BYTES(d->uuid));
    if (d->shutdown)
        printf("%8d", d->shutdown_reason);
    else
        printf("%8s", "-");
}

static void print_label(const libxl_dominfo *d)
{
    printf(" %16s", d->ssid_label ? d->ssid_label : "-");
}

static void print_pool(struct xl *xl, uint32_t pool)
{
    char *name = libxl_cpupoolid_to_name(xl->ctx, pool);

    printf("%16s", name ? name : "(null)");
    free(name);
}

static void print_table(struct xl *xl, const libxl_dominfo *list, int nr,
                        const struct columns *with)
{
    printf("Name                                        ID   Mem VCPUs\tState\tTime(s)");
    if (with->verbose)
        printf("   UUID                            Reason-Code\tSecurity Label");
    else if (with->labels)
        printf("   Security Label");
    if (with->pools)
        printf("         Cpupool");
    if (with->numa)
        printf(" NODE Affinity");
    putchar('\n');
    for (int i = 0; i < nr; i++) {
        const libxl_dominfo *d = &list[i];
        char *name = domain_name(xl, d->domid);

        /* Memory rounds down as it always did; what is claimed for a domain is not yet its own. */
        printf("%-40s %5d %5" PRIu64 " %5u     %s  %8.1f", name, d->domid,
               (d->current_memkb + d->outstanding_memkb) / 1024, d->vcpu_online,
               domain_letters(d).text, d->cpu_time / 1e9);
        free(name);
        if (with->verbose)
            print_verbose(d);
        if (with->verbose || with->labels)
            print_label(d);
        if (with->pools)
            print_pool(xl, d->cpupool);
        if (with->numa)
            print_affinity(xl, d->domid);
        putchar('\n');
    }
}

/* ---- The long form ---- */

/* What a domain is now: the stored configuration, or for those without one what can be seen. */
static void config_of(struct xl *xl, const libxl_dominfo *d, libxl_domain_config *config)
{
    libxl_domain_config_init(config);
    if (d->domid && !libxl_retrieve_domain_configuration(xl->ctx, d->domid, config, NULL)) {
        libxl_domain_sched_params_get(xl->ctx, d->domid, &config->b_info.sched_params);
        return;
    }
    libxl_domain_config_dispose(config); /* of what was read before the reading failed */
    libxl_domain_config_init(config);
    config->c_info.type = config->b_info.type = LIBXL_DOMAIN_TYPE_PVH;
    config->c_info.name = domain_name(xl, d->domid);
    config->c_info.uuid = d->uuid;
    config->b_info.max_memkb = d->max_memkb;
    libxl_get_memory_target(xl->ctx, d->domid, &config->b_info.target_memkb);
    libxl_domain_sched_params_get(xl->ctx, d->domid, &config->b_info.sched_params);
}

static void gen_string(yajl_gen g, const char *s)
{
    yajl_gen_string(g, (const unsigned char *)s, strlen(s));
}

static int print_long(struct xl *xl, const libxl_dominfo *list, int nr)
{
    yajl_gen g = yajl_gen_alloc(NULL);
    const unsigned char *text;
    size_t len;

    if (!g)
        return 1;
    yajl_gen_config(g, yajl_gen_beautify, 1);
    yajl_gen_config(g, yajl_gen_indent_string, "    ");
    yajl_gen_array_open(g);
    for (int i = 0; i < nr; i++) {
        libxl_domain_config config;

        config_of(xl, &list[i], &config);
        yajl_gen_map_open(g);
        gen_string(g, "domid");
        yajl_gen_integer(g, list[i].domid);
        gen_string(g, "config");
        libxl_domain_config_gen_json(g, &config);
        yajl_gen_map_close(g);
        libxl_domain_config_dispose(&config);
    }
    yajl_gen_array_close(g);
    if (yajl_gen_get_buf(g, &text, &len) == yajl_gen_status_ok)
        puts((const char *)text);
    yajl_gen_free(g);
    return 0;
}

COMMAND(cmd_list)
{
    static const struct option names[] = {
        {"long", no_argument, NULL, 'l'},    {"verbose", no_argument, NULL, 'v'},
        {"context", no_argument, NULL, 'Z'}, {"cpupool", no_argument, NULL, 'c'},
        {"numa", no_argument, NULL, 'n'},    {0}};
    struct columns with = {0};
    bool details = false;
    libxl_dominfo *list;
    int opt, nr, rc = 0;

    while ((opt = command_option(cmd, argc, argv, "lvZcn", names, 0)) != -1) {
        details |= opt == 'l';
        with.verbose |= opt == 'v';
        with.labels |= opt == 'Z';
        with.pools |= opt == 'c';
        with.numa |= opt == 'n';
    }
    list = list_named(xl, argc - optind, argv + optind, &nr);
    if (!list)
        return 1;
    if (details)
        rc = print_long(xl, list, nr);
    else
        print_table(xl, list, nr, &with);
    libxl_dominfo_list_free(list, nr);
    return rc;
}
