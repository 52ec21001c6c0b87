/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The firmware's tables: what is right is read as it stands, what is broken is named and left out,
 * and no bytes whatever make the reader look outside of a table.
 *
 * Each table ends at the end of a page, with nothing mapped behind: reading on is a fault.
 */
// Sources: drivers/acpi/*.c
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <xen/acpi.h>
#include <xen/boot_info.h>
#include <xen/cmdline.h>
#include <xen/cpumask.h>
#include <xen/errno.h>
#include <xen/numa.h>
#include <xen/string.h>
#include <asm/apic.h>
#include <asm/paging.h>

#include "host.h"
#include "unit.h"

/* --- the machine: a few pages of firmware's memory, and what the readers call --- */

#define MEMORY_PAGES 64
static uint8_t memory[MEMORY_PAGES][4096];

struct boot_info boot_info;

int paging_map(unsigned long va, paddr_t pa, size_t size, uint64_t attributes)
{
    void *at = (void *)va;

    if (pa + size > sizeof(memory))
        return -ENOMEM;
    if (mmap(at, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) !=
        at)
        unit_fail(__FILE__, __LINE__, "no address space at %lx", va);
    memcpy(at, &memory[0][0] + pa, size);
    return 0;
}

uint32_t apic_id_from_cpuid(void)
{
    return 6;
}

int cmdline_parse_bool(const char *value, void *target)
{
    return 0;
}

static struct {
    nodeid_t node;
    paddr_t start, end;
} range[16];
static unsigned int range_count;
static nodeid_t node_of[NR_CPUS];

int numa_add_memory(nodeid_t node, paddr_t start, paddr_t end)
{
    CHECK(node < MAX_NUMNODES && start < end);
    if (range_count == ARRAY_SIZE(range))
        return -EINVAL;
    range[range_count].node = node;
    range[range_count].start = start;
    range[range_count++].end = end;
    return 0;
}

void numa_set_cpu(unsigned int cpu, nodeid_t node)
{
    CHECK(cpu < acpi_cpu_count && node < MAX_NUMNODES);
    node_of[cpu] = node;
}

void numa_set_distance(nodeid_t from, nodeid_t to, uint8_t distance)
{
    CHECK(from < MAX_NUMNODES && to < MAX_NUMNODES && distance >= 10);
}

/* --- building tables --- */

struct builder {
    uint8_t bytes[2048];
    size_t length;
};

static void add(struct builder *b, uint64_t value, size_t size)
{
    memcpy(b->bytes + b->length, &value, size);
    b->length += size;
}

static struct builder begin(const char *signature, size_t header_length)
{
    struct builder b = {.length = header_length};

    memcpy(b.bytes, signature, 4);
    return b;
}

static void fix_checksum(uint8_t *table, size_t length, size_t at)
{
    uint8_t sum = 0;

    table[at] = 0;
    for (size_t i = 0; i < length; i++)
        sum += table[i];
    table[at] = -sum;
}

/* Ends the table, puts it at the end of the next free pages, and says where. */
static unsigned int next_page = 2;

static paddr_t place(struct builder *b)
{
    unsigned int pages = (b->length + 4095) / 4096;
    paddr_t pa = (paddr_t)(next_page + pages) * 4096 - b->length;

    memcpy(b->bytes + 4, &(uint32_t){b->length}, 4);
    fix_checksum(b->bytes, b->length, 9);
    memcpy(&memory[0][0] + pa, b->bytes, b->length);
    next_page += pages + 1;
    return pa;
}

static uint8_t *at(paddr_t pa)
{
    return &memory[0][0] + pa;
}

/* RSDP of revision 2, XSDT and RSDT over the tables. */
static paddr_t xsdt_at;

static void make_root(const paddr_t *table, unsigned int count)
{
    struct builder xsdt = begin("XSDT", 36), rsdt = begin("RSDT", 36);
    uint8_t *rsdp = at(0x1000);
    paddr_t rsdt_at;

    for (unsigned int i = 0; i < count; i++) {
        add(&xsdt, table[i], 8);
        add(&rsdt, table[i], 4);
    }
    xsdt_at = place(&xsdt);
    rsdt_at = place(&rsdt);
    memcpy(rsdp, "RSD PTR ", 8);
    rsdp[15] = 2;
    memcpy(rsdp + 16, &rsdt_at, 4);
    memcpy(rsdp + 20, &(uint32_t){36}, 4);
    memcpy(rsdp + 24, &xsdt_at, 8);
    fix_checksum(rsdp, 20, 8);
    fix_checksum(rsdp, 36, 32);
    boot_info.rsdp = 0x1000;
}

