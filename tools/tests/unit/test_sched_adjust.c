/* SPDX-License-Identifier: GPL-2.0-only */
/* What a toolstack asks of the scheduler - pools, weights, caps, limits, dumps - and what a vCPU
 * asks for itself: yielding and polling.  Every operation with its errors. */
#include "sched_fixture.h"

#define OP(name) XEN_SYSCTL_CPUPOOL_OP_##name
#define ANY      XEN_SYSCTL_CPUPOOL_PAR_ANY
#define CREDIT2  XEN_SCHEDULER_CREDIT2
#define NULL_ID  XEN_SCHEDULER_NULL

/* --- pools --- */

UNIT_TEST(pool_create,
          "Pools are made by number or with the first free one, as long as there are numbers.")
{
    struct xen_sysctl_cpupool_op op = {.op = OP(CREATE), .cpupool_id = ANY, .sched_id = CREDIT2};

    make_host(2);
    CHECK_EQ(pool_op(OP(CREATE), 1, 0, 0, 4711), -EINVAL);
    CHECK_EQ(pool_op(OP(CREATE), 0, 0, 0, CREDIT2), -EEXIST);
    CHECK_EQ(pool_op(OP(CREATE), 2, 0, 0, NULL_ID), 0);
    CHECK_EQ(pool_op(OP(CREATE), 2, 0, 0, NULL_ID), -EEXIST);
    CHECK_EQ(pool_op(OP(CREATE), 32, 0, 0, CREDIT2), -ENOSPC);
    CHECK_EQ(cpupool_op(&op), 0);
    CHECK_EQ(op.cpupool_id, 1);
    for (unsigned int id = 3; id < 32; id++)
        CHECK_EQ(pool_op(OP(CREATE), ANY, 0, 0, CREDIT2), 0);
    CHECK_EQ(pool_op(OP(CREATE), ANY, 0, 0, CREDIT2), -ENOSPC);
    CHECK_EQ(pool_op(OP(DESTROY), 17, 0, 0, 0), 0);
    CHECK_EQ(pool_op(OP(CREATE), ANY, 0, 0, CREDIT2), 0);
}

UNIT_TEST(pool_info,
          "Information is of the pool asked for, or the next one; it counts the domains.")
{
    struct xen_sysctl_cpupool_op op = {.op = OP(INFO)};
    cpumask_t mask;

    make_host(2);
    CHECK_EQ(pool_op(OP(CREATE), 5, 0, 0, NULL_ID), 0);
    add_domain(1, 0, 0, 0);
    add_domain(2, 0, 0, 0);
    CHECK_EQ(cpupool_op(&op), 0);
    CHECK_EQ(op.sched_id, CREDIT2);
    CHECK_EQ(op.n_dom, 2);
    op.cpupool_id = 1;
    CHECK_EQ(cpupool_op(&op), 0);
    CHECK_EQ(op.cpupool_id, 5);
    CHECK_EQ(op.sched_id, NULL_ID);
    CHECK_EQ(op.n_dom, 0);
    op.cpupool_id = 6;
    CHECK_EQ(cpupool_op(&op), -ENOENT);
    CHECK_EQ(pool_op(OP(FREEINFO), 0, 0, 0, 0), 0);
    CHECK_EQ(cpupool_cpumask(0, &mask), 0);
    CHECK_EQ(cpumask_weight(&mask), 2);
    CHECK_EQ(cpupool_cpumask(1, &mask), -ENOENT);
    CHECK_EQ(cpupool_cpumask(32, &mask), -ENOENT);
    CHECK_EQ(sched_id(), CREDIT2);
}

