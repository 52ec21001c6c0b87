/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual machine control block: what the processor reads at VMRUN and writes at #VMEXIT.
 * APM vol. 2, appendix B.
 */
#ifndef SVM_VMCB_H
#define SVM_VMCB_H

#include <xen/types.h>

struct vmcb_segment {
    uint16_t sel, attr;
    uint32_t limit;
    uint64_t base;
};

struct vmcb {
    /* Control area. */
    uint16_t cr_read, cr_write;         /* intercepts, a bit a register */
    uint16_t dr_read, dr_write;
    uint32_t exceptions;                /* a bit a vector */
    uint32_t intercept1, intercept2, intercept3;
    uint8_t reserved0[0x3c - 0x18];
    uint16_t pause_threshold, pause_count;
    uint64_t iopm, msrpm;
    uint64_t tsc_offset;
    uint32_t asid;
    uint8_t tlb_control, reserved1[3];
    uint64_t vintr;
    uint64_t interrupt_shadow;
    uint64_t exitcode, exitinfo1, exitinfo2, exitintinfo;
    uint64_t nested_control;
    uint64_t avic_bar, ghcb;
    uint64_t eventinj;
    uint64_t nested_cr3;
    uint64_t lbr_control;
    uint32_t clean, reserved2;
    uint64_t next_rip;
    uint8_t fetched_count, fetched[15];
    uint8_t reserved3[0x400 - 0xe0];

    /* State save area. */
    struct vmcb_segment es, cs, ss, ds, fs, gs, gdtr, ldtr, idtr, tr;
    uint8_t reserved4[0x4cb - 0x4a0];
    uint8_t cpl;
    uint32_t reserved5;
    uint64_t efer;
    uint8_t reserved6[0x548 - 0x4d8];
    uint64_t cr4, cr3, cr0, dr7, dr6, rflags, rip;
    uint8_t reserved7[0x5d8 - 0x580];
    uint64_t rsp, s_cet, ssp, isst_addr;
    uint64_t rax;
    uint64_t star, lstar, cstar, sfmask, kernel_gs_base;
    uint64_t sysenter_cs, sysenter_esp, sysenter_eip;
    uint64_t cr2;
    uint8_t reserved8[0x668 - 0x648];
    uint64_t pat;
    uint64_t debugctl, br_from, br_to, last_from, last_to;
    uint8_t reserved9[0x1000 - 0x698];
};

_Static_assert(offsetof(struct vmcb, iopm) == 0x40, "VMCB");
_Static_assert(offsetof(struct vmcb, vintr) == 0x60, "VMCB");
_Static_assert(offsetof(struct vmcb, exitcode) == 0x70, "VMCB");
_Static_assert(offsetof(struct vmcb, eventinj) == 0xa8, "VMCB");
_Static_assert(offsetof(struct vmcb, next_rip) == 0xc8, "VMCB");
_Static_assert(offsetof(struct vmcb, cpl) == 0x4cb, "VMCB");
_Static_assert(offsetof(struct vmcb, efer) == 0x4d0, "VMCB");
_Static_assert(offsetof(struct vmcb, rip) == 0x578, "VMCB");
_Static_assert(offsetof(struct vmcb, rsp) == 0x5d8, "VMCB");
_Static_assert(offsetof(struct vmcb, rax) == 0x5f8, "VMCB");
_Static_assert(offsetof(struct vmcb, cr2) == 0x640, "VMCB");
_Static_assert(offsetof(struct vmcb, pat) == 0x668, "VMCB");
_Static_assert(sizeof(struct vmcb) == 0x1000, "VMCB");