static void add_lapic(struct builder *b, uint8_t acpi_id, uint8_t apic_id, uint32_t flags)
{
    add(b, 0, 1);
    add(b, 8, 1);
    add(b, acpi_id, 1);
    add(b, apic_id, 1);
    add(b, flags, 4);
}

static paddr_t make_madt(void)
{
    struct builder b = begin("APIC", 36);

    add(&b, 0xfee00000, 4);
    add(&b, 1, 4);
    add_lapic(&b, 10, 4, 1);
    add_lapic(&b, 11, 5, 0); /* not enabled */
    add_lapic(&b, 12, 6, 1); /* the one that runs */
    add(&b, 9, 1);           /* x2APIC: a new one, and one told of already */
    add(&b, 16, 1);
    add(&b, 0, 2);
    add(&b, 0x1234, 4);
    add(&b, 1, 4);
    add(&b, 13, 4);
    add_lapic(&b, 10, 4, 1);
    add(&b, 1, 1); /* I/O APIC */
    add(&b, 12, 1);
    add(&b, 0, 2);
    add(&b, 0xfec00000, 4);
    add(&b, 24, 4);
    add(&b, 2, 1); /* ISA 9: GSI 20, active low, level */
    add(&b, 10, 1);
    add(&b, 0x0900, 2);
    add(&b, 20, 4);
    add(&b, 0xf, 2);
    return place(&b);
}

static void add_memory(struct builder *b, uint32_t node, uint64_t start, uint64_t length)
{
    add(b, 1, 1);
    add(b, 40, 1);
    add(b, node, 4);
    add(b, 0, 2);
    add(b, start, 8);
    add(b, length, 8);
    add(b, 0, 4);
    add(b, 1, 4);
    add(b, 0, 8);
}

static paddr_t make_srat(uint64_t second_start)
{
    struct builder b = begin("SRAT", 48);

    add_memory(&b, 0, 0, GB(1));
    add_memory(&b, 3, second_start, GB(1));
    add(&b, 0, 1); /* APIC 4 is on node 3 */
    add(&b, 16, 1);
    add(&b, 3, 1);
    add(&b, 4, 1);
    add(&b, 1, 4);
    add(&b, 0, 8);
    return place(&b);
}

static paddr_t make_slit(uint8_t diagonal)
{
    struct builder b = begin("SLIT", 36);

    add(&b, 2, 8);
    add(&b, diagonal, 1);
    add(&b, 21, 1);
    add(&b, 21, 1);
    add(&b, diagonal, 1);
    return place(&b);
}

/* Old style, with a DSDT that declares \_S5 as Name (_S5, Package () { 5, 5, 0, 0 }). */
static paddr_t make_fadt(void)
{
    static const uint8_t s5[] = {0x10, 0x20, 0x5c, 0x00, 0x08, '_',  'S', '5',  '_',
                                 0x12, 0x08, 0x04, 0x0a, 5,    0x0a, 5,   0x00, 0x00};
    struct builder dsdt = begin("DSDT", 36), b = begin("FACP", 40);

    for (unsigned int i = 0; i < sizeof(s5); i++)
        add(&dsdt, s5[i], 1);
    add(&b, place(&dsdt), 4);
    b.length = 64;
    add(&b, 0x604, 4);
    b.length = 76;
    add(&b, 0x608, 4);
    b.length = 91;
    add(&b, 4, 1);
    b.length = 116;
    return place(&b);
}

static bool is_said(const char *text)
{
    return strstr(host_console(), text);
}

/* --- tests --- */

UNIT_TEST(madt,
          "CPU 0 is the one that runs; disabled and doubled ones do not count; overrides are kept.")
{
    paddr_t madt = make_madt();

    make_root(&madt, 1);
    CHECK_EQ(acpi_init(), 0);
    CHECK_EQ(acpi_cpu_count, 3);
    CHECK_EQ(acpi_cpus[0].apic_id, 6);
    CHECK_EQ(acpi_cpus[0].acpi_id, 12);
    CHECK_EQ(acpi_cpus[1].apic_id, 4);
    CHECK_EQ(acpi_cpus[2].apic_id, 0x1234);
    CHECK_EQ(acpi_ioapic_count, 1);
    CHECK_EQ(acpi_ioapics[0].gsi_base, 24);
    CHECK_EQ(acpi_isa_route(9).gsi, 20);
    CHECK(acpi_isa_route(9).is_level && acpi_isa_route(9).active_low);
    CHECK_EQ(acpi_isa_route(4).gsi, 4);
    CHECK(!acpi_isa_route(4).is_level && !acpi_isa_route(4).active_low);
}

