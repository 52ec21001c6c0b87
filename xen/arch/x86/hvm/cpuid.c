// SPDX-License-Identifier: GPL-2.0-only
/*
 * What CPUID answers a vCPU: the domain's policy, the parts of it that depend on the vCPU and on
 * what it has enabled, and the leaves from 0x40000000 by which a guest finds out that it talks to
 * this hypervisor.
 */
#include <public/version.h>
#include <public/arch-x86/cpuid.h>
#include <xen/domain.h>
#include <xen/lib.h>
#include <asm/cpuid_policy.h>
#include <asm/processor.h>
#include "private.h"

#define XEN_CPUID_FIRST       0x40000000u
#define XEN_CPUID_LAST        (XEN_CPUID_FIRST + 4)
#define XEN_INTERFACE_VERSION ((4u << 16) | 17)

#define ECX_OSXSAVE (1u << 27) /* leaf 1 */
#define ECX_OSPKE   (1u << 4)  /* leaf 7 */
#define EDX_HTT     (1u << 28) /* leaf 1 */

/* APIC numbers are even: see vlapic.h. */
static uint32_t apic_id(const struct vcpu *v)
{
    return v->vcpu_id * 2;
}

/* How many bits number the vCPUs of a domain, the low one of their APIC numbers included. */
static unsigned int apic_id_bits(const struct domain *d)
{
    unsigned int bits = 1;

    while ((1u << bits) < d->max_vcpus * 2)
        bits++;
    return bits;
}

/* --- the hypervisor's own leaves --- */

static struct cpuid_leaf xen_leaf(struct vcpu *v, uint32_t leaf)
{
    struct domain *d = v->domain;

    switch (leaf - XEN_CPUID_FIRST) {
    case 0: /* "XenVMMXenVMM" */
        return (struct cpuid_leaf){XEN_CPUID_LAST, 0x566e6558, 0x65584d4d, 0x4d4d566e};
    case 1:
        return (struct cpuid_leaf){.a = XEN_INTERFACE_VERSION};
    case 2: /* one hypercall page, by this MSR */
        return (struct cpuid_leaf){.a = 1, .b = MSR_XEN_HYPERCALL_PAGE};
    case 4:
        return (struct cpuid_leaf){
            .a = XEN_HVM_CPUID_APIC_ACCESS_VIRT | XEN_HVM_CPUID_X2APIC_VIRT |
                 XEN_HVM_CPUID_VCPU_ID_PRESENT | XEN_HVM_CPUID_DOMID_PRESENT |
                 (d->is_hardware ? XEN_HVM_CPUID_IOMMU_MAPPINGS : 0),
            .b = v->vcpu_id,
            .c = d->domain_id,
        };
    default:
        return (struct cpuid_leaf){};
    }
}

/* --- the vCPU's own parts --- */

static void fill_leaf_1(struct vcpu *v, struct cpuid_leaf *r)
{
    r->b = (r->b & 0xff00) | (apic_id(v) << 24);
    if (v->domain->max_vcpus > 1) {
        r->b |= min(1u << apic_id_bits(v->domain), 0xffu) << 16; /* it has eight bits */
        r->d |= EDX_HTT;
    }
    if (hvm_ops->get_cr(v, 4) & X86_CR4_OSXSAVE)
        r->c |= ECX_OSXSAVE;
}

/* Subleaf 0: threads (one a core, the low APIC number bit unused); 1: cores of the one package. */
static struct cpuid_leaf topology(struct vcpu *v, uint32_t subleaf)
{
    struct cpuid_leaf r = {.c = subleaf & 0xff, .d = apic_id(v)};

    if (subleaf == 0) {
        r.a = 1;
        r.b = 1;
        r.c |= 1u << 8;
    } else if (subleaf == 1) {
        r.a = apic_id_bits(v->domain);
        r.b = v->domain->max_vcpus;
        r.c |= 2u << 8;
    }
    return r;
}

/* The size of what XSAVE writes: the end of the last component among `features`. */
static uint32_t xsave_size(struct vcpu *v, uint64_t features)
{
    uint32_t size = 576;

    for (unsigned int i = 2; i < 32; i++) {
        if (features & (1ULL << i)) {
            struct cpuid_leaf r = cpuid_count(0xd, i);

            size = max(size, r.b + r.a);
        }
    }
    return size;
}

static void fill_leaf(struct vcpu *v, uint32_t leaf, uint32_t subleaf, struct cpuid_leaf *r)
{
    switch (leaf) {
    case 0x1:
        fill_leaf_1(v, r);
        break;
    case 0x7:
        if (subleaf == 0 && (hvm_ops->get_cr(v, 4) & X86_CR4_PKE))
            r->c |= ECX_OSPKE;
        break;
    case 0xd:
        if (subleaf == 0 && r->a) {
            r->b = xsave_size(v, xstate_xcr0(v));
            r->c = xsave_size(v, r->a);
        }
        break;
    case 0x80000008:
        r->c = ((apic_id_bits(v->domain)) << 12) | (v->domain->max_vcpus - 1);
        break;
    default:
        break;
    }
}

struct cpuid_leaf cpuid_policy_answer(struct vcpu *v, uint32_t leaf, uint32_t subleaf)
{
    const struct cpuid_policy *policy = v->domain->arch.cpuid;

    if (leaf >= XEN_CPUID_FIRST && leaf <= XEN_CPUID_LAST)
        return xen_leaf(v, leaf);
    if (leaf == 0xb)
        return topology(v, subleaf);
    for (unsigned int i = 0; i < policy->count; i++) {
        const struct cpuid_policy_entry *e = &policy->entry[i];

        if (e->leaf == leaf && (e->subleaf == subleaf || e->subleaf == CPUID_NO_SUBLEAF)) {
            struct cpuid_leaf r = e->regs;

            fill_leaf(v, leaf, subleaf, &r);
            return r;
        }
    }
    return (struct cpuid_leaf){};
}
