/* SPDX-License-Identifier: GPL-2.0-only */
/* xl block-attach, -list, -detach and network-attach, -list, -detach. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "xl.h"

/* Words of the command line, joined by commas. */
static char *join(int argc, char **argv)
{
    char *text = xstrdup("");

    for (int i = 0; i < argc; i++) {
        char *longer = xasprintf("%s%s%s", text, i ? "," : "", argv[i]);

        free(text);
        text = longer;
    }
    return text;
}

static int complain(const struct command *cmd, char *error)
{
    fprintf(stderr, "xl %s: %s\n", cmd->name, error);
    free(error);
    return 1;
}

/* ---- Disks ---- */

COMMAND(cmd_block_attach)
{
    libxl_device_disk disk;
    uint32_t domid;
    char *text, *error = NULL;
    int rc;

    command_option(cmd, argc, argv, "", NULL, 2);
    domid = find_domain(xl, argv[optind]);
    text = join(argc - optind - 1, argv + optind + 1);
    rc = disk_parse(text, &disk, &error);
    free(text);
    if (rc) {
        libxl_device_disk_dispose(&disk);
        return complain(cmd, error);
    }
    if (xl->dry_run)
        print_json(libxl_device_disk_to_json(xl->ctx, &disk));
    else
        rc = libxl_device_disk_add(xl->ctx, domid, &disk, NULL);
    libxl_device_disk_dispose(&disk);
    return rc ? 1 : 0;
}

static void print_disks(struct xl *xl, uint32_t domid)
{
    int nr;
    libxl_device_disk *list = libxl_device_disk_list(xl->ctx, domid, &nr);

    for (int i = 0; i < nr; i++) {
        libxl_diskinfo info;

        if (!libxl_device_disk_getinfo(xl->ctx, domid, &list[i], &info)) {
            printf("%-5d %-3d %-6d %-5d %-6d %-8d %-30s\n", info.devid, info.backend_id,
                   info.frontend_id, info.state, info.evtch, info.rref, info.backend);
            libxl_diskinfo_dispose(&info);
        }
    }
    libxl_device_disk_list_free(list, nr);
}

COMMAND(cmd_block_list)
{
    command_option(cmd, argc, argv, "", NULL, 1);
    printf("%-5s %-3s %-6s %-5s %-6s %-8s %-30s\n", "Vdev", "BE", "handle", "state", "evt-ch",
           "ring-ref", "BE-path");
    for (int i = optind; i < argc; i++)
        print_disks(xl, find_domain(xl, argv[i]));
    return 0;
}

COMMAND(cmd_block_detach)
{
    static const struct option names[] = {{"force", no_argument, NULL, 'f'}, {0}};
    libxl_device_disk disk;
    bool force = xl->force;
    uint32_t domid;
    int rc;

    while (command_option(cmd, argc, argv, "f", names, 2) != -1)
        force = true;
    domid = find_domain(xl, argv[optind]);
    if (libxl_vdev_to_device_disk(xl->ctx, domid, argv[optind + 1], &disk)) {
        fprintf(stderr, "Error: Device %s not connected.\n", argv[optind + 1]);
        return 1;
    }
    rc = force ? libxl_device_disk_destroy(xl->ctx, domid, &disk, NULL)
               : libxl_device_disk_remove(xl->ctx, domid, &disk, NULL);
    libxl_device_disk_dispose(&disk);
    return rc ? 1 : 0;
}

/* ---- Network interfaces ---- */

COMMAND(cmd_network_attach)
{
    libxl_device_nic nic;
    uint32_t domid;
    char *text, *error = NULL;
    int rc;

    command_option(cmd, argc, argv, "", NULL, 1);
    domid = find_domain(xl, argv[optind]);
    text = join(argc - optind - 1, argv + optind + 1);
    rc = nic_parse(&xl->conf, text, &nic, &error);
    free(text);
    if (rc) {
        libxl_device_nic_dispose(&nic);
        return complain(cmd, error);
    }
    if (xl->dry_run)
        print_json(libxl_device_nic_to_json(xl->ctx, &nic));
    else
        rc = libxl_device_nic_add(xl->ctx, domid, &nic, NULL);
    libxl_device_nic_dispose(&nic);
    return rc ? 1 : 0;
}

static void print_nics(struct xl *xl, uint32_t domid)
{
    int nr;
    libxl_device_nic *list = libxl_device_nic_list(xl->ctx, domid, &nr);

    for (int i = 0; i < nr; i++) {
        libxl_nicinfo info;

        if (!libxl_device_nic_getinfo(xl->ctx, domid, &list[i], &info)) {
            printf("%-3d %-2d " LIBXL_MAC_FMT " %5d %5d %6d %5d/%-11d %s\n", info.devid,
                   info.backend_id, LIBXL_MAC_BYTES(list[i].mac), info.devid, info.state,
                   info.evtch, info.rref_tx, info.rref_rx, info.backend);
            libxl_nicinfo_dispose(&info);
        }
    }
    libxl_device_nic_list_free(list, nr);
}

COMMAND(cmd_network_list)
{
    command_option(cmd, argc, argv, "", NULL, 1);
    printf("%-3s %-2s %-17s %-6s %-5s %-6s %5s/%-11s %-30s\n", "Idx", "BE", "Mac Addr.", "handle",
           "state", "evt-ch", "tx-", "rx-ring-ref", "BE-path");
    for (int i = optind; i < argc; i++)
        print_nics(xl, find_domain(xl, argv[i]));
    return 0;
}

COMMAND(cmd_network_detach)
{
    libxl_device_nic nic;
    uint32_t domid;
    const char *which;
    long long n;
    int rc;

    command_option(cmd, argc, argv, "", NULL, 2);
    domid = find_domain(xl, argv[optind]);
    which = argv[optind + 1];
    if (strchr(which, ':'))
        rc = libxl_mac_to_device_nic(xl->ctx, domid, which, &nic);
    else if (parse_within(which, 0, INT_MAX, &n))
        rc = libxl_devid_to_device_nic(xl->ctx, domid, n, &nic);
    else
        rc = -1;
    if (rc) {
        fprintf(stderr, "Unknown device %s.\n", which);
        return 1;
    }
    rc = libxl_device_nic_remove(xl->ctx, domid, &nic, NULL);
    libxl_device_nic_dispose(&nic);
    return rc ? 1 : 0;
}
