/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xl.cfg(5): what the keys of a guest's configuration mean.
 *
 * Every key is a row of one table.  Most rows say where their value goes and how it is checked;
 * some name a function.  A key without a row is unknown and draws a warning: it may be a slip.
 */
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "xl.h"

struct reading {
    struct xl *xl;
    const struct config *config;
    libxl_domain_config *d;
};

struct key;
typedef int key_read(struct reading *r, const struct key *key, const struct config_value *v);

struct key {
    const char *name;
    key_read *read;
    size_t offset;         /* in libxl_domain_config */
    long long least, most; /* of a number */
    const char *hint;      /* what was expected, or why the key is not */
};

static int complain(struct reading *r, const struct key *key, int line, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static int complain(struct reading *r, const struct key *key, int line, const char *fmt, ...)
{
    va_list ap;
    char *text;

    va_start(ap, fmt);
    if (vasprintf(&text, fmt, ap) < 0)
        text = NULL;
    va_end(ap);
    config_error(r->config, line, "%s: %s", key->name, text ? text : "wrong");
    free(text);
    return -1;
}

static int wrong_kind(struct reading *r, const struct key *key, const struct config_value *v,
                      const char *expected)
{
    return complain(r, key, v->line, "expected %s, found %s", expected, config_kind_name(v->kind));
}

static void *member(struct reading *r, const struct key *key)
{
    return (char *)r->d + key->offset;
}

/* Numbers may stand in quotes, as they did in old configurations. */
static bool as_number(const struct config_value *v, long long *n)
{
    if (v->kind == CONFIG_NUMBER)
        *n = v->number;
    return v->kind == CONFIG_NUMBER || (v->kind == CONFIG_STRING && parse_long(v->text, n));
}

/* ---- Simple values ---- */

static int read_string(struct reading *r, const struct key *key, const struct config_value *v)
{
    if (v->kind != CONFIG_STRING)
        return wrong_kind(r, key, v, key->hint ? key->hint : "a \"string\"");
    free(*(char **)member(r, key));
    *(char **)member(r, key) = xstrdup(v->text);
    return 0;
}

static int read_checked(struct reading *r, const struct key *key, const struct config_value *v,
                        long long *n)
{
    if (!as_number(v, n))
        return wrong_kind(r, key, v, key->hint ? key->hint : "a number");
    if (*n < key->least || *n > key->most)
        return complain(r, key, v->line, "%lld is not between %lld and %lld", *n, key->least,
                        key->most);
    return 0;
}

static int read_int(struct reading *r, const struct key *key, const struct config_value *v)
{
    long long n;

    if (read_checked(r, key, v, &n))
        return -1;
    *(int *)member(r, key) = n; /* 32 bits, with or without sign */
    return 0;
}

static int read_memory(struct reading *r, const struct key *key, const struct config_value *v)
{
    long long n;

    if (read_checked(r, key, v, &n))
        return -1;
    *(uint64_t *)member(r, key) = (uint64_t)n * 1024;
    return 0;
}

static int read_bool(struct reading *r, const struct key *key, const struct config_value *v)
{
    long long n;

    if (!as_number(v, &n) || n < 0 || n > 1)
        return complain(r, key, v->line, "expected 0 or 1");
    libxl_defbool_set(member(r, key), n);
    return 0;
}

static int read_action(struct reading *r, const struct key *key, const struct config_value *v)
{
    char *name;
    libxl_action_on_shutdown action;
    int rc;

    if (v->kind != CONFIG_STRING)
        return wrong_kind(r, key, v, "a \"string\"");
    name = xstrdup(v->text);
    for (char *p = name; *p; p++)
        if (*p == '-')
            *p = '_';
    rc = libxl_action_on_shutdown_from_string(
        !strcmp(name, "rename_restart") ? "restart_rename" : name, &action);
    free(name);
    if (rc)
        return complain(r, key, v->line,
                        "\"%s\" is not one of destroy, restart, rename-restart, preserve", v->text);
    *(libxl_action_on_shutdown *)member(r, key) = action;
    return 0;
}

/* ---- Keys that other toolstacks or guest types have ---- */

static int read_ignored(struct reading *r, const struct key *key, const struct config_value *v)
{
    config_error(r->config, v->line, "warning: %s has no effect%s", key->name,
                 key->hint ? key->hint : " on a guest of type=\"pvh\"");
    return 0;
}

static int read_silently(struct reading *r, const struct key *key, const struct config_value *v)
{
    return 0;
}

/* Refused unless empty: without it the guest would not be what was asked for. */
static int read_refused(struct reading *r, const struct key *key, const struct config_value *v)
{
    long long n;

    if ((v->kind == CONFIG_LIST && !v->nr_items) || (v->kind == CONFIG_STRING && !*v->text) ||
        (as_number(v, &n) && !n))
        return 0;
    return complain(r, key, v->line, "not supported: %s", key->hint);
}

static int read_type(struct reading *r, const struct key *key, const struct config_value *v)
{
    if (v->kind != CONFIG_STRING)
        return wrong_kind(r, key, v, "\"pvh\"");
    if (strcmp(v->text, "pvh"))
        return complain(
            r, key, v->line,
            "guests of type \"%s\" are not supported: say type=\"pvh\" (Linux has been able "
            "to since 4.11)",
            strcmp(v->text, "generic") ? v->text : "pv");
    r->d->c_info.type = LIBXL_DOMAIN_TYPE_PVH;
    return 0;
}

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
        complain(r, key, v->line, "%s", error ? error : "the CPUs of the host cannot be read");
    free(error);
    return rc;
}

