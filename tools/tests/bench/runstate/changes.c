/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one change of a vCPU's state costs, for domains of 1 to 128 vCPUs: xen/common/sched/runstate.c as a release
 * build compiles it, under callgrind.  Beside it the same by walking all vCPUs for the domain's state, which is how a
 * state without counts has to be found.
 *
 * `changes time` measures nanoseconds instead, on the processor that it runs on.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <valgrind/callgrind.h>

#include <public/vcpu.h>
#include <xen/domain.h>
#include <xen/lib.h>
#include <xen/runstate.h>
#include <xen/time.h>
#include <asm/irqflags.h>

#define VCPUS_MAX 128
#define CHANGES   1000

static struct domain domain;
static struct vcpu vcpus[VCPUS_MAX], *vcpu_table[VCPUS_MAX];
static s_time_t now;

s_time_t NOW(void)
{
    return now;
}

static void domain_make(unsigned int count)
{
    memset(&domain, 0, sizeof(domain));
    memset(vcpus, 0, sizeof(vcpus));
    runstate_domain_init(&domain, now);
    domain.vcpu = vcpu_table;
    domain.max_vcpus = count;
    for (unsigned int i = 0; i < count; i++) {
        struct vcpu *v = vcpu_table[i] = &vcpus[i];

        v->domain = &domain;
        v->vcpu_id = i;
        memset(&v->soft_affinity, 0xff, sizeof(v->soft_affinity));
        runstate_vcpu_init(v, now);
        runstate_set_down(v, false, now);
        runstate_change(v, RUNSTATE_blocked, now);
    }
}

/* Each vCPU in turn is woken, runs, and blocks. */
static struct vcpu *turn(unsigned int i, uint32_t *state)
{
    static const uint32_t life[] = {RUNSTATE_runnable, RUNSTATE_running, RUNSTATE_blocked};

    *state = life[i % 3];
    now += 1000;
    return vcpu_table[i / 3 % domain.max_vcpus];
}

static void change_all(void)
{
    for (unsigned int i = 0; i < CHANGES; i++) {
        uint32_t state;
        struct vcpu *v = turn(i, &state);

        runstate_change(v, state, now);
    }
}

static noinline void change_by_walking(struct vcpu *v, uint32_t state)
{
    vcpu_counts_t counts = 0;

    v->runstate.state = state;
    for (unsigned int i = 0; i < v->domain->max_vcpus; i++)
        counts += VCPU_KIND_ONE(min(v->domain->vcpu[i]->runstate.state, (uint32_t)VCPU_KIND_resting));
    v->domain->runstate.record.state = runstate_of_counts(counts);
}

static void walk_all(void)
{
    for (unsigned int i = 0; i < CHANGES; i++) {
        uint32_t state;
        struct vcpu *v = turn(i, &state);

        change_by_walking(v, state);
    }
}

static void nothing(void)
{
    for (unsigned int i = 0; i < CHANGES; i++) {
        uint32_t state;
        struct vcpu *volatile v = turn(i, &state);

        (void)v;
    }
}

static void measure(const char *what, void (*all)(void))
{
    char name[64];

    snprintf(name, sizeof(name), "%s %u", what, domain.max_vcpus);
    CALLGRIND_START_INSTRUMENTATION;
    CALLGRIND_ZERO_STATS;
    all();
    CALLGRIND_DUMP_STATS_AT(name);
    CALLGRIND_STOP_INSTRUMENTATION;
}

/* The least of many rounds: whatever else the machine did came on top. */
static double nanoseconds(void (*all)(void))
{
    double least = 1e9;

    for (unsigned int round = 0; round < 2000; round++) {
        struct timespec a, b;

        clock_gettime(CLOCK_MONOTONIC, &a);
        all();
        clock_gettime(CLOCK_MONOTONIC, &b);
        double ns = (double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec);

        least = ns < least ? ns : least;
    }
    return least / CHANGES;
}

int main(int argc, char **argv)
{
    static const unsigned int sizes[] = {1, 8, 64, 128};

    local_irq_disable(); /* as under a run queue's lock */
    if (argc > 1) {
        domain_make(8);
        printf("%.1f\n", nanoseconds(change_all) - nanoseconds(nothing));
        return 0;
    }
    for (unsigned int i = 0; i < 4; i++) {
        domain_make(sizes[i]);
        measure("change", change_all);
        domain_make(sizes[i]);
        measure("walk", walk_all);
        measure("nothing", nothing);
    }
    return 0;
}
