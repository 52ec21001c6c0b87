/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain's life: what it is when it is made, how it is paused, shut down and killed, who finds it
 * meanwhile, and that nothing is left of it - or of one that could not be made.
 */
// Sources: common/domain.c common/domid.c common/vcpu.c common/vnuma.c common/event/*.c
// Sources: common/grant/*.c common/sched/[!a]*.c common/sched/adjust.c common/softirq.c
// Sources: common/timer*.c common/tasklet.c common/rcupdate.c common/page_alloc.c
// Sources: common/memory/[!x]*.c common/numa.c
#include "life_fixture.h"

/* --- the hardware domain's end is the machine's: hwdom_shutdown() does not return --- */

static void *machine_end[5];
static int end_reason = -1;

void hwdom_shutdown(unsigned int reason)
{
    end_reason = (int)reason;
    __builtin_longjmp(machine_end, 1);
}

/* --- being made --- */

UNIT_TEST(refused, "What a domain cannot be is refused before anything is allocated.")
{
    static const struct {
        uint32_t flags;
        int rc;
    } bad[] = {
        {0, -EOPNOTSUPP}, /* a PV guest */
        {XEN_DOMCTL_CDF_hap, -EOPNOTSUPP},
        {XEN_DOMCTL_CDF_hvm, -EOPNOTSUPP}, /* shadow paging */
        {XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap | XEN_DOMCTL_CDF_nested_virt, -EINVAL},
        {XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap | XEN_DOMCTL_CDF_vpmu, -EINVAL},
        {XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap | 1u << 31, -EINVAL},
    };
    struct xen_domctl_createdomain config = usual_config();
    struct holdings before;
    struct domain *d = NULL;

    make_host();
    before = holdings();
    for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
        config.flags = bad[i].flags;
        CHECK_EQ(domain_create(1, &config, false, &d), bad[i].rc);
    }
    config = usual_config();
    config.max_vcpus = 0;
    CHECK_EQ(domain_create(1, &config, false, &d), -EINVAL);
    config.max_vcpus = MAX_VIRT_CPUS + 1;
    CHECK_EQ(domain_create(1, &config, false, &d), -EINVAL);
    CHECK(!d && !domain_find(1));
    CHECK_SAME(holdings(), before);
    config.max_vcpus = MAX_VIRT_CPUS;
    CHECK_EQ(domain_create(1, &config, false, &d), 0);
}

UNIT_TEST(created,
          "A new domain is paused once by its creator, is found, and has what was asked for.")
{
    struct xen_domctl_createdomain config = usual_config();
    struct domain *d;

    make_host();
    config.flags |= XEN_DOMCTL_CDF_xs_domain;
    config.ssidref = 77;
    for (unsigned int i = 0; i < sizeof(config.handle); i++)
        config.handle[i] = (uint8_t)(i + 1);
    clock_ns = SECONDS(500);
    CHECK_EQ(domain_create(3, &config, false, &d), 0);
    CHECK(domain_find(3) == d);
    CHECK_EQ(d->domain_id, 3);
    CHECK_EQ(d->options, config.flags);
    CHECK_EQ(d->ssidref, 77);
    CHECK_EQ(memcmp(d->handle, config.handle, sizeof(d->handle)), 0);
    CHECK_EQ(d->created, SECONDS(500));
    CHECK_EQ(d->controller_pause_count, 1);
    CHECK_EQ(atomic_read(&d->pause_count), 1);
    CHECK_EQ(atomic_read(&d->refcount), 1);
    CHECK_EQ(d->dying, DOMDYING_alive);
    CHECK(!d->is_privileged && !d->is_hardware && dom0->is_privileged && dom0->is_hardware);
    CHECK(page_get_owner(virt_to_page(d->shared_info)) == d);
    CHECK_EQ(d->mem.tot_pages, 0); /* what the hypervisor lends it is not counted */
}

UNIT_TEST(same_number, "A number that is taken is refused, and who has it does not notice.")
{
    struct xen_domctl_createdomain config = usual_config();
    struct domain *d, *second = NULL;
    struct holdings before;

    make_host();
    d = create(1);
    before = holdings();
    CHECK_EQ(domain_create(1, &config, false, &second), -EEXIST);
    CHECK(!second && domain_find(1) == d);
    CHECK_EQ(atomic_read(&d->refcount), 1);
    CHECK_SAME(holdings(), before);
}

