/* SPDX-License-Identifier: GPL-2.0-only */
/* Keys that describe a part of the guest: CPUs, kernel, identity, devices; see guest_keys.h. */
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
