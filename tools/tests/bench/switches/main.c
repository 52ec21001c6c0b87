/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What it costs that one vCPU stops and another goes on, from guest to guest: two domains on one CPU yield to each
 * other, or wake each other and block.  Under `-icount shift=0` the time stamp counter counts instructions.
 */
#include <public/event_channel.h>
#include <public/sched.h>
#include <asm/processor.h>
#include "guest.h"

#define ROUNDS 256

static void yield_for_ever(void *unused)
{
    for (;;)
        sched_op(SCHEDOP_yield, 0);
}

static void yields(unsigned int count)
{
    while (count--)
        sched_op(SCHEDOP_yield, 0);
}

void test_main(void)
{
    domid_t other;
    uint64_t start;

    clock_map(DOMID_SELF);
    other = domu_create(1);
    domu_vcpu_start(other, 0, yield_for_ever, NULL);
    domu_unpause(other);
    yields(16); /* the first ones fill caches and tables */
    start = rdtsc();
    yields(ROUNDS);
    note("exit, context switch and entry (yield): %lu", (rdtsc() - start) / (2 * ROUNDS));
    check(true, "all figures are taken");
}
