/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The scheduler on simulated CPUs and a simulated clock.  One thread plays all CPUs in turn: it
 * runs their softirqs until none is pending, then moves the clock to the next thing that happens -
 * a timer, a vCPU that has worked enough and blocks, one that is woken.  So every run is the same.
 */
#include <public/domctl.h>
#include <public/sysctl.h>
#include <public/vcpu.h>
#include <xen/domain.h>
#include <xen/event.h>
#include <xen/errno.h>
#include <xen/keyhandler.h>
#include <xen/numa.h>
#include <xen/page_alloc.h>
#include <xen/rcupdate.h>
#include <xen/sched.h>
#include <xen/smp.h>
#include <xen/softirq.h>
#include <xen/string.h>
#include <xen/time.h>
#include <xen/xmalloc.h>
#include <common/sched/private.h>

#include "host.h"
#include "unit.h"

void *calloc(size_t count, size_t size);
void free(void *p);
void timer_subsystem_init(void);
void timer_cpu_init(unsigned int cpu);

#define CPUS_MAX 4

static s_time_t clock_ns;
static unsigned int cpu_count;
static s_time_t deadline[CPUS_MAX];    /* of each CPU's timer, STIME_MAX for none */
static struct vcpu *running[CPUS_MAX]; /* `current` of each CPU */

/* A vCPU's work: runs for `work` ns, blocks for `rest` ns, and so on; rest 0 never blocks. */
struct load {
    struct vcpu *v;
    s_time_t work, rest;
    s_time_t left;  /* of the present work */
    s_time_t since; /* running: since when */
    s_time_t wakes; /* blocked: when it is woken, STIME_MAX otherwise */
    s_time_t woken; /* waiting after a wake-up: since when, -1 otherwise */
    s_time_t longest_wait;
};
#define LOADS_MAX 64
static struct load loads[LOADS_MAX];
static unsigned int load_count;

/* --- what the scheduler wants of the machine --- */

s_time_t NOW(void)
{
    return clock_ns;
}

bool arch_timer_program(s_time_t at)
{
    deadline[smp_processor_id()] = at ? at : STIME_MAX;
    return at == 0 || at > clock_ns;
}

static struct load *load_of(const struct vcpu *v)
{
    for (unsigned int i = 0; i < load_count; i++)
        if (loads[i].v == v)
            return &loads[i];
    return NULL;
}

void arch_vcpu_switch_from(struct vcpu *v)
{
    struct load *l = load_of(v);

    l->left -= clock_ns - l->since;
}

void arch_vcpu_switch_to(struct vcpu *v)
{
    struct load *l = load_of(v);

    l->since = clock_ns;
    if (l->woken >= 0) {
        l->longest_wait = max(l->longest_wait, clock_ns - l->woken);
        l->woken = -1;
    }
}

bool arch_vcpu_has_work(struct vcpu *v)
{
    return false;
}

void vcpu_timers_follow(struct vcpu *v)
{
}

void runstate_area_update(struct vcpu *v)
{
}

void keyhandler_register(char key, void (*fn)(char key), const char *description)
{
}

nodeid_t numa_cpu_node[NR_CPUS] = {0, 0, 1, 1, 2, 2, 3, 3};

bool event_port_is_valid(struct domain *d, evtchn_port_t port)
{
    return port < 8;
}

bool event_port_is_pending(struct domain *d, evtchn_port_t port)
{
    return false;
}

bool vcpu_event_pending(const struct vcpu *v)
{
    return false;
}

void domain_pages_init(struct domain_pages *mem)
{
}

void *xzalloc_bytes(size_t size, size_t align)
{
    return calloc(1, size);
}

void xfree(void *p)
{
    free(p);
}

struct domain *domain_get(domid_t domid)
{
    struct domain *d = domain_find(domid);

    if (d)
        domain_hold(d);
    return d;
}

struct domain *idle_domain;

static struct vcpu *make_vcpu(struct domain *d, unsigned int id)
{
    struct vcpu *v = calloc(1, sizeof(*v));

    v->domain = d;
    v->vcpu_id = id;
    if (!d->is_idle)
        set_bit(VPF_down, &v->pause_flags);
    runstate_vcpu_init(v, clock_ns);
    d->vcpu[id] = v;
    CHECK_EQ(sched_vcpu_init(v), 0);
    return v;
}

struct vcpu *vcpu_create(struct domain *d, unsigned int id)
{
    return make_vcpu(d, id);
}

static struct domain *make_domain(domid_t domid, unsigned int vcpu_count)
{
    /* The idle domain is in no table. */
    struct domain *d = domid == DOMID_IDLE ? calloc(1, sizeof(*d)) : host_domain_create(domid, 0);

