/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Several virtual CPUs: each comes up by INIT and SIPI with the APIC ID that its number says, and
 * gets the interrupts that others send it, also while it halts.
 *
 * machine: smp=2 dom0_max_vcpus=4
 */
#include "guest.h"

#define CPUS   4
#define VECTOR 0x40
#define PINGS  50

static uint32_t ids[CPUS];
static unsigned int pings[CPUS], alive;

static void count_ping(void)
{
    __atomic_fetch_add(&pings[apic_id() / 2], 1, __ATOMIC_SEQ_CST);
    apic_eoi();
}

static void halt_for_ever(void *arg)
{
    apic_enable();
    ids[(unsigned long)arg] = apic_id();
    __atomic_fetch_add(&alive, 1, __ATOMIC_SEQ_CST);
    for (;;)
        __asm__ volatile("sti; hlt" ::: "memory");
}

static void ping(unsigned int cpu)
{
    unsigned int before = READ_ONCE(pings[cpu]);

    apic_send(2 * cpu, VECTOR);
    while (READ_ONCE(pings[cpu]) == before)
        __asm__ volatile("pause" ::: "memory");
}

void test_main(void)
{
    apic_enable();
    interrupt_handle(VECTOR, count_ping);
    check_equal(apic_id(), 0, "the first CPU has APIC ID 0");
    for (unsigned long cpu = 1; cpu < CPUS; cpu++)
        cpu_start(cpu, halt_for_ever, (void *)cpu);
    while (READ_ONCE(alive) < CPUS - 1)
        __asm__ volatile("pause" ::: "memory");
    for (unsigned int cpu = 1; cpu < CPUS; cpu++)
        check_equal(ids[cpu], 2 * cpu, "CPU %u has APIC ID %u", cpu, 2 * cpu);
    for (unsigned int i = 0; i < PINGS; i++)
        for (unsigned int cpu = 1; cpu < CPUS; cpu++)
            ping(cpu);
    for (unsigned int cpu = 1; cpu < CPUS; cpu++)
        check_equal(pings[cpu], PINGS, "each interrupt reaches the halted CPU %u once", cpu);
    __asm__ volatile("sti");
    ping(0);
    check_equal(pings[0], 1, "and one to itself reaches the first");
}
