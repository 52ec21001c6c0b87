/* SPDX-License-Identifier: GPL-2.0-only */
// Sources: common/rcupdate.c common/softirq.c
/* RCU: callbacks run, after every CPU has passed, and not before. */
#include <stdlib.h>

#include <xen/atomic.h>
#include <xen/cpumask.h>
#include <xen/rcupdate.h>
#include <xen/smp.h>
#include <xen/softirq.h>

#include "host.h"
#include "unit.h"

static unsigned int run_count;

static void counted(struct rcu_head *head)
{
    __atomic_add_fetch(&run_count, 1, __ATOMIC_SEQ_CST);
}

static void loop_once(void)
{
    softirq_process();
    rcu_quiescent();
}

UNIT_TEST(alone, "On a single CPU a callback runs once it has passed, and only then.")
{
    static struct rcu_head head;

    rcu_subsystem_init();
    call_rcu(&head, counted);
    softirq_process();
    softirq_process();
    CHECK_EQ(run_count, 0);
    rcu_quiescent();
    softirq_process();
    CHECK_EQ(run_count, 1);
    loop_once();
    CHECK_EQ(run_count, 1);
}

static struct rcu_head chain[3];

static void call_next(struct rcu_head *head)
{
    counted(head);
    if (head != &chain[2])
        call_rcu(head + 1, call_next);
}

UNIT_TEST(callback_calls, "A callback may ask for another: that one gets a period of its own.")
{
    rcu_subsystem_init();
    call_rcu(&chain[0], call_next);
    for (unsigned int i = 0; i < 10; i++)
        loop_once();
    CHECK_EQ(run_count, 3);
}

UNIT_TEST(waits_for_reader,
          "Nothing runs while another CPU has not passed; one that idles is not waited for.")
{
    static struct rcu_head head[2];

    rcu_subsystem_init();
    rcu_cpu_init(1);
    cpumask_set(&cpu_online_map, 1);
    call_rcu(&head[0], counted);
    for (unsigned int i = 0; i < 10; i++)
        loop_once();
    CHECK_EQ(run_count, 0); /* CPU 1 is a reader, for all anybody knows */

    get_cpu_info()->processor_id = 1;
    rcu_idle_enter();
    get_cpu_info()->processor_id = 0;
    loop_once();
    CHECK_EQ(run_count, 1);

    call_rcu(&head[1], counted);
    for (unsigned int i = 0; i < 3; i++)
        loop_once();
    CHECK_EQ(run_count, 2);
}

UNIT_TEST(
    turns_back,
    "A CPU that has passed, and is about to enter a guest when a period begins, finds a softirq "
    "pending and passes once more.")
{
    static struct rcu_head head;

    rcu_subsystem_init();
    rcu_cpu_init(1);
    cpumask_set(&cpu_online_map, 1);
    get_cpu_info()->processor_id = 1;
    loop_once();
    CHECK(!softirq_pending(1));

    get_cpu_info()->processor_id = 0;
    call_rcu(&head, counted);
    loop_once();
    CHECK(softirq_pending(1));

    get_cpu_info()->processor_id = 1;
    loop_once();
    CHECK(!softirq_pending(1));
    get_cpu_info()->processor_id = 0;
    loop_once();
    CHECK_EQ(run_count, 1);
}

/* --- readers and a writer at once: the sanitizer tells if a reader finds freed memory --- */

#define CPUS    4
#define UPDATES 2000

struct object {
    struct rcu_head rcu;
    unsigned long a, b; /* equal in every version */
};
static struct object *shared_object;
static atomic_t writers;
static unsigned int allocated, freed;

static void free_object(struct rcu_head *head)
{
    free(container_of(head, struct object, rcu));
    __atomic_add_fetch(&freed, 1, __ATOMIC_SEQ_CST);
}

static void update(unsigned long value)
{
    struct object *new = malloc(sizeof(*new)), *old;

    new->a = new->b = value;
    old = __atomic_exchange_n(&shared_object, new, __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&allocated, 1, __ATOMIC_SEQ_CST);
    if (old)
        call_rcu(&old->rcu, free_object);
}

static void read_object(void)
{
    const struct object *o = rcu_dereference(shared_object);

    if (o)
        CHECK_EQ(o->a, o->b);
}

static void be_cpu(unsigned int cpu)
{
    bool is_writer = cpu < 2;

    for (unsigned long i = 0; is_writer ? i < UPDATES : atomic_read(&writers) != 0; i++) {
        loop_once();
        if (is_writer)
            update(cpu * UPDATES + i);
        read_object();
        if (i % 7 == 0) {
            rcu_idle_enter();
            rcu_idle_exit();
        }
    }
    if (is_writer)
        atomic_dec_return(&writers);
    /* Everybody goes on until all callbacks have come back. */
    while (atomic_read(&writers) || __atomic_load_n(&freed, __ATOMIC_SEQ_CST) <
                                        __atomic_load_n(&allocated, __ATOMIC_SEQ_CST) - 1)
        loop_once();
    rcu_idle_enter();
}

UNIT_TEST(readers_and_writers,
          "Readers never meet a freed object, and every replaced object is freed.")
{
    rcu_subsystem_init();
    for (unsigned int cpu = 1; cpu < CPUS; cpu++)
        rcu_cpu_init(cpu);
    for (unsigned int cpu = 0; cpu < CPUS; cpu++)
        cpumask_set(&cpu_online_map, cpu);
    atomic_set(&writers, 2);
    host_run_cpus(CPUS, be_cpu);
    CHECK_EQ(allocated, 2 * UPDATES);
    CHECK_EQ(freed, allocated - 1);
}
