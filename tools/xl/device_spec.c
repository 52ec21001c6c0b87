/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Disks and network interfaces, as xl.cfg(5) and the attach commands write them.
 *
 * A disk is TARGET,FORMAT,VDEV,ACCESS in this order, or KEY=VALUE with target= last, since it may
 * have commas, or the old phy:TARGET,VDEV,ACCESS and file:TARGET,VDEV,ACCESS.  An interface is
 * KEY=VALUE,...
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "xl.h"

/* ---- Values ---- */

static int set_string(char **member, const char *value)
{
    free(*member);
    *member = xstrdup(value);
    return 0;
}

static int set_access(libxl_device_disk *disk, const char *value)
{
    static const char *const reads[] = {"r", "ro", "read", NULL};
    static const char *const writes[] = {"w", "rw", "w!", "rw!", "write", NULL};

    for (int i = 0; writes[i]; i++)
        if (!strcmp(value, writes[i]))
            return disk->readwrite = 1, 0;
    for (int i = 0; reads[i]; i++)
        if (!strcmp(value, reads[i]))
            return disk->readwrite = 0, 0;
    return -1;
}

static int set_format(libxl_device_disk *disk, const char *value)
{
    if (*value && strcmp(value, "raw"))
        return -1;
    disk->format = LIBXL_DISK_FORMAT_RAW;
    return 0;
}

/* "phy" is the only backend; "qdisk" and "tap" need a device model that PVH guests do not have. */
static int set_backendtype(libxl_device_disk *disk, const char *value)
{
    if (strcmp(value, "phy"))
        return -1;
    disk->backend = LIBXL_DISK_BACKEND_PHY;
    return 0;
}

static int set_devid(libxl_device_nic *nic, const char *value)
{
    long long n;

    if (!parse_long(value, &n) || n < 0 || n > 65535)
        return -1;
    nic->devid = n;
    return 0;
}

static int set_mac(libxl_device_nic *nic, const char *value)
{
    uint8_t *m = nic->mac;
    int end = 0;

    if (sscanf(value, LIBXL_MAC_FMT "%n", &m[0], &m[1], &m[2], &m[3], &m[4], &m[5], &end) != 6)
        return -1;
    return value[end] ? -1 : 0;
}

static int set_mtu(libxl_device_nic *nic, const char *value)
{
    long long n;

    if (!parse_long(value, &n) || n < 68 || n > 65535)
        return -1;
    nic->mtu = n;
    return 0;
}

struct unit {
    const char *name;
    uint64_t size;
};

/* A number and its unit, as a multiple of the smallest; the rest of the text, or NULL. */
static const char *measure(const char *text, const struct unit *unit, uint64_t *value)
{
    char *rest;

    if (!isdigit((unsigned char)*text))
        return NULL;
    errno = 0;
    *value = strtoull(text, &rest, 10);
    if (errno)
        return NULL;
    for (; unit->name; unit++) {
        size_t n = strlen(unit->name);

        if (!strncmp(rest, unit->name, n))
            return __builtin_mul_overflow(*value, unit->size, value) ? NULL : rest + n;
    }
    return NULL;
}

/* 10Mb/s, 1GB/s@20ms: how much in how long; b is bits, B bytes. */
static int set_rate(libxl_device_nic *nic, const char *value)
{
    static const struct unit bits[] = {
        {"b/s", 1},           {"Kb/s", 1000},       {"Mb/s", 1000000},
        {"Gb/s", 1000000000}, {"B/s", 8},           {"KB/s", 8000},
        {"MB/s", 8000000},    {"GB/s", 8000000000}, {NULL}};
    static const struct unit usecs[] = {{"us", 1}, {"ms", 1000}, {"s", 1000000}, {NULL}};
    uint64_t per_second, interval = 50000;
    unsigned __int128 bytes;
    const char *rest = measure(value, bits, &per_second);

    if (rest && *rest == '@')
        rest = measure(rest + 1, usecs, &interval);
    if (!rest || *rest || interval > UINT32_MAX)
        return -1;
    bytes = (unsigned __int128)(per_second / 8) * interval / 1000000;
    if (!bytes || bytes > UINT64_MAX)
        return -1;
    nic->rate_bytes_per_interval = bytes;
    nic->rate_interval_usecs = interval;
    return 0;
}

static int set_defbool(libxl_defbool *member, const char *value)
{
    if (strcmp(value, "0") && strcmp(value, "1"))
        return -1;
    libxl_defbool_set(member, *value == '1');
    return 0;
}

/* ---- Disks ---- */

static int disk_key(libxl_device_disk *disk, const char *key, const char *value)
{
    if (!strcmp(key, "target"))
        return set_string(&disk->pdev_path, value);
    if (!strcmp(key, "vdev"))
        return set_string(&disk->vdev, value);
    if (!strcmp(key, "format"))
        return set_format(disk, value);
    if (!strcmp(key, "access"))
        return set_access(disk, value);
    if (!strcmp(key, "backendtype"))
        return set_backendtype(disk, value);
    if (!strcmp(key, "backend"))
        return set_string(&disk->backend_domname, value);
    if (!strcmp(key, "script"))
        return set_string(&disk->script, value);
    if (!strcmp(key, "trusted"))
        return set_defbool(&disk->trusted, value);
    if (!strcmp(key, "devtype")) {
        disk->is_cdrom = !strcmp(value, "cdrom");
        return !disk->is_cdrom && strcmp(value, "disk") ? -1 : 0;
    }
    return -1;
}

