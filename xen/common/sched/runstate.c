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
 *     writer                      reader
 *     sequence: even -> odd       s = sequence, until even
 *     now, but not before seen    copy the record, word by word
 *     the record, word by word    seen = now, unless later already
 *     sequence: odd -> even       again if sequence != s
 *
 * So a reader's copy is whole; and what it was told up to `now` stays true, since every change
 * after that lies at `seen` or later.
 *
 * Clocks of two CPUs may differ by a little: a timestamp behind the last one counts as equal to it.
 *
 * A change is the dearest thing here that happens often, so it does the least: time is booked when
 * a state is left, not at each change within it; and the vCPUs' time in a state, for the averages,
 * is kept less count * now, so that entering takes `now` off and leaving adds it.
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

#define KIND_MASK(kind) ((VCPU_KIND_ONE(1) - 1) * VCPU_KIND_ONE(kind))

_Static_assert(MAX_VIRT_CPUS < 1 << VCPU_KIND_BITS && VCPU_KINDS * VCPU_KIND_BITS <= 64,
               "a word holds all counts");

uint32_t runstate_of_counts(vcpu_counts_t counts)
{
    unsigned int mask = 0;

    mask |= counts & KIND_MASK(RUNSTATE_running) ? 1 : 0;
    mask |= counts & KIND_MASK(RUNSTATE_runnable) ? 2 : 0;
    mask |= counts & (KIND_MASK(RUNSTATE_blocked) | KIND_MASK(RUNSTATE_offline)) ? 4 : 0;
    return state_of_mask[mask];
}

static uint64_t kind_count(vcpu_counts_t counts, unsigned int kind)
{
    return (counts & KIND_MASK(kind)) / VCPU_KIND_ONE(kind);
}

static uint64_t counted(vcpu_counts_t counts)
{
    uint64_t all = 0;

    for (unsigned int s = 0; s < VCPU_STATES; s++)
        all += kind_count(counts, s);
    return all;
}

/* --- writers --- */

#define RECORD_WORDS (sizeof(struct runstate_record) / sizeof(uint64_t))
_Static_assert(sizeof(struct runstate_record) % sizeof(uint64_t) == 0, "copied by words");

/* A word of the record, which readers may be looking at. */
#define put(word, value) __atomic_store_n(&(word), (value), __ATOMIC_RELAXED)

/* From here on there is one writer. Whoever came between would wait for ever: interrupts are off.
 */
static uint64_t write_begin(struct domain_runstate *r)
{
    uint64_t sequence;

    ASSERT(!local_irq_is_enabled());
    for (;;) {
        sequence = __atomic_load_n(&r->sequence, __ATOMIC_RELAXED);
        if (!(sequence & 1) && cmpxchg(&r->sequence, sequence, sequence + 1) == sequence)
            return sequence;
        cpu_relax();
    }
}

static void write_end(struct domain_runstate *r, uint64_t sequence)
{
    __atomic_store_n(&r->sequence, sequence + 2, __ATOMIC_RELEASE);
}

/* The time of a change that was noted at `now`. */
static s_time_t time_of_change(const struct domain_runstate *r, s_time_t now)
{
    return max(max(now, r->record.last), __atomic_load_n(&r->seen, __ATOMIC_RELAXED));
}

/* The vCPUs' time in a kind up to `now`, per counted vCPU. */
static uint64_t average_at(const struct runstate_record *r, unsigned int kind, s_time_t now)
{
    uint64_t all = counted(r->counts);
    uint64_t sum = r->sum[kind] + kind_count(r->counts, kind) * (uint64_t)now;

    return r->average[kind] + (all ? sum / all : 0);
}

/* Another number of vCPUs will count, or the sums grow large: averages start again from here. */
static cold_fn void record_settle(struct runstate_record *r, s_time_t now)
{
    for (unsigned int kind = 0; kind < VCPU_KINDS; kind++) {
        put(r->average[kind], average_at(r, kind, now));
        put(r->sum[kind], -kind_count(r->counts, kind) * (uint64_t)now);
    }
    put(r->since, now);
}

/* 128 vCPUs fill a sum of 64 bits in four years: it is settled after two. */
#define SETTLE_AFTER (1L << 56)

struct place {
    uint32_t state;
    vcpu_counts_t share;
};

static struct place place_of(const struct vcpu *v)
{
    return (struct place){v->runstate.state, v->runstate.share};
}

/* Rare: a vCPU keeps to its soft affinity. */
static cold_fn void record_move_nonaffine(struct runstate_record *r, struct place old,
                                          struct place new, s_time_t now)
{
    uint64_t *sum = &r->sum[VCPU_KIND_NONAFFINE];

    if (old.share & KIND_MASK(VCPU_KIND_NONAFFINE))
        put(*sum, *sum + (uint64_t)now);
    if (new.share & KIND_MASK(VCPU_KIND_NONAFFINE))
        put(*sum, *sum - (uint64_t)now);
}

/* A vCPU is no longer `old` but `new`, each a state and its share of the counts. */
static void record_move(struct runstate_record *r, struct place old, struct place new, s_time_t now)
{
    ASSERT(!old.share || kind_count(r->counts, old.state) > 0);
    put(r->counts, r->counts - old.share + new.share);
    if (old.share)
        put(r->sum[old.state], r->sum[old.state] + (uint64_t)now);
    if (new.share)
        put(r->sum[new.state], r->sum[new.state] - (uint64_t)now);
    if ((old.share | new.share) & KIND_MASK(VCPU_KIND_NONAFFINE))
        record_move_nonaffine(r, old, new, now);
}

