/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Domains as far as event channels are concerned, and what those ask of the rest: guest memory,
 * upcalls, pollers.  Both files of tests include it; each is a program of its own.
 */
#ifndef EVENT_FIXTURE_H
#define EVENT_FIXTURE_H

#include <xen/atomic.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/event.h>
#include <xen/hypercall.h>
#include <xen/mm.h>
#include <xen/p2m.h>
#include <xen/sched.h>
#include <xen/string.h>
#include <asm/irqflags.h>
#include <common/event/private.h>

#include "host.h"
#include "unit.h"

void *calloc(size_t count, size_t size);

#define DOMAINS_MAX 4
#define VCPUS_MAX   4

static unsigned int upcalls[DOMAINS_MAX][VCPUS_MAX]; /* how often each vCPU was told */
static unsigned int poll_notices, polled_port;       /* how often pollers were, and the last port */

void arch_vcpu_event_pending(struct vcpu *v)
{
    upcalls[v->domain->domain_id][v->vcpu_id]++;
}

void sched_poll_notify(struct domain *d, unsigned int port)
{
    poll_notices++;
    polled_port = port;
}

void domain_pages_init(struct domain_pages *mem)
{
}

static bool preempt; /* something else is due */

bool hypercall_preempt_check(void)
{
    return preempt;
}

struct domain *domain_get(domid_t domid)
{
    struct domain *d = domain_find(domid);

    if (d)
        domain_hold(d);
    return d;
}

static inline struct vcpu *add_vcpu(struct domain *d, unsigned int id)
{
    struct vcpu *v = calloc(1, sizeof(*v));

    v->domain = d;
    v->vcpu_id = id;
    v->vcpu_info = &d->shared_info->vcpu_info[id];
    CHECK_EQ(event_vcpu_init(v), 0);
    d->vcpu[id] = v;
    return v;
}

static inline struct domain *make_domain(domid_t domid, unsigned int vcpus, unsigned int max_port)
{
    struct domain *d = host_domain_create(domid, 0);

    d->max_vcpus = VCPUS_MAX;
    d->vcpu = calloc(VCPUS_MAX, sizeof(*d->vcpu));
    d->shared_info = calloc(1, sizeof(*d->shared_info));
    CHECK_EQ(event_domain_init(d, max_port), 0);
    for (unsigned int id = 0; id < vcpus; id++)
        add_vcpu(d, id);
    return d;
}

static inline evtchn_port_t unbound(struct domain *d, domid_t remote)
{
    evtchn_port_t port = 0;

    CHECK_EQ(event_alloc_unbound(d, remote, &port), 0);
    return port;
}

/* A channel from a to b: the port of b, and that of a. */
static inline evtchn_port_t connect(struct domain *a, struct domain *b, evtchn_port_t *a_port)
{
    evtchn_port_t b_port = unbound(b, a->domain_id);

    CHECK_EQ(event_bind_interdomain(a, b, b_port, a_port), 0);
    return b_port;
}

static inline evtchn_port_t ipi(struct domain *d, unsigned int vcpu)
{
    evtchn_port_t port = 0;

    CHECK_EQ(event_bind_ipi(d, vcpu, &port), 0);
    return port;
}

/* A reset that nothing interrupts. */
static inline void reset_all(struct domain *d)
{
    evtchn_port_t next = 0;

    CHECK_EQ(event_reset(d, &next), 0);
}

/* The status, and in *s the rest of it. */
static inline uint32_t status_of(struct domain *d, evtchn_port_t port, struct evtchn_status *s)
{
    memset(s, 0xff, sizeof(*s));
    s->port = port;
    CHECK_EQ(event_status(d, s), 0);
    return s->status;
}

#endif
