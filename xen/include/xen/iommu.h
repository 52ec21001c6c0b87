/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * I/O memory management: which device sees which memory. The vendors' files stand behind iommu_ops.
 * A device is blocked until it is assigned; then it sees what its domain sees: the p2m is its table too.
 */
#ifndef XEN_IOMMU_H
#define XEN_IOMMU_H

#include <xen/types.h>

struct domain;

struct iommu_ops {
    const char *name;
    /* sbdf: segment<<16 | bus<<8 | devfn. The device's table becomes d's p2m (NULL: blocked). -ENODEV: not ours. */
    int (*assign)(struct domain *d, uint32_t sbdf);
    /* d's tables changed for [gfn, gfn + count): forget what was cached. count 0: everything. */
    void (*flush)(struct domain *d, gfn_t gfn, unsigned long count);
    /* Interrupt remapping for an MSI or an I/O APIC pin, if done by this unit; else NULL. */
    int (*msi_remap)(uint32_t sbdf, uint64_t *address, uint32_t *data);
};

extern const struct iommu_ops *iommu_ops;   /* NULL: there is none, or it is switched off (iommu=no) */

void iommu_init(void);

#endif
