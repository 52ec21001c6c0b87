/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Devices of a guest that is not there: what stands in xenstore while they come and go, which
 * scripts are run with which words, what the stored configuration says afterwards, and that nothing
 * is left.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "fakestore.h"

enum { GUEST = 7, OTHER = 8 };

#define SCRIPT LIB_DIR "/script"
#define CALLS  LIB_DIR "/calls"
#define IMAGE  LIB_DIR "/image"

static unsigned int passed, failed;
static libxl_ctx *ctx;

static void check(bool ok, const char *what, const char *detail)
{
    if (ok) {
        passed++;
        return;
    }
    failed++;
    printf("not ok %s: %s\n", what, detail ? detail : "nothing");
}

/* ---- The hypervisor's part ---- */

static bool guest_gone; /* between our look at it and what we do next */
static int destroyed, destroy_errno;
static bool handle_refused;
static unsigned int shutdown_reason, flags;

static int refuse(int err)
{
    errno = err;
    return -1;
}

int xc_domain_getinfo_single(xc_interface *xch, uint32_t domid, xc_domaininfo_t *info)
{
    if (domid != GUEST && domid != OTHER && domid != 0)
        return refuse(ESRCH);
    *info = (xc_domaininfo_t){.domain = domid, .flags = flags};
    info->flags |= shutdown_reason << XEN_DOMINF_shutdownshift;
    info->handle[0] = domid;
    return 0;
}

int xc_domain_getinfolist(xc_interface *xch, uint32_t first, unsigned int max,
                          xc_domaininfo_t *info)
{
    int n = 0;

    for (uint32_t domid = first; domid <= OTHER; domid++)
        n += !xc_domain_getinfo_single(xch, domid, &info[n]);
    return n;
}

int xc_domain_pause(xc_interface *xch, uint32_t domid)
{
    return guest_gone ? refuse(ESRCH) : 0;
}

int xc_domain_destroy(xc_interface *xch, uint32_t domid)
{
    destroyed++;
    return destroy_errno ? refuse(destroy_errno) : 0;
}

int xc_domain_sethandle(xc_interface *xch, uint32_t domid, xen_domain_handle_t handle)
{
    return handle_refused ? refuse(EPERM) : 0;
}

/* ---- A guest, and its script ---- */

static void put(const char *path, const char *value)
{
    struct xs_handle *xs = store_handle(ctx);

    xs_write(xs, XBT_NULL, path, value, strlen(value));
}

static void guest_begin(void)
{
    libxl_domain_config config;

    put("/local/domain/0/name", "Domain-0");
    put("/local/domain/7/name", "guest");
    put("/local/domain/8/name", "other");
    put("/libxl/7/type", "pvh");
    put("/local/domain/7/device/vbd", ""); /* empty directories stay as long as their guest */
    put("/local/domain/7/device/vif", "");
    put("/libxl/7/device/vbd", "");
    put("/libxl/7/device/vif", "");
    libxl_domain_config_init(&config);
    config.c_info.name = strdup("guest");
    config_save(ctx, GUEST, &config);
    libxl_domain_config_dispose(&config);
}

static void script_says(const char *body)
{
    FILE *f = fopen(SCRIPT, "w");

    fprintf(f, "#!/bin/sh\n%s\n", body);
    fclose(f);
    chmod(SCRIPT, 0755);
    unlink(CALLS);
}

#define NOTES "echo $* $XENBUS_TYPE $XENBUS_PATH $vif >>" CALLS

/* What the script has noted. */
static const char *calls(void)
{
    static char text[1024];
    FILE *f = fopen(CALLS, "r");
    size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

    text[n] = 0;
    if (f)
        fclose(f);
    return text;
}

static libxl_device_disk disk_make(const char *vdev)
{
    libxl_device_disk disk;

    libxl_device_disk_init(&disk);
    disk.vdev = strdup(vdev);
    disk.pdev_path = strdup(IMAGE);
    disk.script = strdup(SCRIPT);
    disk.readwrite = 1;
    return disk;
}

static libxl_device_nic nic_make(int devid)
{
    libxl_device_nic nic;

    libxl_device_nic_init(&nic);
    nic.devid = devid;
    nic.script = strdup(SCRIPT);
    return nic;
}

