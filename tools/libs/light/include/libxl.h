/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * libxl: the library behind xl.  It holds the policy of the toolstack: what a guest is made of, in
 * which order it comes and goes, where its memory is taken and claimed.
 *
 * A program allocates one context with libxl_ctx_alloc() and passes it to every call.  Functions
 * return 0, or one of the ERROR_ codes below after having said why through the context's logger.
 * Every data type has an init, a dispose, a copy and a JSON form (see types.idl); what a function
 * hands out is disposed of, or freed with the _list_free of its kind, by the caller.
 *
 * Calls with an ao_how wait for their operation when it is NULL.  Otherwise they still do their
 * work before they return, and report its end as ao_how asks: by its callback, or by an event.
 */
#ifndef LIBXL_H
#define LIBXL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdarg.h>
#include <string.h>
#include <errno.h>
#include <sys/types.h>
#include <xentoollog.h>

#include <libxl_uuid.h>

#define LIBXL_VERSION 0

#define LIBXL_HAVE_PHYSINFO_OUTSTANDING_PAGES 1
#define LIBXL_HAVE_DOMINFO_OUTSTANDING_MEMKB  1
#define LIBXL_HAVE_MEMKB_64BITS               1
#define LIBXL_HAVE_CLAIM_NODES                1 /* b_info.claim_nodes, libxl_list_claim() */
#define LIBXL_HAVE_RUNSTATE                   1 /* libxl_get_runstate() */

enum libxl_error {
    ERROR_NONSPECIFIC = -1,
    ERROR_VERSION = -2,
    ERROR_FAIL = -3,
    ERROR_NI = -4,
    ERROR_NOMEM = -5,
    ERROR_INVAL = -6,
    ERROR_BADFAIL = -7,
    ERROR_GUEST_TIMEDOUT = -8,
    ERROR_TIMEDOUT = -9,
    ERROR_NOPARAVIRT = -10,
    ERROR_NOT_READY = -11,
    ERROR_BUFFERFULL = -13,
    ERROR_LOCK_FAIL = -15,
    ERROR_JSON_CONFIG_EMPTY = -16,
    ERROR_DEVICE_EXISTS = -17,
    ERROR_VNUMA_CONFIG_INVALID = -20,
    ERROR_DOMAIN_NOTFOUND = -21,
    ERROR_ABORTED = -22,
    ERROR_NOTFOUND = -23,
    ERROR_DOMAIN_DESTROYED = -24,
};

typedef struct libxl__ctx libxl_ctx;

/* ---- Building blocks of the types ---- */

typedef uint32_t libxl_domid;
typedef int libxl_devid;
typedef uint8_t libxl_mac[6];
typedef uint32_t libxl_hwcap[8];
typedef char **libxl_string_list;    /* ends with NULL */
typedef char **libxl_key_value_list; /* key, value, key, value, NULL */
typedef uint64_t libxl_ev_user;

#define INVALID_DOMID     ~0U
#define DOMID_IS_VALID(d) ((d) < 0x7ff0)

#define LIBXL_MAC_FMT        "%02hhx:%02hhx:%02hhx:%02hhx:%02hhx:%02hhx"
#define LIBXL_MAC_FMTLEN     ((2 * 6) + 5)
#define LIBXL_MAC_BYTES(mac) mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]

#define LIBXL_MEMKB_DEFAULT     ~0ULL
#define LIBXL_MAX_GRANT_DEFAULT (~(uint32_t)0)

typedef struct {
    uint32_t size; /* bytes */
    uint8_t *map;
} libxl_bitmap;

/* A boolean that may also be left to the library. */
typedef struct {
    int val;
} libxl_defbool;

struct libxl_event;
typedef struct {
    struct libxl_event *next;
} libxl_ev_link;

void libxl_defbool_set(libxl_defbool *db, bool b);
void libxl_defbool_unset(libxl_defbool *db);
void libxl_defbool_setdefault(libxl_defbool *db, bool b); /* only where it is still unset */
bool libxl_defbool_is_default(libxl_defbool db);
bool libxl_defbool_val(libxl_defbool db); /* asserts that it is set */
const char *libxl_defbool_to_string(libxl_defbool b);

