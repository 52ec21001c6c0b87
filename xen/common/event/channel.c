/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Event channels: making, using and closing them.  What a channel is to its two ends is said here;
 * how a port becomes pending is the layout's business, and who may do what to whom was checked at
 * the door.
 */
#include <xen/errno.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/sched.h>

#include "private.h"

/*
 * Locks the event tables of two domains, which may be one and the same.  The flags are those of the
 * first lock.
 */
static unsigned long lock_both(struct domain *a, struct domain *b)
{
    struct event_state *first = min(a->event, b->event), *second = max(a->event, b->event);
    unsigned long flags;

    spin_lock_irqsave(&first->lock, flags);
    if (first != second)
        spin_lock_second(&second->lock);
    return flags;
}

static void unlock_both(struct domain *a, struct domain *b, unsigned long flags)
{
    struct event_state *first = min(a->event, b->event), *second = max(a->event, b->event);

    if (first != second)
        spin_unlock(&second->lock);
    spin_unlock_irqrestore(&first->lock, flags);
}

void channel_raise(struct domain *d, struct event_channel *ch, evtchn_port_t port)
{
    struct event_state *e = d->event;
    struct vcpu *v = domain_vcpu(d, ch->vcpu);

    if (!v)
        return;
    spin_lock(&e->raise_lock);
    e->layout->set_pending(v, ch, port);
    spin_unlock(&e->raise_lock);
}

int event_alloc_unbound(struct domain *d, domid_t remote, evtchn_port_t *port)
{
    unsigned long flags;
    int rc;

    do {
        spin_lock_irqsave(&d->event->lock, flags);
        rc = port_alloc(d, CHANNEL_unbound, 0, port);
        if (!rc)
            port_channel(d, *port)->binder = remote;
        spin_unlock_irqrestore(&d->event->lock, flags);
    } while (port_row_made(d, &rc));
    return rc;
}

static int bind_locked(struct domain *d, struct domain *rd, evtchn_port_t remote,
                       evtchn_port_t *local)
{
    struct event_channel *ch, *rch = port_channel(rd, remote);
    int rc;

    if (!rch || rch->state != CHANNEL_unbound || rch->binder != d->domain_id)
        return -EINVAL;
    rc = port_alloc(d, CHANNEL_interdomain, 0, local);
    if (rc)
        return rc;
    ch = port_channel(d, *local);
    ch->remote.domain = rd;
    ch->remote.port = remote;
    rch->state = CHANNEL_interdomain;
    rch->remote.domain = d;
    rch->remote.port = *local;
    /* What the other side sent before there was anybody to hear it must not be lost. */
    channel_raise(d, ch, *local);
    return 0;
}

int event_bind_interdomain(struct domain *d, struct domain *rd, evtchn_port_t remote,
                           evtchn_port_t *local)
{
    int rc;

    do {
        unsigned long flags = lock_both(d, rd);

        rc = bind_locked(d, rd, remote, local);
        unlock_both(d, rd, flags);
    } while (port_row_made(d, &rc));
    return rc;
}

int event_bind_ipi(struct domain *d, unsigned int vcpu, evtchn_port_t *port)
{
    unsigned long flags;
    int rc;

    if (!domain_vcpu(d, vcpu))
        return -ENOENT;
    do {
        spin_lock_irqsave(&d->event->lock, flags);
        rc = port_alloc(d, CHANNEL_ipi, vcpu, port);
        spin_unlock_irqrestore(&d->event->lock, flags);
    } while (port_row_made(d, &rc));
    return rc;
}

/* Both ends' locks are held; the other end is as it was before it was bound. */
static void interdomain_unbind(struct domain *d, struct event_channel *ch)
{
    struct event_channel *rch = port_channel(ch->remote.domain, ch->remote.port);

    ASSERT(rch && rch->state == CHANNEL_interdomain && rch->remote.domain == d);
    rch->state = CHANNEL_unbound;
    rch->binder = d->domain_id;
}

