/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The scheduler's promises, measured: CPU time goes by weight, a cap is kept, nobody among equals
 * is behind, and a vCPU that wakes on a CPU full of work runs soon.  The domains share CPU 1, or 1
 * and 2; dom0 sits on CPU 0.  Time is instructions executed.
 *
 * machine: smp=3 dom0_max_vcpus=1 icount=3 timeout=400
 */
#include <public/domctl.h>
#include <public/sysctl.h>
#include "domain.h"
#include "guest.h"

#define MILLISECOND 1000000UL
#define SETTLING    (100 * MILLISECOND)
#define MEASURING   (700 * MILLISECOND)

static void spin(void *unused)
{
    spin_until(~0UL);
}

static domid_t spinners(unsigned int vcpus, uint64_t cpus)
{
    domid_t domid = domain_clone(vcpus);

    for (unsigned int n = 0; n < vcpus; n++) {
        domain_pin(domid, n, cpus);
        domain_vcpu_start(domid, n, spin, NULL);
    }
    return domid;
}

static void set_share(domid_t domid, uint16_t weight, uint16_t cap)
{
    struct xen_domctl op = domctl_for(XEN_DOMCTL_scheduler_op, domid);

    op.u.scheduler_op.sched_id = XEN_SCHEDULER_CREDIT2;
    op.u.scheduler_op.cmd = XEN_DOMCTL_SCHEDOP_putinfo;
    op.u.scheduler_op.u.credit2.weight = weight;
    op.u.scheduler_op.u.credit2.cap = cap;
    if (domctl(&op))
        test_error("weight %u and cap %u are refused", weight, cap);
}

static uint64_t cpu_time(domid_t domid, unsigned int vcpu)
{
    struct xen_domctl op = domctl_for(XEN_DOMCTL_getvcpuinfo, domid);

    op.u.getvcpuinfo.vcpu = vcpu;
    if (domctl(&op))
        test_error("vCPU %u of domain %u cannot be asked", vcpu, domid);
    return op.u.getvcpuinfo.cpu_time;
}

/* Of the time that passed, what each has had, ppm. All of them run already. */
struct asked {
    domid_t domid;
    unsigned int vcpu;
    uint64_t share;
};

static void measure(struct asked *all, unsigned int count)
{
    uint64_t start;

    wait_until(clock_now() + SETTLING);
    start = clock_now();
    for (unsigned int i = 0; i < count; i++)
        all[i].share = cpu_time(all[i].domid, all[i].vcpu);
    wait_until(start + MEASURING);
    for (unsigned int i = 0; i < count; i++)
        all[i].share =
            (cpu_time(all[i].domid, all[i].vcpu) - all[i].share) * 1000000 / (clock_now() - start);
}

/* Within 5 %. */
static void check_share(const char *what, uint64_t got, uint64_t want)
{
    check(got >= want - want / 20 && got <= want + want / 20, "%s: %lu for %lu millionths of a CPU",
          what, got, want);
}

static void test_weights(void)
{
    static const char *const names[] = {"weight 256 of 1792", "weight 512 of 1792",
                                        "weight 1024 of 1792"};
    struct asked all[3];

    for (unsigned int i = 0; i < 3; i++) {
        all[i] = (struct asked){.domid = spinners(1, 2)};
        set_share(all[i].domid, (uint16_t)(256 << i), 0);
        domain_unpause(all[i].domid);
    }
    measure(all, 3);
    for (unsigned int i = 0; i < 3; i++) {
        check_share(names[i], all[i].share, 1000000 * (1UL << i) / 7);
        domain_destroy(all[i].domid);
    }
}

static void test_equals(void)
{
    domid_t domid = spinners(8, 2);
    struct asked all[8];

    for (unsigned int n = 0; n < 8; n++)
        all[n] = (struct asked){.domid = domid, .vcpu = n};
    domain_unpause(domid);
    measure(all, 8);
    for (unsigned int n = 0; n < 8; n++)
        check_share("one of eight equals", all[n].share, 1000000 / 8);
    domain_destroy(domid);
}

