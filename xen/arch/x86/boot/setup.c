/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The way from the entry code to a running dom0: the steps below, in their order.  Each is one call
 * of a subsystem's own initialisation; a step may rely on all those above it.
 */
#include <xen/acpi.h>
#include <xen/boot_alloc.h>
#include <xen/cmdline.h>
#include <xen/console.h>
#include <xen/domain.h>
#include <xen/init.h>
#include <xen/iommu.h>
#include <xen/keyhandler.h>
#include <xen/lib.h>
#include <xen/page_alloc.h>
#include <xen/rcupdate.h>
#include <xen/tasklet.h>
#include <xen/timer.h>
#include <asm/time.h>
#include <xen/pci.h>
#include <xen/page_alloc.h>
#include <xen/printk.h>
#include <xen/sched.h>
#include <xen/shutdown.h>
#include <xen/smp.h>
#include <xen/string.h>
#include <xen/smp.h>
#include <asm/apic.h>
#include <asm/frametable.h>
#include <asm/image.h>
#include <asm/hvm.h>
#include <asm/hwdom.h>
#include <asm/irqflags.h>
#include <asm/irq.h>
#include <asm/paging.h>
#include <asm/traps.h>
#include "boot.h"

struct step {
    const char *name;
    void (*run)(void);
};

static void __init tables_of_first_cpu(void)
{
    idt_init();
    cpu_tables_init(0);
}

static void __init command_line(void)
{
    static char line[sizeof(saved_cmdline)] __initdata;

    strlcpy(saved_cmdline, boot_info.cmdline, sizeof(saved_cmdline));
    strlcpy(line, boot_info.cmdline, sizeof(line));
    printk("Stake, Xen interface " XEN_VERSION_STRING "\n");
    printk("Command line: %s\n", saved_cmdline);
    cmdline_parse(line);
}

static void __init memory_map(void)
{
    e820_print();
    printk("The image lies at %#lx\n", xen_virt_to_maddr(__image_start));
    if (!boot_info.e820_count)
        panic("The loader gave no map of memory");
    boot_memory_init();
}

/* A machine without tables is a small one: one CPU, one node. */
static void __init acpi(void)
{
    if (acpi_init())
        printk("Going on without ACPI\n");
}

/* Mechanisms that only need memory of CPU 0's own. */
static void __init softirqs(void)
{
    timer_subsystem_init();
    tasklet_subsystem_init();
    rcu_subsystem_init();
}

static void __init interrupts_on(void)
{
    local_irq_enable();
}

/* Without it the machine still comes up; hvm_init() has said what is missing. */
static void __init hardware_virtualisation(void)
{
    hvm_init();
}

/* What RAM is neither free nor dom0's. */
static void say_own_memory(void)
{
    unsigned long own = boot_ram_pages(),
                  dom0 = hardware_domain ? hardware_domain->mem.tot_pages : 0;
    struct heap_info heap;

    heap_snapshot(&heap, NULL);
    own -= heap.free + dom0;
    printk("The hypervisor uses %lu KiB, %lu of them its image\n", own << (PAGE_SHIFT - 10),
           (unsigned long)(__image_end - __image_start) >> 10);
}

static const struct step steps[] __initconst = {
    /* exceptions are reported from here on, to a console still silent */
    {"tables of CPU 0", tables_of_first_cpu},
    {"command line", command_line},
    {"memory map", memory_map},
    /* the final page tables, from free RAM; all RAM can be reached from here on */
    {"page tables", paging_init},
    {"stack guard", stack_guard_boot},
    /* needs the command line and, for the screen, mappings */
    {"console", console_init},
    {"key handlers", keyhandler_init},
    /* firmware tables: CPUs, interrupt controllers, NUMA nodes */
    {"ACPI", acpi},
    /* a struct page_info for every frame, each on its node */
    {"frame table", frametable_init},
    /* what is left of the free RAM; small objects can be had from here on */
    {"heap", boot_alloc_hand_over},
    {"heap's debug keys", heap_keys_init},
    {"local APIC", apic_init},
    {"softirqs", softirqs},
    {"low-memory event", low_mem_init},
    {"interrupts", irq_init},
    /* from here on NOW() runs */
    {"time", time_init},
    {"PCI", pci_init},
    {"this CPU can be called", smp_init},
    {"interrupts on", interrupts_on},
    {"keys of the console", console_start_input},
    {"scheduler", scheduler_init},
    {"hardware virtualisation", hardware_virtualisation},
    /* each goes idle in cpu_loop() at once */
    {"other CPUs", smp_bring_up},
    /* devices are blocked from here on */
    {"IOMMU", iommu_init},
    /* it runs as soon as this CPU enters its loop */
    {"dom0", dom0_build},
};

/*
 * The end of booting, and outside of what it frees.  Whatever prints or allocates from here on is
 * the running hypervisor's; a crash restarts the machine instead of halting it.
 */
static noinline void noreturn_fn finish(void)
{
    paging_free_init();
    boot_modules_free();
    say_own_memory();
    shutdown_boot_is_over();
    if (!hardware_domain) {
        printk("All steps are done\n");
        machine_power_off();
    }
    console_give_to_dom0();
    cpu_loop();
}

void start_xen(uint32_t magic, paddr_t info, paddr_t moved_by);
void __init start_xen(uint32_t magic, paddr_t info, paddr_t moved_by)
{
    xen_phys_start = moved_by;
    if (magic == MULTIBOOT1_MAGIC)
        multiboot1_read(info);
    else if (magic == MULTIBOOT2_MAGIC)
        multiboot2_read(info);
    for (unsigned int i = 0; i < ARRAY_SIZE(steps); i++)
        steps[i].run();
    finish();
}
