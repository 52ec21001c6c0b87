/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runstates: how long each vCPU, and each domain, has been in which state.
 *
 * One writer: the scheduler calls runstate_change() under the run queue's lock.  A domain's state
 * is a pure function of how many of its vCPUs are in each state; the counts are kept, so that a
 * change costs the same for 1 vCPU and for 128.  vCPUs of one domain change on several CPUs at
 * once: the sequence number orders them like a lock, and no change is ever skipped.  Readers only
 * look at it:
 *
 *     writer                          reader
 *     sequence: even -> odd           s = sequence, until even
 *     now, but not before latest      copy the record, word by word
 *     latest = now                    latest = now, unless later already
 *     the record, word by word        again if sequence != s
 *     sequence: odd -> even
 *
 * So a reader's copy is whole; and what it was told up to `now` stays true, since every change
 * after that lies at `latest` or later.  A writer's `latest` may replace a reader's that is later:
 * then that reader came while the sequence was odd, and looks again.
 *
 * Clocks of two CPUs may differ by a little: a timestamp behind the last one counts as equal to it.
 *
 * A change is the dearest thing here that happens often, so it does the least: time is booked when
 * a state is left, not at each change within it; and the vCPUs' time in a state, for the averages,
 * is kept less count * now, so that entering takes `now` off and leaving adds it.  What is rare is
 * asked for once, and kept out of the way.
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

/* Bit 0: some run, bit 1: some wait for a CPU, bit 2: some rest, bit 3: some run nonaffine. */
static const uint8_t state_of_mask[16] = {
    [0] = DOMAIN_RUNSTATE_blocked, /* no counted vCPU at all */
    [1] = DOMAIN_RUNSTATE_full_run,
    [2] = DOMAIN_RUNSTATE_full_contention,
    [3] = DOMAIN_RUNSTATE_concurrency_hazard,
    [4] = DOMAIN_RUNSTATE_blocked,
    [5] = DOMAIN_RUNSTATE_partial_run,
    [6] = DOMAIN_RUNSTATE_partial_contention,
    [7] = DOMAIN_RUNSTATE_concurrency_hazard,
    [8 ... 9] = DOMAIN_RUNSTATE_full_run,
    [10 ... 11] = DOMAIN_RUNSTATE_concurrency_hazard,
    [12 ... 13] = DOMAIN_RUNSTATE_partial_run,
    [14 ... 15] = DOMAIN_RUNSTATE_concurrency_hazard,
};

_Static_assert(MAX_VIRT_CPUS <= 128 && VCPU_KIND_BITS == 8 && VCPU_KINDS == 4,
               "a count plus 127 has its upper bit set if there are any, and goes no further");

/* The upper bits of the four counts are gathered in bits 28 to 31: the product moves each there,
 * and nothing else. */
uint32_t runstate_of_counts(vcpu_counts_t counts)
{
    uint32_t some = (counts + 0x7f7f7f7f) & 0x80808080;

    return state_of_mask[some * (1 + (1 << 7) + (1 << 14) + (1 << 21)) >> 28];
}

static uint64_t kind_count(vcpu_counts_t counts, enum vcpu_kind kind)
{
    return counts >> kind * VCPU_KIND_BITS & ((1U << VCPU_KIND_BITS) - 1);
}

static uint64_t counted(vcpu_counts_t counts)
{
    uint64_t all = 0;

    for (unsigned int kind = 0; kind < VCPU_KINDS; kind++)
        all += kind_count(counts, kind);
    return all;
}

/* --- writers --- */

#define RECORD_WORDS (sizeof(struct runstate_record) / sizeof(uint64_t))
_Static_assert(sizeof(struct runstate_record) % sizeof(uint64_t) == 0, "copied by words");

/* A word of the record, which readers may be looking at. */
#define put(word, value) __atomic_store_n(&(word), (value), __ATOMIC_RELAXED)

/* From here on there is one writer: another CPU's is waited for. Whoever came between would wait
 * for ever: interrupts are off. */
static always_inline void write_begin(struct domain_runstate *r)
{
    ASSERT(!local_irq_is_enabled());
    while (unlikely(__atomic_fetch_or(&r->sequence, 1, __ATOMIC_SEQ_CST) & 1))
        while (__atomic_load_n(&r->sequence, __ATOMIC_RELAXED) & 1)
            cpu_relax();
}

/* Who waits sets no bit that is not set already: a plain store will do. */
static always_inline void write_end(struct domain_runstate *r)
{
    __atomic_store_n(&r->sequence, __atomic_load_n(&r->sequence, __ATOMIC_RELAXED) + 1,
                     __ATOMIC_RELEASE);
}

