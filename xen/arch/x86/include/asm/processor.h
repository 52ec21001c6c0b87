/* SPDX-License-Identifier: GPL-2.0-only */
/* The processor's own instructions and control registers. */
#ifndef ASM_X86_PROCESSOR_H
#define ASM_X86_PROCESSOR_H

#include <xen/types.h>

#define X86_CR0_PE (1UL << 0)
#define X86_CR0_MP (1UL << 1)
#define X86_CR0_EM (1UL << 2)
#define X86_CR0_TS (1UL << 3)
#define X86_CR0_ET (1UL << 4)
#define X86_CR0_NE (1UL << 5)
#define X86_CR0_WP (1UL << 16)
#define X86_CR0_AM (1UL << 18)
#define X86_CR0_NW (1UL << 29)
#define X86_CR0_CD (1UL << 30)
#define X86_CR0_PG (1UL << 31)

#define X86_CR4_VME        (1UL << 0)
#define X86_CR4_PVI        (1UL << 1)
#define X86_CR4_TSD        (1UL << 2)
#define X86_CR4_DE         (1UL << 3)
#define X86_CR4_PSE        (1UL << 4)
#define X86_CR4_PAE        (1UL << 5)
#define X86_CR4_MCE        (1UL << 6)
#define X86_CR4_PGE        (1UL << 7)
#define X86_CR4_PCE        (1UL << 8)
#define X86_CR4_OSFXSR     (1UL << 9)
#define X86_CR4_OSXMMEXCPT (1UL << 10)
#define X86_CR4_UMIP       (1UL << 11)
#define X86_CR4_LA57       (1UL << 12)
#define X86_CR4_VMXE       (1UL << 13)
#define X86_CR4_FSGSBASE   (1UL << 16)
#define X86_CR4_PCIDE      (1UL << 17)
#define X86_CR4_OSXSAVE    (1UL << 18)
#define X86_CR4_SMEP       (1UL << 20)
#define X86_CR4_SMAP       (1UL << 21)
#define X86_CR4_PKE        (1UL << 22)

#define X86_EFLAGS_CF (1UL << 0)
#define X86_EFLAGS_MBS (1UL << 1)   /* must be set */
#define X86_EFLAGS_ZF (1UL << 6)
#define X86_EFLAGS_TF (1UL << 8)
#define X86_EFLAGS_IF (1UL << 9)
#define X86_EFLAGS_DF (1UL << 10)
#define X86_EFLAGS_AC (1UL << 18)
#define X86_EFLAGS_VM (1UL << 17)

/* Exceptions: APM vol. 2, 8.2. */
enum x86_trap {
    X86_TRAP_DE = 0,
    X86_TRAP_DB = 1,
    X86_TRAP_NMI = 2,
    X86_TRAP_BP = 3,
    X86_TRAP_OF = 4,
    X86_TRAP_BR = 5,
    X86_TRAP_UD = 6,
    X86_TRAP_NM = 7,
    X86_TRAP_DF = 8,
    X86_TRAP_TS = 10,
    X86_TRAP_NP = 11,
    X86_TRAP_SS = 12,
    X86_TRAP_GP = 13,
    X86_TRAP_PF = 14,
    X86_TRAP_MF = 16,
    X86_TRAP_AC = 17,
    X86_TRAP_MC = 18,
    X86_TRAP_XM = 19,
};

struct cpuid_leaf {
    uint32_t a, b, c, d;
};

static inline struct cpuid_leaf cpuid_count(uint32_t leaf, uint32_t subleaf)
{
    struct cpuid_leaf r;

    __asm__ volatile("cpuid"
                     : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d)
                     : "0"(leaf), "2"(subleaf));
    return r;
}

static inline struct cpuid_leaf cpuid(uint32_t leaf)
{
    return cpuid_count(leaf, 0);
}

#define CONTROL_REGISTER(n)                                                          \
    static inline unsigned long read_cr##n(void)                                     \
    {                                                                                \
        unsigned long v;                                                             \
                                                                                     \
        __asm__ volatile("mov %%cr" #n ", %0" : "=r"(v)::"memory");                  \
        return v;                                                                    \
    }                                                                                \
    static inline void write_cr##n(unsigned long v)                                  \
    {                                                                                \
        __asm__ volatile("mov %0, %%cr" #n ::"r"(v) : "memory");                     \
    }
CONTROL_REGISTER(0)
CONTROL_REGISTER(2)
CONTROL_REGISTER(3)
CONTROL_REGISTER(4)
#undef CONTROL_REGISTER

static inline uint64_t rdtsc(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return ((uint64_t)high << 32) | low;
}

static inline void invlpg(unsigned long va)
{
    __asm__ volatile("invlpg (%0)" ::"r"(va) : "memory");
}

static inline void wbinvd(void)
{
    __asm__ volatile("wbinvd" ::: "memory");
}

#endif
