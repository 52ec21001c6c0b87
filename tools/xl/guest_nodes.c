/* SPDX-License-Identifier: GPL-2.0-only */
/* Keys that say on which nodes the memory is, the host's and the guest's own; see guest_keys.h. */
#include <stdlib.h>
#include <string.h>

#include "guest_keys.h"

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