static void test_caps(void)
{
    domid_t capped = spinners(1, 2), wide = spinners(2, 6);
    struct asked one[1] = {{.domid = capped}},
                 both[3] = {{.domid = capped}, {.domid = wide}, {.domid = wide, .vcpu = 1}};

    set_share(capped, 256, 30);
    domain_unpause(capped);
    measure(one, 1);
    check_share("a cap of 30, alone on its CPU", one[0].share, 300000);
    set_share(capped, 256, 0);
    measure(one, 1);
    check_share("the cap is lifted", one[0].share, 1000000);
    domain_pause(capped);

    set_share(wide, 256, 150);
    domain_unpause(wide);
    measure(both + 1, 2);
    check_share("a cap of 150 on two CPUs", both[1].share + both[2].share, 1500000);
    set_share(wide, 256, 120);
    set_share(capped, 256, 30);
    domain_unpause(capped);
    measure(both, 3);
    check_share("a cap of 30 beside another domain", both[0].share, 300000);
    check_share("and that one's of 120", both[1].share + both[2].share, 1200000);
    domain_destroy(capped);
    domain_destroy(wide);
}

/* --- waking up --- */

#define WAKES   100
#define AT_WORK (MILLISECOND / 5)
#define SLACK \
    (MILLISECOND / 10) /* an exit, two switches and an entry, in the debug build's instructions */

static uint64_t latest, wakes;

/* Sleeps for odd spans, so that it wakes anywhere in others' turns, and works a little. */
static void wake_and_work(void *unused)
{
    while (wakes < WAKES) {
        uint64_t at = clock_now() + (3 + wakes % 7) * MILLISECOND + wakes * 1234, woken;

        wait_until(at);
        woken = clock_now();
        latest = max(latest, woken - at);
        spin_until(woken + AT_WORK);
        WRITE_ONCE(wakes, wakes + 1);
    }
}

static uint64_t ratelimit(void)
{
    struct xen_sysctl op = {.cmd = XEN_SYSCTL_scheduler_op,
                            .interface_version = XEN_SYSCTL_INTERFACE_VERSION};

    op.u.scheduler_op.sched_id = XEN_SCHEDULER_CREDIT2;
    op.u.scheduler_op.cmd = XEN_SYSCTL_SCHEDOP_getinfo;
    if (sysctl(&op))
        test_error("no rate limit");
    return op.u.scheduler_op.u.sched_credit2.ratelimit_us * 1000UL;
}

/* Alone it waits for the end of what the running vCPU is assured of; with another like it for that
 * one's work, too. */
static void test_waking(unsigned int sleepers)
{
    domid_t busy = spinners(8, 2), domids[2];
    uint64_t bound = ratelimit() + (sleepers - 1) * max(ratelimit(), AT_WORK) + SLACK;

    domain_unpause(busy);
    for (unsigned int i = 0; i < sleepers; i++) {
        domids[i] = domain_clone(1);
        domain_pin(domids[i], 0, 2);
        domain_vcpu_start(domids[i], 0, wake_and_work, NULL);
        domain_unpause(domids[i]);
    }
    for (unsigned int i = 0; i < sleepers; i++) {
        uint64_t *his_latest = domain_map(domids[i], &latest),
                 *his_wakes = domain_map(domids[i], &wakes);

        while (READ_ONCE(*his_wakes) < WAKES)
            wait_until(clock_now() + 10 * MILLISECOND);
        check(*his_latest <= bound,
              "%u of %u sleepers among 8 spinning vCPUs: it runs at most %lu ns late, for %lu",
              i + 1, sleepers, *his_latest, bound);
        domain_unmap(his_latest);
        domain_unmap(his_wakes);
        domain_destroy(domids[i]);
    }
    domain_destroy(busy);
}

void test_main(void)
{
    clock_map(DOMID_SELF);
    domain_pin(0, 0, 1);
    test_weights();
    test_equals();
    test_caps();
    test_waking(1);
    test_waking(2);
}