static void close_locked(struct domain *d, struct event_channel *ch, evtchn_port_t port)
{
    if (ch->state == CHANNEL_interdomain)
        interdomain_unbind(d, ch);
    else if (ch->state == CHANNEL_virq)
        virq_unbind(d, ch, port);
    port_free(d, ch, port);
}

/*
 * Locks what closing a port takes: its domain, and the domain at the other end, if there is one.
 *
 * The other end is known only under our own lock, and may have to be locked before it:
 *
 *      this CPU                              another
 *      sees port -> domain R, unlocks
 *                                            R closes its end, or dies
 *      locks R and d, looks again: gone, so start anew
 *
 * R cannot be freed meanwhile, because the reference is taken before our lock is let go.
 */
static struct event_channel *lock_channel(struct domain *d, evtchn_port_t port,
                                          struct domain **remote, unsigned long *flags)
{
    struct event_channel *ch;

    for (;;) {
        struct domain *rd = d;

        spin_lock_irqsave(&d->event->lock, *flags);
        ch = port_in_use(d, port);
        if (ch && ch->state == CHANNEL_interdomain)
            rd = ch->remote.domain;
        domain_hold(rd);
        spin_unlock_irqrestore(&d->event->lock, *flags);

        *flags = lock_both(d, rd);
        *remote = rd;
        ch = port_in_use(d, port);
        if (!ch || ch->state != CHANNEL_interdomain || ch->remote.domain == rd)
            return ch;
        unlock_both(d, rd, *flags);
        domain_put(rd);
    }
}

int event_close(struct domain *d, evtchn_port_t port)
{
    struct domain *rd;
    unsigned long flags;
    struct event_channel *ch = lock_channel(d, port, &rd, &flags);

    if (ch)
        close_locked(d, ch, port);
    unlock_both(d, rd, flags);
    domain_put(rd);
    return ch ? 0 : -EINVAL;
}

static int send_locked(struct domain *d, struct event_channel *ch, evtchn_port_t port)
{
    switch (ch->state) {
    case CHANNEL_interdomain:
        channel_raise(ch->remote.domain, port_channel(ch->remote.domain, ch->remote.port),
                      ch->remote.port);
        return 0;
    case CHANNEL_ipi:
        channel_raise(d, ch, port);
        return 0;
    case CHANNEL_unbound:
        return 0; /* nobody there, and that is no error */
    default:
        return -EINVAL;
    }
}

int event_send(struct domain *d, evtchn_port_t port)
{
    struct event_channel *ch;
    unsigned long flags;
    int rc;

    spin_lock_irqsave(&d->event->lock, flags);
    ch = port_in_use(d, port);
    rc = ch ? send_locked(d, ch, port) : -EINVAL;
    spin_unlock_irqrestore(&d->event->lock, flags);
    return rc;
}

static void status_locked(const struct event_channel *ch, struct evtchn_status *status)
{
    static const uint32_t code[] = {
        [CHANNEL_free] = EVTCHNSTAT_closed,
        [CHANNEL_unbound] = EVTCHNSTAT_unbound,
        [CHANNEL_interdomain] = EVTCHNSTAT_interdomain,
        [CHANNEL_virq] = EVTCHNSTAT_virq,
        [CHANNEL_ipi] = EVTCHNSTAT_ipi,
    };

    status->status = code[ch->state];
    status->vcpu = ch->vcpu;
    if (ch->state == CHANNEL_unbound) {
        status->u.unbound.dom = ch->binder;
    } else if (ch->state == CHANNEL_interdomain) {
        status->u.interdomain.dom = ch->remote.domain->domain_id;
        status->u.interdomain.port = ch->remote.port;
    } else if (ch->state == CHANNEL_virq) {
        status->u.virq = ch->virq;
    }
}

int event_status(struct domain *d, struct evtchn_status *status)
{
    struct event_channel *ch;
    unsigned long flags;

    spin_lock_irqsave(&d->event->lock, flags);
    ch = port_channel(d, status->port);
    if (ch)
        status_locked(ch, status);
    spin_unlock_irqrestore(&d->event->lock, flags);
    return ch ? 0 : -EINVAL;
}

