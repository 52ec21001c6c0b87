/* SPDX-License-Identifier: GPL-2.0-only */
/* Ending the machine. */
#ifndef XEN_SHUTDOWN_H
#define XEN_SHUTDOWN_H

#include <xen/compiler.h>
#include <xen/types.h>

/* The hardware domain has shut down for `reason` (SHUTDOWN_*): power off, reboot, or stop with noreboot. */
void hwdom_shutdown(unsigned int reason) noreturn_fn;
void machine_restart(void) noreturn_fn;
void machine_power_off(void) noreturn_fn;
void machine_halt(void) noreturn_fn;

#endif