/* The time of a change that was noted at `now`; none shall lie before it. */
static always_inline s_time_t time_of_change(struct domain_runstate *r, s_time_t now)
{
    now = max(now, __atomic_load_n(&r->latest, __ATOMIC_RELAXED));
    put(r->latest, now);
    return now;
}

/* The vCPUs' time in a kind up to `now`, since the sums began. */
static uint64_t kind_time(const struct runstate_record *r, enum vcpu_kind kind, s_time_t now)
{
    return r->sum[kind] + kind_count((vcpu_counts_t)r->counts, kind) * (uint64_t)now;
}

static struct runstate_averages averages_at(const struct runstate_record *r, s_time_t now)
{
    uint64_t all = max(counted((vcpu_counts_t)r->counts), (uint64_t)1);
    uint64_t nonaffine = kind_time(r, VCPU_KIND_nonaffine, now);
    uint64_t running = kind_time(r, VCPU_KIND_running, now) + nonaffine;

    return (struct runstate_averages){
        .runnable = r->average.runnable + kind_time(r, VCPU_KIND_runnable, now) / all,
        .running = r->average.running + running / all,
        .nonaffine = r->average.nonaffine + nonaffine / all,
    };
}

/* 128 vCPUs fill a sum of 64 bits in four years: it is settled after two. */
#define SETTLE_AFTER (1L << 56)

/* Another number of vCPUs will count, or the sums grow large: averages start again from here. */
static void record_settle(struct runstate_record *r, s_time_t now)
{
    const struct runstate_averages average = averages_at(r, now);

    put(r->average.runnable, average.runnable);
    put(r->average.running, average.running);
    put(r->average.nonaffine, average.nonaffine);
    for (unsigned int kind = 0; kind < VCPU_KINDS; kind++)
        put(r->sum[kind], -kind_count((vcpu_counts_t)r->counts, kind) * (uint64_t)now);
    put(r->settle_at, now + SETTLE_AFTER);
}

/* What a vCPU of a kind adds to the counts. */
static const vcpu_counts_t count_of_kind[] = {
    [VCPU_KIND_running] = VCPU_KIND_ONE(VCPU_KIND_running),
    [VCPU_KIND_runnable] = VCPU_KIND_ONE(VCPU_KIND_runnable),
    [VCPU_KIND_resting] = VCPU_KIND_ONE(VCPU_KIND_resting),
    [VCPU_KIND_nonaffine] = VCPU_KIND_ONE(VCPU_KIND_nonaffine),
    [VCPU_KIND_none] = 0,
};

/* The domain enters a state, or stays in it. */
static always_inline void record_follow(struct runstate_record *r, uint64_t state, s_time_t now)
{
    if (state == r->state)
        return;
    put(r->time[r->state], r->time[r->state] + (uint64_t)(now - r->entry));
    put(r->entry, now);
    put(r->state, state);
}

/* A vCPU is no longer of kind `old` but `new`. */
static always_inline void record_move(struct runstate_record *r, uint32_t old, uint32_t new,
                                      s_time_t now)
{
    vcpu_counts_t counts = (vcpu_counts_t)r->counts - count_of_kind[old] + count_of_kind[new];

    put(r->sum[old], r->sum[old] + (uint64_t)now);
    put(r->sum[new], r->sum[new] - (uint64_t)now);
    put(r->counts, counts);
    record_follow(r, runstate_of_counts(counts), now);
}

/* Every invariant of the record. Holds between any two changes. */
static void record_check(const struct runstate_record *r, s_time_t now)
{
#ifndef NDEBUG
    vcpu_counts_t counts = (vcpu_counts_t)r->counts;
    s_time_t since = r->settle_at - SETTLE_AFTER;
    uint64_t booked = 0, sum = 0;

    for (unsigned int s = 0; s < DOMAIN_STATES; s++)
        booked += r->time[s];
    for (unsigned int kind = 0; kind < VCPU_KINDS; kind++)
        sum += kind_time(r, kind, now);
    ASSERT(booked == (uint64_t)(r->entry - r->created));
    ASSERT(sum == counted(counts) * (uint64_t)(now - since));
    ASSERT(r->state == runstate_of_counts(counts));
    ASSERT(r->created <= since && since <= now && r->entry <= now);
#endif
}

/* A vCPU of the domain was of kind `old` and is of kind `new`: from one count to another; a
 * constant effort. */
