/* SPDX-License-Identifier: LGPL-2.1-only */
/* Domains that exist: finding, naming, pausing and asking them; create.c and destroy.c do the rest.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

int libxl_domid_valid_guest(uint32_t domid)
{
    return domid > 0 && DOMID_IS_VALID(domid);
}

/* ---- What the hypervisor says of them ---- */

static uint64_t pages_to_kb(uint64_t pages)
{
    return pages * KB_PER_PAGE;
}

static void info_of(libxl_ctx *ctx, const xc_domaininfo_t *xc, libxl_dominfo *info)
{
    const uint32_t f = xc->flags;

    libxl_dominfo_init(info);
    memcpy(info->uuid.uuid, xc->handle, sizeof(info->uuid.uuid));
    info->domid = xc->domain;
    info->ssidref = xc->ssidref;
    info->dying = f & XEN_DOMINF_dying;
    info->shutdown = f & XEN_DOMINF_shutdown;
    info->paused = f & XEN_DOMINF_paused;
    info->blocked = f & XEN_DOMINF_blocked;
    info->running = f & XEN_DOMINF_running;
    info->never_stop = f & XEN_DOMINF_xs_domain;
    if (info->shutdown)
        info->shutdown_reason = f >> XEN_DOMINF_shutdownshift & XEN_DOMINF_shutdownmask;
    info->outstanding_memkb = pages_to_kb(xc->outstanding_pages);
    info->current_memkb = pages_to_kb(xc->tot_pages);
    info->shared_memkb = pages_to_kb(xc->shr_pages);
    info->paged_memkb = pages_to_kb(xc->paged_pages);
    info->max_memkb = pages_to_kb(xc->max_pages);
    info->cpu_time = xc->cpu_time;
    info->vcpu_max_id = xc->max_vcpu_id;
    info->vcpu_online = xc->nr_online_vcpus;
    info->cpupool = xc->cpupool;
    info->gpaddr_bits = xc->gpaddr_bits;
    info->domain_type = f & XEN_DOMINF_hvm_guest ? LIBXL_DOMAIN_TYPE_PVH : LIBXL_DOMAIN_TYPE_PV;
}

int libxl_domain_info(libxl_ctx *ctx, libxl_dominfo *info_r, uint32_t domid)
{
    xc_domaininfo_t xc;

    if (xc_domain_getinfo_single(ctx->xch, domid, &xc)) {
        if (errno == ESRCH)
            return ERROR_DOMAIN_NOTFOUND;
        LOGE(ctx, ERROR, "cannot read the state of domain %u", domid);
        return ERROR_FAIL;
    }
    if (info_r)
        info_of(ctx, &xc, info_r);
    return 0;
}

libxl_dominfo *libxl_list_domain(libxl_ctx *ctx, int *nb_domain_out)
{
    enum { BATCH = 256 };
    xc_domaininfo_t *batch = xcalloc(BATCH, sizeof(*batch));
    libxl_dominfo *list = NULL;
    uint32_t next = 0;
    int count = 0, n;

    while ((n = xc_domain_getinfolist(ctx->xch, next, BATCH, batch)) > 0) {
        list = xrealloc(list, (count + n) * sizeof(*list));
        for (int i = 0; i < n; i++)
            info_of(ctx, &batch[i], &list[count++]);
        next = batch[n - 1].domain + 1;
        if (n < BATCH)
            break;
    }
    if (n < 0) {
        LOGE(ctx, ERROR, "cannot list the domains");
        libxl_dominfo_list_free(list, count);
        list = NULL;
        count = 0;
    }
    free(batch);
    *nb_domain_out = count;
    return list;
}

libxl_vminfo *libxl_list_vm(libxl_ctx *ctx, int *nb_vm_out)
{
    int nr;
    libxl_dominfo *info = libxl_list_domain(ctx, &nr);
    libxl_vminfo *list;

    *nb_vm_out = 0;
    if (!info)
        return NULL;
    list = xcalloc(nr, sizeof(*list));
    for (int i = 0; i < nr; i++) {
        list[i].uuid = info[i].uuid;
        list[i].domid = info[i].domid;
    }
    libxl_dominfo_list_free(info, nr);
    *nb_vm_out = nr;
    return list;
}

