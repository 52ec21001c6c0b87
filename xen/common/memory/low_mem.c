/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VIRQ_ENOMEM: tells the hardware domain that unclaimed memory runs low, so that its toolstack can
 * take some back from balloons.  Sent when it falls below the limit, and again at each halving;
 * armed anew when there is twice as much again.  Claims count as used: staking one may send it,
 * too.
 *
 * Changes happen under heap_lock, where no event can be sent; a tasklet does that.
 */
#include <public/xen.h>
#include <xen/cmdline.h>
#include <xen/domain.h>
#include <xen/event.h>
#include <xen/lib.h>
#include <xen/printk.h>
#include <xen/tasklet.h>

#include "heap.h"

static uint64_t limit_bytes = MB(64);
size_param("low_mem_virq_limit", limit_bytes);

/* Pages; all numbers lie within these bounds, so this is disarmed until low_mem_init(). */
unsigned long low_mem_below, low_mem_span = ~0UL;
static unsigned long limit;
static struct tasklet notice;

static void notify(void *unused)
{
    if (hardware_domain)
        event_send_global_virq(hardware_domain, VIRQ_ENOMEM);
}

/* The next event is due at half of what is left, to the power of two below the limit. */
static void arm(unsigned long unclaimed)
{
    low_mem_below = limit;
    while (low_mem_below > unclaimed)
        low_mem_below /= 2;
    low_mem_span =
        low_mem_below < limit ? max(low_mem_below, 1UL) * 4 - low_mem_below : ~0UL - low_mem_below;
}

void low_mem_crossed(unsigned long unclaimed)
{
    bool has_fallen = unclaimed < low_mem_below;

    arm(unclaimed);
    if (has_fallen)
        tasklet_schedule(&notice);
}

void low_mem_init(void)
{
    tasklet_init(&notice, notify, NULL);
    spin_lock(&heap_lock);
    limit = min(limit_bytes >> PAGE_SHIFT, heap.total / 8);
    arm(heap.avail - heap.claimed);
    heap_unlock();
}
