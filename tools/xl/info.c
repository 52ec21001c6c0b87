/* SPDX-License-Identifier: GPL-2.0-only */
/* xl info, xl dmesg, xl debug-keys: the host and its hypervisor. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "xl.h"

static void row(const char *name, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void row(const char *name, const char *fmt, ...)
{
    va_list ap;

    printf("%-23s: ", name);
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    putchar('\n');
}

static void print_nodename(void)
{
    struct utsname u;

    if (uname(&u))
        return;
    row("host", "%s", u.nodename);
    row("release", "%s", u.release);
    row("version", "%s", u.version);
    row("machine", "%s", u.machine);
}

/* The names of what there is, apart by spaces. */
static void print_capabilities(const libxl_physinfo *p)
{
    const struct {
        bool there;
        const char *name;
    } caps[] = {
        {p->cap_pv, "pv"},
        {p->cap_hvm, "hvm"},
        {p->cap_hvm && p->cap_hvm_directio, "hvm_directio"},
        {p->cap_pv && p->cap_hvm_directio, "pv_directio"},
        {p->cap_hap, "hap"},
        {p->cap_shadow, "shadow"},
        {p->cap_iommu_hap_pt_share, "iommu_hap_pt_share"},
        {p->cap_vmtrace, "vmtrace"},
        {p->cap_vpmu, "vpmu"},
        {p->cap_gnttab_v1, "gnttab-v1"},
        {p->cap_gnttab_v2, "gnttab-v2"},
    };

    printf("%-23s:", "virt_caps");
    for (size_t i = 0; i < ARRAY_SIZE(caps); i++)
        if (caps[i].there)
            printf(" %s", caps[i].name);
    putchar('\n');
}

static int print_physinfo(struct xl *xl)
{
    const libxl_version_info *v = libxl_get_version_info(xl->ctx);
    libxl_physinfo p;
    libxl_bitmap unused;
    uint64_t pages_per_mb;

    if (libxl_get_physinfo(xl->ctx, &p))
        return -1;
    pages_per_mb = (1 << 20) / v->pagesize;
    row("nr_cpus", "%u", p.nr_cpus);
    row("max_cpu_id", "%u", p.max_cpu_id);
    row("nr_nodes", "%u", p.nr_nodes);
    row("cores_per_socket", "%u", p.cores_per_socket);
    row("threads_per_core", "%u", p.threads_per_core);
    row("cpu_mhz", "%u.%03u", p.cpu_khz / 1000, p.cpu_khz % 1000);
    row("hw_caps", "%08x:%08x:%08x:%08x:%08x:%08x:%08x:%08x", p.hw_cap[0], p.hw_cap[1], p.hw_cap[2],
        p.hw_cap[3], p.hw_cap[4], p.hw_cap[5], p.hw_cap[6], p.hw_cap[7]);
    print_capabilities(&p);
    row("total_memory", "%" PRIu64, p.total_pages / pages_per_mb);
    row("free_memory", "%" PRIu64,
        (p.free_pages > p.outstanding_pages ? p.free_pages - p.outstanding_pages : 0) /
            pages_per_mb);
    row("sharing_freed_memory", "%" PRIu64, p.sharing_freed_pages / pages_per_mb);
    row("sharing_used_memory", "%" PRIu64, p.sharing_used_frames / pages_per_mb);
    if (xl->conf.claim_mode)
        row("outstanding_claims", "%" PRIu64, p.outstanding_pages / pages_per_mb);
    if (!libxl_get_freecpus(xl->ctx, &unused)) {
        row("free_cpus", "%d", libxl_bitmap_count_set(&unused));
        libxl_bitmap_dispose(&unused);
    }
    libxl_physinfo_dispose(&p);
    return 0;
}

