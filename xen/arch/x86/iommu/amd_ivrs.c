/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The IVRS table (5.2): blocks for units (IVHD), with entries for the devices behind them, and
 * blocks for memory (IVMD).  A unit may be told of twice, in an old and in a newer kind of block.
 */
#include <xen/acpi.h>
#include <xen/errno.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/printk.h>

#include "amd.h"

struct ivrs {
    struct acpi_header header;
    uint32_t info;
    uint64_t reserved;
} __attribute__((packed));

/* Both kinds of block begin so. */
struct ivrs_block {
    uint8_t type, flags;
    uint16_t length, device;
} __attribute__((packed));

struct ivhd {
    struct ivrs_block block;
    uint16_t capability;
    uint64_t base;
    uint16_t segment, info;
    uint32_t features;
    /* Types 0x11 and 0x40 have 16 bytes more. */
} __attribute__((packed));

struct ivmd {
    struct ivrs_block block;
    uint16_t last_device;
    uint64_t reserved;
    uint64_t start, size;
} __attribute__((packed));

#define IVHD_OLD        0x10
#define IVHD_NEW        0x11
#define IVHD_WITH_NAMES 0x40
#define IVMD_FIRST      0x20
#define IVMD_LAST       0x22

/* Device entries, 5.2.2: the two top bits of the type tell the length, but for named devices. */
struct ivhd_entry {
    uint8_t type;
    uint16_t device;
    uint8_t settings;
    /* Of the long ones. */
    uint8_t reserved;
    uint16_t alias;
    uint8_t variety;
} __attribute__((packed));

enum {
    ENTRY_ALL = 1,
    ENTRY_RANGE_END = 4,
    ENTRY_ALIAS = 0x42,
    ENTRY_ALIAS_RANGE = 0x43,
    ENTRY_NAMED = 0xf0,
};

#define ALIASES_MAX 64
struct alias {
    uint16_t first, last, alias;
};
static struct alias __ro_after_init aliases[ALIASES_MAX];
static unsigned int __ro_after_init alias_count;

struct amd_unit amd_units[AMD_UNITS_MAX];
unsigned int __ro_after_init amd_unit_count;
struct amd_unity __ro_after_init amd_unity[AMD_UNITY_MAX];
unsigned int __ro_after_init amd_unity_count;

static unsigned int __initdata highest_device;

uint16_t amd_alias(uint16_t device)
{
    for (unsigned int i = 0; i < alias_count; i++)
        if (device >= aliases[i].first && device <= aliases[i].last)
            return aliases[i].alias;
    return device;
}

static void __init add_alias(uint16_t first, uint16_t last, uint16_t alias)
{
    if (alias_count == ALIASES_MAX) {
        printk(XENLOG_WARNING "IVRS: too many aliases, device %#x's is lost\n", first);
        return;
    }
    aliases[alias_count++] = (struct alias){first, last, alias};
    highest_device = max(highest_device, (unsigned int)alias);
}

static size_t __init entry_length(const struct ivhd_entry *e, size_t room)
{
    if (e->type == ENTRY_NAMED)
        return room >= 22 ? 22 + ((const uint8_t *)e)[21] : 0;
    return (size_t)4 << (e->type >> 6);
}

static void __init read_entry(const struct ivhd_entry *e, const struct ivhd_entry **alias_range)
{
    unsigned int device = e->type == ENTRY_ALL ? 0xffff : e->device;

    highest_device = max(highest_device, device);
    if (e->type == ENTRY_ALIAS)
        add_alias(e->device, e->device, e->alias);
    else if (e->type == ENTRY_ALIAS_RANGE)
        *alias_range = e;
    else if (e->type == ENTRY_RANGE_END && *alias_range) {
        add_alias((*alias_range)->device, e->device, (*alias_range)->alias);
        *alias_range = NULL;
    }
}

static void __init read_entries(const struct ivhd *ivhd)
{
    size_t at = ivhd->block.type == IVHD_OLD ? sizeof(*ivhd) : sizeof(*ivhd) + 16;
    const struct ivhd_entry *alias_range = NULL;

    while (at + 4 <= ivhd->block.length) {
        const struct ivhd_entry *e = (const void *)((const uint8_t *)ivhd + at);
        size_t length = entry_length(e, ivhd->block.length - at);

        if (!length || length > ivhd->block.length - at) {
            printk(XENLOG_WARNING "IVRS: bad device entry of type %#x at %lu\n", e->type, at);
            return;
        }
        if (e->type)
            read_entry(e, &alias_range);
        at += length;
    }
}

static struct amd_unit *__init find_unit(paddr_t base)
{
    for (unsigned int i = 0; i < amd_unit_count; i++)
        if (amd_units[i].base == base)
            return &amd_units[i];
    return NULL;
}

static void __init read_unit(const struct ivhd *ivhd)
{
    if (ivhd->block.length < sizeof(*ivhd) || ivhd->segment) {
        printk(XENLOG_WARNING "IVRS: a unit of segment %u is not supported\n", ivhd->segment);
        return;
    }
    if (!find_unit(ivhd->base)) {
        if (amd_unit_count == AMD_UNITS_MAX) {
            printk(XENLOG_WARNING "IVRS: more than %u units\n", AMD_UNITS_MAX);
            return;
        }
        amd_units[amd_unit_count++] = (struct amd_unit){
            .sbdf = ivhd->block.device,
            .capability = ivhd->capability,
            .base = ivhd->base,
        };
    }
    read_entries(ivhd);
}

/* Exclusion ranges are left to the p2m as well: what is mapped one to one needs no exception. */
static void __init read_memory(const struct ivmd *ivmd)
{
    if (ivmd->block.length < sizeof(*ivmd) || amd_unity_count == AMD_UNITY_MAX) {
        printk(XENLOG_WARNING "IVRS: a memory block is left out\n");
        return;
    }
    amd_unity[amd_unity_count++] = (struct amd_unity){ivmd->start, ivmd->size};
}

static void __init read_block(const struct ivrs_block *block)
{
    switch (block->type) {
    case IVHD_OLD:
    case IVHD_NEW:
    case IVHD_WITH_NAMES:
        read_unit((const void *)block);
        break;
    case IVMD_FIRST ... IVMD_LAST:
        read_memory((const void *)block);
        break;
    }
}

int __init amd_ivrs_read(void)
{
    const struct ivrs *ivrs = (const void *)acpi_table("IVRS", 0);
    size_t at = sizeof(*ivrs);

    if (!ivrs)
        return -ENODEV;
    while (at + sizeof(struct ivrs_block) <= ivrs->header.length) {
        const struct ivrs_block *block = (const void *)((const uint8_t *)ivrs + at);

        if (block->length < sizeof(*block) || block->length > ivrs->header.length - at) {
            printk(XENLOG_WARNING "IVRS: bad block of type %#x at %lu\n", block->type, at);
            break;
        }
        read_block(block);
        at += block->length;
    }
    return amd_unit_count ? (int)highest_device : -ENODEV;
}