    d->max_vcpus = vcpu_count;
    d->vcpu = calloc(vcpu_count, sizeof(*d->vcpu));
    runstate_domain_init(d, clock_ns);
    return d;
}

void idle_domain_create(void)
{
    idle_domain = make_domain(DOMID_IDLE, CPUS_MAX);
    idle_domain->is_idle = true;
}

void domain_pause(struct domain *d)
{
    struct vcpu *v;

    atomic_inc(&d->pause_count);
    for_each_vcpu (d, v)
        vcpu_sleep_nosync(v);
}

void domain_unpause(struct domain *d)
{
    struct vcpu *v;

    if (atomic_dec_return(&d->pause_count) == 0)
        for_each_vcpu (d, v)
            vcpu_wake(v);
}

/* --- the simulator --- */

static void become(unsigned int cpu)
{
    running[smp_processor_id()] = current;
    host_cpu_info.processor_id = cpu;
    host_cpu_info.curr = running[cpu];
}

static void make_host(unsigned int cpus)
{
    cpu_count = cpus;
    clock_ns = SECONDS(1);
    for (unsigned int cpu = 0; cpu < cpus; cpu++) {
        deadline[cpu] = STIME_MAX;
        cpumask_set(&cpu_online_map, cpu);
    }
    timer_subsystem_init();
    scheduler_init();
    running[0] = current;
    for (unsigned int cpu = 1; cpu < cpus; cpu++) {
        timer_cpu_init(cpu);
        sched_cpu_up(cpu);
        running[cpu] = domain_vcpu(idle_domain, cpu);
    }
}

/* Every vCPU is where its state says. */
static void check_places(void)
{
    unsigned int waiting = 0, curr = 0;

    for (unsigned int cpu = 0; cpu < cpu_count; cpu++) {
        struct run_queue *rq = run_queue_of(cpu);
        struct sched_unit *u;
        unsigned int count = 0;

        become(cpu);
        CHECK(rq->curr == current);
        CHECK_EQ(rq->curr->runstate.state, RUNSTATE_running);
        curr += rq->curr != rq->idle;
        list_for_each_entry (u, &rq->waiting, elem) {
            CHECK_EQ(u->vcpu->runstate.state, RUNSTATE_runnable);
            CHECK_EQ(u->vcpu->processor, cpu);
            CHECK(!u->is_migrating && !u->is_parked && vcpu_runnable(u->vcpu));
            count++;
        }
        CHECK_EQ(rq->waiting_count, count);
        waiting += count;
        /* No CPU idles while somebody waits there. */
        CHECK(rq->curr != rq->idle || count == 0);
    }
    for (unsigned int i = 0; i < load_count; i++) {
        const struct vcpu *v = loads[i].v;

        CHECK(!v->sched->is_migrating);
        CHECK(vcpu_runnable(v) == (v->runstate.state <= RUNSTATE_runnable));
        if (v->runstate.state == RUNSTATE_runnable && v->sched->is_parked)
            waiting++;
        waiting -= v->runstate.state == RUNSTATE_runnable;
        curr -= v->runstate.state == RUNSTATE_running;
    }
    CHECK_EQ(waiting, 0);
    CHECK_EQ(curr, 0);
}

static void settle(void)
{
    bool again = true;

    while (again) {
        again = false;
        for (unsigned int cpu = 0; cpu < cpu_count; cpu++) {
            if (!softirq_pending(cpu))
                continue;
            become(cpu);
            softirq_process();
            again = true;
        }
    }
    check_places();
}

static bool runs(const struct load *l)
{
    return l->v->runstate.state == RUNSTATE_running;
}

static s_time_t next_event(void)
{
    s_time_t next = STIME_MAX;

    for (unsigned int cpu = 0; cpu < cpu_count; cpu++)
        next = min(next, deadline[cpu]);
    for (unsigned int i = 0; i < load_count; i++) {
        next = min(next, loads[i].wakes);
        if (loads[i].rest && runs(&loads[i]))
            next = min(next, loads[i].since + max(loads[i].left, (s_time_t)1));
    }
    return next;
}

static void load_blocks(struct load *l)
{
    become(l->v->processor);
    CHECK(current == l->v);
    vcpu_block();
    l->wakes = clock_ns + l->rest;
    /* left counts down at the switch, to nothing. */
}

static void load_wakes(struct load *l)
{
    l->left = l->work;
    l->wakes = STIME_MAX;
    l->woken = clock_ns;
    become(unit_random_below(cpu_count));
    vcpu_unblock(l->v);
}

static void happen(void)
{
    for (unsigned int cpu = 0; cpu < cpu_count; cpu++) {
        if (deadline[cpu] > clock_ns)
            continue;
        deadline[cpu] = STIME_MAX;
        become(cpu);
        softirq_raise(SOFTIRQ_TIMER);
    }
    settle();
    for (unsigned int i = 0; i < load_count; i++) {
        struct load *l = &loads[i];

        if (l->rest && runs(l) && clock_ns - l->since >= l->left && l->wakes == STIME_MAX)
            load_blocks(l);
        else if (l->wakes <= clock_ns)
            load_wakes(l);
    }
    settle();
}

