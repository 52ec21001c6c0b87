/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Devices as xenstore and the hotplug scripts see them.
 *
 *   /local/domain/D/device/KIND/N           the guest's end, which the guest writes
 *   /local/domain/B/backend/KIND/D/N        the other end, which only B writes
 *   /libxl/D/device/KIND/N                  our own record, which no guest can change
 *
 * Coming: both ends are written in one transaction, the backend answers with state InitWait, and
 * the hotplug script (hotplug.c) gives it its block device or bridge.  Going: the backend is told
 * to close, the script undoes its work, and all three nodes are removed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xen/io/xenbus.h>

#include "internal.h"

enum { BACKEND_MS = 40000, CLOSE_MS = 10000 };

static const struct {
    const char *name;
    const char *script_up, *script_down; /* what the script is told; NULL: there is none */
    const char *module;                  /* of Linux, where the other end is */
} kinds[] = {
    [DEVICE_VBD] = {"vbd", "add", "remove", "xen-blkback"},
    [DEVICE_VIF] = {"vif", "online", "offline", "xen-netback"},
    [DEVICE_CONSOLE] = {"console", NULL, NULL, NULL},
};

const char *device_kind_name(enum device_kind kind)
{
    return kinds[kind].name;
}

char *device_backend_path(struct arena *a, const struct device *dev)
{
    return arena_printf(a, "/local/domain/%u/backend/%s/%u/%d", dev->backend_domid,
                        kinds[dev->kind].name, dev->domid, dev->devid);
}

char *device_frontend_path(libxl_ctx *ctx, struct arena *a, const struct device *dev)
{
    if (dev->kind == DEVICE_CONSOLE && !dev->devid)
        return arena_printf(a, "/local/domain/%u/console", dev->domid);
    return arena_printf(a, "/local/domain/%u/device/%s/%d", dev->domid, kinds[dev->kind].name,
                        dev->devid);
}

int device_backend(libxl_ctx *ctx, const char *name, uint32_t *domid)
{
    if (!name || !libxl_domain_qualifier_to_domid(ctx, name, domid))
        return 0;
    LOG(ctx, ERROR, "there is no domain \"%s\" to serve a device", name);
    return ERROR_INVAL;
}

static char *record_path(struct arena *a, const struct device *dev)
{
    return arena_printf(a, "/libxl/%u/device/%s/%d", dev->domid, kinds[dev->kind].name, dev->devid);
}

/* ---- Coming ---- */

struct addition {
    const struct device *dev;
    const struct device_node *back, *front;
    const char *script;
};

static int write_nodes(libxl_ctx *ctx, xs_transaction_t t, struct arena *a, const char *path,
                       const struct device_node *nodes)
{
    for (; nodes && nodes->key; nodes++) {
        int rc = nodes->value ? store_write(ctx, t, arena_printf(a, "%s/%s", path, nodes->key),
                                            "%s", nodes->value)
                              : 0;
        if (rc)
            return rc;
    }
    return 0;
}

/* The end at path: who owns it, who reads it, where the other end is. */
static int write_end(libxl_ctx *ctx, xs_transaction_t t, struct arena *a, const char *path,
                     uint32_t owner, uint32_t reader, const struct device_node *common,
                     const struct device_node *own)
{
    struct xs_permissions perms[] = {{.id = owner, .perms = XS_PERM_NONE},
                                     {.id = reader, .perms = XS_PERM_READ}};
    int rc = store_mkdir(ctx, t, path, perms, 2);

    if (!rc)
        rc = write_nodes(ctx, t, a, path, common);
    return rc ? rc : write_nodes(ctx, t, a, path, own);
}

static int add_body(libxl_ctx *ctx, xs_transaction_t t, void *data)
{
    const struct addition *add = data;
    const struct device *dev = add->dev;
    struct xs_permissions ours[] = {{.id = 0, .perms = XS_PERM_NONE}};
    ARENA(a);
    char *front = device_frontend_path(ctx, &a, dev), *back = device_backend_path(&a, dev);
    char *record = record_path(&a, dev);
    const char *state = arena_printf(&a, "%d", XenbusStateInitialising);
    const struct device_node front_common[] = {
        {"backend", back},
        {"backend-id", arena_printf(&a, "%u", dev->backend_domid)},
        {"state", state},
        {NULL}};
    const struct device_node back_common[] = {{"frontend", front},
                                              {"frontend-id", arena_printf(&a, "%u", dev->domid)},
                                              {"online", "1"},
                                              {"state", state},
                                              {NULL}};
    const struct device_node pointers[] = {
        {"frontend", front}, {"backend", back}, {"script", add->script}, {NULL}};
    int rc;

    if (store_read(ctx, &a, t, arena_printf(&a, "%s/frontend", record))) {
        LOG(ctx, ERROR, "domain %u has a %s %d already", dev->domid, kinds[dev->kind].name,
            dev->devid);
        return ERROR_DEVICE_EXISTS;
    }
    /* What xenconsoled finds in a console's node it believes: only we may write there. */
    rc = dev->kind == DEVICE_CONSOLE
             ? write_end(ctx, t, &a, front, 0, dev->domid, front_common, add->front)
             : write_end(ctx, t, &a, front, dev->domid, dev->backend_domid, front_common,
                         add->front);
    if (!rc)
        rc = write_end(ctx, t, &a, back, dev->backend_domid, dev->domid, back_common, add->back);
    if (!rc)
        rc = store_mkdir(ctx, t, record, ours, 1);
    if (!rc)
        rc = write_nodes(ctx, t, &a, record, pointers);
    return rc ? rc : write_nodes(ctx, t, &a, record, add->back);
}

