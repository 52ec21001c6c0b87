/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hostile kernel as a domain: dom0 makes it, lets it do its worst, destroys it, and compares: free pages, claims,
 * and its own ports and grants are exactly as before.  Then the heap is checked block by block (debug key m).  And so
 * on with the next one, which makes other calls: a domain alone would soon have given away what calls succeed with.
 *
 * At the end it must have come everywhere: tallies of all lives together are held against the table in expected.h.
 *
 * machine: smp=1 timeout=900
 * module: hostile
 * linux: calls=40000 life=10000 seed=1 many=10000000 long=100000
 */
#include <public/event_channel.h>
#include <public/memory.h>
#include <public/sched.h>
#include "../hostile/hostile.h"
#include "domain.h"
#include "expected.h"
#include "guest.h"

#define SUPERPAGES (HOSTILE_END >> 21)
#define WINDOW     ((char *)0xa0010000UL)
#define VCPUS      2

/* What of ours a domain could spoil. */
struct inventory {
    uint64_t free_pages, claimed_pages;
    unsigned int ports, grants;
};

static struct hostile_tally total[TALLY_NUMBERS][TALLY_OPS];
static bool is_long;

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

/* --- a life --- */

/* A memory map and a node, for it to ask about. */
static void give_map(domid_t domid)
{
    struct {
        uint64_t start, size;
        uint32_t type;
    } packed_struct entry = {0, HOSTILE_END, 1};
    struct xen_foreign_memory_map arg = {.domid = domid, .map.nr_entries = 1};

    arg.map.buffer.p = &entry;
    if (memory_op(XENMEM_set_memory_map, &arg))
        test_error("its memory map cannot be set");
}

static void give_node(domid_t domid)
{
    struct xen_domctl op = domctl_for(XEN_DOMCTL_setvnumainfo, domid);
    uint32_t distance = 10, vcpu_to_vnode[VCPUS] = {0}, vnode_to_pnode = 0;
    struct xen_vmemrange range = {.end = HOSTILE_END};

    op.u.vnuma.nr_vnodes = op.u.vnuma.nr_vmemranges = 1;
    op.u.vnuma.nr_vcpus = VCPUS;
    op.u.vnuma.vdistance.p = &distance;
    op.u.vnuma.vcpu_to_vnode.p = vcpu_to_vnode;
    op.u.vnuma.vnode_to_pnode.p = &vnode_to_pnode;
    op.u.vnuma.vmemrange.p = &range;
    if (domctl(&op))
        test_error("its node cannot be set");
}

static domid_t make(uint64_t calls, uint64_t seed)
{
    domid_t domid = domain_make(VCPUS, (SUPERPAGES << 9) + 1024);
    char words[128];

    if (domain_populate(domid, 0, SUPERPAGES, 9) != SUPERPAGES)
        test_error("no memory for it");
    give_map(domid);
    give_node(domid);
    snprintf(words, sizeof(words), "rounds=%lu seed=%lu domid=%u", calls, seed, domid);
    note("d%u: %s", domid, words);
    domain_load(domid, words);
    return domid;
}

static void tally_add(struct hostile_tally *sum, const struct hostile_tally *t)
{
    sum->calls += t->calls;
    sum->successes += t->successes;
    sum->errors[0] |= t->errors[0];
    sum->errors[1] |= t->errors[1];
}

/* How many calls it has made: all, and each was answered. */
static uint64_t read_progress(domid_t domid, uint64_t calls)
{
    const struct hostile_progress *progress = (void *)WINDOW;
    uint64_t made;

    for (unsigned int i = 0; i < PROGRESS_PAGES; i++)
        if (domain_page_map(domid, (PROGRESS >> 12) + i, WINDOW + i * 4096))
            test_error("its progress cannot be read");
    made = progress->calls;
    if (made < calls || progress->answer != (4 << 16 | 17))
        check(false, "d%u made %lu of %lu calls, and the last answer was %#lx", domid, made, calls, progress->answer);
    for (unsigned int number = 0; number < TALLY_NUMBERS; number++)
        for (unsigned int op = 0; op < TALLY_OPS; op++)
            tally_add(&total[number][op], &progress->tally[number][op]);
    for (unsigned int i = 0; i < PROGRESS_PAGES; i++)
        domain_page_unmap(WINDOW + i * 4096);
    return made;
}

static uint64_t one_life(uint64_t calls, uint64_t seed)
{
    domid_t domid = make(calls, seed);
    unsigned int reason;
    uint64_t made;

    domain_unpause(domid);
    reason = domain_wait(domid);
    if (reason != SHUTDOWN_poweroff)
        check_equal(reason, SHUTDOWN_poweroff, "d%u comes to its end by itself", domid);
    made = read_progress(domid, calls);
    domain_end(domid);
    return made;
}

/* --- what they leave --- */

static bool is_equal(uint64_t after, uint64_t before, const char *what)
{
    return after == before || check_equal((long)after, (long)before, "%s", what);
}

