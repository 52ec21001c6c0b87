/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * libxenctrl: one function per operation of the hypervisor that a toolstack needs.
 *
 * Rules of the room: no policy, nothing printed, nothing remembered between calls.  A function
 * returns 0 (or the count that its comment names), or -1 with errno as the hypervisor gave it.
 * Names and prototypes are those that toolstacks know from Xen 4.17; what that release lacks
 * (claims on nodes, the per-node snapshots, domain runstates) stands at the end of its group.
 */
#ifndef XENCTRL_H
#define XENCTRL_H

#ifndef __XEN_TOOLS__
#define __XEN_TOOLS__ 1
#endif

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <xen/xen.h>
#include <xen/domctl.h>
#include <xen/event_channel.h>
#include <xen/grant_table.h>
#include <xen/memory.h>
#include <xen/sched.h>
#include <xen/sysctl.h>
#include <xen/version.h>
#include <xen/hvm/params.h>
#include <xentoollog.h>

#define XC_PAGE_SHIFT 12
#define XC_PAGE_SIZE  (1UL << XC_PAGE_SHIFT)
#define XC_PAGE_MASK  (~(XC_PAGE_SIZE - 1))

/* ---- The handle ---- */

typedef struct xc_interface_core xc_interface;

enum xc_open_flags {
    XC_OPENFLAG_DUMMY = 1 << 0,         /* no hypercall will be made: succeeds on any host */
    XC_OPENFLAG_NON_REENTRANT = 1 << 1, /* the caller is single-threaded */
};

/* Either logger may be NULL; dombuild_logger is the one that libxenguest reports to. */
xc_interface *xc_interface_open(xentoollog_logger *logger, xentoollog_logger *dombuild_logger,
                                unsigned open_flags);
int xc_interface_close(xc_interface *xch);
xentoollog_logger *xc_interface_logger(xc_interface *xch);
xentoollog_logger *xc_interface_build_logger(xc_interface *xch);
struct xencall_handle *xc_interface_xcall_handle(xc_interface *xch);
struct xenforeignmemory_handle *xc_interface_fmem_handle(xc_interface *xch);

/* ---- CPU and node maps: bit arrays as wide as the host ---- */

typedef uint8_t *xc_cpumap_t;
typedef uint8_t *xc_nodemap_t;

int xc_get_max_cpus(xc_interface *xch);
int xc_get_online_cpus(xc_interface *xch);
int xc_get_max_nodes(xc_interface *xch);
int xc_get_cpumap_size(xc_interface *xch);
int xc_get_nodemap_size(xc_interface *xch);
xc_cpumap_t xc_cpumap_alloc(xc_interface *xch); /* zeroed; the caller frees */
xc_nodemap_t xc_nodemap_alloc(xc_interface *xch);
void xc_cpumap_clearcpu(int cpu, xc_cpumap_t map);
void xc_cpumap_setcpu(int cpu, xc_cpumap_t map);
int xc_cpumap_testcpu(int cpu, xc_cpumap_t map);

/* ---- Domains ---- */

typedef xen_domctl_getdomaininfo_t xc_domaininfo_t;
typedef struct xen_domctl_getvcpuinfo xc_vcpuinfo_t;

/* *pdomid: 0 asks the hypervisor to choose; receives the domain's number. */
int xc_domain_create(xc_interface *xch, uint32_t *pdomid, struct xen_domctl_createdomain *config);
int xc_domain_destroy(xc_interface *xch, uint32_t domid);
int xc_domain_pause(xc_interface *xch, uint32_t domid);
int xc_domain_unpause(xc_interface *xch, uint32_t domid);
int xc_domain_shutdown(xc_interface *xch, uint32_t domid, int reason);
int xc_domain_sethandle(xc_interface *xch, uint32_t domid, xen_domain_handle_t handle);
int xc_domain_max_vcpus(xc_interface *xch, uint32_t domid, unsigned int max);
int xc_domain_setmaxmem(xc_interface *xch, uint32_t domid, uint64_t max_memkb);
int xc_domain_send_trigger(xc_interface *xch, uint32_t domid, uint32_t trigger, uint32_t vcpu);
int xc_domain_set_time_offset(xc_interface *xch, uint32_t domid, int32_t time_offset_seconds);
int xc_domain_set_tsc_info(xc_interface *xch, uint32_t domid, uint32_t tsc_mode,
                           uint64_t elapsed_nsec, uint32_t gtsc_khz, uint32_t incarnation);
