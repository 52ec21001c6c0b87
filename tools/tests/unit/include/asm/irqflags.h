/* SPDX-License-Identifier: GPL-2.0-only */
/* A flag that nothing looks at but assertions: threads have no interrupts. */
#ifndef ASM_HOST_IRQFLAGS_H
#define ASM_HOST_IRQFLAGS_H

#include <xen/types.h>

extern __thread bool host_irqs_off;
void host_relax(void);

static inline unsigned long local_save_flags(void)
{
    return !host_irqs_off;
}

static inline bool local_irq_is_enabled(void)
{
    return !host_irqs_off;
}

static inline void local_irq_disable(void)
{
    host_irqs_off = true;
}

static inline void local_irq_enable(void)
{
    host_irqs_off = false;
}

static inline void local_irq_restore(unsigned long enabled)
{
    host_irqs_off = !enabled;
}

#define local_irq_save(f)         \
    do {                          \
        (f) = local_save_flags(); \
        local_irq_disable();      \
    } while (0)

static inline void cpu_relax(void)
{
    host_relax();
}

#endif
