/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Domains made of this very kernel: 2 MiB of memory that begin with a copy of its image, at the
 * address where it was linked, so that a vCPU of theirs can run any of its functions.
 *
 *     2 MiB                guest_end                                    4 MiB
 *     | code, data, page tables |     ...      | stack 1 | stack 0 |
 *
 * A vCPU starts in long mode by the context that a builder gives it; nothing has to be booted.
 */
#include <public/hvm/save.h>
#include <public/vcpu.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include "domain.h"
#include "guest.h"
#include "private.h"

#define BASE       0x200000UL
#define TOP        0x400000UL
#define STACK_SIZE 4096UL

extern char guest_end[];

static void copy_image(domid_t domid)
{
    for (unsigned long at = BASE; at < (unsigned long)guest_end; at += 4096) {
        void *there = domain_map(domid, (void *)at);

        memcpy(there, (void *)at, 4096);
        domain_unmap(there);
    }
}

domid_t domain_clone(unsigned int vcpus)
{
    domid_t domid = domain_make(vcpus, (TOP - BASE) >> 12);

    ASSERT((unsigned long)guest_end + vcpus * STACK_SIZE <= TOP);
    if (domain_populate(domid, BASE >> 12, 1, 9) != 1)
        test_error("no memory for domain %u", domid);
    copy_image(domid);
    clock_map(domid);
    return domid;
}

/* --- starting its vCPUs --- */

struct table_register {
    uint16_t limit;
    uint64_t base;
} packed_struct;

static struct table_register gdt_here(void)
{
    struct table_register r;

    __asm__ volatile("sgdt %0" : "=m"(r));
    return r;
}

static struct table_register idt_here(void)
{
    struct table_register r;

    __asm__ volatile("sidt %0" : "=m"(r));
    return r;
}

static void long_mode(struct hvm_hw_cpu *c)
{
    struct table_register gdt = gdt_here(), idt = idt_here();

    c->cr0 = X86_CR0_PG | X86_CR0_WP | X86_CR0_NE | X86_CR0_ET | X86_CR0_PE;
    c->cr3 = (unsigned long)page_l4;
    c->cr4 = X86_CR4_PAE;
    c->msr_efer = EFER_LME | EFER_LMA | EFER_NXE;
    c->rflags = X86_EFLAGS_MBS;
    c->cs_sel = 0x08;
    c->ss_sel = c->ds_sel = c->es_sel = 0x10;
    c->cs_limit = c->ss_limit = c->ds_limit = c->es_limit = 0xffffffff;
    c->cs_arbytes = 0xa9b; /* 64-bit code, accessed */
    c->ss_arbytes = c->ds_arbytes = c->es_arbytes = 0xc93;
    c->ldtr_arbytes = 0x82;
    c->tr_arbytes = 0x8b;
    c->tr_limit = 0x67;
    c->gdtr_base = gdt.base;
    c->gdtr_limit = gdt.limit;
    c->idtr_base = idt.base;
    c->idtr_limit = idt.limit;
}

/* Where a vCPU's function returns to: its stack tells which one it is. */
static void vcpu_over(void)
{
    for (;;)
        vcpu_op(VCPUOP_down, (TOP - (unsigned long)__builtin_frame_address(0)) / STACK_SIZE, 0);
}

static void push_return(domid_t domid, unsigned long stack)
{
    unsigned long *top = domain_map(domid, (void *)stack);

    *top = (unsigned long)vcpu_over;
    domain_unmap(top);
}

void domain_vcpu_start(domid_t domid, unsigned int n, void (*fn)(void *arg), void *arg)
{
    struct hvm_hw_cpu cpu = {.rip = (unsigned long)fn, .rdi = (unsigned long)arg, .rsp = TOP - n * STACK_SIZE - 8};

    long_mode(&cpu);
    push_return(domid, cpu.rsp);
    domain_vcpu_set(domid, n, &cpu);
}