/* Makes the nth object, or page, fail; true if it came to that. */
static bool creation_fails(domid_t domid, unsigned int object, unsigned int page)
{
    struct xen_domctl_createdomain config = usual_config();
    struct holdings before = holdings();
    struct domain *d = NULL;
    int rc;

    host_fail_allocation(object);
    page_until_failure = page;
    rc = domain_create(domid, &config, false, &d);
    host_fail_allocation(0);
    page_until_failure = 0;
    if (rc == 0) {
        kill(d);
        return false;
    }
    CHECK_EQ(rc, -ENOMEM);
    rounds(4);
    CHECK(!d && !domain_find(domid));
    CHECK_SAME(holdings(), before);
    heap_check();
    return true;
}

UNIT_TEST(object_fails, "Whichever object cannot be had for a new domain, nothing is left behind.")
{
    unsigned int nth = 1;

    make_host();
    while (creation_fails(600, nth, 0)) /* of a chunk of the table that is not there yet */
        nth++;
    /*
     * The domain and its array of vCPUs, the scheduler's share, two for events, five for grants,
     * the architecture's, and the chunk.
     */
    CHECK_EQ(nth - 1, 12);
}

UNIT_TEST(page_fails, "Whichever page cannot be had for a new domain, nothing is left behind.")
{
    unsigned int nth = 1;

    make_host();
    while (creation_fails(1, 0, nth))
        nth++;
    CHECK_EQ(nth - 1, 2); /* shared_info, the first frame of grants */
}

UNIT_TEST(all_claimed,
          "Where all memory is promised to others, a domain is refused, and then made.")
{
    struct xen_domctl_createdomain config = usual_config();
    struct domain *d, *other = NULL;
    unsigned int left = 0;

    make_host();
    d = create(1);
    for (;; left++) { /* one page more each time: the failure moves on through creation */
        CHECK_EQ(claim(d, free_pages() - left), 0);
        if (domain_create(2, &config, false, &other) == 0)
            break;
        heap_check();
        claim_release(d);
    }
    CHECK_EQ(left, 3); /* shared_info, grants, the architecture's table */
    CHECK_EQ(d->mem.claim_total, claimed_pages());
}

/* --- being found --- */

UNIT_TEST(in_order, "Domains are found one after the other by number, however they were made.")
{
    static const domid_t made[] = {7, 2, 1000, 5};
    static const domid_t order[] = {0, 2, 5, 7, 1000};
    domid_t from = 0;

    make_host();
    for (unsigned int i = 0; i < ARRAY_SIZE(made); i++)
        create(made[i]);
    for (unsigned int i = 0; i < ARRAY_SIZE(order); i++) {
        struct domain *d = domain_get_next(from);

        CHECK_EQ(d->domain_id, order[i]);
        CHECK_EQ(atomic_read(&d->refcount), 2);
        from = (domid_t)(d->domain_id + 1);
        domain_put(d);
    }
    CHECK(!domain_get_next(from));
    CHECK(!domain_find(DOMID_FIRST_RESERVED) && !domain_find(DOMID_IDLE) && !domain_get(3));
}

UNIT_TEST(
    held,
    "Dead, a domain is found and keeps its number as long as somebody holds it; then it is gone.")
{
    struct domain *d, *again;
    struct holdings before;
    domid_t domid;

    make_host();
    before = holdings();
    d = create(5);
    CHECK(domain_get(5) == d);
    kill(d);
    CHECK_EQ(d->dying, DOMDYING_dead);
    CHECK(domain_find(5) == d);
    CHECK_EQ(domid_alloc(5, &domid), -EEXIST);
    again = domain_get(5);
    CHECK(again == d);
    domain_put(again);
    has_come(dom0, told);

    domain_put(d);
    CHECK(!domain_get(5)); /* nobody takes hold of it any more */
    CHECK(!domain_get_next(5));
    CHECK(domain_find(5) == d); /* but who looked at it before may still be looking */
    rounds(10);
    CHECK(!domain_find(5));
    CHECK(has_come(dom0, told)); /* the toolstack learns that it is gone */
    CHECK_EQ(domid_alloc(5, &domid), 0);
    CHECK_SAME(holdings(), before);
}

UNIT_TEST(held_by_page, "A page of a dead domain that somebody has mapped keeps the domain.")
{
    struct page_info *pg;
    struct holdings before;
    struct domain *d;

    make_host();
    before = holdings();
    d = create(5);
    pg = alloc_domheap_page(d, 0);
    CHECK(page_get(pg, d));
    kill(d);
    CHECK_EQ(d->dying, DOMDYING_dead);
    CHECK_EQ(d->mem.tot_pages, 1);
    CHECK(domain_find(5) == d);
    page_put(pg);
    rounds(10);
    CHECK(!domain_find(5));
    CHECK_SAME(holdings(), before);
}