/* IPIs and a vCPU's own virqs stay with their vCPU: there is but one instance of each. */
static bool may_move(const struct event_channel *ch)
{
    return ch->state == CHANNEL_unbound || ch->state == CHANNEL_interdomain ||
           (ch->state == CHANNEL_virq && virq_is_global(ch->virq));
}

int event_bind_vcpu(struct domain *d, evtchn_port_t port, unsigned int vcpu)
{
    struct event_channel *ch;
    unsigned long flags;
    int rc = -EINVAL;

    if (!domain_vcpu(d, vcpu))
        return -ENOENT;
    spin_lock_irqsave(&d->event->lock, flags);
    ch = port_in_use(d, port);
    if (ch && may_move(ch)) {
        ch->vcpu = vcpu;
        rc = 0;
    }
    spin_unlock_irqrestore(&d->event->lock, flags);
    return rc;
}

int event_unmask(struct domain *d, evtchn_port_t port)
{
    struct event_channel *ch;
    unsigned long flags;

    spin_lock_irqsave(&d->event->lock, flags);
    ch = port_in_use(d, port);
    if (ch)
        d->event->layout->unmask(d, ch, port);
    spin_unlock_irqrestore(&d->event->lock, flags);
    return ch ? 0 : -EINVAL;
}

bool event_port_is_pending(struct domain *d, evtchn_port_t port)
{
    struct event_channel *ch;
    unsigned long flags;
    bool is_pending;

    spin_lock_irqsave(&d->event->lock, flags);
    ch = port_in_use(d, port);
    is_pending = ch && d->event->layout->is_pending(d, ch, port);
    spin_unlock_irqrestore(&d->event->lock, flags);
    return is_pending;
}

/* The table never shrinks, so this needs no lock. */
bool event_port_is_valid(struct domain *d, evtchn_port_t port)
{
    return port_channel(d, port) != NULL;
}

/* A row of ports at least, and on until something else is due. */
static int close_from(struct domain *d, evtchn_port_t *next)
{
    const evtchn_port_t first = max(*next, 1u);
    evtchn_port_t port;

    for (port = first; event_port_is_valid(d, port); port++) {
        if (port != first && port % CHANNELS_PER_BUCKET == 0 && hypercall_preempt_check())
            break;
        event_close(d, port); /* a free port says -EINVAL, which is as good */
    }
    *next = port;
    return event_port_is_valid(d, port) ? -ERESTART : 0;
}

static void layout_reset(struct domain *d)
{
    unsigned long flags;

    spin_lock_irqsave(&d->event->lock, flags);
    fifo_teardown(d);
    spin_unlock_irqrestore(&d->event->lock, flags);
}

/*
 * The layout goes first, since between the rounds anything may happen:
 *
 *     reset                               another vCPU
 *     2-level: 4096 ports
 *     closes port 1 and so on
 *                                         opens port 1, which is as the new layout has it
 *     closes port 5000
 *
 * Ports that are not closed yet and have no bit in the new layout are silent in it; so nothing
 * depends on the guest's going on at all, or at the right port.
 */
int event_reset(struct domain *d, evtchn_port_t *next)
{
    if (!*next)
        layout_reset(d);
    return close_from(d, next);
}

int event_domain_destroy(struct domain *d)
{
    unsigned long flags;

    spin_lock_irqsave(&d->event->lock, flags);
    d->event->is_dying = true; /* and so nothing opens behind our back */
    spin_unlock_irqrestore(&d->event->lock, flags);
    layout_reset(d);
    return close_from(d, &d->event->closed);
}

/* Each upcall announces any number of ports; one that the guest has not yet looked at serves new
 * ones, too. */
void vcpu_mark_events_pending(struct vcpu *v)
{
    if (!test_and_set_bit(0, &v->vcpu_info->evtchn_upcall_pending))
        arch_vcpu_event_pending(v);
}

bool vcpu_event_pending(const struct vcpu *v)
{
    const struct vcpu_info *info = v->vcpu_info;

    return READ_ONCE(info->evtchn_upcall_pending) && !READ_ONCE(info->evtchn_upcall_mask);
}
