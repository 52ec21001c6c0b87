/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What it costs that one vCPU stops and another goes on, from guest to guest: two domains on one CPU yield to each
 * other.  Under `-icount shift=0` the time stamp counter counts instructions.  With `time` on the command line, which
 * is for a clock that is the host's, many short blocks are timed instead, and the one that a tenth of them are faster
 * than counts: what else the host did is in the others.
 */
#include <public/event_channel.h>
#include <public/sched.h>
#include <xen/string.h>
#include <asm/processor.h>
#include "domain.h"
#include "guest.h"

#define ROUNDS       256
#define BLOCKS       5000
#define BLOCK_ROUNDS 2

static uint64_t block_ns[BLOCKS];

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

static void sort(uint64_t *v, unsigned int count)
{
    for (unsigned int i = 1; i < count; i++) {
        uint64_t x = v[i];
        unsigned int at = i;

        for (; at > 0 && v[at - 1] > x; at--)
            v[at] = v[at - 1];
        v[at] = x;
    }
}

static void count_instructions(void)
{
    uint64_t start = rdtsc();

    yields(ROUNDS);
    note("exit, context switch and entry (yield): %lu", (rdtsc() - start) / (2 * ROUNDS));
}

static void measure_time(void)
{
    yields(4000); /* until everything is translated */
    for (unsigned int i = 0; i < BLOCKS; i++) {
        uint64_t start = clock_now();

        yields(BLOCK_ROUNDS);
        block_ns[i] = clock_now() - start;
    }
    sort(block_ns, BLOCKS);
    note("exit, context switch and entry (yield), ns: %lu", block_ns[BLOCKS / 10] / (2 * BLOCK_ROUNDS));
}

void test_main(void)
{
    domid_t other;

    clock_map(DOMID_SELF);
    other = domain_clone(1);
    domain_vcpu_start(other, 0, yield_for_ever, NULL);
    domain_unpause(other);
    yields(16); /* the first ones fill caches and tables */
    if (strstr(guest_cmdline, "time"))
        measure_time();
    else
        count_instructions();
    check(true, "all figures are taken");
}
