/* SPDX-License-Identifier: MIT */
/*
 * domctl: (struct xen_domctl *).  What control tools do to one domain: make it, feed it, watch it,
 * end it.
 *
 * Not a stable interface: the version must match, or the call fails with -EACCES.  Numbers from
 * 2000 upwards are this hypervisor's own.  What this tree does not offer has no number here and
 * answers -ENOSYS.
 */
#ifndef __XEN_PUBLIC_DOMCTL_H__
#define __XEN_PUBLIC_DOMCTL_H__

#if !defined(__XEN__) && !defined(__XEN_TOOLS__)
#error "domctl is for control tools only"
#endif

#include "xen.h"
#include "event_channel.h"
#include "grant_table.h"
#include "hvm/save.h"
#include "memory.h"

#define XEN_DOMCTL_INTERFACE_VERSION 0x00000015

/* ---- Life ---- */

/* Make a domain, paused and without memory.  A domain of 0 in the header: choose an identifier. */
#define XEN_DOMCTL_createdomain 1
struct xen_domctl_createdomain {
    uint32_t ssidref;
    xen_domain_handle_t handle;
#define XEN_DOMCTL_CDF_hvm          (1U << 0) /* in a hardware container: required */
#define XEN_DOMCTL_CDF_hap          (1U << 1) /* with nested paging: required */
#define XEN_DOMCTL_CDF_s3_integrity (1U << 2)
#define XEN_DOMCTL_CDF_oos_off      (1U << 3)
#define XEN_DOMCTL_CDF_xs_domain    (1U << 4) /* runs xenstored */
#define XEN_DOMCTL_CDF_iommu        (1U << 5) /* may be given devices */
#define XEN_DOMCTL_CDF_nested_virt  (1U << 6)
#define XEN_DOMCTL_CDF_vpmu         (1U << 7)
#define XEN_DOMCTL_CDF_MAX          XEN_DOMCTL_CDF_vpmu
    uint32_t flags;
#define XEN_DOMCTL_IOMMU_no_sharept (1U << 0)
#define XEN_DOMCTL_IOMMU_MAX        XEN_DOMCTL_IOMMU_no_sharept
    uint32_t iommu_opts;
    uint32_t max_vcpus;
    uint32_t max_evtchn_port;
    int32_t max_grant_frames;    /* negative: the default */
    int32_t max_maptrack_frames; /* negative: the default */
#define XEN_DOMCTL_GRANT_version_mask 0xf
#define XEN_DOMCTL_GRANT_version(v)   ((v)&XEN_DOMCTL_GRANT_version_mask)
    uint32_t grant_opts;
    uint32_t vmtrace_size;
    uint32_t cpupool_id;
    struct xen_arch_domainconfig arch;
};

/* End a domain.  Long: it restarts itself until everything has been returned. */
#define XEN_DOMCTL_destroydomain 2
#define XEN_DOMCTL_pausedomain   3
#define XEN_DOMCTL_unpausedomain 4
#define XEN_DOMCTL_resumedomain  27

/* The domain named in the header or the next one above it, so that a loop finds them all. */
#define XEN_DOMCTL_getdomaininfo 5
struct xen_domctl_getdomaininfo {
    domid_t domain;
    uint16_t pad1;
#define XEN_DOMINF_dying         (1U << 0)
#define XEN_DOMINF_hvm_guest     (1U << 1)
#define XEN_DOMINF_shutdown      (1U << 2)
#define XEN_DOMINF_paused        (1U << 3) /* by the tools */
#define XEN_DOMINF_blocked       (1U << 4) /* every vCPU is */
#define XEN_DOMINF_running       (1U << 5) /* some vCPU is */
#define XEN_DOMINF_debugged      (1U << 6)
#define XEN_DOMINF_xs_domain     (1U << 7)
#define XEN_DOMINF_hap           (1U << 8)
#define XEN_DOMINF_shutdownmask  255 /* the SHUTDOWN_ code... */
#define XEN_DOMINF_shutdownshift 16  /* ... and where it is */
    uint32_t flags;
    uint64_aligned_t tot_pages;
    uint64_aligned_t max_pages;
    uint64_aligned_t outstanding_pages; /* claimed and not yet allocated, of every kind */
    uint64_aligned_t shr_pages;
    uint64_aligned_t paged_pages;
    uint64_aligned_t shared_info_frame; /* guest frame */
    uint64_aligned_t cpu_time;          /* ns, all vCPUs */
    uint32_t nr_online_vcpus;
#define XEN_INVALID_MAX_VCPU_ID (~0U) /* it has none */
    uint32_t max_vcpu_id;
    uint32_t ssidref;
    xen_domain_handle_t handle;
    uint32_t cpupool;
    uint8_t gpaddr_bits;
    uint8_t pad2[7];
    struct xen_arch_domainconfig arch_config;
};
typedef struct xen_domctl_getdomaininfo xen_domctl_getdomaininfo_t;
DEFINE_XEN_GUEST_HANDLE(xen_domctl_getdomaininfo_t);

