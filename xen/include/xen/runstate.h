/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runstates.  A vCPU is running, runnable, blocked or offline (RUNSTATE_*); a domain's state is a
 * function of how many of its vCPUs are in each.  One writer: the scheduler calls runstate_change()
 * and runstate_switch().
 */
#ifndef XEN_RUNSTATE_H
#define XEN_RUNSTATE_H

#include <xen/types.h>

struct vcpu;
struct domain;

#define VCPU_STATES   4
#define DOMAIN_STATES 6

/*
 * What a vCPU is for its domain.  How many there are of each of the first four kinds, those that
 * count, stands in one word, VCPU_KIND_BITS for each.
 */
enum vcpu_kind {
    VCPU_KIND_running,
    VCPU_KIND_runnable,
    VCPU_KIND_resting,      /* blocked or offline */
    VCPU_KIND_nonaffine,    /* running, outside its soft affinity */
    VCPU_KIND_none,         /* idle, or the guest took it down: it does not count */
};
#define VCPU_KINDS          4
#define VCPU_KIND_BITS      8
#define VCPU_KIND_ONE(kind) (1U << ((kind) * VCPU_KIND_BITS))
typedef uint32_t vcpu_counts_t;

struct vcpu_runstate {
    uint32_t state;                 /* RUNSTATE_* */
    uint32_t kind;                  /* enum vcpu_kind */
    s_time_t entry;                 /* into the state: since when */
    s_time_t now;                   /* of a copy: up to when time[] counts */
    uint64_t time[VCPU_STATES];     /* ns in each, before entry */
};

/* ns, per counted vCPU. */
struct runstate_averages {
    uint64_t runnable, running, nonaffine;
};

/*
 * A domain's account; 64-bit words only, since readers copy it word by word: see runstate.c.  What
 * most changes write comes first.
 */
struct runstate_record {
    uint64_t counts;                /* vcpu_counts_t */
    uint64_t state;                 /* DOMAIN_RUNSTATE_* */
    s_time_t entry;                 /* of the current state */
    s_time_t settle_at;             /* when the sums are to start again, before they overflow */
    /* Per kind of vCPU: their time in it since the sums began, in vCPU-ns, less count * now (modulo
     * 2^64).  Nobody looks at that of VCPU_KIND_none. */
    uint64_t sum[VCPU_KINDS + 1];
    uint64_t time[DOMAIN_STATES];   /* ns in each, before entry */
    struct runstate_averages average;   /* before the sums began */
    s_time_t created;
};

struct domain_runstate {
    uint64_t sequence;              /* odd while a writer is at it */
    s_time_t latest;                /* of the last change, or that a reader was told of if later */
    struct runstate_record record;
};

struct domain_runstate_sample {
    uint32_t state;
    s_time_t entry, now;
    uint64_t time[DOMAIN_STATES];
    struct runstate_averages average;
};

void runstate_domain_init(struct domain *d, s_time_t now);
void runstate_vcpu_init(struct vcpu *v, s_time_t now);
/* The vCPU enters `state`. Caller holds its run queue's lock, interrupts off. Constant time. */
void runstate_change(struct vcpu *v, uint32_t state, s_time_t now);
/* At one moment prev, which runs, enters `state`, and next, which is runnable, runs. */
void runstate_switch(struct vcpu *prev, uint32_t state, struct vcpu *next, s_time_t now);
/* The guest takes the vCPU down or up. */
void runstate_set_down(struct vcpu *v, bool is_down, s_time_t now);
/* v's times up to now. Its run queue's lock is held: others call vcpu_runstate_get(). */
void runstate_vcpu_get(struct vcpu *v, struct vcpu_runstate *out, s_time_t now);
/* The guest's own record of v (area.c): its address is current's; -EINVAL unaligned, -EFAULT. */
int runstate_area_register(struct vcpu *v, uint64_t gva);
void runstate_area_update(struct vcpu *v);  /* v is current, or paused */
void runstate_area_forget(struct vcpu *v);
/* Lock-free for the reader; never torn. */
void runstate_domain_get(struct domain *d, struct domain_runstate_sample *out);
/* How many of its vCPUs run at this moment: a glance. */
unsigned int runstate_running(const struct domain *d);
uint32_t runstate_of_counts(vcpu_counts_t counts);  /* the pure function */

#endif
