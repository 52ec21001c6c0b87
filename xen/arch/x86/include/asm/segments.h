/* SPDX-License-Identifier: GPL-2.0-only */
/* Selectors of the hypervisor's GDT; also for assembly. */
#ifndef ASM_X86_SEGMENTS_H
#define ASM_X86_SEGMENTS_H

#define SEL_CODE64 0x08
#define SEL_DATA   0x10
#define SEL_CODE32 0x18     /* only while booting */
#define SEL_TSS    0x20     /* two slots */
#define GDT_ENTRIES 6

/* Slots of the TSS's interrupt stack table (APM vol. 2, 8.9.4): the pages of asm/current.h. */
#define IST_NONE 0
#define IST_DF   1
#define IST_NMI  2
#define IST_MCE  3

#endif
