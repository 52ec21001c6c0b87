/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Global system interrupts: a handler for a pin.
 *
 * A level-triggered pin is masked when it fires and unmasked by irq_eoi_gsi(), so its line may stay
 * asserted for as long as a guest takes to serve the device, without a storm and without holding
 * back interrupts of lower priority as an EOI put off would.
 */
#include <xen/errno.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/printk.h>
#include <xen/smp.h>
#include <xen/spinlock.h>
#include <xen/xmalloc.h>

#include "private.h"

struct gsi {
    struct ioapic_pin pin;
    irq_handler_t *handler; /* NULL: not bound */
    void *data;
    int irq;
    uint32_t rte_low; /* as the chip has it, so that masking needs no reading */
    bool is_masked;   /* by irq_mask_gsi() */
    bool in_service;  /* level: fired, not ended */
};

static struct gsi *__ro_after_init gsis;
static unsigned int __ro_after_init gsi_count;
static DEFINE_SPINLOCK(gsi_lock, LOCK_IRQ);

/* Under gsi_lock: the pin is open unless somebody wants it shut. */
static void update_mask(struct gsi *g)
{
    uint32_t low = g->rte_low & ~IOAPIC_RTE_MASKED;

    if (g->is_masked || g->in_service)
        low |= IOAPIC_RTE_MASKED;
    if (low != g->rte_low)
        ioapic_write_low(g->pin, low);
    g->rte_low = low;
}

static void gsi_interrupt(void *data)
{
    struct gsi *g = data;

    if (g->rte_low & IOAPIC_RTE_LEVEL) {
        spin_lock(&gsi_lock);
        g->in_service = true;
        update_mask(g);
        spin_unlock(&gsi_lock);
    }
    g->handler(g->data);
}

static struct gsi *gsi_of(unsigned int gsi)
{
    struct gsi *g = gsi < gsi_count ? &gsis[gsi] : NULL;

    return g && g->pin.chip ? g : NULL;
}

int irq_bind_gsi(unsigned int gsi, bool is_level, bool active_low, irq_handler_t *handler,
                 void *data)
{
    struct gsi *g = gsi_of(gsi);
    struct irq_target target;

    if (!g)
        return -EINVAL;
    if (g->handler)
        return -EBUSY;
    g->irq = irq_alloc_slot(gsi_interrupt, g, 0);
    if (g->irq < 0)
        return g->irq;
    g->handler = handler;
    g->data = data;
    g->is_masked = g->in_service = false;

    target = irq_target(g->irq);
    g->rte_low = target.vector | (is_level ? IOAPIC_RTE_LEVEL : 0) |
                 (active_low ? IOAPIC_RTE_ACTIVE_LOW : 0);
    ioapic_write_high(g->pin, target.apic_id << 24);
    ioapic_write_low(g->pin, g->rte_low);
    return 0;
}

static void set_masked(struct gsi *g, bool is_masked)
{
    unsigned long flags;

    if (!g || !g->handler)
        return;
    spin_lock_irqsave(&gsi_lock, flags);
    g->is_masked = is_masked;
    update_mask(g);
    spin_unlock_irqrestore(&gsi_lock, flags);
}

void irq_mask_gsi(unsigned int gsi)
{
    set_masked(gsi_of(gsi), true);
}

void irq_unmask_gsi(unsigned int gsi)
{
    set_masked(gsi_of(gsi), false);
}

void irq_eoi_gsi(unsigned int gsi)
{
    struct gsi *g = gsi_of(gsi);
    unsigned long flags;

    if (!g || !g->handler)
        return;
    spin_lock_irqsave(&gsi_lock, flags);
    g->in_service = false;
    update_mask(g);
    spin_unlock_irqrestore(&gsi_lock, flags);
}

void irq_unbind_gsi(unsigned int gsi)
{
    struct gsi *g = gsi_of(gsi);

    if (!g || !g->handler)
        return;
    set_masked(g, true);
    irq_free_vector(g->irq);
    g->handler = NULL;
}

unsigned int irq_gsi_count(void)
{
    return gsi_count;
}

void __init gsi_init(void)
{
    gsi_count = ioapic_gsi_count();
    gsis = xzalloc_array(struct gsi, gsi_count);
    if (gsi_count && !gsis)
        panic("no memory for %u interrupts", gsi_count);
    for (unsigned int i = 0; i < gsi_count; i++)
        gsis[i].pin = ioapic_find_pin(i);
}

void __init irq_init(void)
{
    ioapic_init();
    gsi_init();
}