static bool state_is_ready(const char *value, void *data)
{
    int state = value ? atoi(value) : 0;

    return state == XenbusStateInitWait || state == XenbusStateConnected ||
           state == XenbusStateClosed;
}

/* Gone, or as good as gone. */
static bool state_is_closed(const char *value, void *data)
{
    return !value || atoi(value) == XenbusStateClosed;
}

int device_add(libxl_ctx *ctx, const struct device *dev, const struct device_node *back,
               const struct device_node *front, const char *script)
{
    struct addition add = {dev, back, front, script};
    ARENA(a);
    char *state = arena_printf(&a, "%s/state", device_backend_path(&a, dev));
    int rc = store_transact(ctx, add_body, &add);

    if (rc || !kinds[dev->kind].script_up)
        return rc;
    rc = store_wait(ctx, state, BACKEND_MS, state_is_ready, NULL);
    if (rc == ERROR_TIMEDOUT)
        LOG(ctx, ERROR,
            "domain %u: no backend answered for %s %d within %d s: is its module (%s) "
            "loaded in domain %u?",
            dev->domid, kinds[dev->kind].name, dev->devid, BACKEND_MS / 1000,
            kinds[dev->kind].module, dev->backend_domid);
    if (!rc && script)
        rc = hotplug_run(ctx, dev, script, kinds[dev->kind].script_up);
    if (rc == ERROR_FAIL) /* what has refused to come up has nothing to take down */
        store_remove(ctx, XBT_NULL, arena_printf(&a, "%s/script", record_path(&a, dev)));
    if (rc)
        device_remove(ctx, dev, true);
    return rc;
}

/* ---- Going ---- */

static int close_body(libxl_ctx *ctx, xs_transaction_t t, void *data)
{
    const struct device *dev = data;
    ARENA(a);
    char *back = device_backend_path(&a, dev), *state = arena_printf(&a, "%s/state", back);

    if (!store_read(ctx, &a, t, state))
        return 0;
    store_write(ctx, t, arena_printf(&a, "%s/online", back), "0");
    return store_write(ctx, t, state, "%d", XenbusStateClosing);
}

static int forget_body(libxl_ctx *ctx, xs_transaction_t t, void *data)
{
    const struct device *dev = data;
    ARENA(a);

    store_remove(ctx, t, device_frontend_path(ctx, &a, dev));
    store_remove(ctx, t, record_path(&a, dev));
    store_prune(ctx, t, device_backend_path(&a, dev),
                arena_printf(&a, "/local/domain/%u", dev->backend_domid));
    return 0;
}

/* The guest's end and our record go with the rest of the domain's. */
void device_forget_backends(libxl_ctx *ctx, xs_transaction_t t, const struct device *dev)
{
    ARENA(a);
    char *backend = arena_printf(&a, "/local/domain/%u", dev->backend_domid);

    store_prune(ctx, t,
                arena_printf(&a, "%s/backend/%s/%u", backend, kinds[dev->kind].name, dev->domid),
                backend);
}

/* Waits until the backend has closed, and lets the script undo its work. */
static int take_down(libxl_ctx *ctx, const struct device *dev, bool force)
{
    ARENA(a);
    char *back = device_backend_path(&a, dev), *script;
    int rc;

    if (!kinds[dev->kind].script_down)
        return 0;
    rc = store_wait(ctx, arena_printf(&a, "%s/state", back), CLOSE_MS, state_is_closed, NULL);
    if (rc && !force) {
        LOG(ctx, ERROR, "domain %u does not let %s %d go: it may be in use", dev->domid,
            kinds[dev->kind].name, dev->devid);
        return rc;
    }
    script = arena_keep(&a, device_note(ctx, dev, "script"));
    if (script && *script)
        hotplug_run(ctx, dev, script, kinds[dev->kind].script_down);
    return 0;
}

int device_remove(libxl_ctx *ctx, const struct device *dev, bool force)
{
    ARENA(a);
    int rc = store_transact(ctx, close_body, (void *)dev);

    if (rc)
        return rc;
    if (force)
        store_remove(ctx, XBT_NULL, device_frontend_path(ctx, &a, dev));
    rc = take_down(ctx, dev, force);
    return rc ? rc : store_transact(ctx, forget_body, (void *)dev);
}