#define XEN_DOMCTL_setdomainhandle 17
struct xen_domctl_setdomainhandle {
    xen_domain_handle_t handle;
};

/* Let the domain act on another as its device model would. */
#define XEN_DOMCTL_set_target 46
struct xen_domctl_set_target {
    domid_t target;
};

/* Have a VIRQ_ of the host go to the domain. */
#define XEN_DOMCTL_set_virq_handler 66
struct xen_domctl_set_virq_handler {
    uint32_t virq;
};

/* ---- Memory ---- */

#define XEN_DOMCTL_max_mem 11
struct xen_domctl_max_mem {
    uint64_aligned_t max_memkb;
};

/* The pool for nested page tables.  _shadow_op is the old way to it, in MiB. */
#define XEN_DOMCTL_shadow_op                10
#define XEN_DOMCTL_SHADOW_OP_OFF            0
#define XEN_DOMCTL_SHADOW_OP_CLEAN          11
#define XEN_DOMCTL_SHADOW_OP_PEEK           12
#define XEN_DOMCTL_SHADOW_OP_GET_ALLOCATION 30
#define XEN_DOMCTL_SHADOW_OP_SET_ALLOCATION 31
#define XEN_DOMCTL_SHADOW_OP_ENABLE         32
struct xen_domctl_shadow_op_stats {
    uint32_t fault_count;
    uint32_t dirty_count;
};
struct xen_domctl_shadow_op {
    uint32_t op;
    uint32_t mode;
    uint32_t mb;
    XEN_GUEST_HANDLE_64(uint8) dirty_bitmap;
    uint64_aligned_t pages;
    struct xen_domctl_shadow_op_stats stats;
};

#define XEN_DOMCTL_get_paging_mempool_size 85
#define XEN_DOMCTL_set_paging_mempool_size 86
struct xen_domctl_paging_mempool {
    uint64_aligned_t size; /* bytes */
};

/* Device memory of the host in the domain's map. */
#define XEN_DOMCTL_memory_mapping 39
#define DPCI_ADD_MAPPING          1
#define DPCI_REMOVE_MAPPING       0
struct xen_domctl_memory_mapping {
    uint64_aligned_t first_gfn;
    uint64_aligned_t first_mfn;
    uint64_aligned_t nr_mfns;
    uint32_t add_mapping;
    uint32_t padding;
};

/* On which nodes to allocate by preference. */
#define XEN_DOMCTL_setnodeaffinity 68
#define XEN_DOMCTL_getnodeaffinity 69
struct xen_domctl_nodeaffinity {
    struct xenctl_bitmap nodemap;
};

#define XEN_DOMCTL_setvnumainfo 74
struct xen_domctl_vnuma {
    uint32_t nr_vnodes;
    uint32_t nr_vmemranges;
    uint32_t nr_vcpus;
    uint32_t pad;
    XEN_GUEST_HANDLE_64(uint) vdistance;
    XEN_GUEST_HANDLE_64(uint) vcpu_to_vnode;
    XEN_GUEST_HANDLE_64(uint) vnode_to_pnode;
    XEN_GUEST_HANDLE_64(xen_vmemrange_t) vmemrange;
};

