/* SPDX-License-Identifier: GPL-2.0-only */
/* AMD-Vi: the words that go to the unit, and the words that come from it, as the specification has
 * them. */
// Sources: arch/x86/iommu/amd_unit.c arch/x86/iommu/amd_event.c arch/x86/iommu/amd_ivrs.c
// Sources: common/tasklet.c common/softirq.c
#include <xen/acpi.h>
#include <xen/errno.h>
#include <xen/pci.h>
#include <xen/softirq.h>
#include <xen/string.h>
#include <xen/time.h>
#include <asm/irq.h>

#include "arch/x86/iommu/amd.h"
#include "host.h"
#include "unit.h"

static s_time_t clock_now = SECONDS(100);

s_time_t NOW(void)
{
    return clock_now;
}

/* --- invalidation --- */

/* The pages that a command names, decoded as 2.4.3 says. */
static void decode(struct amd_command c, uint64_t *first, uint64_t *last)
{
    uint64_t page = c.word[1] >> 12, low = 0;

    CHECK_EQ(c.word[0] >> 60, 3);
    CHECK_EQ(c.word[1] & 0xffc, 0);
    if (c.word[1] & 1) {
        low = 1;
        while (page & low)
            low <<= 1;
        low = 2 * low - 1;
    }
    *first = page & ~low;
    *last = page | low;
}

UNIT_TEST(invalidate_covers,
          "Whatever range changed, the pages named hold it, and not more than they must.")
{
    for (unsigned int i = 0; i < unit_rounds(100000); i++) {
        uint64_t first = unit_random() & ((1ULL << 36) - 1), got_first, got_last;
        uint64_t count = 1 + (unit_random() & ((1ULL << unit_random_below(30)) - 1));
        uint64_t last = first + count - 1;

        decode(amd_invalidate_pages(7, first, count), &got_first, &got_last);
        CHECK(got_first <= first && got_last >= last);
        /* The halves of what is named each hold one end. */
        if (got_first != got_last)
            CHECK(first <= got_first + (got_last - got_first) / 2 &&
                  last > got_first + (got_last - got_first) / 2);
    }
}

UNIT_TEST(invalidate_words,
          "One page, everything, and the domain's number stand where they belong.")
{
    struct amd_command one = amd_invalidate_pages(0x1234, 0x56789, 1);
    struct amd_command all = amd_invalidate_pages(1, 0, 0);

    CHECK_EQ(one.word[0], 0x3000123400000000);
    CHECK_EQ(one.word[1], 0x56789002);
    CHECK_EQ(all.word[1], 0x7ffffffffffff003);
    CHECK_EQ(amd_invalidate_device(0x0110).word[0], 0x2000000000000110);
}

/* --- the event log --- */

static uint64_t registers[0x4000 / 8];
static struct amd_command events[AMD_RING_ENTRIES];
static struct amd_unit unit = {.regs = (uint8_t *)registers, .events = events};
static irq_handler_t *interrupt;

unsigned int pci_find_capability(uint32_t sbdf, uint8_t id)
{
    return 0x40;
}

uint32_t pci_read(uint32_t sbdf, unsigned int reg, unsigned int size)
{
    return 0;
}

void pci_write(uint32_t sbdf, unsigned int reg, unsigned int size, uint32_t value)
{
}

int irq_alloc_vector(irq_handler_t *handler, void *data, unsigned int cpu, struct msi_message *m)
{
    interrupt = handler;
    return 1;
}

static void start(void)
{
    tasklet_subsystem_init();
    amd_event_init(&unit);
}

static const char *log_after_interrupt(void)
{
    interrupt(&unit);
    softirq_process();
    return host_console();
}

static void page_fault(unsigned int slot, uint16_t device, uint16_t tag, bool is_write,
                       uint64_t address)
{
    events[slot].word[0] = 2ULL << 60 | (uint64_t)is_write << 53 | (uint64_t)tag << 32 | device;
    events[slot].word[1] = address;
}

UNIT_TEST(fault_is_named,
          "A page fault is logged by device, domain, direction and address; the entry is taken.")
{
    start();
    page_fault(0, 0x0081, 1, true, 0x12345000);
    CHECK(strstr(log_after_interrupt(), "0000:00:10.1: d0: write refused at 0x12345000"));
    CHECK_EQ(events[0].word[0], 0);
    CHECK_EQ(registers[AMD_EVENT_HEAD / 8], 16);
    page_fault(1, 0x0200, 3, false, 0xfff000);
    CHECK(strstr(log_after_interrupt(), "0000:02:00.0: d2: read refused at 0xfff000"));
}

