/* SPDX-License-Identifier: GPL-2.0-only */
/* Keys that describe a part of the guest: CPUs, nodes, kernel, identity, devices; see guest_keys.h.
 */
#include <stdlib.h>
#include <string.h>

#include "guest_keys.h"

/* ---- CPUs ---- */

static int read_cpumap(struct reading *r, const struct key *key, const struct config_value *v,
                       libxl_bitmap *map)
{
    char *error = NULL, *number = NULL;
    const char *text = v->text;
    int rc;

    if (v->kind == CONFIG_NUMBER)
        text = number = xasprintf("%lld", v->number);
    rc = cpulist_parse(r->xl, text, map, &error);
    free(number);
    if (rc)
        key_complain(r, key, v->line, "%s", error ? error : "the CPUs of the host cannot be read");
    free(error);
    return rc;
}

/* One list for all vCPUs, or a list with one for each. */
int read_affinity(struct reading *r, const struct key *key, const struct config_value *v)
{
    bool soft = !strcmp(key->name, "cpus_soft");
    libxl_domain_build_info *b = &r->d->b_info;
    int vcpus = b->max_vcpus ? b->max_vcpus : 1; /* without vcpus= a guest has one */
    int nr = v->kind == CONFIG_LIST ? v->nr_items : vcpus;
    libxl_bitmap *maps = xcalloc(nr, sizeof(*maps));

    *(soft ? &b->vcpu_soft_affinity : &b->vcpu_hard_affinity) = maps;
    *(soft ? &b->num_vcpu_soft_affinity : &b->num_vcpu_hard_affinity) = nr;
    for (int i = 0; i < nr; i++) {
        const struct config_value *one = v->kind == CONFIG_LIST ? &v->items[i] : v;

        if (one->kind == CONFIG_LIST)
            return key_wrong_kind(r, key, one, "a list of CPUs in a \"string\"");
        if (read_cpumap(r, key, one, &maps[i]))
            return -1;
    }
    return 0;
}

/* Both before cpus: how many vCPUs there are is known then. */
int read_vcpus(struct reading *r, const struct key *key, const struct config_value *v)
{
    const struct config_value *max = config_find(r->config, "maxvcpus");
    libxl_domain_build_info *b = &r->d->b_info;
    long long n, most;

    if (key_number(r, key, v, &n))
        return -1;
    most = n;
    if (max && !value_as_number(max, &most))
        return key_complain(r, key, max->line, "maxvcpus must be a number");
    if (n > most)
        return key_complain(r, key, v->line, "%lld vCPUs are more than maxvcpus=%lld", n, most);
    b->max_vcpus = most;
    libxl_bitmap_dispose(&b->avail_vcpus);
    libxl_bitmap_alloc(r->xl->ctx, &b->avail_vcpus, most);
    for (int i = 0; i < n; i++)
        libxl_bitmap_set(&b->avail_vcpus, i);
    return 0;
}

int read_maxvcpus(struct reading *r, const struct key *key, const struct config_value *v)
{
    long long n;

    if (key_number(r, key, v, &n))
        return -1;
    if (!r->d->b_info.max_vcpus)
        r->d->b_info.max_vcpus = n;
    return 0;
}

/* ---- Where the memory is ---- */

/* Whether a host has it is for libxl to say. */
#define NODE_MAX (UINT32_MAX - 1)

/* N, "N", or "N:MIB". */
static int read_claim_node(const struct config_value *v, libxl_claim_node *node)
{
    char *copy, *memory;
    long long n = v->number;
    bool ok;

    libxl_claim_node_init(node);
    if (v->kind == CONFIG_STRING) {
        memory = copy = xstrdup(v->text);
        strsep(&memory, ":");
        ok = parse_within(copy, 0, NODE_MAX, &n) &&
             (!memory || (parse_memory(memory, 1024, &node->memkb) && node->memkb));
        free(copy);
    } else {
        ok = v->kind == CONFIG_NUMBER && n >= 0 && n <= NODE_MAX;
    }
    node->node = n;
    return ok ? 0 : -1;
}

