/* SPDX-License-Identifier: GPL-2.0-only */
/* xl claims: what is promised, to whom, and where. */
#include <inttypes.h>
#include <stdlib.h>
#include <libxl_json.h>

#include "xl.h"

static unsigned long long mib(uint64_t kb)
{
    return kb / 1024;
}

/* The table that scripts know: Mem holds what a domain has and what is claimed for it. */
static int print_domains(struct xl *xl)
{
    int nr;
    libxl_dominfo *list = list_domains(xl, &nr);

    if (!list)
        return 1;
    puts("Name                                        ID   Mem VCPUs\tState\tTime(s)  Claimed");
    for (int i = 0; i < nr; i++) {
        const libxl_dominfo *d = &list[i];
        char *name = domain_name(xl, d->domid);

        printf("%-40s %5d %5llu %5u     %s  %8.1f %5llu\n", name, d->domid,
               mib(d->current_memkb + d->outstanding_memkb), d->vcpu_online, domain_letters(d).text,
               d->cpu_time / 1e9, mib(d->outstanding_memkb));
        free(name);
    }
    libxl_dominfo_list_free(list, nr);
    return 0;
}

static void print_node_rows(const libxl_numainfo *node, int nr)
{
    printf("%4s %9s %9s %9s %9s\n", "Node", "Size", "Free", "Claimed", "Unclaimed");
    for (int i = 0; i < nr; i++) {
        if (node[i].size == LIBXL_NUMAINFO_INVALID_ENTRY)
            continue;
        printf("%4d %9" PRIu64 " %9" PRIu64 " %9" PRIu64 " %9" PRIu64 "\n", i, node[i].size >> 20,
               (node[i].free + node[i].claimed) >> 20, node[i].claimed >> 20, node[i].free >> 20);
    }
}

/* A row for each domain and node with memory or claims; the host-wide claim has node "any". */
static void print_domain_rows(struct xl *xl, const libxl_domain_claim *list, int nr)
{
    printf("\n%-40s %5s %4s %9s %9s\n", "Name", "ID", "Node", "Mem", "Claimed");
    for (int i = 0; i < nr; i++) {
        const libxl_domain_claim *c = &list[i];
        char *name = domain_name(xl, c->domid);

        for (int n = 0; n < c->num_nodes; n++)
            if (c->nodes[n].current_memkb || c->nodes[n].claimed_memkb)
                printf("%-40s %5u %4u %9llu %9llu\n", name, c->domid, c->nodes[n].node,
                       mib(c->nodes[n].current_memkb), mib(c->nodes[n].claimed_memkb));
        if (!c->num_nodes || c->host_memkb)
            printf("%-40s %5u %4s %9llu %9llu\n", name, c->domid, "any",
                   c->num_nodes ? 0 : mib(c->current_memkb), mib(c->host_memkb));
        free(name);
    }
}

static int print_nodes(struct xl *xl)
{
    int nr_nodes, nr;
    libxl_numainfo *node = libxl_get_numainfo(xl->ctx, &nr_nodes);
    libxl_domain_claim *list = libxl_list_claim(xl->ctx, &nr);
    int rc = !node || !list;

    if (!rc) {
        print_node_rows(node, nr_nodes);
        print_domain_rows(xl, list, nr);
    }
    libxl_numainfo_list_free(node, nr_nodes);
    libxl_domain_claim_list_free(list, nr);
    return rc;
}

static int print_all_json(struct xl *xl)
{
    int nr_nodes, nr;
    libxl_numainfo *node = libxl_get_numainfo(xl->ctx, &nr_nodes);
    libxl_domain_claim *list = libxl_list_claim(xl->ctx, &nr);
    yajl_gen g = yajl_gen_alloc(NULL);
    const unsigned char *text;
    size_t len;
    int rc = !node || !list || !g;

    if (rc)
        goto out;
    yajl_gen_config(g, yajl_gen_beautify, 1);
    yajl_gen_map_open(g);
    yajl_gen_string(g, (const unsigned char *)"nodes", 5);
    yajl_gen_array_open(g);
    for (int i = 0; i < nr_nodes; i++)
        libxl_numainfo_gen_json(g, &node[i]);
    yajl_gen_array_close(g);
    yajl_gen_string(g, (const unsigned char *)"domains", 7);
    yajl_gen_array_open(g);
    for (int i = 0; i < nr; i++)
        libxl_domain_claim_gen_json(g, &list[i]);
    yajl_gen_array_close(g);
    yajl_gen_map_close(g);
    if (yajl_gen_get_buf(g, &text, &len) == yajl_gen_status_ok)
        fputs((const char *)text, stdout);
out:
    if (g)
        yajl_gen_free(g);
    libxl_numainfo_list_free(node, nr_nodes);
    libxl_domain_claim_list_free(list, nr);
    return rc;
}

COMMAND(cmd_claims)
{
    static const struct option names[] = {
        {"numa", no_argument, NULL, 'n'}, {"json", no_argument, NULL, 'j'}, {0}};
    bool numa = false, json = false;
    int opt;

    while ((opt = command_option(cmd, argc, argv, "n", names, 0)) != -1) {
        numa |= opt == 'n';
        json |= opt == 'j';
    }
    if (!xl->conf.claim_mode)
        fputs("claim_mode not enabled (see man xl.conf).\n", stderr);
    return json ? print_all_json(xl) : numa ? print_nodes(xl) : print_domains(xl);
}
