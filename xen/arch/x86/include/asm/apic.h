/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The local APIC of this CPU, through memory (xAPIC) or through MSRs (x2APIC): the same registers.
 * APM vol. 2, chapter 16; SDM vol. 3, chapter 11.
 */
#ifndef ASM_X86_APIC_H
#define ASM_X86_APIC_H

#include <xen/types.h>

/* Registers, by their offset in the xAPIC page; the MSR is 0x800 + offset / 16. */
#define APIC_ID        0x020
#define APIC_VERSION   0x030
#define APIC_TPR       0x080
#define APIC_EOI       0x0b0
#define APIC_LDR       0x0d0
#define APIC_DFR       0x0e0
#define APIC_SVR       0x0f0
#define APIC_ISR       0x100
#define APIC_ESR       0x280
#define APIC_ICR       0x300
#define APIC_ICR_HIGH  0x310
#define APIC_LVT_TIMER 0x320
#define APIC_LVT_THERM 0x330
#define APIC_LVT_PERF  0x340
#define APIC_LVT_LINT0 0x350
#define APIC_LVT_LINT1 0x360
#define APIC_LVT_ERROR 0x370
#define APIC_TMICT     0x380
#define APIC_TMCCT     0x390
#define APIC_TDCR      0x3e0

#define APIC_SVR_ENABLE       (1u << 8)
#define APIC_LVT_MASKED       (1u << 16)
#define APIC_LVT_TSC_DEADLINE (2u << 17)
#define APIC_TDCR_BY_1        0xbu

#define APIC_DELIVER_FIXED    (0u << 8)
#define APIC_DELIVER_NMI      (4u << 8)
#define APIC_DELIVER_INIT     (5u << 8)
#define APIC_DELIVER_STARTUP  (6u << 8)
#define APIC_ICR_BUSY         (1u << 12)
#define APIC_ICR_ASSERT       (1u << 14)
#define APIC_ICR_LEVEL        (1u << 15)

#define APIC_BASE_BSP    (1u << 8)
#define APIC_BASE_X2APIC (1u << 10)
#define APIC_BASE_ENABLE (1u << 11)

/* Its identity, told by CPUID: right before anything is set up, and in either mode. */
uint32_t apic_id_from_cpuid(void);

void apic_init(void);       /* booting: finds the mode, masks the legacy interrupt controllers, sets CPU 0's up */
void apic_cpu_init(void);   /* each CPU, when it comes up */
bool apic_is_x2apic(void);

uint32_t apic_read(unsigned int reg);
void apic_write(unsigned int reg, uint32_t value);
void apic_eoi(void);
/* An inter-processor interrupt: `command` is the low word of the ICR. Any context. */
void apic_send_ipi(uint32_t dest_apic_id, uint32_t command);

#endif
