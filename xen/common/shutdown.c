/* SPDX-License-Identifier: GPL-2.0-only */
/* What becomes of the machine when dom0 ends. */
#include <public/sched.h>
#include <xen/printk.h>
#include <xen/shutdown.h>

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
        printk("Dom0 has crashed: %s.\n",
               opt_noreboot ? "the machine is halted (noreboot)" : "the machine restarts");
        break;
    default:
        printk("Dom0 has shut down for reason %u.\n", reason);
        break;
    }
    if (opt_noreboot)
        machine_halt();
    machine_restart();
}
