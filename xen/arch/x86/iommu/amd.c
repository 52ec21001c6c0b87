/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * AMD-Vi behind iommu_ops.  Devices read the tables of nested paging themselves (svm's format is
 * valid for both), so assigning a device is one entry of the device table, and a change of the p2m
 * costs the unit one invalidation per batch.
 */
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/init.h>
#include <xen/iommu.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/p2m.h>
#include <xen/pci.h>
#include <xen/printk.h>
#include <xen/spinlock.h>
#include <asm/hwdom.h>
#include <asm/p2m.h>

#include "amd.h"

static DEFINE_SPINLOCK(amd_lock, LOCK_IOMMU); /* the device table and the command rings */

/* Sends to all units before waiting for the first. */
static void send_and_wait(struct amd_command command)
{
    ASSERT(spin_is_locked(&amd_lock));
    for (unsigned int i = 0; i < amd_unit_count; i++)
        amd_unit_send(&amd_units[i], command);
    for (unsigned int i = 0; i < amd_unit_count; i++)
        amd_unit_wait(&amd_units[i]);
}

static void forget_device(uint16_t device)
{
    send_and_wait(amd_invalidate_device(device));
}

/* What devices use on firmware's behalf; the p2m would otherwise map it only when a processor
 * looks. */
static void map_unity(struct domain *d)
{
    p2m_batch_begin(d);
    for (unsigned int i = 0; i < amd_unity_count; i++) {
        paddr_t end = amd_unity[i].start + amd_unity[i].size;

        for (paddr_t pa = amd_unity[i].start & PAGE_MASK; pa < end; pa += PAGE_SIZE)
            if (hwdom_may_map(d, pa) &&
                p2m_set(d, _gfn(pa >> PAGE_SHIFT), maddr_to_mfn(pa), 0, p2m_mmio_direct))
                printk(XENLOG_WARNING "IOMMU: %#lx is not mapped for devices\n", pa);
    }
    p2m_batch_end(d);
}

static void amd_flush(struct domain *d, gfn_t gfn, unsigned long count)
{
    spin_lock(&amd_lock);
    send_and_wait(amd_invalidate_pages(amd_domain_tag(d), gfn_x(gfn), count));
    spin_unlock(&amd_lock);
}

static int amd_assign(struct domain *d, uint32_t sbdf)
{
    uint16_t device = sbdf, alias = amd_alias(device);

    if (PCI_SEGMENT(sbdf) || !amd_table_has(device) || !amd_table_has(alias))
        return -ENODEV;
    if (d) {
        /* From here on changes of the p2m are flushed here, too. */
        p2m_share_with_iommu(d);
        map_unity(d);
    }
    spin_lock(&amd_lock);
    amd_table_set(device, d, forget_device);
    if (alias != device)
        amd_table_set(alias, d, forget_device);
    if (d)
        send_and_wait(amd_invalidate_pages(amd_domain_tag(d), 0, 0));
    spin_unlock(&amd_lock);
    return 0;
}

static const struct iommu_ops amd_ops = {
    .name = "AMD-Vi",
    .assign = amd_assign,
    .flush = amd_flush,
};

static void __init note_highest(uint32_t sbdf, void *highest)
{
    if (!PCI_SEGMENT(sbdf))
        *(int *)highest = max(*(int *)highest, (int)sbdf);
}

const struct iommu_ops *__init amd_iommu_init(void)
{
    int highest = amd_ivrs_read();

    if (highest < 0)
        return NULL;
    pci_for_each(note_highest, &highest);
    if (amd_table_init(highest))
        return NULL;
    for (unsigned int i = 0; i < amd_unit_count; i++) {
        int rc = amd_unit_init(&amd_units[i]);

        if (rc) {
            printk(XENLOG_ERR "IOMMU " PCI_FMT ": error %d\n", PCI_ARGS(amd_units[i].sbdf), rc);
            return NULL;
        }
    }
    return &amd_ops;
}
