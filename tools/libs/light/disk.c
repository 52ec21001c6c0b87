/* SPDX-License-Identifier: LGPL-2.1-only */
/* Disks: block devices and files of the backend domain, served by its xen-blkback. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "internal.h"

/* ---- The number of a virtual disk from its name ---- */

enum { DISKS_MAX = 1 << 20 };

/* Letters as bijective base 26: a is 0, z 25, aa 26.  Reading stops behind the last disk. */
static int disk_of_letters(const char **s)
{
    int n = 0;

    while (islower((unsigned char)**s) && n <= DISKS_MAX)
        n = n * 26 + (*(*s)++ - 'a' + 1);
    return n - 1;
}

/* xvda3, sda1, hdc; -1 for a name of none of these kinds. */
static int vdev_number(const char *vdev)
{
    const char *s;
    int disk, part = 0;
    bool xvd = !strncmp(vdev, "xvd", 3);

    if (!xvd && strncmp(vdev, "sd", 2) && strncmp(vdev, "hd", 2))
        return -1;
    s = vdev + (xvd ? 3 : 2);
    disk = disk_of_letters(&s);
    if (disk < 0 || disk >= DISKS_MAX)
        return -1;
    while (isdigit((unsigned char)*s) && part < 256)
        part = part * 10 + (*s++ - '0');
    if (*s)
        return -1;
    if (xvd)
        return disk < 16 && part < 16 ? 202 << 8 | disk << 4 | part
               : part < 256           ? 1 << 28 | disk << 8 | part
                                      : -1;
    if (vdev[0] == 's')
        return disk < 16 && part < 16 ? 8 << 8 | disk << 4 | part : -1;
    return disk < 4 && part < 64 ? (disk < 2 ? 3 : 22) << 8 | (disk & 1) << 6 | part : -1;
}

int disk_defaults(libxl_ctx *ctx, libxl_device_disk *disk)
{
    struct stat st;

    libxl_defbool_setdefault(&disk->discard_enable, disk->readwrite);
    libxl_defbool_setdefault(&disk->trusted, true);
    hotplug_script(&disk->script, "block");
    if (!disk->vdev || vdev_number(disk->vdev) < 0) {
        LOG(ctx, ERROR, "\"%s\" names no virtual disk: xvda, xvdb1, sda, hdc are names",
            disk->vdev ? disk->vdev : "");
        return ERROR_INVAL;
    }
    if (disk->format != LIBXL_DISK_FORMAT_RAW && disk->format != LIBXL_DISK_FORMAT_UNKNOWN) {
        LOG(ctx, ERROR, "disk %s: only raw disks are served", disk->vdev);
        return ERROR_INVAL;
    }
    disk->format = LIBXL_DISK_FORMAT_RAW;
    disk->backend = LIBXL_DISK_BACKEND_PHY;
    if (!disk->pdev_path) {
        LOG(ctx, ERROR, "disk %s has no target", disk->vdev);
        return ERROR_INVAL;
    }
    if (device_backend(ctx, disk->backend_domname, &disk->backend_domid))
        return ERROR_INVAL;
    if (!disk->backend_domid && stat(disk->pdev_path, &st)) {
        LOGE(ctx, ERROR, "disk %s: cannot use %s", disk->vdev, disk->pdev_path);
        return ERROR_INVAL;
    }
    if (!disk->backend_domid && !S_ISBLK(st.st_mode) && !S_ISREG(st.st_mode)) {
        LOG(ctx, ERROR, "disk %s: %s is neither a block device nor a file", disk->vdev,
            disk->pdev_path);
        return ERROR_INVAL;
    }
    return 0;
}

static struct device disk_device(uint32_t domid, const libxl_device_disk *disk)
{
    struct device dev = {DEVICE_VBD, domid, disk->backend_domid, vdev_number(disk->vdev)};

    return dev;
}

/* What is attached is there after a reboot, too; what is detached is not. */
static void disk_remember(libxl_domain_config *c, const void *what)
{
    c->disks = xrealloc(c->disks, (c->num_disks + 1) * sizeof(*c->disks));
    libxl_device_disk_copy(NULL, &c->disks[c->num_disks++], what);
}

static void disk_forget(libxl_domain_config *c, const void *what)
{
    const libxl_device_disk *disk = what;
    int kept = 0;

    for (int i = 0; i < c->num_disks; i++) {
        if (vdev_number(c->disks[i].vdev) != vdev_number(disk->vdev))
            c->disks[kept++] = c->disks[i];
        else
            libxl_device_disk_dispose(&c->disks[i]);
    }
    c->num_disks = kept;
}

