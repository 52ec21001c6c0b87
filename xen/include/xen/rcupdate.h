/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Read-copy-update: a CPU is quiescent each time it passes the top of its loop or idles.  Readers do
 * nothing but not pass there; call_rcu() runs a callback when every CPU has passed since.
 */
#ifndef XEN_RCUPDATE_H
#define XEN_RCUPDATE_H

#include <xen/types.h>

struct rcu_head {
    struct rcu_head *next;
    void (*function)(struct rcu_head *head);
};

void call_rcu(struct rcu_head *head, void (*function)(struct rcu_head *head));
void rcu_quiescent(void);           /* called at the top of each CPU's loop */
void rcu_idle_enter(void);
void rcu_idle_exit(void);
void rcu_subsystem_init(void);              /* booting, once */
void rcu_cpu_init(unsigned int cpu);        /* before that CPU comes up */
#define rcu_dereference(p)          __atomic_load_n(&(p), __ATOMIC_CONSUME)
#define rcu_assign_pointer(p, v)    __atomic_store_n(&(p), (v), __ATOMIC_RELEASE)

#endif