int xc_get_paging_mempool_size(xc_interface *xch, uint32_t domid, uint64_t *size);
int xc_set_paging_mempool_size(xc_interface *xch, uint32_t domid, uint64_t size);

/* Domains from number first_domain upwards, in ascending order; returns how many were stored. */
int xc_domain_getinfolist(xc_interface *xch, uint32_t first_domain, unsigned int max_domains,
                          xc_domaininfo_t *info);
/* Exactly this domain: ESRCH when there is none. */
int xc_domain_getinfo_single(xc_interface *xch, uint32_t domid, xc_domaininfo_t *info);

int xc_vcpu_getinfo(xc_interface *xch, uint32_t domid, uint32_t vcpu, xc_vcpuinfo_t *info);
/* flags: XEN_VCPUAFFINITY_*.  The maps that flags select are read and receive what took effect. */
int xc_vcpu_setaffinity(xc_interface *xch, uint32_t domid, int vcpu, xc_cpumap_t cpumap_hard_inout,
                        xc_cpumap_t cpumap_soft_inout, uint32_t flags);
int xc_vcpu_getaffinity(xc_interface *xch, uint32_t domid, int vcpu, xc_cpumap_t cpumap_hard,
                        xc_cpumap_t cpumap_soft, uint32_t flags);
int xc_domain_node_setaffinity(xc_interface *xch, uint32_t domid, xc_nodemap_t nodemap);
int xc_domain_node_getaffinity(xc_interface *xch, uint32_t domid, xc_nodemap_t nodemap);

int xc_hvm_param_set(xc_interface *xch, uint32_t domid, uint32_t param, uint64_t value);
int xc_hvm_param_get(xc_interface *xch, uint32_t domid, uint32_t param, uint64_t *value);
/* With a NULL buffer getcontext returns the size that is needed, else the size that was stored. */
int xc_domain_hvm_getcontext(xc_interface *xch, uint32_t domid, uint8_t *ctxt_buf, uint32_t size);
int xc_domain_hvm_setcontext(xc_interface *xch, uint32_t domid, uint8_t *hvm_ctxt, uint32_t size);

/* The time that a domain spent in each of the six domain runstates; `time` adds up to its age. */
typedef struct xen_domctl_runstate_info xc_runstate_info_t;
int xc_get_runstate_info(xc_interface *xch, uint32_t domid, xc_runstate_info_t *info);

/* ---- Memory of a domain ---- */

#define E820_RAM      1
#define E820_RESERVED 2
#define E820_ACPI     3
#define E820_NVS      4
#define E820_UNUSABLE 5
#define E820MAX       128

struct e820entry {
    uint64_t addr;
    uint64_t size;
    uint32_t type;
} __attribute__((packed));

int xc_domain_set_memory_map(xc_interface *xch, uint32_t domid, struct e820entry entries[],
                             uint32_t nr_entries);
/* Returns how many extents were populated; fewer than asked is not an error of the call. */
int xc_domain_populate_physmap(xc_interface *xch, uint32_t domid, unsigned long nr_extents,
                               unsigned int extent_order, unsigned int mem_flags,
                               xen_pfn_t *extent_start);
/* All of them, or -1 with errno EBUSY (some) or the hypervisor's own. */
int xc_domain_populate_physmap_exact(xc_interface *xch, uint32_t domid, unsigned long nr_extents,
                                     unsigned int extent_order, unsigned int mem_flags,
                                     xen_pfn_t *extent_start);
int xc_domain_decrease_reservation(xc_interface *xch, uint32_t domid, unsigned long nr_extents,
                                   unsigned int extent_order, xen_pfn_t *extent_start);
int xc_domain_decrease_reservation_exact(xc_interface *xch, uint32_t domid,
                                         unsigned long nr_extents, unsigned int extent_order,
                                         xen_pfn_t *extent_start);
int xc_domain_add_to_physmap(xc_interface *xch, uint32_t domid, unsigned int space,
                             unsigned long idx, xen_pfn_t gpfn);
int xc_domain_remove_from_physmap(xc_interface *xch, uint32_t domid, xen_pfn_t gpfn);
int xc_domain_maximum_gpfn(xc_interface *xch, uint32_t domid, xen_pfn_t *gpfns);
long xc_get_tot_pages(xc_interface *xch, uint32_t domid);
int xc_domain_set_pod_target(xc_interface *xch, uint32_t domid, uint64_t target_pages,
                             uint64_t *tot_pages, uint64_t *pod_cache_pages, uint64_t *pod_entries);
