/* SPDX-License-Identifier: GPL-2.0-only */
/* The cpupool commands. */
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "xl.h"

/* ---- Listing ---- */

static void print_cpus(const libxl_bitmap *map)
{
    int cpu;
    bool first = true;

    libxl_for_each_set_bit(cpu, *map)
    {
        printf("%s%d", first ? "" : ",", cpu);
        first = false;
    }
    putchar('\n');
}

COMMAND(cmd_cpupool_list)
{
    static const struct option names[] = {{"cpus", no_argument, NULL, 'c'}, {0}};
    uint32_t only = LIBXL_CPUPOOL_POOLID_ANY;
    libxl_cpupoolinfo *list;
    bool cpus = false;
    int nr;

    while (command_option(cmd, argc, argv, "c", names, 0) != -1)
        cpus = true;
    if (optind < argc)
        only = find_pool(xl, argv[optind]);
    list = libxl_list_cpupool(xl->ctx, &nr);
    if (!list)
        return 1;
    printf("%-19s%s\n", "Name", cpus ? "CPU list" : "CPUs   Sched     Active   Domain count");
    for (int i = 0; i < nr; i++) {
        const char *sched = libxl_scheduler_to_string(list[i].sched);

        if (only != LIBXL_CPUPOOL_POOLID_ANY && list[i].poolid != only)
            continue;
        printf("%-19s", list[i].pool_name ? list[i].pool_name : "(null)");
        if (cpus)
            print_cpus(&list[i].cpumap);
        else
            printf("%3d %9s       y       %4u\n", libxl_bitmap_count_set(&list[i].cpumap),
                   sched ? sched : "?", list[i].n_dom);
    }
    libxl_cpupoolinfo_list_free(list, nr);
    return 0;
}

/* ---- Creating ---- */

/* The keys of xlcpupool.cfg(5); any other may be a slip. */
static void warn_unknown(const struct config *config)
{
    static const char *const keys[] = {"name", "sched", "cpus", "nodes"};

    for (const struct config_setting *s = config->settings; s; s = s->next) {
        size_t i = 0;

        while (i < ARRAY_SIZE(keys) && strcmp(keys[i], s->name))
            i++;
        if (i == ARRAY_SIZE(keys))
            config_unknown(config, s);
    }
}

/* A key with text, which is NULL without the key. */
static int text_of(const struct config *config, const char *name, const char **text)
{
    const struct config_value *v = config_find(config, name);

    *text = v ? v->text : NULL;
    if (!v || v->kind == CONFIG_STRING)
        return 0;
    config_error(config, v->line, "%s: expected a \"string\", found %s", name,
                 config_kind_name(v->kind));
    return -1;
}

/* cpus or nodes, as a string, a number, or a list of either; nothing said is an empty pool. */
static int cpus_of(struct xl *xl, const struct config *config, libxl_bitmap *map)
{
    const struct config_value *v = config_find(config, "cpus"),
                              *nodes = config_find(config, "nodes");
    const char *prefix = nodes ? "node:" : "";
    char *text = xstrdup("none"), *error = NULL;
    int rc;

    v = nodes ? nodes : v;
    for (int i = 0; v && i < (v->kind == CONFIG_LIST ? v->nr_items : 1); i++) {
        const struct config_value *one = v->kind == CONFIG_LIST ? &v->items[i] : v;
        char *part = one->kind == CONFIG_NUMBER ? xasprintf("%lld", one->number)
                                                : xstrdup(one->text ? one->text : "?");
        bool plain = !strncmp(part, "node", 4);
        char *longer = xasprintf("%s,%s%s", text, plain ? "" : prefix, part);

        free(part);
        free(text);
        text = longer;
    }
    rc = cpulist_parse(xl, text, map, &error);
    if (rc)
        config_error(config, v ? v->line : 1, "%s: %s", nodes ? "nodes" : "cpus",
                     error ? error : "the CPUs of the host cannot be read");
    free(error);
    free(text);
    return rc;
}

static int create_pool(struct xl *xl, const struct config *config, bool dry_run)
{
    const char *name, *sched_name;
    libxl_scheduler sched = libxl_get_scheduler(xl->ctx);
    libxl_bitmap cpus;
    libxl_uuid uuid;
    uint32_t pool;
    int rc;

    warn_unknown(config);
    if (text_of(config, "name", &name) || text_of(config, "sched", &sched_name))
        return 1;
    if (!name || !*name) {
        config_error(config, 1, "the pool has no name: say name=\"...\"");
        return 1;
    }
    if (!libxl_name_to_cpupoolid(xl->ctx, name, &pool)) {
        config_error(config, 1, "there is a pool \"%s\" already", name);
        return 1;
    }
    if (sched_name && libxl_scheduler_from_string(sched_name, &sched)) {
        config_error(config, config_find(config, "sched")->line,
                     "\"%s\" is not one of credit2, credit, rtds, null", sched_name);
        return 1;
    }
    if (cpus_of(xl, config, &cpus))
        return 1;
    libxl_uuid_generate(&uuid);
    rc = dry_run ? 0 : libxl_cpupool_create(xl->ctx, name, sched, cpus, &uuid, &pool);
    if (!rc)
        printf("%s cpupool '%s'\n", dry_run ? "Would create" : "Created", name);
    libxl_bitmap_dispose(&cpus);
    return rc ? 1 : 0;
}

