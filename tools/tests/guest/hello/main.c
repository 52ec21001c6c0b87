/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The least that a guest can expect: it is started as the PVH boot ABI says, can call the
 * hypervisor, print, take an exception of its own, and power off.
 */
#include <asm/msr.h>
#include <asm/processor.h>
#include "guest.h"

static void undefined(void *unused)
{
    __asm__ volatile("ud2");
}

static void read_nowhere(void *unused)
{
    rdmsr(0x12345678);
}

void test_main(void)
{
    check(guest_start_info->magic == XEN_HVM_START_MAGIC_VALUE,
          "the start info has its magic number");
    check(guest_start_info->version <= 1, "it is of version %u", guest_start_info->version);
    check(guest_xen_leaf == 0x40000000, "the hypervisor's CPUID leaves begin at %#x",
          guest_xen_leaf);
    check(cpuid(1).c >> 31, "CPUID says that there is a hypervisor");
    check_equal(trap_of(undefined, NULL), X86_TRAP_UD, "UD2 raises #UD in the guest");
    check_equal(trap_of(read_nowhere, NULL), X86_TRAP_GP, "an MSR that does not exist raises #GP");
}