/*
 * Virtual NUMA: vmemrange[nr_regions], vdistance[nr_vnodes * nr_vnodes], vcpu_to_vnode[nr_vcpus],
 * vnode_to_pnode[nr_vnodes].
 */
int xc_domain_setvnuma(xc_interface *xch, uint32_t domid, uint32_t nr_vnodes, uint32_t nr_regions,
                       uint32_t nr_vcpus, xen_vmemrange_t *vmemrange, unsigned int *vdistance,
                       unsigned int *vcpu_to_vnode, unsigned int *vnode_to_pnode);

/* ---- Claims ---- */

/* memory_claim_t, XEN_NODE_CLAIM_INIT and XEN_DOMCTL_CLAIM_MEMORY_NO_NODE are the public
 * interface's (domctl.h). */

/*
 * Stake a claim; 0 pages releases whatever the domain has claimed.  The number is the total that
 * the domain shall have, pages that it already owns included.
 */
int xc_domain_claim_pages(xc_interface *xch, uint32_t domid, unsigned long nr_pages);
/* The same for a set of entries, staked whole or not at all; {0, NO_NODE} alone releases. */
int xc_domain_claim_memory(xc_interface *xch, uint32_t domid, uint32_t nr_claims,
                           const memory_claim_t *claims);
/* Pages claimed and not yet allocated on the whole host, or -1. */
long xc_domain_get_outstanding_pages(xc_interface *xch);

/* What is promised where, in pages, read in one look. */
typedef xen_node_claims_t xc_node_claims_t;      /* size, free, claimed on this very node */
typedef xen_node_pages_t xc_domain_node_pages_t; /* pages, claimed */

typedef struct xc_host_claims {
    uint64_t free;
    uint64_t claimed;      /* by claims of both kinds */
    uint64_t claimed_host; /* by host-wide claims alone */
} xc_host_claims_t;

/*
 * *nr_nodes: capacity of nodes[] in, number of nodes of the host out (it may exceed the capacity).
 * host and host_claimed may be NULL.
 */
/* host may be NULL. */
int xc_get_node_claims(xc_interface *xch, unsigned int *nr_nodes, xc_node_claims_t *nodes,
                       xc_host_claims_t *host);
int xc_domain_get_node_pages(xc_interface *xch, uint32_t domid, unsigned int *nr_nodes,
                             xc_domain_node_pages_t *nodes, uint64_t *host_claimed);

/* ---- Schedulers and CPU pools ---- */

#define XC_CPUPOOL_POOLID_ANY 0xFFFFFFFF

typedef struct xc_cpupoolinfo {
    uint32_t cpupool_id;
    uint32_t sched_id;
    uint32_t n_dom;
    xc_cpumap_t cpumap;
} xc_cpupoolinfo_t;

int xc_sched_id(xc_interface *xch, int *sched_id);
int xc_sched_credit_domain_set(xc_interface *xch, uint32_t domid,
                               struct xen_domctl_sched_credit *sdom);
int xc_sched_credit_domain_get(xc_interface *xch, uint32_t domid,
                               struct xen_domctl_sched_credit *sdom);
int xc_sched_credit_params_set(xc_interface *xch, uint32_t cpupool_id,
                               struct xen_sysctl_credit_schedule *schedule);
int xc_sched_credit_params_get(xc_interface *xch, uint32_t cpupool_id,
                               struct xen_sysctl_credit_schedule *schedule);
int xc_sched_credit2_domain_set(xc_interface *xch, uint32_t domid,
                                struct xen_domctl_sched_credit2 *sdom);
int xc_sched_credit2_domain_get(xc_interface *xch, uint32_t domid,
                                struct xen_domctl_sched_credit2 *sdom);
int xc_sched_credit2_params_set(xc_interface *xch, uint32_t cpupool_id,
                                struct xen_sysctl_credit2_schedule *schedule);
int xc_sched_credit2_params_get(xc_interface *xch, uint32_t cpupool_id,
                                struct xen_sysctl_credit2_schedule *schedule);

