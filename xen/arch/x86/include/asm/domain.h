/* SPDX-License-Identifier: GPL-2.0-only */
/* The architecture's part of domains and vCPUs. Each subsystem's struct is private to it and pointed to. */
#ifndef ASM_X86_DOMAIN_H
#define ASM_X86_DOMAIN_H

#include <xen/types.h>
#include <public/hvm/params.h>

struct p2m;
struct vlapic;
struct vioapic;
struct vpci;
struct svm_vcpu;
struct svm_domain;
struct cpuid_policy;
struct xstate;
struct hvm_io;

/* A guest's general registers, in the order in which entry.S stores them. */
struct guest_regs {
    uint64_t rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi;    /* by number, as instructions encode them */
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t rip, rflags;
};

struct arch_vcpu {
    struct guest_regs regs;     /* rax, rsp, rip, rflags are read from the VMCB at exit and written at entry */
    struct svm_vcpu *svm;
    struct vlapic *vlapic;
    struct xstate *xstate;      /* FPU and extended state, XCR0 */
    uint8_t upcall_vector;      /* evtchn upcall through the local APIC (hvm_op 23), 0 none */
    bool upcall_asserted;
    uint64_t tsc_offset;
    void *hvm;                  /* hvm/'s own: pending exception, control registers' shadow... */
};

struct arch_domain {
    struct p2m *p2m;
    struct svm_domain *svm;
    struct vioapic *vioapic;
    struct vpci *vpci;
    struct hvm_io *io;          /* port and MMIO ranges with handlers */
    struct cpuid_policy *cpuid;
    uint64_t hvm_params[HVM_NR_PARAMS];
    void *e820;                 /* the map that memory_map answers */
    void *hvm;
    bool init_under_way;        /* an INIT is being sent; see hvm_vcpu_init_reset() */
};

#endif
