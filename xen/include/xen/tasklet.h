/* SPDX-License-Identifier: GPL-2.0-only */
/* A function to be run once, soon, on one CPU, with interrupts on; scheduling it while pending is a no-op. */
#ifndef XEN_TASKLET_H
#define XEN_TASKLET_H

#include <xen/list.h>

struct tasklet {
    struct list_head list;
    void (*function)(void *data);
    void *data;
    bool is_scheduled;
};

void tasklet_init(struct tasklet *t, void (*function)(void *), void *data);
void tasklet_schedule(struct tasklet *t);
void tasklet_schedule_on(struct tasklet *t, unsigned int cpu);
/* Takes it off its list and waits while another CPU runs it. Interrupts on; nobody schedules it any more. */
void tasklet_kill(struct tasklet *t);

void tasklet_subsystem_init(void);          /* booting, once */
void tasklet_cpu_init(unsigned int cpu);    /* before that CPU comes up */

#endif
