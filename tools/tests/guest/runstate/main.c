/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the hypervisor says of a domain's runstates, against what the domain does.  Domains of 1, 2
 * and 8 vCPUs spin, work in a rhythm, wait, and contend for 1 or 2 CPUs; what share of the time
 * that puts them into which state follows from the pattern alone.  dom0 sits on a CPU of its own
 * and reads before and after.
 *
 * Time here is instructions executed: no load of the host can disturb it.
 *
 * machine: smp=3 icount=3 timeout=400
 */
#include <public/domctl.h>
#include <public/errno.h>
#include <public/sched.h>
#include "domain.h"
#include "guest.h"

#define PERIOD  50000000UL /* ns; who works does so in the first part of each, all at once */
#define WORK    20000000UL
#define PERIODS 8
#define MILLION 1000000UL /* shares are in parts of it */
#define NEAR    (2 * MILLION / 100)

struct pattern {
    const char *what;
    unsigned int spinning, working, waiting; /* vCPUs */
    unsigned int cpus;                       /* that all of them may use: 1 or 2 */
    unsigned int hogs; /* vCPUs of another domain that spin on the same, single CPU */
};

static const struct pattern patterns[] = {
    {"one spins", 1, 0, 0, 1, 0},
    {"one works", 0, 1, 0, 1, 0},
    {"one waits", 0, 0, 1, 1, 0},
    {"one spins beside another domain", 1, 0, 0, 1, 1},
    {"two spin, each on its CPU", 2, 0, 0, 2, 0},
    {"two spin on one CPU", 2, 0, 0, 1, 0},
    {"two work, each on its CPU", 0, 2, 0, 2, 0},
    {"two work on one CPU", 0, 2, 0, 1, 0},
    {"two wait", 0, 0, 2, 2, 0},
    {"one spins, one waits", 1, 0, 1, 1, 0},
    {"one spins, one works, two CPUs", 1, 1, 0, 2, 0},
    {"one spins, one works, one CPU", 1, 1, 0, 1, 0},
    {"two spin beside another domain", 2, 0, 0, 1, 1},
    {"one spins, one waits, beside another domain", 1, 0, 1, 1, 1},
    {"eight spin on two CPUs", 8, 0, 0, 2, 0},
    {"eight spin on one CPU", 8, 0, 0, 1, 0},
    {"128 spin on two CPUs", 128, 0, 0, 2, 0},
    {"eight work on two CPUs", 0, 8, 0, 2, 0},
    {"eight work on one CPU", 0, 8, 0, 1, 0},
    {"eight wait", 0, 0, 8, 2, 0},
    {"two spin, six wait", 2, 0, 6, 2, 0},
    {"one spins, seven work, two CPUs", 1, 7, 0, 2, 0},
    {"eight spin beside another domain", 8, 0, 0, 1, 1},
    {"four spin, four wait, beside another domain", 4, 0, 4, 1, 1},
};

static unsigned int vcpu_count(const struct pattern *p)
{
    return p->spinning + p->working + p->waiting;
}

/* --- what follows from a pattern --- */

struct shares {
    uint64_t state[DOMAIN_RUNSTATE_COUNT], running, runnable;
};

static unsigned int state_of(unsigned int running, unsigned int runnable, unsigned int resting)
{
    if (running && runnable)
        return DOMAIN_RUNSTATE_concurrency_hazard;
    if (running)
        return resting ? DOMAIN_RUNSTATE_partial_run : DOMAIN_RUNSTATE_full_run;
    if (runnable)
        return resting ? DOMAIN_RUNSTATE_partial_contention : DOMAIN_RUNSTATE_full_contention;
    return DOMAIN_RUNSTATE_blocked;
}

/* For `part` of the time `running` of the `active` vCPUs have a CPU. */
static void add(struct shares *s, const struct pattern *p, unsigned int active,
                unsigned int running, uint64_t part)
{
    unsigned int count = vcpu_count(p);

    s->state[state_of(running, active - running, count - active)] += part;
    s->running += part * running / count;
    s->runnable += part * (active - running) / count;
}

/* A phase in which `active` vCPUs want to run: all vCPUs that do are equals, wherever they belong.
 */
static void add_phase(struct shares *s, const struct pattern *p, unsigned int active, uint64_t part)
{
    uint64_t own = part * active / (active + p->hogs ?: 1);

    add(s, p, active, min(active, p->cpus), own);
    if (p->hogs || !active)
        add(s, p, active, 0, part - own);
}

static struct shares shares_expected(const struct pattern *p)
{
    const uint64_t in = MILLION * WORK / PERIOD;
    struct shares s = {0};

    add_phase(&s, p, p->spinning + p->working, in);
    add_phase(&s, p, p->spinning, MILLION - in);
    return s;
}

/* --- what is reported --- */

static struct xen_domctl_runstate_info read_runstate(domid_t domid)
{
    struct xen_domctl op = domctl_for(XEN_DOMCTL_get_runstate_info, domid);

    if (domctl(&op))
        test_error("no runstates of domain %u", domid);
    return op.u.domain_runstate;
}

static uint64_t age(const struct xen_domctl_runstate_info *r)
{
    uint64_t sum = 0;

    for (unsigned int i = 0; i < DOMAIN_RUNSTATE_COUNT; i++)
        sum += r->time[i];
    return sum;
}

