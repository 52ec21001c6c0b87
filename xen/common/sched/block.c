/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A vCPU gives its CPU up by itself: block, poll, yield; and what ends that.
 *
 * The race between falling asleep and the event that should wake:
 *
 *     vcpu_block()                    sender
 *     VPF_blocked = 1                 port pending = 1
 *     (full barrier)                  (full barrier)
 *     anything pending? then undo     VPF_blocked? then clear it and wake
 *
 * One of the two sees the other.
 */
#include "private.h"
#include <xen/errno.h>
#include <xen/event.h>
#include <xen/lib.h>
#include <xen/sched.h>
#include <xen/softirq.h>
#include <xen/time.h>

/* Ends v's polling, if it polls. */
static void poll_end(struct vcpu *v)
{
    if (xchg(&v->poll_evtchn, 0) != 0)
        atomic_dec_return(&v->domain->poll_count);
}

void vcpu_block(void)
{
    struct vcpu *v = current;

    set_bit(VPF_blocked, &v->pause_flags);
    smp_mb();
    if (arch_vcpu_has_work(v))
        clear_bit(VPF_blocked, &v->pause_flags);
    else
        softirq_raise(SOFTIRQ_SCHEDULE);
}

void vcpu_unblock(struct vcpu *v)
{
    if (!test_and_clear_bit(VPF_blocked, &v->pause_flags))
        return;
    poll_end(v);
    vcpu_wake(v);
}

void vcpu_yield(void)
{
    current->sched->yields = true;
    softirq_raise(SOFTIRQ_SCHEDULE);
}

static bool any_pending(struct vcpu *v, const uint32_t *ports, unsigned int count)
{
    for (unsigned int i = 0; i < count; i++)
        if (event_port_is_pending(v->domain, ports[i]))
            return true;
    return vcpu_event_pending(v);
}

long vcpu_poll(const uint32_t *ports, unsigned int count, uint64_t timeout)
{
    struct vcpu *v = current;

    for (unsigned int i = 0; i < count; i++)
        if (!event_port_is_valid(v->domain, ports[i]))
            return -EINVAL;

    atomic_inc(&v->domain->poll_count);
    v->poll_evtchn = count == 1 ? (int)ports[0] : -1;
    set_bit(VPF_blocked, &v->pause_flags);
    smp_mb();
    if (any_pending(v, ports, count)) {
        clear_bit(VPF_blocked, &v->pause_flags);
        poll_end(v);
        return 0;
    }
    if (timeout)
        timer_set(&v->poll_timer, (s_time_t)timeout);
    softirq_raise(SOFTIRQ_SCHEDULE);
    return 0;
}

void sched_poll_notify(struct domain *d, unsigned int port)
{
    struct vcpu *v;

    if (atomic_read(&d->poll_count) == 0)
        return;
    for_each_vcpu (d, v) {
        int polled = READ_ONCE(v->poll_evtchn);

        if (polled == -1 || (polled > 0 && (unsigned int)polled == port))
            vcpu_unblock(v);
    }
}