/* intercept1 */
#define SVM_INTERCEPT_INTR     (1u << 0)
#define SVM_INTERCEPT_NMI      (1u << 1)
#define SVM_INTERCEPT_INIT     (1u << 3)
#define SVM_INTERCEPT_VINTR    (1u << 4)
#define SVM_INTERCEPT_RDPMC    (1u << 15)
#define SVM_INTERCEPT_CPUID    (1u << 18)
#define SVM_INTERCEPT_IRET     (1u << 20)
#define SVM_INTERCEPT_INVD     (1u << 22)
#define SVM_INTERCEPT_PAUSE    (1u << 23)
#define SVM_INTERCEPT_HLT      (1u << 24)
#define SVM_INTERCEPT_INVLPGA  (1u << 26)
#define SVM_INTERCEPT_IOIO     (1u << 27)
#define SVM_INTERCEPT_MSR      (1u << 28)
#define SVM_INTERCEPT_SHUTDOWN (1u << 31)
/* intercept2 */
#define SVM_INTERCEPT_VMRUN    (1u << 0)
#define SVM_INTERCEPT_VMMCALL  (1u << 1)
#define SVM_INTERCEPT_VMLOAD   (1u << 2)
#define SVM_INTERCEPT_VMSAVE   (1u << 3)
#define SVM_INTERCEPT_STGI     (1u << 4)
#define SVM_INTERCEPT_CLGI     (1u << 5)
#define SVM_INTERCEPT_SKINIT   (1u << 6)
#define SVM_INTERCEPT_WBINVD   (1u << 9)
#define SVM_INTERCEPT_MONITOR  (1u << 10)
#define SVM_INTERCEPT_MWAIT    (1u << 11)

/* vintr */
#define SVM_VINTR_IRQ          (1ULL << 8)
#define SVM_VINTR_PRIORITY(p)  ((uint64_t)(p) << 16)
#define SVM_VINTR_IGNORE_TPR   (1ULL << 20)
#define SVM_VINTR_MASKING      (1ULL << 24)
#define SVM_VINTR_VECTOR(v)    ((uint64_t)(v) << 32)
#define SVM_VINTR_OFFER_MASK   (SVM_VINTR_IRQ | SVM_VINTR_PRIORITY(0xf) | SVM_VINTR_VECTOR(0xff))

/* eventinj, exitintinfo */
#define SVM_EVENT_VECTOR(e)    ((uint8_t)(e))
#define SVM_EVENT_TYPE(e)      (((e) >> 8) & 7)
#define SVM_EVENT_HAS_ERROR    (1ULL << 11)
#define SVM_EVENT_VALID        (1ULL << 31)

#define SVM_TLB_FLUSH_ALL      1

/* dr7: which of the four breakpoints are enabled, locally and globally */
#define DR7_ENABLED_MASK       0xffu

/* exitcode */
enum svm_exitcode {
    SVM_EXIT_CR8_READ = 0x08,
    SVM_EXIT_CR8_WRITE = 0x18,
    SVM_EXIT_DR0_READ = 0x20,
    SVM_EXIT_DR15_WRITE = 0x3f,
    SVM_EXIT_EXCEPTION = 0x40,
    SVM_EXIT_INTR = 0x60,
    SVM_EXIT_NMI = 0x61,
    SVM_EXIT_INIT = 0x63,
    SVM_EXIT_VINTR = 0x64,
    SVM_EXIT_RDPMC = 0x6f,
    SVM_EXIT_CPUID = 0x72,
    SVM_EXIT_IRET = 0x74,
    SVM_EXIT_INVD = 0x76,
    SVM_EXIT_PAUSE = 0x77,
    SVM_EXIT_HLT = 0x78,
    SVM_EXIT_INVLPGA = 0x7a,
    SVM_EXIT_IOIO = 0x7b,
    SVM_EXIT_MSR = 0x7c,
    SVM_EXIT_SHUTDOWN = 0x7f,
    SVM_EXIT_VMRUN = 0x80,
    SVM_EXIT_VMMCALL = 0x81,
    SVM_EXIT_VMLOAD = 0x82,
    SVM_EXIT_VMSAVE = 0x83,
    SVM_EXIT_STGI = 0x84,
    SVM_EXIT_CLGI = 0x85,
    SVM_EXIT_SKINIT = 0x86,
    SVM_EXIT_WBINVD = 0x89,
    SVM_EXIT_MONITOR = 0x8a,
    SVM_EXIT_MWAIT = 0x8b,
    SVM_EXIT_MWAIT_ARMED = 0x8c,
    SVM_EXIT_NPF = 0x400,
};

#endif
