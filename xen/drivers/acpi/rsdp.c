/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The root pointer: from the loader, or else searched for where a BIOS leaves it: in the first KiB
 * of the extended BIOS data area, whose segment stands at 0x40e, and between 0xe0000 and 0xfffff,
 * on 16-byte boundaries (ACPI 6.4, 5.2.5).
 */
#include <xen/boot_info.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/printk.h>
#include <xen/string.h>

#include "private.h"

struct rsdp {
    char signature[8];
    uint8_t checksum;
    char oem_id[6];
    uint8_t revision;
    uint32_t rsdt;
    /* From revision 2 on. */
    uint32_t length;
    uint64_t xsdt;
    uint8_t extended_checksum;
    uint8_t reserved[3];
} __attribute__((packed));

#define RSDP_V1_SIZE offsetof(struct rsdp, length)

BUILD_BUG_ON(RSDP_V1_SIZE != 20);
BUILD_BUG_ON(sizeof(struct rsdp) != 36);

static bool __init is_rsdp(const struct rsdp *r)
{
    return !memcmp(r->signature, "RSD PTR ", 8) && acpi_checksum_ok(r, RSDP_V1_SIZE);
}

static const struct rsdp *__init search(const uint8_t *low_memory, size_t start, size_t end)
{
    for (size_t at = start; at + sizeof(struct rsdp) <= end; at += 16) {
        const struct rsdp *r = (const void *)(low_memory + at);

        if (is_rsdp(r))
            return r;
    }
    return NULL;
}

static const struct rsdp *__init search_bios_areas(void)
{
    const uint8_t *low_memory = acpi_map(0, MB(1));
    const struct rsdp *found = NULL;
    size_t ebda;

    if (!low_memory)
        return NULL;
    ebda = (size_t)(low_memory[0x40e] | low_memory[0x40f] << 8) << 4;
    if (ebda >= KB(1) && ebda < 0xa0000)
        found = search(low_memory, ebda, ebda + KB(1));
    return found ? found : search(low_memory, 0xe0000, MB(1));
}

static const struct rsdp *__init from_loader(void)
{
    const struct rsdp *r = boot_info.rsdp ? acpi_map(boot_info.rsdp, sizeof(*r)) : NULL;

    if (r && is_rsdp(r))
        return r;
    if (boot_info.rsdp)
        printk(XENLOG_WARNING "ACPI: no RSDP at %#lx, where the loader says it is\n",
               boot_info.rsdp);
    return NULL;
}

bool __init acpi_find_root(struct acpi_root *root)
{
    const struct rsdp *r = from_loader();

    if (!r)
        r = search_bios_areas();
    if (!r)
        return false;
    root->rsdt = r->rsdt;
    root->xsdt = 0;
    if (r->revision >= 2) {
        if (acpi_checksum_ok(r, sizeof(*r)))
            root->xsdt = r->xsdt;
        else
            printk(XENLOG_WARNING "ACPI: RSDP: wrong extended checksum, XSDT left out\n");
    }
    return true;
}
