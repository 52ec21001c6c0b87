/* SPDX-License-Identifier: GPL-2.0-only */
/* xl vcpu-list, vcpu-pin, vcpu-set. */
#include <stdlib.h>
#include <string.h>

#include "xl.h"

#define VCPU_MAX 4096 /* more than any hypervisor takes, which says how many it does */

static void print_vcpu(struct xl *xl, const char *name, uint32_t domid, const libxl_vcpuinfo *v,
                       int nr_cpus)
{
    char *hard = cpulist_format(&v->cpumap, nr_cpus),
         *soft = cpulist_format(&v->cpumap_soft, nr_cpus);

    printf("%-32s %5u %5u", name, domid, v->vcpuid);
    if (v->online)
        printf(" %5u %3c%c- ", v->cpu, v->running ? 'r' : '-', v->blocked ? 'b' : '-');
    else
        printf(" %5c %3c%cp ", '-', '-', '-');
    printf(" %9.1f  %s / %s\n", v->vcpu_time / 1e9, hard, soft);
    free(hard);
    free(soft);
}

COMMAND(cmd_vcpu_list)
{
    libxl_dominfo *list;
    int nr, rc = 0;

    command_option(cmd, argc, argv, "", NULL, 0);
    list = list_named(xl, argc - optind, argv + optind, &nr);
    if (!list)
        return 1;
    printf("%-32s %5s %5s %5s %5s %9s %s\n", "Name", "ID", "VCPU", "CPU", "State", "Time(s)",
           "Affinity (Hard / Soft)");
    for (int i = 0; i < nr; i++) {
        int nr_vcpus, nr_cpus;
        char *name = domain_name(xl, list[i].domid);
        libxl_vcpuinfo *vcpus = libxl_list_vcpu(xl->ctx, list[i].domid, &nr_vcpus, &nr_cpus);

        for (int v = 0; vcpus && v < nr_vcpus; v++)
            print_vcpu(xl, name, list[i].domid, &vcpus[v], nr_cpus);
        if (vcpus)
            libxl_vcpuinfo_list_free(vcpus, nr_vcpus);
        else if (list[i].vcpu_online)
            rc = 1;
        free(name);
    }
    libxl_dominfo_list_free(list, nr);
    return rc;
}

/* ---- Pinning ---- */

/* "-" leaves the map empty: no change. */
static int affinity_argument(struct xl *xl, const char *text, libxl_bitmap *map)
{
    char *error = NULL;

    libxl_bitmap_init(map);
    if (!strcmp(text, "-") || !cpulist_parse(xl, text, map, &error))
        return 0;
    fprintf(stderr, "xl vcpu-pin: %s\n", error ? error : text);
    free(error);
    return -1;
}

static int pin(struct xl *xl, uint32_t domid, int first, int last, const libxl_bitmap *hard,
               const libxl_bitmap *soft, bool force)
{
    const libxl_bitmap *h = hard->size ? hard : NULL, *s = soft->size ? soft : NULL;

    for (int v = first; v <= last; v++) {
        int rc = force ? libxl_set_vcpuaffinity_force(xl->ctx, domid, v, h, s)
                       : libxl_set_vcpuaffinity(xl->ctx, domid, v, h, s);

        if (rc)
            return 1;
    }
    return 0;
}

COMMAND(cmd_vcpu_pin)
{
    static const struct option names[] = {{"force", no_argument, NULL, 'f'}, {0}};
    libxl_bitmap hard = {0}, soft = {0};
    libxl_dominfo info;
    long long vcpu = -1;
    bool force = xl->force;
    uint32_t domid;
    int rc = 1;

    while (command_option(cmd, argc, argv, "f", names, 3) != -1)
        force = true;
    domid = find_domain(xl, argv[optind]);
    if (strcmp(argv[optind + 1], "all") && !parse_within(argv[optind + 1], 0, VCPU_MAX, &vcpu)) {
        fprintf(stderr, "xl vcpu-pin: \"%s\" is neither a vCPU nor \"all\"\n", argv[optind + 1]);
        return 1;
    }
    if (affinity_argument(xl, argv[optind + 2], &hard) ||
        affinity_argument(xl, argc - optind > 3 ? argv[optind + 3] : "-", &soft) ||
        libxl_domain_info(xl->ctx, &info, domid))
        goto out;
    rc = skip_for_dry_run(xl, cmd->name, argv[optind])
             ? 0
             : pin(xl, domid, vcpu < 0 ? 0 : vcpu, vcpu < 0 ? (int)info.vcpu_max_id : vcpu, &hard,
                   &soft, force);
    libxl_dominfo_dispose(&info);
out:
    libxl_bitmap_dispose(&hard);
    libxl_bitmap_dispose(&soft);
    return rc;
}

COMMAND(cmd_vcpu_set)
{
    static const struct option names[] = {{"ignore-host", no_argument, NULL, 'i'}, {0}};
    libxl_bitmap map;
    uint32_t domid;
    long long n;
    int rc;

    while (command_option(cmd, argc, argv, "i", names, 2) != -1)
        continue;
    domid = find_domain(xl, argv[optind]);
    if (!parse_within(argv[optind + 1], 1, VCPU_MAX, &n)) {
        fprintf(stderr, "xl vcpu-set: \"%s\" is no number of vCPUs\n", argv[optind + 1]);
        return 1;
    }
    if (libxl_bitmap_alloc(xl->ctx, &map, n))
        return 1;
    for (int i = 0; i < n; i++)
        libxl_bitmap_set(&map, i);
    rc = skip_for_dry_run(xl, cmd->name, argv[optind])
             ? 0
             : libxl_set_vcpuonline(xl->ctx, domid, &map, NULL);
    libxl_bitmap_dispose(&map);
    return rc ? 1 : 0;
}
