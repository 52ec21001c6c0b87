/* SPDX-License-Identifier: GPL-2.0-only */
/* sysctl: the processors of the host, and what their guests may see of them. */
#include <asm/cpuid_policy.h>
#include <asm/processor.h>
#include <asm/time.h>
#include <xen/acpi.h>
#include <xen/errno.h>
#include <xen/guest_access.h>
#include <xen/iommu.h>
#include <xen/lib.h>
#include <xen/nospec.h>
#include <xen/sysctl.h>
#include <xen/xmalloc.h>

/* --- topology, from the local APICs' numbers (SDM vol. 3, 9.9; APM vol. 3, appendix E.4) --- */

struct apic_shifts {
    unsigned int core,
        socket; /* an APIC's number shifted right by these is that of its core, its socket */
};

#define LEAF_TOPOLOGY  0xb
#define LEAF_AMD_SIZES 0x80000008

static struct apic_shifts apic_shifts(void)
{
    struct apic_shifts s = {0};

    if (cpuid(0).a >= LEAF_TOPOLOGY && cpuid_count(LEAF_TOPOLOGY, 0).b) {
        s.core = cpuid_count(LEAF_TOPOLOGY, 0).a & 0x1f;
        s.socket = cpuid_count(LEAF_TOPOLOGY, 1).a & 0x1f;
    } else if (cpuid(0x80000000).a >= LEAF_AMD_SIZES) {
        s.socket = (cpuid(LEAF_AMD_SIZES).c >> 12) & 0xf;
    }
    return s;
}

void arch_cpu_topology(unsigned int cpu, uint32_t *core, uint32_t *socket)
{
    struct apic_shifts s = apic_shifts();
    uint32_t apic_id = acpi_cpus[cpu].apic_id;

    *socket = apic_id >> s.socket;
    *core = (apic_id & ((1u << s.socket) - 1)) >> s.core;
}

/* --- features, as 32-bit words in the interface's order --- */

enum reg { REG_A, REG_B, REG_C, REG_D };

static const struct {
    uint32_t leaf, subleaf;
    enum reg reg;
} feature_word[] = {
    {0x1, CPUID_NO_SUBLEAF, REG_D},
    {0x1, CPUID_NO_SUBLEAF, REG_C},
    {0x80000001, CPUID_NO_SUBLEAF, REG_D},
    {0x80000001, CPUID_NO_SUBLEAF, REG_C},
    {0xd, 1, REG_A},
    {0x7, 0, REG_B},
    {0x7, 0, REG_C},
    {0x80000007, CPUID_NO_SUBLEAF, REG_D},
    {0x80000008, CPUID_NO_SUBLEAF, REG_B},
    {0x7, 0, REG_D},
};

static uint32_t reg_of(const struct cpuid_leaf *regs, enum reg reg)
{
    return (const uint32_t[]){regs->a, regs->b, regs->c, regs->d}[reg];
}

static uint32_t host_word(unsigned int i)
{
    uint32_t subleaf = feature_word[i].subleaf == CPUID_NO_SUBLEAF ? 0 : feature_word[i].subleaf;
    struct cpuid_leaf regs = cpuid_count(feature_word[i].leaf, subleaf);

    return reg_of(&regs, feature_word[i].reg);
}

static uint32_t policy_word(const struct cpuid_policy *policy, unsigned int i)
{
    for (unsigned int k = 0; k < policy->count; k++)
        if (policy->entry[k].leaf == feature_word[i].leaf &&
            policy->entry[k].subleaf == feature_word[i].subleaf)
            return reg_of(&policy->entry[k].regs, feature_word[i].reg);
    return 0;
}

static int featureset_write(const struct xen_sysctl_cpu_featureset *arg,
                            const struct cpuid_policy *policy)
{
    unsigned int count = min(arg->nr_features, (uint32_t)ARRAY_SIZE(feature_word));

    for (unsigned int i = 0; i < count; i++) {
        uint32_t word = policy ? policy_word(policy, i) : host_word(i);

        if (guest_write((uint64_t)(arg->features.p + i), &word))
            return -EFAULT;
    }
    return 0;
}

/* The policy that any guest starts with; to be freed. */
static struct cpuid_policy *default_policy(void)
{
    struct cpuid_policy *policy = xzalloc(struct cpuid_policy);

    if (policy)
        cpuid_policy_default(policy);
    return policy;
}

int arch_sysctl_get_cpu_featureset(struct xen_sysctl *op)
{
    struct xen_sysctl_cpu_featureset *arg = &op->u.cpu_featureset;
    struct cpuid_policy *policy = NULL;
    int rc = 0;

    switch (arg->index) {
    case XEN_SYSCTL_cpu_featureset_raw:
    case XEN_SYSCTL_cpu_featureset_host:
        break;
    case XEN_SYSCTL_cpu_featureset_hvm:
    case XEN_SYSCTL_cpu_featureset_hvm_max:
        policy = default_policy();
        if (!policy)
            return -ENOMEM;
        break;
    case XEN_SYSCTL_cpu_featureset_pv:
    case XEN_SYSCTL_cpu_featureset_pv_max:
        return -EOPNOTSUPP;
    default:
        return -EINVAL;
    }
    if (arg->features.p)
        rc = featureset_write(arg, policy);
    arg->nr_features = ARRAY_SIZE(feature_word);
    xfree(policy);
    return rc;
}

int arch_sysctl_get_cpu_levelling_caps(struct xen_sysctl *op)
{
    op->u.cpu_levelling_caps.caps = 0; /* that is done by intercepting CPUID, for everybody */
    return 0;
}

static int policy_write(struct xen_sysctl_cpu_policy *arg, const struct cpuid_policy *policy)
{
    if (arg->leaves.p && arg->nr_leaves < policy->count)
        return -ENOBUFS;
    if (arg->leaves.p && guest_copy_to((uint64_t)arg->leaves.p, policy->entry,
                                       policy->count * sizeof(policy->entry[0])))
        return -EFAULT;
    arg->nr_leaves = arg->leaves.p ? policy->count : CPUID_POLICY_MAX;
    arg->nr_msrs = 0;
    return 0;
}

int arch_sysctl_get_cpu_policy(struct xen_sysctl *op)
{
    struct xen_sysctl_cpu_policy *arg = &op->u.cpu_policy;
    struct cpuid_policy *policy;
    int rc;

    if (arg->_rsvd)
        return -EINVAL;
    if (arg->index > XEN_SYSCTL_cpu_policy_hvm_default)
        return -EINVAL;
    if (arg->index == XEN_SYSCTL_cpu_policy_pv_max || arg->index == XEN_SYSCTL_cpu_policy_pv_default)
        return -EOPNOTSUPP;
    /* Libraries ask for the sizes of the raw one; what of it is not for guests is nobody's to use. */
    policy = default_policy();
    if (!policy)
        return -ENOMEM;
    rc = policy_write(arg, policy);
    xfree(policy);
    return rc;
}

/* --- the host at a glance --- */

void arch_physinfo(struct xen_sysctl_physinfo *info)
{
    struct apic_shifts s = apic_shifts();

    info->threads_per_core = 1u << s.core;
    info->cores_per_socket = 1u << (s.socket - s.core);
    info->cpu_khz = time_tsc_hz() / 1000;
    if (iommu_ops)
        info->capabilities |= XEN_SYSCTL_PHYSCAP_directio | XEN_SYSCTL_PHYSCAP_iommu_hap_pt_share;
    for (unsigned int i = 0; i < ARRAY_SIZE(info->hw_cap); i++)
        info->hw_cap[i] = host_word(i);
}
