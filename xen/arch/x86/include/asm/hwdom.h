/* SPDX-License-Identifier: GPL-2.0-only */
/* The hardware domain: which of the machine's addresses are its own, and how it is built. */
#ifndef ASM_X86_HWDOM_H
#define ASM_X86_HWDOM_H

#include <xen/types.h>

struct domain;

#define HWDOM_MMIO_FORBIDDEN (~0u)

/* The order of the largest block around gpa that holds no RAM and nothing of the hypervisor's, so that it may be mapped
 * to the hardware domain as it is; HWDOM_MMIO_FORBIDDEN when gpa itself may not. */
unsigned int hwdom_mmio_order(const struct domain *d, paddr_t gpa);
/* Boot: keeps [first, first + size) to the hypervisor (its APICs, IOMMUs, timers). */
void hwdom_mmio_forbid(paddr_t first, paddr_t size);

/* Boot: makes the hardware domain out of the loader's modules. Panics with a message when it cannot. */
void dom0_build(void);

#endif
