/* SPDX-License-Identifier: GPL-2.0-only */
/* xl create, xl config-update: from a file to a domain. */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config.h"
#include "xl.h"

/* ---- The configuration: a file, and settings from the command line behind it ---- */

static struct config *read_config(const char *path, int argc, char **argv)
{
    struct config *config = config_read(path);

    for (int i = 0; config && i < argc; i++) {
        if (config_add(config, "command line", argv[i])) {
            config_free(config);
            return NULL;
        }
    }
    return config;
}

static int load_guest(struct xl *xl, const char *path, int argc, char **argv,
                      libxl_domain_config *guest)
{
    struct config *config = read_config(path, argc, argv);
    int rc;

    libxl_domain_config_init(guest);
    if (!config)
        return -1;
    rc = guest_config(xl, config, guest);
    config_free(config);
    if (rc)
        libxl_domain_config_dispose(guest);
    return rc;
}

/* ---- Memory from the control domain, where the administrator wants that ---- */

/* "auto": not when dom0's memory was fixed on the hypervisor's command line. */
static bool autoballoon(struct xl *xl)
{
    if (xl->conf.autoballoon != 2)
        return xl->conf.autoballoon;
    return !strstr(libxl_get_version_info(xl->ctx)->commandline, "dom0_mem=");
}

static int free_memory(struct xl *xl, libxl_domain_config *guest)
{
    enum { TRIES = 3, WAIT_SECONDS = 10 };
    uint64_t need, have;

    if (!autoballoon(xl))
        return 0;
    if (libxl_domain_need_memory(xl->ctx, guest, 0, &need))
        return -1;
    for (int i = 0; i < TRIES; i++) {
        if (libxl_get_free_memory(xl->ctx, &have))
            return -1;
        if (have >= need)
            return 0;
        if (libxl_set_memory_target(xl->ctx, 0, (int64_t)have - (int64_t)need, 1, 0))
            return -1;
        if (!libxl_wait_for_free_memory(xl->ctx, 0, need, WAIT_SECONDS))
            return 0;
        if (libxl_wait_for_memory_target(xl->ctx, 0, WAIT_SECONDS))
            break;
    }
    fprintf(stderr,
            "the control domain did not give up enough memory: %llu MiB needed, %llu MiB free\n",
            (unsigned long long)need / 1024, (unsigned long long)have / 1024);
    return -1;
}

/* ---- The domain ---- */

/* The child has a context of its own: two processes cannot share one connection to xenstore. */
static pid_t attach_in_background(struct xl *xl, uint32_t domid)
{
    pid_t pid = fork();

    if (pid)
        return pid;
    if (libxl_ctx_alloc(&xl->ctx, LIBXL_VERSION, 0, (xentoollog_logger *)xl->logger))
        _exit(1);
    _exit(console_attach(xl, domid, true));
}

int domain_create(struct xl *xl, const struct creation *creation, uint32_t *domid)
{
    if (free_memory(xl, creation->config) ||
        libxl_domain_create_new(xl->ctx, creation->config, domid, NULL, NULL))
        return -1;
    if (!creation->paused && libxl_domain_unpause(xl->ctx, *domid, NULL)) {
        libxl_domain_destroy(xl->ctx, *domid, NULL);
        return -1;
    }
    return 0;
}

static int create(struct xl *xl, libxl_domain_config *guest, bool paused, bool console,
                  bool foreground, bool unattended)
{
    struct creation creation = {.config = guest, .paused = true};
    pid_t attached = 0;
    uint32_t domid;
    int rc = 0;

    if (domain_create(xl, &creation, &domid))
        return 1;
    if (console) /* before its first word */
        attached = attach_in_background(xl, domid);
    if (!paused && libxl_domain_unpause(xl->ctx, domid, NULL)) {
        libxl_domain_destroy(xl->ctx, domid, NULL);
        rc = 1;
    }
    if (!rc && !unattended)
        rc = monitor_start(xl, domid, guest->c_info.name, foreground);
    if (attached > 0)
        waitpid(attached, NULL, 0);
    return rc;
}

COMMAND(cmd_create)
{
    static const struct option names[] = {
        {"paused", no_argument, NULL, 'p'},          {"console", no_argument, NULL, 'c'},
        {"dryrun", no_argument, NULL, 'n'},          {"quiet", no_argument, NULL, 'q'},
        {"defconfig", required_argument, NULL, 'f'}, {0}};
    bool paused = false, console = false, dry_run = xl->dry_run, quiet = false, foreground = false;
    bool unattended = false;
    const char *file = NULL;
    libxl_domain_config guest;
    int opt, rc = 0;

    /* A KEY=VALUE may stand anywhere, and FILE before the options. */
    while ((opt = command_option(cmd, argc, argv, "pcnqFef:", names, 0)) != -1) {
        paused |= opt == 'p';
        console |= opt == 'c';
        dry_run |= opt == 'n';
        quiet |= opt == 'q';
        foreground |= opt == 'F';
        unattended |= opt == 'e';
        if (opt == 'f')
            file = optarg;
    }
    if (!file && optind < argc && !strchr(argv[optind], '='))
        file = argv[optind++];
    if (!file) {
        fputs("xl create: which configuration file?\n", stderr);
        return 1;
    }
    if (!quiet)
        fprintf(stderr, "Parsing config from %s\n", file);
    if (load_guest(xl, file, argc - optind, argv + optind, &guest))
        return 1;
    if (dry_run)
        print_json(libxl_domain_config_to_json(xl->ctx, &guest));
    else
        rc = create(xl, &guest, paused, console, foreground, unattended);
    libxl_domain_config_dispose(&guest);
    return rc;
}

COMMAND(cmd_config_update)
{
    libxl_domain_config guest;
    libxl_dominfo info;
    uint32_t domid;
    char *json;
    int rc;

    command_option(cmd, argc, argv, "", NULL, 2);
    domid = find_domain(xl, argv[optind]);
    if (load_guest(xl, argv[optind + 1], argc - optind - 2, argv + optind + 2, &guest))
        return 1;
    if (!libxl_domain_info(xl->ctx, &info, domid)) { /* it stays who it is */
        guest.c_info.uuid = info.uuid;
        libxl_dominfo_dispose(&info);
    }
    json = libxl_domain_config_to_json(xl->ctx, &guest);
    rc = json
             ? libxl_userdata_store(xl->ctx, domid, "libxl-json", (uint8_t *)json, strlen(json) + 1)
             : ERROR_NOMEM;
    free(json);
    libxl_domain_config_dispose(&guest);
    return rc ? 1 : 0;
}
