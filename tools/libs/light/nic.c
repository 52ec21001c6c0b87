/* SPDX-License-Identifier: LGPL-2.1-only */
/* Network interfaces: ports of a bridge of the backend domain, served by its xen-netback. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "internal.h"

static bool mac_is_nil(const libxl_mac mac)
{
    static const libxl_mac nil;

    return !memcmp(mac, nil, sizeof(nil));
}

/* 00:16:3e is the vendor number of Xen's interfaces; the rest is random. */
static void mac_generate(libxl_mac mac)
{
    mac[0] = 0x00;
    mac[1] = 0x16;
    mac[2] = 0x3e;
    if (getrandom(mac + 3, 3, 0) != 3)
        abort();
    mac[3] &= 0x7f;
}

int nic_defaults(libxl_ctx *ctx, libxl_device_nic *nic, int devid)
{
    if (nic->nictype != LIBXL_NIC_TYPE_UNKNOWN && nic->nictype != LIBXL_NIC_TYPE_VIF) {
        LOG(ctx, ERROR, "network interface %d: only type=vif is served", devid);
        return ERROR_INVAL;
    }
    if (device_backend(ctx, nic->backend_domname, &nic->backend_domid))
        return ERROR_INVAL;
    nic->nictype = LIBXL_NIC_TYPE_VIF;
    if (nic->devid < 0)
        nic->devid = devid;
    if (mac_is_nil(nic->mac))
        mac_generate(nic->mac);
    if (!nic->bridge)
        nic->bridge = xstrdup("xenbr0");
    hotplug_script(&nic->script, "vif-bridge");
    libxl_defbool_setdefault(&nic->trusted, true);
    return 0;
}

static struct device nic_device(uint32_t domid, const libxl_device_nic *nic)
{
    struct device dev = {DEVICE_VIF, domid, nic->backend_domid, nic->devid};

    return dev;
}

static int next_devid(libxl_ctx *ctx, uint32_t domid)
{
    ARENA(a);
    unsigned int count;
    int *ids = device_list(ctx, &a, domid, DEVICE_VIF, &count), next = 0;

    for (unsigned int i = 0; i < count; i++)
        if (ids[i] >= next)
            next = ids[i] + 1;
    return next;
}

/* What is attached is there after a reboot, too; what is detached is not. */
static void nic_remember(libxl_domain_config *c, const void *what)
{
    c->nics = xrealloc(c->nics, (c->num_nics + 1) * sizeof(*c->nics));
    libxl_device_nic_copy(NULL, &c->nics[c->num_nics++], what);
}

static void nic_forget(libxl_domain_config *c, const void *what)
{
    const libxl_device_nic *nic = what;
    int kept = 0;

    for (int i = 0; i < c->num_nics; i++) {
        if (c->nics[i].devid != nic->devid)
            c->nics[kept++] = c->nics[i];
        else
            libxl_device_nic_dispose(&c->nics[i]);
    }
    c->num_nics = kept;
}

int libxl_device_nic_add(libxl_ctx *ctx, uint32_t domid, libxl_device_nic *nic,
                         const libxl_asyncop_how *ao_how)
{
    ARENA(a);
    struct device dev;
    int rc = nic_defaults(ctx, nic, next_devid(ctx, domid));

    if (rc)
        return ao_end(ctx, rc, ao_how);
    dev = nic_device(domid, nic);
    const char *mac = arena_printf(&a, LIBXL_MAC_FMT, LIBXL_MAC_BYTES(nic->mac));
    const char *handle = arena_printf(&a, "%d", nic->devid);
    const char *mtu = nic->mtu ? arena_printf(&a, "%d", nic->mtu) : NULL;
    const char *trusted = libxl_defbool_val(nic->trusted) ? "1" : "0";
    const char *rate =
        nic->rate_interval_usecs
            ? arena_printf(&a, "%llu,%u", (unsigned long long)nic->rate_bytes_per_interval,
                           nic->rate_interval_usecs)
            : NULL;
    const struct device_node back[] = {{"script", nic->script},
                                       {"vifname", nic->ifname},
                                       {"mac", mac},
                                       {"ip", nic->ip},
                                       {"bridge", nic->bridge},
                                       {"gatewaydev", nic->gatewaydev},
                                       {"rate", rate},
                                       {"mtu", mtu},
                                       {"handle", handle},
                                       {"type", "vif"},
                                       {"trusted", trusted},
                                       {"hotplug-status", ""},
                                       {NULL}};
    const struct device_node front[] = {
        {"handle", handle}, {"mac", mac}, {"mtu", mtu}, {"trusted", trusted}, {NULL}};

    rc = device_add(ctx, &dev, back, front, nic->script);
    return ao_end(ctx, rc ? rc : config_change(ctx, domid, nic_remember, nic), ao_how);
}