/* One list for all vCPUs, or a list with one for each. */
static int read_affinity(struct reading *r, const struct key *key, const struct config_value *v)
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
            return wrong_kind(r, key, one, "a list of CPUs in a \"string\"");
        if (read_cpumap(r, key, one, &maps[i]))
            return -1;
    }
    return 0;
}

/* Both before cpus: how many vCPUs there are is known then. */
static int read_vcpus(struct reading *r, const struct key *key, const struct config_value *v)
{
    const struct config_value *max = config_find(r->config, "maxvcpus");
    libxl_domain_build_info *b = &r->d->b_info;
    long long n, most;

    if (read_checked(r, key, v, &n))
        return -1;
    most = n;
    if (max && !as_number(max, &most))
        return complain(r, key, max->line, "maxvcpus must be a number");
    if (n > most)
        return complain(r, key, v->line, "%lld vCPUs are more than maxvcpus=%lld", n, most);
    b->max_vcpus = most;
    libxl_bitmap_dispose(&b->avail_vcpus);
    libxl_bitmap_alloc(r->xl->ctx, &b->avail_vcpus, most);
    for (int i = 0; i < n; i++)
        libxl_bitmap_set(&b->avail_vcpus, i);
    return 0;
}

static int read_maxvcpus(struct reading *r, const struct key *key, const struct config_value *v)
{
    long long n;

    if (read_checked(r, key, v, &n))
        return -1;
    if (!r->d->b_info.max_vcpus)
        r->d->b_info.max_vcpus = n;
    return 0;
}

/* ---- Where the memory is ---- */

/* N, "N", or "N:MIB". */
static int read_claim_node(const struct config_value *v, libxl_claim_node *node)
{
    char *end;

    libxl_claim_node_init(node);
    if (v->kind == CONFIG_NUMBER && v->number >= 0 && v->number < UINT32_MAX) {
        node->node = v->number;
        return 0;
    }
    if (v->kind != CONFIG_STRING || strspn(v->text, "0123456789") == 0)
        return -1;
    node->node = strtoul(v->text, &end, 10);
    if (*end == ':')
        return parse_memory(end + 1, 1024, &node->memkb) && node->memkb ? 0 : -1;
    return *end ? -1 : 0;
}

