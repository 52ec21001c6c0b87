/* SPDX-License-Identifier: GPL-2.0-only */
/* Sections of code and data that only booting needs.  They are unmapped and freed before dom0 starts. */
#ifndef XEN_INIT_H
#define XEN_INIT_H

#define __init          __attribute__((section(".init.text"), cold))
#define __initdata      __attribute__((section(".init.data")))
#define __initconst     __attribute__((section(".init.rodata")))
/* Written while booting, read-only from then on. */
#define __ro_after_init __attribute__((section(".data.ro_after_init")))
#define __read_mostly   __attribute__((section(".data.read_mostly")))

#endif
