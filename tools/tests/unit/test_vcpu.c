/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A vCPU's life: how it is made, brought up and taken down, paused and let go; its timers, which
 * end with it; and the place where its guest looks at events, wherever the guest wants it.
 */
// Sources: common/domain.c common/domid.c common/vcpu.c common/vnuma.c common/event/*.c
// Sources: common/grant/*.c common/sched/[!a]*.c common/sched/adjust.c common/softirq.c
// Sources: common/timer*.c common/tasklet.c common/rcupdate.c common/page_alloc.c
// Sources: common/memory/[!x]*.c common/numa.c
#include "life_fixture.h"

/* --- what the guest's frames hold: the frame's number says --- */

enum { FRAME_RAM, FRAME_OTHER, FRAME_READONLY, FRAME_LENT, FRAMES };

static struct page_info *frame[FRAMES];

struct page_info *p2m_get_page(struct domain *d, gfn_t gfn, p2m_type_t *type, bool is_write)
{
    static const p2m_type_t types[FRAMES] = {p2m_ram_rw, p2m_ram_rw, p2m_ram_ro, p2m_grant_map_rw};
    unsigned long i = gfn_x(gfn);

    if (i >= FRAMES || (is_write && types[i] == p2m_ram_ro))
        return NULL;
    *type = types[i];
    CHECK(page_get(frame[i], d));
    return frame[i];
}

static unsigned int references(unsigned int i)
{
    return frame[i]->count_info & PGC_count_mask;
}

static struct domain *d;

/* A domain that its toolstack has unpaused; its vCPUs are down. */
static void make_domain(unsigned int vcpus)
{
    make_host();
    d = create(1);
    for (unsigned int i = 0; i < vcpus; i++)
        create_vcpu(d, i);
    CHECK_EQ(domain_unpause_by_control(d), 0);
    for (unsigned int i = 0; i < FRAMES; i++)
        frame[i] = alloc_domheap_page(d, 0);
}

/* --- being made --- */

UNIT_TEST(created, "A new vCPU is down, on a CPU of the host, and sees its events in shared_info.")
{
    struct vcpu *v;

    make_domain(1);
    v = vcpu_create(d, 2);
    CHECK(domain_vcpu(d, 2) == v && !domain_vcpu(d, 1) && !domain_vcpu(d, 4));
    CHECK(v->domain == d && v->vcpu_id == 2);
    CHECK(test_bit(VPF_down, &v->pause_flags) && !vcpu_runnable(v) && !v->is_initialised);
    CHECK_EQ(v->processor, 0);
    CHECK(v->vcpu_info == &d->shared_info->vcpu_info[2]);
    CHECK_EQ(v->runstate.state, RUNSTATE_offline);
}

UNIT_TEST(
    as_many_as_there_may_be,
    "A domain has up to 128 vCPUs, each with a place for its events, and dies with all of them.")
{
    struct xen_domctl_createdomain config = usual_config();
    struct holdings before;

    make_host();
    before = holdings();
    config.max_vcpus = MAX_VIRT_CPUS;
    CHECK_EQ(domain_create(1, &config, false, &d), 0);
    for (unsigned int i = 0; i < MAX_VIRT_CPUS; i++)
        create_vcpu(d, i);
    for (unsigned int i = 0; i < MAX_VIRT_CPUS; i++) {
        for (unsigned int other = 0; other < i; other++)
            CHECK(d->vcpu[i]->vcpu_info != d->vcpu[other]->vcpu_info);
        d->vcpu[i]->vcpu_info->evtchn_pending_sel = i; /* it is memory */
    }
    kill(d);
    CHECK(!domain_find(1));
    CHECK_SAME(holdings(), before);
}

/* Makes the nth object fail; true if it came to that. */
static bool creation_fails(unsigned int id, unsigned int nth)
{
    struct holdings before = holdings();
    struct vcpu *v;

    host_fail_allocation(nth);
    v = vcpu_create(d, id);
    host_fail_allocation(0);
    if (v)
        return false;
    CHECK(!domain_vcpu(d, id));
    CHECK_SAME(holdings(), before);
    return true;
}

