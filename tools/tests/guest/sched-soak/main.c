/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Everything that can happen to running domains, at random, while they spin, wait and take vCPUs up
 * and down: pauses, pins, soft affinities, weights, caps, moves between CPU pools.  After each step
 * the runstates add up to the age of every domain; in the end each vCPU that is up gets its CPU,
 * and the domains die without a page missing.
 *
 * A few hundred steps, or with test.long on the command line many thousand.
 *
 * machine: smp=4 dom0_max_vcpus=1 icount=3 timeout=600
 */
#include <public/domctl.h>
#include <public/sysctl.h>
#include <public/vcpu.h>
#include "domain.h"
#include "guest.h"

#define MILLISECOND 1000000UL
#define STEPS       300
#define STEPS_LONG  20000

static uint64_t random_state = 20260101;

static uint64_t random_below(uint64_t n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % n;
}

/* --- the domains --- */

#define VCPUS_MAX 4
static const unsigned int vcpu_counts[] = {4, 4, 3, 2, 1};
#define DOMAINS ARRAY_SIZE(vcpu_counts)

static struct subject {
    domid_t domid;
    bool is_paused;
    uint64_t born;
} subjects[DOMAINS];

/* Spins and waits in turn, each vCPU at a pace of its own. */
static void live(void *arg)
{
    unsigned long n = (unsigned long)arg;

    for (uint64_t i = n;; i++) {
        spin_until(clock_now() + (1 + (i + n) % 5) * MILLISECOND);
        if (i % 3 == 0)
            wait_until(clock_now() + (i % 7) * MILLISECOND);
    }
}

/* The first vCPU takes the others down and up. */
static void live_and_plug(void *arg)
{
    const unsigned int count = (unsigned int)(unsigned long)arg;

    for (unsigned int i = 0;; i++) {
        spin_until(clock_now() + 2 * MILLISECOND);
        wait_until(clock_now() + MILLISECOND);
        if (count > 1)
            vcpu_op(i / 3 % 2 ? VCPUOP_up : VCPUOP_down, 1 + i % (count - 1), 0);
    }
}

static void subject_make(struct subject *s, unsigned int count)
{
    s->domid = domain_clone(count);
    domain_vcpu_start(s->domid, 0, live_and_plug, (void *)(unsigned long)count);
    for (unsigned long n = 1; n < count; n++)
        domain_vcpu_start(s->domid, (unsigned int)n, live, (void *)n);
    domain_unpause(s->domid);
}

/* --- what is done to them; an operation that may be refused is no error --- */

static void pause_or_unpause(struct subject *s, unsigned int vcpus)
{
    if (s->is_paused)
        domain_unpause(s->domid);
    else
        domain_pause(s->domid);
    s->is_paused = !s->is_paused;
}

static void set_affinity(struct subject *s, unsigned int vcpu, uint32_t kind, uint64_t cpus)
{
    struct xen_domctl op = domctl_for(XEN_DOMCTL_setvcpuaffinity, s->domid);

    op.u.vcpuaffinity.vcpu = vcpu;
    op.u.vcpuaffinity.flags = kind;
    op.u.vcpuaffinity.cpumap_hard.bitmap.p = op.u.vcpuaffinity.cpumap_soft.bitmap.p =
        (uint8_t *)&cpus;
    op.u.vcpuaffinity.cpumap_hard.nr_bits = op.u.vcpuaffinity.cpumap_soft.nr_bits = 64;
    if (domctl(&op))
        test_error("an affinity is refused");
}

static void pin(struct subject *s, unsigned int vcpus)
{
    set_affinity(s, (unsigned int)random_below(vcpus), XEN_VCPUAFFINITY_HARD, 1 + random_below(15));
}

static void prefer(struct subject *s, unsigned int vcpus)
{
    set_affinity(s, (unsigned int)random_below(vcpus), XEN_VCPUAFFINITY_SOFT, 1 + random_below(15));
}

static void set_share(const struct subject *s, uint16_t weight, uint16_t cap)
{
    struct xen_domctl op = domctl_for(XEN_DOMCTL_scheduler_op, s->domid);

    op.u.scheduler_op.sched_id = XEN_SCHEDULER_CREDIT2;
    op.u.scheduler_op.cmd = XEN_DOMCTL_SCHEDOP_putinfo;
    op.u.scheduler_op.u.credit2.weight = weight;
    op.u.scheduler_op.u.credit2.cap = cap;
    if (domctl(&op))
        test_error("a weight is refused");
}

static void weigh(struct subject *s, unsigned int vcpus)
{
    set_share(s, (uint16_t)(1 + random_below(2000)), (uint16_t)(random_below(3) * 35));
}

static long pool_op(uint32_t what, uint32_t pool, uint32_t cpu, uint32_t domid)
{
    struct xen_sysctl op = {.cmd = XEN_SYSCTL_cpupool_op,
                            .interface_version = XEN_SYSCTL_INTERFACE_VERSION};

    op.u.cpupool_op.op = what;
    op.u.cpupool_op.cpupool_id = pool;
    op.u.cpupool_op.sched_id = XEN_SCHEDULER_CREDIT2;
    op.u.cpupool_op.cpu = cpu;
    op.u.cpupool_op.domid = domid;
    return sysctl(&op);
}

