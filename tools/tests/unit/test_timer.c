/* SPDX-License-Identifier: GPL-2.0-only */
// Sources: common/timer.c common/timer_queue.c common/softirq.c
/* Timers: none lost, none early, in order; against a model, and on several CPUs at once. */
#include <stdlib.h>

#include <xen/atomic.h>
#include <xen/cpumask.h>
#include <xen/keyhandler.h>
#include <xen/smp.h>
#include <xen/softirq.h>
#include <xen/time.h>
#include <xen/timer.h>
#include <asm/irqflags.h>

#include "host.h"
#include "unit.h"

/* --- the machine: a clock that tests move, and a deadline a CPU --- */

static s_time_t clock_now = 1000;
static s_time_t deadline[NR_CPUS];
static unsigned int programmed;

s_time_t NOW(void)
{
    return __atomic_load_n(&clock_now, __ATOMIC_SEQ_CST);
}

bool arch_timer_program(s_time_t t)
{
    deadline[smp_processor_id()] = t;
    __atomic_add_fetch(&programmed, 1, __ATOMIC_RELAXED);
    return t > NOW();
}

void keyhandler_register(char key, void (*fn)(char key), const char *description)
{
}

/* Time passes; the hardware fires if it was armed for then. */
static void advance_to(s_time_t t)
{
    clock_now = t;
    if (deadline[0] && deadline[0] <= t) {
        deadline[0] = 0;
        softirq_raise(SOFTIRQ_TIMER);
    }
    softirq_process();
}

/* --- one CPU against a model --- */

#define TIMERS 64

struct tracked {
    struct timer timer;
    s_time_t set_to; /* 0: not set */
    unsigned int fired;
};
static struct tracked tracked[TIMERS];
static s_time_t last_fired;

static void fire(void *data)
{
    struct tracked *t = data;

    CHECK(t->set_to);
    CHECK(NOW() >= t->set_to);
    CHECK(t->set_to >= last_fired); /* within a pass, in the order of the deadlines */
    CHECK(!timer_is_active(&t->timer));
    last_fired = t->set_to;
    t->set_to = 0;
    t->fired++;
}

static void start(void)
{
    timer_subsystem_init();
    for (unsigned int i = 0; i < TIMERS; i++)
        timer_init(&tracked[i].timer, fire, &tracked[i], 0);
}

static void check_against_model(void)
{
    s_time_t first = STIME_MAX;

    for (unsigned int i = 0; i < TIMERS; i++) {
        CHECK_EQ(timer_is_active(&tracked[i].timer), tracked[i].set_to != 0);
        CHECK(!tracked[i].set_to || tracked[i].set_to > NOW()); /* nothing due is left */
        if (tracked[i].set_to)
            first = min(first, tracked[i].set_to);
    }
    CHECK(first == STIME_MAX || (deadline[0] && deadline[0] <= first));
}

UNIT_TEST(random_operations, "Whatever is set, stopped and set again: each timer fires once, at "
                             "its time, and the hardware is armed.")
{
    start();
    for (unsigned int round = 0; round < unit_rounds(50000); round++) {
        struct tracked *t = &tracked[unit_random_below(TIMERS)];

        switch (unit_random_below(8)) {
        case 0:
            timer_stop(&t->timer);
            t->set_to = 0;
            break;
        case 1:
            last_fired = 0;
            advance_to(NOW() + unit_random_below(50));
            check_against_model();
            break;
        default:
            t->set_to = NOW() + 1 + unit_random_below(1000);
            timer_set(&t->timer, t->set_to);
        }
    }
    last_fired = 0;
    advance_to(NOW() + 2000);
    check_against_model();
}

UNIT_TEST(past, "A deadline in the past fires at the next pass.")
{
    start();
    tracked[0].set_to = 1;
    timer_set(&tracked[0].timer, 1);
    CHECK(softirq_pending(0));
    softirq_process();
    CHECK_EQ(tracked[0].fired, 1);
}

UNIT_TEST(early_interrupt, "Hardware that strikes a little early is armed again.")
{
    start();
    tracked[0].set_to = 2000;
    timer_set(&tracked[0].timer, 2000);
    clock_now = 1999;
    deadline[0] = 0;
    softirq_raise(SOFTIRQ_TIMER);
    softirq_process();
    CHECK_EQ(tracked[0].fired, 0);
    CHECK_EQ(deadline[0], 2000);
}