COMMAND(cmd_cpupool_create)
{
    static const struct option names[] = {
        {"dryrun", no_argument, NULL, 'n'}, {"defconfig", required_argument, NULL, 'f'}, {0}};
    bool dry_run = xl->dry_run;
    const char *file = NULL;
    struct config *config;
    int opt, rc = 0;

    while ((opt = command_option(cmd, argc, argv, "nf:", names, 0)) != -1) {
        dry_run |= opt == 'n';
        if (opt == 'f')
            file = optarg;
    }
    if (!file && optind < argc && !strchr(argv[optind], '='))
        file = argv[optind++];
    config = file ? config_read(file) : config_parse("command line", "", 0);
    for (; config && !rc && optind < argc; optind++)
        rc = config_add(config, "command line", argv[optind]);
    if (config && !rc)
        rc = create_pool(xl, config, dry_run);
    config_free(config);
    return !config || rc;
}

/* ---- Changing ---- */

COMMAND(cmd_cpupool_destroy)
{
    command_option(cmd, argc, argv, "", NULL, 1);
    return libxl_cpupool_destroy(xl->ctx, find_pool(xl, argv[optind])) ? 1 : 0;
}

COMMAND(cmd_cpupool_rename)
{
    command_option(cmd, argc, argv, "", NULL, 2);
    return libxl_cpupool_rename(xl->ctx, argv[optind + 1], find_pool(xl, argv[optind])) ? 1 : 0;
}

typedef int change_cpus(libxl_ctx *ctx, uint32_t pool, const libxl_bitmap *cpus);

static int change(struct xl *xl, const char *pool, const char *list, change_cpus *op)
{
    libxl_bitmap cpus;
    char *error = NULL;
    int rc;

    if (cpulist_parse(xl, list, &cpus, &error)) {
        fprintf(stderr, "xl: %s\n", error ? error : list);
        free(error);
        return 1;
    }
    rc = op(xl->ctx, find_pool(xl, pool), &cpus);
    libxl_bitmap_dispose(&cpus);
    return rc ? 1 : 0;
}

COMMAND(cmd_cpupool_cpu_add)
{
    command_option(cmd, argc, argv, "", NULL, 2);
    return change(xl, argv[optind], argv[optind + 1], libxl_cpupool_cpuadd_cpumap);
}

COMMAND(cmd_cpupool_cpu_remove)
{
    command_option(cmd, argc, argv, "", NULL, 2);
    return change(xl, argv[optind], argv[optind + 1], libxl_cpupool_cpuremove_cpumap);
}

COMMAND(cmd_cpupool_migrate)
{
    uint32_t domid, pool;

    command_option(cmd, argc, argv, "", NULL, 2);
    domid = find_domain(xl, argv[optind]);
    pool = find_pool(xl, argv[optind + 1]);
    return libxl_cpupool_movedomain(xl->ctx, pool, domid) ? 1 : 0;
}

/* ---- A pool for every node ---- */

static int split_node(struct xl *xl, int node, libxl_scheduler sched)
{
    char *name = xasprintf("Pool-node%d", node);
    libxl_bitmap none = {0};
    libxl_uuid uuid;
    uint32_t pool;
    int cpus, rc;

    /* They leave the first pool before they can join another. */
    rc = libxl_cpupool_cpuremove_node(xl->ctx, 0, node, &cpus);
    if (!rc && cpus) {
        libxl_uuid_generate(&uuid);
        rc = libxl_cpupool_create(xl->ctx, name, sched, none, &uuid, &pool);
        if (!rc)
            rc = libxl_cpupool_cpuadd_node(xl->ctx, pool, node, &cpus);
    }
    free(name);
    return rc;
}

COMMAND(cmd_cpupool_numa_split)
{
    int nr, nr_cpus, rc = 0, home, last = -1;
    libxl_cpupoolinfo *pools;
    libxl_cputopology *cpu;

    command_option(cmd, argc, argv, "", NULL, 0);
    pools = libxl_list_cpupool(xl->ctx, &nr);
    if (!pools)
        return 1;
    libxl_cpupoolinfo_list_free(pools, nr);
    if (nr > 1) {
        fputs("splitting not possible, already cpupools in use\n", stderr);
        return 1;
    }
    cpu = libxl_get_cpu_topology(xl->ctx, &nr_cpus);
    if (!cpu)
        return 1;
    home = cpu[0].node;
    for (int i = 0; i < nr_cpus && !rc; i++) {
        int node = cpu[i].node;
        bool seen = false;

        for (int j = 0; j < i; j++)
            seen |= (int)cpu[j].node == node;
        if (cpu[i].node == LIBXL_CPUTOPOLOGY_INVALID_ENTRY || node == home || seen)
            continue;
        rc = split_node(xl, node, libxl_get_scheduler(xl->ctx));
        last = node;
    }
    libxl_cputopology_list_free(cpu, nr_cpus);
    if (!rc && last >= 0) {
        char *name = xasprintf("Pool-node%d", home);

        rc = libxl_cpupool_rename(xl->ctx, name, 0);
        free(name);
    }
    return rc ? 1 : 0;
}