static void move_domain(struct subject *s, unsigned int vcpus)
{
    pool_op(XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN, (uint32_t)random_below(2), 0, s->domid);
}

/* CPU 2 or 3 changes sides, if nothing there has to stay. */
static void move_cpu(struct subject *s, unsigned int vcpus)
{
    uint32_t cpu = 2 + (uint32_t)random_below(2), from = (uint32_t)random_below(2);

    if (!pool_op(XEN_SYSCTL_CPUPOOL_OP_RMCPU, from, cpu, 0) &&
        pool_op(XEN_SYSCTL_CPUPOOL_OP_ADDCPU, !from, cpu, 0))
        check(false, "a CPU that one pool gave away is taken by the other");
}

static void (*const deeds[])(struct subject *s, unsigned int vcpus) = {
    pause_or_unpause, pin, prefer, weigh, move_domain, move_cpu,
};

/* --- what must hold --- */

static struct xen_domctl_runstate_info runstate(const struct subject *s)
{
    struct xen_domctl op = domctl_for(XEN_DOMCTL_get_runstate_info, s->domid);

    if (domctl(&op))
        test_error("no runstates of domain %u", s->domid);
    return op.u.domain_runstate;
}

static uint64_t birth(const struct xen_domctl_runstate_info *r)
{
    uint64_t sum = 0;

    for (unsigned int i = 0; i < DOMAIN_RUNSTATE_COUNT; i++)
        sum += r->time[i];
    return r->sample_time - sum;
}

static bool is_sound(const struct subject *s)
{
    struct xen_domctl_runstate_info r = runstate(s);

    return birth(&r) == s->born && !r.missed_changes && r.running <= r.sample_time - s->born &&
           (!s->is_paused || r.state == DOMAIN_RUNSTATE_blocked);
}

static void soak(unsigned int steps)
{
    unsigned int unsound = 0;

    for (unsigned int i = 0; i < steps; i++) {
        unsigned int n = (unsigned int)random_below(DOMAINS);

        deeds[random_below(ARRAY_SIZE(deeds))](&subjects[n], vcpu_counts[n]);
        wait_until(clock_now() + random_below(3 * MILLISECOND));
        for (unsigned int k = 0; k < DOMAINS; k++)
            unsound += !is_sound(&subjects[k]);
    }
    check_equal(unsound, 0, "after each of %u steps the times of all domains add up to their ages",
                steps);
}

/* Nothing holds anybody back any more: time must come to all. */
static void settle(void)
{
    pool_op(XEN_SYSCTL_CPUPOOL_OP_ADDCPU, 0, XEN_SYSCTL_CPUPOOL_PAR_ANY, 0);
    for (unsigned int i = 0; i < DOMAINS; i++) {
        struct subject *s = &subjects[i];

        if (s->is_paused)
            pause_or_unpause(s, 0);
        set_share(s, 256, 0);
        check_equal(pool_op(XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN, 0, 0, s->domid), 0,
                    "domain %u returns to the first pool", i);
        for (unsigned int v = 0; v < vcpu_counts[i]; v++)
            set_affinity(s, v, XEN_VCPUAFFINITY_HARD, 15);
    }
}

static void test_progress(void)
{
    uint64_t before[DOMAINS];

    for (unsigned int i = 0; i < DOMAINS; i++)
        before[i] = runstate(&subjects[i]).running;
    wait_until(clock_now() + 300 * MILLISECOND);
    for (unsigned int i = 0; i < DOMAINS; i++)
        check(runstate(&subjects[i]).running > before[i], "domain %u goes on", i);
}

static uint64_t free_pages(void)
{
    struct xen_sysctl op = {.cmd = XEN_SYSCTL_physinfo,
                            .interface_version = XEN_SYSCTL_INTERFACE_VERSION};

    if (sysctl(&op))
        test_error("no physinfo");
    return op.u.physinfo.free_pages;
}

static void make_all(void)
{
    for (unsigned int i = 0; i < DOMAINS; i++) {
        struct xen_domctl_runstate_info r;

        subject_make(&subjects[i], vcpu_counts[i]);
        r = runstate(&subjects[i]);
        subjects[i].born = birth(&r);
    }
}

static void destroy_all(void)
{
    for (unsigned int i = 0; i < DOMAINS; i++)
        domain_destroy(subjects[i].domid);
    wait_until(
        clock_now() +
        20 * MILLISECOND); /* what they were is freed when every CPU has been idle or changed */
}

void test_main(void)
{
    uint64_t before;

    clock_map(DOMID_SELF);
    domain_pin(0, 0, 1);
    make_all(); /* the first ones leave slabs behind that later ones use again */
    destroy_all();
    before = free_pages();
    check_equal(pool_op(XEN_SYSCTL_CPUPOOL_OP_CREATE, 1, 0, 0), 0, "a second pool is made");
    check_equal(pool_op(XEN_SYSCTL_CPUPOOL_OP_RMCPU, 0, 3, 0), 0, "the first one gives a CPU");
    check_equal(pool_op(XEN_SYSCTL_CPUPOOL_OP_ADDCPU, 1, 3, 0), 0, "which it takes");
    make_all();
    soak(strstr(guest_cmdline, "test.long") ? STEPS_LONG : STEPS);
    settle();
    test_progress();
    destroy_all();
    check_equal((long)free_pages(), (long)before, "not a page is missing");
}
