/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a 32-bit test kernel has: the distribution's own public headers, with which its compiler lays out structures as
 * any 32-bit guest's does; hypercalls, and words to judge with.
 */
#ifndef COMPAT_H
#define COMPAT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <xen/xen.h>
#include <xen/domctl.h>
#include <xen/errno.h>
#include <xen/event_channel.h>
#include <xen/grant_table.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>
#include <xen/memory.h>
#include <xen/sched.h>
#include <xen/sysctl.h>
#include <xen/vcpu.h>
#include <xen/version.h>

_Static_assert(sizeof(void *) == 4 && sizeof(xen_ulong_t) == 4 && sizeof(xen_pfn_t) == 4, "a 32-bit guest's");

/* --- tap.c --- */
/* %s %d %u %x */
void check(bool condition, const char *fmt, ...);
void check_equal(int32_t got, int32_t want, const char *fmt, ...);
void finish(void);

/* --- hypercalls --- */
extern char hypercall_page[];

static inline int32_t hypercall(unsigned int number, uint32_t a, uint32_t b, uint32_t c)
{
    int32_t result;

    __asm__ volatile("call *%[entry]"
                     : "=a"(result), "+b"(a), "+c"(b), "+d"(c)
                     : [entry] "r"(hypercall_page + number * 32)
                     : "memory", "cc");
    return result;
}

#define CALL(name, a, b, c)       hypercall(__HYPERVISOR_##name, (uint32_t)(a), (uint32_t)(b), (uint32_t)(c))
#define memory_op(op, arg)        CALL(memory_op, op, arg, 0)
#define xen_version(op, arg)      CALL(xen_version, op, arg, 0)
#define event_channel_op(op, arg) CALL(event_channel_op, op, arg, 0)
#define sched_op(op, arg)         CALL(sched_op, op, arg, 0)
#define hvm_op(op, arg)           CALL(hvm_op, op, arg, 0)
#define grant_table_op(op, a, n)  CALL(grant_table_op, op, a, n)
#define vcpu_op(op, vcpu, arg)    CALL(vcpu_op, op, vcpu, arg)
#define domctl(arg)               CALL(domctl, arg, 0, 0)
#define sysctl(arg)               CALL(sysctl, arg, 0, 0)

/* --- paging.c: hypercalls with addresses that are translated, or cannot be --- */
void test_paging(void);

#endif
