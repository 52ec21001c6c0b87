/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What another CPU does while one is in schedule(): every way in which the two can meet.
 *
 * CPU 0 schedules.  At the nth thing that it asks of its surroundings (a lock, the clock, a timer,
 * its policy, the architecture) it stands still, and CPU 2 does what the scenario says, until it is
 * done or waits for a lock; then CPU 0 goes on.  So each run is one interleaving, the same each
 * time, and n goes from the first such point to the last.  Afterwards both have ended, all CPUs
 * have seen to what was raised, and nobody may have been forgotten.
 *
 * The surroundings are all here: timers are fields, softirqs are bits.
 */
// Sources: common/sched/core.c common/sched/block.c common/sched/credit.c common/sched/null.c
// Sources: common/sched/cpupool.c common/sched/placement.c common/sched/adjust.c
// Sources: common/sched/runstate.c
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/sched.h>
#include <xen/smp.h>
#include <xen/softirq.h>
#include <xen/string.h>
#include <xen/time.h>
#include <asm/irqflags.h>
#include <common/sched/private.h>

#include "host.h"
#include "unit.h"

void *calloc(size_t count, size_t size);

#define CPUS      3
#define SCHEDULES 0 /* the CPU in schedule() */
#define OTHER     2 /* the one that comes between */

static s_time_t clock_ns;
static unsigned int pending[CPUS];
static void (*schedule_softirq)(void);
static struct vcpu *running[CPUS]; /* `current` of each */

/* --- standing still --- */

static void (*intrusion)(void);
static unsigned int steps, stop_at; /* points passed, and the one to stop at */
static bool is_watching, may_intrude, has_intruded;

/* A lock's ticket after the holder's has been drawn. */
static bool waits_for_a_lock(void)
{
    for (unsigned int cpu = 0; cpu < CPUS; cpu++) {
        const spinlock_t *l = &run_queue_of(cpu)->lock;

        if ((uint16_t)(__atomic_load_n(&l->tail, __ATOMIC_SEQ_CST) -
                       __atomic_load_n(&l->head, __ATOMIC_SEQ_CST)) > 1)
            return true;
    }
    return false;
}

static void let_other_in(void)
{
    __atomic_store_n(&may_intrude, true, __ATOMIC_SEQ_CST);
    while (!__atomic_load_n(&has_intruded, __ATOMIC_SEQ_CST) && !waits_for_a_lock())
        host_relax();
}

/* Each thing that schedule() asks for. */
static void step(void)
{
    if (is_watching && smp_processor_id() == SCHEDULES && ++steps == stop_at)
        let_other_in();
}

/* --- what the scheduler asks for --- */

/* The linker puts these before the real ones. */
unsigned long __real_spin_lock_irqsave_fn(spinlock_t *l);
unsigned long __wrap_spin_lock_irqsave_fn(spinlock_t *l);
void __real_spin_unlock_irqrestore(spinlock_t *l, unsigned long flags);
void __wrap_spin_unlock_irqrestore(spinlock_t *l, unsigned long flags);

unsigned long __wrap_spin_lock_irqsave_fn(spinlock_t *l)
{
    step();
    return __real_spin_lock_irqsave_fn(l);
}

void __wrap_spin_unlock_irqrestore(spinlock_t *l, unsigned long flags)
{
    __real_spin_unlock_irqrestore(l, flags);
    step();
}

s_time_t NOW(void)
{
    step();
    return clock_ns;
}

void timer_init(struct timer *t, void (*function)(void *), void *data, unsigned int cpu)
{
    *t = (struct timer){.function = function, .data = data, .cpu = (uint16_t)cpu};
}

void timer_set(struct timer *t, s_time_t expires)
{
    step();
    t->expires = expires;
}

void timer_stop(struct timer *t)
{
    step();
    t->expires = 0;
}

void timer_kill(struct timer *t)
{
    t->expires = 0;
}

bool timer_is_active(const struct timer *t)
{
    return t->expires != 0;
}

void softirq_open(enum softirq nr, void (*handler)(void))
{
    schedule_softirq = handler;
}

