/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The vendor-neutral machine that a guest sees: its processor state, the events that wait to be
 * injected, and access to its memory by linear address.  The vendor's side stands behind
 * hvm_ops (asm/hvm_ops.h).
 *
 * A vCPU's registers are its own CPU's while it runs, and its owner's while it is paused: every
 * function below that takes a vcpu wants it to be `current` or paused, except where it says "any context".
 */
#ifndef ASM_X86_HVM_H
#define ASM_X86_HVM_H

#include <xen/boot_info.h>
#include <xen/types.h>

struct domain;
struct vcpu;

enum hvm_segment_name { SEG_ES, SEG_CS, SEG_SS, SEG_DS, SEG_FS, SEG_GS, SEG_LDTR, SEG_TR, SEG_COUNT };

/* A segment register with its hidden part.  attr: type, S, DPL, P in bits 0-7; AVL, L, D/B, G in bits 8-11. */
struct hvm_segment {
    uint16_t sel, attr;
    uint32_t limit;
    uint64_t base;
};

#define SEG_ATTR_P    (1u << 7)
#define SEG_ATTR_L    (1u << 9)
#define SEG_ATTR_DB   (1u << 10)
#define SEG_ATTR_G    (1u << 11)
#define SEG_ATTR_DPL_MASK (3u << 5)
#define SEG_ATTR_DPL(attr) (((attr) >> 5) & 3)

struct hvm_table_register {
    uint64_t base;
    uint32_t limit;
};

/* Everything of a processor but the general registers (arch.regs) and the extended state (xstate). */
struct hvm_cpu_state {
    uint64_t cr0, cr2, cr3, cr4, efer;
    uint64_t dr6, dr7;
    struct hvm_segment seg[SEG_COUNT];
    struct hvm_table_register gdtr, idtr;
    uint64_t sysenter_cs, sysenter_esp, sysenter_eip;
    uint64_t star, lstar, cstar, sfmask, kernel_gs_base;
};

/* An event on its way into the guest: types and layout of APM vol. 2, 15.20. */
enum hvm_event_type {
    HVM_EVENT_INTERRUPT = 0,
    HVM_EVENT_NMI = 2,
    HVM_EVENT_EXCEPTION = 3,
    HVM_EVENT_SOFTWARE = 4,
};

struct hvm_event {
    bool is_valid, has_error;
    uint8_t vector, type;       /* enum hvm_event_type */
    uint32_t error;
};

/* hvm/'s own part of a vCPU. */
struct hvm_vcpu {
    struct hvm_event event;     /* to be injected at the next entry */
    bool nmi_pending;           /* A */
    bool nmi_masked;            /* between an NMI and its IRET */
    bool in_reset;              /* waits for a SIPI */
    uint64_t pat;
    uint64_t mtrr_def_type;
    uint64_t tsc_aux;
    uint64_t debug_address[4];  /* DR0-3 while they are not in the processor */
    bool debug_in_cpu;
    int irq_vector;             /* offered to the guest by this entry, -1 none */
    bool irq_is_callback;       /* it is the domain-wide event callback, not the local APIC's */
};

#define hvm_of(v) ((struct hvm_vcpu *)(v)->arch.hvm)

/* --- events --- */
/* Queues an exception for the next entry; one that meets another combines to #DF or a triple fault. */
void hvm_inject_exception(struct vcpu *v, uint8_t vector, uint32_t error);
void hvm_inject_page_fault(struct vcpu *v, uint32_t error, uint64_t linear);
void hvm_inject_nmi(struct vcpu *v);    /* any context */

/* --- the guest's memory by linear address (hvm/guest_walk.c) --- */
enum hvm_access {
    HVM_READ = 0,
    HVM_WRITE = 1 << 1,     /* bits of a page fault's error code */
    HVM_USER = 1 << 2,
    HVM_FETCH = 1 << 4,
};
/* Walks the guest's page tables.  0, or -EFAULT with *fault_error set as #PF would push it. */
int hvm_walk(struct vcpu *v, uint64_t linear, unsigned int access, paddr_t *gpa, uint32_t *fault_error);
/* Copies with the rights of the current privilege level.  On -EFAULT a #PF has been queued.
 * -ENXIO: there is no RAM behind the address (a device, or nothing). */
int hvm_linear_read(struct vcpu *v, uint64_t linear, void *dst, unsigned int size);
int hvm_linear_write(struct vcpu *v, uint64_t linear, const void *src, unsigned int size);
/* The bytes at the instruction pointer, at most `size`; returns how many could be had. */
unsigned int hvm_fetch(struct vcpu *v, uint8_t *buf, unsigned int size);

/* --- processor state --- */
void hvm_debug_load(struct vcpu *v);            /* DR0-3 into the processor, until it stops running here */
unsigned int hvm_cpl(struct vcpu *v);
unsigned int hvm_code_width(struct vcpu *v);    /* 2, 4 or 8 bytes: the operating mode of CS */
void hvm_get_segment(struct vcpu *v, enum hvm_segment_name which, struct hvm_segment *seg);
void hvm_get_state(struct vcpu *v, struct hvm_cpu_state *state);
void hvm_set_state(struct vcpu *v, const struct hvm_cpu_state *state);
/* The instruction is done: steps over `length` bytes, ends the interrupt shadow, traps if single-stepped. */
void hvm_skip_instruction(struct vcpu *v, unsigned int length);

/* --- the memory map that a domain is told of (XENMEM_memory_map) --- */
#define DOMAIN_E820_MAX 128
struct domain_e820 {
    unsigned int count;
    struct e820_entry entry[DOMAIN_E820_MAX];
};

/* --- starting --- */
void hvm_vcpu_reset(struct vcpu *v);    /* as after power-on */
void hvm_vcpu_set_pvh(struct vcpu *v, uint32_t entry, uint32_t start_info);

int hvm_init(void);             /* chooses the vendor; -ENODEV with a message when there is none */
int hvm_cpu_up(void);           /* on each CPU, with its tables loaded */

#endif
