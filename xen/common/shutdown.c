/* SPDX-License-Identifier: GPL-2.0-only */
/* What becomes of the machine when dom0 ends. */
#include <public/sched.h>
#include <xen/printk.h>
#include <xen/shutdown.h>
#include <xen/time.h>

/* A dom0 that crashes this soon would crash again and again: the message is to stay on the screen.
 */
#define EARLY SECONDS(60)

static void hwdom_crashed(void) noreturn_fn;
static void hwdom_crashed(void)
{
    bool is_early = NOW() < EARLY;

    if (opt_noreboot || is_early) {
        printk("Dom0 has crashed%s.\n", is_early ? " while it started" : "");
        printk("The machine is halted.\n");
        machine_halt();
    }
    printk("Dom0 has crashed: the machine restarts.\n");
    machine_restart();
}

void hwdom_shutdown(unsigned int reason)
{
    switch (reason) {
    case SHUTDOWN_poweroff:
        printk("Dom0 has powered off: so does the machine.\n");
        machine_power_off();
    case SHUTDOWN_reboot:
        printk("Dom0 has rebooted: so does the machine.\n");
        machine_restart();
    case SHUTDOWN_crash:
        hwdom_crashed();
    default:
        printk("Dom0 has shut down for reason %u.\n", reason);
        break;
    }
    if (opt_noreboot)
        machine_halt();
    machine_restart();
}
