/* SPDX-License-Identifier: GPL-2.0-only */
/* Runstates: the pure function, the exact account, and readers that take no lock. */
#include <public/domctl.h>
#include <public/vcpu.h>
#include <xen/domain.h>
#include <xen/runstate.h>
#include <xen/string.h>
#include <xen/time.h>
#include <asm/irqflags.h>

#include "host.h"
#include "unit.h"

static s_time_t clock_ns;

s_time_t NOW(void)
{
    return __atomic_load_n(&clock_ns, __ATOMIC_RELAXED);
}

#define VCPUS_MAX 128
static struct domain domain;
static struct vcpu vcpus[VCPUS_MAX];

static void make_domain(unsigned int count, s_time_t now)
{
    local_irq_disable(); /* as under a run queue's lock */
    clock_ns = now;
    memset(&domain, 0, sizeof(domain));
    memset(vcpus, 0, sizeof(vcpus));
    runstate_domain_init(&domain, now);
    for (unsigned int i = 0; i < count; i++) {
        vcpus[i].domain = &domain;
        vcpus[i].vcpu_id = i;
        cpumask_set(&vcpus[i].soft_affinity, 0);
        runstate_vcpu_init(&vcpus[i], now);
    }
}

/* As vcpu_up() does: no longer down, then counted. */
static void bring_up(struct vcpu *v)
{
    clear_bit(VPF_down, &v->pause_flags);
    runstate_set_down(v, false, NOW());
}

static void enter(struct vcpu *v, uint32_t state)
{
    if (v->runstate.state != state)
        runstate_change(v, state, NOW());
}

static uint32_t domain_state(void)
{
    struct domain_runstate_sample sample;

    runstate_domain_get(&domain, &sample);
    return sample.state;
}

static uint64_t sum_of_times(const struct domain_runstate_sample *sample)
{
    uint64_t sum = 0;

    for (unsigned int s = 0; s < DOMAIN_STATES; s++)
        sum += sample->time[s];
    return sum;
}

UNIT_TEST(seven_masks, "Which of running, waiting and resting vCPUs there are decides the state.")
{
    static const struct {
        uint32_t running, runnable, blocked, offline, state;
    } rows[] = {
        {2, 0, 0, 0, DOMAIN_RUNSTATE_full_run},
        {0, 2, 0, 0, DOMAIN_RUNSTATE_full_contention},
        {1, 1, 0, 0, DOMAIN_RUNSTATE_concurrency_hazard},
        {0, 0, 2, 0, DOMAIN_RUNSTATE_blocked},
        {0, 0, 0, 2, DOMAIN_RUNSTATE_blocked},
        {1, 0, 1, 0, DOMAIN_RUNSTATE_partial_run},
        {1, 0, 0, 1, DOMAIN_RUNSTATE_partial_run},
        {0, 1, 1, 0, DOMAIN_RUNSTATE_partial_contention},
        {0, 1, 0, 1, DOMAIN_RUNSTATE_partial_contention},
        {1, 1, 1, 0, DOMAIN_RUNSTATE_concurrency_hazard},
        {1, 1, 0, 1, DOMAIN_RUNSTATE_concurrency_hazard},
        {0, 0, 0, 0, DOMAIN_RUNSTATE_blocked},
    };

    for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
        vcpu_counts_t counts =
            rows[i].running * VCPU_KIND_ONE(VCPU_KIND_running) +
            rows[i].runnable * VCPU_KIND_ONE(VCPU_KIND_runnable) +
            (rows[i].blocked + rows[i].offline) * VCPU_KIND_ONE(VCPU_KIND_resting);

        CHECK_EQ(runstate_of_counts(counts), rows[i].state);
    }
}

