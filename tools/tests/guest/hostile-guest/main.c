/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hostile kernel as a domain: dom0 makes it, lets it do its worst, destroys it, and compares: free pages, claims,
 * and its own ports and grants are exactly as before.  Then the heap is checked block by block (debug key m).
 *
 * machine: smp=1 timeout=900
 * module: hostile
 * linux: rounds=40000 long=10000000 seed=1
 */
#include <public/errno.h>
#include <public/event_channel.h>
#include <public/grant_table.h>
#include <public/sched.h>
#include "../hostile/hostile.h"
#include "domain.h"
#include "guest.h"

#define SUPERPAGES (HOSTILE_END >> 21)
#define WINDOW     ((void *)0xa0010000UL)

/* What of ours a domain could spoil. */
struct inventory {
    uint64_t free_pages, claimed_pages;
    unsigned int ports, grants;
};

static unsigned int open_ports(void)
{
    unsigned int count = 0;

    for (evtchn_port_t port = 1; port < EVTCHN_2L_NR_CHANNELS; port++) {
        struct evtchn_status status = {.dom = DOMID_SELF, .port = port};

        count += !event_channel_op(EVTCHNOP_status, &status) && status.status != EVTCHNSTAT_closed;
    }
    return count;
}

static unsigned int grant_frames(void)
{
    struct gnttab_query_size size = {.dom = DOMID_SELF};

    grant_table_op(GNTTABOP_query_size, &size, 1);
    return size.nr_frames;
}

static struct inventory inventory(uint64_t wanted)
{
    return (struct inventory){.free_pages = host_free_pages(wanted),
                              .claimed_pages = host_info().outstanding_pages,
                              .ports = open_ports(),
                              .grants = grant_frames()};
}

static void check_progress(domid_t domid, uint64_t rounds)
{
    const struct hostile_progress *progress = WINDOW;

    if (domain_page_map(domid, PROGRESS >> 12, WINDOW))
        test_error("its progress cannot be read");
    check(progress->calls >= rounds, "it has made %lu of %lu calls", progress->calls, rounds);
    check_equal(progress->answer, 4 << 16 | 17, "and was still answered");
    domain_page_unmap(WINDOW);
}

static void one_life(uint64_t rounds, uint64_t seed)
{
    domid_t domid = domain_make(2, (SUPERPAGES << 9) + 1024);
    char words[128];
    unsigned int reason;

    if (domain_populate(domid, 0, SUPERPAGES, 9) != SUPERPAGES)
        test_error("no memory for it");
    snprintf(words, sizeof(words), "rounds=%lu seed=%lu domid=%u", rounds, seed, domid);
    note("d%u: %s", domid, words);
    domain_load(domid, words);
    domain_run(domid);
    reason = domain_wait(domid);
    check_equal(reason, SHUTDOWN_poweroff, "it comes to its end by itself");
    check_progress(domid, rounds);
    domain_end(domid);
}

static uint64_t option(const char *name, uint64_t otherwise)
{
    const char *at = strstr(guest_cmdline, name), *end;

    return at ? str_to_u64(at + strlen(name), &end, 0) : otherwise;
}

void test_main(void)
{
    uint64_t rounds = option(strstr(guest_cmdline, "test.long") ? "long=" : "rounds=", 20000), seed = option("seed=", 1);
    struct inventory before, after;

    domain_watch();
    one_life(2000, seed + 1);       /* leaves slabs and tables behind that later ones use again */
    before = inventory(0);
    one_life(rounds, seed);
    after = inventory(before.free_pages);
    check_equal(after.free_pages, before.free_pages, "not a page is missing");
    check_equal(after.claimed_pages, before.claimed_pages, "no claim is left");
    check_equal(after.ports, before.ports, "no port of ours was opened or closed");
    check_equal(after.grants, before.grants, "our grant table is what it was");
    check_equal(host_key('m'), 0, "the heap is whole");
}
