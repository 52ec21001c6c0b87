/* SPDX-License-Identifier: GPL-2.0-only */
/* The local APIC by its MSRs, and starting other CPUs with INIT and SIPI, as every operating system
 * does. */
#include <asm/msr.h>
#include "guest.h"
#include "private.h"

#define APIC_BASE_X2APIC 0xc00 /* enabled, and by MSRs */
#define X2APIC_ID        0x802
#define X2APIC_EOI       0x80b
#define X2APIC_SVR       0x80f
#define X2APIC_ICR       0x830
#define SVR_ENABLE       0x1ff /* and the spurious vector */
#define ICR_INIT         0x4500
#define ICR_SIPI         0x4600

#define TRAMPOLINE 0x8000UL

extern char cpu_trampoline[], cpu_trampoline_end[];
extern unsigned long cpu_stack;
void cpu_main(void);

static void (*start_fn)(void *arg);
static void *start_arg;
static bool has_started;

void apic_enable(void)
{
    wrmsr(MSR_APIC_BASE, rdmsr(MSR_APIC_BASE) | APIC_BASE_X2APIC);
    wrmsr(X2APIC_SVR, SVR_ENABLE);
}

void apic_eoi(void)
{
    wrmsr(X2APIC_EOI, 0);
}

uint32_t apic_id(void)
{
    return (uint32_t)rdmsr(X2APIC_ID);
}

static void command(uint32_t dest, uint32_t low)
{
    wrmsr(X2APIC_ICR, ((uint64_t)dest << 32) | low);
}

void apic_send(uint32_t dest, uint8_t vector)
{
    command(dest, 0x4000 | vector);
}

void cpu_main(void)
{
    void (*fn)(void *) = start_fn;
    void *arg = start_arg;

    traps_load();
    WRITE_ONCE(has_started, true);
    fn(arg);
}

void cpu_start(unsigned int n, void (*fn)(void *arg), void *arg)
{
    memcpy((void *)TRAMPOLINE, cpu_trampoline, cpu_trampoline_end - cpu_trampoline);
    cpu_stack = (unsigned long)page_take(2) + 2 * 4096;
    start_fn = fn;
    start_arg = arg;
    has_started = false;
    command(2 * n, ICR_INIT);
    command(2 * n, ICR_SIPI | TRAMPOLINE >> 12);
    while (!READ_ONCE(has_started))
        __asm__ volatile("pause" ::: "memory");
}
