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
void event_domain_destroy(struct domain *d);        /* dying: closes all ports */
void event_domain_free(struct domain *d);           /* after the last reference */
int event_vcpu_init(struct vcpu *v);
void event_vcpu_destroy(struct vcpu *v);

/* Raised by the hypervisor. Any context. */
void event_send_virq(struct vcpu *v, unsigned int virq);            /* a per-vCPU virq */
void event_send_global_virq(struct domain *d, unsigned int virq);   /* e.g. VIRQ_DOM_EXC to dom0 */
int event_send(struct domain *d, evtchn_port_t port);               /* as EVTCHNOP_send by d */

/* Ports that the hypervisor itself listens on. */
int event_alloc_xen_port(struct domain *d, unsigned int vcpu, domid_t remote, void (*fn)(struct vcpu *v, evtchn_port_t port));

bool event_port_is_pending(struct domain *d, evtchn_port_t port);
bool event_port_is_valid(struct domain *d, evtchn_port_t port);
int event_set_global_virq_handler(struct domain *d, unsigned int virq);

/* Upcalls. The word layouts call vcpu_mark_events_pending() after setting a port's bit. */
void vcpu_mark_events_pending(struct vcpu *v);      /* sets evtchn_upcall_pending, then arch */
bool vcpu_event_pending(const struct vcpu *v);      /* pending and not masked */
void arch_vcpu_event_pending(struct vcpu *v);       /* the architecture delivers the upcall; any context */
bool arch_vcpu_event_delivery_enabled(struct vcpu *v);  /* would an upcall be taken now? (blocking) */

long do_event_channel_op(int cmd, uint64_t arg);

#endif