static uint64_t distance(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

static void check_shares(const struct pattern *p, const struct xen_domctl_runstate_info *before,
                         const struct xen_domctl_runstate_info *after)
{
    static const char *const names[] = {"full run", "full contention", "hazard",
                                        "blocked",  "partial run",     "partial contention"};
    const struct shares want = shares_expected(p);
    uint64_t span = after->sample_time - before->sample_time, worst = 0, got;
    unsigned int at = 0;

    for (unsigned int i = 0; i < DOMAIN_RUNSTATE_COUNT; i++) {
        got = (after->time[i] - before->time[i]) * MILLION / span;
        if (distance(got, want.state[i]) > worst) {
            worst = distance(got, want.state[i]);
            at = i;
        }
    }
    got = (after->time[at] - before->time[at]) * MILLION / span;
    check(worst < NEAR,
          "%s: the shares are those of the pattern; %s at worst, %lu for %lu millionths", p->what,
          names[at], got, want.state[at]);
    got = (after->running - before->running) * MILLION / span;
    check(distance(got, want.running) < NEAR, "%s: running on average %lu for %lu", p->what, got,
          want.running);
    got = (after->runnable - before->runnable) * MILLION / span;
    check(distance(got, want.runnable) < NEAR, "%s: waiting on average %lu for %lu", p->what, got,
          want.runnable);
}

/* --- the domains --- */

static void spin(void *unused)
{
    spin_until(~0UL);
}

static void work(void *unused)
{
    for (;;) {
        uint64_t start = clock_now() / PERIOD * PERIOD;

        spin_until(start + WORK);
        wait_until(start + PERIOD);
    }
}

static void rest(void *unused)
{
    wait_until(~0UL >> 2);
}

static domid_t start(const struct pattern *p)
{
    domid_t domid = domain_clone(vcpu_count(p));

    for (unsigned int n = 0; n < vcpu_count(p); n++) {
        void (*fn)(void *) = n < p->spinning ? spin : n < p->spinning + p->working ? work : rest;

        domain_pin(domid, n, p->cpus == 1 ? 2 : 6);
        domain_vcpu_start(domid, n, fn, NULL);
    }
    return domid;
}

static void test_pattern(const struct pattern *p)
{
    const struct pattern others = {.spinning = p->hogs, .cpus = 1};
    uint64_t born = clock_now();
    domid_t domid = start(p), other = p->hogs ? start(&others) : 0;
    struct xen_domctl_runstate_info before, after;
    uint64_t from = (clock_now() / PERIOD + 3) * PERIOD;

    if (other)
        domain_unpause(other);
    domain_unpause(domid);
    wait_until(from);
    before = read_runstate(domid);
    wait_until(from + PERIODS * PERIOD);
    after = read_runstate(domid);
    check_shares(p, &before, &after);
    check(!before.missed_changes && !after.missed_changes, "%s: no change is missed", p->what);
    check(age(&after) - age(&before) == after.sample_time - before.sample_time,
          "%s: the times grow by what passes", p->what);
    check(after.sample_time - age(&after) >= born && after.sample_time - age(&after) <= from,
          "%s: they add up to its age", p->what);
    domain_destroy(domid);
    if (other)
        domain_destroy(other);
}

/* --- beginnings and ends --- */

/* Its state is that; its times add up, and grow by what passes. */
static void check_state(domid_t domid, uint32_t state, const char *what)
{
    struct xen_domctl_runstate_info first = read_runstate(domid), later;

    wait_until(clock_now() + PERIOD);
    later = read_runstate(domid);
    check_equal(later.state, state, "%s: its state", what);
    check_equal((long)(age(&later) - age(&first)), (long)(later.sample_time - first.sample_time),
                "%s: its times grow by what passes", what);
    check(later.time[state] > first.time[state], "%s: and that state's is among them", what);
}

static void test_without_vcpus(void)
{
    domid_t domid = domain_create(1);

    check_state(domid, DOMAIN_RUNSTATE_blocked, "no vCPUs yet");
    domain_destroy(domid);
}

static void test_dom0(void)
{
    struct xen_domctl_runstate_info before = read_runstate(0), after;

    check_equal(before.state, DOMAIN_RUNSTATE_full_run, "dom0's only vCPU runs: it asks");
    spin_until(clock_now() + PERIOD);
    after = read_runstate(0);
    check_equal(
        (long)(after.time[DOMAIN_RUNSTATE_full_run] - before.time[DOMAIN_RUNSTATE_full_run]),
        (long)(after.sample_time - before.sample_time), "and has run all the time since");
}

static void crash(void *unused)
{
    struct sched_shutdown end = {.reason = SHUTDOWN_crash};

    sched_op(SCHEDOP_shutdown, &end);
}

/* Running, crashed, dying, gone: the account goes on to the end. */
static void test_end(void)
{
    const void *page = page_take(1);
    domid_t domid = domain_clone(2);
    struct xen_domctl op = domctl_for(XEN_DOMCTL_get_runstate_info, domid);
    void *held = domain_map(domid, page);

    domain_pin(domid, 0, 2);
    domain_pin(domid, 1, 2);
    domain_vcpu_start(domid, 0, spin, NULL);
    check_state(domid, DOMAIN_RUNSTATE_blocked, "paused");
    domain_unpause(domid);
    check_state(domid, DOMAIN_RUNSTATE_full_run, "the vCPU that is down does not count");
    domain_vcpu_start(domid, 1, crash, NULL);
    check_state(domid, DOMAIN_RUNSTATE_blocked, "crashed");
    domain_destroy(domid);
    check_state(domid, DOMAIN_RUNSTATE_blocked, "dying, while a page of it is in use");
    domain_unmap(held);
    while (domctl(&op) == 0)
        wait_until(clock_now() + PERIOD / 100);
    check_equal(domctl(&op), -XEN_ESRCH, "gone");
}

void test_main(void)
{
    clock_map(DOMID_SELF);
    domain_pin(0, 0, 1);
    for (unsigned int i = 0; i < ARRAY_SIZE(patterns); i++)
        test_pattern(&patterns[i]);
    test_without_vcpus();
    test_dom0();
    test_end();
}
