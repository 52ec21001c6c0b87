/* SPDX-License-Identifier: GPL-2.0-only */
/* The scheduler: shares, caps, latencies, affinities, pools, and where every vCPU is meanwhile. */
#include "sched_fixture.h"

UNIT_TEST(idle_then_one, "A woken vCPU runs at once on an idle host, and no timer ticks for it.")
{
    make_host(2);
    add_domain(1, 1, SECONDS(1), 0);
    run_for(SECONDS(1));
    CHECK_EQ(ran(loads[0].v), SECONDS(1));
    for (unsigned int cpu = 0; cpu < 2; cpu++)
        CHECK(deadline[cpu] == STIME_MAX);
}

UNIT_TEST(weights, "Weights 1:2:4 on one CPU give shares of 1:2:4.")
{
    struct domain *d[3];

    make_host(1);
    for (unsigned int i = 0; i < 3; i++) {
        d[i] = add_domain((domid_t)(i + 1), 1, SECONDS(1), 0);
        set_weight(d[i], (uint16_t)(128 << i), 0);
    }
    run_for(SECONDS(20));
    for (unsigned int i = 0; i < 3; i++)
        CHECK_NEAR(domain_ran(d[i]), SECONDS(20) * (1 << i) / 7, 5);
}

UNIT_TEST(weights_of_sleepers,
          "A vCPU that sleeps half of the time takes nothing away from its peers' shares.")
{
    struct domain *spins[2], *sleeps;

    make_host(1);
    spins[0] = add_domain(1, 1, SECONDS(1), 0);
    spins[1] = add_domain(2, 1, SECONDS(1), 0);
    sleeps = add_domain(3, 1, MILLISECS(1), MILLISECS(9));
    run_for(SECONDS(10));
    CHECK_NEAR(domain_ran(spins[0]), domain_ran(spins[1]), 5);
    CHECK(domain_ran(sleeps) >= (uint64_t)MILLISECS(700));
}

UNIT_TEST(caps, "A cap holds within 5 %, on one CPU and over several, with CPUs to spare.")
{
    struct domain *one, *many;

    make_host(4);
    one = add_domain(1, 1, SECONDS(1), 0);
    set_weight(one, 256, 25);
    many = add_domain(2, 2, SECONDS(1), 0);
    set_weight(many, 256, 70);
    run_for(SECONDS(20));
    CHECK_NEAR(domain_ran(one), SECONDS(20) * 25 / 100, 5);
    CHECK_NEAR(domain_ran(many), SECONDS(20) * 70 / 100, 5);
}

UNIT_TEST(cap_over_cpus, "A cap of more than a CPU: all of it is had by who can use it, and no less.")
{
    struct domain *two, *one;

    make_host(3);
    two = add_domain(1, 2, SECONDS(1), 0);
    set_weight(two, 256, 150);
    one = add_domain(2, 1, SECONDS(1), 0);
    set_weight(one, 256, 150);
    run_for(SECONDS(20));
    CHECK_NEAR(domain_ran(two), SECONDS(20) * 150 / 100, 5);
    CHECK_NEAR(domain_ran(one), SECONDS(20), 1);
}

UNIT_TEST(cap_lifted, "A lifted cap frees what it had parked.")
{
    struct domain *d;
    uint64_t before;

    make_host(1);
    d = add_domain(1, 1, SECONDS(1), 0);
    set_weight(d, 256, 10);
    run_for(SECONDS(1));
    set_weight(d, 256, 0);
    run_for(MILLISECS(20));
    set_weight(d, 256, 10); /* once more, in the middle of a turn */
    run_for(MICROSECS(100));
    set_weight(d, 256, 0);
    run_for(MILLISECS(20));
    before = domain_ran(d);
    run_for(SECONDS(1));
    CHECK_EQ(domain_ran(d) - before, SECONDS(1));
}