int read_claim_nodes(struct reading *r, const struct key *key, const struct config_value *v)
{
    libxl_domain_build_info *b = &r->d->b_info;
    uint64_t sum = 0;

    if (v->kind != CONFIG_LIST)
        return key_wrong_kind(r, key, v,
                              "a list of nodes, as [ 0, 1 ] or [ \"0:512\", \"1:1024\" ]");
    b->claim_nodes = xcalloc(v->nr_items, sizeof(*b->claim_nodes));
    b->num_claim_nodes = v->nr_items;
    for (int i = 0; i < v->nr_items; i++) {
        if (read_claim_node(&v->items[i], &b->claim_nodes[i]))
            return key_complain(r, key, v->items[i].line,
                                "entry %d is neither a node nor \"node:MiB\"", i + 1);
        for (int j = 0; j < i; j++)
            if (b->claim_nodes[j].node == b->claim_nodes[i].node)
                return key_complain(r, key, v->items[i].line, "node %u stands here twice",
                                    b->claim_nodes[i].node);
        sum += b->claim_nodes[i].memkb;
    }
    if (b->target_memkb != LIBXL_MEMKB_DEFAULT && sum > b->target_memkb)
        return key_complain(r, key, v->line, "%llu MiB on nodes are more than memory=%llu",
                            (unsigned long long)sum / 1024,
                            (unsigned long long)b->target_memkb / 1024);
    return 0;
}

static int read_distances(const char *text, libxl_vnode_info *node)
{
    char *copy = xstrdup(text), *rest = copy, *part;
    long long n;
    int rc = 0;

    while (!rc && (part = strsep(&rest, ",")) != NULL) {
        rc = parse_long(part, &n) && n >= 10 && n <= 255 ? 0 : -1;
        node->distances = xrealloc(node->distances, (node->num_distances + 1) * sizeof(uint32_t));
        node->distances[node->num_distances++] = n;
    }
    free(copy);
    return rc;
}

static int read_vnode_key(struct reading *r, const char *text, libxl_vnode_info *node)
{
    int vcpus = r->d->b_info.max_vcpus ? r->d->b_info.max_vcpus : 1;
    char *error = NULL;
    long long n;
    int rc;

    if (!strncmp(text, "pnode=", 6) && parse_within(text + 6, 0, NODE_MAX, &n)) {
        node->pnode = n;
        return 0;
    }
    if (!strncmp(text, "size=", 5) && parse_within(text + 5, 1, 1LL << 32, &n)) {
        node->memkb = n * 1024;
        return 0;
    }
    if (!strncmp(text, "vdistances=", 11))
        return read_distances(text + 11, node);
    if (strncmp(text, "vcpus=", 6))
        return -1;
    libxl_bitmap_dispose(&node->vcpus);
    rc = vcpulist_parse(text + 6, vcpus, &node->vcpus, &error);
    free(error);
    return rc;
}

int read_vnuma(struct reading *r, const struct key *key, const struct config_value *v)
{
    libxl_domain_build_info *b = &r->d->b_info;

    if (v->kind != CONFIG_LIST)
        return key_wrong_kind(r, key, v, key->hint);
    b->vnuma_nodes = xcalloc(v->nr_items, sizeof(*b->vnuma_nodes));
    b->num_vnuma_nodes = v->nr_items;
    for (int i = 0; i < v->nr_items; i++)
        libxl_vnode_info_init(&b->vnuma_nodes[i]);
    for (int i = 0; i < v->nr_items; i++) {
        const struct config_value *node = &v->items[i];

        if (node->kind != CONFIG_LIST)
            return key_wrong_kind(r, key, node, key->hint);
        for (int j = 0; j < node->nr_items; j++)
            if (node->items[j].kind != CONFIG_STRING ||
                read_vnode_key(r, node->items[j].text, &b->vnuma_nodes[i]))
                return key_complain(r, key, node->items[j].line, "virtual node %d: expected %s", i,
                                    key->hint);
    }
    return 0;
}

