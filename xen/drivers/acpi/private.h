/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the files of this folder. */
#ifndef DRIVERS_ACPI_PRIVATE_H
#define DRIVERS_ACPI_PRIVATE_H

#include <xen/acpi.h>

/* ACPI 6.4, 5.2.3.2 */
struct acpi_address {
    uint8_t space, bit_width, bit_offset, access_size;
    uint64_t address;
} __attribute__((packed));

enum {
    ACPI_SPACE_MEMORY,
    ACPI_SPACE_IO,
    ACPI_SPACE_PCI,
};

/* A read-only view of the firmware's memory, for good; NULL when there is no room. */
const void *acpi_map(paddr_t pa, size_t size);
/* The table at pa, mapped and checked; NULL, with a message, when it is broken. */
const struct acpi_header *acpi_load_table(paddr_t pa);
bool acpi_checksum_ok(const void *data, size_t size);

/* rsdp.c: the physical addresses of RSDT and XSDT (0 for none). False when there is no RSDP. */
struct acpi_root {
    paddr_t rsdt, xsdt;
};
bool acpi_find_root(struct acpi_root *root);

#endif
