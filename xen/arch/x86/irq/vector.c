/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Vectors: who handles which, on which CPU.  A few fixed ones mean the same everywhere; the others
 * are handed out per CPU, so that many CPUs serve many devices.  An irq number is the CPU and the
 * vector.
 */
#include <xen/cpumask.h>
#include <xen/errno.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/percpu.h>
#include <xen/printk.h>
#include <xen/smp.h>
#include <xen/spinlock.h>
#include <xen/acpi.h>
#include <asm/apic.h>
#include <asm/irq.h>
#include <asm/irqflags.h>
#include <asm/traps.h>

#include "private.h"

#define DYNAMIC_COUNT (VECTOR_DYNAMIC_LAST - VECTOR_DYNAMIC_FIRST + 1)

/* Intel's and AMD's message format: SDM vol. 3, 11.11; fixed delivery, physical destination, edge.
 */
#define MSI_ADDRESS_BASE       0xfee00000u
#define MSI_ADDRESS_DEST_SHIFT 12

struct slot {
    irq_handler_t *handler; /* NULL: free */
    void *data;
};

static DEFINE_PER_CPU(struct slot, slots[DYNAMIC_COUNT]);
static DEFINE_SPINLOCK(irq_lock, LOCK_IRQ); /* which slots are taken */
static void (*__read_mostly fixed[NR_VECTORS])(void);

static struct slot *slot_of(int irq)
{
    return &per_cpu(slots, irq / NR_VECTORS)[irq % NR_VECTORS - VECTOR_DYNAMIC_FIRST];
}

void irq_set_fixed(unsigned int vector, void (*fn)(void))
{
    ASSERT(vector > VECTOR_DYNAMIC_LAST && vector < NR_VECTORS);
    fixed[vector] = fn;
}

static void dispatch_dynamic(unsigned int vector)
{
    struct slot *slot = &this_cpu(slots)[vector - VECTOR_DYNAMIC_FIRST];
    irq_handler_t *handler = __atomic_load_n(&slot->handler, __ATOMIC_ACQUIRE);

    if (handler)
        handler(slot->data);
    else
        printk(XENLOG_DEBUG "CPU%u: stray interrupt, vector %#x\n", smp_processor_id(), vector);
}

void irq_dispatch(unsigned int vector, struct cpu_regs *regs)
{
    /* Neither these nor the legacy controllers' spurious ones are in service: they want no EOI. */
    if (vector == VECTOR_SPURIOUS || vector < VECTOR_DYNAMIC_FIRST)
        return;
    spin_irq_enter();
    if (vector <= VECTOR_DYNAMIC_LAST)
        dispatch_dynamic(vector);
    else if (fixed[vector])
        fixed[vector]();
    spin_irq_exit();
    apic_eoi();
}

int irq_alloc_slot(irq_handler_t *handler, void *data, unsigned int cpu)
{
    unsigned long flags;
    int irq = -ENOSPC;

    ASSERT(cpumask_test(&cpu_online_map, cpu));
    spin_lock_irqsave(&irq_lock, flags);
    for (unsigned int i = 0; i < DYNAMIC_COUNT; i++) {
        struct slot *slot = &per_cpu(slots, cpu)[i];

        if (!slot->handler) {
            slot->data = data;
            __atomic_store_n(&slot->handler, handler, __ATOMIC_RELEASE);
            irq = cpu * NR_VECTORS + VECTOR_DYNAMIC_FIRST + i;
            break;
        }
    }
    spin_unlock_irqrestore(&irq_lock, flags);
    return irq;
}

struct irq_target irq_target(int irq)
{
    return (struct irq_target){acpi_cpus[irq / NR_VECTORS].apic_id, irq % NR_VECTORS};
}

int irq_alloc_vector(irq_handler_t *handler, void *data, unsigned int cpu,
                     struct msi_message *message)
{
    int irq = irq_alloc_slot(handler, data, cpu);

    if (irq >= 0) {
        struct irq_target target = irq_target(irq);

        message->address = MSI_ADDRESS_BASE | target.apic_id << MSI_ADDRESS_DEST_SHIFT;
        message->data = target.vector;
    }
    return irq;
}

static void do_nothing(void *arg)
{
}

void irq_free_vector(int irq)
{
    cpumask_t where = {};
    unsigned long flags;

    spin_lock_irqsave(&irq_lock, flags);
    slot_of(irq)->handler = NULL;
    spin_unlock_irqrestore(&irq_lock, flags);
    /* Handlers run with interrupts off: once the CPU answers, none is under way. */
    cpumask_set(&where, irq / NR_VECTORS);
    smp_call(&where, do_nothing, NULL, true);
}
