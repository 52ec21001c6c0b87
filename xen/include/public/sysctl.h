/* SPDX-License-Identifier: MIT */
/*
 * sysctl: (struct xen_sysctl *).  What control tools ask of, and do to, the host.
 *
 * Not a stable interface: the version must match, or the call fails with -EACCES.  Numbers from
 * 2000 upwards are this hypervisor's own.
 */
#ifndef __XEN_PUBLIC_SYSCTL_H__
#define __XEN_PUBLIC_SYSCTL_H__

#if !defined(__XEN__) && !defined(__XEN_TOOLS__)
#error "sysctl is for control tools only"
#endif

#include "xen.h"
#include "domctl.h"
#include "physdev.h"

#define XEN_SYSCTL_INTERFACE_VERSION 0x00000015

/* The hypervisor's log: from index on if incremental, else from its oldest byte; clear drops what
 * was read. */
#define XEN_SYSCTL_readconsole 1
struct xen_sysctl_readconsole {
    uint8_t clear;
    uint8_t incremental;
    uint8_t pad0, pad1;
    uint32_t index; /* in and out */
    XEN_GUEST_HANDLE_64(char) buffer;
    uint32_t count; /* in: room; out: bytes stored */
};

#define XEN_SYSCTL_physinfo                   3
#define XEN_SYSCTL_PHYSCAP_hvm                (1u << 0)
#define XEN_SYSCTL_PHYSCAP_pv                 (1u << 1)
#define XEN_SYSCTL_PHYSCAP_directio           (1u << 2) /* devices can be assigned */
#define XEN_SYSCTL_PHYSCAP_hap                (1u << 3)
#define XEN_SYSCTL_PHYSCAP_shadow             (1u << 4)
#define XEN_SYSCTL_PHYSCAP_iommu_hap_pt_share (1u << 5)
#define XEN_SYSCTL_PHYSCAP_vmtrace            (1u << 6)
#define XEN_SYSCTL_PHYSCAP_vpmu               (1u << 7)
#define XEN_SYSCTL_PHYSCAP_gnttab_v1          (1u << 8)
#define XEN_SYSCTL_PHYSCAP_gnttab_v2          (1u << 9)
#define XEN_SYSCTL_PHYSCAP_MAX                XEN_SYSCTL_PHYSCAP_gnttab_v2
struct xen_sysctl_physinfo {
    uint32_t threads_per_core;
    uint32_t cores_per_socket;
    uint32_t nr_cpus;
    uint32_t max_cpu_id;
    uint32_t nr_nodes;
    uint32_t max_node_id;
    uint32_t cpu_khz;
    uint32_t capabilities;
    uint32_t arch_capabilities;
    uint32_t pad;
    uint64_aligned_t total_pages;
    uint64_aligned_t free_pages; /* claimed ones included */
    uint64_aligned_t scrub_pages;
    uint64_aligned_t outstanding_pages; /* claims, seen together with free_pages */
    uint64_aligned_t max_mfn;
    uint32_t hw_cap[8];
};

#define XEN_SYSCTL_sched_id 4
struct xen_sysctl_sched_id {
    uint32_t sched_id; /* out: XEN_SCHEDULER_ of the first pool */
};

/* Domains from first_domain up, in ascending order. */
#define XEN_SYSCTL_getdomaininfolist 6
struct xen_sysctl_getdomaininfolist {
    domid_t first_domain;
    uint32_t max_domains;
    XEN_GUEST_HANDLE_64(xen_domctl_getdomaininfo_t) buffer;
    uint32_t num_domains; /* out */
};

/* Strike the keys of the debug console. */
#define XEN_SYSCTL_debug_keys 7
struct xen_sysctl_debug_keys {
    XEN_GUEST_HANDLE_64(const_char) keys;
    uint32_t nr_keys;
};

