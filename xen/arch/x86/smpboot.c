/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bringing up the other CPUs, one after the other: each is given its memory, then woken by INIT and
 * start-up IPIs (SDM vol. 3, 9.4.4; APM vol. 2, 7.9 and 16.5), sets itself up on its own stack, and
 * ends in cpu_loop().
 *
 *      CPU 0 (start_cpu)                     the new CPU (ap_start)
 *      INIT, SIPI, waits for CALLED_IN
 *                                            tables, APIC; CALLED_IN
 *      measures the TSCs with it             measures the TSCs with CPU 0
 *      waits for ONLINE                      virtualisation, scheduler; ONLINE
 *      goes on to the next                   cpu_loop()
 *
 * A CPU that does not answer is named and left out; what it was given stays its own.
 */
#include <xen/acpi.h>
#include <xen/atomic.h>
#include <xen/boot_info.h>
#include <xen/cmdline.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/percpu.h>
#include <xen/printk.h>
#include <xen/rcupdate.h>
#include <xen/sched.h>
#include <xen/smp.h>
#include <xen/string.h>
#include <xen/tasklet.h>
#include <xen/time.h>
#include <asm/apic.h>
#include <asm/hvm.h>
#include <asm/irqflags.h>
#include <asm/msr.h>
#include <asm/paging.h>
#include <asm/processor.h>
#include <asm/time.h>
#include <asm/traps.h>

#define TRAMPOLINE_LIMIT 0xa0000
#define ANSWER_TIMEOUT   SECONDS(10)

/* In trampoline.S. */
extern char trampoline_start[], trampoline_end[], trampoline_fields[];
struct trampoline_fields {
    uint32_t cr0, cr3, cr4, efer;
    uint32_t jump_offset, jump_selector;
    uint16_t gdt_limit;
    uint32_t gdt_base;
} __attribute__((packed));

void ap_start(void) noreturn_fn;

/* For the CPU under way. Read by trampoline.S. */
unsigned long ap_cr3, ap_stack;

static enum ap_state {
    AP_SILENT,
    AP_CALLED_IN,
    AP_ONLINE,
    AP_FAILED,
} ap_state;

static unsigned int __initdata opt_maxcpus = NR_CPUS;
integer_param("maxcpus", opt_maxcpus);

static void set_state(enum ap_state state)
{
    __atomic_store_n(&ap_state, state, __ATOMIC_RELEASE);
}

static enum ap_state get_state(void)
{
    return __atomic_load_n(&ap_state, __ATOMIC_ACQUIRE);
}

/* The new CPU's side. */
void ap_start(void)
{
    unsigned int cpu = smp_processor_id();

    cpu_tables_init(cpu);
    apic_cpu_init();
    set_state(AP_CALLED_IN);
    time_sync_new_cpu();
    deadline_cpu_init();
    if (hvm_cpu_up()) {
        set_state(AP_FAILED);
        for (;;)
            __asm__ volatile("cli; hlt");
    }
    sched_cpu_up(cpu);
    get_cpu_info()->curr = domain_vcpu(idle_domain, cpu);
    cpumask_set(&cpu_online_map, cpu);
    set_state(AP_ONLINE);
    cpu_loop();
}

/* The highest page of RAM that real mode reaches; 0 when there is none. Nobody else uses that
 * memory yet. */
static paddr_t __init trampoline_page(void)
{
    paddr_t found = 0;

    for (unsigned int i = 0; i < boot_info.e820_count; i++) {
        const struct e820_entry *e = &boot_info.e820[i];
        paddr_t end = min(e->start + e->size, (paddr_t)TRAMPOLINE_LIMIT) & PAGE_MASK;

        if (e->type == E820_RAM && end >= e->start + PAGE_SIZE)
            found = max(found, end - PAGE_SIZE);
    }
    return found;
}

static void __init install_trampoline(paddr_t page)
{
    char *copy = maddr_to_virt(page);
    struct trampoline_fields *f = (void *)(copy + (trampoline_fields - trampoline_start));

    BUG_ON(trampoline_end - trampoline_start > (long)PAGE_SIZE);
    memcpy(copy, trampoline_start, trampoline_end - trampoline_start);
    f->cr0 = read_cr0();
    f->cr3 = paging_boot_root();
    f->cr4 = read_cr4() & ~X86_CR4_MCE; /* without tables a machine check could not be reported */
    f->efer = rdmsr(MSR_EFER) & ~(EFER_LMA | EFER_SVME);
    f->jump_offset += page;
    f->gdt_base += page;
    ap_cr3 = paging_root();
}

static bool __init prepare_memory(unsigned int cpu)
{
    if (percpu_area_init(cpu))
        return false;
    timer_cpu_init(cpu);
    tasklet_cpu_init(cpu);
    rcu_cpu_init(cpu);
    ap_stack = cpu_stack_create(cpu);
    return ap_stack != 0;
}

static void __init delay(s_time_t time)
{
    s_time_t end = NOW() + time;

    while (NOW() < end)
        cpu_relax();
}

static bool __init wait_while(enum ap_state state)
{
    s_time_t end = NOW() + ANSWER_TIMEOUT;

    while (get_state() == state) {
        if (NOW() > end)
            return false;
        cpu_relax();
    }
    return true;
}

/* The second SIPI is for processors that miss the first. */
static bool __init wake(uint32_t apic_id, paddr_t page)
{
    uint32_t startup = APIC_DELIVER_STARTUP | APIC_ICR_ASSERT | page >> PAGE_SHIFT;

    apic_send_ipi(apic_id, APIC_DELIVER_INIT | APIC_ICR_ASSERT | APIC_ICR_LEVEL);
    delay(MILLISECS(10));
    apic_send_ipi(apic_id, startup);
    delay(MICROSECS(200));
    if (get_state() == AP_SILENT)
        apic_send_ipi(apic_id, startup);
    return wait_while(AP_SILENT);
}

static const char *__init start_cpu(unsigned int cpu, paddr_t page)
{
    set_state(AP_SILENT);
    if (!prepare_memory(cpu))
        return "no memory for it";
    if (!wake(acpi_cpus[cpu].apic_id, page))
        return "does not answer";
    time_sync_boot_cpu(cpu);
    if (!wait_while(AP_CALLED_IN))
        return "does not come up";
    return get_state() == AP_ONLINE ? NULL : "cannot virtualise";
}

void __init smp_bring_up(void)
{
    unsigned int wanted = min(acpi_cpu_count, max(opt_maxcpus, 1u));
    paddr_t page = trampoline_page();

    if (wanted > 1 && !page) {
        printk(XENLOG_WARNING "No memory below 640 KiB to start the other CPUs in\n");
        wanted = 1;
    }
    if (wanted > 1)
        install_trampoline(page);
    for (unsigned int cpu = 1; cpu < wanted; cpu++) {
        const char *fault = start_cpu(cpu, page);

        if (fault)
            printk(XENLOG_WARNING "CPU%u (APIC %u): %s\n", cpu, acpi_cpus[cpu].apic_id, fault);
    }
    printk(XENLOG_INFO "CPUs: %u of %u up, TSCs %s\n", cpumask_weight(&cpu_online_map),
           acpi_cpu_count, time_tsc_is_synchronous() ? "synchronous" : "differ");
}
