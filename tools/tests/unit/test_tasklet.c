/* SPDX-License-Identifier: GPL-2.0-only */
// Sources: common/tasklet.c common/softirq.c
/* Softirqs and tasklets: what is raised is served, in its order, where it was raised. */
#include <xen/cpumask.h>
#include <xen/smp.h>
#include <xen/softirq.h>
#include <xen/string.h>
#include <xen/tasklet.h>

#include "host.h"
#include "unit.h"

static char order[16];
static unsigned int length;
static unsigned int kicks;

void smp_send_event_check(unsigned int cpu)
{
    kicks++;
}

static void note(char c)
{
    CHECK(length < sizeof(order) - 1);
    order[length++] = c;
}

static void on_rcu(void)
{
    note('r');
}

static void on_console(void)
{
    note('c');
    if (length < 4)
        softirq_raise(SOFTIRQ_CONSOLE);
}

static void on_schedule(void)
{
    note('S');
}

UNIT_TEST(softirq_order,
          "A pass serves in the order of the enum; what is raised meanwhile waits for the next.")
{
    softirq_open(SOFTIRQ_RCU, on_rcu);
    softirq_open(SOFTIRQ_CONSOLE, on_console);
    softirq_open(SOFTIRQ_SCHEDULE, on_schedule);
    softirq_raise(SOFTIRQ_SCHEDULE);
    softirq_raise(SOFTIRQ_CONSOLE);
    softirq_raise(SOFTIRQ_RCU);
    softirq_process();
    CHECK(!strcmp(order, "rcSc"));
    CHECK(!softirq_pending(0));
}

UNIT_TEST(softirq_nosched,
          "The scheduler is left out where the caller asks for it, and stays pending.")
{
    softirq_open(SOFTIRQ_RCU, on_rcu);
    softirq_open(SOFTIRQ_SCHEDULE, on_schedule);
    softirq_raise(SOFTIRQ_SCHEDULE);
    softirq_raise(SOFTIRQ_RCU);
    softirq_process_nosched();
    CHECK(!strcmp(order, "r"));
    CHECK(softirq_pending(0));
}

UNIT_TEST(softirq_kick, "Raising on another CPU kicks it, once until it has come round.")
{
    softirq_open(SOFTIRQ_RCU, on_rcu);
    softirq_raise_on(1, SOFTIRQ_RCU);
    softirq_raise_on(1, SOFTIRQ_RCU);
    CHECK_EQ(kicks, 1);
    CHECK(softirq_pending(1) && !softirq_pending(0));
    get_cpu_info()->processor_id = 1;
    softirq_process();
    CHECK(!strcmp(order, "r"));
    get_cpu_info()->processor_id = 0;
    softirq_raise_on(1, SOFTIRQ_RCU);
    CHECK_EQ(kicks, 2);
}

static struct tasklet a, b;

static void run_a(void *data)
{
    note('a');
    if (length < 5)
        tasklet_schedule(&a);
}

static void run_b(void *data)
{
    note(*(const char *)data);
}

static void start(void)
{
    tasklet_subsystem_init();
    softirq_open(SOFTIRQ_SCHEDULE, on_schedule);
    tasklet_init(&a, run_a, NULL);
    tasklet_init(&b, run_b, "b");
}

UNIT_TEST(tasklet_once, "Scheduling a pending tasklet again changes nothing.")
{
    start();
    tasklet_schedule(&b);
    tasklet_schedule(&b);
    softirq_process();
    CHECK(!strcmp(order, "b"));
}

UNIT_TEST(tasklet_fair,
          "A tasklet that schedules itself lets other tasklets and the scheduler in between.")
{
    start();
    tasklet_schedule(&a);
    tasklet_schedule(&b);
    softirq_raise(SOFTIRQ_SCHEDULE);
    softirq_process();
    CHECK(!strcmp(order, "aSbaa"));
}

UNIT_TEST(tasklet_kill, "A killed tasklet does not run; killing an idle one does no harm.")
{
    start();
    tasklet_schedule(&b);
    tasklet_kill(&b);
    tasklet_kill(&a);
    softirq_process();
    CHECK_EQ(length, 0);
    tasklet_schedule(&b);
    softirq_process();
    CHECK(!strcmp(order, "b"));
}
