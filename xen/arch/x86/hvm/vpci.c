/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The doors of the virtual PCI configuration space: ports CF8 and CFC, and the windows of the MCFG
 * table, which stand where the machine's do.
 */
#include <asm/domain.h>
#include <asm/hvm_io.h>
#include <public/sched.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/shutdown.h>
#include <xen/xmalloc.h>
#include "hwdom_ports.h"
#include "vpci_private.h"

#define CONFIG_PORTS  0xcf8 /* address, then data; four bytes each */
#define CONFIG_DATA   0xcfc
#define CONFIG_ENABLE (1u << 31)
#define RESET_PORT    0xcf9 /* byte accesses to it are not for the address */
#define RESET_CPU     (1u << 2)

/* One access within an aligned word of four bytes. */
static void config_access(struct domain *d, uint32_t sbdf, unsigned int reg, unsigned int size,
                          bool is_write, uint64_t *data)
{
    struct vpci_device *dev;

    spin_lock(&d->arch.vpci->lock);
    dev = vpci_device_find(d, sbdf);
    if (!dev)
        *data = is_write ? *data : ~0ULL;
    else if (is_write)
        vpci_device_write(dev, reg, size, *data);
    else
        *data = vpci_device_read(dev, reg, size);
    spin_unlock(&d->arch.vpci->lock);
}

/* --- ports --- */

static void address_access(struct domain *d, unsigned int port, unsigned int size, bool is_write,
                           uint64_t *data)
{
    struct vpci *vpci = d->arch.vpci;

    if (port == CONFIG_PORTS && size == 4) {
        if (is_write)
            vpci->address_latch = *data;
        else
            *data = vpci->address_latch;
        return;
    }
    if (port == RESET_PORT && size == 1 && is_write && (*data & RESET_CPU))
        hwdom_shutdown(SHUTDOWN_reboot);
    hwdom_port_access(port, size, is_write, data);
}

static void data_access(struct domain *d, unsigned int port, unsigned int size, bool is_write,
                        uint64_t *data)
{
    uint32_t address = d->arch.vpci->address_latch;
    unsigned int byte = port & 3;

    if ((address & CONFIG_ENABLE) && byte + size <= 4)
        config_access(d, PCI_SBDF(0, (address >> 16) & 0xff, (address >> 8) & 0xff),
                      (address & 0xfc) | byte, size, is_write, data);
    else if (!is_write)
        *data = ~0ULL;
}

static void port_access(struct vcpu *v, paddr_t port, unsigned int size, bool is_write,
                        uint64_t *data)
{
    if (port < CONFIG_DATA)
        address_access(v->domain, port, size, is_write, data);
    else
        data_access(v->domain, port, size, is_write, data);
}

/* --- memory --- */

static const struct pci_mmcfg *mmcfg_at(paddr_t addr)
{
    for (unsigned int i = 0; i < pci_mmcfg_count; i++) {
        const struct pci_mmcfg *w = &pci_mmcfg[i];
        paddr_t bus = (addr - w->address) >> 20;

        if (addr >= w->address && bus >= w->start_bus && bus <= w->end_bus)
            return w;
    }
    return NULL;
}

static void mmcfg_access(struct vcpu *v, paddr_t addr, unsigned int size, bool is_write,
                         uint64_t *data)
{
    const struct pci_mmcfg *w = mmcfg_at(addr);
    uint32_t sbdf;

    if (!is_write)
        *data = ~0ULL;
    if (!w || (addr & 3) + size > 4)
        return;
    addr -= w->address;
    sbdf = PCI_SBDF(w->segment, addr >> 20, (addr >> 12) & 0xff);
    config_access(v->domain, sbdf, addr & 0xfff, size, is_write, data);
}

/* --- physdev_op --- */

/* ACPI's name space can only confirm what the MCFG table says, or take it back, which changes
 * nothing. */
int vpci_mmcfg_reserved(struct domain *d, paddr_t address, uint16_t segment, uint8_t start_bus,
                        uint8_t end_bus, bool is_reserved)
{
    for (unsigned int i = 0; i < pci_mmcfg_count; i++) {
        const struct pci_mmcfg *w = &pci_mmcfg[i];

        if (w->address == address && w->segment == segment && start_bus <= end_bus &&
            w->start_bus <= start_bus && w->end_bus >= end_bus)
            return 0;
    }
    return -ENODEV;
}

int vpci_device_add(struct domain *d, uint32_t sbdf)
{
    struct vpci_device *dev;

    if (!d->arch.vpci)
        return -EPERM;
    spin_lock(&d->arch.vpci->lock);
    dev = vpci_device_find(d, sbdf);
    spin_unlock(&d->arch.vpci->lock);
    return dev ? 0 : -ENODEV;
}

/* --- life --- */

static void add_function(uint32_t sbdf, void *data)
{
    vpci_device_add(data, sbdf);
}

static int register_doors(struct domain *d)
{
    int rc = hvm_io_register_port(d, CONFIG_PORTS, 8, port_access);

    for (unsigned int i = 0; !rc && i < pci_mmcfg_count; i++) {
        const struct pci_mmcfg *w = &pci_mmcfg[i];
        paddr_t first = w->address + ((paddr_t)w->start_bus << 20);
        paddr_t buses = w->end_bus - w->start_bus + 1;

        rc = hvm_io_register_mmio(d, first, buses << 20, mmcfg_access);
    }
    return rc;
}

int vpci_init(struct domain *d)
{
    struct vpci *vpci = xzalloc(struct vpci);
    int rc;

    if (!vpci)
        return -ENOMEM;
    spin_lock_init(&vpci->lock, LOCK_HVM);
    d->arch.vpci = vpci;
    rc = register_doors(d);
    if (!rc)
        pci_for_each(add_function, d);
    return rc;
}

void vpci_destroy(struct domain *d)
{
    struct vpci *vpci = d->arch.vpci;

    for (unsigned int i = 0; vpci && i < VPCI_BUCKETS; i++)
        while (vpci->bucket[i]) {
            struct vpci_device *dev = vpci->bucket[i];

            vpci->bucket[i] = dev->next;
            vpci_device_destroy(dev);
        }
    xfree(vpci);
    d->arch.vpci = NULL;
}
