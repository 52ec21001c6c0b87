/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain's table of ports: rows of channels that appear as ports are first used and stay until
 * the domain goes. Port 0 is never given out.
 */
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/nospec.h>
#include <xen/xmalloc.h>

#include "private.h"

struct event_channel *port_channel(struct domain *d, evtchn_port_t port)
{
    struct event_state *e = d->event;
    unsigned int count = __atomic_load_n(&e->port_count, __ATOMIC_ACQUIRE);

    if (port == 0 || port >= count)
        return NULL;
    port = index_clamp(port, count);
    return &e->bucket[port / CHANNELS_PER_BUCKET][port % CHANNELS_PER_BUCKET];
}

struct event_channel *port_in_use(struct domain *d, evtchn_port_t port)
{
    struct event_channel *ch = port_channel(d, port);

    return ch && ch->state != CHANNEL_free ? ch : NULL;
}

static unsigned int port_limit(const struct event_state *e)
{
    return min(e->port_limit, e->layout->port_count);
}

bool port_row_made(struct domain *d, int *rc)
{
    struct event_state *e = d->event;
    struct event_channel *row;
    unsigned long flags;

    if (*rc != -EAGAIN)
        return false;
    row = xzalloc_array(struct event_channel, CHANNELS_PER_BUCKET);
    if (!row) {
        *rc = -ENOMEM;
        return false;
    }
    spin_lock_irqsave(&e->lock, flags);
    if (!e->spare) {
        e->spare = row;
        row = NULL;
    }
    spin_unlock_irqrestore(&e->lock, flags);
    xfree(row); /* somebody else was faster */
    return true;
}

static int row_add(struct event_state *e)
{
    if (e->port_count >= port_limit(e))
        return -ENOSPC;
    if (!e->spare)
        return -EAGAIN;
    e->bucket[e->port_count / CHANNELS_PER_BUCKET] = e->spare;
    e->spare = NULL;
    __atomic_store_n(&e->port_count, e->port_count + CHANNELS_PER_BUCKET, __ATOMIC_RELEASE);
    return 0;
}

/* The first free port, in a new row if need be. */
static int port_find(struct domain *d, evtchn_port_t *port)
{
    struct event_state *e = d->event;
    int rc;

    for (;; e->first_free++) {
        if (e->first_free >= port_limit(e))
            return -ENOSPC;
        if (e->first_free >= e->port_count && (rc = row_add(e)) != 0)
            return rc;
        if (port_channel(d, e->first_free)->state == CHANNEL_free)
            break;
    }
    *port = e->first_free++;
    return 0;
}

int port_alloc(struct domain *d, enum channel_state state, unsigned int vcpu, evtchn_port_t *port)
{
    struct event_channel *ch;
    int rc;

    ASSERT(spin_is_locked(&d->event->lock));
    if (d->event->is_dying)
        return -ENODEV;
    rc = port_find(d, port);
    if (rc)
        return rc;
    ch = port_channel(d, *port);
    ch->state = state;
    ch->vcpu = vcpu;
    ch->priority = EVTCHN_FIFO_PRIORITY_DEFAULT;
    d->event->layout->clear_pending(d, ch, *port);
    return 0;
}

void port_free(struct domain *d, struct event_channel *ch, evtchn_port_t port)
{
    struct event_state *e = d->event;

    ASSERT(spin_is_locked(&e->lock));
    e->layout->clear_pending(d, ch, port);
    ch->state = CHANNEL_free;
    ch->vcpu = 0;
    e->first_free = min(e->first_free, port);
}

int event_domain_init(struct domain *d, unsigned int max_port)
{
    struct event_state *e = xzalloc(struct event_state);
    unsigned int limit = min(max_port, (unsigned int)EVTCHN_FIFO_NR_CHANNELS - 1) + 1;

    if (!e)
        return -ENOMEM;
    e->bucket = xzalloc_array(struct event_channel *, DIV_ROUND_UP(limit, CHANNELS_PER_BUCKET));
    if (!e->bucket) {
        xfree(e);
        return -ENOMEM;
    }
    spin_lock_init(&e->lock, LOCK_EVENT);
    spin_lock_init(&e->raise_lock, LOCK_EVENT_RAISE);
    e->layout = &event_layout_2l;
    e->port_limit = limit;
    e->first_free = 1;
    d->event = e;
    return 0;
}

void event_domain_free(struct domain *d)
{
    struct event_state *e = d->event;

    if (!e)
        return;
    for (unsigned int port = 0; port < e->port_count; port += CHANNELS_PER_BUCKET)
        xfree(e->bucket[port / CHANNELS_PER_BUCKET]);
    xfree(e->spare);
    xfree(e->bucket);
    xfree(e);
    d->event = NULL;
}

int event_vcpu_init(struct vcpu *v)
{
    v->event = xzalloc(struct event_vcpu);
    return v->event ? 0 : -ENOMEM;
}

void event_vcpu_destroy(struct vcpu *v)
{
    xfree(v->event);
    v->event = NULL;
}