void softirq_raise_on(unsigned int cpu, enum softirq nr)
{
    step();
    __atomic_store_n(&pending[cpu], 1, __ATOMIC_SEQ_CST);
}

void softirq_raise(enum softirq nr)
{
    softirq_raise_on(smp_processor_id(), nr);
}

void arch_vcpu_switch_from(struct vcpu *v)
{
    step();
}

void arch_vcpu_switch_to(struct vcpu *v)
{
    step();
}

bool arch_vcpu_has_work(struct vcpu *v)
{
    return false;
}

void vcpu_timers_follow(struct vcpu *v)
{
    step();
}

void runstate_area_update(struct vcpu *v)
{
    step();
}

void sched_dump_init(void)
{
}

void domain_pages_init(struct domain_pages *mem)
{
}

nodeid_t numa_cpu_node[NR_CPUS];
struct domain *idle_domain;

/* The fair scheduler, watched. */
static struct sched_ops watched;

static struct sched_unit *watched_pick(struct run_queue *rq)
{
    struct sched_unit *u;

    step();
    u = sched_credit.pick(rq);
    step();
    return u;
}

static void watched_charge(struct run_queue *rq, struct sched_unit *u, s_time_t now)
{
    step();
    sched_credit.charge(rq, u, now);
    step();
}

static s_time_t watched_slice(struct run_queue *rq, struct sched_unit *u)
{
    step();
    return sched_credit.slice(rq, u);
}

/* --- the host --- */

static struct domain *d;

struct vcpu *vcpu_create(struct domain *of, unsigned int id)
{
    struct vcpu *v = calloc(1, sizeof(*v));

    v->domain = of;
    v->vcpu_id = id;
    runstate_vcpu_init(v, clock_ns);
    of->vcpu[id] = v;
    CHECK_EQ(sched_vcpu_init(v), 0);
    return v;
}

void idle_domain_create(void)
{
    idle_domain = calloc(1, sizeof(*idle_domain));
    idle_domain->is_idle = true;
    idle_domain->max_vcpus = CPUS;
    idle_domain->vcpu = calloc(CPUS, sizeof(struct vcpu *));
}

static void become(unsigned int cpu)
{
    running[smp_processor_id()] = current;
    host_cpu_info.processor_id = cpu;
    host_cpu_info.curr = running[cpu];
}

static void make_host(void)
{
    clock_ns = SECONDS(1);
    scheduler_init();
    running[0] = current;
    for (unsigned int cpu = 0; cpu < CPUS; cpu++) {
        cpumask_set(&cpu_online_map, cpu);
        if (cpu)
            sched_cpu_up(cpu);
        running[cpu] = domain_vcpu(idle_domain, cpu);
    }
    watched = sched_credit;
    watched.pick = watched_pick;
    watched.charge = watched_charge;
    watched.slice = watched_slice;
    for (unsigned int cpu = 0; cpu < CPUS; cpu++)
        run_queue_of(cpu)->ops = &watched;
}

static void settle(void)
{
    for (unsigned int cpu = 0; cpu < CPUS; cpu++)
        if (pending[cpu]) {
            become(cpu);
            pending[cpu] = 0;
            schedule_softirq();
            cpu = ~0u; /* from the first one again */
        }
    become(0);
}

/* --- nobody may be forgotten --- */

static bool is_allowed(const struct vcpu *v, unsigned int cpu)
{
    return cpumask_test(&v->hard_affinity, cpu);
}

static void check_queue(unsigned int cpu)
{
    const struct run_queue *rq = run_queue_of(cpu);
    struct sched_unit *u;

    CHECK(rq->curr == running[cpu]);
    CHECK_EQ(rq->curr->runstate.state, RUNSTATE_running);
    CHECK(rq->curr == rq->idle || (vcpu_runnable(rq->curr) && is_allowed(rq->curr, cpu)));
    list_for_each_entry (u, &rq->waiting, elem) {
        CHECK_EQ(u->vcpu->runstate.state, RUNSTATE_runnable);
        CHECK(rq->curr != rq->idle);                     /* or it would run */
        CHECK(rq->slice.expires > clock_ns);             /* or its turn never comes */
        for (unsigned int idle = 0; idle < CPUS; idle++) /* a CPU that idles would have taken it */
            CHECK(run_queue_of(idle)->curr != run_queue_of(idle)->idle ||
                  !is_allowed(u->vcpu, idle));
    }
}

