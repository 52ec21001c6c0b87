/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Work put off to the top of the CPU's loop, where no lock is held and interrupts are on.  Per CPU.
 * SCHEDULE is processed last: it may change `current`.
 */
#ifndef XEN_SOFTIRQ_H
#define XEN_SOFTIRQ_H

#include <xen/types.h>

enum softirq {
    SOFTIRQ_TIMER,
    SOFTIRQ_RCU,
    SOFTIRQ_TASKLET,
    SOFTIRQ_CONSOLE,
    SOFTIRQ_SCHEDULE,
    SOFTIRQ_COUNT,
};

void softirq_open(enum softirq nr, void (*handler)(void));
void softirq_raise(enum softirq nr);                        /* on this CPU; any context */
void softirq_raise_on(unsigned int cpu, enum softirq nr);   /* any context; kicks the CPU */
bool softirq_pending(unsigned int cpu);
void softirq_process(void);             /* all pending ones, only from the top of a CPU's loop */
void softirq_process_nosched(void);     /* all but SCHEDULE, from long-running boot or idle work */

#endif