UNIT_TEST(new_domain,
          "A new domain on a host long up starts in blocked with no time on its account.")
{
    struct domain_runstate_sample sample;

    make_domain(2, SECONDS(1000000));
    runstate_domain_get(&domain, &sample);
    CHECK_EQ(sample.state, DOMAIN_RUNSTATE_blocked);
    CHECK_EQ(sum_of_times(&sample), 0);
    clock_ns += 500;
    runstate_domain_get(&domain, &sample);
    CHECK_EQ(sample.time[DOMAIN_RUNSTATE_blocked], 500);
}

UNIT_TEST(zero_vcpus,
          "A domain none of whose vCPUs counts is blocked, and its averages stand still.")
{
    struct domain_runstate_sample sample;

    make_domain(0, 0);
    clock_ns = 1000;
    runstate_domain_get(&domain, &sample);
    CHECK_EQ(sample.state, DOMAIN_RUNSTATE_blocked);
    CHECK_EQ(sample.time[DOMAIN_RUNSTATE_blocked], 1000);
    CHECK_EQ(sample.average.running, 0);
}

UNIT_TEST(guest_downed, "vCPUs that the guest took down do not count; the others alone decide.")
{
    make_domain(2, 0);
    bring_up(&vcpus[0]);
    enter(&vcpus[0], RUNSTATE_running);
    CHECK_EQ(domain_state(), DOMAIN_RUNSTATE_full_run);
    bring_up(&vcpus[1]);
    CHECK_EQ(domain_state(), DOMAIN_RUNSTATE_partial_run);
    enter(&vcpus[1], RUNSTATE_running);
    CHECK_EQ(domain_state(), DOMAIN_RUNSTATE_full_run);
    set_bit(VPF_down, &vcpus[1].pause_flags);
    CHECK_EQ(domain_state(), DOMAIN_RUNSTATE_full_run);
    enter(&vcpus[1], RUNSTATE_offline);
    CHECK_EQ(domain_state(), DOMAIN_RUNSTATE_full_run);
    enter(&vcpus[0], RUNSTATE_blocked);
    CHECK_EQ(domain_state(), DOMAIN_RUNSTATE_blocked);
}

UNIT_TEST(paused, "A paused vCPU is offline and counts as blocked.")
{
    make_domain(2, 0);
    bring_up(&vcpus[0]);
    bring_up(&vcpus[1]);
    enter(&vcpus[0], RUNSTATE_running);
    enter(&vcpus[1], RUNSTATE_running);
    enter(&vcpus[1], RUNSTATE_offline);
    CHECK_EQ(domain_state(), DOMAIN_RUNSTATE_partial_run);
    enter(&vcpus[0], RUNSTATE_offline);
    CHECK_EQ(domain_state(), DOMAIN_RUNSTATE_blocked);
}

UNIT_TEST(shares, "Time goes to the state that the domain was in; averages are per counted vCPU.")
{
    struct domain_runstate_sample sample;

    make_domain(2, 100);
    bring_up(&vcpus[0]);
    bring_up(&vcpus[1]);
    enter(&vcpus[0], RUNSTATE_running);
    enter(&vcpus[1], RUNSTATE_runnable);
    clock_ns += 3000;
    enter(&vcpus[1], RUNSTATE_running);
    clock_ns += 1000;
    runstate_domain_get(&domain, &sample);
    CHECK_EQ(sample.time[DOMAIN_RUNSTATE_concurrency_hazard], 3000);
    CHECK_EQ(sample.time[DOMAIN_RUNSTATE_full_run], 1000);
    CHECK_EQ(sample.average.running, (3000 + 1000 + 1000) / 2);
    CHECK_EQ(sample.average.runnable, 3000 / 2);
    CHECK_EQ(sample.entry, 3100);
    CHECK_EQ(sample.now, 4100);
}

