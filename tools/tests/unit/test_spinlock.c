/* SPDX-License-Identifier: GPL-2.0-only */
/* Spin locks: they exclude, they are fair, and their two checks catch what they are there to catch.
 */
#include <setjmp.h>

#include <xen/smp.h>
#include <xen/spinlock.h>
#include <asm/irqflags.h>

#include "host.h"
#include "unit.h"

/* A BUG is what some tests wait for. */
static jmp_buf caught;
static bool is_expected;

void bug_at(const char *what, const char *file, int line)
{
    if (is_expected)
        longjmp(caught, 1);
    unit_fail(file, line, "%s", what);
}

#define CHECK_BUG(statement)            \
    do {                                \
        volatile bool got_away = false; \
        is_expected = true;             \
        if (!setjmp(caught)) {          \
            statement;                  \
            got_away = true;            \
        }                               \
        is_expected = false;            \
        CHECK(!got_away);               \
    } while (0)

static DEFINE_SPINLOCK(outer, LOCK_DOMAIN);
static DEFINE_SPINLOCK(inner, LOCK_HEAP);

#define CPUS   4
#define ROUNDS 20000

static unsigned long counter, seen_locked;

static void count(unsigned int cpu)
{
    for (unsigned int i = 0; i < ROUNDS; i++) {
        spin_lock(&inner);
        counter++;
        if (spin_is_locked(&inner))
            seen_locked++;
        spin_unlock(&inner);
    }
}

UNIT_TEST(exclusion, "A plain counter under a lock loses no increment of several CPUs.")
{
    host_run_cpus(CPUS, count);
    CHECK_EQ(counter, CPUS * ROUNDS);
    CHECK_EQ(seen_locked, CPUS * ROUNDS);
    CHECK(!spin_is_locked(&inner));
}

static void try_and_count(unsigned int cpu)
{
    for (unsigned int done = 0; done < ROUNDS / 10;) {
        if (!spin_trylock(&inner))
            continue;
        counter++;
        done++;
        spin_unlock(&inner);
    }
}

UNIT_TEST(trylock_exclusion, "The same with attempts that do not wait.")
{
    host_run_cpus(CPUS, try_and_count);
    CHECK_EQ(counter, CPUS * (ROUNDS / 10));
}

UNIT_TEST(ticket_wrap, "Tickets wrap around after 65536 locks without harm.")
{
    for (unsigned int i = 0; i < 70000; i++) {
        spin_lock(&inner);
        CHECK(!spin_trylock(&inner));
        spin_unlock(&inner);
    }
}

UNIT_TEST(order_right, "Locks may be taken inwards, and released in any order.")
{
    spin_lock(&outer);
    spin_lock(&inner);
    spin_unlock(&outer);
    spin_unlock(&inner);
    spin_assert_none_held();
}

UNIT_TEST(order_inverted,
          "Taking an outer lock inside an inner one is a BUG at once, without a second CPU.")
{
    spin_lock(&inner);
    CHECK_BUG(spin_lock(&outer));
    spin_unlock(&inner);
}

UNIT_TEST(order_same_level, "Two locks of a level need spin_lock_second(), and that needs a first.")
{
    static DEFINE_SPINLOCK(other, LOCK_DOMAIN);

    spin_lock(&outer);
    CHECK_BUG(spin_lock(&other));
    spin_lock_second(&other);
    spin_unlock(&outer);
    CHECK_BUG(spin_assert_none_held()); /* the other one still is */
    spin_unlock(&other);
    spin_assert_none_held();
    CHECK_BUG(spin_lock_second(&other));
}

UNIT_TEST(deadlock_with_oneself, "Taking a lock twice is a BUG, not a silent end.")
{
    spin_lock(&inner);
    CHECK_BUG(spin_lock(&inner));
    CHECK_BUG(spin_lock_second(&inner));
    spin_unlock(&inner);
}

UNIT_TEST(zeroed, "A lock that nobody initialised is a BUG.")
{
    static spinlock_t zero;

    CHECK_BUG(spin_lock(&zero));
}

UNIT_TEST(irqsave, "The interrupt flag comes back as it was.")
{
    unsigned long flags;

    spin_lock_irqsave(&inner, flags);
    CHECK(!local_irq_is_enabled());
    spin_unlock_irqrestore(&inner, flags);
    CHECK(local_irq_is_enabled());

    local_irq_disable();
    spin_lock_irqsave(&inner, flags);
    spin_unlock_irqrestore(&inner, flags);
    CHECK(!local_irq_is_enabled());
}

UNIT_TEST(handler_has_its_own_order,
          "A handler may take outer locks over an inner one that it interrupted.")
{
    spin_lock(&inner);
    local_irq_disable();
    spin_irq_enter();
    spin_lock(&outer);
    spin_unlock(&outer);
    spin_irq_exit();
    local_irq_enable();
    spin_unlock(&inner);
}

UNIT_TEST(
    handler_and_interrupts_on,
    "A lock of a handler's taken elsewhere with interrupts on is a BUG, whichever came first.")
{
    static DEFINE_SPINLOCK(other, LOCK_HEAP);

    local_irq_disable();
    spin_irq_enter();
    spin_lock(&inner);
    spin_unlock(&inner);
    spin_irq_exit();
    local_irq_enable();
    CHECK_BUG(spin_lock(&inner));
    spin_unlock(&inner);

    spin_lock(&other);
    spin_unlock(&other);
    local_irq_disable();
    spin_irq_enter();
    CHECK_BUG(spin_lock(&other));
}