int device_end(libxl_ctx *ctx, struct device dev, bool force, config_edit *forget,
               const void *device, const libxl_asyncop_how *how)
{
    int rc = device_remove(ctx, &dev, force);

    return ao_end(ctx, rc ? rc : config_change(ctx, dev.domid, forget, device), how);
}

/* ---- Reading them back ---- */

char *device_note(libxl_ctx *ctx, const struct device *dev, const char *key)
{
    ARENA(a);
    struct xs_handle *xs = store_handle(ctx);

    return xs ? xs_read(xs, XBT_NULL, arena_printf(&a, "%s/%s", record_path(&a, dev), key), NULL)
              : NULL;
}

int device_note_number(libxl_ctx *ctx, const struct device *dev, const char *key, int missing)
{
    ARENA(a);

    return store_read_number(ctx, arena_printf(&a, "%s/%s", record_path(&a, dev), key), missing);
}

int device_front_number(libxl_ctx *ctx, const struct device *dev, const char *key)
{
    ARENA(a);
    char *front = device_frontend_path(ctx, &a, dev);

    return store_read_number(ctx, arena_printf(&a, "%s/%s", front, key), -1);
}

static uint32_t device_backend_domid(libxl_ctx *ctx, const struct device *dev)
{
    ARENA(a);
    const char *back = arena_keep(&a, device_note(ctx, dev, "backend"));
    unsigned int domid;

    return back && sscanf(back, "/local/domain/%u/", &domid) == 1 ? domid : 0;
}

static void read_device(libxl_ctx *ctx, uint32_t domid, enum device_kind kind, int devid,
                        device_read *read, void *out)
{
    struct device dev = {kind, domid, 0, devid};

    dev.backend_domid = device_backend_domid(ctx, &dev);
    read(ctx, &dev, out);
}

void *device_read_all(libxl_ctx *ctx, uint32_t domid, enum device_kind kind, size_t size,
                      device_read *read, int *count)
{
    ARENA(a);
    unsigned int nr;
    int *ids = device_list(ctx, &a, domid, kind, &nr);
    char *list = nr ? xcalloc(nr, size) : NULL;

    for (unsigned int i = 0; i < nr; i++)
        read_device(ctx, domid, kind, ids[i], read, list + i * size);
    *count = nr;
    return list;
}

int device_read_one(libxl_ctx *ctx, uint32_t domid, enum device_kind kind, int devid,
                    device_read *read, void *out)
{
    ARENA(a);
    unsigned int nr;
    int *ids = device_list(ctx, &a, domid, kind, &nr);

    for (unsigned int i = 0; i < nr; i++) {
        if (ids[i] == devid) {
            read_device(ctx, domid, kind, devid, read, out);
            return 0;
        }
    }
    return ERROR_NOTFOUND;
}

/* ---- All of a domain's ---- */

int *device_list(libxl_ctx *ctx, struct arena *a, uint32_t domid, enum device_kind kind,
                 unsigned int *count)
{
    char *dir = arena_printf(a, "/libxl/%u/device/%s", domid, kinds[kind].name);
    char **names = store_list(ctx, a, XBT_NULL, dir, count);
    int *ids = arena_keep(a, xcalloc(*count, sizeof(int)));

    for (unsigned int i = 0; i < *count; i++)
        ids[i] = atoi(names[i]);
    return ids;
}

static struct device *all_devices(libxl_ctx *ctx, struct arena *a, uint32_t domid,
                                  unsigned int *count)
{
    struct device *list = NULL;

    *count = 0;
    for (enum device_kind kind = 0; kind < ARRAY_SIZE(kinds); kind++) {
        unsigned int nr;
        int *ids = device_list(ctx, a, domid, kind, &nr);

        list = xrealloc(list, (*count + nr + 1) * sizeof(*list));
        for (unsigned int i = 0; i < nr; i++) {
            struct device *dev = &list[(*count)++];

            *dev = (struct device){kind, domid, 0, ids[i]};
            dev->backend_domid = device_backend_domid(ctx, dev);
        }
    }
    return arena_keep(a, list);
}

/* All backends are told first, so that they close at the same time. */
struct device *devices_take_down(libxl_ctx *ctx, struct arena *a, uint32_t domid,
                                 unsigned int *count)
{
    struct device *list = all_devices(ctx, a, domid, count);

    for (unsigned int i = 0; i < *count; i++) {
        if (!kinds[list[i].kind].script_down)
            continue;
        store_transact(ctx, close_body, &list[i]);
        store_remove(ctx, XBT_NULL, device_frontend_path(ctx, a, &list[i]));
    }
    for (unsigned int i = 0; i < *count; i++)
        take_down(ctx, &list[i], true);
    return list;
}