UNIT_TEST(object_fails, "Whichever object cannot be had for a new vCPU, nothing is left behind.")
{
    struct xen_domctl_createdomain config = usual_config();
    unsigned int nth = 1;

    make_host();
    config.max_vcpus = XEN_LEGACY_MAX_VCPUS + 1;
    CHECK_EQ(domain_create(1, &config, false, &d), 0);
    while (creation_fails(0, nth))
        nth++;
    CHECK_EQ(nth - 1, 4); /* the vCPU, the scheduler's part, events', the architecture's */
    for (nth = 1; creation_fails(XEN_LEGACY_MAX_VCPUS, nth);)
        nth++;
    CHECK_EQ(nth - 1, 5); /* and a place for its events */
}

/* --- up and down --- */

static uint32_t domain_state(void)
{
    struct domain_runstate_sample sample;

    runstate_domain_get(d, &sample);
    return sample.state;
}

UNIT_TEST(up, "A vCPU comes up when it has a context, once.")
{
    make_domain(1);
    vcpu_create(d, 1);
    CHECK_EQ(vcpu_up(d->vcpu[1]), -EINVAL);
    CHECK(test_bit(VPF_down, &d->vcpu[1]->pause_flags));
    for (unsigned int i = 0; i < 2; i++) {
        CHECK_EQ(vcpu_up(d->vcpu[0]), 0);
        CHECK(vcpu_runnable(d->vcpu[0]));
        CHECK_EQ(d->vcpu[0]->runstate.state, RUNSTATE_runnable);
    }
}

static void go_down(unsigned int cpu)
{
    vcpu_down(d->vcpu[cpu]);
}

UNIT_TEST(
    all_down_at_once,
    "Of vCPUs that go down at the same moment none takes another for up: the domain shuts down.")
{
    for (unsigned int round = 0; round < 200; round++) {
        if (!round)
            make_domain(2);
        for (unsigned int i = 0; i < 2; i++)
            CHECK_EQ(vcpu_up(d->vcpu[i]), 0);
        host_run_cpus(2, go_down);
        CHECK(d->is_shut_down);
        CHECK_EQ(domain_resume(d), 0);
    }
}

UNIT_TEST(down, "A vCPU that the guest takes down does not run, nor count in its domain's state.")
{
    make_domain(2);
    vcpu_up(d->vcpu[0]);
    vcpu_up(d->vcpu[1]);
    set_bit(VPF_blocked, &d->vcpu[0]->pause_flags);
    vcpu_sleep_nosync(d->vcpu[0]);
    CHECK_EQ(domain_state(), DOMAIN_RUNSTATE_partial_contention); /* one waits for its CPU */
    for (unsigned int i = 0; i < 2; i++) {
        CHECK_EQ(vcpu_down(d->vcpu[1]), 0);
        CHECK(!vcpu_runnable(d->vcpu[1]));
        CHECK_EQ(domain_state(), DOMAIN_RUNSTATE_blocked);
        CHECK(!d->is_shutting_down);
    }
    CHECK_EQ(vcpu_up(d->vcpu[1]), 0);
    CHECK_EQ(domain_state(), DOMAIN_RUNSTATE_partial_contention);
}

UNIT_TEST(last_down, "When the last vCPU goes down its domain powers off; resumed, that vCPU runs.")
{
    make_domain(3);
    vcpu_up(d->vcpu[0]);
    vcpu_up(d->vcpu[2]);
    CHECK_EQ(vcpu_down(d->vcpu[0]), 0);
    CHECK(!d->is_shutting_down);
    CHECK_EQ(vcpu_down(d->vcpu[2]), 0);
    CHECK(d->is_shut_down);
    CHECK_EQ(d->shutdown_code, SHUTDOWN_poweroff);
    CHECK(!vcpu_runnable(d->vcpu[2]));
    CHECK_EQ(domain_resume(d), 0);
    CHECK(vcpu_runnable(d->vcpu[2]) && !vcpu_runnable(d->vcpu[0]));
}

/* --- pausing --- */