UNIT_TEST(fault_storm, "Of a storm a few are printed each second, and the rest is counted.")
{
    unsigned int lines = 0;
    const char *text;

    start();
    for (unsigned int i = 0; i < 40; i++)
        page_fault(i, 0x80, 1, true, i << 12);
    text = log_after_interrupt();
    for (const char *at = text; (at = strstr(at, "refused")); at++)
        lines++;
    CHECK_EQ(lines, 10);
    clock_now += SECONDS(2);
    page_fault(40, 0x80, 1, true, 0);
    CHECK(strstr(log_after_interrupt(), "30 events more"));
}

UNIT_TEST(log_overflow, "A log that has overflowed is begun anew.")
{
    start();
    registers[AMD_CONTROL / 8] = AMD_CONTROL_ENABLE | AMD_CONTROL_EVENT_LOG;
    registers[AMD_STATUS / 8] = AMD_STATUS_OVERFLOW;
    for (unsigned int i = 0; i < AMD_RING_ENTRIES; i++)
        page_fault(i, 0x80, 1, true, i << 12);
    log_after_interrupt();
    CHECK_EQ(unit.event_head, 0);
    CHECK(registers[AMD_CONTROL / 8] & AMD_CONTROL_EVENT_LOG);
}

/* --- IVRS --- */

static uint8_t ivrs[256];
static size_t ivrs_length;

const struct acpi_header *acpi_table(const char *signature, unsigned int nth)
{
    memcpy(ivrs, "IVRS", 4);
    memcpy(ivrs + 4, &(uint32_t){ivrs_length}, 4);
    return (const struct acpi_header *)ivrs;
}

static void put(uint64_t value, size_t size)
{
    memcpy(ivrs + ivrs_length, &value, size);
    ivrs_length += size;
}

static void put_unit(uint8_t type, unsigned int entries_length)
{
    put(type, 1);
    put(0, 1);
    put((type == 0x10 ? 24 : 40) + entries_length, 2);
    put(0x0002, 2);
    put(0x40, 2);
    put(0xfd000000, 8);
    put(0, 4);
    put(0, 4);
    if (type != 0x10) {
        put(0, 8);
        put(0, 8);
    }
}

UNIT_TEST(ivrs, "A unit told of twice is one; devices, aliases and memory are read.")
{
    ivrs_length = 48;
    put_unit(0x10, 4 + 12 + 4);
    put(0x00001002, 4); /* select 00:10.0, old style */
    put(0x43, 1);       /* 02:00.0 to 02:1f.7 speak as 02:00.0 */
    put(0x0200, 2);
    put(0, 2);
    put(0x0200, 2);
    put(0, 1);
    put(0, 4); /* padding */
    put(0x0002ff04, 4);
    put_unit(0x11, 4);
    put(0x04000001 & 0xff, 4); /* all */
    put(0x21, 1);
    put(1, 1);
    put(32, 2);
    put(0x10, 2);
    put(0, 2);
    put(0, 8);
    put(0x80000000, 8);
    put(0x2000, 8);
    CHECK_EQ(amd_ivrs_read(), 0xffff);
    CHECK_EQ(amd_unit_count, 1);
    CHECK_EQ(amd_units[0].base, 0xfd000000);
    CHECK_EQ(amd_units[0].capability, 0x40);
    CHECK_EQ(amd_alias(0x0211), 0x0200);
    CHECK_EQ(amd_alias(0x0311), 0x0311);
    CHECK_EQ(amd_unity_count, 1);
    CHECK_EQ(amd_unity[0].size, 0x2000);
}

UNIT_TEST(ivrs_random, "No bytes make the reader leave the table.")
{
    for (unsigned int round = 0; round < unit_rounds(20000); round++) {
        ivrs_length = 48 + unit_random_below(sizeof(ivrs) - 48);
        for (size_t i = 48; i < ivrs_length; i++)
            ivrs[i] = unit_random_below(4) ? unit_random_below(0x48) : unit_random();
        amd_unit_count = amd_unity_count = 0;
        amd_ivrs_read();
        CHECK(amd_unit_count <= AMD_UNITS_MAX && amd_unity_count <= AMD_UNITY_MAX);
    }
}
