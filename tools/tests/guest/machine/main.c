/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The processor that a domain sees: what CPUID says of it and of us, registers that are there and
 * those that are not, instructions that are not for guests.
 *
 * machine: smp=2
 */
#include "guest.h"
#include <asm/msr.h>
#include <asm/processor.h>

struct msr_try {
    uint32_t msr;
    bool is_write;
    uint64_t value;
};

static void msr_do(void *arg)
{
    struct msr_try *t = arg;

    if (t->is_write)
        wrmsr(t->msr, t->value);
    else
        t->value = rdmsr(t->msr);
}

static unsigned int reading(uint32_t msr)
{
    struct msr_try t = {.msr = msr};

    return trap_of(msr_do, &t);
}

static unsigned int writing(uint32_t msr, uint64_t value)
{
    struct msr_try t = {.msr = msr, .is_write = true, .value = value};

    return trap_of(msr_do, &t);
}

static void test_cpuid(void)
{
    struct cpuid_leaf l = cpuid(guest_xen_leaf), one = cpuid(1);

    check(l.a >= guest_xen_leaf + 4, "the hypervisor has its five leaves");
    check(l.b == 0x566e6558 && l.c == 0x65584d4d && l.d == 0x4d4d566e,
          "they are signed XenVMMXenVMM");
    check_equal(cpuid(guest_xen_leaf + 1).a, 4 << 16 | 17, "interface 4.17");
    check_equal(cpuid(guest_xen_leaf + 4).c, 0, "the domain's number is told");
    check(one.c & (1u << 31), "CPUID says that there is a hypervisor");
    check(one.c & (1u << 21), "x2APIC is offered");
    check(!(cpuid(0x80000001).c & (1u << 2)), "SVM is not");
    check_equal(one.b >> 24, 0, "the first CPU's APIC ID");
    check_equal(cpuid_count(0xb, 1).b & 0xffff, 2, "two CPUs in the package");
    check_equal(cpuid(0x3fffffff).a | cpuid(0x3fffffff).b, 0, "a leaf that is not there is empty");
}

static void test_msrs(void)
{
    check_equal(reading(0x12345678), X86_TRAP_GP, "an unknown register cannot be read");
    check_equal(writing(0x12345678, 0), X86_TRAP_GP, "nor written");
    check_equal(reading(MSR_EFER), NO_TRAP, "EFER can be read");
    check(!(rdmsr(MSR_EFER) & EFER_SVME), "and does not show the extension at work");
    check_equal(writing(MSR_EFER, rdmsr(MSR_EFER) | EFER_SVME), X86_TRAP_GP,
                "SVM cannot be enabled");
    check_equal(writing(MSR_EFER, rdmsr(MSR_EFER) & ~EFER_LME), X86_TRAP_GP,
                "nor long mode left while paging");
    check_equal(writing(MSR_EFER, rdmsr(MSR_EFER) ^ EFER_SCE), NO_TRAP, "SYSCALL can be switched");
    check_equal(writing(MSR_PAT, 0x0202020202020202), X86_TRAP_GP, "a memory type of 2 is refused");
    check_equal(writing(MSR_PAT, 0x0007010600070106), NO_TRAP, "a right PAT is taken");
    check_equal(rdmsr(MSR_PAT), 0x0007010600070106, "and read back");
    check_equal(writing(MSR_KERNEL_GS_BASE, 0x1234), NO_TRAP, "a base register can be written");
    check_equal(rdmsr(MSR_KERNEL_GS_BASE), 0x1234, "and read back");
    check_equal(reading(0xc0010117), X86_TRAP_GP, "the host's state-save address is not to be had");
}

static void do_vmrun(void *arg)
{
    __asm__ volatile("vmrun %%rax" ::"a"(0) : "memory");
}

static void do_stgi(void *arg)
{
    __asm__ volatile("stgi" ::: "memory");
}

static void do_rdpmc(void *arg)
{
    __asm__ volatile("rdpmc" ::"c"(0) : "eax", "edx");
}

static void do_monitor(void *arg)
{
    __asm__ volatile("monitor" ::"a"(arg), "c"(0), "d"(0));
}

static void do_wbinvd(void *arg)
{
    wbinvd();
}

static void test_instructions(void)
{
    check_equal(trap_of(do_vmrun, NULL), X86_TRAP_UD, "VMRUN is undefined");
    check_equal(trap_of(do_stgi, NULL), X86_TRAP_UD, "STGI is undefined");
    check_equal(trap_of(do_rdpmc, NULL), X86_TRAP_GP, "there are no performance counters");
    check_equal(trap_of(do_monitor, (void *)(uintptr_t)guest_cmdline), X86_TRAP_UD, "MONITOR is undefined");
    check_equal(trap_of(do_wbinvd, NULL), NO_TRAP, "WBINVD is allowed");
}