UNIT_TEST(programming_is_rare, "Only an earlier first deadline costs a write to the hardware.")
{
    start();
    for (unsigned int i = 0; i < TIMERS; i++)
        timer_set(&tracked[i].timer, 2000 + i);
    CHECK_EQ(programmed, 1);
    timer_stop(&tracked[0].timer);
    CHECK_EQ(programmed, 1);
}

UNIT_TEST(killed, "A killed timer, or one of zeroes, cannot be set.")
{
    static struct timer zero;

    start();
    timer_set(&tracked[0].timer, 5000);
    timer_kill(&tracked[0].timer);
    timer_set(&tracked[0].timer, 5000);
    timer_set(&zero, 5000);
    CHECK(!timer_is_active(&tracked[0].timer) && !timer_is_active(&zero));
    timer_stop(&zero);
    timer_kill(&zero);
}

static void free_oneself(void *data)
{
    free(data);
}

UNIT_TEST(handler_frees, "A handler may free its own timer.")
{
    struct timer *t = malloc(sizeof(*t));

    start();
    timer_init(t, free_oneself, t, 0);
    timer_set(t, 2000);
    advance_to(3000);
}

static void set_again(void *data)
{
    tracked[1].fired++;
    timer_set(data, NOW());
}

static unsigned int schedules;

static void schedule(void)
{
    if (++schedules == 3)
        timer_stop(&tracked[1].timer);
    else
        softirq_raise(SOFTIRQ_SCHEDULE);
}

UNIT_TEST(no_starvation,
          "A timer that sets itself into the past for ever does not keep the scheduler out.")
{
    start();
    softirq_open(SOFTIRQ_SCHEDULE, schedule);
    timer_init(&tracked[1].timer, set_again, &tracked[1].timer, 0);
    timer_set(&tracked[1].timer, 1);
    softirq_raise(SOFTIRQ_SCHEDULE);
    softirq_process();
    CHECK_EQ(schedules, 3);
}

/* --- several CPUs --- */

#define CPUS 4

static struct timer shared[16];
static unsigned int fires[16];
static atomic_t busy;

static void count_fire(void *data)
{
    __atomic_add_fetch((unsigned int *)data, 1, __ATOMIC_SEQ_CST);
}

static void operate(unsigned int cpu)
{
    unsigned int seed = cpu * 7919 + (unsigned int)unit_seed;

    for (unsigned int i = 0; i < 20000; i++) {
        struct timer *t = &shared[(seed >> 8) % ARRAY_SIZE(shared)];

        seed = seed * 1103515245 + 12345;
        switch ((seed >> 16) % 4) {
        case 0:
            timer_migrate(t, (seed >> 20) % CPUS);
            break;
        case 1:
            timer_stop(t);
            break;
        default:
            timer_set(t, NOW() + (seed >> 20) % 100);
        }
        __atomic_add_fetch(&clock_now, 1, __ATOMIC_SEQ_CST);
        if (deadline[cpu] <= NOW())
            softirq_raise(SOFTIRQ_TIMER);
        softirq_process();
    }
    atomic_dec_return(&busy);
    while (atomic_read(&busy))
        softirq_process();
}

static void drain(unsigned int cpu)
{
    softirq_raise(SOFTIRQ_TIMER);
    softirq_process();
}

UNIT_TEST(several_cpus,
          "Timers set, stopped and moved by all CPUs at once are neither lost nor doubled.")
{
    timer_subsystem_init();
    for (unsigned int cpu = 1; cpu < CPUS; cpu++)
        timer_cpu_init(cpu);
    for (unsigned int i = 0; i < ARRAY_SIZE(shared); i++)
        timer_init(&shared[i], count_fire, &fires[i], i % CPUS);
    atomic_set(&busy, CPUS);
    host_run_cpus(CPUS, operate);

    clock_now += 1000;
    host_run_cpus(CPUS, drain);
    for (unsigned int i = 0; i < ARRAY_SIZE(shared); i++) {
        CHECK(!timer_is_active(&shared[i]));
        fires[i] = 0;
        timer_set(&shared[i], clock_now + 1 + i);
    }
    clock_now += 1000;
    host_run_cpus(CPUS, drain);
    for (unsigned int i = 0; i < ARRAY_SIZE(shared); i++)
        CHECK_EQ(fires[i], 1);
}
