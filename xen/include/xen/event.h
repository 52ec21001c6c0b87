/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Event channels: ports, their states, the two word layouts (2-level, FIFO).
 * Subsystem calls return -Exxx of the public interface. Locks: LOCK_EVENT per domain, inside.
 */
#ifndef XEN_EVENT_H
#define XEN_EVENT_H

#include <xen/types.h>
#include <public/xen.h>
#include <public/event_channel.h>

struct domain;
struct vcpu;

int event_domain_init(struct domain *d, unsigned int max_port);
int event_domain_destroy(struct domain *d);         /* dying: closes all ports; -ERESTART until done */
void event_domain_free(struct domain *d);           /* after the last reference */
int event_vcpu_init(struct vcpu *v);
void event_vcpu_destroy(struct vcpu *v);

/* Raised by the hypervisor. Any context. */
void event_send_virq(struct vcpu *v, unsigned int virq);            /* a per-vCPU virq */
void event_send_global_virq(struct domain *d, unsigned int virq);   /* d: who gets it unless another was named */
int event_send(struct domain *d, evtchn_port_t port);               /* as EVTCHNOP_send by d */

/* The operations of event_channel_op; who may call them was settled before. */
int event_alloc_unbound(struct domain *d, domid_t remote, evtchn_port_t *port);
int event_bind_interdomain(struct domain *d, struct domain *rd, evtchn_port_t remote, evtchn_port_t *local);
int event_bind_virq(struct domain *d, unsigned int virq, unsigned int vcpu, evtchn_port_t *port);
int event_bind_ipi(struct domain *d, unsigned int vcpu, evtchn_port_t *port);
int event_bind_vcpu(struct domain *d, evtchn_port_t port, unsigned int vcpu);
int event_close(struct domain *d, evtchn_port_t port);
int event_status(struct domain *d, struct evtchn_status *status);   /* status->port in, the rest out */
int event_unmask(struct domain *d, evtchn_port_t port);
/* Returns to the 2-level layout and closes all ports, a bounded piece at a time: -ERESTART until done, with in *next the
 * port to go on with, which is 0 to begin with. */
int event_reset(struct domain *d, evtchn_port_t *next);
int event_fifo_init_control(struct domain *d, unsigned int vcpu, uint64_t gfn, uint32_t offset);
int event_fifo_expand_array(struct domain *d, uint64_t gfn);
int event_fifo_set_priority(struct domain *d, evtchn_port_t port, unsigned int priority);

bool event_port_is_pending(struct domain *d, evtchn_port_t port);
bool event_port_is_valid(struct domain *d, evtchn_port_t port);
int event_set_global_virq_handler(struct domain *d, unsigned int virq);

bool virq_is_global(unsigned int virq);              /* one of the host's rather than of each vCPU */

/* Upcalls. The word layouts call vcpu_mark_events_pending() after setting a port's bit. */
void vcpu_mark_events_pending(struct vcpu *v);      /* sets evtchn_upcall_pending, then arch */
bool vcpu_event_pending(const struct vcpu *v);      /* pending and not masked */
void arch_vcpu_event_pending(struct vcpu *v);       /* the architecture delivers the upcall; any context */
bool arch_vcpu_event_delivery_enabled(struct vcpu *v);  /* would an upcall be taken now? (blocking) */

#endif