UNIT_TEST(
    pool_cpus,
    "CPUs go from pool to pool by way of the free ones; a pool that is needed keeps its last.")
{
    cpumask_t mask;

    make_host(3);
    CHECK_EQ(pool_op(OP(CREATE), 1, 0, 0, NULL_ID), 0);
    CHECK_EQ(pool_op(OP(ADDCPU), 1, ANY, 0, 0), -EBUSY); /* none is free */
    CHECK_EQ(pool_op(OP(ADDCPU), 1, NR_CPUS, 0, 0), -EBUSY);
    CHECK_EQ(pool_op(OP(ADDCPU), 3, 0, 0, 0), -ENOENT);
    CHECK_EQ(pool_op(OP(RMCPU), 1, 1, 0, 0), -EINVAL); /* not there */
    CHECK_EQ(pool_op(OP(RMCPU), 0, NR_CPUS, 0, 0), -EINVAL);
    CHECK_EQ(pool_op(OP(RMCPU), 0, 1, 0, 0), 0);
    CHECK_EQ(pool_op(OP(RMCPU), 0, 2, 0, 0), 0);
    CHECK_EQ(pool_op(OP(RMCPU), 0, 0, 0, 0), -EBUSY); /* dom0's last */
    cpupool_free_cpus(&mask);
    CHECK_EQ(mask.bits[0], 6);
    CHECK_EQ(pool_op(OP(ADDCPU), 1, ANY, 0, 0), 0);
    CHECK_EQ(pool_op(OP(ADDCPU), 0, 2, 0, 0), 0);
    CHECK(run_queue_of(1)->ops == &sched_null);
    CHECK(run_queue_of(2)->ops == &sched_credit);
    CHECK_EQ(pool_op(OP(DESTROY), 0, 0, 0, 0), -EBUSY);
    CHECK_EQ(pool_op(OP(DESTROY), 1, 0, 0, 0), 0);
    cpupool_free_cpus(&mask);
    CHECK_EQ(mask.bits[0], 2);
    CHECK_EQ(pool_op(99, 0, 0, 0, 0), -ENOSYS);
}

UNIT_TEST(pool_domains,
          "A domain moves into a pool with CPUs, and dom0 stays; a pool in use keeps a CPU.")
{
    struct domain *d, *dom0, *late;

    make_host(2);
    dom0 = add_domain(0, 1, SECONDS(1), 0);
    dom0->is_privileged = true;
    d = add_domain(1, 1, SECONDS(1), 0);
    CHECK_EQ(vcpu_set_hard_affinity(loads[0].v, &(cpumask_t){{1}}), 0);
    CHECK_EQ(vcpu_set_hard_affinity(loads[1].v, &(cpumask_t){{1}}), 0);
    settle();
    CHECK_EQ(pool_op(OP(CREATE), 1, 0, 0, CREDIT2), 0);
    CHECK_EQ(pool_op(OP(RMCPU), 0, ANY, 0, 0), -ERESTART); /* CPU 0, which is in use */
    CHECK_EQ(pool_op(OP(ADDCPU), 1, 0, 0, 0), -EBUSY);
    settle();
    CHECK_EQ(pool_op(OP(RMCPU), 0, ANY, 0, 0), 0);
    CHECK(run_queue_of(0)->curr == run_queue_of(0)->idle);
    CHECK_EQ(pool_op(OP(RMCPU), 0, 0, 0, 0), -EINVAL); /* it has gone */
    late = make_domain(2, 1);
    CHECK_EQ(sched_domain_init(late, 1), -EINVAL); /* no CPU there yet */
    CHECK_EQ(sched_domain_init(late, 7), -ENOENT);
    CHECK_EQ(pool_op(OP(ADDCPU), 1, 0, 0, 0), 0);
    CHECK_EQ(sched_domain_init(late, 1), 0);
    sched_domain_destroy(late);
    domain_put(late);
    CHECK_EQ(pool_op(OP(MOVEDOMAIN), 1, 0, 77, 0), -ESRCH);
    CHECK_EQ(pool_op(OP(MOVEDOMAIN), 1, 0, 0, 0), -EINVAL);
    CHECK_EQ(pool_op(OP(MOVEDOMAIN), 0, 0, 0, 0), 0); /* there it is, and is not paused for it */
    CHECK_EQ(pool_op(OP(MOVEDOMAIN), 1, 0, 1, 0), 0);
    settle();
    CHECK(run_queue_of(0)->curr == d->vcpu[0]);
    CHECK(run_queue_of(1)->curr == dom0->vcpu[0]); /* its affinity names no CPU of the pool */
    CHECK_EQ(pool_op(OP(RMCPU), 1, 0, 0, 0), -EBUSY);
    CHECK_EQ(host_domain_references(d), 1);
    CHECK_EQ(host_domain_references(dom0), 1);
}

