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

int acpi_init(void);    /* finds RSDP and all tables; a broken table is named in the log and left out */
/* The nth table of that signature, checked whole (length, checksum), or NULL. Mapped for good. */
const struct acpi_header *acpi_table(const char *signature, unsigned int nth);
unsigned int acpi_table_count(void);
const struct acpi_header *acpi_table_at(unsigned int index, paddr_t *pa);

#endif
