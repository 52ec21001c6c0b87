/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The machine's PCI configuration space, and what stands in it.  A function is named by its sbdf:
 * segment << 16 | bus << 8 | device << 3 | function.
 */
#ifndef XEN_PCI_H
#define XEN_PCI_H

#include <xen/types.h>

#define PCI_SBDF(seg, bus, devfn) ((uint32_t)(seg) << 16 | (uint32_t)(bus) << 8 | (devfn))
#define PCI_SEGMENT(sbdf) ((sbdf) >> 16)
#define PCI_BUS(sbdf)     (((sbdf) >> 8) & 0xff)
#define PCI_DEVFN(sbdf)   ((sbdf) & 0xff)
#define PCI_SLOT(sbdf)    (((sbdf) >> 3) & 0x1f)
#define PCI_FUNCTION(sbdf) ((sbdf) & 7)

/* For printk: a function's name as everybody writes it. */
#define PCI_FMT "%04x:%02x:%02x.%u"
#define PCI_ARGS(sbdf) PCI_SEGMENT(sbdf), PCI_BUS(sbdf), PCI_SLOT(sbdf), PCI_FUNCTION(sbdf)

/* Registers (PCI Local Bus 3.0, chapter 6). */
#define PCI_VENDOR_ID        0x00
#define PCI_COMMAND          0x04
#define PCI_COMMAND_MEMORY   (1u << 1)
#define PCI_COMMAND_MASTER   (1u << 2)
#define PCI_STATUS           0x06
#define PCI_STATUS_CAPS      (1u << 4)
#define PCI_CLASS_REVISION   0x08       /* class << 8 | revision */
#define PCI_HEADER_TYPE      0x0e
#define PCI_HEADER_MULTI     (1u << 7)
#define PCI_HEADER_BRIDGE    1
#define PCI_BAR0             0x10
#define PCI_SECONDARY_BUS    0x19       /* of a bridge */
#define PCI_CAPABILITIES     0x34

#define PCI_CAP_MSI          0x05
#define PCI_CAP_MSIX         0x11

#define PCI_CLASS_IOMMU      0x0806     /* base class and subclass */
#define PCI_BASE_BRIDGE      0x06

/* A window of memory-mapped configuration space (PCI Firmware 3.2, 4.1.2), from the MCFG table. */
#define PCI_MMCFG_MAX 8
struct pci_mmcfg {
    paddr_t address;    /* of bus 0, whether the window begins there or not */
    uint16_t segment;
    uint8_t start_bus, end_bus;
};
extern struct pci_mmcfg pci_mmcfg[PCI_MMCFG_MAX];
extern unsigned int pci_mmcfg_count;

void pci_init(void);    /* after acpi_init() and vmap_init() */

/* size 1, 2, 4, within an aligned word of four.  What is not there reads all ones. */
uint32_t pci_read(uint32_t sbdf, unsigned int reg, unsigned int size);
void pci_write(uint32_t sbdf, unsigned int reg, unsigned int size, uint32_t value);
bool pci_exists(uint32_t sbdf);
unsigned int pci_find_capability(uint32_t sbdf, uint8_t id);   /* its offset, or 0 */
/* Calls fn for each function that can be reached from bus 0 through the bridges as they stand. */
void pci_for_each(void (*fn)(uint32_t sbdf, void *data), void *data);

#endif