UNIT_TEST(nonaffine, "Running outside the soft affinity is told apart.")
{
    struct domain_runstate_sample sample;

    make_domain(1, 0);
    bring_up(&vcpus[0]);
    vcpus[0].processor = 1; /* soft affinity is CPU 0 */
    enter(&vcpus[0], RUNSTATE_running);
    clock_ns += 70;
    enter(&vcpus[0], RUNSTATE_runnable);
    vcpus[0].processor = 0;
    enter(&vcpus[0], RUNSTATE_running);
    clock_ns += 30;
    runstate_domain_get(&domain, &sample);
    CHECK_EQ(sample.average.nonaffine, 70);
    CHECK_EQ(sample.average.running, 100);
}

UNIT_TEST(backwards, "A timestamp behind the last one counts as equal to it, for vCPU and domain.")
{
    struct domain_runstate_sample sample;
    struct vcpu_runstate state;

    make_domain(1, 1000);
    bring_up(&vcpus[0]);
    runstate_change(&vcpus[0], RUNSTATE_running, 2000);
    runstate_change(&vcpus[0], RUNSTATE_blocked, 1500);
    clock_ns = 1700;
    runstate_domain_get(&domain, &sample);
    CHECK_EQ(sample.now, 2000);
    CHECK_EQ(sum_of_times(&sample), 1000);
    CHECK_EQ(sample.time[DOMAIN_RUNSTATE_full_run], 0);
    runstate_vcpu_get(&vcpus[0], &state, 1700);
    CHECK_EQ(state.time[RUNSTATE_running], 0);
    CHECK_EQ(state.now, 2000);
}

UNIT_TEST(averages_lose_nothing, "Averages of many short spans are those of one long span.")
{
    struct domain_runstate_sample sample;

    make_domain(3, 0);
    for (unsigned int i = 0; i < 3; i++)
        bring_up(&vcpus[i]);
    enter(&vcpus[0], RUNSTATE_running);
    for (unsigned int i = 0; i < 30000; i++) {
        clock_ns += 1;
        enter(&vcpus[1], i % 2 ? RUNSTATE_blocked : RUNSTATE_offline);
    }
    runstate_domain_get(&domain, &sample);
    CHECK_EQ(sample.average.running, 10000);
}

UNIT_TEST(many_years,
          "Sums start again before 128 vCPUs overflow them: averages go on for ten years.")
{
    const s_time_t year = SECONDS(365L * 86400);
    struct domain_runstate_sample sample;

    make_domain(VCPUS_MAX, 0);
    for (unsigned int i = 0; i < VCPUS_MAX; i++) {
        bring_up(&vcpus[i]);
        enter(&vcpus[i], RUNSTATE_running);
    }
    for (s_time_t years = 1; years <= 10; years++) {
        clock_ns += year;
        if (years % 2) { /* one vCPU leaves its CPU to another, and both go on */
            enter(&vcpus[1], RUNSTATE_runnable);
            runstate_switch(&vcpus[0], RUNSTATE_blocked, &vcpus[1], clock_ns);
            enter(&vcpus[0], RUNSTATE_running);
        } else {
            enter(&vcpus[0], RUNSTATE_runnable);
            enter(&vcpus[0], RUNSTATE_running);
        }
        runstate_domain_get(&domain, &sample);
        CHECK_EQ(sample.average.running, years * year);
        CHECK_EQ(sample.average.runnable, 0);
        CHECK_EQ(sample.time[DOMAIN_RUNSTATE_full_run], years * year);
    }
}