/* ---- Kernel, identity, pool ---- */

int read_cmdline(struct reading *r, const struct key *key, const struct config_value *v)
{
    const struct config_value *root = config_find(r->config, "root");
    const struct config_value *extra = config_find(r->config, "extra");
    char **cmdline = &r->d->b_info.cmdline;

    if (v->kind != CONFIG_STRING)
        return key_wrong_kind(r, key, v, "a \"string\"");
    if (*cmdline)
        return 0; /* root= and extra= were joined already, or cmdline= was there first */
    if (!strcmp(key->name, "cmdline"))
        *cmdline = xstrdup(v->text);
    else if (config_find(r->config, "cmdline"))
        config_error(r->config, v->line, "warning: %s is ignored: cmdline says it all", key->name);
    else
        *cmdline = xasprintf("%s%s%s%s", root && root->text ? "root=" : "",
                             root && root->text ? root->text : "",
                             root && root->text && extra && extra->text ? " " : "",
                             extra && extra->text ? extra->text : "");
    return 0;
}

int read_uuid(struct reading *r, const struct key *key, const struct config_value *v)
{
    if (v->kind != CONFIG_STRING)
        return key_wrong_kind(r, key, v, "a \"string\"");
    if (libxl_uuid_from_string(&r->d->c_info.uuid, v->text))
        return key_complain(r, key, v->line,
                            "\"%s\" is no identity; one looks like "
                            "12345678-9abc-def0-1234-56789abcdef0",
                            v->text);
    return 0;
}

int read_pool(struct reading *r, const struct key *key, const struct config_value *v)
{
    uint32_t pool;

    if (v->kind != CONFIG_STRING)
        return key_wrong_kind(r, key, v, "a \"string\"");
    if (libxl_cpupool_qualifier_to_cpupoolid(r->xl->ctx, v->text, &pool, NULL))
        return key_complain(r, key, v->line, "there is no pool \"%s\": xl cpupool-list lists them",
                            v->text);
    r->d->c_info.poolid = pool;
    return 0;
}

/* ---- Devices ---- */

int read_disks(struct reading *r, const struct key *key, const struct config_value *v)
{
    libxl_domain_config *d = r->d;

    if (v->kind != CONFIG_LIST)
        return key_wrong_kind(r, key, v, "a list of disks, as [ \"/dev/vg/lv,raw,xvda,rw\" ]");
    d->disks = xcalloc(v->nr_items, sizeof(*d->disks));
    for (int i = 0; i < v->nr_items; i++) {
        char *error = NULL;

        if (v->items[i].kind != CONFIG_STRING)
            return key_wrong_kind(r, key, &v->items[i], "a disk in a \"string\"");
        d->num_disks = i + 1;
        if (disk_parse(v->items[i].text, &d->disks[i], &error)) {
            key_complain(r, key, v->items[i].line, "%s", error);
            free(error);
            return -1;
        }
    }
    return 0;
}

int read_nics(struct reading *r, const struct key *key, const struct config_value *v)
{
    libxl_domain_config *d = r->d;

    if (v->kind != CONFIG_LIST)
        return key_wrong_kind(r, key, v, "a list of interfaces, as [ \"bridge=xenbr0\" ]");
    d->nics = xcalloc(v->nr_items, sizeof(*d->nics));
    for (int i = 0; i < v->nr_items; i++) {
        libxl_device_nic *nic = &d->nics[i];
        char *error = NULL;

        if (v->items[i].kind != CONFIG_STRING)
            return key_wrong_kind(r, key, &v->items[i], "an interface in a \"string\"");
        d->num_nics = i + 1;
        if (nic_parse(&r->xl->conf, v->items[i].text, nic, &error)) {
            key_complain(r, key, v->items[i].line, "%s", error);
            free(error);
            return -1;
        }
    }
    return 0;
}
