/* SPDX-License-Identifier: GPL-2.0-only */
/* Sets of processors. */
#ifndef XEN_CPUMASK_H
#define XEN_CPUMASK_H

#include <xen/bitmap.h>

#define NR_CPUS 128

typedef struct {
    DECLARE_BITMAP(bits, NR_CPUS);
} cpumask_t;

extern cpumask_t cpu_online_map;    /* up, scheduling */
extern cpumask_t cpu_present_map;   /* told of by firmware */

static inline bool cpumask_test(const cpumask_t *m, unsigned int cpu)
{
    return bitmap_test(m->bits, cpu);
}

static inline void cpumask_set(cpumask_t *m, unsigned int cpu)
{
    bitmap_set(m->bits, cpu);
}

static inline void cpumask_clear(cpumask_t *m, unsigned int cpu)
{
    bitmap_clear(m->bits, cpu);
}

static inline unsigned int cpumask_next(const cpumask_t *m, unsigned int from)
{
    return bitmap_find_set(m->bits, NR_CPUS, from);
}

static inline unsigned int cpumask_first(const cpumask_t *m)
{
    return cpumask_next(m, 0);
}

static inline bool cpumask_empty(const cpumask_t *m)
{
    return cpumask_first(m) >= NR_CPUS;
}

static inline unsigned int cpumask_weight(const cpumask_t *m)
{
    return bitmap_weight(m->bits, NR_CPUS);
}

static inline void cpumask_and(cpumask_t *d, const cpumask_t *a, const cpumask_t *b)
{
    for (unsigned int i = 0; i < BITS_TO_LONGS(NR_CPUS); i++)
        d->bits[i] = a->bits[i] & b->bits[i];
}

#define for_each_cpu(cpu, m) for_each_set_bit(cpu, (m)->bits, NR_CPUS)
#define for_each_online_cpu(cpu) for_each_cpu(cpu, &cpu_online_map)

#endif