UNIT_TEST(switch_within, "A switch between two vCPUs of a domain leaves the domain where it was.")
{
    struct domain_runstate_sample sample;
    struct vcpu_runstate state;

    make_domain(2, 0);
    bring_up(&vcpus[0]);
    bring_up(&vcpus[1]);
    enter(&vcpus[0], RUNSTATE_running);
    enter(&vcpus[1], RUNSTATE_runnable);
    for (unsigned int i = 0; i < 3; i++) {
        clock_ns += 100;
        runstate_switch(&vcpus[i % 2], RUNSTATE_runnable, &vcpus[1 - i % 2], clock_ns);
    }
    clock_ns += 100;
    runstate_domain_get(&domain, &sample);
    CHECK_EQ(sample.state, DOMAIN_RUNSTATE_concurrency_hazard);
    CHECK_EQ(sample.entry, 0);
    CHECK_EQ(sample.time[DOMAIN_RUNSTATE_concurrency_hazard], 400);
    CHECK_EQ(sample.average.running, 400 / 2);
    CHECK_EQ(sample.average.runnable, 400 / 2);
    runstate_vcpu_get(&vcpus[0], &state, clock_ns);
    CHECK_EQ(state.time[RUNSTATE_running], 200);
    CHECK_EQ(state.time[RUNSTATE_runnable], 200);
    runstate_switch(&vcpus[1], RUNSTATE_blocked, &vcpus[0], clock_ns);
    CHECK_EQ(domain_state(), DOMAIN_RUNSTATE_partial_run);
}

/* Two hosts of one CPU and two domains, to which the same happens; the third domain is idle. */
#define HOST_DOMAINS 3
#define HOST_VCPUS   4
static struct small_host {
    struct domain domain[HOST_DOMAINS];
    struct vcpu vcpu[HOST_DOMAINS][HOST_VCPUS];
    struct vcpu *curr;
} small_hosts[2];

static void small_host_make(struct small_host *h)
{
    memset(h, 0, sizeof(*h));
    for (unsigned int d = 0; d < HOST_DOMAINS; d++) {
        runstate_domain_init(&h->domain[d], clock_ns);
        h->domain[d].is_idle = d == HOST_DOMAINS - 1;
        for (unsigned int i = 0; i < HOST_VCPUS; i++) {
            struct vcpu *v = &h->vcpu[d][i];

            v->domain = &h->domain[d];
            cpumask_set(&v->soft_affinity, 0);
            set_bit(VPF_down, &v->pause_flags);
            runstate_vcpu_init(v, clock_ns);
        }
    }
    h->curr = &h->vcpu[HOST_DOMAINS - 1][0];
    runstate_change(h->curr, RUNSTATE_running, clock_ns);
}

struct small_step {
    unsigned int domain, vcpu, processor;
    uint32_t state; /* of who ran, unless idle */
    bool goes_down, one_by_one;
};

static void small_host_wake(struct vcpu *v)
{
    clear_bit(VPF_down, &v->pause_flags);
    if (v->runstate.state != RUNSTATE_runnable)
        runstate_change(v, RUNSTATE_runnable, clock_ns);
}

static void small_host_switch(struct small_host *h, const struct small_step *step)
{
    struct vcpu *prev = h->curr, *next = &h->vcpu[step->domain][step->vcpu];
    uint32_t state = prev->domain->is_idle ? (uint32_t)RUNSTATE_runnable : step->state;

    if (next == prev)
        return;
    small_host_wake(next);
    next->processor = step->processor;
    if (step->goes_down && state == RUNSTATE_offline)
        set_bit(VPF_down, &prev->pause_flags);
    if (step->one_by_one) {
        runstate_change(prev, state, clock_ns);
        runstate_change(next, RUNSTATE_running, clock_ns);
    } else {
        runstate_switch(prev, state, next, clock_ns);
    }
    h->curr = next;
}

static void small_hosts_compare(unsigned int d)
{
    struct domain_runstate_sample a, b;

    runstate_domain_get(&small_hosts[0].domain[d], &a);
    runstate_domain_get(&small_hosts[1].domain[d], &b);
    CHECK_EQ(a.state, b.state);
    CHECK(a.entry <= b.entry); /* one by one, it is in another state for a moment */
    CHECK_EQ(memcmp(a.time, b.time, sizeof(a.time)), 0);
    CHECK_EQ(memcmp(&a.average, &b.average, sizeof(a.average)), 0);
    for (unsigned int i = 0; i < HOST_VCPUS; i++)
        CHECK_EQ(memcmp(&small_hosts[0].vcpu[d][i].runstate, &small_hosts[1].vcpu[d][i].runstate,
                        sizeof(struct vcpu_runstate)),
                 0);
}

