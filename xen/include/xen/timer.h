/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One-shot timers, per CPU, kept in a heap threaded through them: nothing is allocated, no call can fail.
 * Handlers run as softirq on the timer's CPU with no lock held, never before the deadline.  A deadline in
 * the past fires at once.  All calls are safe in any context but kill (interrupts on, no IRQ context).
 */
#ifndef XEN_TIMER_H
#define XEN_TIMER_H

#include <xen/types.h>

struct timer {
    s_time_t expires;
    void (*function)(void *data);
    void *data;
    uint16_t cpu;
    uint8_t status;                         /* private to timer.c; zero: not initialised, or killed */
    struct timer *child, *next, *prev;      /* private to timer_queue.c */
};

void timer_init(struct timer *t, void (*function)(void *), void *data, unsigned int cpu);
void timer_set(struct timer *t, s_time_t expires);  /* (re)arms */
void timer_stop(struct timer *t);                   /* idempotent; the handler may still be running */
void timer_kill(struct timer *t);                   /* stops for ever, waits for a running handler */
void timer_migrate(struct timer *t, unsigned int cpu);
bool timer_is_active(const struct timer *t);

void timer_subsystem_init(void);            /* booting, once */
void timer_cpu_init(unsigned int cpu);      /* before that CPU comes up */
void timer_dump(char key);                  /* keyhandler: the timers of every CPU */

/* The architecture's one-shot deadline for this CPU. Returns false if already past: nothing will come then. */
bool arch_timer_program(s_time_t deadline);

#endif
