/* SPDX-License-Identifier: GPL-2.0-only */
/* Which vendor's unit holds the devices, if any: bound while booting, constant after. */
#include <xen/cmdline.h>
#include <xen/init.h>
#include <xen/iommu.h>
#include <xen/printk.h>

#include "amd.h"

const struct iommu_ops *__ro_after_init iommu_ops;

static bool __initdata opt_iommu = true;
boolean_param("iommu", opt_iommu);

void __init iommu_init(void)
{
    if (opt_iommu)
        iommu_ops = amd_iommu_init();
    if (iommu_ops)
        printk(XENLOG_INFO "IOMMU: %s, tables shared with nested paging\n", iommu_ops->name);
    else
        printk(XENLOG_WARNING "IOMMU: %s: no device may master the bus\n",
               opt_iommu ? "none found" : "switched off");
}