static int disks_kept(void)
{
    libxl_domain_config config;
    int n;

    libxl_domain_config_init(&config);
    n = config_load(ctx, GUEST, &config) ? -1 : config.num_disks;
    libxl_domain_config_dispose(&config);
    return n;
}

static int nics_kept(void)
{
    libxl_domain_config config;
    int n;

    libxl_domain_config_init(&config);
    n = config_load(ctx, GUEST, &config) ? -1 : config.num_nics;
    libxl_domain_config_dispose(&config);
    return n;
}

/* ---- Disks ---- */

static void disk_comes_and_goes(void)
{
    unsigned int nodes = store_nodes();
    libxl_device_disk disk = disk_make("xvdb"), *list;
    int nr;

    script_says(NOTES);
    check(!libxl_device_disk_add(ctx, GUEST, &disk, NULL), "disk", "is attached");
    check(store_at("/local/domain/0/backend/vbd/7/51728/params") != NULL, "disk", "has a backend");
    check(store_at("/local/domain/7/device/vbd/51728/backend") != NULL, "disk", "has a front");
    check(!strcmp(calls(), "add vbd backend/vbd/7/51728\n"), "disk: script", calls());
    list = libxl_device_disk_list(ctx, GUEST, &nr);
    check(nr == 1 && !strcmp(list[0].vdev, "xvdb") && !strcmp(list[0].pdev_path, IMAGE), "disk",
          "is listed");
    libxl_device_disk_list_free(list, nr);
    check(disks_kept() == 1, "disk", "is there after a reboot");
    check(libxl_device_disk_add(ctx, GUEST, &disk, NULL) == ERROR_DEVICE_EXISTS, "disk",
          "comes once");
    check(disks_kept() == 1, "disk", "is kept once");
    check(!libxl_device_disk_remove(ctx, GUEST, &disk, NULL), "disk", "is detached");
    check(!strcmp(calls(), "add vbd backend/vbd/7/51728\nremove vbd backend/vbd/7/51728\n"),
          "disk: script", calls());
    check(store_nodes() == nodes, "disk", "leaves nothing in xenstore");
    check(disks_kept() == 0, "disk", "is not there after a reboot");
    libxl_device_disk_dispose(&disk);
}

static void disk_refused(void)
{
    unsigned int nodes = store_nodes();
    libxl_device_disk disk = disk_make("xvdb");

    script_says(NOTES "\nexit 1");
    check(libxl_device_disk_add(ctx, GUEST, &disk, NULL) == ERROR_FAIL, "a script that fails",
          "fails the disk");
    check(!strcmp(calls(), "add vbd backend/vbd/7/51728\n"), "a script that fails", calls());
    check(store_nodes() == nodes && disks_kept() == 0, "a script that fails", "leaves nothing");
    libxl_device_disk_dispose(&disk);
}

/* A program that ignores SIGCHLD never learns how a script ended: that is said, not guessed. */
static void script_status_lost(void)
{
    unsigned int nodes = store_nodes();
    libxl_device_disk disk = disk_make("xvdb");

    script_says(NOTES);
    signal(SIGCHLD, SIG_IGN);
    check(libxl_device_disk_add(ctx, GUEST, &disk, NULL) == ERROR_FAIL, "SIGCHLD ignored",
          "fails the disk");
    signal(SIGCHLD, SIG_DFL);
    check(store_nodes() == nodes, "SIGCHLD ignored", "leaves nothing");
    libxl_device_disk_dispose(&disk);
}

static void disk_names(void)
{
    static const struct {
        const char *vdev;
        const char *number; /* as Xen's interface numbers them; NULL: no name of a disk */
    } names[] = {
        {"xvda", "51712"},
        {"xvda1", "51713"},
        {"xvdp15", "51967"},
        {"xvdq", "268439552"},
        {"xvdaa", "268442112"},
        {"sda", "2048"},
        {"sdb3", "2067"},
        {"hda", "768"},
        {"hdc", "5632"},
        {"xvd", NULL},
        {"xvdA", NULL},
        {"x", NULL},
        {"", NULL},
        {"hde", NULL},
        {"sda16", NULL},
        {"xvda256", NULL},
        {"xvdaaaaaaaaaaaaaaaaaaaaaaaaa", NULL},
        {"xvda1p", NULL},
        {"xvda99999999999", NULL},
    };

    script_says("exit 0");
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        libxl_device_disk disk = disk_make(names[i].vdev);
        int rc = libxl_device_disk_add(ctx, GUEST, &disk, NULL);

        if (names[i].number) {
            check(!rc && store_at("/local/domain/7/device/vbd/%s", names[i].number), names[i].vdev,
                  names[i].number);
            libxl_device_disk_remove(ctx, GUEST, &disk, NULL);
        } else {
            check(rc == ERROR_INVAL, names[i].vdev, "names no disk");
        }
        libxl_device_disk_dispose(&disk);
    }
}

