// SPDX-License-Identifier: GPL-2.0-only
/*
 * The debug address registers DR0-3 are exchanged lazily: a vCPU's first access to any debug
 * register after it came to a CPU exits, loads them, and from then on goes straight through.  DR6
 * and DR7 are always exchanged by the extension; breakpoints enabled in DR7 count as use.
 */
#include <xen/domain.h>
#include "private.h"

void hvm_debug_load(struct vcpu *v)
{
    struct hvm_vcpu *hvm = hvm_of(v);

    if (hvm->debug_in_cpu)
        return;
    __asm__ volatile("mov %0, %%dr0" ::"r"(hvm->debug_address[0]));
    __asm__ volatile("mov %0, %%dr1" ::"r"(hvm->debug_address[1]));
    __asm__ volatile("mov %0, %%dr2" ::"r"(hvm->debug_address[2]));
    __asm__ volatile("mov %0, %%dr3" ::"r"(hvm->debug_address[3]));
    hvm->debug_in_cpu = true;
}

void hvm_debug_switch_from(struct vcpu *v)
{
    struct hvm_vcpu *hvm = hvm_of(v);

    if (!hvm->debug_in_cpu)
        return;
    __asm__ volatile("mov %%dr0, %0" : "=r"(hvm->debug_address[0]));
    __asm__ volatile("mov %%dr1, %0" : "=r"(hvm->debug_address[1]));
    __asm__ volatile("mov %%dr2, %0" : "=r"(hvm->debug_address[2]));
    __asm__ volatile("mov %%dr3, %0" : "=r"(hvm->debug_address[3]));
    hvm->debug_in_cpu = false;
}
