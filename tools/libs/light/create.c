/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * A new domain, from its configuration to the moment before it runs; and the end of a domain.
 *
 * Everything that can be checked is checked before the domain exists.  From then on one path undoes
 * everything: destroying the domain as one that runs is destroyed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "internal.h"

/* ---- Checking what is asked for ---- */

static int check_type(libxl_ctx *ctx, libxl_domain_config *config)
{
    libxl_domain_type type = config->c_info.type;

    if (type == LIBXL_DOMAIN_TYPE_INVALID)
        type = config->c_info.type = LIBXL_DOMAIN_TYPE_PVH;
    if (type != LIBXL_DOMAIN_TYPE_PVH) {
        LOG(ctx, ERROR,
            "guests of type \"%s\" are not supported: say type=\"pvh\" (Linux has been "
            "able to since 4.11)",
            libxl_domain_type_to_string(type));
        return ERROR_INVAL;
    }
    config->b_info.type = type;
    return 0;
}

static int check_name(libxl_ctx *ctx, const char *name)
{
    uint32_t other;

    if (!name || !*name || strchr(name, '/') || strspn(name, "0123456789") == strlen(name)) {
        LOG(ctx, ERROR,
            "\"%s\" cannot name a domain: a name is neither empty nor a number and has "
            "no slash",
            name ? name : "");
        return ERROR_INVAL;
    }
    if (!libxl_name_to_domid(ctx, name, &other)) {
        LOG(ctx, ERROR, "domain %u is already called \"%s\"", other, name);
        return ERROR_INVAL;
    }
    return 0;
}

static int check_config(libxl_ctx *ctx, libxl_domain_config *config)
{
    int rc = check_type(ctx, config);

    if (!rc)
        rc = check_name(ctx, config->c_info.name);
    if (!rc)
        rc = build_defaults(ctx, &config->b_info);
    for (int i = 0; !rc && i < config->num_disks; i++)
        rc = disk_defaults(ctx, &config->disks[i]);
    for (int i = 0; !rc && i < config->num_nics; i++)
        rc = nic_defaults(ctx, &config->nics[i], i);
    if (!rc && config->c_info.pool_name)
        rc = libxl_cpupool_qualifier_to_cpupoolid(ctx, config->c_info.pool_name,
                                                  &config->c_info.poolid, NULL);
    if (libxl_uuid_is_nil(&config->c_info.uuid))
        libxl_uuid_generate(&config->c_info.uuid);
    libxl_defbool_setdefault(&config->c_info.hap, true);
    libxl_defbool_setdefault(&config->c_info.run_hotplug_scripts, true);
    return rc;
}

/* ---- The domain and its place in xenstore ---- */

static int make_domain(libxl_ctx *ctx, struct creation *c)
{
    const libxl_domain_config *config = c->config;
    const libxl_domain_build_info *info = &config->b_info;
    struct xen_domctl_createdomain create = {
        .ssidref = config->c_info.ssidref,
        .flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap,
        .max_vcpus = info->max_vcpus,
        .max_evtchn_port = info->event_channels,
        .max_grant_frames = info->max_grant_frames,
        .max_maptrack_frames = info->max_maptrack_frames,
        .grant_opts =
            XEN_DOMCTL_GRANT_version(info->max_grant_version > 0 ? info->max_grant_version : 1),
        .cpupool_id = config->c_info.poolid,
        .arch.emulation_flags = XEN_X86_EMU_LAPIC,
    };

    memcpy(create.handle, config->c_info.uuid.uuid, sizeof(create.handle));
    if (xc_domain_create(ctx->xch, &c->domid, &create)) {
        int err = errno;

        LOGE(ctx, ERROR, "the hypervisor does not create the domain");
        c->domid = 0;
        return claim_error(ctx, info, err);
    }
    return 0;
}

enum access { OURS, READABLE, WRITABLE }; /* by the guest */

static int make_node(libxl_ctx *ctx, xs_transaction_t t, uint32_t domid, const char *path,
                     enum access access)
{
    struct xs_permissions perms[][2] = {
        [OURS] = {{.id = 0, .perms = XS_PERM_NONE}},
        [READABLE] = {{.id = 0, .perms = XS_PERM_NONE}, {.id = domid, .perms = XS_PERM_READ}},
        [WRITABLE] = {{.id = domid, .perms = XS_PERM_NONE}},
    };

    return store_mkdir(ctx, t, path, perms[access], access == READABLE ? 2 : 1);
}

static const struct {
    const char *path;
    enum access access;
} domain_nodes[] = {
    {"", READABLE},
    {"/cpu", READABLE},
    {"/memory", READABLE},
    {"/device", READABLE},
    {"/control", READABLE},
    {"/control/shutdown", WRITABLE},
    {"/control/feature-poweroff", WRITABLE},
    {"/control/feature-reboot", WRITABLE},
    {"/control/feature-suspend", WRITABLE},
    {"/control/sysrq", WRITABLE},
    {"/store", READABLE},
    {"/data", WRITABLE},
    {"/drivers", WRITABLE},
    {"/feature", WRITABLE},
    {"/attr", WRITABLE},
    {"/error", WRITABLE},
    {"/device/suspend", READABLE},
    {"/device/suspend/event-channel", WRITABLE},
};