/* ---- Interfaces ---- */

static void nic_comes_and_goes(void)
{
    unsigned int nodes = store_nodes();
    libxl_device_nic first = nic_make(-1), second = nic_make(-1), found;

    script_says(NOTES);
    check(!libxl_device_nic_add(ctx, GUEST, &first, NULL) &&
              !libxl_device_nic_add(ctx, GUEST, &second, NULL),
          "interfaces", "are attached");
    check(first.devid == 0 && second.devid == 1, "interfaces", "are numbered");
    check(!strcmp(calls(), "online type_if=vif vif backend/vif/7/0 vif7.0\n"
                           "online type_if=vif vif backend/vif/7/1 vif7.1\n"),
          "interfaces: script", calls());
    check(nics_kept() == 2, "interfaces", "are there after a reboot");
    check(!libxl_devid_to_device_nic(ctx, GUEST, 0, &found), "interface 0", "is found");
    check(!memcmp(found.mac, first.mac, sizeof(found.mac)), "interface 0", "has its address");
    check(!libxl_device_nic_destroy(ctx, GUEST, &found, NULL), "interface 0", "is taken away");
    libxl_device_nic_dispose(&found);
    check(nics_kept() == 1 && !store_at("/local/domain/0/backend/vif/7/0") &&
              store_at("/local/domain/0/backend/vif/7/1"),
          "interface 1", "stays");
    check(!libxl_device_nic_remove(ctx, GUEST, &second, NULL), "interface 1", "is detached");
    check(store_nodes() == nodes && nics_kept() == 0, "interfaces", "leave nothing");
    libxl_device_nic_dispose(&first);
    libxl_device_nic_dispose(&second);
}

/* ---- Whose the scripts are ---- */

/* The name alone, as xl.conf(5) and xl.cfg(5) may say it, is one of the distribution's. */
static void script_names(void)
{
    libxl_device_nic nic = nic_make(0);

    hotplug_note(ctx, XBT_NULL, GUEST, false);
    free(nic.script);
    nic.script = strdup("vif-route");
    check(!libxl_device_nic_add(ctx, GUEST, &nic, NULL), "vif-route", "is taken");
    check(!strcmp(store_at("/local/domain/0/backend/vif/7/0/script"), "/etc/xen/scripts/vif-route"),
          "vif-route", store_at("/local/domain/0/backend/vif/7/0/script"));
    libxl_device_nic_remove(ctx, GUEST, &nic, NULL);
    libxl_device_nic_dispose(&nic);
    put("/libxl/7/run-hotplug-scripts", "1");
}

static void scripts_not_ours(void)
{
    libxl_device_disk disk = disk_make("xvdb");

    script_says(NOTES);
    hotplug_note(ctx, XBT_NULL, GUEST, false);
    check(!libxl_device_disk_add(ctx, GUEST, &disk, NULL) &&
              !libxl_device_disk_remove(ctx, GUEST, &disk, NULL),
          "run_hotplug_scripts=0", "comes and goes");
    check(!*calls(), "run_hotplug_scripts=0", calls());
    hotplug_note(ctx, XBT_NULL, GUEST, true);
    disk.backend_domname = strdup("other");
    check(!libxl_device_disk_add(ctx, GUEST, &disk, NULL), "backend=other", "is attached");
    check(store_at("/local/domain/8/backend/vbd/7/51728/params") && !*calls(), "backend=other",
          "has its backend and script there");
    check(!libxl_device_disk_remove(ctx, GUEST, &disk, NULL) && !*calls(), "backend=other", "goes");
    free(disk.backend_domname);
    disk.backend_domname = strdup("nobody");
    check(libxl_device_disk_add(ctx, GUEST, &disk, NULL) == ERROR_INVAL, "backend=nobody",
          "is refused");
    libxl_device_disk_dispose(&disk);
}

