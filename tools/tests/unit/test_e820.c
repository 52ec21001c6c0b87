/* SPDX-License-Identifier: GPL-2.0-only */
// Sources: arch/x86/boot/e820.c
/* The map of physical memory, whatever order and overlaps a loader tells it in. */
#include <arch/x86/boot/boot.h>

#include "unit.h"

#define PAGES 256

struct boot_info boot_info;
static uint32_t model[PAGES]; /* the type of each page, 0 for none */

static void set(unsigned int first, unsigned int last, uint32_t type)
{
    e820_set((paddr_t)first << 12, (paddr_t)last << 12, type);
    for (unsigned int i = first; i < last; i++)
        model[i] = type;
}

/* Sorted, apart or of different types, and of the model's types everywhere. */
static void check_against_model(void)
{
    unsigned int page = 0;

    for (unsigned int i = 0; i < boot_info.e820_count; i++) {
        const struct e820_entry *e = &boot_info.e820[i], *next = e + 1;
        unsigned int first = (unsigned int)(e->start >> 12);
        unsigned int last = (unsigned int)((e->start + e->size) >> 12);

        CHECK(e->size > 0);
        while (page < first)
            CHECK_EQ(model[page++], 0);
        while (page < last)
            CHECK_EQ(model[page++], e->type);
        if (i + 1 < boot_info.e820_count) {
            CHECK(e->start + e->size <= next->start);
            CHECK(e->start + e->size < next->start || e->type != next->type);
        }
    }
    while (page < PAGES)
        CHECK_EQ(model[page++], 0);
}

UNIT_TEST(e820_later_word_wins,
          "What is said later of a range replaces what was said before, and nothing else.")
{
    set(0, 100, E820_RAM);
    set(40, 50, E820_RESERVED);
    set(45, 60, E820_ACPI);
    check_against_model();
    CHECK_EQ(boot_info.e820_count, 4);
    set(40, 60, E820_RAM);
    CHECK_EQ(boot_info.e820_count, 1);
    set(10, 10, E820_NVS);
    CHECK_EQ(boot_info.e820_count, 1);
}

UNIT_TEST(e820_random,
          "Random ranges give the map that a page-by-page model has: sorted, joined, exact.")
{
    for (unsigned int round = 0; round < unit_rounds(200); round++) {
        boot_info.e820_count = 0;
        for (unsigned int i = 0; i < PAGES; i++)
            model[i] = 0;
        for (unsigned int i = 0; i < 40; i++) {
            unsigned int a = unit_random_below(PAGES), b = unit_random_below(PAGES + 1);

            set(min(a, b), max(a, b), E820_RAM + unit_random_below(5));
            check_against_model();
        }
    }
}

UNIT_TEST(e820_full,
          "A map with more pieces than there is room for loses pieces, not memory safety.")
{
    for (unsigned int i = 0; i < 2 * BOOT_E820_MAX; i++)
        e820_set((paddr_t)i << 20, ((paddr_t)i << 20) + 4096, i % 2 ? E820_RAM : E820_ACPI);
    CHECK_EQ(boot_info.e820_count, BOOT_E820_MAX);
}
