/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * MSI, made virtual (PCI Local Bus 3.0, 6.8.1).  The guest's address and data are kept and name the
 * vCPU and vector; the device is given a message of the machine's, whose handler sends on the
 * guest's.  One vector a function: what needs more has MSI-X.
 */
#include <asm/domain.h>
#include <asm/vlapic.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/iommu.h>
#include <xen/lib.h>
#include <xen/printk.h>
#include <xen/xmalloc.h>
#include "vpci_private.h"

#define MSI_CONTROL        2
#define MSI_CONTROL_ENABLE (1u << 0)
#define MSI_CONTROL_COUNTS 0x7e /* vectors that it can and may have: one, one */
#define MSI_CONTROL_64BIT  (1u << 7)
#define MSI_ADDRESS_LOW    4
#define MSI_ADDRESS_HIGH   8 /* 64-bit functions only; the data lies behind */

/* --- messages, for MSI-X as well --- */

static void message_arrived(void *data)
{
    const struct vpci_message *m = data;

    vlapic_deliver_msi(m->domain, m->address, m->data);
}

/* Where the vCPU is that the message is for, so that it needs no further interrupt to hear of it.
 */
static unsigned int message_cpu(const struct vpci_message *m)
{
    unsigned int apic_id = (m->address >> 12) & 0xff;
    const struct vcpu *v = domain_vcpu(m->domain, apic_id / 2);

    return v ? v->processor : 0;
}

int vpci_message_arm(struct vpci_device *dev, struct vpci_message *m)
{
    struct msi_message *real = &m->real;
    int rc = 0;

    if (m->irq >= 0)
        return 0;
    m->irq = irq_alloc_vector(message_arrived, m, message_cpu(m), real);
    if (m->irq < 0)
        rc = m->irq;
    else if (iommu_ops && iommu_ops->msi_remap)
        rc = iommu_ops->msi_remap(dev->sbdf, &real->address, &real->data);
    if (rc) {
        vpci_message_disarm(m);
        printk(XENLOG_WARNING PCI_FMT ": no interrupt vector (%d)\n", PCI_ARGS(dev->sbdf), rc);
    }
    return rc;
}

void vpci_message_disarm(struct vpci_message *m)
{
    if (m->irq >= 0)
        irq_free_vector(m->irq);
    m->irq = -1;
}

/* --- the capability --- */

static unsigned int data_offset(const struct vpci_msi *msi)
{
    return msi->cap + (msi->is_64bit ? MSI_ADDRESS_HIGH + 4 : MSI_ADDRESS_HIGH);
}

static void hardware_enable(struct vpci_device *dev, bool on)
{
    unsigned int reg = dev->msi->cap + MSI_CONTROL;
    uint32_t control = pci_read(dev->sbdf, reg, 2);

    control &= ~(MSI_CONTROL_ENABLE | (MSI_CONTROL_COUNTS & ~0xeu));
    pci_write(dev->sbdf, reg, 2, control | (on ? MSI_CONTROL_ENABLE : 0));
}

static void msi_disable(struct vpci_device *dev)
{
    hardware_enable(dev, false);
    vpci_message_disarm(&dev->msi->message);
    dev->msi->is_enabled = false;
}

/* Written again whenever the guest enables it: a reset may have made the device forget. */
static void msi_enable(struct vpci_device *dev)
{
    struct vpci_msi *msi = dev->msi;
    const struct msi_message *real = &msi->message.real;

    if (vpci_message_arm(dev, &msi->message))
        return;
    pci_write(dev->sbdf, msi->cap + MSI_ADDRESS_LOW, 4, real->address);
    if (msi->is_64bit)
        pci_write(dev->sbdf, msi->cap + MSI_ADDRESS_HIGH, 4, real->address >> 32);
    pci_write(dev->sbdf, data_offset(msi), 2, real->data);
    hardware_enable(dev, true);
    msi->is_enabled = true;
}

static uint32_t control_read(struct vpci_device *dev, unsigned int offset)
{
    uint32_t control = pci_read(dev->sbdf, offset, 2);

    control &= ~(MSI_CONTROL_ENABLE | MSI_CONTROL_COUNTS);
    return control | (dev->msi->is_enabled ? MSI_CONTROL_ENABLE : 0);
}

static void control_write(struct vpci_device *dev, unsigned int offset, uint32_t value)
{
    if (value & MSI_CONTROL_ENABLE)
        msi_enable(dev);
    else if (dev->msi->is_enabled)
        msi_disable(dev);
}

static uint32_t address_read(struct vpci_device *dev, unsigned int offset)
{
    return dev->msi->message.address >> (offset == dev->msi->cap + MSI_ADDRESS_LOW ? 0 : 32);
}

static void address_write(struct vpci_device *dev, unsigned int offset, uint32_t value)
{
    uint64_t *address = &dev->msi->message.address;

    if (offset == dev->msi->cap + MSI_ADDRESS_LOW)
        *address = (*address & ~0xffffffffULL) | (value & ~3u);
    else
        *address = (uint32_t)*address | (uint64_t)value << 32;
}

static uint32_t data_read(struct vpci_device *dev, unsigned int offset)
{
    return dev->msi->message.data;
}

static void data_write(struct vpci_device *dev, unsigned int offset, uint32_t value)
{
    dev->msi->message.data = value;
}

int vpci_msi_init(struct vpci_device *dev)
{
    unsigned int cap = pci_find_capability(dev->sbdf, PCI_CAP_MSI);
    struct vpci_msi *msi;

    if (!cap)
        return 0;
    dev->msi = msi = xzalloc(struct vpci_msi);
    if (!msi)
        return -ENOMEM;
    msi->cap = cap;
    msi->is_64bit = pci_read(dev->sbdf, cap + MSI_CONTROL, 2) & MSI_CONTROL_64BIT;
    msi->message = (struct vpci_message){.domain = dev->domain, .irq = -1};
    hardware_enable(dev, false);

    vpci_register_add(dev,
                      &(struct vpci_register){cap + MSI_CONTROL, 2, control_read, control_write});
    vpci_register_add(
        dev, &(struct vpci_register){cap + MSI_ADDRESS_LOW, 4, address_read, address_write});
    if (msi->is_64bit)
        vpci_register_add(
            dev, &(struct vpci_register){cap + MSI_ADDRESS_HIGH, 4, address_read, address_write});
    vpci_register_add(dev, &(struct vpci_register){data_offset(msi), 2, data_read, data_write});
    return 0;
}

void vpci_msi_destroy(struct vpci_device *dev)
{
    if (!dev->msi)
        return;
    if (dev->msi->is_enabled)
        msi_disable(dev);
    xfree(dev->msi);
    dev->msi = NULL;
}
