/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * NUMA: which memory and which processors lie together (SRAT), and how far apart (SLIT).
 * ACPI 6.4, 5.2.16 and 5.2.17.  A node's number is its proximity domain.
 *
 * First the tables are read and judged whole; only then is numa.c told.  Nonsense, such as
 * overlapping ranges, switches NUMA off: one node then has all memory.
 */
#include <xen/cmdline.h>
#include <xen/cpumask.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/numa.h>
#include <xen/printk.h>
#include <xen/string.h>

#include "private.h"

struct srat_cpu {
    struct acpi_entry entry;
    uint8_t proximity_low, apic_id;
    uint32_t flags;
    uint8_t eid, proximity_high[3];
    uint32_t clock_domain;
} __attribute__((packed));

struct srat_memory {
    struct acpi_entry entry;
    uint32_t proximity;
    uint16_t reserved1;
    uint64_t base, length;
    uint32_t reserved2, flags;
    uint64_t reserved3;
} __attribute__((packed));

struct srat_x2apic {
    struct acpi_entry entry;
    uint16_t reserved1;
    uint32_t proximity, apic_id, flags, clock_domain, reserved2;
} __attribute__((packed));

struct slit {
    struct acpi_header header;
    uint64_t localities;
    uint8_t distance[];
} __attribute__((packed));

#define SRAT_HEADER_SIZE (sizeof(struct acpi_header) + 12)
#define SRAT_ENABLED     (1u << 0)
#define SLIT_LOCAL       10
#define RANGES_MAX       128

struct range {
    paddr_t start, end;
    nodeid_t node;
};
static struct range __initdata ranges[RANGES_MAX];
static unsigned int __initdata range_count;
static nodeid_t __initdata node_of_cpu[NR_CPUS];
static bool __initdata is_nonsense;

static bool __initdata opt_numa = true;
boolean_param("numa", opt_numa);

static void __init refuse(const char *why, uint64_t a, uint64_t b)
{
    printk(XENLOG_WARNING "ACPI: SRAT: %s (%#lx, %#lx); NUMA is off\n", why, a, b);
    is_nonsense = true;
}

static bool __init overlap(const struct range *a, const struct range *b)
{
    return a->start < b->end && b->start < a->end;
}

static void __init read_memory(const struct acpi_entry *entry)
{
    const struct srat_memory *e = (const void *)entry;
    struct range new = {e->base, e->base + e->length, e->proximity};

    if (!(e->flags & SRAT_ENABLED) || !e->length || is_nonsense)
        return;
    if (e->proximity >= MAX_NUMNODES)
        return refuse("node number too large", e->proximity, MAX_NUMNODES - 1);
    if (new.end < new.start)
        return refuse("range wraps around", e->base, e->length);
    for (unsigned int i = 0; i < range_count; i++)
        if (overlap(&ranges[i], &new))
            return refuse("ranges overlap", ranges[i].start, new.start);
    if (range_count == RANGES_MAX)
        return refuse("too many ranges", RANGES_MAX, new.start);
    ranges[range_count++] = new;
}

static void __init place_cpu(uint32_t apic_id, uint32_t proximity)
{
    if (is_nonsense)
        return;
    if (proximity >= MAX_NUMNODES)
        return refuse("node number too large", proximity, MAX_NUMNODES - 1);
    for (unsigned int cpu = 0; cpu < acpi_cpu_count; cpu++)
        if (acpi_cpus[cpu].apic_id == apic_id)
            node_of_cpu[cpu] = proximity;
}

static void __init read_cpu(const struct acpi_entry *entry)
{
    const struct srat_cpu *e = (const void *)entry;

    if (e->flags & SRAT_ENABLED)
        place_cpu(e->apic_id, e->proximity_low | e->proximity_high[0] << 8 |
                                  e->proximity_high[1] << 16 |
                                  (uint32_t)e->proximity_high[2] << 24);
}

static void __init read_x2apic(const struct acpi_entry *entry)
{
    const struct srat_x2apic *e = (const void *)entry;

    if (e->flags & SRAT_ENABLED)
        place_cpu(e->apic_id, e->proximity);
}

static const struct acpi_entry_row __initconst rows[] = {
    {0, sizeof(struct srat_cpu), read_cpu},
    {1, sizeof(struct srat_memory), read_memory},
    {2, sizeof(struct srat_x2apic), read_x2apic},
};

/* Local is 10, nothing is nearer; the table must hold all it promises. */
static const char *__init fault_of_slit(const struct slit *slit)
{
    uint64_t n;

    if (slit->header.length < sizeof(*slit))
        return "impossibly short";
    n = slit->localities;
    if (n > MAX_NUMNODES || slit->header.length < sizeof(*slit) + n * n)
        return "number of nodes does not fit its length";
    for (unsigned int i = 0; i < n * n; i++)
        if (i % (n + 1) == 0 ? slit->distance[i] != SLIT_LOCAL : slit->distance[i] < SLIT_LOCAL)
            return "impossible distance";
    return NULL;
}

static void __init read_slit(void)
{
    const struct slit *slit = (const void *)acpi_table("SLIT", 0);
    const char *fault = slit ? fault_of_slit(slit) : NULL;

    if (!slit)
        return;
    if (fault) {
        printk(XENLOG_WARNING "ACPI: SLIT: %s; distances are unknown\n", fault);
        return;
    }
    for (unsigned int from = 0; from < slit->localities; from++)
        for (unsigned int to = 0; to < slit->localities; to++)
            numa_set_distance(from, to, slit->distance[from * slit->localities + to]);
}

static void __init tell_numa(void)
{
    for (unsigned int i = 0; i < range_count; i++) {
        printk(XENLOG_INFO "NUMA: node %u: %#lx-%#lx\n", ranges[i].node, ranges[i].start,
               ranges[i].end);
        if (numa_add_memory(ranges[i].node, ranges[i].start, ranges[i].end))
            return;
    }
    for (unsigned int cpu = 0; cpu < acpi_cpu_count; cpu++)
        if (node_of_cpu[cpu] != NUMA_NO_NODE)
            numa_set_cpu(cpu, node_of_cpu[cpu]);
    read_slit();
}

void __init acpi_read_srat(void)
{
    const struct acpi_header *srat = acpi_table("SRAT", 0);

    if (!srat || !opt_numa)
        return;
    memset(node_of_cpu, NUMA_NO_NODE, sizeof(node_of_cpu));
    acpi_walk_entries(srat, SRAT_HEADER_SIZE, rows, ARRAY_SIZE(rows));
    if (!is_nonsense && range_count)
        tell_numa();
}
