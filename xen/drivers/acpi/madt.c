/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The MADT: processors and interrupt controllers (ACPI 6.4, 5.2.12).
 *
 * Our CPU numbers follow the order of the table's enabled processors, but for the one that booted
 * us, which is number 0.  Without a table that is the only one.
 */
#include <xen/cpumask.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/printk.h>
#include <asm/apic.h>

#include "private.h"

struct madt {
    struct acpi_header header;
    uint32_t lapic_address;
    uint32_t flags;
} __attribute__((packed));

struct madt_lapic {
    struct acpi_entry entry;
    uint8_t acpi_id, apic_id;
    uint32_t flags;
} __attribute__((packed));

struct madt_ioapic {
    struct acpi_entry entry;
    uint8_t id, reserved;
    uint32_t address, gsi_base;
} __attribute__((packed));

struct madt_override {
    struct acpi_entry entry;
    uint8_t bus, source;
    uint32_t gsi;
    uint16_t flags;
} __attribute__((packed));

struct madt_lapic_address {
    struct acpi_entry entry;
    uint16_t reserved;
    uint64_t address;
} __attribute__((packed));

struct madt_x2apic {
    struct acpi_entry entry;
    uint16_t reserved;
    uint32_t apic_id, flags, acpi_id;
} __attribute__((packed));

#define LAPIC_ENABLED (1u << 0)

/* MPS INTI flags, table 5.26: polarity in bits 0-1, trigger mode in bits 2-3; 0 is what the bus
 * has. */
#define INTI_ACTIVE_LOW 3u
#define INTI_LEVEL      3u

#define ISA_IRQS          16
#define LAPIC_USUAL_PLACE 0xfee00000u

struct acpi_cpu __read_mostly acpi_cpus[NR_CPUS];
unsigned int __read_mostly acpi_cpu_count;
struct acpi_ioapic __read_mostly acpi_ioapics[ACPI_IOAPICS_MAX];
unsigned int __read_mostly acpi_ioapic_count;
paddr_t __read_mostly acpi_lapic_address = LAPIC_USUAL_PLACE;
static struct acpi_isa_route __read_mostly isa_routes[ISA_IRQS];
static unsigned int __initdata surplus_cpus;

struct acpi_isa_route acpi_isa_route(unsigned int isa_irq)
{
    ASSERT(isa_irq < ISA_IRQS);
    return isa_routes[isa_irq];
}

/* CPU 0 has its place already; firmware may name one processor both ways. */
static void __init add_cpu(uint32_t apic_id, uint32_t acpi_id)
{
    for (unsigned int i = 0; i < acpi_cpu_count; i++) {
        if (acpi_cpus[i].apic_id == apic_id) {
            acpi_cpus[i].acpi_id = acpi_id;
            return;
        }
    }
    if (acpi_cpu_count == NR_CPUS) {
        surplus_cpus++;
        return;
    }
    acpi_cpus[acpi_cpu_count++] = (struct acpi_cpu){apic_id, acpi_id};
}

static void __init read_lapic(const struct acpi_entry *entry)
{
    const struct madt_lapic *e = (const void *)entry;

    if ((e->flags & LAPIC_ENABLED) && e->apic_id != 0xff)
        add_cpu(e->apic_id, e->acpi_id);
}

static void __init read_x2apic(const struct acpi_entry *entry)
{
    const struct madt_x2apic *e = (const void *)entry;

    if ((e->flags & LAPIC_ENABLED) && e->apic_id != 0xffffffff)
        add_cpu(e->apic_id, e->acpi_id);
}

static void __init read_ioapic(const struct acpi_entry *entry)
{
    const struct madt_ioapic *e = (const void *)entry;

    if (acpi_ioapic_count == ACPI_IOAPICS_MAX) {
        printk(XENLOG_WARNING "ACPI: more than %u I/O APICs, GSIs from %u on are lost\n",
               ACPI_IOAPICS_MAX, e->gsi_base);
        return;
    }
    acpi_ioapics[acpi_ioapic_count++] = (struct acpi_ioapic){e->id, e->address, e->gsi_base};
}

static void __init read_override(const struct acpi_entry *entry)
{
    const struct madt_override *e = (const void *)entry;

    if (e->source < ISA_IRQS)
        isa_routes[e->source] = (struct acpi_isa_route){
            .gsi = e->gsi,
            .is_level = ((e->flags >> 2) & 3) == INTI_LEVEL,
            .active_low = (e->flags & 3) == INTI_ACTIVE_LOW,
        };
}

static void __init read_lapic_address(const struct acpi_entry *entry)
{
    acpi_lapic_address = ((const struct madt_lapic_address *)entry)->address;
}

static const struct acpi_entry_row __initconst rows[] = {
    {0, sizeof(struct madt_lapic), read_lapic},
    {1, sizeof(struct madt_ioapic), read_ioapic},
    {2, sizeof(struct madt_override), read_override},
    {5, sizeof(struct madt_lapic_address), read_lapic_address},
    {9, sizeof(struct madt_x2apic), read_x2apic},
};

void __init acpi_read_madt(void)
{
    const struct madt *madt = (const void *)acpi_table("APIC", 0);

    for (unsigned int irq = 0; irq < ISA_IRQS; irq++)
        isa_routes[irq].gsi = irq;
    add_cpu(apic_id_from_cpuid(), 0);
    if (!madt)
        return;
    if (madt->header.length < sizeof(*madt)) {
        printk(XENLOG_WARNING "ACPI: MADT: impossibly short, ignored\n");
        return;
    }
    acpi_lapic_address = madt->lapic_address;
    acpi_walk_entries(&madt->header, sizeof(*madt), rows, ARRAY_SIZE(rows));
    if (surplus_cpus)
        printk(XENLOG_WARNING "ACPI: %u processors more than the %u that this build can use\n",
               surplus_cpus, NR_CPUS);
    printk(XENLOG_INFO "ACPI: %u processors, %u I/O APICs\n", acpi_cpu_count, acpi_ioapic_count);
}
