/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The 2-level layout: a bit for each port in the shared page, pending and masked, and in each
 * vCPU's record a selector of the 64-bit words to look at.  With it every domain starts.
 */
#include <xen/atomic.h>
#include <xen/sched.h>

#include "private.h"

/* Tells the vCPU about a port that is pending and not masked. */
static void announce(struct vcpu *v, evtchn_port_t port)
{
    if (!test_and_set_bit(port / 64, &v->vcpu_info->evtchn_pending_sel))
        vcpu_mark_events_pending(v);
}

/*
 * Ports of the FIFO layout that a reset has yet to close have none.  They keep what comes until
 * they are closed, or until that layout is back.
 */
static bool has_bit(evtchn_port_t port)
{
    return port < EVTCHN_2L_NR_CHANNELS;
}

static void set_pending(struct vcpu *v, struct event_channel *ch, evtchn_port_t port)
{
    struct domain *d = v->domain;

    if (!has_bit(port)) {
        ch->is_deferred = true;
        return;
    }
    if (test_and_set_bit(port, d->shared_info->evtchn_pending))
        return;
    if (!test_bit(port, d->shared_info->evtchn_mask))
        announce(v, port);
    sched_poll_notify(d, port);
}

static void clear_pending(struct domain *d, struct event_channel *ch, evtchn_port_t port)
{
    ch->is_deferred = false;
    if (has_bit(port))
        clear_bit(port, d->shared_info->evtchn_pending);
}

static void unmask(struct domain *d, struct event_channel *ch, evtchn_port_t port)
{
    struct vcpu *v = domain_vcpu(d, ch->vcpu);

    if (has_bit(port) && test_and_clear_bit(port, d->shared_info->evtchn_mask) &&
        test_bit(port, d->shared_info->evtchn_pending) && v)
        announce(v, port);
}

static bool is_pending(struct domain *d, const struct event_channel *ch, evtchn_port_t port)
{
    return has_bit(port) ? test_bit(port, d->shared_info->evtchn_pending) : ch->is_deferred;
}

const struct event_layout event_layout_2l = {
    .port_count = EVTCHN_2L_NR_CHANNELS,
    .set_pending = set_pending,
    .clear_pending = clear_pending,
    .unmask = unmask,
    .is_pending = is_pending,
};