static int write_vcpus(libxl_ctx *ctx, xs_transaction_t t, uint32_t domid,
                       const libxl_domain_build_info *info)
{
    ARENA(a);
    int rc = 0;

    for (int i = 0; !rc && i < info->max_vcpus; i++) {
        char *dir = arena_printf(&a, "/local/domain/%u/cpu/%d", domid, i);

        rc = make_node(ctx, t, domid, dir, READABLE);
        if (!rc)
            rc = store_write(ctx, t, arena_printf(&a, "%s/availability", dir), "%s",
                             libxl_bitmap_test(&info->avail_vcpus, i) ? "online" : "offline");
    }
    return rc;
}

static int introduce_body(libxl_ctx *ctx, xs_transaction_t t, void *data)
{
    const struct creation *c = data;
    const libxl_domain_create_info *info = &c->config->c_info;
    const libxl_domain_build_info *build = &c->config->b_info;
    ARENA(a);
    char *dom = arena_printf(&a, "/local/domain/%u", c->domid);
    char *uuid = arena_printf(&a, LIBXL_UUID_FMT, LIBXL_UUID_BYTES(info->uuid));
    char *vm = arena_printf(&a, "/vm/%s", uuid), *own = arena_printf(&a, "/libxl/%u", c->domid);
    const struct {
        const char *dir, *leaf, *value;
    } leaves[] = {
        {dom, "name", info->name},
        {dom, "domid", arena_printf(&a, "%u", c->domid)},
        {dom, "vm", vm},
        {dom, "memory/static-max", arena_printf(&a, "%llu", (unsigned long long)build->max_memkb)},
        {dom, "memory/target", arena_printf(&a, "%llu", (unsigned long long)build->target_memkb)},
        {dom, "store/port", arena_printf(&a, "%u", c->state.store_port)},
        {dom, "store/ring-ref", arena_printf(&a, "%lu", c->state.store_gfn)},
        {dom, "control/platform-feature-multiprocessor-suspend", "1"},
        {dom, "control/platform-feature-xs_reset_watches", "1"},
        {vm, "name", info->name},
        {vm, "uuid", uuid},
        {vm, "start_time", arena_printf(&a, "%lld", (long long)time(NULL))},
        {own, "type", libxl_domain_type_to_string(info->type)},
    };
    int rc = 0;

    store_remove(ctx, t, dom);
    for (size_t i = 0; !rc && i < ARRAY_SIZE(domain_nodes); i++)
        rc = make_node(ctx, t, c->domid, arena_printf(&a, "%s%s", dom, domain_nodes[i].path),
                       domain_nodes[i].access);
    if (!rc)
        rc = make_node(ctx, t, c->domid, vm, READABLE);
    if (!rc)
        rc = make_node(ctx, t, c->domid, own, OURS);
    for (size_t i = 0; !rc && i < ARRAY_SIZE(leaves); i++)
        rc = store_write(ctx, t, arena_printf(&a, "%s/%s", leaves[i].dir, leaves[i].leaf), "%s",
                         leaves[i].value);
    if (!rc)
        rc = hotplug_note(ctx, t, c->domid, libxl_defbool_val(info->run_hotplug_scripts));
    for (char **kv = info->xsdata; !rc && kv && kv[0]; kv += 2)
        rc = store_write(ctx, t, arena_printf(&a, "%s/vm-data/%s", dom, kv[0]), "%s", kv[1]);
    return rc ? rc : write_vcpus(ctx, t, c->domid, build);
}

/* The name first, while nothing else is there: from now on two domains cannot have it. */
static int name_body(libxl_ctx *ctx, xs_transaction_t t, void *data)
{
    const struct creation *c = data;
    ARENA(a);
    char *dom = arena_printf(&a, "/local/domain/%u", c->domid);
    uint32_t other;
    int rc;

    if (!libxl_name_to_domid(ctx, c->config->c_info.name, &other) && other != c->domid) {
        LOG(ctx, ERROR, "domain %u is already called \"%s\"", other, c->config->c_info.name);
        return ERROR_INVAL;
    }
    store_remove(ctx, t, dom);
    rc = make_node(ctx, t, c->domid, dom, READABLE);
    return rc ? rc
              : store_write(ctx, t, arena_printf(&a, "%s/name", dom), "%s", c->config->c_info.name);
}

/* ---- The steps ---- */

static int check_fit(libxl_ctx *ctx, struct creation *c)
{
    return claim_check(ctx, &c->config->b_info);
}

static int reserve_name(libxl_ctx *ctx, struct creation *c)
{
    return store_transact(ctx, name_body, c);
}

static int introduce(libxl_ctx *ctx, struct creation *c)
{
    int rc = store_transact(ctx, introduce_body, c);

    if (rc)
        return rc;
    if (!xs_introduce_domain(store_handle(ctx), c->domid, c->state.store_gfn,
                             c->state.store_port)) {
        LOGE(ctx, ERROR, "domain %u: xenstored does not accept it", c->domid);
        return ERROR_FAIL;
    }
    return 0;
}