UNIT_TEST(switch_is_two_changes,
          "Whoever leaves a CPU to whom: a switch is two changes at one moment.")
{
    clock_ns = 1000;
    local_irq_disable();
    small_host_make(&small_hosts[0]);
    small_host_make(&small_hosts[1]);
    for (unsigned int i = 0; i < unit_rounds(20000); i++) {
        struct small_step step = {
            .domain = unit_random_below(HOST_DOMAINS),
            .processor = unit_random_below(8) == 0,
            .state = RUNSTATE_runnable + unit_random_below(3),
            .goes_down = unit_random_below(2),
        };

        step.vcpu = step.domain == HOST_DOMAINS - 1 ? 0 : unit_random_below(HOST_VCPUS);
        clock_ns += unit_random_below(1000);
        clock_ns -= unit_random_below(8) == 0 ? (s_time_t)unit_random_below(50) : 0;
        small_host_switch(&small_hosts[0], &step);
        step.one_by_one = true;
        small_host_switch(&small_hosts[1], &step);
        for (unsigned int d = 0; d < HOST_DOMAINS; d++)
            small_hosts_compare(d);
    }
}

/* The model: the same history, told by brute force. */
struct model {
    uint32_t state[VCPUS_MAX];
    bool down[VCPUS_MAX];
    uint64_t time[DOMAIN_STATES];
    s_time_t last;
};

static uint32_t model_state(const struct model *m, unsigned int count)
{
    bool running = false, runnable = false, resting = false;

    for (unsigned int i = 0; i < count; i++) {
        if (m->down[i])
            continue;
        running |= m->state[i] == RUNSTATE_running;
        runnable |= m->state[i] == RUNSTATE_runnable;
        resting |= m->state[i] >= RUNSTATE_blocked;
    }
    if (running && runnable)
        return DOMAIN_RUNSTATE_concurrency_hazard;
    if (running)
        return resting ? DOMAIN_RUNSTATE_partial_run : DOMAIN_RUNSTATE_full_run;
    if (runnable)
        return resting ? DOMAIN_RUNSTATE_partial_contention : DOMAIN_RUNSTATE_full_contention;
    return DOMAIN_RUNSTATE_blocked;
}

static void model_pass(struct model *m, unsigned int count, s_time_t now)
{
    if (now > m->last) {
        m->time[model_state(m, count)] += (uint64_t)(now - m->last);
        m->last = now;
    }
}

static void random_step(struct model *m, unsigned int count)
{
    unsigned int i = unit_random_below(count);
    struct vcpu *v = &vcpus[i];
    uint32_t state = unit_random_below(VCPU_STATES);

    /* Now and then a clock that is a little behind. */
    clock_ns += unit_random_below(1000);
    clock_ns -= unit_random_below(8) == 0 ? (s_time_t)unit_random_below(50) : 0;
    model_pass(m, count, clock_ns);
    if (state == RUNSTATE_offline && unit_random_below(2))
        set_bit(VPF_down, &v->pause_flags);
    else
        clear_bit(VPF_down, &v->pause_flags);
    if (v->runstate.state != state)
        runstate_change(v, state, clock_ns);
    else
        runstate_set_down(v, test_bit(VPF_down, &v->pause_flags), clock_ns);
    m->state[i] = state;
    m->down[i] = state == RUNSTATE_offline && test_bit(VPF_down, &v->pause_flags);
}