void libxl_string_list_dispose(libxl_string_list *sl);
int libxl_string_list_length(const libxl_string_list *sl);
void libxl_string_list_copy(libxl_ctx *ctx, libxl_string_list *dst, const libxl_string_list *src);
void libxl_key_value_list_dispose(libxl_key_value_list *kvl);
int libxl_key_value_list_length(const libxl_key_value_list *kvl);
void libxl_key_value_list_copy(libxl_ctx *ctx, libxl_key_value_list *dst,
                               const libxl_key_value_list *src);
void libxl_bitmap_init(libxl_bitmap *map);
void libxl_bitmap_dispose(libxl_bitmap *map);

#include <_libxl_types.h>

/* ---- Context and asynchronous operations ---- */

int libxl_ctx_alloc(libxl_ctx **pctx, int version, unsigned flags, xentoollog_logger *lg);
int libxl_ctx_free(libxl_ctx *ctx);

typedef struct {
    void (*callback)(libxl_ctx *ctx, int rc, void *for_callback);
    union {
        libxl_ev_user for_event;
        void *for_callback;
    } u;
} libxl_asyncop_how;

typedef struct {
    void (*callback)(libxl_ctx *ctx, libxl_event *event, void *for_callback);
    libxl_ev_user for_event;
    void *for_callback;
} libxl_asyncprogress_how;

/* ---- Life of a domain ---- */

/* Creates a paused domain, starts nothing; on failure nothing of it is left. */
int libxl_domain_create_new(libxl_ctx *ctx, libxl_domain_config *d_config, uint32_t *domid,
                            const libxl_asyncop_how *ao_how,
                            const libxl_asyncprogress_how *aop_console_how);
int libxl_domain_destroy(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how);
int libxl_domain_pause(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how);
int libxl_domain_unpause(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how);
/* Both ask the guest; ERROR_NOPARAVIRT when it does not listen. */
int libxl_domain_shutdown(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how);
int libxl_domain_reboot(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how);
int libxl_domain_rename(libxl_ctx *ctx, uint32_t domid, const char *old_name, const char *new_name);
/* Sets a dead domain aside under name + name_suffix, so that another may take its name. */
int libxl_domain_preserve(libxl_ctx *ctx, uint32_t domid, libxl_domain_create_info *info,
                          const char *name_suffix, libxl_uuid new_uuid);
int libxl_retrieve_domain_configuration(libxl_ctx *ctx, uint32_t domid,
                                        libxl_domain_config *d_config,
                                        const libxl_asyncop_how *ao_how);

int libxl_domain_info(libxl_ctx *ctx, libxl_dominfo *info_r, uint32_t domid);
libxl_dominfo *libxl_list_domain(libxl_ctx *ctx, int *nb_domain_out);
libxl_vminfo *libxl_list_vm(libxl_ctx *ctx, int *nb_vm_out);
int libxl_domid_valid_guest(uint32_t domid);
uint32_t libxl_vm_get_start_time(libxl_ctx *ctx, uint32_t domid);

/* ---- Memory and claims ---- */

int libxl_domain_setmaxmem(libxl_ctx *ctx, uint32_t domid, uint64_t max_memkb);
int libxl_set_memory_target(libxl_ctx *ctx, uint32_t domid, int64_t target_memkb, int relative,
                            int enforce);
int libxl_get_memory_target(libxl_ctx *ctx, uint32_t domid, uint64_t *out_target);
int libxl_domain_need_memory(libxl_ctx *ctx, libxl_domain_config *config,
                             uint32_t domid_for_logging, uint64_t *need_memkb);
/* What a new guest could have: free memory less all claims, never below zero. */
int libxl_get_free_memory(libxl_ctx *ctx, uint64_t *memkb);
int libxl_wait_for_free_memory(libxl_ctx *ctx, uint32_t domid, uint64_t memory_kb, int wait_secs);
int libxl_wait_for_memory_target(libxl_ctx *ctx, uint32_t domid, int wait_secs);
/* Memory claimed on the whole host and not yet allocated, in MB; negative on failure. */
int libxl_get_claiminfo(libxl_ctx *ctx);
/* Every domain with what it has and what is claimed for it, per node where the hypervisor tells. */
libxl_domain_claim *libxl_list_claim(libxl_ctx *ctx, int *nr_out);

