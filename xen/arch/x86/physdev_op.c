/* SPDX-License-Identifier: GPL-2.0-only */
/* physdev_op(command, argument): what dom0 tells of PCI. */
#include <asm/vpci.h>
#include <public/physdev.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/guest_access.h>
#include <xen/hypercall.h>
#include <xen/sched.h>

static int pci_mmcfg_reserved(uint64_t gva)
{
    struct physdev_pci_mmcfg_reserved arg;

    if (guest_read(&arg, gva))
        return -EFAULT;
    if (arg.start_bus > arg.end_bus)
        return -EINVAL;
    return vpci_mmcfg_reserved(current->domain, arg.address, arg.segment, arg.start_bus,
                               arg.end_bus, arg.flags & XEN_PCI_MMCFG_RESERVED);
}

/* A device's node (optarr) is the host's firmware's to say; what dom0 thinks of it is not read. */
static int pci_device_add(uint64_t gva)
{
    struct physdev_pci_device_add arg;

    if (guest_read(&arg, gva))
        return -EFAULT;
    return vpci_device_add(current->domain,
                           (uint32_t)arg.seg << 16 | (uint32_t)arg.bus << 8 | arg.devfn);
}

long do_physdev_op(struct hypercall *call)
{
    switch (call->arg[0]) {
    case PHYSDEVOP_pci_mmcfg_reserved:
        return pci_mmcfg_reserved(call->arg[1]);
    case PHYSDEVOP_pci_device_add:
        return pci_device_add(call->arg[1]);
    default:
        return -ENOSYS;
    }
}
