/* SPDX-License-Identifier: GPL-2.0-only */
/* domctl: what a virtual machine is made of on x86. */
#include <asm/cpuid_policy.h>
#include <asm/time.h>
#include <xen/domain.h>
#include <xen/domctl.h>
#include <xen/errno.h>
#include <xen/guest_access.h>
#include <xen/lib.h>
#include <xen/p2m.h>
#include <xen/sched.h>
#include <xen/time.h>
#include <xen/xmalloc.h>

/* Guest physical addresses that nested page tables of four levels can hold. */
#define GPADDR_BITS 48

#define PAGES_PER_MB (MB(1) >> PAGE_SHIFT)

void arch_domain_info(const struct domain *d, struct xen_domctl_getdomaininfo *info)
{
    info->gpaddr_bits = GPADDR_BITS;
    info->arch_config.emulation_flags = XEN_X86_EMU_LAPIC;
    if (d->is_hardware)
        info->arch_config.emulation_flags |= XEN_X86_EMU_IOAPIC | XEN_X86_EMU_VPCI;
}

/* --- memory for nested page tables --- */

int arch_domctl_get_paging_mempool_size(struct domain *d, struct xen_domctl *op)
{
    op->u.paging_mempool.size = (uint64_t)p2m_get_pool(d) << PAGE_SHIFT;
    return 0;
}

int arch_domctl_set_paging_mempool_size(struct domain *d, struct xen_domctl *op)
{
    uint64_t size = op->u.paging_mempool.size;

    return size & ~PAGE_MASK ? -EINVAL : p2m_set_pool(d, size >> PAGE_SHIFT);
}

/* The older call for the same, in MiB. */
int arch_domctl_shadow_op(struct domain *d, struct xen_domctl *op)
{
    switch (op->u.shadow_op.op) {
    case XEN_DOMCTL_SHADOW_OP_GET_ALLOCATION:
        op->u.shadow_op.mb = ROUNDUP(p2m_get_pool(d), PAGES_PER_MB) / PAGES_PER_MB;
        return 0;
    case XEN_DOMCTL_SHADOW_OP_SET_ALLOCATION:
        return p2m_set_pool(d, op->u.shadow_op.mb * PAGES_PER_MB);
    default:
        return -EOPNOTSUPP;
    }
}

/* --- time --- */

enum { TSC_MODE_DEFAULT, TSC_MODE_EMULATE, TSC_MODE_NATIVE };

/* The counter is the processor's own, offset; it is not made to run at another rate. */
int arch_domctl_settscinfo(struct domain *d, struct xen_domctl *op)
{
    uint32_t mode = op->u.tsc_info.tsc_mode;

    return mode == TSC_MODE_DEFAULT || mode == TSC_MODE_NATIVE ? 0 : -EOPNOTSUPP;
}

int arch_domctl_gettscinfo(struct domain *d, struct xen_domctl *op)
{
    op->u.tsc_info = (struct xen_domctl_tsc_info){
        .tsc_mode = TSC_MODE_DEFAULT,
        .gtsc_khz = time_tsc_hz() / 1000,
        .elapsed_nsec = NOW() - d->created,
    };
    return 0;
}

int arch_domctl_settimeoffset(struct domain *d, struct xen_domctl *op)
{
    d->time_offset_seconds = op->u.settimeoffset.time_offset_seconds;
    time_update_wallclock(d);
    return 0;
}

/* --- CPUID --- */

int arch_domctl_get_cpu_policy(struct domain *d, struct xen_domctl *op)
{
    struct xen_domctl_cpu_policy *arg = &op->u.cpu_policy;
    const struct cpuid_policy *policy = d->arch.cpuid;

    BUILD_BUG_ON(sizeof(policy->entry[0]) != sizeof(xen_cpuid_leaf_t));
    if (arg->leaves.p && arg->nr_leaves < policy->count)
        return -ENOBUFS;
    if (arg->leaves.p && guest_copy_to((uint64_t)arg->leaves.p, policy->entry,
                                       policy->count * sizeof(policy->entry[0])))
        return -EFAULT;
    arg->nr_leaves = policy->count;
    arg->nr_msrs = 0;
    return 0;
}

static int policy_set(struct domain *d, struct xen_domctl_cpu_policy *arg,
                      struct cpuid_policy_entry *entry)
{
    unsigned int bad;
    int rc;

    if (guest_copy_from(entry, (uint64_t)arg->leaves.p, arg->nr_leaves * sizeof(*entry)))
        return -EFAULT;
    rc = cpuid_policy_update(d, entry, arg->nr_leaves, &bad);
    if (rc) {
        arg->err_leaf = entry[bad].leaf;
        arg->err_subleaf = entry[bad].subleaf;
    }
    return rc;
}

/* Before the domain first runs.  The MSRs of a policy say nothing that CPUID does not; they are not
 * read. */
int arch_domctl_set_cpu_policy(struct domain *d, struct xen_domctl *op)
{
    struct xen_domctl_cpu_policy *arg = &op->u.cpu_policy;
    struct cpuid_policy_entry *entry;
    int rc;

    if (d->is_initialised || d == current->domain)
        return -EEXIST;
    if (arg->nr_leaves > CPUID_POLICY_MAX)
        return -E2BIG;
    arg->err_leaf = arg->err_subleaf = arg->err_msr = ~0u;
    entry = xzalloc_array(struct cpuid_policy_entry, CPUID_POLICY_MAX);
    if (!entry)
        return -ENOMEM;
    rc = policy_set(d, arg, entry);
    xfree(entry);
    return rc;
}