/* ---- The host ---- */

const libxl_version_info *libxl_get_version_info(libxl_ctx *ctx);
int libxl_get_physinfo(libxl_ctx *ctx, libxl_physinfo *physinfo);
int libxl_get_max_cpus(libxl_ctx *ctx);
int libxl_get_online_cpus(libxl_ctx *ctx);
int libxl_get_max_nodes(libxl_ctx *ctx);
#define LIBXL_CPUTOPOLOGY_INVALID_ENTRY (~(uint32_t)0)
#define LIBXL_NUMAINFO_INVALID_ENTRY    (~(uint32_t)0)
libxl_cputopology *libxl_get_cpu_topology(libxl_ctx *ctx, int *nb_cpu_out);
libxl_numainfo *libxl_get_numainfo(libxl_ctx *ctx, int *nr);
int libxl_get_freecpus(libxl_ctx *ctx, libxl_bitmap *cpumap);
int libxl_send_debug_keys(libxl_ctx *ctx, char *keys);

typedef struct libxl__xen_console_reader libxl_xen_console_reader;
libxl_xen_console_reader *libxl_xen_console_read_start(libxl_ctx *ctx, int clear);
/* 1 and a piece of the log (the reader's), 0 at the end, or an ERROR_ code. */
int libxl_xen_console_read_line(libxl_ctx *ctx, libxl_xen_console_reader *cr, char **line_r);
void libxl_xen_console_read_finish(libxl_ctx *ctx, libxl_xen_console_reader *cr);

/* ---- vCPUs and scheduling ---- */

libxl_vcpuinfo *libxl_list_vcpu(libxl_ctx *ctx, uint32_t domid, int *nb_vcpu, int *nr_cpus_out);
int libxl_set_vcpuaffinity(libxl_ctx *ctx, uint32_t domid, uint32_t vcpuid,
                           const libxl_bitmap *cpumap_hard, const libxl_bitmap *cpumap_soft);
int libxl_set_vcpuaffinity_force(libxl_ctx *ctx, uint32_t domid, uint32_t vcpuid,
                                 const libxl_bitmap *cpumap_hard, const libxl_bitmap *cpumap_soft);
int libxl_set_vcpuaffinity_all(libxl_ctx *ctx, uint32_t domid, unsigned int max_vcpus,
                               const libxl_bitmap *cpumap_hard, const libxl_bitmap *cpumap_soft);
int libxl_domain_set_nodeaffinity(libxl_ctx *ctx, uint32_t domid, libxl_bitmap *nodemap);
int libxl_domain_get_nodeaffinity(libxl_ctx *ctx, uint32_t domid, libxl_bitmap *nodemap);
int libxl_set_vcpuonline(libxl_ctx *ctx, uint32_t domid, libxl_bitmap *cpumap,
                         const libxl_asyncop_how *ao_how);

#define LIBXL_DOMAIN_SCHED_PARAM_WEIGHT_DEFAULT -1
#define LIBXL_DOMAIN_SCHED_PARAM_CAP_DEFAULT    -1
int libxl_get_scheduler(libxl_ctx *ctx);
int libxl_sched_credit2_params_get(libxl_ctx *ctx, uint32_t poolid,
                                   libxl_sched_credit2_params *scinfo);
int libxl_sched_credit2_params_set(libxl_ctx *ctx, uint32_t poolid,
                                   libxl_sched_credit2_params *scinfo);
int libxl_domain_sched_params_get(libxl_ctx *ctx, uint32_t domid,
                                  libxl_domain_sched_params *params);
int libxl_domain_sched_params_set(libxl_ctx *ctx, uint32_t domid,
                                  const libxl_domain_sched_params *params);
/* ERROR_NI when the hypervisor keeps no domain runstates, ERROR_DOMAIN_NOTFOUND for a missing
 * domain. */
int libxl_get_runstate(libxl_ctx *ctx, uint32_t domid, libxl_runstateinfo *info);