/* --- pausing --- */

UNIT_TEST(pauses_nest, "A vCPU may run when each of those who paused its domain has let go of it.")
{
    struct domain *d;
    struct vcpu *v;

    make_host();
    d = create(1);
    v = create_vcpu(d, 0);
    CHECK_EQ(vcpu_up(v), 0);
    CHECK_EQ(domain_pause_by_control(d), 0);
    domain_pause(d);
    domain_pause_nosync(d);
    for (unsigned int i = 0; i < 2; i++) {
        CHECK(!vcpu_runnable(v));
        domain_unpause(d);
    }
    for (unsigned int i = 0; i < 2; i++) { /* the creator's pause is one of the toolstack's */
        CHECK(!vcpu_runnable(v) && v->runstate.state == RUNSTATE_offline);
        CHECK_EQ(domain_unpause_by_control(d), 0);
    }
    CHECK(vcpu_runnable(v) && v->runstate.state == RUNSTATE_runnable);
}

UNIT_TEST(control_limits,
          "The toolstack cannot unpause more often than it paused, nor count too far.")
{
    struct domain *d;

    make_host();
    d = create(1);
    CHECK_EQ(domain_unpause_by_control(d), -ENODATA); /* there is nothing to run */
    create_vcpu(d, 0)->is_initialised = false;
    CHECK_EQ(domain_unpause_by_control(d), -ENODATA);
    CHECK_EQ(atomic_read(&d->pause_count), 1);
    d->vcpu[0]->is_initialised = true;
    CHECK_EQ(domain_unpause_by_control(d), 0);
    CHECK_EQ(domain_unpause_by_control(d), -EINVAL);
    CHECK_EQ(atomic_read(&d->pause_count), 0);
    for (unsigned int i = 0; i < 255; i++)
        CHECK_EQ(domain_pause_by_control(d), 0);
    CHECK_EQ(domain_pause_by_control(d), -EOVERFLOW);
    CHECK_EQ(atomic_read(&d->pause_count), 255);
}

/* --- shutting down --- */

static struct domain *running_domain(domid_t domid, unsigned int vcpus)
{
    struct domain *d = create(domid);

    for (unsigned int i = 0; i < vcpus; i++)
        CHECK_EQ(vcpu_up(create_vcpu(d, i)), 0);
    CHECK_EQ(domain_unpause_by_control(d), 0);
    return d;
}

UNIT_TEST(shut_down,
          "A domain that shuts down rests, for the first reason; resumed, all is as before.")
{
    struct domain *d;

    make_host();
    d = running_domain(1, 2);
    vcpu_pause(d->vcpu[1]);
    CHECK_EQ(domain_resume(d), -EINVAL);
    domain_shutdown(d, SHUTDOWN_suspend);
    CHECK(has_come(dom0, told));
    CHECK(d->is_shutting_down && d->is_shut_down);
    domain_shutdown(d, SHUTDOWN_crash);
    CHECK_EQ(d->shutdown_code, SHUTDOWN_suspend);
    CHECK(!has_come(dom0, told));
    CHECK(!vcpu_runnable(d->vcpu[0]));
    CHECK(vcpu_runnable(dom0->vcpu[0]) == (dom0->vcpu[0]->pause_flags == 0));

    CHECK_EQ(domain_resume(d), 0);
    CHECK(!d->is_shutting_down && !d->is_shut_down);
    CHECK_EQ(d->shutdown_code, ~0u);
    CHECK(vcpu_runnable(d->vcpu[0]) && d->vcpu[0]->runstate.state == RUNSTATE_runnable);
    CHECK(!vcpu_runnable(d->vcpu[1])); /* somebody else's pause */
    vcpu_unpause(d->vcpu[1]);
    CHECK(vcpu_runnable(d->vcpu[1]));
    CHECK_EQ(domain_resume(d), -EINVAL);
}

UNIT_TEST(
    vcpu_added_while_shut_down,
    "A vCPU that is added while its domain is shut down rests like the others, and runs after.")
{
    struct domain *d;

    make_host();
    d = running_domain(1, 1);
    domain_shutdown(d, SHUTDOWN_suspend);
    CHECK_EQ(vcpu_up(create_vcpu(d, 1)), 0);
    CHECK(!vcpu_runnable(d->vcpu[1]));
    CHECK_EQ(domain_resume(d), 0);
    CHECK(vcpu_runnable(d->vcpu[0]));
    CHECK(vcpu_runnable(d->vcpu[1]));
}