int xc_cpupool_create(xc_interface *xch, uint32_t *ppoolid, uint32_t sched_id);
int xc_cpupool_destroy(xc_interface *xch, uint32_t poolid);
/* The first pool with a number of poolid or above; NULL with errno ENOENT after the last one. */
xc_cpupoolinfo_t *xc_cpupool_getinfo(xc_interface *xch, uint32_t poolid);
void xc_cpupool_infofree(xc_interface *xch, xc_cpupoolinfo_t *info);
int xc_cpupool_addcpu(xc_interface *xch, uint32_t poolid, int cpu);
int xc_cpupool_removecpu(xc_interface *xch, uint32_t poolid, int cpu);
int xc_cpupool_movedomain(xc_interface *xch, uint32_t poolid, uint32_t domid);
xc_cpumap_t xc_cpupool_freeinfo(xc_interface *xch); /* CPUs in no pool; the caller frees */

/* ---- Event channels and grants of another domain ---- */

typedef int xc_evtchn_port_or_error_t;
typedef struct evtchn_status xc_evtchn_status_t;

xc_evtchn_port_or_error_t xc_evtchn_alloc_unbound(xc_interface *xch, uint32_t dom,
                                                  uint32_t remote_dom);
int xc_evtchn_reset(xc_interface *xch, uint32_t dom);
int xc_evtchn_status(xc_interface *xch, xc_evtchn_status_t *status);
int xc_gnttab_query_size(xc_interface *xch, struct gnttab_query_size *query);
/* Gives remote_domid access to one page of domid under a reserved reference (GNTTAB_RESERVED_*). */
int xc_gnttab_seed(xc_interface *xch, uint32_t domid, grant_ref_t ref, xen_pfn_t gfn,
                   uint32_t remote_domid);

/* ---- The host ---- */

typedef struct xen_sysctl_physinfo xc_physinfo_t;
typedef struct xen_sysctl_cputopo xc_cputopo_t;
typedef struct xen_sysctl_meminfo xc_meminfo_t;
typedef struct xen_sysctl_cpuinfo xc_cpuinfo_t;

int xc_version(xc_interface *xch, int cmd, void *arg);
int xc_physinfo(xc_interface *xch, xc_physinfo_t *info);
/* For both: NULL arrays ask only for the number. */
int xc_cputopoinfo(xc_interface *xch, unsigned *max_cpus, xc_cputopo_t *cputopo);
int xc_numainfo(xc_interface *xch, unsigned *max_nodes, xc_meminfo_t *meminfo, uint32_t *distance);
int xc_getcpuinfo(xc_interface *xch, int max_cpus, xc_cpuinfo_t *info, int *nr_cpus);
int xc_availheap(xc_interface *xch, int min_width, int max_width, int node, uint64_t *bytes);
int xc_maximum_ram_page(xc_interface *xch, unsigned long *max_mfn);
long xc_sharing_freed_pages(xc_interface *xch);
long xc_sharing_used_frames(xc_interface *xch);
int xc_readconsolering(xc_interface *xch, char *buffer, unsigned int *pnr_chars, int clear,
                       int incremental, uint32_t *pindex);
int xc_send_debug_keys(xc_interface *xch, const char *keys);
int xc_cpu_online(xc_interface *xch, int cpu);
int xc_cpu_offline(xc_interface *xch, int cpu);

/* ---- CPUID and MSR policy ---- */

/* XEN_SYSCTL_cpu_featureset_*; *nr_features: words in featureset[] in, words that exist out. */
int xc_get_cpu_featureset(xc_interface *xch, uint32_t index, uint32_t *nr_features,
                          uint32_t *featureset);
/* index: XEN_SYSCTL_cpu_policy_*.  NULL arrays ask only for the numbers. */
int xc_get_system_cpu_policy(xc_interface *xch, uint32_t index, uint32_t *nr_leaves,
                             xen_cpuid_leaf_t *leaves, uint32_t *nr_msrs, xen_msr_entry_t *msrs);
int xc_get_domain_cpu_policy(xc_interface *xch, uint32_t domid, uint32_t *nr_leaves,
                             xen_cpuid_leaf_t *leaves, uint32_t *nr_msrs, xen_msr_entry_t *msrs);
int xc_set_domain_cpu_policy(xc_interface *xch, uint32_t domid, uint32_t nr_leaves,
                             xen_cpuid_leaf_t *leaves, uint32_t nr_msrs, xen_msr_entry_t *msrs);

/* ---- The doors themselves, for tools that speak a newer operation than this library ---- */

int xc_domctl(xc_interface *xch, struct xen_domctl *domctl);
int xc_sysctl(xc_interface *xch, struct xen_sysctl *sysctl);
/* arg is copied in and out; the result has the full 64 bits of the hypercall. */
long xc_memory_op(xc_interface *xch, unsigned int cmd, void *arg, size_t len);

#endif /* XENCTRL_H */