static bool disk_word(libxl_device_disk *disk, const char *word)
{
    if (!strcmp(word, "cdrom") || !strcmp(word, "devtype=cdrom")) {
        disk->is_cdrom = disk->removable = 1;
        disk->readwrite = 0;
    } else if (!strcmp(word, "removable")) {
        disk->removable = 1;
    } else if (!strcmp(word, "direct-io-safe")) {
        disk->direct_io_safe = true;
    } else if (!strcmp(word, "discard") || !strcmp(word, "no-discard")) {
        libxl_defbool_set(&disk->discard_enable, *word == 'd');
    } else {
        return false;
    }
    return true;
}

/* phy:, file: and raw: before the target say the format already. */
static const char *skip_prefix(const char *text, bool *old)
{
    static const char *const prefixes[] = {"phy:", "file:", "raw:", NULL};

    *old = false;
    for (int i = 0; prefixes[i]; i++) {
        size_t n = strlen(prefixes[i]);

        if (!strncmp(text, prefixes[i], n)) {
            *old = true;
            return text + n;
        }
    }
    return text;
}

int disk_parse(const char *text, libxl_device_disk *disk, char **error)
{
    static const char *const order[] = {"target", "format", "vdev", "access"};
    bool old;
    char *copy = xstrdup(skip_prefix(text, &old)), *rest = copy, *part;
    size_t position = 0;

    libxl_device_disk_init(disk);
    disk->readwrite = 1;
    while (rest) {
        bool last = !strncmp(rest, "target=", 7);
        char *equals;

        part = last ? rest : strsep(&rest, ",");
        if (last)
            rest = NULL;
        while (isspace((unsigned char)*part))
            part++;
        equals = strchr(part, '=');
        if (disk_word(disk, part))
            continue;
        if (equals && (position || isalpha((unsigned char)*part))) {
            *equals = 0;
            if (!disk_key(disk, part, equals + 1))
                continue;
            *equals = '=';
        } else if (position < ARRAY_SIZE(order)) {
            const char *key = order[position++];

            if (old && position == 1)
                position++;
            if (!disk_key(disk, key, part))
                continue;
        }
        *error = xasprintf("\"%s\" is not understood in the disk \"%s\"; a disk looks like "
                           "\"/dev/vg/lv,raw,xvda,rw\" or \"file:/path,xvda,w\"",
                           part, text);
        free(copy);
        return -1;
    }
    free(copy);
    if (disk->pdev_path && disk->vdev)
        return 0;
    *error = xasprintf("the disk \"%s\" has no %s; a disk looks like \"/dev/vg/lv,raw,xvda,rw\"",
                       text, disk->pdev_path ? "virtual device (xvda, ...)" : "target");
    return -1;
}

/* ---- Network interfaces ---- */

static int nic_key(libxl_device_nic *nic, const char *key, const char *value)
{
    if (!strcmp(key, "mac"))
        return set_mac(nic, value);
    if (!strcmp(key, "bridge"))
        return set_string(&nic->bridge, value);
    if (!strcmp(key, "script"))
        return set_string(&nic->script, value);
    if (!strcmp(key, "ip"))
        return set_string(&nic->ip, value);
    if (!strcmp(key, "vifname"))
        return set_string(&nic->ifname, value);
    if (!strcmp(key, "gatewaydev") || !strcmp(key, "netdev"))
        return set_string(&nic->gatewaydev, value);
    if (!strcmp(key, "backend"))
        return set_string(&nic->backend_domname, value);
    if (!strcmp(key, "devid"))
        return set_devid(nic, value);
    if (!strcmp(key, "mtu"))
        return set_mtu(nic, value);
    if (!strcmp(key, "rate"))
        return set_rate(nic, value);
    if (!strcmp(key, "trusted"))
        return set_defbool(&nic->trusted, value);
    if (!strcmp(key, "model"))
        return 0; /* of an emulated card: PVH guests have none */
    if (!strcmp(key, "type"))
        return strcmp(value, "vif") ? -1 : 0;
    return -1;
}

/* What xl.conf(5) says of interfaces that do not say it themselves. */
static void nic_conf(const struct xl_conf *conf, libxl_device_nic *nic)
{
    const struct {
        char **member;
        const char *text;
    } texts[] = {{&nic->bridge, conf->default_bridge},
                 {&nic->script, conf->vif_script},
                 {&nic->gatewaydev, conf->default_gatewaydev}};

    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        if (!*texts[i].member && texts[i].text)
            set_string(texts[i].member, texts[i].text);
}

int nic_parse(const struct xl_conf *conf, const char *text, libxl_device_nic *nic, char **error)
{
    char *copy = xstrdup(text), *rest = copy, *part;

    libxl_device_nic_init(nic);
    while ((part = strsep(&rest, ",")) != NULL) {
        char *equals = strchr(part, '=');

        while (isspace((unsigned char)*part))
            part++;
        if (!*part)
            continue;
        if (equals) {
            *equals = 0;
            if (!nic_key(nic, part, equals + 1))
                continue;
            *equals = '=';
        }
        *error = xasprintf("\"%s\" is not understood in the interface \"%s\"; one looks like "
                           "\"mac=00:16:3e:00:00:01,bridge=xenbr0\"",
                           part, text);
        free(copy);
        return -1;
    }
    free(copy);
    nic_conf(conf, nic);
    return 0;
}
