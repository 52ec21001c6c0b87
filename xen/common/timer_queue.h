/* SPDX-License-Identifier: GPL-2.0-only */
/* Timers in the order of their deadlines: a pairing heap.  The caller locks. */
#ifndef COMMON_TIMER_QUEUE_H
#define COMMON_TIMER_QUEUE_H

#include <xen/types.h>

struct timer;

struct timer_queue {
    struct timer *first; /* the earliest; NULL when empty */
};

/* Tells whether t has become the first. */
bool timer_queue_insert(struct timer_queue *q, struct timer *t);
void timer_queue_remove(struct timer_queue *q, struct timer *t);
/* Calls fn for each, parents before children: the first first, the rest in no particular order. */
void timer_queue_for_each(const struct timer_queue *q, void (*fn)(const struct timer *t));

#endif
