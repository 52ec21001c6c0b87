/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One CPU destroys a domain while another gives it memory, stakes claims for it, or asks how it
 * fares.  Whoever comes first, not a page and not a claim is left, and what is told is whole.
 *
 *     CPU 0                           CPU 1
 *     makes a domain                  waits for it
 *     waits for so many steps         step after step, until one fails for good
 *     destroys                        is told that there is no such domain any more
 *
 * machine: smp=2
 */
#include <public/errno.h>
#include <public/memory.h>
#include "domain.h"
#include "guest.h"

#define ROUNDS 16
#define PAGES  8192UL /* more than CPU 1 gets to */

static domid_t domid;
static unsigned int steps, rounds_begun, rounds_done;
static bool (*step)(void); /* false: it is over */
static bool is_torn;       /* something told made no sense */

static void relax(void)
{
    __asm__ volatile("pause" ::: "memory");
}

static void other_cpu(void *unused)
{
    for (unsigned int round = 1;; round++) {
        while (READ_ONCE(rounds_begun) < round)
            relax();
        while (step())
            __atomic_fetch_add(&steps, 1, __ATOMIC_SEQ_CST);
        WRITE_ONCE(rounds_done, round);
    }
}

/* A round: after `enough` steps of the other CPU the domain dies under its hands. */
static void one_round(bool (*what)(void), unsigned int enough)
{
    domid = domain_make(2, 4 * PAGES);
    step = what;
    steps = 0;
    __atomic_fetch_add(&rounds_begun, 1, __ATOMIC_SEQ_CST);
    while (READ_ONCE(steps) < enough)
        relax();
    domain_end(domid);
    while (READ_ONCE(rounds_done) < rounds_begun)
        relax();
}

/* Some pages come back a little later than the domain goes: when the other CPUs have passed a quiet
 * state. */
static uint64_t free_in_the_end(uint64_t wanted)
{
    uint64_t pages;

    for (unsigned int i = 0; i < 50 && (pages = host_free_pages(wanted)) != wanted; i++)
        ;
    return pages;
}

/* The first life leaves what any first one does: a page of small objects of each size that it used.
 */
static void many_rounds(bool (*what)(void), const char *name)
{
    uint64_t before;

    one_round(what, 1);
    before = free_in_the_end(~0UL);
    for (unsigned int i = 0; i < ROUNDS; i++)
        one_round(what, i);
    check_equal(free_in_the_end(before), before, "%s: each page is back after %u deaths", name,
                ROUNDS);
    check_equal(host_info().outstanding_pages, 0, "%s: and no claim is left", name);
}

/* --- what the other CPU does; a domain that is not there any more is known by its error --- */

static bool exists(void)
{
    struct xen_domctl op = domctl_for(XEN_DOMCTL_getdomaininfo, domid);

    return !domctl(&op) && op.domain == domid && !(op.u.getdomaininfo.flags & XEN_DOMINF_dying);
}

static bool populate(unsigned int order, unsigned long count)
{
    static unsigned long next;
    unsigned long gfn = next % (PAGES << 2) & ~0x1ffUL;

    next += 512;
    return domain_populate(domid, gfn, count, order) == (long)count || exists();
}

static bool populate_pages(void)
{
    return populate(0, 64);
}

static bool populate_superpages(void)
{
    return populate(9, 1);
}

static bool claim_and_release(void)
{
    struct xen_memory_reservation r = {.nr_extents = 3 * PAGES, .domid = domid};
    long rc = memory_op(XENMEM_claim_pages, &r);

    if (rc && rc != -XEN_EINVAL)
        is_torn = true;
    r.nr_extents = 0;
    memory_op(XENMEM_claim_pages, &r);
    return !rc || exists();
}

/* One more page than it has, each time; released by death alone. */
static bool claim_and_populate(void)
{
    struct xen_memory_reservation r = {.nr_extents = 3 * PAGES, .domid = domid};

    memory_op(XENMEM_claim_pages, &r);
    return populate(0, 16);
}

static bool ask_runstate(void)
{
    struct xen_domctl op = domctl_for(XEN_DOMCTL_get_runstate_info, domid);
    struct xen_domctl_runstate_info *info = &op.u.domain_runstate;
    long rc = domctl(&op);

    if (rc)
        return false;
    if (info->state > 5 || info->missed_changes || !info->state_entry_time)
        is_torn = true;
    return true;
}

void test_main(void)
{
    apic_enable();
    cpu_start(1, other_cpu, NULL);
    many_rounds(populate_pages, "populate by pages");
    many_rounds(populate_superpages, "populate by superpages");
    many_rounds(claim_and_release, "claim and release");
    many_rounds(claim_and_populate, "claim and populate");
    many_rounds(ask_runstate, "runstate");
    check(!is_torn, "what was told made sense");
    check_equal(host_key('m'), 0, "the heap is whole");
}
