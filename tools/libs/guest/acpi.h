/* SPDX-License-Identifier: LGPL-2.1-only */
/* What the files that make ACPI tables share. */
#ifndef XG_ACPI_H
#define XG_ACPI_H

#include "private.h"

#pragma GCC visibility push(hidden) /* for this library alone */

struct acpi_header {
    char signature[4];
    uint32_t length;
    uint8_t revision;
    uint8_t checksum;
    char oem_id[6];
    char oem_table_id[8];
    uint32_t oem_revision;
    char creator_id[4];
    uint32_t creator_revision;
} __attribute__((packed));

/* Fills the header in; last of all, for the checksum. */
void acpi_finish(struct acpi_header *h, const char *signature, uint8_t revision, size_t length);

/* Writes an entry of a table; where the next one goes. */
static inline uint8_t *acpi_entry(uint8_t *at, const void *entry, size_t size)
{
    memcpy(at, entry, size);
    return at + size;
}

/* A vCPU's APIC identifier is twice its number, as CPUID tells the guest. */
static inline uint32_t acpi_apic_id(unsigned int vcpu)
{
    return 2 * vcpu;
}

/* One table each; its size, or 0 when there is no room. */
size_t acpi_srat(const struct xc_dom_image *dom, uint8_t *buf, size_t size);
size_t acpi_slit(const struct xc_dom_image *dom, uint8_t *buf, size_t size);

#pragma GCC visibility pop

#endif /* XG_ACPI_H */
