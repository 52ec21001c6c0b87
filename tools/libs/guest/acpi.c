/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The ACPI tables of a PVH guest (ACPI specification 5.1, chapter 5): a hardware-reduced machine
 * without any device, whose only content is the list of its processors.
 *
 *     RSDP -> XSDT -> FADT -> DSDT (empty)
 *                  -> MADT (a local APIC for each vCPU)
 *                  -> SRAT, SLIT (acpi_numa.c: where the guest has virtual nodes)
 */
#include "acpi.h"

#define OEM_ID     "Stake "
#define OEM_TABLE  "StakeHVM"
#define CREATOR_ID "STAK"

#define TABLES_MAX 4

struct acpi_rsdp {
    char signature[8];
    uint8_t checksum;
    char oem_id[6];
    uint8_t revision;
    uint32_t rsdt;
    uint32_t length;
    uint64_t xsdt;
    uint8_t extended_checksum;
    uint8_t reserved[3];
} __attribute__((packed));

struct acpi_xsdt {
    struct acpi_header h;
    uint64_t table[TABLES_MAX];
} __attribute__((packed));

/* Table 5-34: only the fields that a hardware-reduced machine has; the others are zero. */
struct acpi_fadt {
    struct acpi_header h;
    uint32_t facs;
    uint32_t dsdt;
    uint8_t unused1[65];
    uint16_t iapc_boot_arch; /* offset 109 */
    uint8_t unused2;
    uint32_t flags;
    uint8_t unused3[15];
    uint8_t minor_version; /* offset 131 */
    uint64_t x_facs;
    uint64_t x_dsdt;
    uint8_t unused4[120];
} __attribute__((packed));

#define FADT_NO_VGA      (1 << 2)
#define FADT_NO_CMOS_RTC (1 << 5)
#define FADT_WBINVD      (1 << 0)
#define FADT_HW_REDUCED  (1 << 20)

struct acpi_madt {
    struct acpi_header h;
    uint32_t lapic_address;
    uint32_t flags;
} __attribute__((packed));

struct madt_lapic {
    uint8_t type; /* 0 */
    uint8_t length;
    uint8_t processor_uid;
    uint8_t apic_id;
    uint32_t flags;
} __attribute__((packed));

struct madt_x2apic {
    uint8_t type; /* 9 */
    uint8_t length;
    uint16_t reserved;
    uint32_t apic_id;
    uint32_t flags;
    uint32_t processor_uid;
} __attribute__((packed));

_Static_assert(sizeof(struct acpi_rsdp) == 36, "ACPI 5.2.5.3");
_Static_assert(sizeof(struct acpi_header) == 36, "ACPI 5.2.6");
_Static_assert(offsetof(struct acpi_fadt, iapc_boot_arch) == 109, "ACPI 5.2.9");
_Static_assert(offsetof(struct acpi_fadt, x_dsdt) == 140, "ACPI 5.2.9");
_Static_assert(sizeof(struct acpi_fadt) == 268, "ACPI 5.2.9");

#define LAPIC_ADDRESS 0xFEE00000U

static uint8_t checksum(const void *p, size_t len)
{
    const uint8_t *b = p;
    uint8_t sum = 0;

    while (len--) {
        sum += *b++;
    }
    return -sum;
}

void acpi_finish(struct acpi_header *h, const char *signature, uint8_t revision, size_t length)
{
    memcpy(h->signature, signature, 4);
    h->length = length;
    h->revision = revision;
    memcpy(h->oem_id, OEM_ID, 6);
    memcpy(h->oem_table_id, OEM_TABLE, 8);
    h->oem_revision = 1;
    memcpy(h->creator_id, CREATOR_ID, 4);
    h->creator_revision = 1;
    h->checksum = 0;
    h->checksum = checksum(h, length);
}

static uint8_t *madt_processors(uint8_t *at, unsigned int vcpus)
{
    for (unsigned int i = 0; i < vcpus; i++) {
        uint32_t id = acpi_apic_id(i);

        if (id < 255) {
            struct madt_lapic e = {0, sizeof(e), i, id, 1};

            at = acpi_entry(at, &e, sizeof(e));
        } else {
            struct madt_x2apic e = {9, sizeof(e), 0, id, 1, i};

            at = acpi_entry(at, &e, sizeof(e));
        }
    }
    return at;
}

static size_t madt_build(const struct xc_dom_image *dom, uint8_t *buf, size_t size)
{
    struct acpi_madt *madt = (void *)buf;
    size_t length = sizeof(*madt);

    if (size < length + dom->vcpus * sizeof(struct madt_x2apic)) {
        return 0;
    }
    madt->lapic_address = LAPIC_ADDRESS;
    length = madt_processors(buf + length, dom->vcpus) - buf;
    acpi_finish(&madt->h, "APIC", 3, length);
    return length;
}

/* The tables whose size depends on the guest, behind those of a fixed size. */
static const struct {
    size_t (*build)(const struct xc_dom_image *dom, uint8_t *buf, size_t size);
    bool numa;
} parts[] = {{madt_build, false}, {acpi_srat, true}, {acpi_slit, true}};

size_t acpi_build(const struct xc_dom_image *dom, uint8_t *buf, size_t size, uint64_t paddr)
{
    struct tables {
        struct acpi_rsdp rsdp;
        uint8_t pad[28];
        struct acpi_xsdt xsdt;
        struct acpi_fadt fadt;
        struct acpi_header dsdt;
    } __attribute__((packed)) *t = (void *)buf;
    size_t at = (sizeof(*t) + 7) & ~7UL, count = 1;

    acpi_finish(&t->dsdt, "DSDT", 2, sizeof(t->dsdt));

    t->fadt.x_dsdt = paddr + offsetof(struct tables, dsdt);
    t->fadt.dsdt = t->fadt.x_dsdt;
    t->fadt.iapc_boot_arch = FADT_NO_VGA | FADT_NO_CMOS_RTC;
    t->fadt.flags = FADT_WBINVD | FADT_HW_REDUCED;
    t->fadt.minor_version = 1;
    acpi_finish(&t->fadt.h, "FACP", 5, sizeof(t->fadt));
    t->xsdt.table[0] = paddr + offsetof(struct tables, fadt);

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        size_t length;

        if (parts[i].numa && !dom->vnuma) {
            continue;
        }
        length = parts[i].build(dom, buf + at, size - at);
        if (!length) {
            return 0;
        }
        t->xsdt.table[count++] = paddr + at;
        at += (length + 7) & ~7UL;
        if (at > size) {
            return 0;
        }
    }
    acpi_finish(&t->xsdt.h, "XSDT", 1, sizeof(t->xsdt.h) + count * sizeof(t->xsdt.table[0]));

    memcpy(t->rsdp.signature, "RSD PTR ", 8);
    memcpy(t->rsdp.oem_id, OEM_ID, 6);
    t->rsdp.revision = 2;
    t->rsdp.length = sizeof(t->rsdp);
    t->rsdp.xsdt = paddr + offsetof(struct tables, xsdt);
    t->rsdp.checksum = checksum(&t->rsdp, 20);
    t->rsdp.extended_checksum = checksum(&t->rsdp, sizeof(t->rsdp));
    return at;
}