#define XEN_SYSCTL_getcpuinfo 8
struct xen_sysctl_cpuinfo {
    uint64_aligned_t idletime; /* ns */
};
typedef struct xen_sysctl_cpuinfo xen_sysctl_cpuinfo_t;
DEFINE_XEN_GUEST_HANDLE(xen_sysctl_cpuinfo_t);
struct xen_sysctl_getcpuinfo {
    uint32_t max_cpus;
    XEN_GUEST_HANDLE_64(xen_sysctl_cpuinfo_t) info;
    uint32_t nr_cpus; /* out */
};

/* Free memory with frame addresses of so many bits (0: any), on a node or on all (-1). */
#define XEN_SYSCTL_availheap 9
struct xen_sysctl_availheap {
    uint32_t min_bitwidth;
    uint32_t max_bitwidth;
    int32_t node;
    uint64_aligned_t avail_bytes; /* out */
};

#define XEN_SYSCTL_cpu_hotplug         11
#define XEN_SYSCTL_CPU_HOTPLUG_ONLINE  0
#define XEN_SYSCTL_CPU_HOTPLUG_OFFLINE 1
struct xen_sysctl_cpu_hotplug {
    uint32_t cpu;
    uint32_t op;
};

/* Take frames out of use, or ask.  One status word for each of start..end. */
#define XEN_SYSCTL_page_offline_op 14
struct xen_sysctl_page_offline_op {
#define sysctl_page_offline       1
#define sysctl_page_online        2
#define sysctl_query_page_offline 3
    uint32_t cmd;
    uint32_t start;
    uint32_t end;
    XEN_GUEST_HANDLE(uint32) status;
};
/* The outcome in the low bits... */
#define PG_OFFLINE_STATUS_MASK (0xFFUL)
#define PG_OFFLINE_INVALID     (0x1UL << 0)
#define PG_OFFLINE_OFFLINED    (0x1UL << 1)
#define PG_OFFLINE_PENDING     (0x1UL << 2) /* when its owner frees it */
#define PG_OFFLINE_FAILED      (0x1UL << 3)
#define PG_OFFLINE_AGAIN       (0x1UL << 4)
#define PG_ONLINE_FAILED       PG_OFFLINE_FAILED
#define PG_ONLINE_ONLINED      PG_OFFLINE_OFFLINED
/* ... or the state, in answer to a query... */
#define PG_OFFLINE_STATUS_OFFLINED        (0x1UL << 1)
#define PG_OFFLINE_STATUS_ONLINE          (0x1UL << 2)
#define PG_OFFLINE_STATUS_OFFLINE_PENDING (0x1UL << 3)
#define PG_OFFLINE_STATUS_BROKEN          (0x1UL << 4)
/* ... then what kind of page it is, and its owner. */
#define PG_OFFLINE_MISC_MASK    (0xFFUL << 4)
#define PG_OFFLINE_XENPAGE      (0x1UL << 8)
#define PG_OFFLINE_DOM0PAGE     (0x1UL << 9)
#define PG_OFFLINE_ANONYMOUS    (0x1UL << 10)
#define PG_OFFLINE_NOT_CONV_RAM (0x1UL << 11)
#define PG_OFFLINE_OWNED        (0x1UL << 12)
#define PG_OFFLINE_BROKEN       (0x1UL << 13)
#define PG_ONLINE_BROKEN        PG_OFFLINE_BROKEN
#define PG_OFFLINE_OWNER_SHIFT  16

/* Where a CPU sits.  A null array just asks for the number of elements; so with the next two. */
#define XEN_SYSCTL_cputopoinfo 16
#define XEN_INVALID_CORE_ID    (~0U)
#define XEN_INVALID_SOCKET_ID  (~0U)
#define XEN_INVALID_NODE_ID    (~0U)
struct xen_sysctl_cputopo {
    uint32_t core;
    uint32_t socket;
    uint32_t node;
};
typedef struct xen_sysctl_cputopo xen_sysctl_cputopo_t;
DEFINE_XEN_GUEST_HANDLE(xen_sysctl_cputopo_t);
struct xen_sysctl_cputopoinfo {
    uint32_t num_cpus;
    XEN_GUEST_HANDLE_64(xen_sysctl_cputopo_t) cputopo;
};

