/* SPDX-License-Identifier: GPL-2.0-only */
/* Atomic counters, by the compiler's builtins; sequentially consistent. */
#ifndef XEN_ATOMIC_H
#define XEN_ATOMIC_H

#include <xen/types.h>

typedef struct {
    int counter;
} atomic_t;

#define ATOMIC_INIT(i) { (i) }

static inline int atomic_read(const atomic_t *a)
{
    return __atomic_load_n(&a->counter, __ATOMIC_RELAXED);
}

static inline void atomic_set(atomic_t *a, int v)
{
    __atomic_store_n(&a->counter, v, __ATOMIC_RELAXED);
}

static inline int atomic_add_return(atomic_t *a, int v)
{
    return __atomic_add_fetch(&a->counter, v, __ATOMIC_SEQ_CST);
}

static inline void atomic_inc(atomic_t *a)
{
    atomic_add_return(a, 1);
}

static inline int atomic_dec_return(atomic_t *a)
{
    return atomic_add_return(a, -1);
}

#define cmpxchg(ptr, old, new)                                                       \
    ({                                                                               \
        typeof(*(ptr)) old_ = (old);                                                 \
        __atomic_compare_exchange_n((ptr), &old_, (new), false, __ATOMIC_SEQ_CST,    \
                                    __ATOMIC_SEQ_CST);                               \
        old_;                                                                        \
    })
#define xchg(ptr, v) __atomic_exchange_n((ptr), (v), __ATOMIC_SEQ_CST)
#define smp_mb()     __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_wmb()    __atomic_thread_fence(__ATOMIC_RELEASE)
#define smp_rmb()    __atomic_thread_fence(__ATOMIC_ACQUIRE)

/* Bits of words shared with guests or other CPUs. */
static inline bool test_bit(unsigned int nr, const volatile void *p)
{
    return (__atomic_load_n((const volatile unsigned int *)p + nr / 32, __ATOMIC_RELAXED) >> (nr % 32)) & 1;
}

static inline bool test_and_set_bit(unsigned int nr, volatile void *p)
{
    unsigned int bit = 1u << (nr % 32);

    return __atomic_fetch_or((volatile unsigned int *)p + nr / 32, bit, __ATOMIC_SEQ_CST) & bit;
}

static inline bool test_and_clear_bit(unsigned int nr, volatile void *p)
{
    unsigned int bit = 1u << (nr % 32);

    return __atomic_fetch_and((volatile unsigned int *)p + nr / 32, ~bit, __ATOMIC_SEQ_CST) & bit;
}

static inline void set_bit(unsigned int nr, volatile void *p)
{
    test_and_set_bit(nr, p);
}

static inline void clear_bit(unsigned int nr, volatile void *p)
{
    test_and_clear_bit(nr, p);
}

#endif