UNIT_TEST(random_histories,
          "Whatever happens, times are those of a brute-force model, and add up to the age.")
{
    static struct model m;
    struct domain_runstate_sample sample, before;

    for (unsigned int round = 0; round < unit_rounds(20); round++) {
        unsigned int count = 1 + unit_random_below(VCPUS_MAX);
        s_time_t born = 1 + unit_random_below(1000000);

        make_domain(count, born);
        memset(&m, 0, sizeof(m));
        m.last = born;
        for (unsigned int i = 0; i < count; i++) {
            m.state[i] = RUNSTATE_offline;
            m.down[i] = true;
        }
        memset(&before, 0, sizeof(before));
        for (unsigned int step = 0; step < 2000; step++) {
            random_step(&m, count);
            runstate_domain_get(&domain, &sample);
            model_pass(&m, count, clock_ns);
            CHECK_EQ(sample.state, model_state(&m, count));
            CHECK_EQ(sum_of_times(&sample), sample.now - born);
            for (unsigned int s = 0; s < DOMAIN_STATES; s++) {
                CHECK_EQ(sample.time[s], m.time[s]);
                CHECK(sample.time[s] >= before.time[s]);
            }
            CHECK(sample.average.running >= before.average.running &&
                  sample.average.runnable >= before.average.runnable);
            before = sample;
        }
    }
}

#define RACING_CPUS    4
#define RACING_CHANGES 20000

/* CPU 0 reads while the others change their vCPUs; every record has to be whole. */
static void race(unsigned int cpu)
{
    struct domain_runstate_sample sample, before = {0};

    local_irq_disable();
    if (cpu) {
        for (unsigned int i = 0; i < RACING_CHANGES; i++) {
            s_time_t now = __atomic_add_fetch(&clock_ns, 7, __ATOMIC_RELAXED);

            runstate_change(&vcpus[cpu], i % 3, now);
        }
        return;
    }
    do {
        runstate_domain_get(&domain, &sample);
        CHECK_EQ(sum_of_times(&sample), sample.now);
        for (unsigned int s = 0; s < DOMAIN_STATES; s++)
            CHECK(sample.time[s] >= before.time[s]);
        before = sample;
    } while (sample.now < (s_time_t)7 * RACING_CHANGES * (RACING_CPUS - 1));
}

UNIT_TEST(readers_race_writers,
          "Readers without a lock see whole records while CPUs change vCPUs; no change is lost.")
{
    struct domain_runstate_sample sample;

    make_domain(RACING_CPUS, 0);
    for (unsigned int i = 0; i < RACING_CPUS; i++)
        bring_up(&vcpus[i]);
    host_run_cpus(RACING_CPUS, race);
    runstate_domain_get(&domain, &sample);
    CHECK_EQ(sum_of_times(&sample), 7 * RACING_CHANGES * (RACING_CPUS - 1));
    for (unsigned int i = 1; i < RACING_CPUS; i++)
        enter(&vcpus[i], RUNSTATE_running);
    enter(&vcpus[0], RUNSTATE_running);
    CHECK_EQ(domain_state(), DOMAIN_RUNSTATE_full_run);
}

/* Each CPU but the first has two vCPUs of the domain: they take turns, and some block. */
static unsigned int switching_done;

static void switching(unsigned int cpu)
{
    struct vcpu *runs = &vcpus[2 * cpu], *waits = &vcpus[2 * cpu + 1], *other;
    struct domain_runstate_sample sample, before = {0};

    local_irq_disable();
    for (unsigned int i = 0; cpu && i < RACING_CHANGES; i++) {
        s_time_t now = __atomic_add_fetch(&clock_ns, 7, __ATOMIC_RELAXED);
        uint32_t state = i % 3 ? RUNSTATE_runnable : RUNSTATE_blocked;

        runstate_switch(runs, state, waits, now);
        if (state == RUNSTATE_blocked)
            runstate_change(runs, RUNSTATE_runnable, now + 3);
        other = runs;
        runs = waits;
        waits = other;
    }
    __atomic_fetch_add(&switching_done, cpu != 0, __ATOMIC_RELEASE);
    while (!cpu && __atomic_load_n(&switching_done, __ATOMIC_ACQUIRE) < RACING_CPUS - 1) {
        runstate_domain_get(&domain, &sample);
        CHECK_EQ(sum_of_times(&sample), sample.now);
        CHECK(sample.now >= before.now && sample.average.running >= before.average.running);
        CHECK(sample.average.runnable >= before.average.runnable);
        before = sample;
    }
}