UNIT_TEST(pauses_nest,
          "A vCPU runs when its own pauses and its domain's have all ended, in any order.")
{
    struct vcpu *v;

    make_domain(1);
    v = d->vcpu[0];
    vcpu_pause(v);
    vcpu_up(v); /* that ends another reason */
    CHECK(!vcpu_runnable(v));
    vcpu_pause_nosync(v);
    domain_pause(d);
    vcpu_unpause(v);
    CHECK(!vcpu_runnable(v));
    vcpu_unpause(v);
    CHECK(!vcpu_runnable(v) && v->runstate.state == RUNSTATE_offline);
    domain_unpause(d);
    CHECK(vcpu_runnable(v) && v->runstate.state == RUNSTATE_runnable);
}

/* --- timers --- */

static void pass(s_time_t span)
{
    clock_ns += span;
    softirq_raise(SOFTIRQ_TIMER);
    rounds(1);
}

static evtchn_port_t timer_port(void)
{
    evtchn_port_t port = 0;

    CHECK_EQ(event_bind_virq(d, VIRQ_TIMER, 0, &port), 0);
    return port;
}

UNIT_TEST(singleshot, "The singleshot timer raises VIRQ_TIMER at its time and not before, once.")
{
    evtchn_port_t port;

    make_domain(1);
    port = timer_port();
    timer_set(&d->vcpu[0]->singleshot_timer, clock_ns + MILLISECS(5));
    pass(MILLISECS(4));
    CHECK(!has_come(d, port));
    pass(MILLISECS(1));
    CHECK(has_come(d, port));
    pass(MILLISECS(100));
    CHECK(!has_come(d, port));
}

UNIT_TEST(periodic, "The periodic timer raises VIRQ_TIMER again and again, until its period is 0.")
{
    struct vcpu *v;
    evtchn_port_t port;

    make_domain(1);
    port = timer_port();
    v = d->vcpu[0];
    v->periodic_period = MILLISECS(10);
    timer_set(&v->periodic_timer, clock_ns + MILLISECS(10));
    for (unsigned int i = 0; i < 5; i++) {
        pass(MILLISECS(9));
        CHECK(!has_come(d, port));
        pass(MILLISECS(1));
        CHECK(has_come(d, port));
    }
    v->periodic_period = 0; /* the one that is under way still comes */
    pass(MILLISECS(10));
    CHECK(has_come(d, port));
    pass(MILLISECS(10));
    CHECK(!has_come(d, port));
    CHECK(!timer_is_active(&v->periodic_timer));
}

UNIT_TEST(poll_ends, "A vCPU that polls is let go at the time it has named.")
{
    struct vcpu *v;

    make_domain(1);
    v = d->vcpu[0];
    vcpu_up(v);
    set_bit(VPF_blocked, &v->pause_flags);
    vcpu_sleep_nosync(v);
    timer_set(&v->poll_timer, clock_ns + MILLISECS(3));
    pass(MILLISECS(2));
    CHECK(!vcpu_runnable(v));
    pass(MILLISECS(1));
    CHECK(vcpu_runnable(v));
}

UNIT_TEST(timers_follow, "A vCPU's timers go where it goes, and keep their time.")
{
    struct vcpu *v;

    make_domain(1);
    timer_cpu_init(1);
    v = d->vcpu[0];
    timer_set(&v->singleshot_timer, clock_ns + MILLISECS(5));
    v->processor = 1;
    for (unsigned int i = 0; i < 2; i++) {
        vcpu_timers_follow(v);
        CHECK_EQ(v->singleshot_timer.cpu, 1);
        CHECK_EQ(v->periodic_timer.cpu, 1);
        CHECK_EQ(v->poll_timer.cpu, 1);
        CHECK_EQ(v->singleshot_timer.expires, clock_ns + MILLISECS(5));
        CHECK(timer_is_active(&v->singleshot_timer) && !timer_is_active(&v->poll_timer));
    }
}

