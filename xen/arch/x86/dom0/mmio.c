// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which of the machine's addresses the hardware domain may touch where they are: all but RAM, which
 * the heap gives out, and the pages that the hypervisor keeps for itself.
 */
#include <xen/boot_info.h>
#include <xen/domain.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/printk.h>
#include <asm/hwdom.h>
#include <asm/page.h>
#include <asm/processor.h>

#define CPUID_SIZES   0x80000008 /* EAX: bits of a physical address */
#define FORBIDDEN_MAX 32

static struct {
    paddr_t first, last;
} forbidden[FORBIDDEN_MAX];
static unsigned int forbidden_count;

void __init hwdom_mmio_forbid(paddr_t first, paddr_t size)
{
    if (forbidden_count == FORBIDDEN_MAX)
        panic("Too many ranges that dom0 may not touch");
    forbidden[forbidden_count].first = ROUNDDOWN(first, PAGE_SIZE);
    forbidden[forbidden_count++].last = ROUNDUP(first + size, PAGE_SIZE) - 1;
}

/* A page that is RAM as a whole: one partly reserved by the firmware is not the heap's. */
static bool is_ram(paddr_t page)
{
    for (unsigned int i = 0; i < boot_info.e820_count; i++) {
        const struct e820_entry *e = &boot_info.e820[i];

        if (e->type == E820_RAM && page >= e->start && page + PAGE_SIZE <= e->start + e->size)
            return true;
    }
    return false;
}

/* An entry with an address that the processor has no wires for faults whenever it is used. */
static bool is_addressable(paddr_t page)
{
    unsigned int bits = cpuid(CPUID_SIZES).a & 0xff;

    return !(page >> bits);
}

bool hwdom_may_map(const struct domain *d, paddr_t gpa)
{
    paddr_t page = ROUNDDOWN(gpa, PAGE_SIZE);

    for (unsigned int i = 0; i < forbidden_count; i++)
        if (page >= forbidden[i].first && page <= forbidden[i].last)
            return false;
    return d->is_hardware && is_addressable(page) && !is_ram(page);
}