/* ---- CPU pools ---- */

#define LIBXL_CPUPOOL_POOLID_ANY 0xFFFFFFFF
libxl_cpupoolinfo *libxl_list_cpupool(libxl_ctx *ctx, int *nb_pool_out);
int libxl_cpupool_info(libxl_ctx *ctx, libxl_cpupoolinfo *info, uint32_t poolid);
int libxl_cpupool_create(libxl_ctx *ctx, const char *name, libxl_scheduler sched,
                         libxl_bitmap cpumap, libxl_uuid *uuid, uint32_t *poolid);
int libxl_cpupool_destroy(libxl_ctx *ctx, uint32_t poolid);
int libxl_cpupool_rename(libxl_ctx *ctx, const char *name, uint32_t poolid);
int libxl_cpupool_cpuadd(libxl_ctx *ctx, uint32_t poolid, int cpu);
int libxl_cpupool_cpuadd_node(libxl_ctx *ctx, uint32_t poolid, int node, int *cpus);
int libxl_cpupool_cpuadd_cpumap(libxl_ctx *ctx, uint32_t poolid, const libxl_bitmap *cpumap);
int libxl_cpupool_cpuremove(libxl_ctx *ctx, uint32_t poolid, int cpu);
int libxl_cpupool_cpuremove_node(libxl_ctx *ctx, uint32_t poolid, int node, int *cpus);
int libxl_cpupool_cpuremove_cpumap(libxl_ctx *ctx, uint32_t poolid, const libxl_bitmap *cpumap);
int libxl_cpupool_movedomain(libxl_ctx *ctx, uint32_t poolid, uint32_t domid);

/* ---- Devices ---- */

int libxl_device_disk_add(libxl_ctx *ctx, uint32_t domid, libxl_device_disk *disk,
                          const libxl_asyncop_how *ao_how);
/* remove asks the guest and waits; destroy takes the device away. */
int libxl_device_disk_remove(libxl_ctx *ctx, uint32_t domid, libxl_device_disk *disk,
                             const libxl_asyncop_how *ao_how);
int libxl_device_disk_destroy(libxl_ctx *ctx, uint32_t domid, libxl_device_disk *disk,
                              const libxl_asyncop_how *ao_how);
libxl_device_disk *libxl_device_disk_list(libxl_ctx *ctx, uint32_t domid, int *num);
int libxl_device_disk_getinfo(libxl_ctx *ctx, uint32_t domid, const libxl_device_disk *disk,
                              libxl_diskinfo *diskinfo);

int libxl_device_nic_add(libxl_ctx *ctx, uint32_t domid, libxl_device_nic *nic,
                         const libxl_asyncop_how *ao_how);
int libxl_device_nic_remove(libxl_ctx *ctx, uint32_t domid, libxl_device_nic *nic,
                            const libxl_asyncop_how *ao_how);
int libxl_device_nic_destroy(libxl_ctx *ctx, uint32_t domid, libxl_device_nic *nic,
                             const libxl_asyncop_how *ao_how);
libxl_device_nic *libxl_device_nic_list(libxl_ctx *ctx, uint32_t domid, int *num);
int libxl_device_nic_getinfo(libxl_ctx *ctx, uint32_t domid, const libxl_device_nic *nic,
                             libxl_nicinfo *nicinfo);

int libxl_console_get_tty(libxl_ctx *ctx, uint32_t domid, int cons_num, libxl_console_type type,
                          char **path);
int libxl_primary_console_get_tty(libxl_ctx *ctx, uint32_t domid_vm, char **path);

/* ---- Notes that a program keeps beside a domain, removed with it ---- */

int libxl_userdata_store(libxl_ctx *ctx, uint32_t domid, const char *userdata_userid,
                         const uint8_t *data, int datalen);
int libxl_userdata_retrieve(libxl_ctx *ctx, uint32_t domid, const char *userdata_userid,
                            uint8_t **data_r, int *datalen_r);
int libxl_userdata_unlink(libxl_ctx *ctx, uint32_t domid, const char *userdata_userid);

#include <libxl_event.h>

#endif /* LIBXL_H */
