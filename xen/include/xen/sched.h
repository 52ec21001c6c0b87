/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The scheduler: who runs where, and when.  schedule() runs as the last softirq at the top of each
 * CPU's loop: it changes `current` and returns; no stacks are switched, since no vCPU ever sleeps
 * inside the hypervisor.
 */
#ifndef XEN_SCHED_H
#define XEN_SCHED_H

#include <xen/domain.h>
#include <asm/current.h>    /* current, struct cpu_info */

struct xen_domctl_scheduler_op;
struct xen_sysctl_scheduler_op;

void scheduler_init(void);
void sched_cpu_up(unsigned int cpu);                /* creates and starts its idle vCPU's queue */
int sched_cpu_down(unsigned int cpu);
int sched_domain_init(struct domain *d, unsigned int cpupool);
void sched_domain_destroy(struct domain *d);
int sched_vcpu_init(struct vcpu *v);
void sched_vcpu_destroy(struct vcpu *v);

void vcpu_wake(struct vcpu *v);                     /* look again whether it may run: after clearing a pause reason */
void vcpu_sleep_nosync(struct vcpu *v);             /* after setting one */
void vcpu_sleep_sync(struct vcpu *v);               /* and wait until it is off its CPU */
/* The guest took v down or brings it up: whether the domain's runstate counts it. */
void sched_vcpu_set_down(struct vcpu *v, bool is_down);
/* v's state and times up to now; consistent. */
void vcpu_runstate_get(struct vcpu *v, struct vcpu_runstate *out);
void vcpu_block(void);                              /* current waits for an event, unless one is pending */
void vcpu_yield(void);
void vcpu_unblock(struct vcpu *v);
/* A port of d became pending: wakes the vCPUs that poll it. Any context; called by the event layouts. */
void sched_poll_notify(struct domain *d, unsigned int port);
long vcpu_poll(const uint32_t *ports, unsigned int count, uint64_t timeout); /* ns absolute, 0 none */

int vcpu_set_hard_affinity(struct vcpu *v, const cpumask_t *mask);
int vcpu_set_soft_affinity(struct vcpu *v, const cpumask_t *mask);
int sched_adjust_domain(struct domain *d, struct xen_domctl_scheduler_op *op);
int sched_adjust_global(struct xen_sysctl_scheduler_op *op);
uint64_t sched_cpu_idle_time(unsigned int cpu);     /* ns */
unsigned int sched_id(void);                        /* XEN_SCHEDULER_* */

/* --- cpupool.c: sets of CPUs with a scheduler each; pool 0 is there from the start --- */
struct xen_sysctl_cpupool_op;
int cpupool_op(struct xen_sysctl_cpupool_op *op);   /* all but the CPU map's copying */
int cpupool_cpumask(unsigned int pool, cpumask_t *mask);
void cpupool_free_cpus(cpumask_t *mask);

/* The top of a CPU's loop, for ever: softirqs, then the guest or idling. */
void cpu_loop(void) __attribute__((noreturn));
/* Runs current until it has something for us; interrupts on around it. */
void arch_vcpu_run(struct vcpu *v);
void arch_cpu_idle(void);                           /* halts until an interrupt unless softirqs pend */

#endif
