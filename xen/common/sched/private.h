/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between the scheduler's core and its policies.
 *
 * The core owns the run queues' locks, the vCPUs' runstates, `current` and placement on CPUs; a policy
 * (credit.c, null.c) orders the units of one run queue.  All calls below are made with that queue's
 * lock held unless said otherwise.
 */
#ifndef SCHED_PRIVATE_H
#define SCHED_PRIVATE_H

#include <xen/domain.h>
#include <xen/sched.h>

#define SCHED_WEIGHT_DEFAULT 256
#define SCHED_WEIGHT_MAX     65535

/* A vCPU as its scheduler sees it. */
struct sched_unit {
    struct vcpu *vcpu;
    struct list_head elem;  /* in its run queue while it waits there; else empty */
    s_time_t start;         /* running: since when it is charged */
    int64_t vtime;          /* weighted time it has had, ns at the default weight */
    bool is_migrating;      /* runnable, off its CPU, on no queue: the core is moving it */
    bool yields;            /* asked to go behind the others once */
    bool is_parked;         /* runnable, waits for its domain's cap to be replenished */
};

struct sched_domain {
    spinlock_t lock;        /* LOCK_SCHED_BUDGET */
    uint32_t weight;        /* 1..65535 */
    uint32_t cap;           /* percent of one CPU, 0 none */
    int64_t budget;         /* ns left in this period, may be overdrawn */
    struct timer replenish;
    struct domain *domain;
};

/* One per CPU. */
struct run_queue {
    spinlock_t lock;        /* LOCK_SCHED; taken with interrupts off */
    unsigned int cpu;
    const struct sched_ops *ops;
    struct list_head waiting;       /* runnable units, in the policy's order */
    unsigned int waiting_count;
    struct vcpu *curr, *idle;
    int64_t vtime;          /* the queue's clock: the least vtime that runs or waits, never going back */
    struct timer slice;     /* ends the running unit's turn */
};

struct sched_ops {
    const char *name;
    unsigned int id;        /* XEN_SCHEDULER_* */
    void (*enqueue)(struct run_queue *rq, struct sched_unit *u, bool is_new);
    void (*dequeue)(struct run_queue *rq, struct sched_unit *u);
    struct sched_unit *(*pick)(struct run_queue *rq);   /* takes it off the queue; NULL: idle */
    void (*charge)(struct run_queue *rq, struct sched_unit *u, s_time_t now);
    s_time_t (*slice)(struct run_queue *rq, struct sched_unit *u);  /* ns until the next look; 0 none */
    /* u has come to wait behind rq->curr: when to look at the queue again, system time. 0: at once. */
    s_time_t (*preempt_at)(struct run_queue *rq, struct sched_unit *u);
};

extern const struct sched_ops sched_credit, sched_null;

struct run_queue *run_queue_of(unsigned int cpu);
/* The queue of v's CPU, locked; v->processor does not change while it is. */
struct run_queue *vcpu_queue_lock(struct vcpu *v, unsigned long *flags);
void vcpu_queue_unlock(struct run_queue *rq, unsigned long flags);
/* Lets a parked unit wait again, where there is room. No lock held. */
void sched_unpark(struct sched_unit *u);

/* credit.c: a domain's cap changed. */
void credit_set_cap(struct sched_domain *sd, uint32_t cap);
extern uint32_t credit_ratelimit_us;

/* dump.c: registers the debug keys. */
void sched_dump_init(void);

/* The affinity or pool of v changed. No lock held. */
void sched_recheck(struct vcpu *v);

/* cpupool.c */
void cpupool_init(void);
void cpupool_add_new_cpu(unsigned int cpu);
/* The CPUs that v may use by its pool and hard affinity; never empty. */
void cpupool_allowed(const struct vcpu *v, cpumask_t *mask);

/* placement.c: where a runnable unit should wait. No lock held. */
unsigned int sched_place(const struct vcpu *v);
/* A unit that waits elsewhere and may run here, taken off its queue; NULL for none. rq's lock held. */
struct sched_unit *sched_steal(struct run_queue *rq);

#endif
