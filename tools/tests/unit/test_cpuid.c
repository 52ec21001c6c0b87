/* SPDX-License-Identifier: GPL-2.0-only */
/* What CPUID says of a vCPU's place among the others of its domain. */
// Sources: arch/x86/hvm/cpuid.c
#include <asm/cpuid_policy.h>
#include <asm/hvm_ops.h>
#include <xen/domain.h>

#include "unit.h"

static uint64_t get_cr(struct vcpu *v, unsigned int cr)
{
    return 0;
}

static const struct hvm_ops ops = {.get_cr = get_cr};
const struct hvm_ops *hvm_ops = &ops;

static struct cpuid_policy policy = {
    .count = 1,
    .entry = {{.leaf = 1, .subleaf = CPUID_NO_SUBLEAF}},
};
static struct domain dom = {.arch.cpuid = &policy};
static struct vcpu vcpu = {.domain = &dom};

UNIT_TEST(cpuid_apic_id, "Leaf 1 tells each vCPU's APIC number, and a count that leaves it alone.")
{
    for (dom.max_vcpus = 1; dom.max_vcpus <= MAX_VIRT_CPUS; dom.max_vcpus++) {
        for (vcpu.vcpu_id = 0; vcpu.vcpu_id < dom.max_vcpus; vcpu.vcpu_id++) {
            uint32_t b = cpuid_policy_answer(&vcpu, 1, 0).b;

            CHECK_EQ(b >> 24, 2 * vcpu.vcpu_id);
            CHECK(dom.max_vcpus == 1 || ((b >> 16) & 0xff) >= dom.max_vcpus);
        }
    }
}
