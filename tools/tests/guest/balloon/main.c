/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain gives memory back and takes it again, and what it is said to have follows exactly.
 *
 * With "forever" on its command line it does nothing else and never ends: a guest for tests of what
 * others may rely on while memory comes and goes (tools/tests/system).
 *
 * xen: dom0_mem=96M
 */
#include <public/memory.h>
#include <public/sched.h>
#include "guest.h"

#define BALLOON_GFN 0x1000UL /* 16 MiB: beyond the kernel */
#define BALLOON_MAX 4096UL   /* pages: 16 MiB */
#define BATCH       512UL

static long reservation(unsigned int op, unsigned long gfn, unsigned long count)
{
    static xen_pfn_t frames[BATCH];
    struct xen_memory_reservation r = {.nr_extents = count, .domid = DOMID_SELF};

    r.extent_start.p = frames;
    for (unsigned long i = 0; i < count; i++)
        frames[i] = gfn + i;
    return memory_op(op, &r);
}

static long pages_now(void)
{
    domid_t self = DOMID_SELF;

    return memory_op(XENMEM_current_reservation, &self);
}

/* Both from BALLOON_GFN on; how many pages they were. */
static unsigned long give_back(unsigned long pages)
{
    unsigned long done = 0;

    while (done < pages)
        done +=
            reservation(XENMEM_decrease_reservation, BALLOON_GFN + done, min(pages - done, BATCH));
    return done;
}

/* As many as there are: others may have claimed the rest. */
static unsigned long take(unsigned long pages)
{
    unsigned long done = 0;
    long got = 1;

    while (done < pages && got > 0) {
        got = reservation(XENMEM_populate_physmap, BALLOON_GFN + done, min(pages - done, BATCH));
        done += got > 0 ? got : 0;
    }
    return done;
}

static void for_ever(void)
{
    for (unsigned long have = BALLOON_MAX;;) {
        have -= give_back(have);
        while (!have) {
            have = take(BALLOON_MAX);
            sched_op(SCHEDOP_yield, 0);
        }
    }
}

void test_main(void)
{
    volatile uint64_t *word = (void *)(BALLOON_GFN << 12);
    long before;

    if (!strcmp(guest_cmdline, "forever"))
        for_ever();
    before = pages_now();
    for (unsigned int round = 0; round < 3; round++) {
        *word = 0x600d;
        check_equal(give_back(BALLOON_MAX), BALLOON_MAX, "all of it is given back");
        check_equal(pages_now(), before - BALLOON_MAX, "it is not the domain's any more");
        check_equal(take(BALLOON_MAX), BALLOON_MAX, "and taken again");
        check_equal(pages_now(), before, "which makes as much as before");
        check_equal(*word, 0, "of what was in it nothing is left");
    }
}
