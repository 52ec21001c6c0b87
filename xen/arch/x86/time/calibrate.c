/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How fast TSC and APIC timer run, measured against a counter of known frequency.
 *
 * Reading that counter takes long, and at times very long (an interrupt of firmware, a host that
 * takes the processor away).  Each end of the interval is therefore read several times between two
 * readings of the TSC, and the tightest pair counts.
 */
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/printk.h>
#include <asm/apic.h>
#include <asm/irqflags.h>
#include <asm/processor.h>

#include "private.h"

#define INTERVAL_MS 50
#define TRIES       16

struct sample {
    uint64_t tsc, counter;
    uint32_t apic;
};

static struct sample __init take_sample(const struct platform_timer *t)
{
    struct sample best = {};
    uint64_t best_width = UINT64_MAX;

    for (unsigned int i = 0; i < TRIES; i++) {
        uint64_t before = rdtsc();
        uint64_t counter = t->read();
        uint64_t after = rdtsc();

        if (after - before < best_width) {
            best_width = after - before;
            best.tsc = before + best_width / 2;
            best.counter = counter;
            best.apic = apic_read(APIC_TMCCT);
        }
    }
    return best;
}

/* Polls until the interval is over; returns how far the counter went, which may be several times
 * round. */
static uint64_t __init wait(const struct platform_timer *t, uint64_t from)
{
    uint64_t last = from, gone = 0;

    while (gone < t->hz * INTERVAL_MS / 1000) {
        uint64_t now = t->read();

        gone += (now - last) & t->mask;
        last = now;
    }
    return gone;
}

struct calibration __init time_calibrate(const struct platform_timer *t)
{
    struct sample first, last;
    unsigned long flags;
    uint64_t gone;

    local_irq_save(flags);
    apic_write(APIC_TDCR, APIC_TDCR_BY_1);
    apic_write(APIC_LVT_TIMER, APIC_LVT_MASKED);
    apic_write(APIC_TMICT, UINT32_MAX);
    first = take_sample(t);
    gone = wait(t, first.counter);
    last = take_sample(t);
    apic_write(APIC_TMICT, 0);
    local_irq_restore(flags);

    /* From the end of waiting to the last sample, less than one round. */
    gone += (last.counter - (first.counter + gone)) & t->mask;
    return (struct calibration){
        .start_tsc = first.tsc,
        .tsc_hz = time_mul_div(last.tsc - first.tsc, t->hz, gone),
        .apic_hz = time_mul_div(first.apic - last.apic, t->hz, gone),
    };
}