/* ---- The domain ---- */

static void destroy_takes_all(void)
{
    libxl_device_disk disk = disk_make("xvda");
    libxl_device_nic nic = nic_make(0);

    script_says(NOTES);
    libxl_device_disk_add(ctx, GUEST, &disk, NULL);
    libxl_device_nic_add(ctx, GUEST, &nic, NULL);
    check(!libxl_domain_destroy(ctx, GUEST, NULL) && destroyed == 1, "destroy", "is done");
    check(strstr(calls(), "remove vbd") && strstr(calls(), "offline type_if=vif"),
          "destroy: scripts", calls());
    check(!store_at("/local/domain/7") && !store_at("/libxl/7") &&
              !store_at("/local/domain/0/backend"),
          "destroy", "leaves nothing in xenstore");
    check(disks_kept() == -1, "destroy", "leaves no configuration");
    libxl_device_disk_dispose(&disk);
    libxl_device_nic_dispose(&nic);
}

/* xl destroy, while the process that looks after the guest does the same. */
static void destroy_comes_second(void)
{
    guest_begin();
    guest_gone = true;
    destroy_errno = ESRCH;
    check(!libxl_domain_destroy(ctx, GUEST, NULL), "destroyed by another", "is destroyed");
    destroy_errno = EPERM;
    check(libxl_domain_destroy(ctx, GUEST, NULL) == ERROR_FAIL, "not to be destroyed", "is told");
    guest_gone = false;
    destroy_errno = 0;
}

static void preserve_keeps_config(void)
{
    libxl_uuid uuid = {{1}};

    guest_begin();
    handle_refused = true;
    check(libxl_domain_preserve(ctx, GUEST, NULL, "-preserved", uuid) == ERROR_FAIL, "preserve",
          "is refused");
    check(disks_kept() == 0, "preserve", "leaves the configuration when it is refused");
    check(!strcmp(store_at("/local/domain/7/name"), "guest-preserved"), "preserve",
          store_at("/local/domain/7/name"));
    handle_refused = false;
}

/* Every xl that looks after a guest would spin for ever. */
static void store_goes(void)
{
    libxl_evgen_domain_death *death;
    libxl_event *event;

    check(!libxl_evenable_domain_death(ctx, GUEST, 0, &death), "events", "are watched");
    flags = XEN_DOMINF_shutdown;
    shutdown_reason = LIBXL_SHUTDOWN_REASON_CRASH;
    check(!libxl_event_wait(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL) &&
              event->type == LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN &&
              event->u.domain_shutdown.shutdown_reason == LIBXL_SHUTDOWN_REASON_CRASH,
          "events", "tell of a crash");
    libxl_event_free(ctx, event);
    check(libxl_event_wait(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL) == ERROR_FAIL, "events",
          "end with xenstored");
    libxl_evdisable_domain_death(ctx, death);
    flags = shutdown_reason = 0;
}

int main(void)
{
    FILE *unheard = fopen("/dev/null", "w");
    xentoollog_logger_stdiostream *log = xtl_createlogger_stdiostream(unheard, XTL_DEBUG, 0);

    ctx = calloc(1, sizeof(*ctx));
    ctx->lg = (xentoollog_logger *)log;
    pthread_mutex_init(&ctx->lock, NULL);
    if (system("rm -rf " LIB_DIR) || mkdir(LIB_DIR, 0755) || !freopen(IMAGE, "w", stdin))
        return 1;
    guest_begin();
    disk_comes_and_goes();
    disk_refused();
    script_status_lost();
    disk_names();
    nic_comes_and_goes();
    script_names();
    scripts_not_ours();
    destroy_takes_all();
    destroy_comes_second();
    preserve_keeps_config();
    store_goes();
    if (failed)
        store_show(stdout);
    libxl_ctx_free(ctx);
    xtl_logger_destroy((xentoollog_logger *)log);
    fclose(unheard);
    check(!system("rm -r " LIB_DIR), "the test", "cleans up");
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