static void check_vcpu(const struct vcpu *v)
{
    const struct run_queue *rq = run_queue_of(v->processor);
    bool waits = !list_empty(&v->sched->elem);

    CHECK(!v->sched->is_migrating);
    CHECK_EQ(v->is_running, rq->curr == v);
    CHECK_EQ(waits, v->runstate.state == RUNSTATE_runnable);
    CHECK_EQ(vcpu_runnable(v), waits || rq->curr == v);
}

/* --- scenarios --- */

/* Three vCPUs on CPU 0: A runs, B waits if it is awake, C rests. */
enum { A, B, C, VCPUS };

struct scenario {
    const char *what;
    bool b_waits;
    bool may_run_elsewhere; /* A and C: on CPU 1, too, which idles */
    void (*prelude)(void);  /* on CPU 0, before it schedules */
    void (*intrusion)(void);
};

static void pin(struct vcpu *v, unsigned long cpus)
{
    cpumask_t mask = {{cpus}};

    CHECK_EQ(vcpu_set_hard_affinity(v, &mask), 0);
}

static void add_vcpu(unsigned int id, bool is_awake)
{
    struct vcpu *v = vcpu_create(d, id);

    set_bit(VPF_blocked, &v->pause_flags);
    sched_vcpu_set_down(v, false);
    pin(v, 1);
    if (is_awake)
        vcpu_unblock(v);
    settle();
}

static void make_vcpus(const struct scenario *s, domid_t domid)
{
    d = host_domain_create(domid, 0);
    d->max_vcpus = VCPUS;
    d->vcpu = calloc(VCPUS, sizeof(*d->vcpu));
    runstate_domain_init(d, clock_ns);
    CHECK_EQ(sched_domain_init(d, 0), 0);
    add_vcpu(A, true);
    add_vcpu(B, s->b_waits);
    add_vcpu(C, false);
    CHECK(run_queue_of(0)->curr == d->vcpu[A]);
    clock_ns += MILLISECS(5); /* A has had its turn */
    if (s->may_run_elsewhere) {
        pin(d->vcpu[A], 3);
        pin(d->vcpu[C], 3);
        settle();
    }
}

static void forget_vcpus(void)
{
    for (unsigned int id = 0; id < VCPUS; id++) {
        atomic_inc(&d->vcpu[id]->pause_count);
        vcpu_sleep_nosync(d->vcpu[id]);
        settle();
        sched_vcpu_destroy(d->vcpu[id]);
    }
}

static void two_cpus(unsigned int cpu)
{
    host_cpu_info.curr = running[cpu];
    if (cpu == SCHEDULES) {
        is_watching = true;
        pending[cpu] = 0;
        schedule_softirq();
        is_watching = false;
        let_other_in(); /* if it was not before */
        running[cpu] = current;
    } else if (cpu == OTHER) {
        while (!__atomic_load_n(&may_intrude, __ATOMIC_SEQ_CST))
            host_relax();
        intrusion();
        __atomic_store_n(&has_intruded, true, __ATOMIC_SEQ_CST);
    }
}

/* The scenario with CPU 2 at the nth point; false: there are not so many. */
static bool play(const struct scenario *s, unsigned int n)
{
    make_vcpus(s, (domid_t)n);
    if (s->prelude)
        s->prelude();
    steps = 0;
    stop_at = n;
    intrusion = s->intrusion;
    may_intrude = has_intruded = false;
    host_run_cpus(CPUS, two_cpus);
    host_cpu_info.curr = running[0];
    settle();
    for (unsigned int cpu = 0; cpu < CPUS; cpu++)
        check_queue(cpu);
    for (unsigned int id = 0; id < VCPUS; id++)
        check_vcpu(d->vcpu[id]);
    forget_vcpus();
    return n <= steps;
}

