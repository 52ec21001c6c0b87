/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * What the files of libxl share with each other and with nobody else.
 *
 * Rules of the room: functions return 0 or an ERROR_ code, and whoever finds an error says so,
 * once, with LOG or LOGE (which adds errno).  Strings that live as long as one call come from an
 * arena. Running out of a few bytes of memory is not survivable here: the x-functions abort.
 */
#ifndef LIBXL_INTERNAL_H
#define LIBXL_INTERNAL_H

#include <pthread.h>
#include <stdlib.h>
#include <xenctrl.h>
#include <xenstore.h>
#include <xentoollog.h>
#include <libxl.h>
#include <libxl_utils.h>

#pragma GCC visibility push(hidden) /* for this library alone */

#ifndef LIB_DIR /* a test brings its own */
#define LIB_DIR "/var/lib/xen"
#endif
#define LOG_DIR    "/var/log/xen"
#define SCRIPT_DIR "/etc/xen/scripts"

#define KB_PER_PAGE (XC_PAGE_SIZE / 1024)
/* Pages that a guest has beside its memory: those that it shares with the toolstack. */
#define SPECIAL_KB    1024
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

struct libxl__ctx {
    xentoollog_logger *lg;
    xc_interface *xch;
    pthread_mutex_t lock; /* for the members below */
    struct xs_handle *xs; /* opened when first needed: see store_handle() */
    libxl_version_info version;
    bool version_known;
    struct event_state *events; /* event.c's own; NULL until somebody waits */
};

/* ---- ctx.c: logging, memory, how calls end ---- */

#define LOG(ctx, level, ...)  xtl_log((ctx)->lg, XTL_##level, -1, "libxl", __VA_ARGS__)
#define LOGE(ctx, level, ...) xtl_log((ctx)->lg, XTL_##level, errno, "libxl", __VA_ARGS__)

void *xcalloc(size_t count, size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);
char *xprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Memory that goes when the arena goes: ARENA(a) at the top of a function, use &a. */
struct arena {
    struct arena_block *blocks;
};
#define ARENA(a) struct arena a __attribute__((cleanup(arena_free))) = {NULL}
void arena_free(struct arena *a);
void *arena_keep(struct arena *a, void *malloced);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The last statement of every call that takes an ao_how. */
int ao_end(libxl_ctx *ctx, int rc, const libxl_asyncop_how *how);
void event_post(libxl_ctx *ctx, libxl_event *event); /* event.c */
void event_state_free(libxl_ctx *ctx);

/* ERROR_ code for what a hypercall left in errno. */
int error_of_errno(int err);

/* ---- store.c: xenstore ---- */