static int read_claim_nodes(struct reading *r, const struct key *key, const struct config_value *v)
{
    libxl_domain_build_info *b = &r->d->b_info;
    uint64_t sum = 0;

    if (v->kind != CONFIG_LIST)
        return wrong_kind(r, key, v, "a list of nodes, as [ 0, 1 ] or [ \"0:512\", \"1:1024\" ]");
    b->claim_nodes = xcalloc(v->nr_items, sizeof(*b->claim_nodes));
    b->num_claim_nodes = v->nr_items;
    for (int i = 0; i < v->nr_items; i++) {
        if (read_claim_node(&v->items[i], &b->claim_nodes[i]))
            return complain(r, key, v->items[i].line, "entry %d is neither a node nor \"node:MiB\"",
                            i + 1);
        for (int j = 0; j < i; j++)
            if (b->claim_nodes[j].node == b->claim_nodes[i].node)
                return complain(r, key, v->items[i].line, "node %u stands here twice",
                                b->claim_nodes[i].node);
        sum += b->claim_nodes[i].memkb;
    }
    if (b->target_memkb != LIBXL_MEMKB_DEFAULT && sum > b->target_memkb)
        return complain(r, key, v->line, "%llu MiB on nodes are more than memory=%llu",
                        (unsigned long long)sum / 1024, (unsigned long long)b->target_memkb / 1024);
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
    char *error = NULL;
    long long n;
    int rc;

    if (!strncmp(text, "pnode=", 6) && parse_long(text + 6, &n) && n >= 0) {
        node->pnode = n;
        return 0;
    }
    if (!strncmp(text, "size=", 5) && parse_long(text + 5, &n) && n > 0) {
        node->memkb = n * 1024;
        return 0;
    }
    if (!strncmp(text, "vdistances=", 11))
        return read_distances(text + 11, node);
    if (strncmp(text, "vcpus=", 6))
        return -1;
    rc = cpulist_parse(r->xl, text + 6, &node->vcpus, &error);
    free(error);
    return rc;
}

static int read_vnuma(struct reading *r, const struct key *key, const struct config_value *v)
{
    libxl_domain_build_info *b = &r->d->b_info;

    if (v->kind != CONFIG_LIST)
        return wrong_kind(r, key, v, key->hint);
    b->vnuma_nodes = xcalloc(v->nr_items, sizeof(*b->vnuma_nodes));
    b->num_vnuma_nodes = v->nr_items;
    for (int i = 0; i < v->nr_items; i++)
        libxl_vnode_info_init(&b->vnuma_nodes[i]);
    for (int i = 0; i < v->nr_items; i++) {
        const struct config_value *node = &v->items[i];

        if (node->kind != CONFIG_LIST)
            return wrong_kind(r, key, node, key->hint);
        for (int j = 0; j < node->nr_items; j++)
            if (node->items[j].kind != CONFIG_STRING ||
                read_vnode_key(r, node->items[j].text, &b->vnuma_nodes[i]))
                return complain(r, key, node->items[j].line, "virtual node %d: expected %s", i,
                                key->hint);
    }
    return 0;
}

/* ---- Kernel, identity, pool ---- */

