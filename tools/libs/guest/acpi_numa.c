/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * How a guest is told of its virtual nodes: the tables SRAT (which processor and which memory
 * belong to which node) and SLIT (how far the nodes are from each other).  ACPI 5.1, 5.2.16
 * and 5.2.17.
 */
#include "acpi.h"

struct acpi_srat {
    struct acpi_header h;
    uint32_t one;
    uint64_t reserved;
} __attribute__((packed));

struct srat_x2apic {
    uint8_t type; /* 2 */
    uint8_t length;
    uint16_t reserved1;
    uint32_t node;
    uint32_t apic_id;
    uint32_t flags;
    uint32_t clock_domain;
    uint32_t reserved2;
} __attribute__((packed));

struct srat_memory {
    uint8_t type; /* 1 */
    uint8_t length;
    uint32_t node;
    uint16_t reserved1;
    uint64_t base, size;
    uint32_t reserved2;
    uint32_t flags;
    uint64_t reserved3;
} __attribute__((packed));

struct acpi_slit {
    struct acpi_header h;
    uint64_t nodes;
    uint8_t distance[];
} __attribute__((packed));

_Static_assert(sizeof(struct acpi_srat) == 48, "ACPI 5.2.16");
_Static_assert(sizeof(struct srat_x2apic) == 24, "ACPI 5.2.16.3");
_Static_assert(sizeof(struct srat_memory) == 40, "ACPI 5.2.16.2");
_Static_assert(sizeof(struct acpi_slit) == 44, "ACPI 5.2.17");

#define SRAT_ENABLED (1 << 0)

#define EXTENTS_MAX 256

static uint8_t *processors(const struct xc_dom_image *dom, uint8_t *at)
{
    for (unsigned int i = 0; i < dom->vcpus; i++) {
        struct srat_x2apic e = {.type = 2,
                                .length = sizeof(e),
                                .node = dom->vnuma->vcpu_to_vnode[i],
                                .apic_id = acpi_apic_id(i),
                                .flags = SRAT_ENABLED};

        at = acpi_entry(at, &e, sizeof(e));
    }
    return at;
}

static uint8_t *memory(const struct extent *extents, unsigned int nr, uint8_t *at)
{
    for (unsigned int i = 0; i < nr; i++) {
        struct srat_memory e = {.type = 1,
                                .length = sizeof(e),
                                .node = extents[i].vnode,
                                .base = (uint64_t)extents[i].gfn << XC_PAGE_SHIFT,
                                .size = extents[i].pages << XC_PAGE_SHIFT,
                                .flags = SRAT_ENABLED};

        at = acpi_entry(at, &e, sizeof(e));
    }
    return at;
}

size_t acpi_srat(const struct xc_dom_image *dom, uint8_t *buf, size_t size)
{
    struct acpi_srat *srat = (void *)buf;
    struct extent extents[EXTENTS_MAX];
    unsigned int nr = layout_extents(dom, extents, EXTENTS_MAX);
    size_t length = sizeof(*srat);

    if (size < length + dom->vcpus * sizeof(struct srat_x2apic) + nr * sizeof(struct srat_memory)) {
        return 0;
    }
    length = memory(extents, nr, processors(dom, buf + length)) - buf;
    srat->one = 1;
    acpi_finish(&srat->h, "SRAT", 3, length);
    return length;
}

size_t acpi_slit(const struct xc_dom_image *dom, uint8_t *buf, size_t size)
{
    struct acpi_slit *slit = (void *)buf;
    size_t n = dom->nr_vnodes, length = sizeof(*slit) + n * n;

    if (size < length) {
        return 0;
    }
    slit->nodes = n;
    for (size_t i = 0; i < n * n; i++) {
        slit->distance[i] = dom->vnuma->distance[i];
    }
    acpi_finish(&slit->h, "SLIT", 1, length);
    return length;
}
