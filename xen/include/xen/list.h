/* SPDX-License-Identifier: GPL-2.0-only */
/* A doubly linked list threaded through its members. */
#ifndef XEN_LIST_H
#define XEN_LIST_H

#include <xen/compiler.h>
#include <xen/types.h>

struct list_head {
    struct list_head *next, *prev;
};

#define LIST_HEAD_INIT(name) { &(name), &(name) }
#define LIST_HEAD(name)      struct list_head name = LIST_HEAD_INIT(name)

static inline void list_init(struct list_head *h)
{
    h->next = h->prev = h;
}

static inline bool list_empty(const struct list_head *h)
{
    return h->next == h;
}

static inline void list_insert(struct list_head *n, struct list_head *prev, struct list_head *next)
{
    next->prev = n;
    n->next = next;
    n->prev = prev;
    prev->next = n;
}

/* At the front. */
static inline void list_add(struct list_head *n, struct list_head *h)
{
    list_insert(n, h, h->next);
}

/* At the back; with an entry in place of the head: just before it. */
static inline void list_add_tail(struct list_head *n, struct list_head *h)
{
    list_insert(n, h->prev, h);
}

/* Leaves n empty, so that list_empty(n) tells whether it is on a list, and removing twice is harmless. */
static inline void list_del(struct list_head *n)
{
    n->prev->next = n->next;
    n->next->prev = n->prev;
    list_init(n);
}

#define list_entry(ptr, type, member)       container_of(ptr, type, member)
#define list_first_entry(h, type, member)   list_entry((h)->next, type, member)
#define list_for_each_entry(p, h, member)                                            \
    for (p = list_entry((h)->next, typeof(*p), member); &p->member != (h);           \
         p = list_entry(p->member.next, typeof(*p), member))
#define list_for_each_entry_safe(p, n, h, member)                                    \
    for (p = list_entry((h)->next, typeof(*p), member),                              \
        n = list_entry(p->member.next, typeof(*p), member);                          \
         &p->member != (h); p = n, n = list_entry(n->member.next, typeof(*n), member))

#endif
