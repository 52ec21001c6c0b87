/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runstates: how long each vCPU, and each domain, has been in which state.
 *
 * One writer: the scheduler calls runstate_change() under the run queue's lock.  A domain's state
 * is a pure function of how many of its vCPUs are in each state; the counts are kept, so that a
 * change costs the same for 1 vCPU and for 128.  vCPUs of one domain change on several CPUs at
 * once: a short lock of the domain's own orders them, and none is ever skipped.  Readers take no
 * lock:
 *
 *     writer                      reader
 *     sequence = odd              s = sequence, until even
 *     now, but not before seen    copy the record, word by word
 *     the record, word by word    seen = now, unless later already
 *     sequence = even             again if sequence != s
 *
 * So a reader's copy is whole; and what it was told up to `now` stays true, since every change
 * after that lies at `seen` or later.
 *
 * Clocks of two CPUs may differ by a little: a timestamp behind the last one counts as equal to it.
 */
#include <public/domctl.h>
#include <public/vcpu.h>
#include <xen/atomic.h>
#include <xen/bug.h>
#include <xen/domain.h>
#include <xen/lib.h>
#include <xen/runstate.h>
#include <xen/string.h>
#include <xen/time.h>
#include <asm/irqflags.h>

_Static_assert(RUNSTATE_running == 0 && RUNSTATE_runnable == 1 && RUNSTATE_blocked == 2 &&
                   RUNSTATE_offline == 3,
               "the mask below counts on these");

/* Bit 0: some run, bit 1: some wait for a CPU, bit 2: some are blocked or offline. */
static const uint8_t state_of_mask[8] = {
    [0] = DOMAIN_RUNSTATE_blocked, /* no counted vCPU at all */
    [1] = DOMAIN_RUNSTATE_full_run,
    [2] = DOMAIN_RUNSTATE_full_contention,
    [3] = DOMAIN_RUNSTATE_concurrency_hazard,
    [4] = DOMAIN_RUNSTATE_blocked,
    [5] = DOMAIN_RUNSTATE_partial_run,
    [6] = DOMAIN_RUNSTATE_partial_contention,
    [7] = DOMAIN_RUNSTATE_concurrency_hazard,
};

uint32_t runstate_of_counts(const uint32_t count[VCPU_STATES])
{
    unsigned int mask = (count[RUNSTATE_running] ? 1 : 0) | (count[RUNSTATE_runnable] ? 2 : 0) |
                        (count[RUNSTATE_blocked] || count[RUNSTATE_offline] ? 4 : 0);

    return state_of_mask[mask];
}

#define RECORD_WORDS (sizeof(struct runstate_record) / sizeof(uint64_t))
_Static_assert(sizeof(struct runstate_record) % sizeof(uint64_t) == 0, "copied by words");

/* The lock is held: there is one writer.  Returns the time of its change. */
static s_time_t write_begin(struct domain_runstate *r, s_time_t now)
{
    xchg(&r->sequence, r->sequence + 1);
    return max(now, __atomic_load_n(&r->seen, __ATOMIC_RELAXED));
}

static void write_end(struct domain_runstate *r, const struct runstate_record *record)
{
    const uint64_t *from = (const uint64_t *)record;
    uint64_t *to = (uint64_t *)&r->record;

    for (unsigned int i = 0; i < RECORD_WORDS; i++)
        __atomic_store_n(&to[i], from[i], __ATOMIC_RELAXED);
    __atomic_store_n(&r->sequence, r->sequence + 1, __ATOMIC_RELEASE);
}

static void copy_record(const struct domain_runstate *r, struct runstate_record *record)
{
    const uint64_t *from = (const uint64_t *)&r->record;
    uint64_t *to = (uint64_t *)record;

    for (unsigned int i = 0; i < RECORD_WORDS; i++)
        to[i] = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
}

/* Changes from now on are not before `now`. */
static void note_seen(struct domain_runstate *r, s_time_t now)
{
    s_time_t seen = __atomic_load_n(&r->seen, __ATOMIC_RELAXED);

    while (seen < now) {
        s_time_t other = cmpxchg(&r->seen, seen, now);

        if (other == seen)
            break;
        seen = other;
    }
    smp_mb();
}

/* Adds count/counted of delta, and keeps what the division leaves over for the next time. */
static void average_add(struct runstate_average *a, uint64_t delta, uint32_t count,
                        uint32_t counted)
{
    uint64_t rest = (delta % counted) * count + a->remainder;

    a->ns += delta / counted * count + rest / counted;
    a->remainder = rest % counted;
}

/* Books the time since the last change, all of it spent with the present counts. */
static void record_account(struct runstate_record *r, s_time_t now)
{
    uint64_t delta = now > r->last ? (uint64_t)(now - r->last) : 0;

    if (delta == 0)
        return;
    r->time[r->state] += delta;
    if (r->counted) {
        average_add(&r->runnable, delta, r->count[RUNSTATE_runnable], r->counted);
        average_add(&r->running, delta, r->count[RUNSTATE_running], r->counted);
        average_add(&r->nonaffine, delta, r->count_nonaffine, r->counted);
    }
    r->last += (s_time_t)delta;
}

/* Remainders are parts of 1/counted ns: with another divisor they mean nothing any more. */
static void record_count(struct runstate_record *r, int change)
{
    r->counted += (uint32_t)change;
    r->runnable.remainder = r->running.remainder = r->nonaffine.remainder = 0;
}