static int add_console(libxl_ctx *ctx, struct creation *c)
{
    const libxl_asyncprogress_how *how = c->console_how;
    int rc = console_add_primary(ctx, c->domid, &c->state);

    if (!rc && how && how->callback) {
        libxl_event *event = xcalloc(1, sizeof(*event));

        libxl_event_init(event);
        event->domid = c->domid;
        event->for_user = how->for_event;
        how->callback(ctx, event, how->for_callback);
    }
    return rc;
}

static int add_devices(libxl_ctx *ctx, struct creation *c)
{
    libxl_domain_config *config = c->config;
    int rc = 0;

    for (int i = 0; !rc && i < config->num_disks; i++)
        rc = libxl_device_disk_add(ctx, c->domid, &config->disks[i], NULL);
    for (int i = 0; !rc && i < config->num_nics; i++)
        rc = libxl_device_nic_add(ctx, c->domid, &config->nics[i], NULL);
    return rc;
}

static int keep_config(libxl_ctx *ctx, struct creation *c)
{
    return config_save(ctx, c->domid, c->config);
}

/* From nothing to a domain that can be unpaused; build.c tells why in this order. */
static const struct {
    const char *name;
    creation_step *take;
} steps[] = {
    {"domain", make_domain},  {"name", reserve_name},       {"fit", check_fit},
    {"limits", build_limits}, {"affinity", build_affinity}, {"placement", build_place},
    {"weight", build_weight}, {"ports", build_ports},       {"parse", build_kernel},
    {"claim", build_claim},   {"populate", build_memory},   {"load", build_load},
    {"boot", build_boot},     {"introduce", introduce},     {"console", add_console},
    {"devices", add_devices}, {"config", keep_config},
};

int libxl_domain_create_new(libxl_ctx *ctx, libxl_domain_config *d_config, uint32_t *domid,
                            const libxl_asyncop_how *ao_how,
                            const libxl_asyncprogress_how *aop_console_how)
{
    struct creation c = {.config = d_config, .console_how = aop_console_how};
    int rc = store_handle(ctx) ? check_config(ctx, d_config) : ERROR_FAIL;

    for (size_t i = 0; !rc && i < ARRAY_SIZE(steps); i++) {
        step_reached(ctx, c.domid, steps[i].name);
        rc = steps[i].take(ctx, &c);
    }
    build_end(&c);
    if (rc && c.domid)
        libxl_domain_destroy(ctx, c.domid, NULL);
    *domid = rc ? INVALID_DOMID : c.domid;
    return ao_end(ctx, rc, ao_how);
}

/* ---- The end ---- */

struct ending {
    uint32_t domid;
    libxl_uuid uuid;
    const struct device *devices;
    unsigned int nr_devices;
};

/* Everything in one transaction: each costs xenstored more than what is done in it. */
static int forget_body(libxl_ctx *ctx, xs_transaction_t t, void *data)
{
    const struct ending *end = data;
    ARENA(a);

    for (unsigned int i = 0; i < end->nr_devices; i++)
        if (!i || end->devices[i].kind != end->devices[i - 1].kind ||
            end->devices[i].backend_domid != end->devices[i - 1].backend_domid)
            device_forget_backends(ctx, t, &end->devices[i]);
    store_remove(ctx, t, arena_printf(&a, "/vm/" LIBXL_UUID_FMT, LIBXL_UUID_BYTES(end->uuid)));
    store_remove(ctx, t, arena_printf(&a, "/libxl/%u", end->domid));
    store_remove(ctx, t, arena_printf(&a, "/local/domain/%u", end->domid));
    return 0;
}

static void forget(libxl_ctx *ctx, const libxl_dominfo *info)
{
    ARENA(a);
    struct ending end = {.domid = info->domid, .uuid = info->uuid};

    end.devices = devices_take_down(ctx, &a, info->domid, &end.nr_devices);
    store_transact(ctx, forget_body, &end);
}

/*
 * xenstored is not told: the hypervisor tells it by VIRQ_DOM_EXC, and it tells xenconsoled.  (A
 * release that oxenstored gets before it has looked makes it forget the domain without closing its
 * event channel.)
 */
int libxl_domain_destroy(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how)
{
    libxl_dominfo info;
    int rc = domid ? libxl_domain_info(ctx, &info, domid) : ERROR_INVAL;

    if (rc) {
        LOG(ctx, ERROR, domid ? "there is no domain %u" : "domain %u is the control domain", domid);
        return ao_end(ctx, rc, ao_how);
    }
    if (xc_domain_pause(ctx->xch, domid) && errno != ESRCH)
        LOGE(ctx, WARN, "cannot pause domain %u", domid);
    if (store_handle(ctx))
        forget(ctx, &info);
    libxl_dominfo_dispose(&info);
    userdata_destroy(ctx, domid);
    if (xc_domain_destroy(ctx->xch, domid) && errno != ESRCH) { /* somebody else was faster */
        LOGE(ctx, ERROR, "cannot destroy domain %u", domid);
        rc = ERROR_FAIL;
    }
    return ao_end(ctx, rc, ao_how);
}