UNIT_TEST(pool_null, "In a pool without a policy whoever runs goes on, until it rests or yields.")
{
    struct domain *d;

    make_host(2);
    CHECK_EQ(pool_op(OP(CREATE), 1, 0, 0, NULL_ID), 0);
    CHECK_EQ(pool_op(OP(RMCPU), 0, 1, 0, 0), 0);
    CHECK_EQ(pool_op(OP(ADDCPU), 1, 1, 0, 0), 0);
    d = make_domain(1, 3);
    CHECK_EQ(sched_domain_init(d, 1), 0);
    for (unsigned int i = 0; i < 3; i++)
        add_load(d, SECONDS(1), 0);
    run_for(SECONDS(1));
    CHECK_EQ(ran(loads[0].v), SECONDS(1));
    CHECK_EQ(deadline[1], STIME_MAX);
    become(1);
    vcpu_yield();
    run_for(SECONDS(1));
    CHECK_EQ(ran(loads[0].v), SECONDS(1));
    CHECK_EQ(ran(loads[1].v), SECONDS(1));
    atomic_inc(&loads[2].v->pause_count);
    vcpu_sleep_nosync(loads[2].v); /* one that waits */
    become(1);
    vcpu_yield();
    run_for(SECONDS(1));
    CHECK_EQ(ran(loads[0].v), SECONDS(2));
    CHECK_EQ(ran(loads[2].v), 0);
}

/* --- weights, caps, limits --- */

UNIT_TEST(adjust_domain,
          "Weight and cap are read as they were set; what cannot be is refused whole.")
{
    struct xen_domctl_scheduler_op op = {.sched_id = CREDIT2, .cmd = XEN_DOMCTL_SCHEDOP_getinfo};
    struct domain *d;

    make_host(1);
    d = add_domain(1, 1, SECONDS(1), 0);
    CHECK_EQ(sched_adjust_domain(d, &op), 0);
    CHECK_EQ(op.u.credit2.weight, 256);
    CHECK_EQ(op.u.credit2.cap, 0);
    set_weight(d, 512, 50);
    set_weight(d, 0, 60); /* weight 0: as it is */
    CHECK_EQ(sched_adjust_domain(d, &op), 0);
    CHECK_EQ(op.u.credit2.weight, 512);
    CHECK_EQ(op.u.credit2.cap, 60);
    op.cmd = XEN_DOMCTL_SCHEDOP_putinfo;
    op.u.credit2.weight = 1;
    op.u.credit2.cap = 100 * MAX_VIRT_CPUS + 1;
    CHECK_EQ(sched_adjust_domain(d, &op), -EINVAL);
    CHECK_EQ(d->sched->weight, 512);
    CHECK_EQ(d->sched->cap, 60);
    op.cmd = 99;
    CHECK_EQ(sched_adjust_domain(d, &op), -EOPNOTSUPP);
    op.sched_id = XEN_SCHEDULER_CREDIT2 + 1;
    CHECK_EQ(sched_adjust_domain(d, &op), -EINVAL);
    atomic_inc(&loads[0].v->pause_count);
    vcpu_sleep_nosync(loads[0].v);
    settle();
    sched_domain_destroy(d); /* with its period running */
    CHECK(!d->sched);
    run_for(SECONDS(0));
}

UNIT_TEST(adjust_global,
          "The rate limit is read as it was set, within bounds, and holds off a preemption.")
{
    struct xen_sysctl_scheduler_op op = {.sched_id = CREDIT2, .cmd = XEN_SYSCTL_SCHEDOP_putinfo};
    struct load *spins, *wakes;

    make_host(1);
    op.u.sched_credit2.ratelimit_us = 500001;
    CHECK_EQ(sched_adjust_global(&op), -EINVAL);
    op.u.sched_credit2.ratelimit_us = 5000;
    CHECK_EQ(sched_adjust_global(&op), 0);
    op.cmd = XEN_SYSCTL_SCHEDOP_getinfo;
    op.u.sched_credit2.ratelimit_us = 0;
    CHECK_EQ(sched_adjust_global(&op), 0);
    CHECK_EQ(op.u.sched_credit2.ratelimit_us, 5000);
    op.cmd = 99;
    CHECK_EQ(sched_adjust_global(&op), -EOPNOTSUPP);
    op.sched_id = NULL_ID;
    CHECK_EQ(sched_adjust_global(&op), -EINVAL);

    add_domain(1, 1, SECONDS(1), 0);
    spins = &loads[0];
    wakes = add_load(add_domain(2, 1, 0, 0), MICROSECS(100), MILLISECS(30));
    run_for(SECONDS(2));
    CHECK(ran(spins->v) > (uint64_t)MILLISECS(1900));
    CHECK(wakes->longest_wait <= MICROSECS(5000));
    CHECK(ran(wakes->v) > 0);
}

