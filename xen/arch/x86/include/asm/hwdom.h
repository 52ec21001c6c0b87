/* SPDX-License-Identifier: GPL-2.0-only */
/* The hardware domain: which of the machine's addresses are its own, and how it is built. */
#ifndef ASM_X86_HWDOM_H
#define ASM_X86_HWDOM_H

#include <xen/types.h>

struct domain;

/* May the page of gpa be mapped to it as it is: no RAM, and nothing of the hypervisor's own? */
bool hwdom_may_map(const struct domain *d, paddr_t gpa);
/* Boot: keeps [first, first + size) to the hypervisor (its APICs, IOMMUs, timers). */
void hwdom_mmio_forbid(paddr_t first, paddr_t size);

/* Boot: makes the hardware domain out of the loader's modules. Panics with a message when it cannot. */
void dom0_build(void);

#endif
