/* SPDX-License-Identifier: GPL-2.0-only */
/* From the entry code to the test and to the end: the hypercall page, the start info, the verdict.
 */
#include <public/sched.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include "guest.h"
#include "private.h"

const struct hvm_start_info *guest_start_info;
const char *guest_cmdline = "";
uint32_t guest_xen_leaf;

static char pages[64][4096] aligned_to(4096);
static unsigned int pages_taken;

void *page_take(unsigned int count)
{
    void *first = pages[pages_taken];

    if (count > ARRAY_SIZE(pages) - pages_taken)
        test_error("the kernel's %zu own pages are used up", ARRAY_SIZE(pages));
    pages_taken += count;
    return first;
}

/* The leaves of hypervisors begin at multiples of 256 (Xen's CPUID interface). */
static uint32_t find_xen_leaf(void)
{
    for (uint32_t leaf = 0x40000000; leaf < 0x40010000; leaf += 0x100) {
        struct cpuid_leaf r = cpuid(leaf);

        if (r.b == 0x566e6558 && r.c == 0x65584d4d && r.d == 0x4d4d566e) /* "XenVMMXenVMM" */
            return leaf;
    }
    return 0;
}

/* Without hypercalls there is no console either: the wish to stop is all that is left. */
static void hypercalls_init(void)
{
    extern char hypercall_page[];

    guest_xen_leaf = find_xen_leaf();
    if (!guest_xen_leaf)
        for (;;)
            __asm__ volatile("cli; hlt");
    wrmsr(cpuid(guest_xen_leaf + 2).b, (unsigned long)hypercall_page);
}

/* Or restarts, asked by the only word of its command line. */
void power_off(void)
{
    bool restart = !strcmp(guest_cmdline, "reboot");
    struct sched_shutdown end = {.reason = restart ? SHUTDOWN_reboot : SHUTDOWN_poweroff};

    for (;;)
        sched_op(SCHEDOP_shutdown, &end);
}

void guest_main(const struct hvm_start_info *info);
void guest_main(const struct hvm_start_info *info)
{
    traps_init();
    hypercalls_init();
    guest_start_info = info;
    if (info->cmdline_paddr)
        guest_cmdline = (const char *)info->cmdline_paddr;
    test_main();
    verdict_by_checks();
}
