/* SPDX-License-Identifier: MIT */
/*
 * memory_op: (command, argument).  A domain's memory: how much, which frames, and what is mapped
 * where.
 *
 * The low six bits of the command are the operation.  Above them a preempted operation keeps how
 * many extents are done; callers pass zero there.
 */
#ifndef __XEN_PUBLIC_MEMORY_H__
#define __XEN_PUBLIC_MEMORY_H__

#include "xen.h"
#include "physdev.h"

/* ---- Getting and returning memory, in extents of 2^order pages.  They return the number of
 * extents done. ---- */

#define XENMEM_increase_reservation 0
#define XENMEM_decrease_reservation 1
#define XENMEM_populate_physmap     6

/* mem_flags: address width in bits (0: any), node + 1, and whether the node is a wish or a
 * condition. */
#define XENMEMF_address_bits(x)     (x)
#define XENMEMF_get_address_bits(x) ((x)&0xffu)
#define XENMEMF_node(x)             (((x) + 1) << 8)
#define XENMEMF_get_node(x)         ((((x) >> 8) - 1) & 0xffu)
#define XENMEMF_populate_on_demand  (1 << 16)
#define XENMEMF_exact_node_request  (1 << 17)
#define XENMEMF_exact_node(n)       (XENMEMF_node(n) | XENMEMF_exact_node_request)
#define XENMEMF_vnode               (1 << 18) /* the node is a virtual one of the target */

struct xen_memory_reservation {
    XEN_GUEST_HANDLE(xen_pfn_t) extent_start; /* first frame of each extent */
    xen_ulong_t nr_extents;
    unsigned int extent_order;
    unsigned int mem_flags;
    domid_t domid;
};
typedef struct xen_memory_reservation xen_memory_reservation_t;
DEFINE_XEN_GUEST_HANDLE(xen_memory_reservation_t);

/* Return one set of extents for another of the same size. */
#define XENMEM_exchange 11
struct xen_memory_exchange {
    struct xen_memory_reservation in;
    struct xen_memory_reservation out;
    xen_ulong_t nr_exchanged; /* 0 at first; how far the call came */
};
typedef struct xen_memory_exchange xen_memory_exchange_t;
DEFINE_XEN_GUEST_HANDLE(xen_memory_exchange_t);

/* ---- Questions, answered by the return value. ---- */

#define XENMEM_maximum_ram_page    2 /* the host's last frame; no argument */
#define XENMEM_current_reservation 3 /* of a domain, by its identifier */
#define XENMEM_maximum_reservation 4
#define XENMEM_maximum_gpfn        14
struct xen_memory_domain {
    domid_t domid;
};

/* ---- The guest's map of physical memory. ---- */

#define XENMAPSPACE_shared_info  0 /* idx 0 */
#define XENMAPSPACE_grant_table  1 /* idx: page of the table */
#define XENMAPSPACE_gmfn         2 /* idx: frame of the same domain, which moves */
#define XENMAPSPACE_gmfn_range   3
#define XENMAPSPACE_gmfn_foreign 4 /* idx: frame of another domain; batch only */
#define XENMAPSPACE_dev_mmio     5

#define XENMEM_add_to_physmap 7
struct xen_add_to_physmap {
    domid_t domid;
    uint16_t size; /* frames, for gmfn_range only */
    unsigned int space;
#define XENMAPIDX_grant_table_status 0x80000000
    xen_ulong_t idx;
    xen_pfn_t gpfn;
};
typedef struct xen_add_to_physmap xen_add_to_physmap_t;
DEFINE_XEN_GUEST_HANDLE(xen_add_to_physmap_t);

#define XENMEM_add_to_physmap_batch 23
struct xen_add_to_physmap_batch {
    domid_t domid;
    uint16_t space;
    uint16_t size; /* elements in each array */
    union xen_add_to_physmap_batch_extra {
        domid_t foreign_domid; /* for gmfn_foreign */
        uint16_t res0;         /* else zero */
    } u;
    XEN_GUEST_HANDLE(xen_ulong_t) idxs;
    XEN_GUEST_HANDLE(xen_pfn_t) gpfns;
    XEN_GUEST_HANDLE(int) errs; /* out: 0 or a negated error for each */
};
typedef struct xen_add_to_physmap_batch xen_add_to_physmap_batch_t;
DEFINE_XEN_GUEST_HANDLE(xen_add_to_physmap_batch_t);

#define XENMEM_remove_from_physmap 15
struct xen_remove_from_physmap {
    domid_t domid;
    xen_pfn_t gpfn;
};
typedef struct xen_remove_from_physmap xen_remove_from_physmap_t;
DEFINE_XEN_GUEST_HANDLE(xen_remove_from_physmap_t);

/* ---- Memory maps in the format of the firmware call E820: 20 bytes an entry. ---- */

