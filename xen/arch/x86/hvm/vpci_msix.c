/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * MSI-X, made virtual (PCI Local Bus 3.0, 6.8.2).  The table lies in a BAR.  The guest has its own
 * copy of it here; the machine's is written by us alone, so the pages that hold it are never mapped
 * into the domain, and what else lies in them is passed through access by access.
 *
 * An entry is armed (given a vector of the machine's) when it could first fire: the function
 * enabled, neither masked.  Masking then only masks it in the device, as it happens often; the
 * vector is given back when the function is disabled.
 */
#include <asm/domain.h>
#include <asm/hwdom.h>
#include <asm/io.h>
#include <asm/page.h>
#include <xen/atomic.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/p2m.h>
#include <xen/printk.h>
#include <xen/vmap.h>
#include <xen/xmalloc.h>
#include "vpci_private.h"

#define MSIX_CONTROL        2
#define MSIX_CONTROL_ENABLE (1u << 15)
#define MSIX_CONTROL_MASK   (1u << 14)
#define MSIX_CONTROL_SIZE   0x7ff
#define MSIX_TABLE          4 /* offset in the BAR, and the BAR's number in bits 0-2 */

#define ENTRY_SIZE    16u
#define ENTRY_LOW     0
#define ENTRY_HIGH    4
#define ENTRY_DATA    8
#define ENTRY_CONTROL 12
#define ENTRY_MASKED  1u

static unsigned int table_size(const struct vpci_msix *msix)
{
    return msix->entry_count * ENTRY_SIZE;
}

static paddr_t table_address(const struct vpci_msix *msix)
{
    return __atomic_load_n(&msix->table, __ATOMIC_ACQUIRE);
}

/* --- the machine's table --- */

static volatile uint8_t *hardware_entry(const struct vpci_msix *msix, unsigned int index)
{
    return msix->map + (msix->table & ~PAGE_MASK) + index * ENTRY_SIZE;
}

static void hardware_mask(const struct vpci_msix *msix, unsigned int index, bool masked)
{
    if (msix->map)
        write32(masked ? ENTRY_MASKED : 0, hardware_entry(msix, index) + ENTRY_CONTROL);
}

static void hardware_message(const struct vpci_msix *msix, unsigned int index)
{
    const struct msi_message *real = &msix->entry[index].message.real;
    volatile uint8_t *hw = hardware_entry(msix, index);

    write32(real->address, hw + ENTRY_LOW);
    write32(real->address >> 32, hw + ENTRY_HIGH);
    write32(real->data, hw + ENTRY_DATA);
}

/* Makes the device's entry follow the guest's. */
static void entry_update(struct vpci_msix *msix, unsigned int index)
{
    struct vpci_msix_entry *e = &msix->entry[index];
    bool can_fire = msix->is_enabled && !msix->is_masked && !e->is_masked && msix->map;

    if (can_fire && vpci_message_arm(msix->device, &e->message))
        can_fire = false;
    if (can_fire)
        hardware_message(msix, index); /* again each time: a reset may have lost it */
    hardware_mask(msix, index, !can_fire);
}

static void update_all(struct vpci_msix *msix)
{
    for (unsigned int i = 0; i < msix->entry_count; i++)
        entry_update(msix, i);
}

static void disarm_all(struct vpci_msix *msix)
{
    for (unsigned int i = 0; i < msix->entry_count; i++)
        vpci_message_disarm(&msix->entry[i].message);
}

/* --- where the table is --- */

static paddr_t bar_address(const struct vpci_msix *msix)
{
    uint32_t sbdf = msix->device->sbdf, low = pci_read(sbdf, msix->bar, 4);
    bool is_64bit = (low & 6) == 4;

    return (low & ~0xfu) | (is_64bit ? (paddr_t)pci_read(sbdf, msix->bar + 4, 4) << 32 : 0);
}

static paddr_t find_table(const struct vpci_msix *msix)
{
    if (!(pci_read(msix->device->sbdf, PCI_COMMAND, 2) & PCI_COMMAND_MEMORY))
        return 0;
    return bar_address(msix) ? bar_address(msix) + msix->table_offset : 0;
}

static void unmap_table(struct vpci_msix *msix)
{
    __atomic_store_n(&msix->table, 0, __ATOMIC_RELEASE);
    if (msix->map)
        iounmap((void *)msix->map);
    msix->map = NULL;
}

/* The domain writes the BAR: we touch for it what it could have mapped itself, and nothing else. */
static bool may_touch(const struct domain *d, paddr_t first, paddr_t end)
{
    for (paddr_t page = first; page < end; page += PAGE_SIZE)
        if (!hwdom_may_map(d, page))
            return false;
    return first < end;
}

/* The domain may have had these pages mapped as plain device memory before the table came to lie
 * there. */
static void map_table(struct vpci_msix *msix, paddr_t table)
{
    paddr_t first = table & PAGE_MASK, end = ROUNDUP(table + table_size(msix), PAGE_SIZE);
    struct domain *d = msix->device->domain;

    if (!may_touch(d, first, end))
        return;
    msix->map = ioremap(first, end - first);
    if (!msix->map) {
        printk(XENLOG_WARNING PCI_FMT ": no memory to map its MSI-X table\n",
               PCI_ARGS(msix->device->sbdf));
        return;
    }
    __atomic_store_n(&msix->table, table, __ATOMIC_RELEASE);
    if (!d->arch.p2m)
        return;
    p2m_batch_begin(d);
    for (paddr_t page = first; page < end; page += PAGE_SIZE)
        p2m_remove(d, _gfn(page >> PAGE_SHIFT), INVALID_MFN, 0, p2m_mmio_direct);
    p2m_batch_end(d);
}

void vpci_msix_relocate(struct vpci_msix *msix)
{
    paddr_t table = find_table(msix);

    if (table == msix->table)
        return;
    unmap_table(msix);
    if (table)
        map_table(msix, table);
    if (msix->map)
        update_all(msix);
}

/* --- the guest's registers --- */

static uint32_t control_read(struct vpci_device *dev, unsigned int offset)
{
    const struct vpci_msix *msix = dev->msix;

    return (msix->entry_count - 1) | (msix->is_enabled ? MSIX_CONTROL_ENABLE : 0) |
           (msix->is_masked ? MSIX_CONTROL_MASK : 0);
}

static void hardware_control(const struct vpci_msix *msix)
{
    pci_write(msix->device->sbdf, msix->cap + MSIX_CONTROL, 2,
              (msix->is_enabled ? MSIX_CONTROL_ENABLE : 0) |
                  (msix->is_masked ? MSIX_CONTROL_MASK : 0));
}

/* What is to fire is armed before the function may, and silenced before its vectors go. */
static void control_write(struct vpci_device *dev, unsigned int offset, uint32_t value)
{
    struct vpci_msix *msix = dev->msix;

    msix->is_enabled = value & MSIX_CONTROL_ENABLE;
    msix->is_masked = value & MSIX_CONTROL_MASK;
    update_all(msix);
    hardware_control(msix);
    if (!msix->is_enabled)
        disarm_all(msix);
}

static uint32_t entry_read(const struct vpci_msix_entry *e, unsigned int field)
{
    switch (field) {
    case ENTRY_LOW:
        return e->message.address;
    case ENTRY_HIGH:
        return e->message.address >> 32;
    case ENTRY_DATA:
        return e->message.data;
    default:
        return e->is_masked ? ENTRY_MASKED : 0;
    }
}

static void entry_write(struct vpci_msix *msix, unsigned int index, unsigned int field,
                        uint32_t value)
{
    struct vpci_msix_entry *e = &msix->entry[index];

    switch (field) {
    case ENTRY_LOW:
        e->message.address = (e->message.address & ~0xffffffffULL) | (value & ~3u);
        break;
    case ENTRY_HIGH:
        e->message.address = (uint32_t)e->message.address | (uint64_t)value << 32;
        break;
    case ENTRY_DATA:
        e->message.data = value;
        break;
    default:
        e->is_masked = value & ENTRY_MASKED;
        entry_update(msix, index);
        break;
    }
}

/* Accesses of four or eight aligned bytes; the standard knows no others. */
static void table_access(struct vpci_msix *msix, unsigned int offset, unsigned int size,
                         bool is_write, uint64_t *data)
{
    if (!is_write)
        *data = 0;
    if (size < 4 || offset % size)
        return;
    for (unsigned int i = 0; i < size / 4; i++) {
        unsigned int index = (offset + 4 * i) / ENTRY_SIZE;
        unsigned int field = (offset + 4 * i) % ENTRY_SIZE;

        if (is_write)
            entry_write(msix, index, field, *data >> (32 * i));
        else
            *data |= (uint64_t)entry_read(&msix->entry[index], field) << (32 * i);
    }
}

static void pass_through(volatile uint8_t *va, unsigned int size, bool is_write, uint64_t *data)
{
    switch (size) {
    case 1:
        is_write ? write8(*data, va) : (void)(*data = read8(va));
        break;
    case 2:
        is_write ? write16(*data, va) : (void)(*data = read16(va));
        break;
    case 4:
        is_write ? write32(*data, va) : (void)(*data = read32(va));
        break;
    default:
        is_write ? write64(*data, va) : (void)(*data = read64(va));
        break;
    }
}

/* --- the pages of the tables --- */

static bool overlaps(const struct vpci_msix *msix, paddr_t first, paddr_t size)
{
    paddr_t table = table_address(msix);

    return table && first < ROUNDUP(table + table_size(msix), PAGE_SIZE) &&
           (table & PAGE_MASK) < first + size;
}

static struct vpci_msix *find_overlapping(struct domain *d, paddr_t first, paddr_t size)
{
    struct vpci_msix *msix = NULL;

    if (d->arch.vpci)
        msix = __atomic_load_n(&d->arch.vpci->msix, __ATOMIC_ACQUIRE);
    while (msix && !overlaps(msix, first, size))
        msix = msix->next;
    return msix;
}

/* Without a lock, as they are asked for every fault: the list only grows, and `table` is one word.
 */
bool vpci_msix_covers(struct domain *d, paddr_t gpa)
{
    return find_overlapping(d, gpa, 1) != NULL;
}

bool vpci_msix_overlaps(struct domain *d, paddr_t first, paddr_t size)
{
    return find_overlapping(d, first, size) != NULL;
}

void vpci_msix_access(struct vcpu *v, paddr_t addr, unsigned int size, bool is_write,
                      uint64_t *data)
{
    struct vpci *vpci = v->domain->arch.vpci;
    struct vpci_msix *msix;

    spin_lock(&vpci->lock);
    msix = find_overlapping(v->domain, addr, 1);
    if (msix && addr >= msix->table && addr + size <= msix->table + table_size(msix))
        table_access(msix, addr - msix->table, size, is_write, data);
    else if (msix)
        pass_through(msix->map + (addr - (msix->table & PAGE_MASK)), size, is_write, data);
    else if (!is_write)
        *data = ~0ULL;
    spin_unlock(&vpci->lock);
}

/* --- life --- */

static int create_entries(struct vpci_msix *msix)
{
    msix->entry = xzalloc_array(struct vpci_msix_entry, msix->entry_count);
    if (!msix->entry)
        return -ENOMEM;
    for (unsigned int i = 0; i < msix->entry_count; i++) {
        msix->entry[i].message = (struct vpci_message){.domain = msix->device->domain, .irq = -1};
        msix->entry[i].is_masked = true;
    }
    return 0;
}

static void publish(struct vpci *vpci, struct vpci_msix *msix)
{
    msix->next = vpci->msix;
    __atomic_store_n(&vpci->msix, msix, __ATOMIC_RELEASE);
}

int vpci_msix_init(struct vpci_device *dev)
{
    unsigned int cap = pci_find_capability(dev->sbdf, PCI_CAP_MSIX);
    struct vpci_msix *msix;
    uint32_t table;

    if (!cap)
        return 0;
    dev->msix = msix = xzalloc(struct vpci_msix);
    if (!msix)
        return -ENOMEM;
    table = pci_read(dev->sbdf, cap + MSIX_TABLE, 4);
    msix->device = dev;
    msix->cap = cap;
    msix->entry_count = (pci_read(dev->sbdf, cap + MSIX_CONTROL, 2) & MSIX_CONTROL_SIZE) + 1;
    msix->bar = PCI_BAR0 + 4 * (table & 7);
    msix->table_offset = table & ~7u;
    hardware_control(msix);
    if (create_entries(msix))
        return -ENOMEM;
    vpci_register_add(dev,
                      &(struct vpci_register){cap + MSIX_CONTROL, 2, control_read, control_write});
    publish(dev->domain->arch.vpci, msix);
    vpci_msix_relocate(msix);
    return 0;
}

/* With its domain: nobody looks at the list any more. */
void vpci_msix_destroy(struct vpci_device *dev)
{
    struct vpci_msix *msix = dev->msix;

    if (!msix)
        return;
    msix->is_enabled = false;
    hardware_control(msix);
    if (msix->entry)
        disarm_all(msix);
    unmap_table(msix);
    xfree(msix->entry);
    xfree(msix);
    dev->msix = NULL;
}
