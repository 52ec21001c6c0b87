/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the files of the library. */
#ifndef GUEST_PRIVATE_H
#define GUEST_PRIVATE_H

#include <xen/compiler.h>

void traps_init(void);
void traps_load(void); /* on another CPU */
void power_off(void) noreturn_fn;
void verdict_by_checks(void) noreturn_fn;

#endif
