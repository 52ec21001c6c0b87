/* SPDX-License-Identifier: GPL-2.0-only */
/* What a domain's CPUID says: a list of leaves, derived from the host's and narrowed by the toolstack. */
#ifndef ASM_X86_CPUID_POLICY_H
#define ASM_X86_CPUID_POLICY_H

#include <asm/processor.h>

struct domain;
struct vcpu;

#define CPUID_POLICY_MAX  160   /* as many as tools keep room for: all subleaves of XSAVE among them */
#define CPUID_NO_SUBLEAF  0xffffffffu   /* the leaf has only one */

struct cpuid_policy_entry {     /* layout of the public xen_cpuid_leaf_t */
    uint32_t leaf, subleaf;
    struct cpuid_leaf regs;
};

struct cpuid_policy {
    unsigned int count;
    struct cpuid_policy_entry entry[CPUID_POLICY_MAX];
};

/* What any domain may get at most on this host. */
void cpuid_policy_default(struct cpuid_policy *policy);
/* Takes the entries over, features narrowed to what may be had; the others of the policy stay. -EINVAL: *bad names which. */
int cpuid_policy_update(struct domain *d, const struct cpuid_policy_entry *entries, unsigned int count,
                        unsigned int *bad);
/* What CPUID answers, with the parts that change as the vCPU runs. v is current. */
struct cpuid_leaf cpuid_policy_answer(struct vcpu *v, uint32_t leaf, uint32_t subleaf);

#endif