static always_inline void domain_move(struct domain_runstate *domain, uint32_t old, uint32_t new,
                                      s_time_t now)
{
    struct runstate_record *r = &domain->record;

    write_begin(domain);
    now = time_of_change(domain, now);
    record_move(r, old, new, now);
    record_check(r, now);
    write_end(domain);
}

/* The same, and the sums start again. */
static cold_fn void domain_move_settling(struct domain_runstate *domain, uint32_t old, uint32_t new,
                                         s_time_t now)
{
    struct runstate_record *r = &domain->record;

    write_begin(domain);
    now = time_of_change(domain, now);
    record_settle(r, now);
    record_move(r, old, new, now);
    record_check(r, now);
    write_end(domain);
}

static always_inline bool domain_settles(const struct domain_runstate *domain, s_time_t now)
{
    return unlikely(now >= __atomic_load_n(&domain->record.settle_at, __ATOMIC_RELAXED));
}

/* Of whatever kinds. */
static always_inline void domain_move_any(struct domain *d, uint32_t old, uint32_t new,
                                          s_time_t now)
{
    struct domain_runstate *domain = &d->runstate;

    if (old == new)
        return;
    if (old == VCPU_KIND_none || new == VCPU_KIND_none || domain_settles(domain, now))
        domain_move_settling(domain, old, new, now);
    else
        domain_move(domain, old, new, now);
}

void runstate_domain_init(struct domain *d, s_time_t now)
{
    struct runstate_record *r = &d->runstate.record;

    memset(&d->runstate, 0, sizeof(d->runstate));
    d->runstate.latest = now;
    r->state = DOMAIN_RUNSTATE_blocked;
    r->created = r->entry = now;
    r->settle_at = now + SETTLE_AFTER;
}

/* A new vCPU is offline and down: its domain does not count it until it is brought up. */
void runstate_vcpu_init(struct vcpu *v, s_time_t now)
{
    memset(&v->runstate, 0, sizeof(v->runstate));
    v->runstate.state = RUNSTATE_offline;
    v->runstate.kind = VCPU_KIND_none;
    v->runstate.entry = now;
}

/* v was in `from`, and is in `state` from now on: its own account. */
static always_inline void vcpu_account(struct vcpu *v, uint32_t from, uint32_t state, s_time_t now)
{
    struct vcpu_runstate *r = &v->runstate;

    ASSERT(r->state == from && state < VCPU_STATES);
    r->state = state;
    if (unlikely(now <= r->entry))
        return;
    r->time[from] += (uint64_t)(now - r->entry);
    r->entry = now;
}

_Static_assert((int)VCPU_KIND_running == RUNSTATE_running &&
                   (int)VCPU_KIND_runnable == RUNSTATE_runnable &&
                   (int)VCPU_KIND_resting == RUNSTATE_blocked && RUNSTATE_offline == 3,
               "a state below offline is a kind, too");

static bool is_affine(const struct vcpu *v)
{
    return cpumask_test(&v->soft_affinity, v->processor);
}

/* What v in `state` is for its domain. One that was taken down but still runs counts until it is
 * off its CPU. */
static always_inline uint32_t kind_of(const struct vcpu *v, uint32_t state)
{
    if (v->domain->is_idle)
        return VCPU_KIND_none;
    if (state == RUNSTATE_running && !is_affine(v))
        return VCPU_KIND_nonaffine;
    if (state == RUNSTATE_offline)
        return test_bit(VPF_down, &v->pause_flags) ? VCPU_KIND_none : VCPU_KIND_resting;
    return state;
}

void runstate_change(struct vcpu *v, uint32_t state, s_time_t now)
{
    uint32_t old = v->runstate.kind;

    vcpu_account(v, v->runstate.state, state, now);
    v->runstate.kind = kind_of(v, state);
    domain_move_any(v->domain, old, v->runstate.kind, now);
}

/*
 * The changes of a switch, where nothing is out of the ordinary: what would have to be looked up is
 * then known when this is compiled.
 */
static always_inline bool leaves_as_usual(const struct vcpu *v, uint32_t state, s_time_t now)
{
    return likely(v->runstate.kind == VCPU_KIND_running && state < RUNSTATE_offline &&
                  !domain_settles(&v->domain->runstate, now));
}

/* Whether to settle is asked when it leaves. */
static always_inline bool enters_as_usual(const struct vcpu *v)
{
    return likely(v->runstate.kind == VCPU_KIND_runnable && is_affine(v));
}

