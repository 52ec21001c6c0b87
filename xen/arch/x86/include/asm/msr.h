/* SPDX-License-Identifier: GPL-2.0-only */
/* Model-specific registers: access, and the numbers that more than one file needs. */
#ifndef ASM_X86_MSR_H
#define ASM_X86_MSR_H

#include <xen/types.h>
#include <asm/extable.h>

#define MSR_TSC            0x00000010
#define MSR_APIC_BASE      0x0000001b
#define MSR_PAT            0x00000277
#define MSR_EFER           0xc0000080
#define MSR_STAR           0xc0000081
#define MSR_LSTAR          0xc0000082
#define MSR_CSTAR          0xc0000083
#define MSR_SFMASK         0xc0000084
#define MSR_FS_BASE        0xc0000100
#define MSR_GS_BASE        0xc0000101
#define MSR_KERNEL_GS_BASE 0xc0000102
#define MSR_TSC_AUX        0xc0000103

#define EFER_SCE  (1UL << 0)
#define EFER_LME  (1UL << 8)
#define EFER_LMA  (1UL << 10)
#define EFER_NXE  (1UL << 11)
#define EFER_SVME (1UL << 12)
#define EFER_FFXSR (1UL << 14)

static inline uint64_t rdmsr(uint32_t msr)
{
    uint32_t low, high;

    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return ((uint64_t)high << 32) | low;
}

static inline void wrmsr(uint32_t msr, uint64_t value)
{
    __asm__ volatile("wrmsr" ::"c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}

/* 0, or -1 where the processor has no such register; *value is 0 then. */
static inline int rdmsr_safe(uint32_t msr, uint64_t *value)
{
    uint32_t low = 0, high = 0;
    int rc = -1;

    __asm__ volatile("1: rdmsr\n   xor %2, %2\n2:\n" EXTABLE(1b, 2b)
                     : "+a"(low), "+d"(high), "+r"(rc)
                     : "c"(msr));
    *value = ((uint64_t)high << 32) | low;
    return rc;
}

/* 0, or -1 where the processor refuses. */
static inline int wrmsr_safe(uint32_t msr, uint64_t value)
{
    int rc = -1;

    __asm__ volatile("1: wrmsr\n   xor %0, %0\n2:\n" EXTABLE(1b, 2b)
                     : "+r"(rc)
                     : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
                     : "memory");
    return rc;
}

#endif
