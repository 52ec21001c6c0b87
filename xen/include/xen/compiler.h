/* SPDX-License-Identifier: GPL-2.0-only */
/* What we ask of the compiler beyond C11. */
#ifndef XEN_COMPILER_H
#define XEN_COMPILER_H

#define likely(x)       __builtin_expect(!!(x), 1)
#define unlikely(x)     __builtin_expect(!!(x), 0)
#define noinline        __attribute__((noinline))
#define always_inline   inline __attribute__((always_inline))
#define cold_fn         __attribute__((__cold__, __noinline__))
#define packed_struct   __attribute__((packed))
#define noreturn_fn     __attribute__((noreturn))
#define must_check      __attribute__((warn_unused_result))
#define printf_like(f, a) __attribute__((format(printf, f, a)))
#define aligned_to(n)   __attribute__((aligned(n)))
#define in_section(s)   __attribute__((section(s)))
#define used_symbol     __attribute__((used))
#define fallthrough     __attribute__((fallthrough))

#define barrier()       __asm__ volatile("" ::: "memory")
#define READ_ONCE(x)    (*(const volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile typeof(x) *)&(x) = (v))

#define container_of(ptr, type, member) \
    ((type *)((char *)(1 ? (ptr) : &((type *)0)->member) - offsetof(type, member)))

#endif