/* ---- Names: xenstore knows them ---- */

char *libxl_domid_to_name(libxl_ctx *ctx, uint32_t domid)
{
    ARENA(a);
    char *path = arena_printf(&a, "/local/domain/%u/name", domid);
    const char *name = store_read(ctx, &a, XBT_NULL, path);

    return name ? xstrdup(name) : NULL;
}

int libxl_name_to_domid(libxl_ctx *ctx, const char *name, uint32_t *domid)
{
    int nr, rc = ERROR_INVAL;
    libxl_dominfo *list = libxl_list_domain(ctx, &nr);

    for (int i = 0; list && i < nr && rc; i++) {
        char *candidate = libxl_domid_to_name(ctx, list[i].domid);

        if (candidate && !strcmp(candidate, name)) {
            *domid = list[i].domid;
            rc = 0;
        }
        free(candidate);
    }
    libxl_dominfo_list_free(list, nr);
    return list ? rc : ERROR_FAIL;
}

/* A string of digits is a number, whatever domains and pools are called. */
bool qualifier_number(const char *s, uint32_t *n)
{
    char *end;
    unsigned long value;

    if (!isdigit((unsigned char)*s))
        return false;
    errno = 0;
    value = strtoul(s, &end, 10);
    if (*end || errno || value > UINT32_MAX)
        return false;
    *n = value;
    return true;
}

int libxl_domain_qualifier_to_domid(libxl_ctx *ctx, const char *name, uint32_t *domid)
{
    if (!name || !*name)
        return ERROR_INVAL;
    if (qualifier_number(name, domid))
        return 0;
    return libxl_name_to_domid(ctx, name, domid);
}

struct rename {
    uint32_t domid;
    const char *old_name, *new_name;
};

static int rename_body(libxl_ctx *ctx, xs_transaction_t t, void *data)
{
    const struct rename *r = data;
    ARENA(a);
    char *path = arena_printf(&a, "/local/domain/%u/name", r->domid);
    const char *current = store_read(ctx, &a, t, path);
    uint32_t other;
    int rc;

    if (r->old_name && (!current || strcmp(current, r->old_name))) {
        LOG(ctx, ERROR, "domain %u is called \"%s\", not \"%s\"", r->domid, current ? current : "",
            r->old_name);
        return ERROR_FAIL;
    }
    if (!libxl_name_to_domid(ctx, r->new_name, &other) && other != r->domid) {
        LOG(ctx, ERROR, "domain %u is already called \"%s\"", other, r->new_name);
        return ERROR_INVAL;
    }
    rc = store_write(ctx, t, path, "%s", r->new_name);
    if (!rc && domain_type(ctx, r->domid) != LIBXL_DOMAIN_TYPE_INVALID) {
        const char *vm = store_read(ctx, &a, t, arena_printf(&a, "/local/domain/%u/vm", r->domid));

        if (vm)
            rc = store_write(ctx, t, arena_printf(&a, "%s/name", vm), "%s", r->new_name);
    }
    return rc;
}

static void rename_config(libxl_domain_config *config, const void *new_name)
{
    free(config->c_info.name);
    config->c_info.name = xstrdup(new_name);
}

int libxl_domain_rename(libxl_ctx *ctx, uint32_t domid, const char *old_name, const char *new_name)
{
    struct rename r = {domid, old_name, new_name};
    int rc;

    if (!new_name || !*new_name || strchr(new_name, '/') ||
        qualifier_number(new_name, &(uint32_t){0})) {
        LOG(ctx, ERROR,
            "\"%s\" cannot name a domain: a name is neither empty nor a number and has "
            "no slash",
            new_name ? new_name : "");
        return ERROR_INVAL;
    }
    rc = store_transact(ctx, rename_body, &r);
    if (rc || !libxl_domid_valid_guest(domid))
        return rc;
    return config_change(ctx, domid, rename_config, new_name);
}