/*
 * Stake a set of claims, whole or not at all: for each entry the domain shall be able to have
 * `pages` pages in all, those that it has included, on the node, or with NO_NODE on those that the
 * set does not name.  The single entry (0, NO_NODE) releases every claim of the domain, staked here
 * or by XENMEM_claim_pages. -EINVAL  pads not 0, no entry, a node named twice, 0 pages in a set, a
 * claim held already, more than the domain may have, a dying domain -E2BIG   more entries than
 * nodes and one, or than XEN_DOMCTL_MAX_CLAIMS -ENOENT  no such node, or offline -ENOMEM  not that
 * much is free and unclaimed
 */
#define XEN_DOMCTL_claim_memory         91
#define XEN_DOMCTL_CLAIM_MEMORY_NO_NODE 0xFFFFFFFFU
#define XEN_DOMCTL_MAX_CLAIMS           255
struct xen_memory_claim {
    uint64_aligned_t pages;
    uint32_t node;
    uint32_t pad; /* zero */
};
typedef struct xen_memory_claim memory_claim_t;
DEFINE_XEN_GUEST_HANDLE(memory_claim_t);
#define XEN_NODE_CLAIM_INIT(_pages, _node)           \
    {                                                \
        .pages = (_pages), .node = (_node), .pad = 0 \
    }
struct xen_domctl_claim_memory {
    XEN_GUEST_HANDLE_64(memory_claim_t) claims;
    uint32_t nr_claims;
    uint32_t pad; /* zero */
};

/*
 * What the domain has and claims on each node, and claims host-wide, in one snapshot.  num_nodes:
 * in, room in the array; out, nodes of the host.  A null array just asks for that.
 */
#define XEN_DOMCTL_get_node_pages 2000
struct xen_node_pages {
    uint64_aligned_t pages;
    uint64_aligned_t claimed;
};
typedef struct xen_node_pages xen_node_pages_t;
DEFINE_XEN_GUEST_HANDLE(xen_node_pages_t);
struct xen_domctl_get_node_pages {
    XEN_GUEST_HANDLE_64(xen_node_pages_t) nodes;
    uint32_t num_nodes;
    uint32_t pad;                       /* zero */
    uint64_aligned_t tot_pages;         /* out: on all nodes */
    uint64_aligned_t claimed_host;      /* out: host-wide part of the claims */
    uint64_aligned_t outstanding_pages; /* out: claims of every kind */
};

/* ---- vCPUs and scheduling ---- */

#define XEN_DOMCTL_max_vcpus 15
struct xen_domctl_max_vcpus {
    uint32_t max;
};

#define XEN_DOMCTL_setvcpucontext 12
#define XEN_DOMCTL_getvcpucontext 13
struct xen_domctl_vcpucontext {
    uint32_t vcpu;
    XEN_GUEST_HANDLE_64(vcpu_guest_context_t) ctxt;
};

#define XEN_DOMCTL_getvcpuinfo 14
struct xen_domctl_getvcpuinfo {
    uint32_t vcpu;             /* in */
    uint8_t online;            /* not taken down by the guest */
    uint8_t blocked;           /* waits for an event */
    uint8_t running;           /* on its CPU right now */
    uint64_aligned_t cpu_time; /* ns */
    uint32_t cpu;              /* where it runs, or ran last */
};

/* Where a vCPU may run (hard) and had better run (soft); set stores back what came of it. */
#define XEN_DOMCTL_setvcpuaffinity 9
#define XEN_DOMCTL_getvcpuaffinity 25
struct xen_domctl_vcpuaffinity {
    uint32_t vcpu;
#define XEN_VCPUAFFINITY_HARD  (1U << 0)
#define XEN_VCPUAFFINITY_SOFT  (1U << 1)
#define XEN_VCPUAFFINITY_FORCE (1U << 2) /* even over a temporary pinning */
    uint32_t flags;
    struct xenctl_bitmap cpumap_hard;
    struct xenctl_bitmap cpumap_soft;
};

