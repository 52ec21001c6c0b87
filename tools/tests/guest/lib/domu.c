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
#include <public/domctl.h>
#include <public/hvm/save.h>
#include <public/memory.h>
#include <public/vcpu.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include "guest.h"

#define BASE       0x200000UL
#define TOP        0x400000UL
#define STACK_SIZE 4096UL
#define WINDOWS    0x60000000UL /* where dom0 has no memory: pages of others appear there */

extern char guest_end[];

long domain_op(domid_t domid, uint32_t cmd, struct xen_domctl *op)
{
    op->cmd = cmd;
    op->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
    op->domain = domid;
    return domctl(op);
}

static void must(domid_t domid, uint32_t cmd, struct xen_domctl *op)
{
    long rc = domain_op(domid, cmd, op);

    if (rc)
        test_error("domctl %u on domain %u: %ld", cmd, domid, rc);
}

/* --- its memory, seen from here --- */

static bool window_is_taken[64];

static unsigned int window_find(void)
{
    for (unsigned int i = 0; i < ARRAY_SIZE(window_is_taken); i++)
        if (!window_is_taken[i])
            return i;
    test_error("all windows are taken");
}

void *domu_map(domid_t domid, const void *address)
{
    struct xen_add_to_physmap_batch arg = {
        .domid = DOMID_SELF, .space = XENMAPSPACE_gmfn_foreign, .size = 1};
    unsigned int window = window_find();
    xen_ulong_t there = (unsigned long)address >> 12;
    xen_pfn_t here = (WINDOWS >> 12) + window;
    int err = 1;

    arg.u.foreign_domid = domid;
    arg.idxs.p = &there;
    arg.gpfns.p = &here;
    arg.errs.p = &err;
    if (memory_op(XENMEM_add_to_physmap_batch, &arg) || err)
        test_error("page %#lx of domain %u cannot be mapped: %d", (unsigned long)there, domid, err);
    window_is_taken[window] = true;
    return (char *)(here << 12) + (unsigned long)address % 4096;
}

void domu_unmap(void *here)
{
    struct xen_remove_from_physmap arg = {.domid = DOMID_SELF, .gpfn = (unsigned long)here >> 12};

    if (memory_op(XENMEM_remove_from_physmap, &arg))
        test_error("the page at %p cannot be unmapped", here);
    window_is_taken[arg.gpfn - (WINDOWS >> 12)] = false;
}

static void copy_image(domid_t domid)
{
    for (unsigned long at = BASE; at < (unsigned long)guest_end; at += 4096) {
        void *there = domu_map(domid, (void *)at);

        memcpy(there, (void *)at, 4096);
        domu_unmap(there);
    }
}

/* --- making it --- */

static void populate(domid_t domid)
{
    struct xen_memory_reservation r = {.nr_extents = 1, .extent_order = 9, .domid = domid};
    xen_pfn_t first = BASE >> 12;

    r.extent_start.p = &first;
    if (memory_op(XENMEM_populate_physmap, &r) != 1)
        test_error("no memory for domain %u", domid);
}

domid_t domu_create(unsigned int vcpus)
{
    struct xen_domctl op = {0};
    domid_t domid;

    ASSERT((unsigned long)guest_end + vcpus * STACK_SIZE <= TOP);
    op.u.createdomain = (struct xen_domctl_createdomain){
        .flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap,
        .max_vcpus = vcpus,
        .max_evtchn_port = 1023,
        .max_grant_frames = 4,
        .max_maptrack_frames = 4,
        .grant_opts = 1,
        .arch.emulation_flags = XEN_X86_EMU_LAPIC,
    };
    must(0, XEN_DOMCTL_createdomain, &op);
    domid = (domid_t)op.domain;
    op.u.max_vcpus.max = vcpus;
    must(domid, XEN_DOMCTL_max_vcpus, &op);
    op.u.max_mem.max_memkb = (TOP - BASE) / 1024;
    must(domid, XEN_DOMCTL_max_mem, &op);
    populate(domid);
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

/* What a builder hands over: a chain of records. */
struct context {
    struct hvm_save_descriptor header_desc;
    struct hvm_save_header header;
    struct hvm_save_descriptor cpu_desc;
    struct hvm_hw_cpu cpu;
    struct hvm_save_descriptor end;
};
_Static_assert(sizeof(struct context) == 3 * sizeof(struct hvm_save_descriptor) +
                                             HVM_SAVE_LENGTH(HEADER) + HVM_SAVE_LENGTH(CPU),
               "no gaps in the chain");

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

static struct context start_context;

/* Where a vCPU's function returns to: its stack tells which one it is. */
static void vcpu_over(void)
{
    for (;;)
        vcpu_op(VCPUOP_down, (TOP - (unsigned long)__builtin_frame_address(0)) / STACK_SIZE, 0);
}

static void push_return(domid_t domid, unsigned long stack)
{
    unsigned long *top = domu_map(domid, (void *)stack);

    *top = (unsigned long)vcpu_over;
    domu_unmap(top);
}

void domu_vcpu_start(domid_t domid, unsigned int n, void (*fn)(void *arg), void *arg)
{
    struct context *c = &start_context;
    struct xen_domctl op = {0};

    memset(c, 0, sizeof(*c));
    c->header_desc =
        (struct hvm_save_descriptor){HVM_SAVE_CODE(HEADER), 0, HVM_SAVE_LENGTH(HEADER)};
    c->header.magic = HVM_FILE_MAGIC;
    c->header.version = HVM_FILE_VERSION;
    c->cpu_desc =
        (struct hvm_save_descriptor){HVM_SAVE_CODE(CPU), (uint16_t)n, HVM_SAVE_LENGTH(CPU)};
    long_mode(&c->cpu);
    c->cpu.rip = (unsigned long)fn;
    c->cpu.rdi = (unsigned long)arg;
    c->cpu.rsp = TOP - n * STACK_SIZE - 8;
    c->end.typecode = HVM_SAVE_CODE(END);
    push_return(domid, c->cpu.rsp);
    op.u.hvmcontext.size = sizeof(*c);
    op.u.hvmcontext.buffer.p = (uint8_t *)c;
    must(domid, XEN_DOMCTL_sethvmcontext, &op);
}

/* --- its life --- */

void domu_pause(domid_t domid)
{
    must(domid, XEN_DOMCTL_pausedomain, &(struct xen_domctl){0});
}

void domu_unpause(domid_t domid)
{
    must(domid, XEN_DOMCTL_unpausedomain, &(struct xen_domctl){0});
}

void domu_pin(domid_t domid, unsigned int vcpu, uint64_t cpus)
{
    struct xen_domctl op = {0};

    op.u.vcpuaffinity.vcpu = vcpu;
    op.u.vcpuaffinity.flags = XEN_VCPUAFFINITY_HARD;
    op.u.vcpuaffinity.cpumap_hard.bitmap.p = (uint8_t *)&cpus;
    op.u.vcpuaffinity.cpumap_hard.nr_bits = 64;
    must(domid, XEN_DOMCTL_setvcpuaffinity, &op);
}

void domu_destroy(domid_t domid)
{
    must(domid, XEN_DOMCTL_destroydomain, &(struct xen_domctl){0});
}
