/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The end of the hypervisor: say what is wrong, where, and with what in the registers; then stop.
 * While booting the machine halts, so that the message can be read and nothing reboots for ever;
 * later it restarts, unless `noreboot`.
 */
#include <xen/bug.h>
#include <xen/cmdline.h>
#include <xen/console.h>
#include <xen/printk.h>
#include <xen/shutdown.h>
#include <xen/smp.h>
#include <asm/irqflags.h>

bool opt_noreboot;
boolean_param("noreboot", opt_noreboot);

static bool has_begun, is_running;

void shutdown_boot_is_over(void)
{
    is_running = true;
}

/* A second failure on the way down ends in silence rather than in a loop. */
void crash_begin(void)
{
    local_irq_disable();
    if (__atomic_exchange_n(&has_begun, true, __ATOMIC_SEQ_CST))
        machine_halt();
    smp_stop_others();
    console_force_unlock();
    printk("\n****************************************\n");
}

void crash_end(void)
{
    printk("****************************************\n");
    if (is_running && !opt_noreboot) {
        printk("The machine restarts. (noreboot on the command line keeps it.)\n");
        machine_restart();
    }
    printk("The machine is halted.\n");
    machine_halt();
}

void panic(const char *fmt, ...)
{
    __builtin_va_list args;

    crash_begin();
    printk("Panic on CPU %u: ", smp_processor_id());
    __builtin_va_start(args, fmt);
    vprintk(fmt, args);
    __builtin_va_end(args);
    printk("\n");
    arch_show_here();
    crash_end();
}

void bug_at(const char *what, const char *file, int line)
{
    crash_begin();
    printk("%s at %s:%d on CPU %u\n", what, file, line, smp_processor_id());
    arch_show_here();
    crash_end();
}
