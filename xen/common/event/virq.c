/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Virtual interrupts: of a vCPU (its timer), or of the host (a domain died, the log grew, memory
 * runs low). One domain handles each of the host's: dom0, until a toolstack names another.
 */
#include <xen/errno.h>
#include <xen/lib.h>

#include "private.h"

static domid_t global_handler[NR_VIRQS]; /* 0: nobody was named */

bool virq_is_global(unsigned int virq)
{
    switch (virq) {
    case VIRQ_TIMER:
    case VIRQ_DEBUG:
    case VIRQ_XENOPROF:
    case VIRQ_XENPMU:
        return false;
    default:
        return true;
    }
}

static int bind_locked(struct domain *d, struct vcpu *v, unsigned int virq, evtchn_port_t *port)
{
    int rc;

    if (v->event->virq_port[virq])
        return -EEXIST;
    rc = port_alloc(d, CHANNEL_virq, v->vcpu_id, port);
    if (rc)
        return rc;
    port_channel(d, *port)->virq = virq;
    v->event->virq_port[virq] = *port;
    return 0;
}

int event_bind_virq(struct domain *d, unsigned int virq, unsigned int vcpu, evtchn_port_t *port)
{
    struct vcpu *v = domain_vcpu(d, vcpu);
    unsigned long flags;
    int rc;

    if (virq >= NR_VIRQS || (virq_is_global(virq) && vcpu != 0))
        return -EINVAL;
    if (!v)
        return -ENOENT;
    do {
        spin_lock_irqsave(&d->event->lock, flags);
        rc = bind_locked(d, v, virq, port);
        spin_unlock_irqrestore(&d->event->lock, flags);
    } while (port_row_made(d, &rc));
    return rc;
}

/* The port may be the host's and have moved on; the vCPU that it was bound for remembers it all the
 * same. */
void virq_unbind(struct domain *d, struct event_channel *ch, evtchn_port_t port)
{
    struct vcpu *v;

    for_each_vcpu (d, v) {
        if (v->event->virq_port[ch->virq] == port)
            v->event->virq_port[ch->virq] = 0;
    }
}

void event_send_virq(struct vcpu *v, unsigned int virq)
{
    struct domain *d = v->domain;
    unsigned long flags;
    evtchn_port_t port;

    ASSERT(virq < NR_VIRQS);
    spin_lock_irqsave(&d->event->lock, flags);
    port = v->event->virq_port[virq];
    if (port)
        channel_raise(d, port_channel(d, port), port);
    spin_unlock_irqrestore(&d->event->lock, flags);
}

static void send_to_first_vcpu(struct domain *d, unsigned int virq)
{
    struct vcpu *v = domain_vcpu(d, 0);

    if (v)
        event_send_virq(v, virq);
}

void event_send_global_virq(struct domain *d, unsigned int virq)
{
    domid_t domid = __atomic_load_n(&global_handler[virq], __ATOMIC_RELAXED);
    struct domain *handler = domid ? domain_get(domid) : NULL;

    ASSERT(virq_is_global(virq));
    if (handler) {
        send_to_first_vcpu(handler, virq);
        domain_put(handler);
    } else if (d) {
        send_to_first_vcpu(d, virq); /* nobody was named, or it has died */
    }
}

int event_set_global_virq_handler(struct domain *d, unsigned int virq)
{
    if (virq >= NR_VIRQS || !virq_is_global(virq))
        return -EINVAL;
    __atomic_store_n(&global_handler[virq], d->domain_id, __ATOMIC_RELAXED);
    return 0;
}
