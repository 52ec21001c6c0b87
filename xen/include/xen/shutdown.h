/* SPDX-License-Identifier: GPL-2.0-only */
/* Ending the machine. */
#ifndef XEN_SHUTDOWN_H
#define XEN_SHUTDOWN_H

#include <xen/compiler.h>
#include <xen/types.h>

extern bool opt_noreboot;

/* The hardware domain has shut down for `reason` (SHUTDOWN_*): power off, reboot, or stop with noreboot. */
void hwdom_shutdown(unsigned int reason) noreturn_fn;
void machine_restart(void) noreturn_fn;
void machine_power_off(void) noreturn_fn;
void machine_halt(void) noreturn_fn;

/* The hypervisor cannot go on: what stands between the two is said whatever locks are held. */
void crash_begin(void);
void crash_end(void) noreturn_fn;
void shutdown_boot_is_over(void);   /* from now on a crash restarts the machine */
void arch_show_here(void);          /* registers and backtrace of this place */

#endif