#define XEN_SCHEDULER_CREDIT   5
#define XEN_SCHEDULER_CREDIT2  6
#define XEN_SCHEDULER_ARINC653 7
#define XEN_SCHEDULER_RTDS     8
#define XEN_SCHEDULER_NULL     9

#define XEN_DOMCTL_scheduler_op 16
struct xen_domctl_sched_credit {
    uint16_t weight;
    uint16_t cap; /* percent of one CPU, 0: none */
};
struct xen_domctl_sched_credit2 {
    uint16_t weight;
    uint16_t cap;
};
struct xen_domctl_sched_rtds {
    uint32_t period;
    uint32_t budget;
#define XEN_DOMCTL_SCHEDRT_extra (1U << 0)
    uint32_t flags;
};
typedef struct xen_domctl_schedparam_vcpu {
    union {
        struct xen_domctl_sched_credit credit;
        struct xen_domctl_sched_credit2 credit2;
        struct xen_domctl_sched_rtds rtds;
    } u;
    uint32_t vcpuid;
} xen_domctl_schedparam_vcpu_t;
DEFINE_XEN_GUEST_HANDLE(xen_domctl_schedparam_vcpu_t);
#define XEN_DOMCTL_SCHEDOP_putinfo     0
#define XEN_DOMCTL_SCHEDOP_getinfo     1
#define XEN_DOMCTL_SCHEDOP_putvcpuinfo 2
#define XEN_DOMCTL_SCHEDOP_getvcpuinfo 3
struct xen_domctl_scheduler_op {
    uint32_t sched_id; /* must be that of the domain's pool */
    uint32_t cmd;
    union {
        struct xen_domctl_sched_credit credit;
        struct xen_domctl_sched_credit2 credit2;
        struct xen_domctl_sched_rtds rtds;
        struct {
            XEN_GUEST_HANDLE_64(xen_domctl_schedparam_vcpu_t) vcpus;
            uint32_t nr_vcpus;
            uint32_t padding;
        } v;
    } u;
};

/*
 * How the domain's vCPUs fare together: which of six states it is in, and the time spent in each
 * since it was made.  The times add up to its age.  vCPUs that the guest took down do not count;
 * offline counts as blocked. Callers that know only the first 64 bytes may leave the averages.
 */
#define XEN_DOMCTL_get_runstate_info       98
#define DOMAIN_RUNSTATE_full_run           0 /* all run */
#define DOMAIN_RUNSTATE_full_contention    1 /* all wait for a CPU */
#define DOMAIN_RUNSTATE_concurrency_hazard 2 /* some run while some wait */
#define DOMAIN_RUNSTATE_blocked            3 /* all are blocked */
#define DOMAIN_RUNSTATE_partial_run        4 /* some run, the others are blocked */
#define DOMAIN_RUNSTATE_partial_contention 5 /* some wait, the others are blocked */
#define DOMAIN_RUNSTATE_COUNT              6
struct xen_domctl_runstate_info {
    uint32_t state;
    uint32_t missed_changes; /* always 0: none is */
    uint64_aligned_t state_entry_time;
    uint64_aligned_t time[DOMAIN_RUNSTATE_COUNT]; /* ns */
    /* Average over the vCPUs, ns. */
    uint64_aligned_t runnable;
    uint64_aligned_t running;
    uint64_aligned_t nonaffine; /* running outside the soft affinity */
    /* The system time (ns) of this record: time[] adds up to the domain's age then. */
    uint64_aligned_t sample_time;
};
typedef struct xen_domctl_runstate_info xen_domctl_runstate_info_t;
DEFINE_XEN_GUEST_HANDLE(xen_domctl_runstate_info_t);

/* ---- The virtual machine ---- */

/* The whole context as a chain of records (hvm/save.h); a null buffer asks for its size. */
#define XEN_DOMCTL_gethvmcontext 33
#define XEN_DOMCTL_sethvmcontext 34
struct xen_domctl_hvmcontext {
    uint32_t size; /* in and out: bytes */
    XEN_GUEST_HANDLE_64(uint8) buffer;
};