UNIT_TEST(wake_latency, "Under full load a vCPU that wakes runs within two turns' minimum.")
{
    struct load *sleeper[3];
    struct domain *d;

    make_host(1);
    add_domain(1, 12, SECONDS(1), 0);
    d = add_domain(2, 3, 0, 0);
    for (unsigned int i = 0; i < 3; i++)
        sleeper[i] = add_load(d, MICROSECS(200), MICROSECS(2700 + 1310 * i));
    run_for(SECONDS(10));
    for (unsigned int i = 0; i < 3; i++) {
        unit_note("longest wait %ld us", (long)(sleeper[i]->longest_wait / MICROSECS(1)));
        CHECK(sleeper[i]->longest_wait <= MILLISECS(4));
        CHECK(ran(sleeper[i]->v) > 0);
    }
}

UNIT_TEST(nobody_starves,
          "Of 20 vCPUs with any weights on 2 CPUs, each gets its turn every second.")
{
    uint64_t before[20];

    make_host(2);
    for (unsigned int i = 0; i < 20; i++)
        set_weight(add_domain((domid_t)(i + 1), 1, SECONDS(1), 0), (uint16_t)(16 << (i % 8)), 0);
    run_for(SECONDS(2));
    for (unsigned int second = 0; second < 10; second++) {
        for (unsigned int i = 0; i < 20; i++)
            before[i] = ran(loads[i].v);
        run_for(SECONDS(2));
        for (unsigned int i = 0; i < 20; i++)
            CHECK(ran(loads[i].v) > before[i]);
    }
}

UNIT_TEST(spread, "Eight spinning vCPUs share four CPUs evenly.")
{
    make_host(4);
    add_domain(1, 8, SECONDS(1), 0);
    run_for(SECONDS(10));
    for (unsigned int v = 0; v < 8; v++)
        CHECK_NEAR(ran(loads[v].v), SECONDS(5), 5);
}

UNIT_TEST(hard_affinity, "A pinned vCPU runs nowhere else; unpinned, it takes the idle CPU.")
{
    cpumask_t only0 = {{0}}, all;
    struct load *a, *b;
    struct domain *d;

    make_host(2);
    cpumask_set(&only0, 0);
    memset(&all, 0xff, sizeof(all));
    d = add_domain(1, 2, SECONDS(1), 0);
    a = &loads[0];
    b = &loads[1];
    CHECK_EQ(vcpu_set_hard_affinity(a->v, &only0), 0);
    CHECK_EQ(vcpu_set_hard_affinity(b->v, &only0), 0);
    run_for(SECONDS(10));
    CHECK_NEAR(domain_ran(d), SECONDS(10), 1);
    CHECK_EQ(vcpu_set_hard_affinity(a->v, &all), 0);
    CHECK_EQ(vcpu_set_hard_affinity(b->v, &all), 0);
    run_for(SECONDS(10));
    CHECK_NEAR(domain_ran(d), SECONDS(30), 1);
    memset(&only0, 0, sizeof(only0));
    CHECK_EQ(vcpu_set_hard_affinity(a->v, &only0), -EINVAL);
}

UNIT_TEST(idle_cpu_used,
          "Of two vCPUs on one CPU the one that may run elsewhere does, whoever came first.")
{
    cpumask_t only0 = {{1}};

    make_host(2);
    add_domain(1, 2, SECONDS(1), 0);
    for (unsigned int i = 0; i < 2; i++)
        CHECK_EQ(vcpu_set_hard_affinity(loads[i].v, &only0), 0);
    settle();
    loads[0].v->hard_affinity.bits[0] = 3; /* silently, so that it finds out at its turn's end */
    loads[1].v->soft_affinity.bits[0] = 1;
    clock_ns += MILLISECS(20);
    happen();
    run_for(SECONDS(1));
    for (unsigned int i = 0; i < 2; i++)
        CHECK(ran(loads[i].v) >= (uint64_t)SECONDS(1));
}