int libxl_device_nic_remove(libxl_ctx *ctx, uint32_t domid, libxl_device_nic *nic,
                            const libxl_asyncop_how *ao_how)
{
    return device_end(ctx, nic_device(domid, nic), false, nic_forget, nic, ao_how);
}

int libxl_device_nic_destroy(libxl_ctx *ctx, uint32_t domid, libxl_device_nic *nic,
                             const libxl_asyncop_how *ao_how)
{
    return device_end(ctx, nic_device(domid, nic), true, nic_forget, nic, ao_how);
}

/* ---- Reading them back ---- */

static void nic_read(libxl_ctx *ctx, const struct device *dev, void *out)
{
    libxl_device_nic *nic = out;
    ARENA(a);
    const char *mac = arena_keep(&a, device_note(ctx, dev, "mac"));
    const char *rate = arena_keep(&a, device_note(ctx, dev, "rate"));

    libxl_device_nic_init(nic);
    nic->backend_domid = dev->backend_domid;
    nic->devid = dev->devid;
    nic->nictype = LIBXL_NIC_TYPE_VIF;
    nic->script = device_note(ctx, dev, "script");
    nic->bridge = device_note(ctx, dev, "bridge");
    nic->ifname = device_note(ctx, dev, "vifname");
    nic->ip = device_note(ctx, dev, "ip");
    nic->mtu = device_note_number(ctx, dev, "mtu", 0);
    if (mac)
        sscanf(mac, LIBXL_MAC_FMT, &nic->mac[0], &nic->mac[1], &nic->mac[2], &nic->mac[3],
               &nic->mac[4], &nic->mac[5]);
    if (rate)
        sscanf(rate, "%" SCNu64 ",%" SCNu32, &nic->rate_bytes_per_interval,
               &nic->rate_interval_usecs);
}

libxl_device_nic *libxl_device_nic_list(libxl_ctx *ctx, uint32_t domid, int *num)
{
    return device_read_all(ctx, domid, DEVICE_VIF, sizeof(libxl_device_nic), nic_read, num);
}

int libxl_devid_to_device_nic(libxl_ctx *ctx, uint32_t domid, int devid, libxl_device_nic *nic)
{
    return device_read_one(ctx, domid, DEVICE_VIF, devid, nic_read, nic);
}

int libxl_mac_to_device_nic(libxl_ctx *ctx, uint32_t domid, const char *mac, libxl_device_nic *nic)
{
    int count, rc = ERROR_NOTFOUND;
    libxl_device_nic *list = libxl_device_nic_list(ctx, domid, &count);

    for (int i = 0; i < count && rc; i++) {
        char text[LIBXL_MAC_FMTLEN + 1];

        snprintf(text, sizeof(text), LIBXL_MAC_FMT, LIBXL_MAC_BYTES(list[i].mac));
        if (!strcasecmp(text, mac)) {
            libxl_device_nic_copy(ctx, nic, &list[i]);
            rc = 0;
        }
    }
    libxl_device_nic_list_free(list, count);
    return rc;
}

int libxl_device_nic_getinfo(libxl_ctx *ctx, uint32_t domid, const libxl_device_nic *nic,
                             libxl_nicinfo *nicinfo)
{
    ARENA(a);
    struct device dev = nic_device(domid, nic);
    int evtch = device_front_number(ctx, &dev, "event-channel");

    libxl_nicinfo_init(nicinfo);
    nicinfo->devid = nic->devid;
    nicinfo->backend = xstrdup(device_backend_path(&a, &dev));
    nicinfo->backend_id = dev.backend_domid;
    nicinfo->frontend = xstrdup(device_frontend_path(ctx, &a, &dev));
    nicinfo->frontend_id = domid;
    nicinfo->state = device_front_number(ctx, &dev, "state");
    nicinfo->evtch = evtch >= 0 ? evtch : device_front_number(ctx, &dev, "event-channel-tx");
    nicinfo->rref_tx = device_front_number(ctx, &dev, "tx-ring-ref");
    nicinfo->rref_rx = device_front_number(ctx, &dev, "rx-ring-ref");
    return 0;
}
