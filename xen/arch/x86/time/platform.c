/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters of known frequency: HPET, ACPI PM timer, PIT, in the order of preference; clocksource=
 * names another.  They serve to measure the TSC against, once, while booting.
 */
#include <xen/acpi.h>
#include <xen/cmdline.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/printk.h>
#include <xen/string.h>
#include <xen/vmap.h>
#include <asm/hwdom.h>
#include <asm/io.h>

#include "private.h"

/* --- HPET: IA-PC HPET specification 1.0a, 2.3 and 3.2.4 --- */

#define HPET_CAPABILITIES 0x000
#define HPET_CONFIG       0x010
#define HPET_COUNTER      0x0f0
#define HPET_ENABLE       (1u << 0)
#define HPET_PERIOD_MAX   100000000u /* femtoseconds */

struct hpet_table {
    struct acpi_header header;
    uint32_t id;
    uint8_t space, bit_width, bit_offset, access_size;
    uint64_t address;
} __attribute__((packed));

static uint8_t *__initdata hpet;

static uint64_t __init hpet_read(void)
{
    return read32(hpet + HPET_COUNTER);
}

static bool __init hpet_probe(struct platform_timer *t)
{
    const struct hpet_table *table = (const void *)acpi_table("HPET", 0);
    uint32_t period;

    if (!table || table->header.length < sizeof(*table) || table->space != 0 || !table->address)
        return false;
    hwdom_mmio_forbid(table->address, 1024);
    hpet = ioremap(table->address, 1024);
    if (!hpet)
        return false;
    period = read32(hpet + HPET_CAPABILITIES + 4);
    if (!period || period > HPET_PERIOD_MAX)
        return false;
    write32(read32(hpet + HPET_CONFIG) | HPET_ENABLE, hpet + HPET_CONFIG);
    t->hz = 1000000000000000ULL / period;
    t->mask = 0xffffffff;
    return true;
}

/* --- ACPI PM timer: ACPI 6.4, 4.8.3.3 --- */

static uint64_t __init pm_timer_read(void)
{
    return inl(acpi_power.pm_timer);
}

static bool __init pm_timer_probe(struct platform_timer *t)
{
    t->hz = 3579545;
    t->mask = acpi_power.pm_timer_is_32bit ? 0xffffffff : 0xffffff;
    return acpi_power.pm_timer;
}

/* --- PIT, channel 2: 8254 data sheet; its gate is bit 0 of port 0x61, the loudspeaker bit 1 --- */

#define PIT_CHANNEL2 0x42
#define PIT_COMMAND  0x43
#define PIT_GATE     0x61

static uint64_t __init pit_read(void)
{
    unsigned int low;

    outb(0x80, PIT_COMMAND); /* latch channel 2 */
    low = inb(PIT_CHANNEL2);
    return 0xffff - (low | inb(PIT_CHANNEL2) << 8); /* it counts down */
}

static bool __init pit_probe(struct platform_timer *t)
{
    outb((inb(PIT_GATE) & ~2) | 1, PIT_GATE);
    outb(0xb4, PIT_COMMAND); /* channel 2, both bytes, mode 2, binary */
    outb(0, PIT_CHANNEL2);
    outb(0, PIT_CHANNEL2);
    t->hz = 1193182;
    t->mask = 0xffff;
    return true;
}

static struct platform_timer __initdata timers[] = {
    {"hpet", hpet_probe, hpet_read},
    {"acpi", pm_timer_probe, pm_timer_read},
    {"pit", pit_probe, pit_read},
};

static struct platform_timer *__initdata wanted;

static int __init parse_clocksource(const char *value, void *target)
{
    for (unsigned int i = 0; i < ARRAY_SIZE(timers); i++) {
        if (!strcmp(value, timers[i].name)) {
            wanted = &timers[i];
            return 0;
        }
    }
    return -1;
}
custom_param(clocksource, "clocksource", "hpet|acpi|pit", parse_clocksource);

/* A counter that stands still is none. */
static bool __init works(struct platform_timer *t)
{
    uint64_t first;

    if (!t->probe(t))
        return false;
    first = t->read();
    for (unsigned int i = 0; i < 1000; i++)
        if (t->read() != first)
            return true;
    return false;
}

const struct platform_timer *__init platform_timer_init(void)
{
    if (wanted && works(wanted))
        return wanted;
    if (wanted)
        printk(XENLOG_WARNING "clocksource=%s: this machine has none that works\n", wanted->name);
    for (unsigned int i = 0; i < ARRAY_SIZE(timers); i++)
        if (works(&timers[i]))
            return &timers[i];
    panic("no timer to measure the TSC against");
}
