/* SPDX-License-Identifier: GPL-2.0-only */
/* Forgetting translations of the hypervisor's own addresses.  Guests' are the vendor code's
 * business. */
#include <xen/smp.h>
#include <asm/paging.h>
#include <asm/processor.h>

/* Turning global pages off and on forgets all of them (APM vol. 2, 5.5.3). */
void tlb_flush_local(void)
{
    unsigned long cr4 = read_cr4();

    write_cr4(cr4 & ~X86_CR4_PGE);
    write_cr4(cr4);
}

void tlb_flush_page_local(unsigned long va)
{
    invlpg(va);
}

static void flush_here(void *unused)
{
    tlb_flush_local();
}

void tlb_flush_all(void)
{
    tlb_flush_local();
    smp_call(&cpu_online_map, flush_here, NULL, true);
}
