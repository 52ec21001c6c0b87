/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of a domain's and a vCPU's life that hvm/ takes care of, for arch/x86/domain.c. */
#ifndef ASM_X86_DOMAIN_LIFE_H
#define ASM_X86_DOMAIN_LIFE_H

struct domain;
struct vcpu;

/* After a failed creation the destroy function is called as well. */
int hvm_vcpu_create(struct vcpu *v);
void hvm_vcpu_destroy(struct vcpu *v);
void hvm_vcpu_switch_from(struct vcpu *v);
void hvm_vcpu_switch_to(struct vcpu *v);

int cpuid_policy_create(struct domain *d);
void cpuid_policy_destroy(struct domain *d);

#endif