libxl_domain_type domain_type(libxl_ctx *ctx, uint32_t domid)
{
    ARENA(a);
    const char *s = store_read(ctx, &a, XBT_NULL, arena_printf(&a, "/libxl/%u/type", domid));
    libxl_domain_type type;

    return s && !libxl_domain_type_from_string(s, &type) ? type : LIBXL_DOMAIN_TYPE_INVALID;
}

uint32_t libxl_vm_get_start_time(libxl_ctx *ctx, uint32_t domid)
{
    ARENA(a);
    const char *vm = store_read(ctx, &a, XBT_NULL, arena_printf(&a, "/local/domain/%u/vm", domid));

    return vm ? store_read_number(ctx, arena_printf(&a, "%s/start_time", vm), -1) : (uint32_t)-1;
}

/* ---- What can be asked of them ---- */

int libxl_domain_pause(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how)
{
    int rc = 0;

    if (xc_domain_pause(ctx->xch, domid)) {
        rc = error_of_errno(errno);
        LOGE(ctx, ERROR, "cannot pause domain %u", domid);
    }
    return ao_end(ctx, rc, ao_how);
}

int libxl_domain_unpause(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how)
{
    int rc = 0;

    if (xc_domain_unpause(ctx->xch, domid)) {
        rc = error_of_errno(errno);
        LOGE(ctx, ERROR, "cannot unpause domain %u", domid);
    }
    return ao_end(ctx, rc, ao_how);
}

int domain_request(libxl_ctx *ctx, uint32_t domid, const char *what)
{
    ARENA(a);
    int rc = libxl_domain_info(ctx, NULL, domid);

    if (rc)
        return rc;
    return store_write(ctx, XBT_NULL, arena_printf(&a, "/local/domain/%u/control/shutdown", domid),
                       "%s", what);
}

int libxl_domain_shutdown(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how)
{
    return ao_end(ctx, domain_request(ctx, domid, "poweroff"), ao_how);
}

int libxl_domain_reboot(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how)
{
    return ao_end(ctx, domain_request(ctx, domid, "reboot"), ao_how);
}

/* ---- Setting a dead one aside ---- */

/* Name and identity go to the domain that comes next; what is noted of this one follows it. */
static int take_new_identity(libxl_ctx *ctx, uint32_t domid, const char *name, libxl_uuid uuid)
{
    ARENA(a);
    char *vm = arena_printf(&a, "/vm/" LIBXL_UUID_FMT, LIBXL_UUID_BYTES(uuid));
    libxl_domain_config config;
    int known;

    libxl_domain_config_init(&config);
    known = !config_load(ctx, domid, &config);
    if (xc_domain_sethandle(ctx->xch, domid, uuid.uuid)) {
        LOGE(ctx, ERROR, "cannot give domain %u another identity", domid);
        libxl_domain_config_dispose(&config);
        return ERROR_FAIL;
    }
    userdata_destroy(ctx, domid);
    config.c_info.uuid = uuid;
    if (known)
        config_save(ctx, domid, &config);
    libxl_domain_config_dispose(&config);
    if (store_write(ctx, XBT_NULL, arena_printf(&a, "%s/name", vm), "%s", name))
        return ERROR_FAIL;
    return store_write(ctx, XBT_NULL, arena_printf(&a, "/local/domain/%u/vm", domid), "%s", vm);
}

int libxl_domain_preserve(libxl_ctx *ctx, uint32_t domid, libxl_domain_create_info *info,
                          const char *name_suffix, libxl_uuid new_uuid)
{
    ARENA(a);
    char *name = arena_keep(&a, libxl_domid_to_name(ctx, domid)), *preserved;
    int rc;

    if (!name)
        return ERROR_DOMAIN_NOTFOUND;
    preserved = arena_printf(&a, "%s%s", name, name_suffix);
    rc = libxl_domain_rename(ctx, domid, name, preserved);
    return rc ? rc : take_new_identity(ctx, domid, preserved, new_uuid);
}
