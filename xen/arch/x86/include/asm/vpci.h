/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual PCI configuration space of the hardware domain: the machine's own, with MSI and MSI-X
 * made virtual and bus mastering withheld where no IOMMU contains it.  Other domains have none.
 * Lock: LOCK_HVM inside.
 */
#ifndef ASM_X86_VPCI_H
#define ASM_X86_VPCI_H

#include <xen/types.h>

struct domain;
struct vcpu;

int vpci_init(struct domain *d);
void vpci_destroy(struct domain *d);

/* The pages that hold an MSI-X table are never mapped into the domain. */
bool vpci_msix_covers(struct domain *d, paddr_t gpa);
bool vpci_msix_overlaps(struct domain *d, paddr_t first, paddr_t size);
void vpci_msix_access(struct vcpu *v, paddr_t addr, unsigned int size, bool is_write, uint64_t *data);

/* physdev_op: 0, or -Exxx of the interface. */
int vpci_mmcfg_reserved(struct domain *d, paddr_t address, uint16_t segment, uint8_t start_bus,
                        uint8_t end_bus, bool is_reserved);
int vpci_device_add(struct domain *d, uint32_t sbdf);

#endif
