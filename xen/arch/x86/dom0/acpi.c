// SPDX-License-Identifier: GPL-2.0-only
/*
 * ACPI as dom0 sees it: an RSDP, an XSDT and a MADT of its own, and the host's other tables where
 * they are, but for those that describe what is not dom0's: processors' places, IOMMUs, the timer
 * that we use.
 */
#include <xen/acpi.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/string.h>
#include <xen/printk.h>
#include <xen/xmalloc.h>
#include "private.h"

#define MADT_LAPIC    0
#define MADT_IOAPIC   1
#define MADT_OVERRIDE 2
#define MADT_X2APIC   9
#define MADT_ENABLED  1u
#define MADT_HEAD     8 /* behind the header: the local APIC's address, flags */
#define LAPIC_ADDRESS 0xfee00000u

struct rsdp {
    char signature[8];
    uint8_t checksum;
    char oem_id[6];
    uint8_t revision;
    uint32_t rsdt;
    uint32_t length;
    uint64_t xsdt;
    uint8_t checksum_whole, reserved[3];
} __attribute__((packed));

static const char hidden_tables[][5] __initconst = {
    "APIC", "RSDT", "XSDT", "DMAR", "IVRS", "SRAT", "SLIT",
    "MSCT", "HMAT", "PMTT", "HPET", "FACS", "DSDT", /* found by way of the FADT */
};

static bool __init is_hidden(const char *signature)
{
    for (unsigned int i = 0; i < ARRAY_SIZE(hidden_tables); i++)
        if (!memcmp(signature, hidden_tables[i], 4))
            return true;
    return false;
}

static uint8_t __init checksum(const void *data, size_t size)
{
    uint8_t sum = 0;

    while (size--)
        sum += ((const uint8_t *)data)[size];
    return -sum;
}

static void __init header_fill(struct acpi_header *h, const char *signature, uint8_t revision,
                               uint32_t length)
{
    memcpy(h->signature, signature, 4);
    h->length = length;
    h->revision = revision;
    memcpy(h->oem_id, "Stake ", 6);
    memcpy(h->oem_table_id, "dom0    ", 8);
}

/* --- the MADT --- */

static size_t __init madt_add_cpu(uint8_t *at, unsigned int vcpu)
{
    uint32_t id = vcpu * 2, flags = MADT_ENABLED, uid = vcpu;

    if (id < 0xff) {
        at[0] = MADT_LAPIC;
        at[1] = 8;
        at[2] = uid;
        at[3] = id;
        memcpy(at + 4, &flags, 4);
        return 8;
    }
    at[0] = MADT_X2APIC;
    at[1] = 16;
    memcpy(at + 4, &id, 4);
    memcpy(at + 8, &flags, 4);
    memcpy(at + 12, &uid, 4);
    return 16;
}

/* The I/O APICs and the lines' overrides are the host's: so are dom0's lines. */
static size_t __init madt_copy_lines(uint8_t *at)
{
    const struct acpi_header *host = acpi_table("APIC", 0);
    const uint8_t *p = (const uint8_t *)(host + 1) + MADT_HEAD,
                  *end = (const uint8_t *)host + host->length;
    size_t done = 0;

    for (; p + 2 <= end && p[1] >= 2 && p + p[1] <= end; p += p[1]) {
        if (p[0] != MADT_IOAPIC && p[0] != MADT_OVERRIDE)
            continue;
        memcpy(at + done, p, p[1]);
        done += p[1];
    }
    return done;
}

/* Returns its length. */
static size_t __init madt_build(uint8_t *table, unsigned int vcpus)
{
    struct acpi_header *h = (void *)table;
    uint32_t lapic = LAPIC_ADDRESS;
    size_t length = sizeof(*h) + MADT_HEAD;

    memcpy(table + sizeof(*h), &lapic, sizeof(lapic));
    for (unsigned int i = 0; i < vcpus; i++)
        length += madt_add_cpu(table + length, i);
    length += madt_copy_lines(table + length);
    header_fill(h, "APIC", 4, length);
    h->checksum = checksum(table, length);
    return length;
}

/* --- all of them --- */

static size_t __init xsdt_build(uint8_t *table, paddr_t madt)
{
    struct acpi_header *h = (void *)table;
    uint64_t *entries = (uint64_t *)(void *)(h + 1);
    unsigned int count = 0;

    memcpy(&entries[count++], &madt, sizeof(madt));
    for (unsigned int i = 0; i < acpi_table_count(); i++) {
        paddr_t pa;
        const struct acpi_header *t = acpi_table_at(i, &pa);

        if (t && !is_hidden(t->signature))
            memcpy(&entries[count++], &pa, sizeof(pa));
    }
    header_fill(h, "XSDT", 1, sizeof(*h) + count * sizeof(*entries));
    h->checksum = checksum(table, h->length);
    return h->length;
}

static void __init rsdp_build(struct rsdp *r, paddr_t xsdt)
{
    memcpy(r->signature, "RSD PTR ", 8);
    memcpy(r->oem_id, "Stake ", 6);
    r->revision = 2;
    r->length = sizeof(*r);
    r->xsdt = xsdt;
    r->checksum = checksum(r, 20); /* of what revision 0 had */
    r->checksum_whole = checksum(r, sizeof(*r));
}

/* Room for each table begins on a multiple of 16 bytes: RSDP, XSDT, MADT. */
paddr_t __init dom0_acpi_build(struct dom0 *dom0)
{
    const struct acpi_header *host_madt = acpi_table("APIC", 0);
    size_t xsdt_at = ROUNDUP(sizeof(struct rsdp), 16UL), madt_at, size;
    uint8_t *tables;
    paddr_t at;

    if (!host_madt)
        return 0;
    madt_at = xsdt_at + ROUNDUP(sizeof(struct acpi_header) + (acpi_table_count() + 1) * 8, 16UL);
    size = madt_at + sizeof(struct acpi_header) + MADT_HEAD + dom0->d->max_vcpus * 16 +
           host_madt->length;
    tables = xzalloc_bytes(size, 16);
    if (!tables)
        panic("No memory for dom0's ACPI tables");
    at = dom0_carve_acpi(dom0, size);
    madt_build(tables + madt_at, dom0->d->max_vcpus);
    xsdt_build(tables + xsdt_at, at + madt_at);
    rsdp_build((void *)tables, at + xsdt_at);
    dom0_write(dom0, at, tables, size);
    xfree(tables);
    return at;
}