static bool is_as_before(const struct inventory *before)
{
    struct inventory after = inventory(before->free_pages);

    return is_equal(after.free_pages, before->free_pages, "pages are missing") &
           is_equal(after.claimed_pages, before->claimed_pages, "claims are left") &
           is_equal(after.ports, before->ports, "ports of ours were opened or closed") &
           is_equal(after.grants, before->grants, "our grant table has grown") &
           is_equal(host_key('m'), 0, "the heap cannot be checked");
}

/* --- where they have been --- */

static bool has_error(const struct hostile_tally *t, unsigned int error)
{
    return t->errors[error / 64] >> error % 64 & 1;
}

static struct hostile_tally all_ops(unsigned int number)
{
    struct hostile_tally sum = {0};

    for (unsigned int op = 0; op < TALLY_OPS; op++)
        tally_add(&sum, &total[number][op]);
    return sum;
}

static const char *error_name(unsigned int error)
{
    static const struct {
        unsigned int value;
        const char *name;
    } names[] = {
#define XEN_ERRNO(name, value) {value, #name},
#include <public/errno.h>
    };

    for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
        if (names[i].value == error)
            return names[i].name;
    return NULL;
}

/* "EPERM EINVAL", and so on; what has no name is a grant's state or a list done in part. */
static void error_names(const struct hostile_tally *t, char *text, size_t size)
{
    size_t length = 0;

    *text = '\0';
    for (unsigned int error = 1; error < 128 && length < size; error++) {
        const char *name = error_name(error);

        if (!has_error(t, error))
            continue;
        if (name)
            length += (size_t)snprintf(text + length, size - length, "%s ", name);
        else
            length += (size_t)snprintf(text + length, size - length, "%u ", error);
    }
}

static void note_histogram(void)
{
    char names[256];

    note("hypercall      calls  successes  errors seen");
    for (unsigned int number = 0; number < TALLY_NUMBERS; number++) {
        struct hostile_tally t = all_ops(number);

        error_names(&t, names, sizeof(names));
        if (t.successes || t.errors[0] != 1UL << XEN_ENOSYS || t.errors[1])
            note("%9u %10u %10u %s", number, t.calls, t.successes, names);
    }
}

/* Each error was met; where there was less time, one of them. */
static bool failed_as_expected(const struct expected *e, const struct hostile_tally *t)
{
    unsigned int wanted = 0, met = 0;

    for (; e->errors[wanted]; wanted++)
        met += has_error(t, e->errors[wanted]);
    return is_long ? met == wanted : met || !wanted;
}

static bool is_expected(const struct expected *e)
{
    struct hostile_tally t = e->op == ALL_OPS ? all_ops(e->number) : total[e->number][e->op];
    char names[256];

    if (!!t.successes == e->succeeds && failed_as_expected(e, &t))
        return true;
    error_names(&t, names, sizeof(names));
    return check(false, "hypercall %u, operation %u: %u calls, %u successes, errors: %s", e->number, e->op, t.calls,
                 t.successes, names);
}

static bool is_listed(unsigned int number, unsigned int op)
{
    for (unsigned int i = 0; i < ARRAY_SIZE(expected); i++)
        if (expected[i].number == number && (expected[i].op == op || expected[i].op == ALL_OPS))
            return true;
    return false;
}

static bool nothing_else_succeeds(void)
{
    bool is_so = true;

    for (unsigned int number = 0; number < TALLY_NUMBERS; number++)
        for (unsigned int op = 0; op < TALLY_OPS; op++)
            if (!is_listed(number, op) && total[number][op].successes)
                is_so = check(false, "hypercall %u, operation %u succeeds", number, op);
    return is_so;
}

static void judge_tallies(void)
{
    bool is_all = true;

    note_histogram();
    for (unsigned int i = 0; i < ARRAY_SIZE(expected); i++)
        is_all &= is_expected(&expected[i]);
    check(is_all, "%zu operations have succeeded and failed as they should", ARRAY_SIZE(expected));
    check(nothing_else_succeeds(), "and no others have succeeded");
}

static uint64_t option(const char *name, uint64_t otherwise)
{
    const char *at = strstr(guest_cmdline, name), *end;

    return at ? str_to_u64(at + strlen(name), &end, 0) : otherwise;
}

void test_main(void)
{
    uint64_t calls, life, seed = option("seed=", 1), made = 0;
    struct inventory before;
    bool is_well = true;
    unsigned int lives;

    is_long = strstr(guest_cmdline, "test.long");
    calls = option(is_long ? "many=" : "calls=", 40000);
    life = option(is_long ? "long=" : "life=", 10000);
    domain_watch();
    one_life(2000, seed); /* leaves slabs and tables behind that later ones use again */
    before = inventory(0);
    for (lives = 0; made < calls && is_well; lives++) {
        made += one_life(min(life, calls - made), seed + 1 + lives);
        is_well = is_as_before(&before);
    }
    check(made >= calls, "%u domains make %lu calls and come to their ends by themselves", lives, made);
    check(is_well, "not a page, not a claim, not a port is missing after any of them, and the heap is whole");
    judge_tallies();
}
