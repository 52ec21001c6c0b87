/* SPDX-License-Identifier: GPL-2.0-only */
/* Which vendor's unit holds the devices, if any: bound while booting, constant after. */
#include <xen/init.h>
#include <xen/iommu.h>

const struct iommu_ops *__ro_after_init iommu_ops;