/* The body of a single record. */
#define XEN_DOMCTL_gethvmcontext_partial 55
struct xen_domctl_hvmcontext_partial {
    uint32_t type;
    uint32_t instance;
    uint64_aligned_t bufsz;
    XEN_GUEST_HANDLE_64(uint8) buffer;
};

#define XEN_DOMCTL_settimeoffset 24
struct xen_domctl_settimeoffset {
    int64_aligned_t time_offset_seconds;
};

#define XEN_DOMCTL_gettscinfo 59
#define XEN_DOMCTL_settscinfo 60
struct xen_domctl_tsc_info {
    uint32_t tsc_mode;
    uint32_t gtsc_khz;
    uint32_t incarnation;
    uint32_t pad;
    uint64_aligned_t elapsed_nsec;
};

#define XEN_DOMCTL_sendtrigger       28
#define XEN_DOMCTL_SENDTRIGGER_NMI   0
#define XEN_DOMCTL_SENDTRIGGER_RESET 1
#define XEN_DOMCTL_SENDTRIGGER_INIT  2
#define XEN_DOMCTL_SENDTRIGGER_POWER 3
#define XEN_DOMCTL_SENDTRIGGER_SLEEP 4
struct xen_domctl_sendtrigger {
    uint32_t trigger;
    uint32_t vcpu;
};

/* What CPUID and feature MSRs say to the guest; err_ tells which row was refused. */
#define XEN_DOMCTL_get_cpu_policy 82
#define XEN_DOMCTL_set_cpu_policy 83
struct xen_domctl_cpu_policy {
    uint32_t nr_leaves; /* in: elements; get: out, elements there are */
    uint32_t nr_msrs;
    XEN_GUEST_HANDLE_64(xen_cpuid_leaf_t) leaves;
    XEN_GUEST_HANDLE_64(xen_msr_entry_t) msrs;
    uint32_t err_leaf, err_subleaf, err_msr;
};
typedef struct xen_domctl_cpu_policy xen_domctl_cpu_policy_t;
DEFINE_XEN_GUEST_HANDLE(xen_domctl_cpu_policy_t);

/* ---- The call ---- */

struct xen_domctl {
    uint32_t cmd;
    uint32_t interface_version;
    domid_t domain;
    uint16_t _pad[3];
    union {
        struct xen_domctl_createdomain createdomain;
        struct xen_domctl_getdomaininfo getdomaininfo;
        struct xen_domctl_setdomainhandle setdomainhandle;
        struct xen_domctl_set_target set_target;
        struct xen_domctl_set_virq_handler set_virq_handler;
        struct xen_domctl_max_mem max_mem;
        struct xen_domctl_shadow_op shadow_op;
        struct xen_domctl_paging_mempool paging_mempool;
        struct xen_domctl_memory_mapping memory_mapping;
        struct xen_domctl_nodeaffinity nodeaffinity;
        struct xen_domctl_vnuma vnuma;
        struct xen_domctl_claim_memory claim_memory;
        struct xen_domctl_get_node_pages get_node_pages;
        struct xen_domctl_max_vcpus max_vcpus;
        struct xen_domctl_vcpucontext vcpucontext;
        struct xen_domctl_getvcpuinfo getvcpuinfo;
        struct xen_domctl_vcpuaffinity vcpuaffinity;
        struct xen_domctl_scheduler_op scheduler_op;
        struct xen_domctl_runstate_info domain_runstate;
        struct xen_domctl_hvmcontext hvmcontext;
        struct xen_domctl_hvmcontext_partial hvmcontext_partial;
        struct xen_domctl_settimeoffset settimeoffset;
        struct xen_domctl_tsc_info tsc_info;
        struct xen_domctl_sendtrigger sendtrigger;
        struct xen_domctl_cpu_policy cpu_policy;
        uint8_t pad[128];
    } u;
};
typedef struct xen_domctl xen_domctl_t;
DEFINE_XEN_GUEST_HANDLE(xen_domctl_t);

#endif
