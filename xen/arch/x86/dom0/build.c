// SPDX-License-Identifier: GPL-2.0-only
/*
 * Building dom0 out of the loader's modules: the first is its kernel, the second, if any, its
 * initramfs. dom0 is a domain like others, but for what it may do and that it sees the machine's
 * own memory map.
 *
 * Its kernel arrives compressed, and is unpacked by code of ours running inside dom0 (xen/unpack):
 * decompressors have no business in the hypervisor.
 */
#include <public/domctl.h>
#include <public/sched.h>
#include <xen/cmdline.h>
#include <xen/errno.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/printk.h>
#include <xen/sched.h>
#include <asm/hvm_ops.h>
#include <asm/hwdom.h>
#include "private.h"

#define DOM0_GRANT_FRAMES    64
#define DOM0_MAPTRACK_FRAMES 1024

static unsigned int max_vcpus;
cmdline_option_row(dom0_max_vcpus, "dom0_max_vcpus", "a number", cmdline_parse_uint, &max_vcpus);

/* For tests: the hardware domain without control of others shows what any domain is refused. */
static bool dom0_privileged = true;
boolean_param("dom0_privileged", dom0_privileged);

static unsigned int __init vcpu_count(void)
{
    unsigned int count = max_vcpus ? max_vcpus : dom0_nodes_cpus();

    return min(count, (unsigned int)MAX_VIRT_CPUS);
}

static struct domain *__init create(void)
{
    struct xen_domctl_createdomain config = {
        .flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap,
        .max_vcpus = vcpu_count(),
        .max_evtchn_port = ~0u,
        .max_grant_frames = DOM0_GRANT_FRAMES,
        .max_maptrack_frames = DOM0_MAPTRACK_FRAMES,
        .grant_opts = XEN_DOMCTL_GRANT_version(1),
        .arch.emulation_flags = XEN_X86_EMU_LAPIC | XEN_X86_EMU_IOAPIC | XEN_X86_EMU_VPCI,
    };
    struct domain *d;
    int rc = domain_create(0, &config, true, &d);

    if (rc)
        panic("dom0 cannot be created: error %d", rc);
    d->is_privileged = dom0_privileged;
    hardware_domain = d;
    return d;
}

static void __init create_vcpus(struct domain *d)
{
    for (unsigned int i = 0; i < d->max_vcpus; i++)
        if (!vcpu_create(d, i))
            panic("dom0: no memory for vCPU %u", i);
}

static void __init load(struct dom0 *dom0)
{
    const struct boot_module *kernel = &boot_info.module[0];
    const struct boot_module *initrd = boot_info.module_count > 1 ? &boot_info.module[1] : NULL;
    paddr_t rsdp = dom0_acpi_build(dom0), params, info;
    uint32_t entry;

    info = dom0_start_info(dom0, kernel, initrd, rsdp);
    params = dom0_place_kernel(dom0, kernel, info, &entry);
    hvm_vcpu_set_pvh(dom0->d->vcpu[0], entry, params);
}

void __init dom0_build(void)
{
    struct dom0 dom0 = {};
    unsigned long pages;

    if (!boot_info.module_count)
        panic("There is no kernel for dom0: the loader has to give it as the first module");
    if (!hvm_ops)
        panic("dom0 needs hardware virtualisation, which this machine does not offer (see above)");
    dom0_nodes_check();
    pages = dom0_memory_pages();
    dom0.d = create();
    dom0_nodes_settle(&dom0, pages);
    domain_pages_set_max(dom0.d, dom0_max_pages(pages));
    dom0_memory_map(&dom0, pages);
    dom0_memory_populate(&dom0);
    create_vcpus(dom0.d);
    dom0_nodes_place_vcpus(&dom0);
    load(&dom0);
    printk("dom0: %lu MiB, %u vCPUs\n", dom0.d->mem.tot_pages >> 8, dom0.d->max_vcpus);
    if (vcpu_up(dom0.d->vcpu[0]) || domain_unpause_by_control(dom0.d))
        panic("dom0 cannot be started");
}