#define XENMEM_memory_map         9  /* the caller's own */
#define XENMEM_machine_memory_map 10 /* the host's */
#define XENMEM_set_memory_map     13 /* another domain's */
struct xen_memory_map {
    unsigned int nr_entries; /* in: room; out: entries stored */
    XEN_GUEST_HANDLE(void) buffer;
};
typedef struct xen_memory_map xen_memory_map_t;
DEFINE_XEN_GUEST_HANDLE(xen_memory_map_t);
struct xen_foreign_memory_map {
    domid_t domid;
    struct xen_memory_map map;
};
typedef struct xen_foreign_memory_map xen_foreign_memory_map_t;
DEFINE_XEN_GUEST_HANDLE(xen_foreign_memory_map_t);

/* Populate on demand is not offered; toolstacks set the target all the same, and are told the
 * truth. */
#define XENMEM_set_pod_target 16
#define XENMEM_get_pod_target 17
struct xen_pod_target {
    uint64_t target_pages;    /* in */
    uint64_t tot_pages;       /* out */
    uint64_t pod_cache_pages; /* out */
    uint64_t pod_entries;     /* out */
    domid_t domid;            /* in */
};
typedef struct xen_pod_target xen_pod_target_t;

/* ---- Of the control tools. ---- */
#if defined(__XEN__) || defined(__XEN_TOOLS__)

/* Page sharing is not offered: both read zero. */
#define XENMEM_get_sharing_freed_pages  18
#define XENMEM_get_sharing_shared_pages 19

/*
 * Stake a host-wide claim: domid shall be able to have nr_extents pages in all, those that it has
 * included, or the call fails at once.  0 releases the domain's claims of either kind. extent_start
 * is null, extent_order and mem_flags are 0.  XEN_DOMCTL_claim_memory can name nodes as well.
 */
#define XENMEM_claim_pages 24

/* The memory that must stay identity-mapped for devices. */
#define XENMEM_reserved_device_memory_map 27
struct xen_reserved_device_memory {
    xen_pfn_t start_pfn;
    xen_ulong_t nr_pages;
};
typedef struct xen_reserved_device_memory xen_reserved_device_memory_t;
DEFINE_XEN_GUEST_HANDLE(xen_reserved_device_memory_t);
struct xen_reserved_device_memory_map {
#define XENMEM_RDM_ALL 1
    uint32_t flags;
    unsigned int nr_entries; /* in: room; out: entries there are */
    XEN_GUEST_HANDLE(xen_reserved_device_memory_t) buffer;
    union {
        physdev_pci_device_t pci;
    } dev;
};
typedef struct xen_reserved_device_memory_map xen_reserved_device_memory_map_t;
DEFINE_XEN_GUEST_HANDLE(xen_reserved_device_memory_map_t);

#endif

/* Frames of a resource of another domain, to be mapped by the caller.  No list: how many there are.
 */
#define XENMEM_acquire_resource 28
struct xen_mem_acquire_resource {
    domid_t domid;
    uint16_t type;
#define XENMEM_resource_ioreq_server 0
#define XENMEM_resource_grant_table  1
#define XENMEM_resource_vmtrace_buf  2
    uint32_t id;
#define XENMEM_resource_grant_table_id_shared 0
#define XENMEM_resource_grant_table_id_status 1
    uint32_t nr_frames; /* in: room; out: frames there are, if the list is null */
    uint32_t pad;
    uint64_t frame;                         /* in: the first one wanted */
    XEN_GUEST_HANDLE(xen_pfn_t) frame_list; /* in: where the caller wants them mapped */
};
typedef struct xen_mem_acquire_resource xen_mem_acquire_resource_t;
DEFINE_XEN_GUEST_HANDLE(xen_mem_acquire_resource_t);

/* The NUMA topology that the toolstack gave the domain. */
#define XENMEM_get_vnumainfo 26
struct xen_vmemrange {
    uint64_t start, end;
    unsigned int flags;
    unsigned int nid;
};
typedef struct xen_vmemrange xen_vmemrange_t;
DEFINE_XEN_GUEST_HANDLE(xen_vmemrange_t);
struct xen_vnuma_topology_info {
    domid_t domid;
    uint16_t pad;
    /* In: room; out: what there is. */
    unsigned int nr_vnodes;
    unsigned int nr_vcpus;
    unsigned int nr_vmemranges;
    union {
        XEN_GUEST_HANDLE(uint) h;
        uint64_t pad;
    } vdistance;
    union {
        XEN_GUEST_HANDLE(uint) h;
        uint64_t pad;
    } vcpu_to_vnode;
    union {
        XEN_GUEST_HANDLE(xen_vmemrange_t) h;
        uint64_t pad;
    } vmemrange;
};
typedef struct xen_vnuma_topology_info xen_vnuma_topology_info_t;
DEFINE_XEN_GUEST_HANDLE(xen_vnuma_topology_info_t);

#endif
