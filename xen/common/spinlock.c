/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Spin locks: tickets, so that waiters are served in the order of their arrival, and two checks
 * that debug builds make.
 *
 * Order.  Per CPU there is the set of levels held: one bit a level, and a second set for levels
 * held twice (spin_lock_second()).  Taking a lock is right when no bit at or above its level is
 * set, whoever else runs: so an inversion shows at its first occurrence, not when two CPUs meet in
 * it one day.  An interrupt handler has a set of its own, since the locks it takes may not be those
 * it interrupted:
 *
 * Interrupts.  A lock that was ever taken by an interrupt handler must never be taken with
 * interrupts on: on that CPU the handler could come and wait for ever for what it interrupted. Each
 * lock remembers both.
 */
#include <xen/atomic.h>
#include <xen/bug.h>
#include <xen/percpu.h>
#include <xen/smp.h>
#include <xen/spinlock.h>
#include <asm/irqflags.h>

#ifdef NDEBUG

static inline void check_order(const spinlock_t *l, bool is_second)
{
}

static inline void note_acquired(spinlock_t *l)
{
}

static inline void note_released(spinlock_t *l)
{
}

void spin_assert_none_held(void)
{
}

void spin_irq_enter(void)
{
}

void spin_irq_exit(void)
{
}

#else

#define SEEN_IN_HANDLER (1u << 0)
#define SEEN_IRQS_ON    (1u << 1)

struct held_levels {
    uint32_t once, twice; /* bit n: level n */
};

struct held_locks {
    struct held_levels outside, handler;
    bool in_handler;
};
static DEFINE_PER_CPU(struct held_locks, held_locks);

static struct held_levels *held_now(void)
{
    struct held_locks *locks = &this_cpu(held_locks);

    return locks->in_handler ? &locks->handler : &locks->outside;
}

static void check_order(const spinlock_t *l, bool is_second)
{
    uint32_t at_or_above = held_now()->once >> l->level;

    ASSERT(l->level != LOCK_NONE && l->level < 32); /* zero: somebody forgot spin_lock_init() */
    ASSERT(__atomic_load_n(&l->cpu, __ATOMIC_RELAXED) != (int)smp_processor_id());
    ASSERT(at_or_above == (is_second ? 1 : 0));
}

/* Under the lock. */
static void note_where(spinlock_t *l)
{
    if (this_cpu(held_locks).in_handler)
        l->seen |= SEEN_IN_HANDLER;
    else if (local_irq_is_enabled())
        l->seen |= SEEN_IRQS_ON;
    ASSERT(l->seen != (SEEN_IN_HANDLER | SEEN_IRQS_ON));
}

static void note_acquired(spinlock_t *l)
{
    struct held_levels *held = held_now();
    uint32_t bit = 1u << l->level;

    held->twice |= held->once & bit;
    held->once |= bit;
    __atomic_store_n(&l->cpu, (int)smp_processor_id(), __ATOMIC_RELAXED);
    note_where(l);
}

static void note_released(spinlock_t *l)
{
    struct held_levels *held = held_now();
    uint32_t bit = 1u << l->level;

    ASSERT(l->cpu == (int)smp_processor_id());
    __atomic_store_n(&l->cpu, -1, __ATOMIC_RELAXED);
    if (held->twice & bit)
        held->twice &= ~bit;
    else
        held->once &= ~bit;
}

void spin_assert_none_held(void)
{
    ASSERT(held_now()->once == 0);
}

void spin_irq_enter(void)
{
    ASSERT(!this_cpu(held_locks).in_handler);
    this_cpu(held_locks).in_handler = true;
}

void spin_irq_exit(void)
{
    spin_assert_none_held();
    this_cpu(held_locks).in_handler = false;
}

#endif

void spin_lock_init(spinlock_t *l, enum lock_level level)
{
    *l = (spinlock_t)SPINLOCK_INIT(level);
}

static void take_ticket_and_wait(spinlock_t *l)
{
    uint16_t ticket = __atomic_fetch_add(&l->tail, 1, __ATOMIC_ACQUIRE);

    while (__atomic_load_n(&l->head, __ATOMIC_ACQUIRE) != ticket)
        cpu_relax();
    note_acquired(l);
}

#ifdef NDEBUG

/* What is left of spin_lock() when the lock is not free. */
void spin_lock_wait(const spinlock_t *l, uint16_t ticket)
{
    while (__atomic_load_n(&l->head, __ATOMIC_ACQUIRE) != ticket)
        cpu_relax();
}

#else

void spin_lock(spinlock_t *l)
{
    check_order(l, false);
    take_ticket_and_wait(l);
}

void spin_unlock(spinlock_t *l)
{
    note_released(l);
    /* Only the holder moves head, so a plain increment is enough. */
    __atomic_store_n(&l->head, (uint16_t)(l->head + 1), __ATOMIC_RELEASE);
}

#endif

void spin_lock_second(spinlock_t *l)
{
    check_order(l, true);
    take_ticket_and_wait(l);
}

/*
 * head never passes tail, so if tail still equals the head read before, the lock is free and the
 * ticket handed out is served at once.  Trying is allowed against the order: it cannot wait.
 */
bool spin_trylock(spinlock_t *l)
{
    uint16_t head = __atomic_load_n(&l->head, __ATOMIC_RELAXED);
    uint16_t free_tail = head;

    if (!__atomic_compare_exchange_n(&l->tail, &free_tail, (uint16_t)(head + 1), false,
                                     __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        return false;
    note_acquired(l);
    return true;
}

bool spin_is_locked(const spinlock_t *l)
{
    return __atomic_load_n(&l->head, __ATOMIC_RELAXED) !=
           __atomic_load_n(&l->tail, __ATOMIC_RELAXED);
}

unsigned long spin_lock_irqsave_fn(spinlock_t *l)
{
    unsigned long flags;

    local_irq_save(flags);
    spin_lock(l);
    return flags;
}

void spin_unlock_irqrestore(spinlock_t *l, unsigned long flags)
{
    spin_unlock(l);
    local_irq_restore(flags);
}

void spin_lock_irq(spinlock_t *l)
{
    ASSERT(local_irq_is_enabled());
    local_irq_disable();
    spin_lock(l);
}

void spin_unlock_irq(spinlock_t *l)
{
    spin_unlock(l);
    local_irq_enable();
}