UNIT_TEST(affinity_errors,
          "An affinity without any CPU of the host is refused, hard or soft, and changes nothing.")
{
    cpumask_t none = {{0}}, beyond = {{1UL << 3}};

    make_host(2);
    add_domain(1, 1, SECONDS(1), 0);
    CHECK_EQ(vcpu_set_hard_affinity(loads[0].v, &none), -EINVAL);
    CHECK_EQ(vcpu_set_soft_affinity(loads[0].v, &none), -EINVAL);
    CHECK_EQ(vcpu_set_hard_affinity(loads[0].v, &beyond), -EINVAL);
    CHECK_EQ(loads[0].v->hard_affinity.bits[0], ~0UL);
    CHECK_EQ(loads[0].v->soft_affinity.bits[0], ~0UL);
}

/* --- what a vCPU asks for --- */

UNIT_TEST(yield, "Who yields goes behind who waits, once.")
{
    make_host(1);
    add_domain(1, 2, SECONDS(1), 0);
    settle();
    CHECK(run_queue_of(0)->curr == loads[0].v);
    clock_ns += MICROSECS(10);
    become(0);
    vcpu_yield();
    settle();
    CHECK(run_queue_of(0)->curr == loads[1].v);
    CHECK(!loads[0].v->sched->yields);
}

static void poll_ends(void *v)
{
    vcpu_unblock(v);
}

UNIT_TEST(poll_ways, "A poll returns at once for a pending port, in time for its timeout, and for "
                     "any of several ports.")
{
    uint32_t ports[] = {2, 3, 5};
    struct domain *d;
    struct vcpu *v;

    make_host(1);
    d = add_domain(1, 1, SECONDS(1), 0);
    v = loads[0].v;
    timer_init(&v->poll_timer, poll_ends, v, 0);
    settle();
    become(0);
    pending_port = 5;
    CHECK_EQ(vcpu_poll(ports, 3, 0), 0);
    CHECK(vcpu_runnable(v));
    CHECK_EQ(atomic_read(&d->poll_count), 0);
    pending_port = 0;

    CHECK_EQ(vcpu_poll(ports, 3, (uint64_t)(clock_ns + MILLISECS(5))), 0);
    run_for(MILLISECS(4));
    CHECK_EQ(v->runstate.state, RUNSTATE_blocked);
    run_for(MILLISECS(2));
    CHECK_EQ(v->runstate.state, RUNSTATE_running);

    become(0);
    CHECK_EQ(vcpu_poll(ports, 3, 0), 0);
    settle();
    sched_poll_notify(d, 7); /* any port: it looks again itself */
    settle();
    CHECK_EQ(v->runstate.state, RUNSTATE_running);
    CHECK_EQ(atomic_read(&d->poll_count), 0);
}

/* --- dumps --- */

UNIT_TEST(dumps, "The debug keys show every queue and every domain with its vCPUs and states.")
{
    const char *said;

    make_host(2);
    add_domain(1, 2, SECONDS(1), 0);
    CHECK_EQ(vcpu_set_hard_affinity(loads[0].v, &(cpumask_t){{1}}), 0);
    CHECK_EQ(vcpu_set_hard_affinity(loads[1].v, &(cpumask_t){{1}}), 0);
    run_for(MILLISECS(100));
    host_console();
    key_fn['r']('r');
    said = host_console();
    CHECK(strstr(said, "CPU0 [SMP Credit Scheduler rev2]: runs d1v"));
    CHECK(strstr(said, "1 waiting\n    d1v"));
    CHECK(strstr(said, "CPU1 [SMP Credit Scheduler rev2]: idle, 0 waiting"));
    key_fn['q']('q');
    said = host_console();
    CHECK(strstr(said, "d1: concurrency hazard"));
    CHECK(strstr(said, "v0 on CPU0: ") && strstr(said, "v1 on CPU0: "));
    CHECK(strstr(said, "runnable, pause flags 0 count 0"));
    CHECK_EQ(sched_cpu_idle_time(1), (uint64_t)(clock_ns - SECONDS(1)));
}