UNIT_TEST(readers_race_switches, "Readers see whole records while CPUs switch between vCPUs.")
{
    struct domain_runstate_sample sample;

    make_domain(2 * RACING_CPUS, 0);
    switching_done = 0;
    for (unsigned int i = 2; i < 2 * RACING_CPUS; i++) {
        bring_up(&vcpus[i]);
        enter(&vcpus[i], RUNSTATE_runnable);
        if (i % 2 == 0)
            enter(&vcpus[i], RUNSTATE_running);
    }
    host_run_cpus(RACING_CPUS, switching);
    runstate_domain_get(&domain, &sample);
    CHECK_EQ(sample.state, DOMAIN_RUNSTATE_concurrency_hazard);
    CHECK_EQ(sum_of_times(&sample), sample.now);
    CHECK_EQ(sample.average.running, sample.now / 2);
}

#define MANY_CPUS    8
#define MANY_CHANGES 4000
static unsigned int many_done;

/* Each CPU but the first has its share of 128 vCPUs: they run, wait, rest, and are taken down. */
static void many_change(unsigned int cpu)
{
    unsigned int seed = cpu;

    for (unsigned int i = 0; i < MANY_CHANGES; i++) {
        unsigned int row =
            (seed = seed * 1103515245 + 12345) / 65536 % (VCPUS_MAX / (MANY_CPUS - 1));
        struct vcpu *v = &vcpus[row * (MANY_CPUS - 1) + cpu - 1];
        s_time_t now = __atomic_add_fetch(&clock_ns, 7, __ATOMIC_RELAXED);
        uint32_t state = seed / 32768 % VCPU_STATES;

        if (state == RUNSTATE_offline && i % 2)
            set_bit(VPF_down, &v->pause_flags);
        else
            clear_bit(VPF_down, &v->pause_flags);
        if (v->runstate.state != state)
            runstate_change(v, state, now);
        else
            runstate_set_down(v, test_bit(VPF_down, &v->pause_flags), now);
    }
    __atomic_fetch_add(&many_done, 1, __ATOMIC_RELEASE);
}

static void many(unsigned int cpu)
{
    struct domain_runstate_sample sample, before = {0};

    local_irq_disable();
    if (cpu) {
        many_change(cpu);
        return;
    }
    while (__atomic_load_n(&many_done, __ATOMIC_ACQUIRE) < MANY_CPUS - 1) {
        runstate_domain_get(&domain, &sample);
        CHECK_EQ(sum_of_times(&sample), sample.now);
        CHECK(sample.now >= before.now && sample.average.running >= before.average.running);
        CHECK(sample.average.runnable >= before.average.runnable);
        before = sample;
    }
}

UNIT_TEST(many_vcpus, "128 vCPUs change on many CPUs, and go down and up: in the end each is where "
                      "it was put, and no time is missing.")
{
    struct domain_runstate_sample sample;
    vcpu_counts_t counts = 0;

    make_domain(VCPUS_MAX, 0);
    for (unsigned int i = 0; i < VCPUS_MAX; i++)
        set_bit(VPF_down, &vcpus[i].pause_flags);
    many_done = 0;
    host_run_cpus(MANY_CPUS, many);
    for (unsigned int i = 0; i < VCPUS_MAX; i++)
        if (vcpus[i].runstate.state != RUNSTATE_offline ||
            !test_bit(VPF_down, &vcpus[i].pause_flags))
            counts += VCPU_KIND_ONE(min(vcpus[i].runstate.state, (uint32_t)VCPU_KIND_resting));
    runstate_domain_get(&domain, &sample);
    CHECK_EQ(domain.runstate.record.counts, counts);
    CHECK_EQ(sample.state, runstate_of_counts(counts));
    CHECK_EQ(sum_of_times(&sample), sample.now);
}
