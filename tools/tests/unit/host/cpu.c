/* SPDX-License-Identifier: GPL-2.0-only */
/* CPUs are threads; each has its number, its interrupt flag and its copy of the per-CPU variables.
 */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include <xen/cpumask.h>
#include <xen/percpu.h>
#include <xen/smp.h>
#include <asm/irqflags.h>

#include "host.h"

#define HOST_CPUS 16

__thread struct cpu_info host_cpu_info;
__thread bool host_irqs_off;

extern char percpu_start[], percpu_end[]; /* sections.ld */
unsigned long per_cpu_offset[NR_CPUS];
static void *area[HOST_CPUS];
cpumask_t cpu_online_map __attribute__((weak)) = {{1}};

static __attribute__((constructor)) void make_percpu_areas(void)
{
    size_t size = (size_t)(percpu_end - percpu_start);

    for (unsigned int cpu = 1; cpu < HOST_CPUS && size; cpu++) {
        area[cpu] = calloc(1, size);
        per_cpu_offset[cpu] = (unsigned long)area[cpu] - (unsigned long)percpu_start;
    }
}

void host_relax(void)
{
    sched_yield();
}

struct start {
    unsigned int cpu;
    void (*fn)(unsigned int cpu);
    pthread_barrier_t *barrier;
};

static void *run_cpu(void *arg)
{
    const struct start *s = arg;

    host_cpu_info.processor_id = s->cpu;
    pthread_barrier_wait(s->barrier);
    s->fn(s->cpu);

    return NULL;
}

void host_run_cpus(unsigned int count, void (*fn)(unsigned int cpu))
{
    pthread_t thread[HOST_CPUS];
    struct start start[HOST_CPUS];
    pthread_barrier_t barrier;

    if (count > HOST_CPUS)
        abort();
    pthread_barrier_init(&barrier, NULL, count);
    for (unsigned int cpu = 0; cpu < count; cpu++) {
        cpumask_set(&cpu_online_map, cpu);
        start[cpu] = (struct start){cpu, fn, &barrier};
        if (pthread_create(&thread[cpu], NULL, run_cpu, &start[cpu]))
            abort();
    }
    for (unsigned int cpu = 0; cpu < count; cpu++)
        pthread_join(thread[cpu], NULL);
}

/* Nobody sleeps here, so nobody has to be woken. */
__attribute__((weak)) void smp_send_event_check(unsigned int cpu)
{
}
