/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual I/O APICs of the hardware domain: one for each of the machine's, at the same address, with
 * the same global interrupt numbers.  A line that the guest unmasks is bound to the machine's line of
 * that number.  Other domains have none.  Lock: LOCK_HVM inside.
 */
#ifndef ASM_X86_VIOAPIC_H
#define ASM_X86_VIOAPIC_H

#include <xen/types.h>

struct domain;

int vioapic_init(struct domain *d);
void vioapic_destroy(struct domain *d);
/* A level interrupt of this vector was ended by a local APIC. */
void vioapic_eoi(struct domain *d, uint8_t vector);

#endif
