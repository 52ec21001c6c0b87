/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a test kernel has: one virtual CPU in long mode, the lowest 4 GiB of guest memory mapped one
 * to one, hypercalls, a console, exceptions that can be expected, and words to judge with.
 *
 * A test is a directory with a main.c that defines test_main().  It checks what it came for and
 * returns; the library prints each check as a line of TAP on the console, the verdict at the end,
 * and powers off. Lines of main.c's first comment may say what the machine is like (words of
 * tools/tests/system/machine.py):
 *
 *     machine: smp=2 mem=1024 nodes=2 icount=3
 *     xen: loglvl=all
 *     linux: words for the kernel's command line, found in guest_cmdline
 *     module: another test, whose kernel is the initial RAM disk (see domain.h)
 */
#ifndef GUEST_H
#define GUEST_H

#include <xen/lib.h>
#include <xen/string.h>
#include <xen/types.h>
#include <public/xen.h>
#include <public/arch-x86/hvm/start_info.h>

void test_main(void);

/* --- judging --- */

/* One line of TAP: the subject does, or does not, what the text says. Returns the condition. */
bool check(bool condition, const char *fmt, ...) printf_like(2, 3);
/* got == want, with both in the message when they differ. */
bool check_equal(long got, long want, const char *fmt, ...) printf_like(3, 4);
/* This host cannot show it. Ends the test. */
void test_skip(const char *fmt, ...) printf_like(1, 2) noreturn_fn;
/* The test itself is at a loss: nothing is known of the subject. Ends the test. */
void test_error(const char *fmt, ...) printf_like(1, 2) noreturn_fn;
/* A remark in the log. */
void note(const char *fmt, ...) printf_like(1, 2);

/* --- hypercalls --- */

static inline long hypercall5(unsigned int nr, unsigned long a, unsigned long b, unsigned long c,
                              unsigned long d, unsigned long e)
{
    extern char hypercall_page[];
    register unsigned long r10 __asm__("r10") = d;
    register unsigned long r8 __asm__("r8") = e;
    long result;

    __asm__ volatile("call *%[entry]"
                     : "=a"(result), "+D"(a), "+S"(b), "+d"(c), "+r"(r10), "+r"(r8)
                     : [entry] "r"(hypercall_page + nr * 32)
                     : "memory", "cc");
    return result;
}

#define hypercall3(nr, a, b, c) \
    hypercall5(nr, (unsigned long)(a), (unsigned long)(b), (unsigned long)(c), 0, 0)
#define hypercall2(nr, a, b) hypercall3(nr, a, b, 0)

/* By their public names: the operation, and its argument's address. */
#define memory_op(op, arg)        hypercall2(__HYPERVISOR_memory_op, op, arg)
#define xen_version(op, arg)      hypercall2(__HYPERVISOR_xen_version, op, arg)
#define event_channel_op(op, arg) hypercall2(__HYPERVISOR_event_channel_op, op, arg)
#define sched_op(op, arg)         hypercall2(__HYPERVISOR_sched_op, op, arg)
#define hvm_op(op, arg)           hypercall2(__HYPERVISOR_hvm_op, op, arg)
#define grant_table_op(op, a, n)  hypercall3(__HYPERVISOR_grant_table_op, op, a, n)
#define vcpu_op(op, vcpu, arg)    hypercall3(__HYPERVISOR_vcpu_op, op, vcpu, arg)
#define domctl(arg)               hypercall2(__HYPERVISOR_domctl, arg, 0)
#define sysctl(arg)               hypercall2(__HYPERVISOR_sysctl, arg, 0)

/* --- exceptions and interrupts --- */

/* As trap_stubs leave it on the stack. */
struct trap_frame {
    uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
    uint64_t vector, error_code;
    uint64_t rip, cs, rflags, rsp, ss;
};

#define NO_TRAP 256
/* Runs fn(arg); the vector of the exception it ended in, or NO_TRAP. Its frame is in trap_last. */
unsigned int trap_of(void (*fn)(void *arg), void *arg);
extern struct trap_frame trap_last;
/* An interrupt's handler; its vector is 32 or more, or 2: an NMI's. */
void interrupt_handle(unsigned int vector, void (*fn)(void));

/* --- the local APIC (x2APIC) and other virtual CPUs: `machine: smp=2` --- */

/* On each CPU that uses it, before anything below. */
void apic_enable(void);
void apic_eoi(void);
uint32_t apic_id(void);
void apic_send(uint32_t dest, uint8_t vector);
/* Starts vCPU n (1 and up) at fn(arg), interrupts off; returns when it runs. When fn returns, it
 * halts for ever. */
void cpu_start(unsigned int n, void (*fn)(void *arg), void *arg);

/* --- time --- */

/* The domain's shared info; clock_map() puts it there, for DOMID_SELF or a domain made by this one. */
extern struct shared_info guest_shared;
void clock_map(domid_t domid);
uint64_t clock_now(void); /* system time, ns */
void spin_until(uint64_t ns);
void wait_until(uint64_t ns); /* blocked */

/* --- surroundings --- */

extern const struct hvm_start_info *guest_start_info;
extern const char *guest_cmdline;
/* The hypervisor's first CPUID leaf, 0x40000000 as a rule. */
extern uint32_t guest_xen_leaf;
/* The page tables, for who wants to change them; entries of the top one. */
extern uint64_t page_l4[512];
/* Zeroed pages of the kernel's own, never given back. */
void *page_take(unsigned int count);

#endif
