/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A PCI function as the hardware domain sees it.  A function becomes known when it is first looked
 * at, found by the scan or only later, and from then on may master the bus only as far as an IOMMU
 * holds it to the domain's memory.
 */
#include <asm/domain.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/iommu.h>
#include <xen/lib.h>
#include <xen/printk.h>
#include <xen/xmalloc.h>
#include "vpci_private.h"

static uint32_t all_ones(unsigned int size)
{
    return ~0u >> (32 - size * 8);
}

/* --- registers --- */

void vpci_register_add(struct vpci_device *dev, const struct vpci_register *reg)
{
    ASSERT(dev->reg_count < VPCI_REGS_MAX);
    dev->reg[dev->reg_count++] = *reg;
}

static const struct vpci_register *register_at(const struct vpci_device *dev, unsigned int offset)
{
    for (unsigned int i = 0; i < dev->reg_count; i++)
        if (offset - dev->reg[i].offset < dev->reg[i].size)
            return &dev->reg[i];
    return NULL;
}

static uint32_t register_read(struct vpci_device *dev, const struct vpci_register *reg)
{
    return reg->read ? reg->read(dev, reg->offset) : pci_read(dev->sbdf, reg->offset, reg->size);
}

static uint8_t byte_of(uint32_t value, unsigned int index)
{
    return value >> (index * 8);
}

uint32_t vpci_device_read(struct vpci_device *dev, unsigned int offset, unsigned int size)
{
    uint32_t value = 0;

    if (dev->is_hidden)
        return all_ones(size);
    value = pci_read(dev->sbdf, offset, size);
    for (unsigned int i = 0; i < size; i++) {
        const struct vpci_register *reg = register_at(dev, offset + i);
        uint8_t byte;

        if (!reg)
            continue;
        byte = byte_of(register_read(dev, reg), offset + i - reg->offset);
        value = (value & ~(0xffu << (i * 8))) | (uint32_t)byte << (i * 8);
    }
    return value;
}

/* The part of a write that falls into `reg`, merged into what the guest reads there. */
static void register_merge(struct vpci_device *dev, const struct vpci_register *reg,
                           unsigned int offset, unsigned int size, uint32_t value)
{
    uint32_t merged = register_read(dev, reg);

    for (unsigned int i = 0; i < size; i++) {
        unsigned int at = offset + i - reg->offset;

        if (at < reg->size)
            merged = (merged & ~(0xffu << (at * 8))) | (uint32_t)byte_of(value, i) << (at * 8);
    }
    if (reg->write)
        reg->write(dev, reg->offset, merged);
}

static bool touches_registers(const struct vpci_device *dev, unsigned int offset, unsigned int size)
{
    for (unsigned int i = 0; i < size; i++)
        if (register_at(dev, offset + i))
            return true;
    return false;
}

void vpci_device_write(struct vpci_device *dev, unsigned int offset, unsigned int size,
                       uint32_t value)
{
    const struct vpci_register *done = NULL;

    if (dev->is_hidden)
        return;
    if (!touches_registers(dev, offset, size)) {
        pci_write(dev->sbdf, offset, size, value);
        return;
    }
    for (unsigned int i = 0; i < size; i++) {
        const struct vpci_register *reg = register_at(dev, offset + i);

        if (!reg)
            pci_write(dev->sbdf, offset + i, 1, byte_of(value, i));
        else if (reg != done)
            register_merge(dev, reg, offset, size, value);
        done = reg;
    }
}

/* --- command and base address registers --- */

/* Mastering the bus is writing to memory: allowed once an IOMMU holds the function to the domain's
 * own. */
