// SPDX-License-Identifier: GPL-2.0-only
/* What the architecture adds to the lives of domains and vCPUs, each part by its own subsystem. */
#include <public/domctl.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/p2m.h>
#include <xen/sched.h>
#include <xen/xmalloc.h>
#include <asm/cpuid_policy.h>
#include <asm/domain_life.h>
#include <asm/hvm_io.h>
#include <asm/hvm_ops.h>
#include <asm/time.h>

/* What PVH guests need; there is no device model to serve the others. */
#define EMULATION_SUPPORTED XEN_X86_EMU_LAPIC

static int config_check(const struct domain *d, const struct xen_domctl_createdomain *config)
{
    uint32_t allowed =
        EMULATION_SUPPORTED | (d->is_hardware ? XEN_X86_EMU_IOAPIC | XEN_X86_EMU_VPCI : 0);

    if (!hvm_ops)
        return -ENODEV;
    return config->arch.emulation_flags & ~allowed ? -EOPNOTSUPP : 0;
}

/* domain_free() undoes any prefix of it. */
int arch_domain_create(struct domain *d, const struct xen_domctl_createdomain *config)
{
    int rc = config_check(d, config);

    if (rc)
        return rc;
    if ((rc = p2m_init(d)) != 0)
        return rc;
    if ((rc = cpuid_policy_create(d)) != 0)
        return rc;
    if ((rc = hvm_ops->domain_create(d)) != 0)
        return rc;
    if ((rc = hvm_io_init(d)) != 0)
        return rc;
    hvm_io_fill_iopm(d, hvm_ops->port_bitmap(d));
    time_update_wallclock(d);
    return 0;
}

void arch_domain_destroy(struct domain *d)
{
    if (d->arch.io)
        hvm_io_destroy(d);
    if (hvm_ops)
        hvm_ops->domain_destroy(d);
    cpuid_policy_destroy(d);
    p2m_free(d);
    xfree(d->arch.e820);
    d->arch.e820 = NULL;
}

int arch_domain_relinquish(struct domain *d)
{
    return p2m_teardown(d);
}

int arch_vcpu_create(struct vcpu *v)
{
    return hvm_vcpu_create(v);
}

void arch_vcpu_destroy(struct vcpu *v)
{
    if (!v->domain->is_idle)
        hvm_vcpu_destroy(v);
}

void arch_vcpu_switch_from(struct vcpu *prev)
{
    if (!is_idle_vcpu(prev))
        hvm_vcpu_switch_from(prev);
}

void arch_vcpu_switch_to(struct vcpu *next)
{
    if (!is_idle_vcpu(next))
        hvm_vcpu_switch_to(next);
}