UNIT_TEST(srat, "Memory and processors find their nodes, whose numbers may have holes.")
{
    paddr_t tables[] = {make_madt(), make_srat(GB(1)), make_slit(10)};

    make_root(tables, 3);
    acpi_init();
    CHECK_EQ(range_count, 2);
    CHECK_EQ(range[1].node, 3);
    CHECK_EQ(range[1].end, GB(2));
    CHECK_EQ(node_of[1], 3);
}

UNIT_TEST(srat_overlap, "Overlapping ranges are named, and nothing of the table is used.")
{
    paddr_t tables[] = {make_madt(), make_srat(GB(1) / 2)};

    make_root(tables, 2);
    acpi_init();
    CHECK_EQ(range_count, 0);
    CHECK(is_said("ranges overlap"));
}

UNIT_TEST(slit, "A distance to oneself that is not 10 is named, and no distance is used.")
{
    paddr_t tables[] = {make_madt(), make_srat(GB(1)), make_slit(11)};

    make_root(tables, 3);
    acpi_init();
    CHECK(is_said("impossible distance"));
}

UNIT_TEST(fadt, "An old FADT gives its ports, and soft off is found in the DSDT.")
{
    paddr_t fadt = make_fadt();

    make_root(&fadt, 1);
    acpi_init();
    CHECK_EQ(acpi_power.pm1a_control, 0x604);
    CHECK_EQ(acpi_power.pm_timer, 0x608);
    CHECK(acpi_power.has_s5);
    CHECK_EQ(acpi_power.s5_type_a, 5);
    CHECK_EQ(acpi_power.reset_address, 0);
}

UNIT_TEST(broken_table, "A table with a wrong checksum is named and left out; the others are not.")
{
    paddr_t tables[] = {make_madt(), make_srat(GB(1))};

    make_root(tables, 2);
    at(tables[1])[47] ^= 1;
    acpi_init();
    CHECK(is_said("table SRAT"));
    CHECK_EQ(acpi_table_count(), 1);
    CHECK(acpi_table("APIC", 0) && !acpi_table("APIC", 1) && !acpi_table("SRAT", 0));
}

UNIT_TEST(broken_xsdt, "With a broken XSDT the RSDT serves; with a broken RSDP there is nothing.")
{
    paddr_t madt = make_madt();

    make_root(&madt, 1);
    at(xsdt_at)[10] ^= 1;
    CHECK_EQ(acpi_init(), 0);
    CHECK_EQ(acpi_cpu_count, 3);
}

UNIT_TEST(broken_rsdp, "Without a root pointer the machine has one CPU.")
{
    paddr_t madt = make_madt();

    make_root(&madt, 1);
    at(0x1000)[3] ^= 1;
    CHECK_EQ(acpi_init(), -ENODEV);
    CHECK_EQ(acpi_cpu_count, 1);
}

/* Changes a few bytes behind the header, or cuts the table short, and makes the checksum right
 * again. */
static void damage(paddr_t pa)
{
    uint32_t length;

    memcpy(&length, at(pa) + 4, 4);
    if (unit_random_below(4) == 0 && length > 36) {
        length = 36 + unit_random_below(length - 36);
        memcpy(at(pa) + 4, &length, 4);
    }
    for (unsigned int i = unit_random_below(6); i-- && length > 36;)
        at(pa)[36 + unit_random_below(length - 36)] = unit_random();
    fix_checksum(at(pa), length, 9);
}

UNIT_TEST(random_bytes, "Tables of any contents neither crash the reader nor lead it astray.")
{
    paddr_t tables[] = {make_madt(), make_srat(GB(1)), make_slit(10), make_fadt()};
    static uint8_t intact[MEMORY_PAGES][4096];

    make_root(tables, 4);
    memcpy(intact, memory, sizeof(memory));
    for (unsigned int round = 0; round < unit_rounds(1000); round++) {
        int status;
        pid_t child;

        memcpy(memory, intact, sizeof(memory));
        for (unsigned int i = 0; i < ARRAY_SIZE(tables); i++)
            damage(tables[i]);
        /* What the readers keep is kept for good, so each round has a process of its own. */
        child = fork();
        if (!child) {
            acpi_init();
            _exit(0);
        }
        waitpid(child, &status, 0);
        if (status)
            unit_fail(__FILE__, __LINE__, "round %u ended with status %#x", round, status);
    }
}
