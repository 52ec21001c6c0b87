/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A pairing heap of timers.  Inserting takes constant time, removing amortised logarithmic time,
 * and the links lie in the timers: a queue of any length needs no memory of its own.
 *
 * Each node heads a list of children, none earlier than it: `child` is the first, `next` the
 * following sibling, `prev` the preceding sibling, or the parent for a first child, or NULL for the
 * root.
 */
#include <xen/timer.h>

#include "timer_queue.h"

/* Two roots become one; either may be NULL. */
static struct timer *meld(struct timer *a, struct timer *b)
{
    struct timer *child;

    if (!a || !b)
        return a ? a : b;
    if (b->expires < a->expires) {
        struct timer *later = a;

        a = b;
        b = later;
    }
    child = a->child;
    b->prev = a;
    b->next = child;
    if (child)
        child->prev = b;
    a->child = b;
    return a;
}

/* Takes the first root off a list of siblings. */
static struct timer *pop(struct timer **siblings)
{
    struct timer *t = *siblings;

    if (t) {
        *siblings = t->next;
        t->next = t->prev = NULL;
    }
    return t;
}

/* The two passes that give the heap its name: pairs from left to right, then all of them from right
 * to left. */
static struct timer *meld_siblings(struct timer *siblings)
{
    struct timer *pairs = NULL, *root = NULL;

    while (siblings) {
        struct timer *a = pop(&siblings);
        struct timer *b = pop(&siblings);
        struct timer *pair = meld(a, b);

        pair->next = pairs;
        pairs = pair;
    }
    while (pairs)
        root = meld(root, pop(&pairs));
    return root;
}

bool timer_queue_insert(struct timer_queue *q, struct timer *t)
{
    t->child = t->next = t->prev = NULL;
    q->first = meld(q->first, t);
    return q->first == t;
}

static void cut_from_siblings(struct timer *t)
{
    if (t->prev->child == t)
        t->prev->child = t->next;
    else
        t->prev->next = t->next;
    if (t->next)
        t->next->prev = t->prev;
}

void timer_queue_remove(struct timer_queue *q, struct timer *t)
{
    struct timer *orphans = meld_siblings(t->child);

    if (q->first == t) {
        q->first = orphans;
    } else {
        cut_from_siblings(t);
        q->first = meld(q->first, orphans);
    }
    t->child = t->next = t->prev = NULL;
}

/* Up through the parents until one has a sibling that was not visited yet. */
static const struct timer *next_above(const struct timer *t)
{
    while (t && !t->next) {
        while (t->prev && t->prev->child != t)
            t = t->prev;
        t = t->prev;
    }
    return t ? t->next : NULL;
}

void timer_queue_for_each(const struct timer_queue *q, void (*fn)(const struct timer *t))
{
    const struct timer *t = q->first;

    while (t) {
        fn(t);
        t = t->child ? t->child : next_above(t);
    }
}
