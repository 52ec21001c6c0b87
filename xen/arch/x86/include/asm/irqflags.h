/* SPDX-License-Identifier: GPL-2.0-only */
/* The interrupt flag of this CPU. */
#ifndef ASM_X86_IRQFLAGS_H
#define ASM_X86_IRQFLAGS_H

#include <xen/types.h>

static inline unsigned long local_save_flags(void)
{
    unsigned long f;

    __asm__ volatile("pushfq; popq %0" : "=r"(f)::"memory");
    return f;
}

static inline bool local_irq_is_enabled(void)
{
    return local_save_flags() & (1UL << 9);
}

static inline void local_irq_disable(void)
{
    __asm__ volatile("cli" ::: "memory");
}

static inline void local_irq_enable(void)
{
    __asm__ volatile("sti" ::: "memory");
}

static inline unsigned long local_irq_save_fn(void)
{
    unsigned long f = local_save_flags();

    local_irq_disable();
    return f;
}

#define local_irq_save(f) ((f) = local_irq_save_fn())

static inline void local_irq_restore(unsigned long f)
{
    if (f & (1UL << 9))
        local_irq_enable();
    else
        local_irq_disable();
}

static inline void cpu_relax(void)
{
    __asm__ volatile("pause" ::: "memory");
}

#endif