/* count vCPUs spin on `cpus` CPUs: which share does each domain state have, in percent? */
static void check_shares(unsigned int count, unsigned int cpus,
                         const unsigned int share[DOMAIN_STATES])
{
    struct domain_runstate_sample before, after;
    struct domain *d;

    make_host(cpus);
    d = add_domain(1, count, SECONDS(1), 0);
    run_for(SECONDS(1));
    runstate_domain_get(d, &before);
    run_for(SECONDS(10));
    runstate_domain_get(d, &after);
    for (unsigned int s = 0; s < DOMAIN_STATES; s++) {
        uint64_t in_state = after.time[s] - before.time[s],
                 wanted = (uint64_t)SECONDS(10) * share[s] / 100;

        CHECK((in_state > wanted ? in_state - wanted : wanted - in_state) <=
              (uint64_t)SECONDS(10) * 2 / 100);
    }
}

UNIT_TEST(share_full_run, "Two spinning vCPUs on two CPUs: full run.")
{
    check_shares(2, 2, (unsigned int[DOMAIN_STATES]){[DOMAIN_RUNSTATE_full_run] = 100});
}

UNIT_TEST(share_hazard, "Eight spinning vCPUs on two CPUs: concurrency hazard all the time.")
{
    check_shares(8, 2, (unsigned int[DOMAIN_STATES]){[DOMAIN_RUNSTATE_concurrency_hazard] = 100});
}

UNIT_TEST(share_contention,
          "Two domains of one spinning vCPU on one CPU: each is contended half of the time.")
{
    struct domain_runstate_sample sample;
    struct domain *d;

    make_host(1);
    d = add_domain(1, 1, SECONDS(1), 0);
    add_domain(2, 1, SECONDS(1), 0);
    run_for(SECONDS(10));
    runstate_domain_get(d, &sample);
    CHECK_NEAR(sample.time[DOMAIN_RUNSTATE_full_run], SECONDS(5), 2);
    CHECK_NEAR(sample.time[DOMAIN_RUNSTATE_full_contention], SECONDS(5), 2);
}

UNIT_TEST(share_blocking,
          "One vCPU of two works 3 ms of every 10: partial run for 30 %, blocked for 70 %.")
{
    struct domain_runstate_sample sample;
    struct domain *d;

    make_host(2);
    d = add_domain(1, 2, 0, 0);
    add_load(d, MILLISECS(3), MILLISECS(7));
    add_load(d, MILLISECS(1), SECONDS(1000));
    run_for(SECONDS(10));
    runstate_domain_get(d, &sample);
    CHECK_NEAR(sample.time[DOMAIN_RUNSTATE_partial_run], SECONDS(3), 2);
    CHECK_NEAR(sample.time[DOMAIN_RUNSTATE_blocked], SECONDS(7), 2);
}

UNIT_TEST(poll, "A poll ends by its timeout or by a notice for its port, not by another port's.")
{
    struct domain *d;
    struct vcpu *v;
    uint32_t port = 3, bad = 99;

    make_host(1);
    d = add_domain(1, 1, SECONDS(1), 0);
    v = loads[0].v;
    settle();
    become(0);
    CHECK_EQ(vcpu_poll(&bad, 1, 0), -EINVAL);
    CHECK_EQ(vcpu_poll(&port, 1, 0), 0);
    run_for(MILLISECS(1));
    CHECK_EQ(v->runstate.state, RUNSTATE_blocked);
    sched_poll_notify(d, 4);
    run_for(MILLISECS(1));
    CHECK_EQ(v->runstate.state, RUNSTATE_blocked);
    sched_poll_notify(d, 3);
    run_for(MILLISECS(1));
    CHECK_EQ(v->runstate.state, RUNSTATE_running);
    CHECK_EQ(atomic_read(&d->poll_count), 0);
}

