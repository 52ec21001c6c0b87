/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The list of all tables that RSDT or XSDT name, each checked once: whoever asks later need not.
 *
 * The tables lie in memory that no direct map covers, and are needed before there is a heap: so
 * they are mapped read-only in a window of virtual addresses of their own, one behind the other,
 * for good.
 */
#include <xen/errno.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/printk.h>
#include <xen/string.h>
#include <asm/paging.h>

#include "private.h"

#define TABLES_MAX     64
#define TABLE_SIZE_MAX MB(16)

struct loaded_table {
    const struct acpi_header *header;
    paddr_t pa;
};

static struct loaded_table __read_mostly tables[TABLES_MAX];
static unsigned int __read_mostly table_count;
static unsigned long __initdata window_next = FIRMWARE_VIRT_START;

const void *__init acpi_map(paddr_t pa, size_t size)
{
    paddr_t first = pa & PAGE_MASK;
    size_t length = ROUNDUP(pa + size, PAGE_SIZE) - first;
    unsigned long va = window_next;

    if (pa + size < pa || length > FIRMWARE_VIRT_START + FIRMWARE_VIRT_SIZE - va ||
        paging_map(va, first, length, MAP_RO))
        return NULL;
    window_next += length;
    return (const void *)(va + (pa - first));
}

bool acpi_checksum_ok(const void *data, size_t size)
{
    const uint8_t *byte = data;
    uint8_t sum = 0;

    while (size--)
        sum += *byte++;
    return sum == 0;
}

/* What is wrong with a table, or NULL. */
static const char *__init fault_of(const struct acpi_header *header)
{
    if (header->length < sizeof(*header))
        return "impossibly short";
    if (header->length > TABLE_SIZE_MAX)
        return "impossibly long";
    return NULL;
}

static void __init complain(const struct acpi_header *header, paddr_t pa, const char *fault)
{
    char name[5] = "";

    for (unsigned int i = 0; i < 4; i++) {
        char c = header->signature[i];

        name[i] = c >= ' ' && c <= '~' ? c : '?';
    }
    printk(XENLOG_WARNING "ACPI: table %s at %#lx: %s (length %u), left out\n", name, pa, fault,
           header->length);
}

const struct acpi_header *__init acpi_load_table(paddr_t pa)
{
    const struct acpi_header *header = acpi_map(pa, sizeof(*header));
    const char *fault;

    if (!header)
        return NULL;
    fault = fault_of(header);
    if (!fault) {
        const struct acpi_header *whole = acpi_map(pa, header->length);

        if (whole && acpi_checksum_ok(whole, whole->length))
            return whole;
        fault = whole ? "wrong checksum" : "cannot be mapped";
    }
    complain(header, pa, fault);
    return NULL;
}

static void __init add_table(paddr_t pa)
{
    const struct acpi_header *header = acpi_load_table(pa);

    if (!header)
        return;
    if (table_count == TABLES_MAX) {
        complain(header, pa, "one too many");
        return;
    }
    tables[table_count++] = (struct loaded_table){header, pa};
}

/* RSDT and XSDT are a header and then addresses, of 4 and of 8 bytes, not aligned. */
static void __init add_tables_of(const struct acpi_header *root, size_t entry_size)
{
    const uint8_t *entry = (const uint8_t *)(root + 1);
    size_t count = (root->length - sizeof(*root)) / entry_size;

    for (; count--; entry += entry_size) {
        uint64_t pa = 0;

        memcpy(&pa, entry, entry_size);
        if (pa)
            add_table(pa);
    }
}

static int __init find_tables(void)
{
    struct acpi_root root;
    const struct acpi_header *list;

    if (!acpi_find_root(&root)) {
        printk(XENLOG_WARNING "ACPI: no RSDP found\n");
        return -ENODEV;
    }
    list = root.xsdt ? acpi_load_table(root.xsdt) : NULL;
    if (list) {
        add_tables_of(list, sizeof(uint64_t));
        return 0;
    }
    list = root.rsdt ? acpi_load_table(root.rsdt) : NULL;
    if (list) {
        add_tables_of(list, sizeof(uint32_t));
        return 0;
    }
    printk(XENLOG_WARNING "ACPI: neither XSDT nor RSDT is usable\n");
    return -ENODEV;
}

const struct acpi_header *acpi_table(const char *signature, unsigned int nth)
{
    for (unsigned int i = 0; i < table_count; i++)
        if (!memcmp(tables[i].header->signature, signature, 4) && nth-- == 0)
            return tables[i].header;
    return NULL;
}

unsigned int acpi_table_count(void)
{
    return table_count;
}

const struct acpi_header *acpi_table_at(unsigned int index, paddr_t *pa)
{
    if (index >= table_count)
        return NULL;
    *pa = tables[index].pa;
    return tables[index].header;
}

static const struct acpi_entry_row *__init row_of(const struct acpi_entry_row *rows,
                                                  unsigned int count, uint8_t type)
{
    for (; count--; rows++)
        if (rows->type == type)
            return rows;
    return NULL;
}

void __init acpi_walk_entries(const struct acpi_header *table, size_t header_length,
                              const struct acpi_entry_row *rows, unsigned int row_count)
{
    size_t at = header_length;

    while (at + sizeof(struct acpi_entry) <= table->length) {
        const struct acpi_entry *entry = (const void *)((const uint8_t *)table + at);
        const struct acpi_entry_row *row = row_of(rows, row_count, entry->type);

        if (entry->length < sizeof(*entry) || entry->length > table->length - at ||
            (row && entry->length < row->min_length)) {
            printk(XENLOG_WARNING "ACPI: %.4s: bad entry of type %u, length %u, at offset %lu; "
                                  "it and the rest are ignored\n",
                   table->signature, entry->type, entry->length, at);
            return;
        }
        if (row)
            row->fn(entry);
        at += entry->length;
    }
}

static void __init print_tables(void)
{
    for (unsigned int i = 0; i < table_count; i++)
        printk(XENLOG_INFO "ACPI: %.4s at %#lx, %u bytes\n", tables[i].header->signature,
               tables[i].pa, tables[i].header->length);
}

int __init acpi_init(void)
{
    int rc = find_tables();

    print_tables();
    acpi_read_madt(); /* also without tables: there is one CPU at least */
    acpi_read_srat();
    acpi_read_fadt();
    return rc;
}