UNIT_TEST(timers_end, "Timers that are set when a domain dies end with it.")
{
    make_domain(2);
    for (unsigned int i = 0; i < 2; i++) {
        struct vcpu *v = d->vcpu[i];

        v->periodic_period = MILLISECS(10);
        timer_set(&v->periodic_timer, clock_ns + MILLISECS(10));
        timer_set(&v->singleshot_timer, clock_ns + MILLISECS(10));
        timer_set(&v->poll_timer, clock_ns + MILLISECS(10));
    }
    kill(d);
    CHECK(!domain_find(1));
    pass(SECONDS(1)); /* the sanitizer sees to it that nobody looks at what is gone */
}

/* --- where the guest looks at events --- */

#define INFO_END (PAGE_SIZE - sizeof(struct vcpu_info))

UNIT_TEST(info_refused, "A place that is odd, beyond its page, or not the domain's RAM is refused.")
{
    static const struct {
        unsigned long gfn;
        unsigned int offset;
    } bad[] = {
        {FRAME_RAM, 4},         {FRAME_RAM, INFO_END + 8},              /* ends in the next page */
        {FRAME_RAM, PAGE_SIZE}, {FRAME_RAM, ~7u},          {FRAMES, 0}, /* nothing is there */
        {FRAME_READONLY, 0},    {FRAME_LENT, 0}, /* its owner may take it back */
    };
    struct vcpu *v;

    make_domain(2);
    v = d->vcpu[1];
    for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
        CHECK_EQ(vcpu_info_register(v, _gfn(bad[i].gfn), bad[i].offset), -EINVAL);
    vcpu_up(v); /* it may be looking at the old place */
    CHECK_EQ(vcpu_info_register(v, _gfn(FRAME_RAM), 0), -EINVAL);
    CHECK(v->vcpu_info == &d->shared_info->vcpu_info[1] && !v->vcpu_info_page);
    for (unsigned int i = 0; i < FRAMES; i++)
        CHECK_EQ(references(i), 1);
}

UNIT_TEST(info_moves,
          "What was pending is pending in the new place, too, and all of it is looked at.")
{
    struct vcpu *v;
    struct vcpu_info *new;

    make_domain(2);
    v = d->vcpu[1];
    v->vcpu_info->evtchn_upcall_mask = 1;
    v->vcpu_info->time.version = 6;
    CHECK_EQ(vcpu_info_register(v, _gfn(FRAME_RAM), INFO_END), 0);
    new = (void *)((char *)page_to_virt(frame[FRAME_RAM]) + INFO_END);
    CHECK(v->vcpu_info == new);
    CHECK_EQ(new->evtchn_upcall_mask, 1);
    CHECK_EQ(new->time.version, 6);
    CHECK_EQ(new->evtchn_pending_sel, ~0UL);
    CHECK_EQ(new->evtchn_upcall_pending, 1);
    CHECK_EQ(references(FRAME_RAM), 2);
    CHECK_EQ(vcpu_info_register(v, _gfn(FRAME_OTHER), 0), -EINVAL); /* once */
    CHECK_EQ(references(FRAME_OTHER), 1);

    host_cpu_info.curr = d->vcpu[0]; /* for oneself, although one is up */
    vcpu_up(d->vcpu[0]);
    CHECK_EQ(vcpu_info_register(d->vcpu[0], _gfn(FRAME_OTHER), 0), 0);
}

UNIT_TEST(info_forgotten,
          "A domain that dies gives the page back, and events have a place all the same.")
{
    struct vcpu *v;

    make_domain(2);
    v = d->vcpu[1];
    CHECK_EQ(vcpu_info_register(v, _gfn(FRAME_RAM), 64), 0);
    arch_restarts = 1;
    CHECK_EQ(domain_kill(d), -ERESTART);
    CHECK_EQ(areas_forgotten, 2); /* of the runstates: for each vCPU */
    CHECK_EQ(references(FRAME_RAM), 1);
    CHECK(v->vcpu_info == &d->shared_info->vcpu_info[1]);
    vcpu_info_forget(v);
    CHECK_EQ(references(FRAME_RAM), 1);
    kill(d);
    CHECK(!domain_find(1));
}
