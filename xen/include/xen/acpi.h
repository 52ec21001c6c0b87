/* SPDX-License-Identifier: GPL-2.0-only */
/* The firmware's tables, found and checked once; readers get validated pointers. */
#ifndef XEN_ACPI_H
#define XEN_ACPI_H

#include <xen/types.h>

struct acpi_header {
    char signature[4];
    uint32_t length;
    uint8_t revision, checksum;
    char oem_id[6], oem_table_id[8];
    uint32_t oem_revision, creator_id, creator_revision;
} __attribute__((packed));

/*
 * Finds RSDP and all tables (a broken one is named in the log and left out), then reads MADT, SRAT, SLIT
 * and FADT.  After the page tables, before the heap: that wants to know the nodes.
 * -ENODEV: no usable tables; the machine then runs on one CPU without I/O APICs.
 */
int acpi_init(void);
/* The nth table of that signature, checked whole (length, checksum), or NULL. Mapped for good. */
const struct acpi_header *acpi_table(const char *signature, unsigned int nth);
unsigned int acpi_table_count(void);
const struct acpi_header *acpi_table_at(unsigned int index, paddr_t *pa);

/*
 * Entries of a table: a type byte, a length byte, then as the type says.  Calls fn for each well-formed one
 * that is at least min_length[type] long; ends with a message at one that is not.
 */
struct acpi_entry {
    uint8_t type, length;
} __attribute__((packed));
typedef void acpi_entry_fn(const struct acpi_entry *entry);
struct acpi_entry_row {
    uint8_t type, min_length;
    acpi_entry_fn *fn;
};
void acpi_walk_entries(const struct acpi_header *table, size_t header_length,
                       const struct acpi_entry_row *rows, unsigned int row_count);

/* --- madt.c: processors and interrupt controllers. CPU n of the hypervisor is acpi_cpus[n]; 0 booted us. --- */
struct acpi_cpu {
    uint32_t apic_id;
    uint32_t acpi_id;   /* the processor's UID in the firmware's own tables */
};
extern struct acpi_cpu acpi_cpus[];
extern unsigned int acpi_cpu_count;

#define ACPI_IOAPICS_MAX 16
struct acpi_ioapic {
    uint32_t id;
    paddr_t address;
    uint32_t gsi_base;
};
extern struct acpi_ioapic acpi_ioapics[ACPI_IOAPICS_MAX];
extern unsigned int acpi_ioapic_count;
extern paddr_t acpi_lapic_address;

/* Where an ISA interrupt arrives and how: an override's answer, else one to one, edge, active high. */
struct acpi_isa_route {
    uint32_t gsi;
    bool is_level, active_low;
};
struct acpi_isa_route acpi_isa_route(unsigned int isa_irq);

/* --- fadt.c: power management registers. A port or address of 0: there is none. --- */
struct acpi_power {
    uint16_t pm1a_control, pm1b_control;
    uint16_t pm_timer;                  /* 24 or 32 bits at 3.579545 MHz */
    bool pm_timer_is_32bit;
    bool has_s5;
    uint8_t s5_type_a, s5_type_b;       /* SLP_TYP values of soft off */
    uint8_t reset_space, reset_value;   /* reset_space: as in a generic address, 0 memory, 1 I/O, 2 PCI */
    paddr_t reset_address;
};
extern struct acpi_power acpi_power;
bool acpi_power_off(void);      /* returns only when it did not work */
bool acpi_reset(void);          /* likewise */

void acpi_read_madt(void);
void acpi_read_srat(void);
void acpi_read_fadt(void);

#endif
