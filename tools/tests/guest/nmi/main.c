/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * NMIs: to oneself and to a CPU that halts; one that comes during another's handler waits for its
 * end.  (A CPU that halts with interrupts off has gone down for good, as on the reference.)
 *
 * machine: smp=2
 */
#include "guest.h"
#include <asm/msr.h>

#define X2APIC_ICR 0x830
#define MODE_NMI   (4u << 8)
#define NMI        2
#define ROUNDS     20

static unsigned int count[2], depth, deepest;
static bool again, is_ready;

static void send_nmi(unsigned int cpu)
{
    wrmsr(X2APIC_ICR, ((uint64_t)(cpu * 2) << 32) | MODE_NMI);
}

static void handler(void)
{
    unsigned int cpu = apic_id() / 2;

    if (++depth > deepest)
        deepest = depth;
    if (again) {
        again = false;
        send_nmi(cpu);
    }
    depth--;
    __atomic_fetch_add(&count[cpu], 1, __ATOMIC_SEQ_CST);
}

static void halt_for_ever(void *arg)
{
    apic_enable();
    __atomic_store_n(&is_ready, true, __ATOMIC_SEQ_CST); /* the handler asks the APIC for its number */
    for (;;)
        __asm__ volatile("sti; hlt" ::: "memory");
}

static void send_and_wait(unsigned int cpu)
{
    unsigned int before = READ_ONCE(count[cpu]);

    send_nmi(cpu);
    while (READ_ONCE(count[cpu]) == before)
        __asm__ volatile("pause" ::: "memory");
}

void test_main(void)
{
    apic_enable();
    interrupt_handle(NMI, handler);
    for (unsigned int i = 0; i < ROUNDS; i++)
        send_and_wait(0);
    check_equal(count[0], ROUNDS, "each NMI to oneself comes once");
    again = true;
    send_and_wait(0);
    while (READ_ONCE(count[0]) < ROUNDS + 2)
        __asm__ volatile("pause" ::: "memory");
    check_equal(deepest, 1, "an NMI out of an NMI's handler comes when that is done");
    cpu_start(1, halt_for_ever, NULL);
    while (!READ_ONCE(is_ready))
        __asm__ volatile("pause" ::: "memory");
    for (unsigned int i = 0; i < ROUNDS; i++)
        send_and_wait(1);
    check_equal(count[1], ROUNDS, "each NMI wakes a CPU that halts");
}