static int read_cmdline(struct reading *r, const struct key *key, const struct config_value *v)
{
    const struct config_value *root = config_find(r->config, "root");
    const struct config_value *extra = config_find(r->config, "extra");
    char **cmdline = &r->d->b_info.cmdline;

    if (v->kind != CONFIG_STRING)
        return wrong_kind(r, key, v, "a \"string\"");
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

static int read_uuid(struct reading *r, const struct key *key, const struct config_value *v)
{
    if (v->kind != CONFIG_STRING)
        return wrong_kind(r, key, v, "a \"string\"");
    if (libxl_uuid_from_string(&r->d->c_info.uuid, v->text))
        return complain(r, key, v->line,
                        "\"%s\" is no identity; one looks like "
                        "12345678-9abc-def0-1234-56789abcdef0",
                        v->text);
    return 0;
}

static int read_pool(struct reading *r, const struct key *key, const struct config_value *v)
{
    uint32_t pool;

    if (v->kind != CONFIG_STRING)
        return wrong_kind(r, key, v, "a \"string\"");
    if (libxl_cpupool_qualifier_to_cpupoolid(r->xl->ctx, v->text, &pool, NULL))
        return complain(r, key, v->line, "there is no pool \"%s\": xl cpupool-list lists them",
                        v->text);
    r->d->c_info.poolid = pool;
    return 0;
}

/* ---- Devices ---- */

static int read_disks(struct reading *r, const struct key *key, const struct config_value *v)
{
    libxl_domain_config *d = r->d;

    if (v->kind != CONFIG_LIST)
        return wrong_kind(r, key, v, "a list of disks, as [ \"/dev/vg/lv,raw,xvda,rw\" ]");
    d->disks = xcalloc(v->nr_items, sizeof(*d->disks));
    for (int i = 0; i < v->nr_items; i++) {
        char *error = NULL;

        if (v->items[i].kind != CONFIG_STRING)
            return wrong_kind(r, key, &v->items[i], "a disk in a \"string\"");
        d->num_disks = i + 1;
        if (disk_parse(v->items[i].text, &d->disks[i], &error)) {
            complain(r, key, v->items[i].line, "%s", error);
            free(error);
            return -1;
        }
    }
    return 0;
}

static int read_nics(struct reading *r, const struct key *key, const struct config_value *v)
{
    const struct xl_conf *conf = &r->xl->conf;
    libxl_domain_config *d = r->d;

    if (v->kind != CONFIG_LIST)
        return wrong_kind(r, key, v, "a list of interfaces, as [ \"bridge=xenbr0\" ]");
    d->nics = xcalloc(v->nr_items, sizeof(*d->nics));
    for (int i = 0; i < v->nr_items; i++) {
        libxl_device_nic *nic = &d->nics[i];
        char *error = NULL;

        if (v->items[i].kind != CONFIG_STRING)
            return wrong_kind(r, key, &v->items[i], "an interface in a \"string\"");
        d->num_nics = i + 1;
        if (nic_parse(v->items[i].text, nic, &error)) {
            complain(r, key, v->items[i].line, "%s", error);
            free(error);
            return -1;
        }
        if (!nic->bridge && conf->default_bridge)
            nic->bridge = xstrdup(conf->default_bridge);
        if (!nic->script && conf->vif_script)
            nic->script = xstrdup(conf->vif_script);
        if (!nic->gatewaydev && conf->default_gatewaydev)
            nic->gatewaydev = xstrdup(conf->default_gatewaydev);
    }
    return 0;
}

/* ---- The table; keys are read in this order, whatever the file's ---- */

#define AT(m)  offsetof(libxl_domain_config, m)
#define MB_MAX (1LL << 32)

static const struct key keys[] = {
    {"type", read_type},
    {"builder", read_type},
    {"name", read_string, AT(c_info.name)},
    {"uuid", read_uuid},
    {"pool", read_pool},
    {"memory", read_memory, AT(b_info.target_memkb), 1, MB_MAX, "a number of MiB"},
    {"maxmem", read_memory, AT(b_info.max_memkb), 1, MB_MAX, "a number of MiB"},
    {"vcpus", read_vcpus, 0, 1, 4096},
    {"maxvcpus", read_maxvcpus, 0, 1, 4096},
    {"cpus", read_affinity},
    {"cpus_soft", read_affinity},
    {"cpu_weight", read_int, AT(b_info.sched_params.weight), 1, 65535},
    {"cap", read_int, AT(b_info.sched_params.cap), 0, 65535},
    {"claim_nodes", read_claim_nodes},
    {"vnuma", read_vnuma, .hint = "lists of \"pnode=\", \"size=\", \"vcpus=\" and \"vdistances=\""},
    {"kernel", read_string, AT(b_info.kernel)},
    {"ramdisk", read_string, AT(b_info.ramdisk)},
    {"cmdline", read_cmdline},
    {"root", read_cmdline},
    {"extra", read_cmdline},
    {"disk", read_disks},
    {"vif", read_nics},
    {"on_poweroff", read_action, AT(on_poweroff)},
    {"on_reboot", read_action, AT(on_reboot)},
    {"on_watchdog", read_action, AT(on_watchdog)},
    {"on_crash", read_action, AT(on_crash)},
    {"max_grant_frames", read_int, AT(b_info.max_grant_frames), 0, 1LL << 24},
    {"max_maptrack_frames", read_int, AT(b_info.max_maptrack_frames), 0, 1LL << 24},
    {"max_grant_version", read_int, AT(b_info.max_grant_version), 1, 2},
    {"event_channels", read_int, AT(b_info.event_channels), 1, 1LL << 17},
    {"max_event_channels", read_int, AT(b_info.event_channels), 1, 1LL << 17},
    {"rtc_timeoffset", read_int, AT(b_info.rtc_timeoffset), 0, INT32_MAX},
    {"shadow_memory", read_memory, AT(b_info.shadow_memkb), 1, MB_MAX, "a number of MiB"},
    {"blkdev_start", read_string, AT(b_info.blkdev_start)},
    {"acpi", read_bool, AT(b_info.acpi)},
    {"nestedhvm", read_bool, AT(b_info.nested_hvm)},
    {"hap", read_bool, AT(c_info.hap)},
    {"localtime", read_bool, AT(b_info.localtime)},
    {"on_soft_reset", read_silently},
    {"on_suspend", read_silently},
    {"apic", read_silently},
    {"pae", read_silently},
    {"nx", read_silently},
    {"vfb", read_ignored},
    {"vnc", read_silently},
    {"sdl", read_silently},
    {"serial", read_ignored},
    {"boot", read_ignored},
    {"device_model_version", read_ignored},
    {"keymap", read_ignored},
    {"usb", read_ignored},
    {"viridian", read_ignored},
    {"hpet", read_ignored},
    {"timer_mode", read_ignored},
    {"tsc_mode", read_ignored},
    {"vpmu", read_ignored},
    {"seclabel", read_ignored, .hint = ": there is no security policy"},
    {"nomigrate", read_ignored, .hint = ": guests are not migrated"},
    {"driver_domain", read_ignored, .hint = ": guests get no devices of the host"},
    {"xend_suspend_evtchn_compat", read_silently},
    {"firmware_override", read_refused,
     .hint = "a guest starts with its kernel: say kernel=\"/path\""},
    {"bootloader", read_refused, .hint = "a guest starts with its kernel: say kernel=\"/path\""},
    {"pci", read_refused, .hint = "devices of the host are not given to guests"},
    {"usbdev", read_refused, .hint = "devices of the host are not given to guests"},
    {"vtpm", read_refused, .hint = "there is no backend for it"},
    {"p9", read_refused, .hint = "there is no backend for it"},
    {"pvshim", read_refused, .hint = "there are no PV guests"},
};

static void warn_unknown(const struct config *config)
{
    for (const struct config_setting *s = config->settings; s; s = s->next) {
        size_t i = 0;

        while (i < ARRAY_SIZE(keys) && strcmp(keys[i].name, s->name))
            i++;
        if (i == ARRAY_SIZE(keys))
            config_error(config, s->value.line, "warning: unknown key \"%s\": ignored", s->name);
    }
}

static void defaults(struct xl *xl, libxl_domain_config *d)
{
    d->c_info.type = LIBXL_DOMAIN_TYPE_PVH;
    libxl_defbool_set(&d->c_info.run_hotplug_scripts, xl->conf.run_hotplug_scripts);
    d->b_info.max_vcpus = 0;
    d->on_poweroff = LIBXL_ACTION_ON_SHUTDOWN_DESTROY;
    d->on_reboot = LIBXL_ACTION_ON_SHUTDOWN_RESTART;
    d->on_watchdog = LIBXL_ACTION_ON_SHUTDOWN_DESTROY;
    d->on_crash = LIBXL_ACTION_ON_SHUTDOWN_DESTROY;
    d->b_info.max_grant_frames = xl->conf.max_grant_frames;
    d->b_info.max_maptrack_frames = xl->conf.max_maptrack_frames;
    if (xl->conf.claim_mode)
        libxl_defbool_set(&d->b_info.claim_mode, true);
}

/* What must be there, and what follows from what is. */
static int complete(const struct config *config, libxl_domain_config *d)
{
    libxl_domain_build_info *b = &d->b_info;

    if (!d->c_info.name) {
        config_error(config, 1, "the guest has no name: say name=\"...\"");
        return -1;
    }
    if (!b->kernel) {
        config_error(config, 1, "the guest has no kernel: say kernel=\"/path/to/vmlinuz\"");
        return -1;
    }
    if (b->target_memkb == LIBXL_MEMKB_DEFAULT && b->max_memkb == LIBXL_MEMKB_DEFAULT) {
        config_error(config, 1, "the guest has no memory: say memory=512 (MiB)");
        return -1;
    }
    if (b->max_memkb == LIBXL_MEMKB_DEFAULT)
        b->max_memkb = b->target_memkb;
    if (b->target_memkb == LIBXL_MEMKB_DEFAULT)
        b->target_memkb = b->max_memkb;
    if (b->target_memkb > b->max_memkb) {
        const struct config_value *v = config_find(config, "maxmem");

        config_error(config, v ? v->line : 1, "maxmem: %llu MiB is less than memory=%llu",
                     (unsigned long long)b->max_memkb / 1024,
                     (unsigned long long)b->target_memkb / 1024);
        return -1;
    }
    return 0;
}

int guest_config(struct xl *xl, const struct config *config, libxl_domain_config *d)
{
    struct reading r = {xl, config, d};
    int rc = 0;

    defaults(xl, d);
    warn_unknown(config);
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        const struct config_value *v = config_find(config, keys[i].name);

        if (v && keys[i].read(&r, &keys[i], v))
            rc = -1; /* go on: all that is wrong is said at once */
    }
    if (!d->b_info.max_vcpus)
        d->b_info.max_vcpus = 1;
    return rc ? rc : complete(config, d);
}
