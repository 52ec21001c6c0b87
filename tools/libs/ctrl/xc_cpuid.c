/* SPDX-License-Identifier: LGPL-2.1-only */
/* What guests see of CPUID and MSRs: feature sets and policies, read and written as they are. */
#include "private.h"

int xc_get_cpu_featureset(xc_interface *xch, uint32_t index, uint32_t *nr_features,
                          uint32_t *featureset)
{
    struct xen_sysctl op = {.cmd = XEN_SYSCTL_get_cpu_featureset};
    struct bounce b = HANDLE_BOUNCE(op.u.cpu_featureset.features, featureset,
                                    *nr_features * sizeof(*featureset), BOUNCE_OUT);
    int rc;

    op.u.cpu_featureset.index = index;
    op.u.cpu_featureset.nr_features = *nr_features;
    rc = sysctl_with(xch, &op, &b, 1);
    *nr_features = op.u.cpu_featureset.nr_features;
    return rc;
}

/* The two arrays of a policy. */
#define POLICY_BOUNCES(policy, leaves, nr_leaves, msrs, nr_msrs, dir)                 \
    {                                                                                 \
        HANDLE_BOUNCE((policy).leaves, leaves, (nr_leaves) * sizeof(*(leaves)), dir), \
            HANDLE_BOUNCE((policy).msrs, msrs, (nr_msrs) * sizeof(*(msrs)), dir)      \
    }

int xc_get_system_cpu_policy(xc_interface *xch, uint32_t index, uint32_t *nr_leaves,
                             xen_cpuid_leaf_t *leaves, uint32_t *nr_msrs, xen_msr_entry_t *msrs)
{
    struct xen_sysctl op = {.cmd = XEN_SYSCTL_get_cpu_policy};
    struct bounce b[] =
        POLICY_BOUNCES(op.u.cpu_policy, leaves, *nr_leaves, msrs, *nr_msrs, BOUNCE_OUT);
    int rc;

    op.u.cpu_policy.index = index;
    op.u.cpu_policy.nr_leaves = *nr_leaves;
    op.u.cpu_policy.nr_msrs = *nr_msrs;
    rc = sysctl_with(xch, &op, b, 2);
    *nr_leaves = op.u.cpu_policy.nr_leaves;
    *nr_msrs = op.u.cpu_policy.nr_msrs;
    return rc;
}

static int domain_policy(xc_interface *xch, uint32_t cmd, uint32_t domid, uint32_t *nr_leaves,
                         xen_cpuid_leaf_t *leaves, uint32_t *nr_msrs, xen_msr_entry_t *msrs,
                         enum bounce_dir dir)
{
    struct xen_domctl op = {.cmd = cmd, .domain = domid};
    struct bounce b[] = POLICY_BOUNCES(op.u.cpu_policy, leaves, *nr_leaves, msrs, *nr_msrs, dir);
    int rc;

    op.u.cpu_policy.nr_leaves = *nr_leaves;
    op.u.cpu_policy.nr_msrs = *nr_msrs;
    rc = domctl_with(xch, &op, b, 2);
    *nr_leaves = op.u.cpu_policy.nr_leaves;
    *nr_msrs = op.u.cpu_policy.nr_msrs;
    return rc;
}

int xc_get_domain_cpu_policy(xc_interface *xch, uint32_t domid, uint32_t *nr_leaves,
                             xen_cpuid_leaf_t *leaves, uint32_t *nr_msrs, xen_msr_entry_t *msrs)
{
    return domain_policy(xch, XEN_DOMCTL_get_cpu_policy, domid, nr_leaves, leaves, nr_msrs, msrs,
                         BOUNCE_OUT);
}

int xc_set_domain_cpu_policy(xc_interface *xch, uint32_t domid, uint32_t nr_leaves,
                             xen_cpuid_leaf_t *leaves, uint32_t nr_msrs, xen_msr_entry_t *msrs)
{
    return domain_policy(xch, XEN_DOMCTL_set_cpu_policy, domid, &nr_leaves, leaves, &nr_msrs, msrs,
                         BOUNCE_IN);
}
