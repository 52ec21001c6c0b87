/* SPDX-License-Identifier: GPL-2.0-only */
/* Several processors: who I am, and how to make another do something. */
#ifndef XEN_SMP_H
#define XEN_SMP_H

#include <xen/cpumask.h>
#include <asm/smp.h> /* smp_processor_id() */

/* Makes `cpu` leave its guest or idle loop and process softirqs. Any context. */
void smp_send_event_check(unsigned int cpu);

/* Runs fn(arg) on each CPU of `mask` (also this one if in it) with interrupts off; waits for all if `wait`.
 * Interrupts on, no IRQ-safe lock held. */
void smp_call(const cpumask_t *mask, void (*fn)(void *), void *arg, bool wait);

/* Crashing or resetting: the other CPUs halt for ever, by NMI. Any context. */
void smp_stop_others(void);
/* From the NMI handler: does not return when this CPU was told to stop. */
void smp_nmi(void);

void smp_init(void);                /* booting: this CPU is online, and can be called */
void smp_bring_up(void);            /* all other CPUs, up to maxcpus=; each ends in cpu_loop() */

#endif