UNIT_TEST(crash, "A domain that crashes shuts down for that reason, and the log says why.")
{
    struct domain *d;

    make_host();
    d = running_domain(9, 1);
    host_console();
    domain_crash(d, "no way on from %u", 42);
    CHECK_EQ(d->shutdown_code, SHUTDOWN_crash);
    CHECK(strstr(host_console(), "d9 crashed: no way on from 42"));
    CHECK_EQ(d->dying, DOMDYING_alive); /* its memory stays, for who wants to know more */
}

UNIT_TEST(hardware_domain_ends,
          "The hardware domain's end is that of the machine, with its reason.")
{
    make_host();
    if (__builtin_setjmp(machine_end) == 0)
        domain_shutdown(dom0, SHUTDOWN_reboot);
    CHECK_EQ(end_reason, SHUTDOWN_reboot);
}

/* --- dying --- */

UNIT_TEST(not_killed, "Neither the hardware domain nor the caller itself is killed.")
{
    struct domain *d;

    make_host();
    d = running_domain(1, 1);
    CHECK_EQ(domain_kill(dom0), -EINVAL);
    host_cpu_info.curr = d->vcpu[0];
    CHECK_EQ(domain_kill(d), -EINVAL);
    CHECK_EQ(d->dying, DOMDYING_alive);
}

UNIT_TEST(claim_ends_first,
          "A domain's claim ends when it begins to die, and none is staked again.")
{
    struct domain *d;

    make_host();
    d = create(1);
    CHECK_EQ(claim(d, 5000), 0);
    CHECK_EQ(claimed_pages(), 5000);
    arch_restarts = 1;
    CHECK_EQ(domain_kill(d), -ERESTART);
    CHECK_EQ(d->dying, DOMDYING_dying);
    CHECK_EQ(claimed_pages(), 0);
    CHECK_EQ(claim(d, 10), -EINVAL);
    CHECK(!alloc_domheap_page(d, 0));
}

UNIT_TEST(killed_piece_by_piece,
          "A domain is taken apart a bounded piece at a time, in any number of calls, and once.")
{
    struct holdings before;
    unsigned int calls = 1;
    struct domain *d;

    make_host();
    before = holdings();
    d = running_domain(1, 3);
    CHECK_EQ(populate(d, 9, 0, 200), 200); /* 102400 pages: more than three pieces of 32768 */
    atomic_inc(&d->memory_users);
    arch_restarts = 2;
    CHECK_EQ(domain_kill(d), -ERESTART); /* somebody is at its memory */
    CHECK_EQ(domain_kill(d), -ERESTART);
    CHECK_EQ(arch_restarts, 2);
    CHECK_EQ(d->mem.tot_pages, 102400);
    CHECK(!vcpu_runnable(d->vcpu[0]));
    atomic_dec_return(&d->memory_users);
    has_come(dom0, told);
    for (; domain_kill(d) == -ERESTART; calls++) {
        CHECK_EQ(d->dying, DOMDYING_dying);
        CHECK(!has_come(dom0, told));
        CHECK_EQ(atomic_read(&d->pause_count), 1); /* that of dying, once */
    }
    CHECK_EQ(calls, 2 + 3 + 1);
    CHECK_EQ(d->dying, DOMDYING_dead);
    CHECK(has_come(dom0, told));
    CHECK_EQ(domain_kill(d), 0);
    CHECK_EQ(atomic_read(&d->refcount), 0); /* its life's reference is dropped once */
    rounds(10);
    CHECK(!domain_find(1));
    CHECK_SAME(holdings(), before);
}

UNIT_TEST(killed_at_any_time, "Never run, paused, or shut down: a domain dies all the same.")
{
    struct holdings before;
    struct domain *d[3];

    make_host();
    before = holdings();
    d[0] = create(1);
    d[1] = running_domain(2, 2);
    domain_pause(d[1]);
    d[2] = running_domain(3, 2);
    domain_shutdown(d[2], SHUTDOWN_suspend);
    for (unsigned int i = 0; i < ARRAY_SIZE(d); i++) {
        CHECK_EQ(populate(d[i], 0, 0, 20), 20);
        kill(d[i]);
        CHECK(!domain_find((domid_t)(i + 1)));
    }
    CHECK_SAME(holdings(), before);
}
