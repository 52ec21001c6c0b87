/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The device table (2.2.2): 32 bytes a device, by its number, bus << 8 | devfn; one table for all
 * units.
 *
 * An entry whose valid bit is clear lets everything pass, so every entry is valid from the start,
 * and says that nothing may pass.  Of an entry that says so, the other words do not matter: a
 * device changes its domain by way of the blocked state, each step one write of the first word.
 */
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/page_alloc.h>
#include <asm/p2m.h>

#include "amd.h"

struct device_entry {
    uint64_t word[4];
};
BUILD_BUG_ON(sizeof(struct device_entry) != 32);

#define ENTRY_VALID             (1ULL << 0)
#define ENTRY_TRANSLATION_VALID (1ULL << 1)
#define ENTRY_LEVELS(n)         ((uint64_t)(n) << 9)
#define ENTRY_READ              (1ULL << 61)
#define ENTRY_WRITE             (1ULL << 62)
#define ENTRY_BLOCKED           (ENTRY_VALID | ENTRY_TRANSLATION_VALID)

/* Interrupts pass untranslated: the third word's remapping-valid bit is 0. */

static struct device_entry *__ro_after_init table;
static unsigned int __ro_after_init table_order;

static unsigned int entry_count(void)
{
    return (PAGE_SIZE << table_order) / sizeof(struct device_entry);
}

/* Block 0 is nobody's: domain numbers begin with 1 here. */
uint16_t amd_domain_tag(const struct domain *d)
{
    return d ? d->domain_id + 1 : 0;
}

int __init amd_table_init(unsigned int highest_device)
{
    while (entry_count() <= highest_device)
        table_order++;
    table = alloc_xenheap_pages(table_order, 0);
    if (!table)
        return -ENOMEM;
    for (unsigned int i = 0; i < entry_count(); i++)
        table[i].word[0] = ENTRY_BLOCKED;
    return 0;
}

uint64_t amd_table_register(void)
{
    return virt_to_maddr(table) | ((1ULL << table_order) - 1);
}

bool amd_table_has(uint16_t device)
{
    return device < entry_count();
}

static void write_first_word(uint16_t device, uint64_t value)
{
    __atomic_store_n(&table[device].word[0], value, __ATOMIC_RELEASE);
}

void amd_table_set(uint16_t device, const struct domain *d, void (*forget)(uint16_t device))
{
    write_first_word(device, ENTRY_BLOCKED);
    forget(device);
    table[device].word[1] = amd_domain_tag(d);
    if (!d)
        return;
    write_first_word(device, p2m_root(d) | ENTRY_LEVELS(P2M_LEVELS) | ENTRY_READ | ENTRY_WRITE |
                                 ENTRY_BLOCKED);
    forget(device);
}