struct xs_handle *store_handle(libxl_ctx *ctx);
/* NULL when there is none; in either case nothing is logged. */
char *store_read(libxl_ctx *ctx, struct arena *a, xs_transaction_t t, const char *path);
long long store_read_number(libxl_ctx *ctx, const char *path, long long missing);
int store_write(libxl_ctx *ctx, xs_transaction_t t, const char *path, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
int store_mkdir(libxl_ctx *ctx, xs_transaction_t t, const char *path, struct xs_permissions *perms,
                unsigned int nr_perms);
char **store_list(libxl_ctx *ctx, struct arena *a, xs_transaction_t t, const char *path,
                  unsigned int *count);
void store_remove(libxl_ctx *ctx, xs_transaction_t t, const char *path);
/* Removes path and then every parent that this leaves empty, up to but not including stop. */
void store_prune(libxl_ctx *ctx, xs_transaction_t t, const char *path, const char *stop);
/* Runs body in a transaction, again when somebody interfered.  body returns 0 or an ERROR_ code. */
typedef int store_body(libxl_ctx *ctx, xs_transaction_t t, void *data);
int store_transact(libxl_ctx *ctx, store_body *body, void *data);
/* Waits until done(value, data) of the node's value (NULL: absent); ERROR_TIMEDOUT after ms. */
typedef bool store_done(const char *value, void *data);
int store_wait(libxl_ctx *ctx, const char *path, int ms, store_done *done, void *data);

/* ---- userdata.c ---- */

void userdata_destroy(libxl_ctx *ctx, uint32_t domid);
int config_save(libxl_ctx *ctx, uint32_t domid, libxl_domain_config *config);
int config_load(libxl_ctx *ctx, uint32_t domid, libxl_domain_config *config);
/* Edits the stored configuration, one process at a time; 0 also when the domain has none (yet). */
typedef void config_edit(libxl_domain_config *config, const void *what);
int config_change(libxl_ctx *ctx, uint32_t domid, config_edit *edit, const void *what);

/* ---- domain.c ---- */

bool qualifier_number(const char *s, uint32_t *n);
libxl_domain_type domain_type(libxl_ctx *ctx, uint32_t domid);
/* Asks the guest through its control node. */
int domain_request(libxl_ctx *ctx, uint32_t domid, const char *what);

/* ---- create.c, build.c, numa.c, vnuma.c, claim.c: a domain in the making ---- */

struct xc_dom_image;
struct xc_dom_vnode;
struct xc_dom_vnuma;

struct build_state {
    uint32_t console_port, store_port;
    unsigned long console_gfn, store_gfn;
};

/* What one step of a creation leaves for the next. */
struct creation {
    uint32_t domid;
    libxl_domain_config *config;
    const libxl_asyncprogress_how *console_how;
    struct build_state state;
    struct xc_dom_vnode *vnodes; /* where its memory shall be */
    struct xc_dom_vnuma *vnuma;  /* what the guest is told of that */
    unsigned int nr_vnodes;
    struct xc_dom_image *image; /* from "parse" to "boot" */
};
typedef int creation_step(libxl_ctx *ctx, struct creation *c);
creation_step build_limits, build_affinity, build_place, build_weight, build_ports, build_kernel,
    build_claim, build_memory, build_load, build_boot;
/* On every path: what the steps of build.c hold, the claim among it. */
void build_end(struct creation *c);
int build_defaults(libxl_ctx *ctx, libxl_domain_build_info *info);

/* step.c: a step, or a point within one, that can be named from outside. */
void step_reached(libxl_ctx *ctx, uint32_t domid, const char *name);

/* One node of the host as placement sees it; free is what nobody has claimed. */
struct numa_node {
    uint64_t free_kb;
    unsigned int cpus;
    unsigned int vcpus; /* already at home here */
};
#define NUMA_NODES_MAX 64
/*
 * The fewest of the nr nodes that have need_kb together, and enough CPUs for vcpus where any set
 * has; among sets of one size the least loaded, then the one with most free memory.  Returns how
 * many were written to chosen[], 0 when the whole host is not enough.
 */
unsigned int numa_choose(const struct numa_node *nodes, unsigned int nr, uint64_t allowed,
                         uint64_t need_kb, unsigned int vcpus, unsigned int *chosen);
/* Where this guest's memory shall be: entries for the builder, 0 when it does not matter. */
int numa_place(libxl_ctx *ctx, uint32_t domid, const libxl_domain_build_info *info,
               struct xc_dom_vnode *vnodes, unsigned int *nr_vnodes);
/* Do the virtual nodes make sense? */
int vnuma_check(libxl_ctx *ctx, const libxl_domain_build_info *info);
/* What the guest is told of them, in one piece that the caller frees; NULL when there are none. */
struct xc_dom_vnuma *vnuma_tables(const libxl_domain_build_info *info);
/* With claims: refuses a guest that cannot fit before it costs anything. */
int claim_check(libxl_ctx *ctx, const libxl_domain_build_info *info);
/* ERROR_ code of a call for which the hypervisor needed memory of its own; says what the guest
 * needs in all, and what the host has, when that was missing. */
int claim_error(libxl_ctx *ctx, const libxl_domain_build_info *info, int err);
/* Stakes the claim of an image; on refusal says what was needed, free and claimed, and by whom. */
int claim_stake(libxl_ctx *ctx, const libxl_domain_build_info *info, struct xc_dom_image *image);

/* ---- device.c: what disks and network interfaces have in common ---- */

enum device_kind { DEVICE_VBD, DEVICE_VIF, DEVICE_CONSOLE };
struct device {
    enum device_kind kind;
    uint32_t domid, backend_domid;
    int devid;
};
struct device_node {
    const char *key, *value;
};
const char *device_kind_name(enum device_kind kind);
/* The number of the backend's domain, where its name is said. */
int device_backend(libxl_ctx *ctx, const char *name, uint32_t *domid);
char *device_backend_path(struct arena *a, const struct device *dev);
char *device_frontend_path(libxl_ctx *ctx, struct arena *a, const struct device *dev);
/* Writes both ends, waits for the backend and runs the hotplug script. */
int device_add(libxl_ctx *ctx, const struct device *dev, const struct device_node *back,
               const struct device_node *front, const char *script);
int device_remove(libxl_ctx *ctx, const struct device *dev, bool force);
/* The whole of a remove (force: destroy) call; `forget` takes the device out of a configuration. */
int device_end(libxl_ctx *ctx, struct device dev, bool force, config_edit *forget,
               const void *device, const libxl_asyncop_how *how);
/* The numbers of a domain's devices of one kind, in the arena. */
int *device_list(libxl_ctx *ctx, struct arena *a, uint32_t domid, enum device_kind kind,
                 unsigned int *count);
/* Makes a kind's own structure (disk, nic) of a device that is there; see device_note(). */
typedef void device_read(libxl_ctx *ctx, const struct device *dev, void *out);
/* An array of count structures, the caller's; NULL for none. */
void *device_read_all(libxl_ctx *ctx, uint32_t domid, enum device_kind kind, size_t size,
                      device_read *read, int *count);
/* ERROR_NOTFOUND when there is none of this number. */
int device_read_one(libxl_ctx *ctx, uint32_t domid, enum device_kind kind, int devid,
                    device_read *read, void *out);
/* What our record says of a device: the caller's, or NULL. */
char *device_note(libxl_ctx *ctx, const struct device *dev, const char *key);
int device_note_number(libxl_ctx *ctx, const struct device *dev, const char *key, int missing);
/* What the guest's end says, -1 when it says nothing. */
int device_front_number(libxl_ctx *ctx, const struct device *dev, const char *key);
/* Takes all of a domain's devices down; they stay in xenstore. */
struct device *devices_take_down(libxl_ctx *ctx, struct arena *a, uint32_t domid,
                                 unsigned int *count);
/* The other end of this device, and of all of its kind that the domain has. */
void device_forget_backends(libxl_ctx *ctx, xs_transaction_t t, const struct device *dev);
int console_add_primary(libxl_ctx *ctx, uint32_t domid, const struct build_state *state);
int disk_defaults(libxl_ctx *ctx, libxl_device_disk *disk);
int nic_defaults(libxl_ctx *ctx, libxl_device_nic *nic, int devid);

/* ---- hotplug.c ---- */

/* A script's whole path; where none is said, that of the distribution's own. */
void hotplug_script(char **script, const char *unless);
/* Whether libxl runs the scripts of a domain's devices, which it does unless this says no. */
int hotplug_note(libxl_ctx *ctx, xs_transaction_t t, uint32_t domid, bool run);
/* 0 also when the script is not for us to run. */
int hotplug_run(libxl_ctx *ctx, const struct device *dev, const char *script, const char *command);

#pragma GCC visibility pop

#endif /* LIBXL_INTERNAL_H */