UNIT_TEST(pools,
          "A domain in a pool runs on the pool's CPUs alone; a pool in use is not destroyed.")
{
    make_host(2);
    add_domain(1, 2, SECONDS(1), 0);
    settle();
    CHECK_EQ(pool_op(XEN_SYSCTL_CPUPOOL_OP_CREATE, 1, 0, 0, XEN_SCHEDULER_NULL), 0);
    CHECK_EQ(pool_op(XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN, 1, 0, 1, 0), -EINVAL); /* no CPU in it */
    CHECK_EQ(pool_op(XEN_SYSCTL_CPUPOOL_OP_ADDCPU, 1, 1, 0, 0), -EBUSY);      /* not free */
    CHECK_EQ(pool_op(XEN_SYSCTL_CPUPOOL_OP_RMCPU, 0, 1, 0, 0), -ERESTART);    /* its vCPU leaves */
    settle();
    CHECK_EQ(pool_op(XEN_SYSCTL_CPUPOOL_OP_RMCPU, 0, 1, 0, 0), 0);
    CHECK_EQ(pool_op(XEN_SYSCTL_CPUPOOL_OP_ADDCPU, 1, 1, 0, 0), 0);
    CHECK_EQ(pool_op(XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN, 1, 0, 1, 0), 0);
    run_for(SECONDS(1));
    CHECK(run_queue_of(0)->curr == run_queue_of(0)->idle);
    CHECK_EQ(pool_op(XEN_SYSCTL_CPUPOOL_OP_DESTROY, 1, 0, 0, 0), -EBUSY);
    CHECK_EQ(pool_op(XEN_SYSCTL_CPUPOOL_OP_DESTROY, 7, 0, 0, 0), -ENOENT);
}

static void random_change(unsigned int domains)
{
    struct load *l = &loads[unit_random_below(load_count)];
    struct domain *d = domain_find((domid_t)(1 + unit_random_below(domains)));
    cpumask_t mask = {{1 + unit_random_below(15)}};

    become(0);
    switch (unit_random_below(6)) {
    case 0:
        if (atomic_read(&d->pause_count))
            domain_unpause(d);
        else
            domain_pause(d);
        break;
    case 1:
        vcpu_set_hard_affinity(l->v, &mask);
        break;
    case 2:
        vcpu_set_soft_affinity(l->v, &mask);
        break;
    case 3:
        set_weight(d, (uint16_t)(1 + unit_random_below(1000)),
                   (uint16_t)(unit_random_below(3) * 40));
        break;
    case 4:
        if (atomic_read(&l->v->pause_count)) {
            if (atomic_dec_return(&l->v->pause_count) == 0)
                vcpu_wake(l->v);
        } else {
            atomic_inc(&l->v->pause_count);
            vcpu_sleep_nosync(l->v);
        }
        break;
    case 5:
        if (test_and_clear_bit(VPF_down, &l->v->pause_flags)) {
            sched_vcpu_set_down(l->v, false);
            vcpu_wake(l->v);
        } else {
            set_bit(VPF_down, &l->v->pause_flags);
            vcpu_sleep_nosync(l->v);
            sched_vcpu_set_down(l->v, true);
        }
        break;
    }
}

UNIT_TEST(soak,
          "Random pauses, pins, weights, caps and hot-plug: every vCPU stays where its state says.")
{
    struct domain_runstate_sample sample;

    make_host(4);
    for (unsigned int i = 0; i < 6; i++)
        add_domain((domid_t)(i + 1), 4, MILLISECS(1 + i), i % 2 ? MILLISECS(3) : 0);
    for (unsigned int step = 0; step < 500 * unit_rounds(4); step++) {
        random_change(6);
        run_for(unit_random_below(MILLISECS(4)));
        for (domid_t id = 1; id <= 6; id++) {
            uint64_t sum = 0;

            runstate_domain_get(domain_find(id), &sample);
            for (unsigned int s = 0; s < DOMAIN_STATES; s++)
                sum += sample.time[s];
            CHECK_EQ(sum, sample.now - SECONDS(1));
        }
    }
}
