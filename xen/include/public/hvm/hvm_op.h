/* SPDX-License-Identifier: MIT */
/* hvm_op: (command, argument).  Odds and ends of guests in hardware containers. */
#ifndef __XEN_PUBLIC_HVM_HVM_OP_H__
#define __XEN_PUBLIC_HVM_HVM_OP_H__

#include "../xen.h"
#include "../event_channel.h"

/* Parameters of a domain, numbered in params.h. */
#define HVMOP_set_param 0
#define HVMOP_get_param 1
struct xen_hvm_param {
    domid_t domid; /* in */
    uint16_t pad;
    uint32_t index; /* in */
    uint64_t value; /* in or out */
};
typedef struct xen_hvm_param xen_hvm_param_t;
DEFINE_XEN_GUEST_HANDLE(xen_hvm_param_t);

/* Flush the TLBs of the calling domain's vCPUs.  The argument is null. */
#define HVMOP_flush_tlbs 5

/* What backs a guest frame. */
typedef enum {
    HVMMEM_ram_rw,
    HVMMEM_ram_ro,
    HVMMEM_mmio_dm,
    HVMMEM_unused,
    HVMMEM_ioreq_server
} hvmmem_type_t;

/* A hint for shadow paging: of no use with nested paging, -EINVAL. */
#define HVMOP_pagetable_dying 9
struct xen_hvm_pagetable_dying {
    domid_t domid;
    uint16_t pad[3];
    uint64_t gpa;
};
typedef struct xen_hvm_pagetable_dying xen_hvm_pagetable_dying_t;
DEFINE_XEN_GUEST_HANDLE(xen_hvm_pagetable_dying_t);

#define HVMOP_get_time 10
struct xen_hvm_get_time {
    uint64_t now; /* out: system time */
};
typedef struct xen_hvm_get_time xen_hvm_get_time_t;
DEFINE_XEN_GUEST_HANDLE(xen_hvm_get_time_t);

#define HVMOP_get_mem_type 15
struct xen_hvm_get_mem_type {
    domid_t domid;     /* in */
    uint16_t mem_type; /* out: HVMMEM_ */
    uint16_t pad[2];
    uint64_t pfn; /* in */
};
typedef struct xen_hvm_get_mem_type xen_hvm_get_mem_type_t;
DEFINE_XEN_GUEST_HANDLE(xen_hvm_get_mem_type_t);

/* Event upcalls of this vCPU come as this vector of its local APIC, from 16 up, and are
 * acknowledged there. */
#define HVMOP_set_evtchn_upcall_vector 23
struct xen_hvm_evtchn_upcall_vector {
    uint32_t vcpu;
    uint8_t vector;
};
typedef struct xen_hvm_evtchn_upcall_vector xen_hvm_evtchn_upcall_vector_t;
DEFINE_XEN_GUEST_HANDLE(xen_hvm_evtchn_upcall_vector_t);

#endif