/* Memory of the nodes in bytes, and their distances as a square. */
#define XEN_SYSCTL_numainfo   17
#define XEN_INVALID_MEM_SZ    (~0U)
#define XEN_INVALID_NODE_DIST (~0U)
struct xen_sysctl_meminfo {
    uint64_t memsize;
    uint64_t memfree;
};
typedef struct xen_sysctl_meminfo xen_sysctl_meminfo_t;
DEFINE_XEN_GUEST_HANDLE(xen_sysctl_meminfo_t);
struct xen_sysctl_numainfo {
    uint32_t num_nodes;
    XEN_GUEST_HANDLE_64(xen_sysctl_meminfo_t) meminfo;
    XEN_GUEST_HANDLE_64(uint32) distance;
};

/* The node of each of the given PCI devices. */
#define XEN_SYSCTL_pcitopoinfo 22
#define XEN_INVALID_DEV        (XEN_INVALID_NODE_ID - 1)
struct xen_sysctl_pcitopoinfo {
    uint32_t num_devs; /* in; out: how many were answered */
    XEN_GUEST_HANDLE_64(physdev_pci_device_t) devs;
    XEN_GUEST_HANDLE_64(uint32) nodes;
};

#define XEN_SYSCTL_cpupool_op            18
#define XEN_SYSCTL_CPUPOOL_OP_CREATE     1
#define XEN_SYSCTL_CPUPOOL_OP_DESTROY    2
#define XEN_SYSCTL_CPUPOOL_OP_INFO       3 /* the pool, or the next one above */
#define XEN_SYSCTL_CPUPOOL_OP_ADDCPU     4
#define XEN_SYSCTL_CPUPOOL_OP_RMCPU      5
#define XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN 6
#define XEN_SYSCTL_CPUPOOL_OP_FREEINFO   7 /* CPUs in no pool */
#define XEN_SYSCTL_CPUPOOL_PAR_ANY       0xFFFFFFFF
struct xen_sysctl_cpupool_op {
    uint32_t op;
    uint32_t cpupool_id;
    uint32_t sched_id;
    uint32_t domid;
    uint32_t cpu;
    uint32_t n_dom;
    struct xenctl_bitmap cpumap;
};

#define XEN_SYSCTL_scheduler_op        19
#define XEN_SYSCTL_SCHEDOP_putinfo     0
#define XEN_SYSCTL_SCHEDOP_getinfo     1
#define XEN_SYSCTL_SCHED_RATELIMIT_MAX 500000
#define XEN_SYSCTL_SCHED_RATELIMIT_MIN 100
struct xen_sysctl_credit_schedule {
#define XEN_SYSCTL_CSCHED_TSLICE_MAX     1000
#define XEN_SYSCTL_CSCHED_TSLICE_MIN     1
#define XEN_SYSCTL_CSCHED_MGR_DLY_MAX_US (100 * 1000)
    uint32_t tslice_ms;
    uint32_t ratelimit_us;
    uint32_t vcpu_migr_delay_us;
};
struct xen_sysctl_credit2_schedule {
    uint32_t ratelimit_us;
};
struct xen_sysctl_scheduler_op {
    uint32_t cpupool_id;
    uint32_t sched_id;
    uint32_t cmd;
    union {
        struct xen_sysctl_sched_arinc653 {
            /* Of a scheduler that is not offered; keeps the layout. */
            XEN_GUEST_HANDLE_64(void) schedule;
        } sched_arinc653;
        struct xen_sysctl_credit_schedule sched_credit;
        struct xen_sysctl_credit2_schedule sched_credit2;
    } u;
};

#define XEN_SYSCTL_get_cpu_levelling_caps 25
struct xen_sysctl_cpu_levelling_caps {
    uint32_t caps;
};