static always_inline void vcpu_leave(struct vcpu *v, uint32_t state, s_time_t now)
{
    vcpu_account(v, RUNSTATE_running, state, now);
    v->runstate.kind = state;
}

static always_inline void vcpu_enter(struct vcpu *v, s_time_t now)
{
    vcpu_account(v, RUNSTATE_runnable, RUNSTATE_running, now);
    v->runstate.kind = VCPU_KIND_running;
}

/*
 * A vCPU of the domain runs before and after: it is as if the one that has waited went where prev
 * goes. Mostly prev waits, too, and the domain has nothing to book.
 */
static noinline void switch_within(struct vcpu *prev, uint32_t state, struct vcpu *next,
                                   s_time_t now)
{
    if (leaves_as_usual(prev, state, now) && enters_as_usual(next)) {
        vcpu_leave(prev, state, now);
        vcpu_enter(next, now);
        domain_move_any(prev->domain, VCPU_KIND_runnable, state, now);
    } else {
        runstate_change(prev, state, now);
        runstate_change(next, RUNSTATE_running, now);
    }
}

void runstate_switch(struct vcpu *prev, uint32_t state, struct vcpu *next, s_time_t now)
{
    if (prev->domain == next->domain) {
        switch_within(prev, state, next, now);
        return;
    }
    if (leaves_as_usual(prev, state, now)) {
        vcpu_leave(prev, state, now);
        domain_move(&prev->domain->runstate, VCPU_KIND_running, state, now);
    } else {
        runstate_change(prev, state, now);
    }
    if (enters_as_usual(next)) {
        vcpu_enter(next, now);
        domain_move(&next->domain->runstate, VCPU_KIND_runnable, VCPU_KIND_running, now);
    } else {
        runstate_change(next, RUNSTATE_running, now);
    }
}

void runstate_set_down(struct vcpu *v, bool is_down, s_time_t now)
{
    uint32_t old = v->runstate.kind;

    if (v->domain->is_idle || v->runstate.state != RUNSTATE_offline)
        return;
    v->runstate.kind = is_down ? VCPU_KIND_none : VCPU_KIND_resting;
    domain_move_any(v->domain, old, v->runstate.kind, now);
}

void runstate_vcpu_get(struct vcpu *v, struct vcpu_runstate *out, s_time_t now)
{
    *out = v->runstate;
    out->now = now > out->entry ? now : out->entry;
    out->time[out->state] += (uint64_t)(out->now - out->entry);
}

/* --- readers --- */

static void record_copy(const struct domain_runstate *r, struct runstate_record *record)
{
    const uint64_t *from = (const uint64_t *)&r->record;
    uint64_t *to = (uint64_t *)record;

    for (unsigned int i = 0; i < RECORD_WORDS; i++)
        to[i] = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
}

/* Changes from now on are not before `now`. */
static void note_latest(struct domain_runstate *r, s_time_t now)
{
    s_time_t latest = __atomic_load_n(&r->latest, __ATOMIC_RELAXED);

    while (latest < now) {
        s_time_t other = cmpxchg(&r->latest, latest, now);

        if (other == latest)
            break;
        latest = other;
    }
    smp_mb();
}

/* A whole record, and up to when it tells: the same for all who ask after that, or later. */
static s_time_t record_read(struct domain_runstate *r, struct runstate_record *record)
{
    uint64_t sequence;
    s_time_t now;

    do {
        while ((sequence = __atomic_load_n(&r->sequence, __ATOMIC_ACQUIRE)) & 1)
            cpu_relax();
        record_copy(r, record);
        now = max(NOW(), __atomic_load_n(&r->latest, __ATOMIC_RELAXED));
        note_latest(r, now);
    } while (__atomic_load_n(&r->sequence, __ATOMIC_RELAXED) != sequence);
    return now;
}

unsigned int runstate_running(const struct domain *d)
{
    vcpu_counts_t counts =
        (vcpu_counts_t)__atomic_load_n(&d->runstate.record.counts, __ATOMIC_RELAXED);

    return (unsigned int)(kind_count(counts, VCPU_KIND_running) +
                          kind_count(counts, VCPU_KIND_nonaffine));
}

void runstate_domain_get(struct domain *d, struct domain_runstate_sample *out)
{
    struct runstate_record record;

    out->now = record_read(&d->runstate, &record);
    out->state = (uint32_t)record.state;
    out->entry = record.entry;
    memcpy(out->time, record.time, sizeof(out->time));
    out->time[record.state] += (uint64_t)(out->now - record.entry);
    out->average = averages_at(&record, out->now);
}