static bool may_master(struct vpci_device *dev)
{
    int rc = 0;

    if (dev->is_bridge || dev->is_assigned)
        return true;
    if (iommu_ops)
        rc = iommu_ops->assign(dev->domain, dev->sbdf);
    dev->is_assigned = iommu_ops && !rc;
    if (!dev->is_assigned && !dev->refusal_logged) {
        dev->refusal_logged = true;
        printk(XENLOG_WARNING PCI_FMT ": bus mastering refused: %s\n", PCI_ARGS(dev->sbdf),
               iommu_ops ? "the IOMMU cannot hold it" : "there is no IOMMU");
    }
    return dev->is_assigned;
}

static void command_write(struct vpci_device *dev, unsigned int offset, uint32_t value)
{
    if ((value & PCI_COMMAND_MASTER) && !may_master(dev))
        value &= ~PCI_COMMAND_MASTER;
    pci_write(dev->sbdf, offset, 2, value);
    if (dev->msix)
        vpci_msix_relocate(dev->msix);
}

static void bar_write(struct vpci_device *dev, unsigned int offset, uint32_t value)
{
    pci_write(dev->sbdf, offset, 4, value);
    vpci_msix_relocate(dev->msix);
}

/* --- life --- */

static struct vpci_device **bucket_of(struct vpci *vpci, uint32_t sbdf)
{
    return &vpci->bucket[(sbdf ^ sbdf >> 6 ^ sbdf >> 12) % VPCI_BUCKETS];
}

/* The table is found through this BAR, so we want to know when it moves. */
static void watch_msix_bar(struct vpci_device *dev)
{
    for (unsigned int half = 0; half < 2; half++)
        vpci_register_add(dev, &(struct vpci_register){.offset = dev->msix->bar + 4 * half,
                                                       .size = 4,
                                                       .write = bar_write});
}

static int init_registers(struct vpci_device *dev)
{
    static const struct vpci_register command = {PCI_COMMAND, 2, NULL, command_write};
    int rc;

    vpci_register_add(dev, &command);
    rc = vpci_msi_init(dev);
    if (!rc)
        rc = vpci_msix_init(dev);
    if (!rc && dev->msix)
        watch_msix_bar(dev);
    return rc;
}

/* What firmware left running is stopped: its buffers are ours by now. Drivers start it anew. */
static void quiesce(struct vpci_device *dev)
{
    uint32_t command = pci_read(dev->sbdf, PCI_COMMAND, 2);

    if (!dev->is_bridge && !dev->is_hidden && (command & PCI_COMMAND_MASTER))
        pci_write(dev->sbdf, PCI_COMMAND, 2, command & ~PCI_COMMAND_MASTER);
}

static struct vpci_device *device_create(struct domain *d, uint32_t sbdf)
{
    struct vpci_device *dev = xzalloc(struct vpci_device);
    uint32_t class = pci_read(sbdf, PCI_CLASS_REVISION, 4);
    uint8_t header = pci_read(sbdf, PCI_HEADER_TYPE, 1) & ~PCI_HEADER_MULTI;

    if (!dev)
        return NULL;
    dev->domain = d;
    dev->sbdf = sbdf;
    dev->is_bridge = header == PCI_HEADER_BRIDGE || class >> 24 == PCI_BASE_BRIDGE;
    dev->is_hidden = class >> 16 == PCI_CLASS_IOMMU;
    quiesce(dev);
    if (dev->is_hidden || !init_registers(dev))
        return dev;
    vpci_device_destroy(dev);
    return NULL;
}

struct vpci_device *vpci_device_find(struct domain *d, uint32_t sbdf)
{
    struct vpci_device **bucket = bucket_of(d->arch.vpci, sbdf), *dev;

    for (dev = *bucket; dev; dev = dev->next)
        if (dev->sbdf == sbdf)
            return dev;
    if (!pci_exists(sbdf))
        return NULL;
    dev = device_create(d, sbdf);
    if (dev) {
        dev->next = *bucket;
        *bucket = dev;
    }
    return dev;
}

void vpci_device_destroy(struct vpci_device *dev)
{
    vpci_msi_destroy(dev);
    vpci_msix_destroy(dev);
    xfree(dev);
}
