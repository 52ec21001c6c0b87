/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runstates.  A vCPU is running, runnable, blocked or offline (RUNSTATE_*); a domain's state is a
 * function of how many of its vCPUs are in each.  One writer: the scheduler calls runstate_change().
 */
#ifndef XEN_RUNSTATE_H
#define XEN_RUNSTATE_H

#include <xen/spinlock.h>
#include <xen/types.h>

struct vcpu;
struct domain;

#define VCPU_STATES   4
#define DOMAIN_STATES 6

struct vcpu_runstate {
    uint32_t state;                 /* RUNSTATE_* */
    s_time_t entry;                 /* since when */
    s_time_t now;                   /* of a copy: up to when time[] counts */
    uint64_t time[VCPU_STATES];     /* ns in each, before entry */
    bool is_nonaffine;              /* runs outside its soft affinity */
    bool is_down;                   /* the guest took it down: not counted for the domain */
};

/* A domain's account. The same at any moment for writers and readers: see runstate.c. */
struct runstate_record {
    uint32_t state;                 /* DOMAIN_RUNSTATE_* */
    uint32_t count[VCPU_STATES];    /* counted vCPUs by state */
    uint32_t counted;               /* their sum */
    uint32_t count_nonaffine;       /* of the running ones */
    uint32_t pad;
    s_time_t entry;                 /* of the current state */
    s_time_t last;                  /* of the last change: all times below are up to here */
    s_time_t created;
    uint64_t time[DOMAIN_STATES];
    struct runstate_average {
        uint64_t ns;                /* time in it, average per counted vCPU */
        uint64_t remainder;         /* what the division left over, in 1/counted ns */
    } runnable, running, nonaffine;
};

struct domain_runstate {
    spinlock_t lock;                /* LOCK_RUNSTATE: the writers' */
    uint32_t sequence;              /* odd while a writer is at it: readers retry */
    s_time_t seen;                  /* the latest time that a reader was told of */
    struct runstate_record record;
};

struct domain_runstate_sample {
    uint32_t state;
    s_time_t entry, now;
    uint64_t time[DOMAIN_STATES];
    uint64_t runnable, running, nonaffine;  /* ns, average per vCPU */
};

void runstate_domain_init(struct domain *d, s_time_t now);
void runstate_vcpu_init(struct vcpu *v, s_time_t now);
/* The vCPU enters `state`. Caller holds its run queue's lock. Constant time. */
void runstate_change(struct vcpu *v, uint32_t state, s_time_t now);
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
uint32_t runstate_of_counts(const uint32_t count[VCPU_STATES]);  /* the pure function */

#endif
