/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Date and time: what they were at system time 0.  Guests find that in their shared_info and add
 * system time. First from the CMOS clock; dom0, which keeps better time, sets it by and by.
 */
#include <xen/atomic.h>
#include <xen/domain.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/printk.h>
#include <xen/spinlock.h>
#include <xen/time.h>

#include "private.h"

static DEFINE_SPINLOCK(wallclock_lock, LOCK_WALLCLOCK);
static uint64_t at_boot; /* ns since 1970, at system time 0 */

void wallclock_get(uint64_t *sec, uint32_t *nsec)
{
    unsigned long flags;
    uint64_t ns;

    spin_lock_irqsave(&wallclock_lock, flags);
    ns = at_boot;
    spin_unlock_irqrestore(&wallclock_lock, flags);
    *sec = ns / SECONDS(1);
    *nsec = ns % SECONDS(1);
}

void wallclock_set(uint64_t sec, uint32_t nsec, s_time_t at)
{
    struct domain *d;
    unsigned long flags;

    spin_lock_irqsave(&wallclock_lock, flags);
    at_boot = sec * SECONDS(1) + nsec - at;
    spin_unlock_irqrestore(&wallclock_lock, flags);

    d = domain_get_next(0);
    while (d) {
        domid_t next = d->domain_id + 1;

        time_update_wallclock(d);
        domain_put(d);
        d = domain_get_next(next);
    }
}

void time_update_wallclock(struct domain *d)
{
    struct shared_info *s = d->shared_info;
    uint64_t sec;
    uint32_t nsec;

    wallclock_get(&sec, &nsec);
    sec += d->time_offset_seconds;
    WRITE_ONCE(s->wc_version, (s->wc_version + 1) | 1);
    smp_wmb();
    s->wc_sec = sec;
    s->wc_nsec = nsec;
    s->wc_sec_hi = sec >> 32;
    smp_wmb();
    WRITE_ONCE(s->wc_version, s->wc_version + 1);
}

void __init wallclock_init(void)
{
    uint64_t now = cmos_seconds();

    if (now)
        at_boot = now * SECONDS(1) - NOW();
    else
        printk(XENLOG_WARNING "The CMOS clock shows no possible date\n");
}
