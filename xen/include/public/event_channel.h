/* SPDX-License-Identifier: MIT */
/*
 * event_channel_op: (command, argument).  Edge-like notifications between domains, vCPUs and the
 * hypervisor.
 *
 * A port is the local end of a channel.  Two layouts keep the pending and masked bits of all ports:
 * the 2-level bitmap of the shared page, with which every domain starts, and the FIFO queues that
 * it may turn to.
 */
#ifndef __XEN_PUBLIC_EVENT_CHANNEL_H__
#define __XEN_PUBLIC_EVENT_CHANNEL_H__

#include "xen.h"

typedef uint32_t evtchn_port_t;
DEFINE_XEN_GUEST_HANDLE(evtchn_port_t);

/* A port of domain dom that remote_dom may later bind to. */
#define EVTCHNOP_alloc_unbound 6
struct evtchn_alloc_unbound {
    domid_t dom, remote_dom; /* in */
    evtchn_port_t port;      /* out */
};
typedef struct evtchn_alloc_unbound evtchn_alloc_unbound_t;

/* A local port, connected with an unbound one of another domain; pending from the start. */
#define EVTCHNOP_bind_interdomain 0
struct evtchn_bind_interdomain {
    domid_t remote_dom;        /* in */
    evtchn_port_t remote_port; /* in */
    evtchn_port_t local_port;  /* out */
};
typedef struct evtchn_bind_interdomain evtchn_bind_interdomain_t;

/* A port for a VIRQ_.  One that is the host's binds to vCPU 0 at first. */
#define EVTCHNOP_bind_virq 1
struct evtchn_bind_virq {
    uint32_t virq;      /* in */
    uint32_t vcpu;      /* in */
    evtchn_port_t port; /* out */
};
typedef struct evtchn_bind_virq evtchn_bind_virq_t;

/* A port for a physical interrupt; not offered to PVH domains. */
#define EVTCHNOP_bind_pirq 2
struct evtchn_bind_pirq {
    uint32_t pirq; /* in */
#define BIND_PIRQ__WILL_SHARE 1
    uint32_t flags;     /* in */
    evtchn_port_t port; /* out */
};
typedef struct evtchn_bind_pirq evtchn_bind_pirq_t;

/* A port by which the domain's vCPUs notify one of them. */
#define EVTCHNOP_bind_ipi 7
struct evtchn_bind_ipi {
    uint32_t vcpu;      /* in */
    evtchn_port_t port; /* out */
};
typedef struct evtchn_bind_ipi evtchn_bind_ipi_t;

/* Close a port; the other end of an interdomain channel becomes unbound. */
#define EVTCHNOP_close 3
struct evtchn_close {
    evtchn_port_t port;
};
typedef struct evtchn_close evtchn_close_t;

/* Notify the other end. */
#define EVTCHNOP_send 4
struct evtchn_send {
    evtchn_port_t port;
};
typedef struct evtchn_send evtchn_send_t;

#define EVTCHNOP_status 5
struct evtchn_status {
    domid_t dom;        /* in */
    evtchn_port_t port; /* in */
#define EVTCHNSTAT_closed      0
#define EVTCHNSTAT_unbound     1
#define EVTCHNSTAT_interdomain 2
#define EVTCHNSTAT_pirq        3
#define EVTCHNSTAT_virq        4
#define EVTCHNSTAT_ipi         5
    uint32_t status;
    uint32_t vcpu; /* the vCPU that is notified */
    union {
        struct {
            domid_t dom; /* who may bind */
        } unbound;
        struct {
            domid_t dom;
            evtchn_port_t port;
        } interdomain;
        uint32_t pirq;
        uint32_t virq;
    } u;
};
typedef struct evtchn_status evtchn_status_t;

/* Let another vCPU be notified.  Not for ports that belong to a vCPU by nature. */
#define EVTCHNOP_bind_vcpu 8
struct evtchn_bind_vcpu {
    evtchn_port_t port;
    uint32_t vcpu;
};
typedef struct evtchn_bind_vcpu evtchn_bind_vcpu_t;

/* Clear a port's mask; if it is pending, notify again. */
#define EVTCHNOP_unmask 9
struct evtchn_unmask {
    evtchn_port_t port;
};
typedef struct evtchn_unmask evtchn_unmask_t;

/* Close all ports and return to the 2-level layout. */
#define EVTCHNOP_reset 10
struct evtchn_reset {
    domid_t dom;
};
typedef struct evtchn_reset evtchn_reset_t;

/* FIFO layout: give a vCPU its control block; the first call switches the domain. */
#define EVTCHNOP_init_control 11
struct evtchn_init_control {
    uint64_t control_gfn; /* in */
    uint32_t offset;      /* in */
    uint32_t vcpu;        /* in */
    uint8_t link_bits;    /* out */
    uint8_t _pad[7];
};
typedef struct evtchn_init_control evtchn_init_control_t;

/* FIFO layout: append a page to the array of event words. */
#define EVTCHNOP_expand_array 12
struct evtchn_expand_array {
    uint64_t array_gfn;
};
typedef struct evtchn_expand_array evtchn_expand_array_t;

/* FIFO layout: choose the queue that a port is linked on from now on. */
#define EVTCHNOP_set_priority 13
struct evtchn_set_priority {
    evtchn_port_t port;
    uint32_t priority;
};
typedef struct evtchn_set_priority evtchn_set_priority_t;

#define EVTCHN_2L_NR_CHANNELS (sizeof(xen_ulong_t) * sizeof(xen_ulong_t) * 64)

#define EVTCHN_FIFO_PRIORITY_MAX     0
#define EVTCHN_FIFO_PRIORITY_DEFAULT 7
#define EVTCHN_FIFO_PRIORITY_MIN     15
#define EVTCHN_FIFO_MAX_QUEUES       (EVTCHN_FIFO_PRIORITY_MIN + 1)

/* One port: three flags, a flag that keeps the link from changing, and the next port of the queue.
 */
typedef uint32_t event_word_t;
#define EVTCHN_FIFO_PENDING     31
#define EVTCHN_FIFO_MASKED      30
#define EVTCHN_FIFO_LINKED      29
#define EVTCHN_FIFO_BUSY        28
#define EVTCHN_FIFO_LINK_BITS   17
#define EVTCHN_FIFO_LINK_MASK   ((1 << EVTCHN_FIFO_LINK_BITS) - 1)
#define EVTCHN_FIFO_NR_CHANNELS (1 << EVTCHN_FIFO_LINK_BITS)

/* Per vCPU: which queues have something, and the first port of each. */
struct evtchn_fifo_control_block {
    uint32_t ready;
    uint32_t _rsvd;
    uint32_t head[EVTCHN_FIFO_MAX_QUEUES];
};
typedef struct evtchn_fifo_control_block evtchn_fifo_control_block_t;

#endif