static void record_enter(struct runstate_record *r)
{
    uint32_t state = runstate_of_counts(r->count);

    if (state == r->state)
        return;
    r->state = state;
    r->entry = r->last;
}

/* Every invariant of the record. Holds between any two changes. */
static void record_check(const struct runstate_record *r)
{
#ifndef NDEBUG
    uint64_t sum = 0;
    uint32_t vcpus = 0;

    for (unsigned int s = 0; s < DOMAIN_STATES; s++)
        sum += r->time[s];
    for (unsigned int s = 0; s < VCPU_STATES; s++)
        vcpus += r->count[s];
    ASSERT(sum == (uint64_t)(r->last - r->created));
    ASSERT(vcpus == r->counted);
    ASSERT(r->state == runstate_of_counts(r->count));
    ASSERT(r->count_nonaffine <= r->count[RUNSTATE_running]);
    ASSERT(r->entry <= r->last);
#endif
}

void runstate_domain_init(struct domain *d, s_time_t now)
{
    struct domain_runstate *r = &d->runstate;

    memset(r, 0, sizeof(*r));
    spin_lock_init(&r->lock, LOCK_RUNSTATE);
    r->record.state = DOMAIN_RUNSTATE_blocked;
    r->record.entry = r->record.last = r->record.created = now;
}

/* A new vCPU is offline and down: the domain does not count it until it is brought up. */
void runstate_vcpu_init(struct vcpu *v, s_time_t now)
{
    memset(&v->runstate, 0, sizeof(v->runstate));
    v->runstate.state = RUNSTATE_offline;
    v->runstate.entry = now;
    v->runstate.is_down = true;
}

static void vcpu_account(struct vcpu_runstate *r, s_time_t now)
{
    if (now <= r->entry)
        return;
    r->time[r->state] += (uint64_t)(now - r->entry);
    r->entry = now;
}

/* One vCPU's place in the counts. */
static void record_place(struct runstate_record *r, const struct vcpu_runstate *place, int change)
{
    if (place->is_down)
        return;
    ASSERT(change > 0 || r->count[place->state] > 0);
    r->count[place->state] += (uint32_t)change;
    if (place->is_nonaffine)
        r->count_nonaffine += (uint32_t)change;
}

/* v moves from its old place to the present one; a constant effort. */
static void domain_move(struct vcpu *v, const struct vcpu_runstate *old, s_time_t now)
{
    struct domain_runstate *r = &v->domain->runstate;
    struct runstate_record record;
    unsigned long flags;

    spin_lock_irqsave(&r->lock, flags);
    now = write_begin(r, now);
    record = r->record;
    record_account(&record, now);
    if (old->is_down != v->runstate.is_down)
        record_count(&record, old->is_down ? 1 : -1);
    record_place(&record, old, -1);
    record_place(&record, &v->runstate, 1);
    record_enter(&record);
    record_check(&record);
    write_end(r, &record);
    spin_unlock_irqrestore(&r->lock, flags);
}

void runstate_change(struct vcpu *v, uint32_t state, s_time_t now)
{
    struct vcpu_runstate old = v->runstate;

    ASSERT(state < VCPU_STATES);
    vcpu_account(&v->runstate, now);
    v->runstate.state = state;
    if (v->domain->is_idle)
        return;
    v->runstate.is_nonaffine =
        state == RUNSTATE_running && !cpumask_test(&v->soft_affinity, v->processor);
    /* A vCPU that was taken down but still runs counts until it is off its CPU. */
    v->runstate.is_down = state == RUNSTATE_offline && test_bit(VPF_down, &v->pause_flags);
    domain_move(v, &old, now);
}

void runstate_set_down(struct vcpu *v, bool is_down, s_time_t now)
{
    struct vcpu_runstate old = v->runstate;

    if (v->domain->is_idle || v->runstate.state != RUNSTATE_offline || old.is_down == is_down)
        return;
    v->runstate.is_down = is_down;
    domain_move(v, &old, now);
}

void runstate_vcpu_get(struct vcpu *v, struct vcpu_runstate *out, s_time_t now)
{
    *out = v->runstate;
    out->now = now > out->entry ? now : out->entry;
    out->time[out->state] += (uint64_t)(out->now - out->entry);
}

/* The record as of one moment, all time up to it booked. */
static void record_read(struct domain_runstate *r, struct runstate_record *record)
{
    uint32_t sequence;

    do {
        while ((sequence = __atomic_load_n(&r->sequence, __ATOMIC_ACQUIRE)) & 1)
            cpu_relax();
        copy_record(r, record);
        /* Several readers: who comes later is not told less. */
        record_account(record, max(NOW(), __atomic_load_n(&r->seen, __ATOMIC_RELAXED)));
        note_seen(r, record->last);
    } while (__atomic_load_n(&r->sequence, __ATOMIC_RELAXED) != sequence);
}

void runstate_domain_get(struct domain *d, struct domain_runstate_sample *out)
{
    struct runstate_record record;

    record_read(&d->runstate, &record);
    out->state = record.state;
    out->entry = record.entry;
    out->now = record.last;
    memcpy(out->time, record.time, sizeof(out->time));
    out->runnable = record.runnable.ns;
    out->running = record.running.ns;
    out->nonaffine = record.nonaffine.ns;
}
