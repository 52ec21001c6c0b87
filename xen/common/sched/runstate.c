/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runstates: how long each vCPU, and each domain, has been in which state.
 *
 * One writer: the scheduler calls runstate_change() under the run queue's lock.  A domain's state is a
 * pure function of how many of its vCPUs are in each state; the counts are kept, so that a change costs
 * the same for 1 vCPU and for 128.  vCPUs of one domain change on several CPUs at once: a short lock of
 * the domain's own orders them, and none is ever skipped.  Readers take no lock:
 *
 *     writer                      reader
 *     sequence = odd              s = sequence, until even
 *     fields                      copy the fields
 *     sequence = even             again if sequence != s
 *
 * Clocks of two CPUs may differ by a little: a timestamp behind the last one counts as equal to it.
 */
#include <public/domctl.h>
#include <public/vcpu.h>
#include <xen/atomic.h>
#include <xen/bug.h>
#include <xen/domain.h>
#include <xen/runstate.h>
#include <xen/string.h>
#include <xen/time.h>

_Static_assert(RUNSTATE_running == 0 && RUNSTATE_runnable == 1 && RUNSTATE_blocked == 2 &&
                   RUNSTATE_offline == 3,
               "the mask below counts on these");

/* Bit 0: some run, bit 1: some wait for a CPU, bit 2: some are blocked or offline. */
static const uint8_t state_of_mask[8] = {
    [0] = DOMAIN_RUNSTATE_blocked,              /* no counted vCPU at all */
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

static void write_begin(struct domain_runstate *r, unsigned long *flags)
{
    spin_lock_irqsave(&r->lock, *flags);
    WRITE_ONCE(r->sequence, r->sequence + 1);
    smp_wmb();
}

static void write_end(struct domain_runstate *r, unsigned long flags)
{
    smp_wmb();
    WRITE_ONCE(r->sequence, r->sequence + 1);
    spin_unlock_irqrestore(&r->lock, flags);
}

/* Adds count/counted of delta, and keeps what the division leaves over for the next time. */
static void average_add(struct runstate_average *a, uint64_t delta, uint32_t count,
                        uint32_t counted)
{
    uint64_t rest = (delta % counted) * count + a->remainder;

    a->ns += delta / counted * count + rest / counted;
    a->remainder = (uint32_t)(rest % counted);
}

/* Books the time since the last change, all of it spent with the present counts. */
static void domain_account(struct domain_runstate *r, s_time_t now)
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
static void domain_count(struct domain_runstate *r, int change)
{
    r->counted += (uint32_t)change;
    r->runnable.remainder = r->running.remainder = r->nonaffine.remainder = 0;
}

static void domain_enter(struct domain_runstate *r)
{
    uint32_t state = runstate_of_counts(r->count);

    if (state == r->state)
        return;
    r->state = state;
    r->entry = r->last;
}

/* Every invariant of the record. Holds between any two changes. */
static void domain_check(const struct domain_runstate *r)
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
    r->state = DOMAIN_RUNSTATE_blocked;
    r->entry = r->last = r->created = now;
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

/* One vCPU's old and new place in the counts; the domain's record moves on by a constant effort. */
static void domain_move(struct vcpu *v, const struct vcpu_runstate *old, s_time_t now)
{
    struct domain_runstate *r = &v->domain->runstate;
    const struct vcpu_runstate *new = &v->runstate;
    unsigned long flags;

    write_begin(r, &flags);
    domain_account(r, now);
    if (old->is_down != new->is_down)
        domain_count(r, old->is_down ? 1 : -1);
    if (!old->is_down) {
        ASSERT(r->count[old->state] > 0);
        r->count[old->state]--;
        r->count_nonaffine -= old->is_nonaffine;
    }
    if (!new->is_down) {
        r->count[new->state]++;
        r->count_nonaffine += new->is_nonaffine;
    }
    domain_enter(r);
    domain_check(r);
    write_end(r, flags);
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

void runstate_domain_get(struct domain *d, struct domain_runstate_sample *out)
{
    const struct domain_runstate *r = &d->runstate;
    struct domain_runstate copy;
    uint32_t sequence;

    do {
        while ((sequence = READ_ONCE(r->sequence)) & 1)
            barrier();
        smp_rmb();
        memcpy(&copy, r, sizeof(copy));
        smp_rmb();
    } while (READ_ONCE(r->sequence) != sequence);

    domain_account(&copy, NOW());
    out->state = copy.state;
    out->entry = copy.entry;
    out->now = copy.last;
    memcpy(out->time, copy.time, sizeof(out->time));
    out->runnable = copy.runnable.ns;
    out->running = copy.running.ns;
    out->nonaffine = copy.nonaffine.ns;
}
