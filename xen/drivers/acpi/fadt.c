/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The FADT: power management ports, the reset register, and how to reach soft off
 * (ACPI 6.4, 5.2.9).
 *
 * Soft off needs the two values of the object \_S5 of the DSDT.  That table is a program; but
 * firmware declares \_S5 as a plain package of constants, so we look for the bytes of such a
 * declaration (ACPI 6.4, 20.2) and run nothing.
 */
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/printk.h>
#include <xen/string.h>
#include <asm/io.h>

#include "private.h"

struct fadt {
    struct acpi_header header;
    uint32_t facs, dsdt;
    uint8_t reserved1, profile;
    uint16_t sci;
    uint32_t smi_command;
    uint8_t acpi_enable, acpi_disable, s4bios, pstate;
    uint32_t pm1a_event, pm1b_event, pm1a_control, pm1b_control, pm2_control, pm_timer;
    uint32_t gpe0, gpe1;
    uint8_t pm1_event_length, pm1_control_length, pm2_control_length, pm_timer_length;
    uint8_t unused1[20];
    uint32_t flags;
    struct acpi_address reset;
    uint8_t reset_value;
    uint8_t unused2[3];
    uint64_t x_facs, x_dsdt;
    struct acpi_address x_pm1a_event, x_pm1b_event, x_pm1a_control, x_pm1b_control, x_pm2_control;
    struct acpi_address x_pm_timer;
} __attribute__((packed));

BUILD_BUG_ON(offsetof(struct fadt, flags) != 112);
BUILD_BUG_ON(offsetof(struct fadt, x_dsdt) != 140);
BUILD_BUG_ON(offsetof(struct fadt, x_pm_timer) != 208);

#define FADT_FLAG_TIMER_32BIT (1u << 8)
#define FADT_FLAG_RESET       (1u << 10)

#define PM1_SLP_TYP_SHIFT 10
#define PM1_SLP_TYP_MASK  (7u << PM1_SLP_TYP_SHIFT)
#define PM1_SLP_EN        (1u << 13)

struct acpi_power __read_mostly acpi_power;

/* A port by its extended field, if the table is long enough for it and it is a port; else by the
 * old one. */
static uint16_t __init port_of(const struct fadt *fadt, const struct acpi_address *extended,
                               uint32_t old)
{
    size_t end = (const uint8_t *)(extended + 1) - (const uint8_t *)fadt;

    if (end <= fadt->header.length && extended->space == ACPI_SPACE_IO && extended->address)
        return extended->address;
    return old;
}

/* AML constants that fit a byte: Zero, One, BytePrefix. Advances *at; -1 for anything else. */
static int __init read_constant(const uint8_t **at, const uint8_t *end)
{
    if (*at >= end)
        return -1;
    switch (*(*at)++) {
    case 0x00:
        return 0;
    case 0x01:
        return 1;
    case 0x0a:
        return *at < end ? *(*at)++ : -1;
    default:
        return -1;
    }
}

/* Behind the name: PackageOp, PkgLength (1-4 bytes: the top two bits of the first tell), count,
 * elements. */
static bool __init read_s5_package(const uint8_t *at, const uint8_t *end)
{
    int a, b;

    if (end - at < 3 || *at++ != 0x12)
        return false;
    at += 1 + (*at >> 6);
    at += 1;
    a = read_constant(&at, end);
    b = read_constant(&at, end);
    if (a < 0 || a > 7)
        return false;
    acpi_power.s5_type_a = a;
    acpi_power.s5_type_b = b < 0 || b > 7 ? a : b;
    return true;
}

static bool __init find_s5(const struct acpi_header *dsdt)
{
    const uint8_t *at = (const uint8_t *)(dsdt + 1);
    const uint8_t *end = (const uint8_t *)dsdt + dsdt->length;

    /* NameOp, then the name, with or without a root prefix. */
    for (; end - at > 6; at++) {
        size_t prefix = at[1] == '\\';

        if (at[0] == 0x08 && !memcmp(at + 1 + prefix, "_S5_", 4) &&
            read_s5_package(at + 5 + prefix, end))
            return true;
    }
    return false;
}

static void __init read_s5(const struct fadt *fadt)
{
    bool has_extended = fadt->header.length >= offsetof(struct fadt, x_pm1a_event);
    paddr_t pa = has_extended && fadt->x_dsdt ? fadt->x_dsdt : fadt->dsdt;
    const struct acpi_header *dsdt = pa ? acpi_load_table(pa) : NULL;

    acpi_power.has_s5 = dsdt && find_s5(dsdt);
    if (!acpi_power.has_s5)
        printk(XENLOG_WARNING "ACPI: no \\_S5 found: the machine cannot be powered off\n");
}

void __init acpi_read_fadt(void)
{
    const struct fadt *fadt = (const void *)acpi_table("FACP", 0);
    struct acpi_power *p = &acpi_power;

    if (!fadt)
        return;
    if (fadt->header.length < offsetof(struct fadt, reset)) {
        printk(XENLOG_WARNING "ACPI: FADT: impossibly short, ignored\n");
        return;
    }
    p->pm1a_control = port_of(fadt, &fadt->x_pm1a_control, fadt->pm1a_control);
    p->pm1b_control = port_of(fadt, &fadt->x_pm1b_control, fadt->pm1b_control);
    p->pm_timer = fadt->pm_timer_length == 4 ? port_of(fadt, &fadt->x_pm_timer, fadt->pm_timer) : 0;
    p->pm_timer_is_32bit = fadt->flags & FADT_FLAG_TIMER_32BIT;
    if (fadt->header.length > offsetof(struct fadt, reset_value) &&
        (fadt->flags & FADT_FLAG_RESET)) {
        p->reset_space = fadt->reset.space;
        p->reset_address = fadt->reset.address;
        p->reset_value = fadt->reset_value;
    }
    read_s5(fadt);
}

static void write_sleep(uint16_t port, unsigned int type)
{
    uint16_t value;

    if (!port)
        return;
    value = inw(port) & ~(PM1_SLP_TYP_MASK | PM1_SLP_EN);
    outw(value | type << PM1_SLP_TYP_SHIFT | PM1_SLP_EN, port);
}

bool acpi_power_off(void)
{
    if (!acpi_power.has_s5)
        return false;
    write_sleep(acpi_power.pm1a_control, acpi_power.s5_type_a);
    write_sleep(acpi_power.pm1b_control, acpi_power.s5_type_b);
    return false;
}

/* Only by port: a register in memory would have to be mapped, which a crashing machine had better
 * not try. */
bool acpi_reset(void)
{
    if (acpi_power.reset_address && acpi_power.reset_space == ACPI_SPACE_IO)
        outb(acpi_power.reset_value, acpi_power.reset_address);
    return false;
}
