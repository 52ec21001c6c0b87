/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One CPU leaves the guest and enters it again, as often as it can, while the other loads FPU state
 * without pause; then they change places.  Each exit comes back with its answer.  (QEMU 7.2 stops
 * the machine here, unless it is started with tools/tests/system/emulator.c.)
 *
 * machine: smp=2 dom0_max_vcpus=2
 */
#include "guest.h"
#include <asm/processor.h>

#define EXITS 50000

static uint8_t state[512] __attribute__((aligned(16)));
static unsigned int loader, finished;

static void load_fpu(unsigned int cpu)
{
    while (READ_ONCE(loader) == cpu)
        __asm__ volatile("fxrstor %0" ::"m"(state));
}

/* How many of its exits came back with what CPUID says at first. */
static unsigned int leave_and_enter(void)
{
    uint32_t first = cpuid(0).b;
    unsigned int right = 0;

    for (unsigned int i = 0; i < EXITS; i++)
        right += cpuid(0).b == first;
    return right;
}

static void other_cpu(void *arg)
{
    load_fpu(1);
    finished = leave_and_enter();
    __atomic_store_n(&loader, 2, __ATOMIC_SEQ_CST);
    for (;;)
        __asm__ volatile("cli; hlt" ::: "memory");
}

void test_main(void)
{
    apic_enable();
    __asm__ volatile("fxsave %0" : "=m"(state));
    loader = 1;
    cpu_start(1, other_cpu, NULL);
    check_equal(leave_and_enter(), EXITS,
                "each exit of CPU 0 comes back while CPU 1 loads FPU state");
    __atomic_store_n(&loader, 0, __ATOMIC_SEQ_CST);
    load_fpu(0);
    check_equal(finished, EXITS, "and each of CPU 1 while CPU 0 does");
}