static int print_topology(struct xl *xl)
{
    int nr;
    libxl_cputopology *cpu = libxl_get_cpu_topology(xl->ctx, &nr);

    if (!cpu)
        return -1;
    puts("cpu_topology           :");
    puts("cpu:    core    socket     node");
    for (int i = 0; i < nr; i++)
        if (cpu[i].core != LIBXL_CPUTOPOLOGY_INVALID_ENTRY)
            printf("%3d:    %4d     %4d     %4d\n", i, cpu[i].core, cpu[i].socket, cpu[i].node);
    libxl_cputopology_list_free(cpu, nr);
    puts("device topology        :");
    puts("device           node");
    puts("No device topology data available");
    return 0;
}

/* Claims have a column of their own behind what scripts know, and only where they are in use. */
static int print_nodes(struct xl *xl)
{
    int nr;
    libxl_numainfo *node = libxl_get_numainfo(xl->ctx, &nr);

    if (!node)
        return -1;
    puts("numa_info              :");
    printf("node:    memsize    memfree    distances%s\n",
           xl->conf.claim_mode ? "    claimed" : "");
    for (int i = 0; i < nr; i++) {
        if (node[i].size == LIBXL_NUMAINFO_INVALID_ENTRY)
            continue;
        printf("%4d:    %6" PRIu64 "     %6" PRIu64 "      ", i, node[i].size >> 20,
               node[i].free >> 20);
        for (int j = 0; j < node[i].num_dists; j++)
            printf("%s%u", j ? "," : "", node[i].dists[j]);
        if (xl->conf.claim_mode)
            printf("    %" PRIu64, node[i].claimed >> 20);
        putchar('\n');
    }
    libxl_numainfo_list_free(node, nr);
    return 0;
}

static void print_version(struct xl *xl)
{
    const libxl_version_info *v = libxl_get_version_info(xl->ctx);
    const char *scheduler = libxl_scheduler_to_string(libxl_get_scheduler(xl->ctx));

    row("xen_major", "%d", v->xen_version_major);
    row("xen_minor", "%d", v->xen_version_minor);
    row("xen_extra", "%s", v->xen_version_extra);
    row("xen_version", "%d.%d%s", v->xen_version_major, v->xen_version_minor, v->xen_version_extra);
    row("xen_caps", "%s", v->capabilities);
    row("xen_scheduler", "%s", scheduler ? scheduler : "unknown");
    row("xen_pagesize", "%d", v->pagesize);
    row("platform_params", "virt_start=0x%" PRIx64, v->virt_start);
    row("xen_changeset", "%s", v->changeset);
    row("xen_commandline", "%s", v->commandline);
    row("cc_compiler", "%s", v->compiler);
    row("cc_compile_by", "%s", v->compile_by);
    row("cc_compile_domain", "%s", v->compile_domain);
    row("cc_compile_date", "%s", v->compile_date);
    row("build_id", "%s", v->build_id);
}

COMMAND(cmd_info)
{
    static const struct option names[] = {{"numa", no_argument, NULL, 'n'}, {0}};
    bool numa = false;

    while (command_option(cmd, argc, argv, "n", names, 0) != -1)
        numa = true;
    print_nodename();
    if (print_physinfo(xl) || (numa && (print_topology(xl) || print_nodes(xl))))
        return 1;
    print_version(xl);
    row("xend_config_format", "4");
    return 0;
}

COMMAND(cmd_dmesg)
{
    static const struct option names[] = {{"clear", no_argument, NULL, 'c'}, {0}};
    libxl_xen_console_reader *reader;
    bool clear = false;
    char *text;
    int rc;

    while (command_option(cmd, argc, argv, "c", names, 0) != -1)
        clear = true;
    reader = libxl_xen_console_read_start(xl->ctx, clear);
    while ((rc = libxl_xen_console_read_line(xl->ctx, reader, &text)) > 0)
        fputs(text, stdout);
    libxl_xen_console_read_finish(xl->ctx, reader);
    return rc < 0;
}

COMMAND(cmd_debug_keys)
{
    command_option(cmd, argc, argv, "", NULL, 1);
    return libxl_send_debug_keys(xl->ctx, argv[optind]) ? 1 : 0;
}
