/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The scheduler on simulated CPUs and a simulated clock.  One thread plays all CPUs in turn: it
 * runs their softirqs until none is pending, then moves the clock to the next thing that happens -
 * a timer, a vCPU that has worked enough and blocks, one that is woken.  So every run is the same.
 */
#ifndef SCHED_FIXTURE_H
#define SCHED_FIXTURE_H

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

static inline struct load *load_of(const struct vcpu *v)
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

static void (*key_fn[128])(char key); /* by key */

void keyhandler_register(char key, void (*fn)(char key), const char *description)
{
    key_fn[(unsigned char)key] = fn;
}

nodeid_t numa_cpu_node[NR_CPUS] = {0, 0, 1, 1, 2, 2, 3, 3};

bool event_port_is_valid(struct domain *d, evtchn_port_t port)
{
    return port < 8;
}

static evtchn_port_t pending_port;

bool event_port_is_pending(struct domain *d, evtchn_port_t port)
{
    return port == pending_port;
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

static inline struct vcpu *make_vcpu(struct domain *d, unsigned int id)
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

static inline struct domain *make_domain(domid_t domid, unsigned int vcpu_count)
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

    CHECK(!d->is_privileged); /* dom0 makes the call */
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

static inline void become(unsigned int cpu)
{
    running[smp_processor_id()] = current;
    host_cpu_info.processor_id = cpu;
    host_cpu_info.curr = running[cpu];
}

static inline void make_host(unsigned int cpus)
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
static inline void check_places(void)
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

static inline void settle(void)
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

static inline bool runs(const struct load *l)
{
    return l->v->runstate.state == RUNSTATE_running;
}

static inline s_time_t next_event(void)
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

static inline void load_blocks(struct load *l)
{
    become(l->v->processor);
    CHECK(current == l->v);
    vcpu_block();
    l->wakes = clock_ns + l->rest;
    /* left counts down at the switch, to nothing. */
}

static inline void load_wakes(struct load *l)
{
    l->left = l->work;
    l->wakes = STIME_MAX;
    l->woken = clock_ns;
    become(unit_random_below(cpu_count));
    vcpu_unblock(l->v);
}

static inline void happen(void)
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

static inline void run_for(s_time_t span)
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

static inline struct load *add_load(struct domain *d, s_time_t work, s_time_t rest)
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

static inline struct domain *add_domain(domid_t domid, unsigned int vcpu_count, s_time_t work,
                                        s_time_t rest)
{
    struct domain *d = make_domain(domid, vcpu_count);

    CHECK_EQ(sched_domain_init(d, 0), 0);
    for (unsigned int i = 0; i < vcpu_count && work; i++)
        add_load(d, work, rest);
    return d;
}

static inline void set_weight(struct domain *d, uint16_t weight, uint16_t cap)
{
    struct xen_domctl_scheduler_op op = {.sched_id = XEN_SCHEDULER_CREDIT2,
                                         .cmd = XEN_DOMCTL_SCHEDOP_putinfo};

    op.u.credit2.weight = weight;
    op.u.credit2.cap = cap;
    CHECK_EQ(sched_adjust_domain(d, &op), 0);
}

static inline uint64_t ran(const struct vcpu *v)
{
    struct vcpu_runstate state;

    vcpu_runstate_get((struct vcpu *)v, &state);
    return state.time[RUNSTATE_running];
}

static inline uint64_t domain_ran(const struct domain *d)
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

/* As the toolstack asks, on CPU 0. */
static inline int pool_op(unsigned int op, unsigned int pool, unsigned int cpu, unsigned int domid,
                          unsigned int sched)
{
    struct xen_sysctl_cpupool_op o = {
        .op = op, .cpupool_id = pool, .cpu = cpu, .domid = domid, .sched_id = sched};

    become(0);
    return cpupool_op(&o);
}

#endif
