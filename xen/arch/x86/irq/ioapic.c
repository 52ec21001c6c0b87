/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * I/O APICs: the chips and their registers, reached through an index and a data window (82093AA
 * data sheet, 3.0).  Each serves a run of global system interrupts.
 */
#include <xen/acpi.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/printk.h>
#include <xen/spinlock.h>
#include <xen/vmap.h>
#include <asm/hwdom.h>
#include <asm/io.h>

#include "private.h"

#define WINDOW_INDEX 0x00
#define WINDOW_DATA  0x10

#define REG_VERSION       0x01
#define REG_RTE_LOW(pin)  (0x10 + 2 * (pin))
#define REG_RTE_HIGH(pin) (0x11 + 2 * (pin))

struct ioapic {
    uint8_t *window;
    unsigned int gsi_base, pin_count;
};

static struct ioapic __ro_after_init chips[ACPI_IOAPICS_MAX];
static unsigned int __ro_after_init chip_count;
static DEFINE_SPINLOCK(chip_lock, LOCK_IRQ_CHIP); /* index and data belong together */

static uint32_t read_register(const struct ioapic *chip, unsigned int reg)
{
    unsigned long flags;
    uint32_t value;

    spin_lock_irqsave(&chip_lock, flags);
    write32(reg, chip->window + WINDOW_INDEX);
    value = read32(chip->window + WINDOW_DATA);
    spin_unlock_irqrestore(&chip_lock, flags);
    return value;
}

static void write_register(const struct ioapic *chip, unsigned int reg, uint32_t value)
{
    unsigned long flags;

    spin_lock_irqsave(&chip_lock, flags);
    write32(reg, chip->window + WINDOW_INDEX);
    write32(value, chip->window + WINDOW_DATA);
    spin_unlock_irqrestore(&chip_lock, flags);
}

void ioapic_write_low(struct ioapic_pin pin, uint32_t low)
{
    write_register(pin.chip, REG_RTE_LOW(pin.index), low);
}

void ioapic_write_high(struct ioapic_pin pin, uint32_t high)
{
    write_register(pin.chip, REG_RTE_HIGH(pin.index), high);
}

struct ioapic_pin ioapic_find_pin(unsigned int gsi)
{
    for (unsigned int i = 0; i < chip_count; i++)
        if (gsi >= chips[i].gsi_base && gsi - chips[i].gsi_base < chips[i].pin_count)
            return (struct ioapic_pin){&chips[i], gsi - chips[i].gsi_base};
    return (struct ioapic_pin){};
}

unsigned int ioapic_gsi_count(void)
{
    unsigned int count = 0;

    for (unsigned int i = 0; i < chip_count; i++)
        count = max(count, chips[i].gsi_base + chips[i].pin_count);
    return count;
}

static void __init add_chip(const struct acpi_ioapic *found)
{
    struct ioapic *chip = &chips[chip_count];

    hwdom_mmio_forbid(found->address, PAGE_SIZE);
    chip->window = ioremap(found->address, PAGE_SIZE);
    if (!chip->window) {
        printk(XENLOG_WARNING "I/O APIC at %#lx cannot be mapped\n", found->address);
        return;
    }
    chip->gsi_base = found->gsi_base;
    chip->pin_count = ((read_register(chip, REG_VERSION) >> 16) & 0xff) + 1;
    for (unsigned int pin = 0; pin < chip->pin_count; pin++)
        ioapic_write_low((struct ioapic_pin){chip, pin}, IOAPIC_RTE_MASKED);
    printk(XENLOG_INFO "I/O APIC %u at %#lx: GSIs %u-%u\n", found->id, found->address,
           chip->gsi_base, chip->gsi_base + chip->pin_count - 1);
    chip_count++;
}

void __init ioapic_init(void)
{
    for (unsigned int i = 0; i < acpi_ioapic_count; i++)
        add_chip(&acpi_ioapics[i]);
}
