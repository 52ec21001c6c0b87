/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The local APIC's timer (SDM vol. 3, 11.5.4): one-shot and periodic, counting at 1 GHz before the
 * divisor, so that a count is a number of nanoseconds.  TSC-deadline mode is not offered: guests
 * have vcpu_op's one-shot timer, which is better.
 *
 * What is kept is the deadline; the current count is computed when the guest asks.  The handler
 * runs on whatever CPU the timer is on, hence the lock:
 *
 *     vCPU stops the timer               handler, elsewhere
 *     lock; deadline = 0; unlock
 *                                        lock; deadline is 0: nothing was due; unlock
 */
#include <asm/domain.h>
#include <xen/domain.h>
#include <xen/lib.h>
#include <xen/time.h>
#include "vlapic_private.h"

/* A shorter period would have the host do nothing but tick. */
#define VLAPIC_MIN_PERIOD MICROSECS(50)

/* Bits 3, 1 and 0 give the power of two, 0 for 2 and 7 for 1. */
static uint32_t divisor_shift(const struct vlapic *apic)
{
    uint32_t divide = apic->reg[VLAPIC_TIMER_DIVIDE];

    return (((divide & 3) | (divide & 8) >> 1) + 1) & 7;
}

static bool is_periodic(const struct vlapic *apic)
{
    return apic->reg[VLAPIC_LVT_TIMER] & LVT_PERIODIC;
}

static void timer_expired(void *data)
{
    struct vlapic *apic = data;
    s_time_t now = NOW();
    bool is_due;

    spin_lock(&apic->timer_lock);
    is_due = apic->timer_deadline && now >= apic->timer_deadline;
    if (is_due && apic->timer_period) {
        /* Ticks that were missed are one tick. */
        s_time_t late = now - apic->timer_deadline;

        apic->timer_deadline += (late / apic->timer_period + 1) * apic->timer_period;
        timer_set(&apic->timer, apic->timer_deadline);
    } else if (is_due)
        apic->timer_deadline = 0;
    spin_unlock(&apic->timer_lock);

    if (is_due)
        vlapic_raise_lvt(apic, VLAPIC_LVT_TIMER);
}

void vlapic_timer_init(struct vlapic *apic)
{
    spin_lock_init(&apic->timer_lock, LOCK_VLAPIC);
    timer_init(&apic->timer, timer_expired, apic, apic->vcpu->processor);
}

void vlapic_timer_cancel(struct vlapic *apic)
{
    spin_lock(&apic->timer_lock);
    apic->timer_deadline = 0;
    timer_stop(&apic->timer);
    spin_unlock(&apic->timer_lock);
}

void vlapic_timer_start(struct vlapic *apic)
{
    s_time_t length = (s_time_t)apic->reg[VLAPIC_TIMER_INITIAL] << divisor_shift(apic);

    if (!length) {
        vlapic_timer_cancel(apic);
        return;
    }
    if (is_periodic(apic))
        length = max(length, VLAPIC_MIN_PERIOD);
    spin_lock(&apic->timer_lock);
    apic->timer_period = is_periodic(apic) ? length : 0;
    apic->timer_deadline = NOW() + length;
    timer_set(&apic->timer, apic->timer_deadline);
    spin_unlock(&apic->timer_lock);
}

/* Counting goes on; from the next zero on the new mode holds. */
void vlapic_timer_mode_changed(struct vlapic *apic)
{
    s_time_t length = (s_time_t)apic->reg[VLAPIC_TIMER_INITIAL] << divisor_shift(apic);

    spin_lock(&apic->timer_lock);
    apic->timer_period = is_periodic(apic) ? max(length, VLAPIC_MIN_PERIOD) : 0;
    spin_unlock(&apic->timer_lock);
}

uint32_t vlapic_timer_current(struct vlapic *apic)
{
    s_time_t left = 0, now = NOW();

    spin_lock(&apic->timer_lock);
    if (apic->timer_deadline > now)
        left = apic->timer_deadline - now;
    spin_unlock(&apic->timer_lock);
    return min((s_time_t)UINT32_MAX, left >> divisor_shift(apic));
}
