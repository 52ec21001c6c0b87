/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vCPUs by hypercall instead of by their APICs: they get a context in 64 or 32 bits, come up, go down, come up again
 * where they were; and every argument that does not do.
 *
 * machine: smp=1 dom0_max_vcpus=3
 */
#include <public/errno.h>
#include <public/hvm/hvm_vcpu.h>
#include <public/sched.h>
#include <public/vcpu.h>
#include <asm/processor.h>
#include "guest.h"

#define NOWHERE 0x800000000000UL

uint32_t mark32;
static unsigned int mark64;

/* Without a stack, and with interrupts off: halting is going down. */
__asm__(".pushsection .text; .code32; enter32: movl %eax, mark32; 1: hlt; jmp 1b; .code64; .popsection");
extern char enter32[];

static void enter64(unsigned long arg)
{
    WRITE_ONCE(mark64, arg);
    vcpu_op(VCPUOP_down, 1, 0);
    WRITE_ONCE(mark64, arg + 1);
    for (;;)
        __asm__ volatile("mov %0, %%dr0; cli; hlt" ::"r"(arg));
}

static uint64_t read_efer(void)
{
    uint32_t low, high;

    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(0xc0000080));
    return (uint64_t)high << 32 | low;
}

static uint64_t read_cr0_now(void)
{
    uint64_t v;

    __asm__ volatile("mov %%cr0, %0" : "=r"(v));
    return v;
}

static uint64_t read_cr4_now(void)
{
    uint64_t v;

    __asm__ volatile("mov %%cr4, %0" : "=r"(v));
    return v;
}

static struct vcpu_hvm_context context64(void)
{
    struct vcpu_hvm_context c = {.mode = VCPU_HVM_MODE_64B};

    c.cpu_regs.x86_64.rip = (unsigned long)enter64;
    c.cpu_regs.x86_64.rdi = 0x64;
    c.cpu_regs.x86_64.rsp = (unsigned long)page_take(1) + 4096 - 8;
    c.cpu_regs.x86_64.cr0 = read_cr0_now();
    c.cpu_regs.x86_64.cr3 = read_cr3();
    c.cpu_regs.x86_64.cr4 = read_cr4_now();
    c.cpu_regs.x86_64.efer = read_efer();
    return c;
}

static struct vcpu_hvm_context context32(void)
{
    struct vcpu_hvm_context c = {.mode = VCPU_HVM_MODE_32B};
    struct vcpu_hvm_x86_32 *r = &c.cpu_regs.x86_32;

    r->eip = (unsigned long)enter32;
    r->eax = 0x32;
    r->cr0 = 1;
    r->cs_limit = r->ds_limit = r->ss_limit = r->es_limit = ~0u;
    r->cs_ar = 0xc9b;
    r->ds_ar = r->ss_ar = r->es_ar = 0xc93;
    r->tr_ar = 0x8b;
    r->tr_limit = 0x67;
    return c;
}

/* Yielding gives it the CPU. */
static void await_down(unsigned int vcpu)
{
    while (vcpu_op(VCPUOP_is_up, vcpu, 0) == 1)
        sched_op(SCHEDOP_yield, 0);
}

