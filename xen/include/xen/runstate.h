/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runstates.  A vCPU is running, runnable, blocked or offline (RUNSTATE_*); a domain's state is a
 * function of how many of its vCPUs are in each.  One writer: the scheduler calls runstate_change().
 */
#ifndef XEN_RUNSTATE_H
#define XEN_RUNSTATE_H

#include <xen/types.h>

struct vcpu;
struct domain;

#define VCPU_STATES   4
#define DOMAIN_STATES 6

/*
 * How many of a domain's vCPUs are of which kind, all in one word: those that count, by state; and
 * of the running ones, those outside their soft affinity.
 */
typedef uint64_t vcpu_counts_t;
#define VCPU_KIND_NONAFFINE VCPU_STATES
#define VCPU_KINDS          (VCPU_STATES + 1)
#define VCPU_KIND_BITS      12
#define VCPU_KIND_ONE(kind) (1UL << ((kind) * VCPU_KIND_BITS))

struct vcpu_runstate {
    uint32_t state;                 /* RUNSTATE_* */
    vcpu_counts_t share;            /* in its domain's counts; 0: the guest took it down */
    s_time_t entry;                 /* since when */
    s_time_t now;                   /* of a copy: up to when time[] counts */
    uint64_t time[VCPU_STATES];     /* ns in each, before entry */
};

/* A domain's account; 64-bit words only, since readers copy it word by word: see runstate.c. */
struct runstate_record {
    vcpu_counts_t counts;
    uint64_t state;                 /* DOMAIN_RUNSTATE_* */
    s_time_t entry;                 /* of the current state */
    s_time_t last;                  /* of the last change */
    s_time_t created;
    s_time_t since;                 /* the number of counted vCPUs is the present one */
    uint64_t time[DOMAIN_STATES];   /* ns in each, before entry */
    /* Per kind of vCPU: their time in it since `since`, in vCPU-ns, less count * now (modulo 2^64). */
    uint64_t sum[VCPU_KINDS];
    uint64_t average[VCPU_KINDS];   /* the same before `since`, per counted vCPU, ns */
};

struct domain_runstate {
    uint64_t sequence;              /* odd while a writer is at it */
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
/* The vCPU enters `state`. Caller holds its run queue's lock, interrupts off. Constant time. */
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
/* How many of its vCPUs run at this moment: a glance. */
unsigned int runstate_running(const struct domain *d);
uint32_t runstate_of_counts(vcpu_counts_t counts);  /* the pure function */

#endif
