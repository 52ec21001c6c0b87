/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * System time: from the TSC, by a stamp (TSC, system time, scale).
 *
 * The stamp is taken once and never corrected: NOW() is a multiplication, and a guest that is given
 * the stamp computes the very same time without asking.  As a rule all CPUs share one stamp.  A CPU
 * whose TSC is measurably off CPU 0's has a stamp of its own that makes up for it, and the guests
 * are told that their vCPUs' clocks are not to be mixed.
 */
#include <xen/atomic.h>
#include <xen/domain.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/percpu.h>
#include <xen/printk.h>
#include <xen/smp.h>
#include <xen/time.h>
#include <asm/processor.h>

#include "private.h"

static DEFINE_PER_CPU(struct time_stamp, stamp);
static uint64_t __ro_after_init tsc_hz;
static struct time_scale __ro_after_init ns_to_tsc;
static bool __read_mostly is_synchronous = true;

struct time_scale time_scale_between(uint64_t from_hz, uint64_t to_hz)
{
    uint64_t from = from_hz, to = to_hz;
    struct time_scale s = {};

    ASSERT(from_hz && to_hz);
    /* to / from into [1/2, 1): the largest fraction that 32 bits can hold. */
    for (; to >= from; from *= 2)
        s.shift++;
    for (; to * 2 < from; to *= 2)
        s.shift--;
    s.mul = time_mul_div(to, 1UL << 32, from);
    return s;
}

/* RDTSC waits for nothing before it by itself: without the fence it could be taken too early (SDM
 * vol. 2). */
static uint64_t tsc_now(void)
{
    __asm__ volatile("lfence" ::: "memory");
    return rdtsc();
}

uint64_t time_tsc_hz(void)
{
    return tsc_hz;
}

bool time_tsc_is_synchronous(void)
{
    return is_synchronous;
}

s_time_t NOW(void)
{
    const struct time_stamp *st = &this_cpu(stamp);

    /* Before calibration the scale is zero, and so is the time. */
    return st->stime + time_scale(tsc_now() - st->tsc, st->scale);
}

uint64_t time_to_tsc(s_time_t t)
{
    const struct time_stamp *st = &this_cpu(stamp);

    return st->tsc + time_scale(t - st->stime, ns_to_tsc);
}

void __init time_init(void)
{
    const struct platform_timer *platform = platform_timer_init();
    struct calibration c = time_calibrate(platform);

    tsc_hz = c.tsc_hz;
    ns_to_tsc = time_scale_between(SECONDS(1), tsc_hz);
    this_cpu(stamp) =
        (struct time_stamp){.tsc = c.start_tsc, .scale = time_scale_between(tsc_hz, SECONDS(1))};
    printk(XENLOG_INFO "Time: TSC %lu kHz, APIC %lu kHz, by %s\n", tsc_hz / 1000, c.apic_hz / 1000,
           platform->name);
    deadline_init(c.apic_hz);
    wallclock_init();
}

/*
 * The difference of two TSCs: the new CPU asks, CPU 0 answers with its TSC, which must lie between
 * the new one's readings before and after.  The quickest of several exchanges bounds the difference
 * best.
 */
#define EXCHANGES 32

static struct {
    unsigned int asked, answered; /* the number of the exchange */
    uint64_t answer;
    struct time_stamp stamp;
} sync;

void time_sync_boot_cpu(unsigned int new_cpu)
{
    sync.stamp = this_cpu(stamp);
    for (unsigned int n = 1; n <= EXCHANGES; n++) {
        while (__atomic_load_n(&sync.asked, __ATOMIC_ACQUIRE) != n)
            __asm__ volatile("pause");
        sync.answer = tsc_now();
        __atomic_store_n(&sync.answered, n, __ATOMIC_RELEASE);
    }
    while (__atomic_load_n(&sync.asked, __ATOMIC_ACQUIRE) != 0)
        __asm__ volatile("pause");
    sync.answered = 0;
}

/* How far CPU 0's TSC is ahead of ours; *error: by how much that may be wrong. */
static int64_t measure_ahead(uint64_t *error)
{
    int64_t ahead = 0;

    *error = UINT64_MAX;
    for (unsigned int n = 1; n <= EXCHANGES; n++) {
        uint64_t before = tsc_now(), after;

        __atomic_store_n(&sync.asked, n, __ATOMIC_RELEASE);
        while (__atomic_load_n(&sync.answered, __ATOMIC_ACQUIRE) != n)
            __asm__ volatile("pause");
        after = tsc_now();
        if ((after - before) / 2 < *error) {
            *error = (after - before) / 2;
            ahead = sync.answer - (before + *error);
        }
    }
    return ahead;
}

void time_sync_new_cpu(void)
{
    struct time_stamp *st = &this_cpu(stamp);
    uint64_t error;
    int64_t ahead = measure_ahead(&error);

    *st = sync.stamp;
    if ((uint64_t)(ahead < 0 ? -ahead : ahead) > error) {
        printk(XENLOG_WARNING "CPU%u: TSC %ld counts behind CPU 0's\n", smp_processor_id(), ahead);
        st->tsc -= ahead;
        is_synchronous = false;
    }
    __atomic_store_n(&sync.asked, 0, __ATOMIC_RELEASE);
}

void time_update_vcpu(struct vcpu *v)
{
    const struct time_stamp *st = &this_cpu(stamp);
    struct vcpu_time_info *t = &v->vcpu_info->time;
    uint64_t guest_tsc = st->tsc + v->arch.tsc_offset;
    uint8_t flags = is_synchronous ? XEN_PVCLOCK_TSC_STABLE_BIT : 0;

    if (t->version && t->tsc_timestamp == guest_tsc && t->system_time == (uint64_t)st->stime)
        return;
    /* Odd while it changes: the guest reads again when the version was odd, or is another
     * afterwards. */
    WRITE_ONCE(t->version, (t->version + 1) | 1);
    smp_wmb();
    t->tsc_timestamp = guest_tsc;
    t->system_time = st->stime;
    t->tsc_to_system_mul = st->scale.mul;
    t->tsc_shift = st->scale.shift;
    t->flags = (t->flags & ~XEN_PVCLOCK_TSC_STABLE_BIT) | flags;
    smp_wmb();
    WRITE_ONCE(t->version, t->version + 1);
}