int libxl_device_disk_add(libxl_ctx *ctx, uint32_t domid, libxl_device_disk *disk,
                          const libxl_asyncop_how *ao_how)
{
    ARENA(a);
    struct device dev;
    int rc = disk_defaults(ctx, disk);

    if (rc)
        return ao_end(ctx, rc, ao_how);
    dev = disk_device(domid, disk);
    char *number = arena_printf(&a, "%d", dev.devid);
    const char *trusted = libxl_defbool_val(disk->trusted) ? "1" : "0";
    const char *type = disk->is_cdrom ? "cdrom" : "disk";
    const struct device_node back[] = {
        {"removable", disk->removable ? "1" : "0"},
        {"bootable", "1"},
        {"dev", disk->vdev},
        {"type", "phy"},
        {"mode", disk->readwrite ? "w" : "r"},
        {"device-type", type},
        {"discard-enable", libxl_defbool_val(disk->discard_enable) ? "1" : "0"},
        {"trusted", trusted},
        {"params", disk->pdev_path},
        {"script", disk->script},
        {NULL}};
    const struct device_node front[] = {
        {"virtual-device", number}, {"device-type", type}, {"trusted", trusted}, {NULL}};

    rc = device_add(ctx, &dev, back, front, disk->script);
    return ao_end(ctx, rc ? rc : config_change(ctx, domid, disk_remember, disk), ao_how);
}

int libxl_device_disk_remove(libxl_ctx *ctx, uint32_t domid, libxl_device_disk *disk,
                             const libxl_asyncop_how *ao_how)
{
    return device_end(ctx, disk_device(domid, disk), false, disk_forget, disk, ao_how);
}

int libxl_device_disk_destroy(libxl_ctx *ctx, uint32_t domid, libxl_device_disk *disk,
                              const libxl_asyncop_how *ao_how)
{
    return device_end(ctx, disk_device(domid, disk), true, disk_forget, disk, ao_how);
}

/* ---- Reading them back ---- */

static void disk_read(libxl_ctx *ctx, const struct device *dev, void *out)
{
    libxl_device_disk *disk = out;
    ARENA(a);
    const char *mode = arena_keep(&a, device_note(ctx, dev, "mode"));
    const char *type = arena_keep(&a, device_note(ctx, dev, "device-type"));

    libxl_device_disk_init(disk);
    disk->backend_domid = dev->backend_domid;
    disk->pdev_path = device_note(ctx, dev, "params");
    disk->vdev = device_note(ctx, dev, "dev");
    disk->script = device_note(ctx, dev, "script");
    disk->readwrite = mode && *mode == 'w';
    disk->removable = device_note_number(ctx, dev, "removable", 0);
    disk->is_cdrom = type && !strcmp(type, "cdrom");
    disk->backend = LIBXL_DISK_BACKEND_PHY;
    disk->format = LIBXL_DISK_FORMAT_RAW;
}

libxl_device_disk *libxl_device_disk_list(libxl_ctx *ctx, uint32_t domid, int *num)
{
    return device_read_all(ctx, domid, DEVICE_VBD, sizeof(libxl_device_disk), disk_read, num);
}

int libxl_vdev_to_device_disk(libxl_ctx *ctx, uint32_t domid, const char *vdev,
                              libxl_device_disk *disk)
{
    int devid = isdigit((unsigned char)*vdev) ? atoi(vdev) : vdev_number(vdev);

    return device_read_one(ctx, domid, DEVICE_VBD, devid, disk_read, disk);
}

int libxl_device_disk_getinfo(libxl_ctx *ctx, uint32_t domid, const libxl_device_disk *disk,
                              libxl_diskinfo *diskinfo)
{
    ARENA(a);
    struct device dev = disk_device(domid, disk);

    libxl_diskinfo_init(diskinfo);
    diskinfo->devid = dev.devid;
    diskinfo->backend = xstrdup(device_backend_path(&a, &dev));
    diskinfo->backend_id = dev.backend_domid;
    diskinfo->frontend = xstrdup(device_frontend_path(ctx, &a, &dev));
    diskinfo->frontend_id = domid;
    diskinfo->state = device_front_number(ctx, &dev, "state");
    diskinfo->evtch = device_front_number(ctx, &dev, "event-channel");
    diskinfo->rref = device_front_number(ctx, &dev, "ring-ref");
    return 0;
}