static void play_all(const struct scenario *s, unsigned int count)
{
    make_host();
    for (unsigned int i = 0; i < count; i++) {
        unsigned int n = 1;

        while (play(&s[i], n))
            n++;
        unit_note("%s: %u points", s[i].what, n - 1);
        CHECK(n > 4);
    }
}

static void a_blocks(void)
{
    vcpu_block();
}

static void a_is_pinned_away(void)
{
    pin(d->vcpu[A], 2);
}

static void wake_a(void)
{
    vcpu_unblock(d->vcpu[A]);
}

static void wake_c(void)
{
    vcpu_unblock(d->vcpu[C]);
}

static void wake_all(void)
{
    for (unsigned int id = 0; id < VCPUS; id++)
        vcpu_unblock(d->vcpu[id]);
}

static void pause(struct vcpu *v)
{
    atomic_inc(&v->pause_count);
    vcpu_sleep_nosync(v);
}

static void unpause(struct vcpu *v)
{
    if (atomic_dec_return(&v->pause_count) == 0)
        vcpu_wake(v);
}

static void pause_a(void)
{
    pause(d->vcpu[A]);
}

static void pause_b(void)
{
    pause(d->vcpu[B]);
}

static void pause_and_unpause(void)
{
    for (unsigned int id = 0; id < VCPUS; id++) {
        pause(d->vcpu[id]);
        unpause(d->vcpu[id]);
    }
}

static void pin_all_away(void)
{
    for (unsigned int id = 0; id < VCPUS; id++)
        pin(d->vcpu[id], 2);
}

static void pin_all_back(void)
{
    for (unsigned int id = 0; id < VCPUS; id++)
        pin(d->vcpu[id], 1);
}

UNIT_TEST(woken_while_blocking, "A vCPU that is woken while its CPU puts it to rest runs again.")
{
    static const struct scenario s[] = {
        {"alone", false, false, a_blocks, wake_a},
        {"another waits", true, false, a_blocks, wake_a},
        {"may run elsewhere", true, true, a_blocks, wake_a},
    };

    play_all(s, ARRAY_SIZE(s));
}

UNIT_TEST(joined_while_switching, "A vCPU that comes to wait while its CPU switches gets its turn.")
{
    static const struct scenario s[] = {
        {"behind the next one", true, false, a_blocks, wake_c},
        {"at the end of a turn", true, false, NULL, wake_c},
        {"nobody else", false, false, a_blocks, wake_c},
        {"behind one that goes on", false, false, NULL, wake_c},
        {"a CPU idles", true, true, a_blocks, wake_c},
        {"all at once", true, false, a_blocks, wake_all},
        {"all at once, a CPU idles", true, true, a_blocks, wake_all},
    };

    play_all(s, ARRAY_SIZE(s));
}

UNIT_TEST(paused_while_switching,
          "A vCPU that is paused while its CPU switches rests, and one unpaused runs.")
{
    static const struct scenario s[] = {
        {"the last one", true, false, NULL, pause_a},
        {"the next one", true, false, a_blocks, pause_b},
        {"the last one, blocking", false, false, a_blocks, pause_a},
        {"all, for a moment", true, false, NULL, pause_and_unpause},
        {"all, while one blocks", true, true, a_blocks, pause_and_unpause},
    };

    play_all(s, ARRAY_SIZE(s));
}

UNIT_TEST(pinned_while_switching,
          "A vCPU that may not stay where it is, or may not leave after all, arrives.")
{
    static const struct scenario s[] = {
        {"all go", true, false, NULL, pin_all_away},
        {"one has blocked", true, false, a_blocks, pin_all_away},
        {"on its way, and back", true, false, a_is_pinned_away, pin_all_back},
        {"on its way, paused", true, false, a_is_pinned_away, pause_a},
        {"on its way, and woken", true, false, a_is_pinned_away, pause_and_unpause},
    };

    play_all(s, ARRAY_SIZE(s));
}