/* The counts are the new ones: what state is that? */
static void record_follow(struct runstate_record *r, s_time_t now)
{
    uint64_t state = runstate_of_counts(r->counts);

    put(r->last, now);
    if (state == r->state)
        return;
    put(r->time[r->state], r->time[r->state] + (uint64_t)(now - r->entry));
    put(r->entry, now);
    put(r->state, state);
}

/* Every invariant of the record. Holds between any two changes. */
static void record_check(const struct runstate_record *r)
{
#ifndef NDEBUG
    uint64_t booked = 0, sum = 0;

    for (unsigned int s = 0; s < DOMAIN_STATES; s++)
        booked += r->time[s];
    for (unsigned int s = 0; s < VCPU_STATES; s++)
        sum += r->sum[s] + kind_count(r->counts, s) * (uint64_t)r->last;
    ASSERT(booked == (uint64_t)(r->entry - r->created));
    ASSERT(sum == counted(r->counts) * (uint64_t)(r->last - r->since));
    ASSERT(r->state == runstate_of_counts(r->counts));
    ASSERT(kind_count(r->counts, VCPU_KIND_NONAFFINE) <= kind_count(r->counts, RUNSTATE_running));
    ASSERT(r->created <= r->since && r->since <= r->last && r->entry <= r->last);
#endif
}

/* v was at `old` and is where it is: from one count to another; a constant effort. */
static void domain_move(struct vcpu *v, struct place old, s_time_t now)
{
    const struct place new = place_of(v);
    struct domain_runstate *domain = &v->domain->runstate;
    struct runstate_record *r = &domain->record;
    uint64_t sequence = write_begin(domain);

    now = time_of_change(domain, now);
    if (!old.share != !new.share || now - r->since > SETTLE_AFTER)
        record_settle(r, now);
    record_move(r, old, new, now);
    record_follow(r, now);
    record_check(r);
    write_end(domain, sequence);
}

void runstate_domain_init(struct domain *d, s_time_t now)
{
    struct runstate_record *r = &d->runstate.record;

    memset(&d->runstate, 0, sizeof(d->runstate));
    r->state = DOMAIN_RUNSTATE_blocked;
    r->created = r->entry = r->last = r->since = now;
}

/* A new vCPU is offline and down: its domain does not count it until it is brought up. */
void runstate_vcpu_init(struct vcpu *v, s_time_t now)
{
    memset(&v->runstate, 0, sizeof(v->runstate));
    v->runstate.state = RUNSTATE_offline;
    v->runstate.entry = now;
}

static void vcpu_account(struct vcpu_runstate *r, s_time_t now)
{
    if (now <= r->entry)
        return;
    r->time[r->state] += (uint64_t)(now - r->entry);
    r->entry = now;
}

/* What v in `state` is for its domain. One that was taken down but still runs counts until it is
 * off its CPU. */
static vcpu_counts_t share_of(const struct vcpu *v, uint32_t state)
{
    if (state == RUNSTATE_running && !cpumask_test(&v->soft_affinity, v->processor))
        return VCPU_KIND_ONE(RUNSTATE_running) + VCPU_KIND_ONE(VCPU_KIND_NONAFFINE);
    if (state == RUNSTATE_offline && test_bit(VPF_down, &v->pause_flags))
        return 0;
    return VCPU_KIND_ONE(state);
}

void runstate_change(struct vcpu *v, uint32_t state, s_time_t now)
{
    const struct place old = place_of(v);

    ASSERT(state < VCPU_STATES);
    vcpu_account(&v->runstate, now);
    v->runstate.state = state;
    if (v->domain->is_idle)
        return;
    v->runstate.share = share_of(v, state);
    domain_move(v, old, now);
}

void runstate_set_down(struct vcpu *v, bool is_down, s_time_t now)
{
    const struct place old = place_of(v);

    if (v->domain->is_idle || old.state != RUNSTATE_offline || !old.share == is_down)
        return;
    v->runstate.share = is_down ? 0 : VCPU_KIND_ONE(RUNSTATE_offline);
    domain_move(v, old, now);
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

/* A whole record, and up to when it tells: the same for all who ask after that, or later. */
static s_time_t record_read(struct domain_runstate *r, struct runstate_record *record)
{
    uint64_t sequence;
    s_time_t now;

    do {
        while ((sequence = __atomic_load_n(&r->sequence, __ATOMIC_ACQUIRE)) & 1)
            cpu_relax();
        record_copy(r, record);
        now = max(max(NOW(), record->last), __atomic_load_n(&r->seen, __ATOMIC_RELAXED));
        note_seen(r, now);
    } while (__atomic_load_n(&r->sequence, __ATOMIC_RELAXED) != sequence);
    return now;
}

unsigned int runstate_running(const struct domain *d)
{
    vcpu_counts_t counts = __atomic_load_n(&d->runstate.record.counts, __ATOMIC_RELAXED);

    return (unsigned int)kind_count(counts, RUNSTATE_running);
}

void runstate_domain_get(struct domain *d, struct domain_runstate_sample *out)
{
    struct runstate_record record;

    out->now = record_read(&d->runstate, &record);
    out->state = (uint32_t)record.state;
    out->entry = record.entry;
    memcpy(out->time, record.time, sizeof(out->time));
    out->time[record.state] += (uint64_t)(out->now - record.entry);
    out->runnable = average_at(&record, RUNSTATE_runnable, out->now);
    out->running = average_at(&record, RUNSTATE_running, out->now);
    out->nonaffine = average_at(&record, VCPU_KIND_NONAFFINE, out->now);
}