static void run_for(s_time_t span)
{
    s_time_t end = clock_ns + span;

    settle();
    for (;;) {
        s_time_t next = next_event();

        if (next > end)
            break;
        clock_ns = max(clock_ns, next);
        happen();
    }
    clock_ns = end;
    settle();
}

static struct load *add_load(struct domain *d, s_time_t work, s_time_t rest)
{
    struct load *l = &loads[load_count++];
    unsigned int id = 0;

    CHECK(load_count <= LOADS_MAX);
    while (d->vcpu[id])
        id++;
    *l = (struct load){.work = work, .rest = rest, .left = work, .wakes = STIME_MAX, .woken = -1};
    l->v = make_vcpu(d, id);
    l->v->is_initialised = true;
    clear_bit(VPF_down, &l->v->pause_flags);
    sched_vcpu_set_down(l->v, false);
    vcpu_wake(l->v);
    return l;
}

static struct domain *add_domain(domid_t domid, unsigned int vcpu_count, s_time_t work,
                                 s_time_t rest)
{
    struct domain *d = make_domain(domid, vcpu_count);

    CHECK_EQ(sched_domain_init(d, 0), 0);
    for (unsigned int i = 0; i < vcpu_count && work; i++)
        add_load(d, work, rest);
    return d;
}

static void set_weight(struct domain *d, uint16_t weight, uint16_t cap)
{
    struct xen_domctl_scheduler_op op = {.sched_id = XEN_SCHEDULER_CREDIT2,
                                         .cmd = XEN_DOMCTL_SCHEDOP_putinfo};

    op.u.credit2.weight = weight;
    op.u.credit2.cap = cap;
    CHECK_EQ(sched_adjust_domain(d, &op), 0);
}

static uint64_t ran(const struct vcpu *v)
{
    struct vcpu_runstate state;

    vcpu_runstate_get((struct vcpu *)v, &state);
    return state.time[RUNSTATE_running];
}

static uint64_t domain_ran(const struct domain *d)
{
    uint64_t sum = 0;

    for (unsigned int i = 0; i < d->max_vcpus; i++)
        sum += d->vcpu[i] ? ran(d->vcpu[i]) : 0;
    return sum;
}

/* actual is within `percent` of `wanted`. */
#define CHECK_NEAR(actual, wanted, percent)                                                    \
    do {                                                                                       \
        long long n_ = (long long)(actual), w_ = (long long)(wanted);                          \
        if ((n_ > w_ ? n_ - w_ : w_ - n_) * 100 > w_ * (percent))                              \
            unit_fail(__FILE__, __LINE__, "%s is %lld, not within %d %% of %lld", #actual, n_, \
                      percent, w_);                                                            \
    } while (0)

/* --- tests --- */

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

static int pool_op(unsigned int op, unsigned int pool, unsigned int cpu, unsigned int domid,
                   unsigned int sched)
{
    struct xen_sysctl_cpupool_op o = {
        .op = op, .cpupool_id = pool, .cpu = cpu, .domid = domid, .sched_id = sched};

    become(0);
    return cpupool_op(&o);
}

UNIT_TEST(pools,
          "A domain in a pool runs on the pool's CPUs alone; a pool in use is not destroyed.")
{
    struct domain *d;

    make_host(2);
    d = add_domain(1, 2, SECONDS(1), 0);
    settle();
    CHECK_EQ(pool_op(XEN_SYSCTL_CPUPOOL_OP_CREATE, 1, 0, 0, XEN_SCHEDULER_NULL), 0);
    CHECK_EQ(pool_op(XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN, 1, 0, 1, 0), -EINVAL); /* no CPU in it */
    CHECK_EQ(pool_op(XEN_SYSCTL_CPUPOOL_OP_ADDCPU, 1, 1, 0, 0), -EBUSY);      /* not free */
    CHECK_EQ(pool_op(XEN_SYSCTL_CPUPOOL_OP_RMCPU, 0, 1, 0, 0), -EAGAIN); /* its vCPU has to leave */
    settle();
    domain_pause(d);
    settle();
    CHECK_EQ(pool_op(XEN_SYSCTL_CPUPOOL_OP_RMCPU, 0, 1, 0, 0), 0);
    CHECK_EQ(pool_op(XEN_SYSCTL_CPUPOOL_OP_ADDCPU, 1, 1, 0, 0), 0);
    CHECK_EQ(pool_op(XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN, 1, 0, 1, 0), 0);
    domain_unpause(d);
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