/* Feature words of a class of guests. */
#define XEN_SYSCTL_get_cpu_featureset     26
#define XEN_SYSCTL_cpu_featureset_raw     0
#define XEN_SYSCTL_cpu_featureset_host    1
#define XEN_SYSCTL_cpu_featureset_pv      2
#define XEN_SYSCTL_cpu_featureset_hvm     3
#define XEN_SYSCTL_cpu_featureset_pv_max  4
#define XEN_SYSCTL_cpu_featureset_hvm_max 5
struct xen_sysctl_cpu_featureset {
    uint32_t index;
    uint32_t nr_features; /* in: room; out: words there are */
    XEN_GUEST_HANDLE_64(uint32) features;
};

/* The policy of a class of guests, as XEN_DOMCTL_get_cpu_policy has it for one. */
#define XEN_SYSCTL_get_cpu_policy         29
#define XEN_SYSCTL_cpu_policy_raw         0
#define XEN_SYSCTL_cpu_policy_host        1
#define XEN_SYSCTL_cpu_policy_pv_max      2
#define XEN_SYSCTL_cpu_policy_hvm_max     3
#define XEN_SYSCTL_cpu_policy_pv_default  4
#define XEN_SYSCTL_cpu_policy_hvm_default 5
struct xen_sysctl_cpu_policy {
    uint32_t index;
    uint32_t nr_leaves;
    uint32_t nr_msrs;
    uint32_t _rsvd;
    XEN_GUEST_HANDLE_64(xen_cpuid_leaf_t) leaves;
    XEN_GUEST_HANDLE_64(xen_msr_entry_t) msrs;
};
typedef struct xen_sysctl_cpu_policy xen_sysctl_cpu_policy_t;
DEFINE_XEN_GUEST_HANDLE(xen_sysctl_cpu_policy_t);

/*
 * Size, free memory and claims of every node and of the host, in pages and in one snapshot.
 * num_nodes: in, room in the array; out, nodes of the host.  A null array just asks for that and
 * for the host's figures.
 */
#define XEN_SYSCTL_get_node_claims 2000
struct xen_node_claims {
    uint64_aligned_t size;
    uint64_aligned_t free;
    uint64_aligned_t claimed; /* on this node */
};
typedef struct xen_node_claims xen_node_claims_t;
DEFINE_XEN_GUEST_HANDLE(xen_node_claims_t);
struct xen_sysctl_get_node_claims {
    XEN_GUEST_HANDLE_64(xen_node_claims_t) nodes;
    uint32_t num_nodes;
    uint32_t pad;                  /* zero */
    uint64_aligned_t free_pages;   /* out: of the host */
    uint64_aligned_t claimed;      /* out: of every kind, as outstanding_pages of physinfo */
    uint64_aligned_t claimed_host; /* out: host-wide claims alone */
};

struct xen_sysctl {
    uint32_t cmd;
    uint32_t interface_version;
    union {
        struct xen_sysctl_readconsole readconsole;
        struct xen_sysctl_physinfo physinfo;
        struct xen_sysctl_sched_id sched_id;
        struct xen_sysctl_getdomaininfolist getdomaininfolist;
        struct xen_sysctl_debug_keys debug_keys;
        struct xen_sysctl_getcpuinfo getcpuinfo;
        struct xen_sysctl_availheap availheap;
        struct xen_sysctl_cpu_hotplug cpu_hotplug;
        struct xen_sysctl_page_offline_op page_offline;
        struct xen_sysctl_cputopoinfo cputopoinfo;
        struct xen_sysctl_numainfo numainfo;
        struct xen_sysctl_pcitopoinfo pcitopoinfo;
        struct xen_sysctl_cpupool_op cpupool_op;
        struct xen_sysctl_scheduler_op scheduler_op;
        struct xen_sysctl_cpu_levelling_caps cpu_levelling_caps;
        struct xen_sysctl_cpu_featureset cpu_featureset;
        struct xen_sysctl_cpu_policy cpu_policy;
        struct xen_sysctl_get_node_claims get_node_claims;
        uint8_t pad[128];
    } u;
};
typedef struct xen_sysctl xen_sysctl_t;
DEFINE_XEN_GUEST_HANDLE(xen_sysctl_t);

#endif
