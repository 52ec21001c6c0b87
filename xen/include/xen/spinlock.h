/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Spin locks with a level.  A lock may be taken only while every lock held by this CPU has a lower
 * level: debug builds check it at each acquisition, so an order inversion shows at once and not as a
 * deadlock one day.  The levels below ARE the lock order of the hypervisor; docs has a card for each.
 * Two locks of one level: take the lower address first, the second by spin_lock_second().
 */
#ifndef XEN_SPINLOCK_H
#define XEN_SPINLOCK_H

#include <xen/compiler.h>
#include <xen/types.h>

enum lock_level {
    LOCK_NONE = 0,
    LOCK_DOMCTL,        /* domctl and sysctl doors: one control operation at a time */
    LOCK_CPUPOOL,
    LOCK_DOMAIN_LIST,   /* the table of all domains */
    LOCK_DOMAIN,        /* d->lock: life cycle, vCPU creation */
    LOCK_GRANT,         /* a grant table; never two at once */
    LOCK_HVM,           /* virtual devices of a domain: I/O APIC, PCI */
    LOCK_P2M,
    LOCK_EVENT,         /* a domain's event channels; two: lower address first */
    LOCK_EVENT_RAISE,   /* a domain's event words and queues */
    LOCK_PAGE_LIST,     /* d->mem.lock: a domain's list of pages */
    LOCK_VLAPIC,
    LOCK_SCHED,         /* a run queue; a second one only by spin_trylock() */
    LOCK_SCHED_BUDGET,  /* a domain's cap */
    LOCK_IOMMU,
    LOCK_XMALLOC,
    LOCK_VMAP,
    LOCK_PAGING,        /* the hypervisor's own page tables */
    LOCK_HEAP,          /* heap_lock: free lists, claims and their counters */
    LOCK_SMP_CALL,      /* one cross-CPU call at a time */
    LOCK_IRQ,
    LOCK_IRQ_CHIP,      /* the registers of an I/O APIC */
    LOCK_TIMER,
    LOCK_TASKLET,
    LOCK_RCU,
    LOCK_WALLCLOCK,
    LOCK_CONSOLE,       /* innermost: printk is allowed everywhere */
};

typedef struct spinlock {
    uint16_t head, tail;    /* tickets: served, next to hand out */
    uint8_t level;          /* enum lock_level */
    uint8_t seen;           /* debug: where it was taken, private to spinlock.c */
    int cpu;                /* holder (debug), -1 for none */
} spinlock_t;

#define SPINLOCK_INIT(lvl)        { .level = (lvl), .cpu = -1 }
#define DEFINE_SPINLOCK(name, lvl) spinlock_t name = SPINLOCK_INIT(lvl)

void spin_lock_init(spinlock_t *l, enum lock_level level);
#ifdef NDEBUG
/* Without the order check, a free lock takes three instructions: too few to call a function for. */
void spin_lock_wait(const spinlock_t *l, uint16_t ticket);

static inline void spin_lock(spinlock_t *l)
{
    uint16_t ticket = __atomic_fetch_add(&l->tail, 1, __ATOMIC_ACQUIRE);

    if (unlikely(__atomic_load_n(&l->head, __ATOMIC_ACQUIRE) != ticket))
        spin_lock_wait(l, ticket);
}

/* Only the holder moves head, so a plain increment is enough. */
static inline void spin_unlock(spinlock_t *l)
{
    __atomic_store_n(&l->head, (uint16_t)(l->head + 1), __ATOMIC_RELEASE);
}
#else
void spin_lock(spinlock_t *l);
void spin_unlock(spinlock_t *l);
#endif
bool spin_trylock(spinlock_t *l);
bool spin_is_locked(const spinlock_t *l);
void spin_lock_second(spinlock_t *l);   /* same level as the one held, higher address */
void spin_assert_none_held(void);       /* debug: this CPU holds no lock at all */
/* Around an interrupt's handler, for the order check: what it interrupted is not its business. */
void spin_irq_enter(void);
void spin_irq_exit(void);

/* Locks that interrupt handlers take as well. The flags are those of local_irq_save(). */
unsigned long spin_lock_irqsave_fn(spinlock_t *l);
void spin_unlock_irqrestore(spinlock_t *l, unsigned long flags);
#define spin_lock_irqsave(l, flags) ((flags) = spin_lock_irqsave_fn(l))
void spin_lock_irq(spinlock_t *l);
void spin_unlock_irq(spinlock_t *l);

#endif