/* A prefix before an instruction that exits: its length is not what the opcode says. */
static void test_prefixes(void)
{
    uint32_t a = guest_xen_leaf, b, c = 0, d;

    __asm__ volatile(".byte 0x66, 0x2e, 0x40\n cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    check_equal(b, 0x566e6558, "CPUID behind prefixes is stepped over whole");
}

static void test_debug_registers(void)
{
    unsigned long out;

    __asm__ volatile("mov %0, %%dr0" ::"r"(0x123456UL));
    hypercall2(__HYPERVISOR_sched_op, 0, 0); /* yield: perhaps to another CPU */
    __asm__ volatile("mov %%dr0, %0" : "=r"(out));
    check_equal(out, 0x123456, "a debug register keeps its value");
}

#define DR6_B0     (1ul << 0)
#define DR6_BS     (1ul << 14)
#define DR7_OFF    0x400ul
#define DR7_WRITE0 0x90401ul /* writes to the eight bytes at DR0 */

static unsigned long dr6_take(void)
{
    unsigned long dr6;

    __asm__ volatile("mov %%dr6, %0" : "=r"(dr6));
    __asm__ volatile("mov %0, %%dr6" ::"r"(0xffff0ff0ul));
    return dr6;
}

extern char step_exits_end[], step_plain_end[];

/* The trap comes behind the instruction after the one that sets TF. */
static void step_exits(void *arg)
{
    __asm__ volatile("pushfq; orq $0x100, (%%rsp); popfq\n cpuid\n .globl step_exits_end\n step_exits_end: nop"
                     ::"a"(0), "c"(0) : "rbx", "rdx", "cc", "memory");
}

static void step_plain(void *arg)
{
    __asm__ volatile("pushfq; orq $0x100, (%%rsp); popfq\n nop\n .globl step_plain_end\n step_plain_end: nop"
                     ::: "cc", "memory");
}

static unsigned long watched;

static void write_watched(void *arg)
{
    WRITE_ONCE(watched, 1);
}

static void test_debug_exceptions(void)
{
    dr6_take();
    check_equal(trap_of(step_plain, NULL), X86_TRAP_DB, "an instruction is stepped");
    check_equal(trap_last.rip, (long)step_plain_end, "to its end");
    check(dr6_take() & DR6_BS, "and DR6 says so");
    check_equal(trap_of(step_exits, NULL), X86_TRAP_DB, "so is one that we execute for the guest");
    check_equal(trap_last.rip, (long)step_exits_end, "to its end");
    check(dr6_take() & DR6_BS, "and DR6 says so");
    __asm__ volatile("mov %0, %%dr0; mov %1, %%dr7" ::"r"(&watched), "r"(DR7_WRITE0));
    check_equal(trap_of(write_watched, NULL), X86_TRAP_DB, "a watched address is written");
    check_equal(dr6_take() & (DR6_B0 | DR6_BS), DR6_B0, "and DR6 says which");
    __asm__ volatile("mov %0, %%dr7" ::"r"(DR7_OFF));
    check_equal(trap_of(write_watched, NULL), NO_TRAP, "until it is not watched any more");
}

static void write_cr8(void *arg)
{
    __asm__ volatile("mov %0, %%cr8" ::"r"((unsigned long)arg));
}

static void test_task_priority(void)
{
    unsigned long cr8;

    check_equal(trap_of(write_cr8, (void *)5), NO_TRAP, "CR8 can be written");
    check_equal(trap_of(write_cr8, (void *)0x10), X86_TRAP_GP, "it has four bits");
    __asm__ volatile("mov %%cr8, %0" : "=r"(cr8));
    check_equal(cr8, 5, "and keeps what was in them");
    write_cr8(NULL);
}

static void test_tsc(void)
{
    uint64_t before = rdtsc(), after = rdtsc();

    check(after >= before, "the TSC does not go backwards");
    wrmsr(MSR_TSC, 1000);
    check(rdtsc() - 1000 < (1ULL << 40), "the TSC can be set");
}

void test_main(void)
{
    test_cpuid();
    test_msrs();
    test_instructions();
    test_prefixes();
    test_debug_registers();
    test_debug_exceptions();
    test_task_priority();
    test_tsc();
}