static void test_errors(void)
{
    struct vcpu_hvm_context good = context64(), bad;

    check_equal(vcpu_op(VCPUOP_up, 1, 0), -XEN_EINVAL, "without a context a vCPU does not come up");
    check_equal(vcpu_op(VCPUOP_initialise, 1, NOWHERE), -XEN_EFAULT, "a context is not found nowhere");
    check_equal(vcpu_op(VCPUOP_initialise, 77, &good), -XEN_ENOENT, "nor given to a vCPU that is not there");
    check_equal(vcpu_op(VCPUOP_initialise, 0, &good), -XEN_EEXIST, "nor to one that runs");
    bad = good;
    bad.mode = 2;
    check_equal(vcpu_op(VCPUOP_initialise, 1, &bad), -XEN_EINVAL, "there are two modes");
    bad = good;
    bad.pad = 1;
    check_equal(vcpu_op(VCPUOP_initialise, 1, &bad), -XEN_EINVAL, "padding is zero");
    bad = good;
    bad.cpu_regs.x86_64.cr0 &= ~0x80000000UL;
    check_equal(vcpu_op(VCPUOP_initialise, 1, &bad), -XEN_EINVAL, "64 bits need paging");
    bad = good;
    bad.cpu_regs.x86_64.efer &= ~0x100UL;
    check_equal(vcpu_op(VCPUOP_initialise, 1, &bad), -XEN_EINVAL, "and long mode");
    bad = good;
    bad.cpu_regs.x86_64.efer |= 0x1000;
    check_equal(vcpu_op(VCPUOP_initialise, 1, &bad), -XEN_EINVAL, "but no SVM");
    bad = good;
    bad.cpu_regs.x86_64.cr4 |= 1UL << 40;
    check_equal(vcpu_op(VCPUOP_initialise, 1, &bad), -XEN_EINVAL, "nor bits that CR4 does not have");
    bad = context32();
    bad.cpu_regs.x86_32.cr0 = 0x80000000;
    check_equal(vcpu_op(VCPUOP_initialise, 1, &bad), -XEN_EINVAL, "paging needs protection");
    bad = context32();
    bad.cpu_regs.x86_32.pad2[1] = 1;
    check_equal(vcpu_op(VCPUOP_initialise, 1, &bad), -XEN_EINVAL, "all padding is zero");
    check_equal(vcpu_op(VCPUOP_up, 1, 0), -XEN_EINVAL, "none of it counts as a context");
}

static void test_64(void)
{
    struct vcpu_hvm_context c = context64();

    check_equal(vcpu_op(VCPUOP_initialise, 1, &c), 0, "a context in 64 bits");
    check_equal(vcpu_op(VCPUOP_initialise, 1, &c), -XEN_EEXIST, "once");
    check_equal(vcpu_op(VCPUOP_is_up, 1, 0), 0, "it is still down");
    check_equal(vcpu_op(VCPUOP_up, 1, 0), 0, "it comes up");
    await_down(1);
    check_equal(READ_ONCE(mark64), 0x64, "it began where it should, and went down by itself");
    check_equal(vcpu_op(VCPUOP_up, 1, 0), 0, "up again");
    await_down(1);
    check_equal(READ_ONCE(mark64), 0x65, "it went on from there");
}

#define DR7_OFF    0x400ul
#define DR7_WRITE0 0x90401ul /* writes to the eight bytes at DR0 */

static unsigned long watched;

static void write_watched(void *arg)
{
    WRITE_ONCE(watched, 1);
}

/* The other vCPU, on the same CPU, has an address of its own in DR0. */
static void test_breakpoint(void)
{
    __asm__ volatile("mov %0, %%dr0; mov %1, %%dr7" ::"r"(&watched), "r"(DR7_WRITE0));
    vcpu_op(VCPUOP_up, 1, 0);
    await_down(1);
    check_equal(trap_of(write_watched, NULL), X86_TRAP_DB, "a breakpoint stays where its vCPU set it");
    __asm__ volatile("mov %0, %%dr7" ::"r"(DR7_OFF));
}

static void test_32(void)
{
    struct vcpu_hvm_context c = context32();

    check_equal(vcpu_op(VCPUOP_up, 0, 0), 0, "one that is up comes up, and nothing happens");
    check_equal(vcpu_op(VCPUOP_initialise, 2, &c), 0, "a context in 32 bits");
    check_equal(vcpu_op(VCPUOP_up, 2, 0), 0, "it comes up");
    await_down(2);
    check_equal(READ_ONCE(mark32), 0x32, "it began where it should");
}

void test_main(void)
{
    test_errors();
    test_64();
    test_breakpoint();
    test_32();
}
