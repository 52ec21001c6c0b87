/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual local APIC: its life, and the way of an interrupt through it (SDM vol. 3, 11.8).
 *
 *   vlapic_set_irq          vlapic_pending           vlapic_offer                  vlapic_ack       vlapic_eoi
 *   anywhere: IRR, kick --> entry: above the PPR? --> out of the IRR, for a run --> taken: ISR --> the guest is done
 *
 * IRR and TMR are written from anywhere, by atomic operations; all else belongs to the APIC's own
 * vCPU, so no lock is taken on the way of an interrupt.
 */
#include <asm/domain.h>
#include <asm/hvm.h>
#include <asm/vioapic.h>
#include <asm/vlapic.h>
#include <xen/atomic.h>
#include <xen/bug.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/sched.h>
#include <xen/string.h>
#include <xen/xmalloc.h>
#include "vlapic_private.h"

/* A vector's bit in a bank of eight registers. */
static bool bank_test(const struct vlapic *apic, enum vlapic_reg bank, uint8_t vector)
{
    return test_bit(vector, &apic->reg[bank]);
}

/* The highest vector in a bank, or -1. */
static int bank_highest(const struct vlapic *apic, enum vlapic_reg bank)
{
    for (int i = 7; i >= 0; i--) {
        uint32_t word = READ_ONCE(apic->reg[bank + i]);

        if (word)
            return i * 32 + 31 - __builtin_clz(word);
    }
    return -1;
}

/* The guest's view is spaced by two, so that no two vCPUs look like threads of one core. */
static uint32_t vlapic_id_of(const struct vcpu *v)
{
    return 2 * v->vcpu_id;
}

static void reset_registers(struct vlapic *apic)
{
    memset(apic->reg, 0, sizeof(apic->reg));
    apic->esr_pending = 0;
    apic->reg[VLAPIC_VERSION] = 0x14 | (VLAPIC_LVT_ERROR - VLAPIC_LVT_TIMER) << 16;
    apic->reg[VLAPIC_DFR] = ~0u;
    apic->reg[VLAPIC_SVR] = 0xff;
    for (unsigned int lvt = VLAPIC_LVT_TIMER; lvt <= VLAPIC_LVT_ERROR; lvt++)
        apic->reg[lvt] = LVT_MASKED;
}

/* INIT keeps IA32_APIC_BASE (SDM vol. 3, 11.4.7.3 and 11.12.5.1), and so the x2APIC's identifiers.
 */
void vlapic_reset(struct vcpu *v)
{
    struct vlapic *apic = v->arch.vlapic;

    vlapic_timer_cancel(apic);
    reset_registers(apic);
    vlapic_set_identity(v);
}

/* The identifiers follow from the mode: see SDM vol. 3, 11.12.10.2 for the logical one. */
void vlapic_set_identity(struct vcpu *v)
{
    struct vlapic *apic = v->arch.vlapic;
    uint32_t id = vlapic_id_of(v);

    if (vlapic_is_x2apic(apic)) {
        apic->reg[VLAPIC_ID] = id;
        apic->reg[VLAPIC_LDR] = (id >> 4) << 16 | 1u << (id & 15);
    } else
        apic->reg[VLAPIC_ID] = id << 24;
}

int vlapic_init(struct vcpu *v)
{
    struct vlapic *apic = xzalloc(struct vlapic);

    if (!apic)
        return -ENOMEM;
    apic->vcpu = v;
    apic->base = APIC_DEFAULT_BASE | APIC_BASE_ENABLE | (v->vcpu_id ? 0 : APIC_BASE_BSP);
    v->arch.vlapic = apic;
    vlapic_timer_init(apic);
    reset_registers(apic);
    vlapic_set_identity(v);
    return 0;
}

void vlapic_destroy(struct vcpu *v)
{
    if (!v->arch.vlapic)
        return;
    timer_kill(&v->arch.vlapic->timer);
    xfree(v->arch.vlapic);
    v->arch.vlapic = NULL;
}

void vlapic_set_irq(struct vcpu *v, uint8_t vector, bool is_level)
{
    struct vlapic *apic = v->arch.vlapic;

    if (!vlapic_is_enabled(apic))
        return;
    if (vector < 16) {
        vlapic_raise_error(apic, ESR_RECV_VECTOR);
        return;
    }
    if (is_level)
        set_bit(vector, &apic->reg[VLAPIC_TMR]);
    else
        clear_bit(vector, &apic->reg[VLAPIC_TMR]);
    if (test_and_set_bit(vector, &apic->reg[VLAPIC_IRR]))
        return;
    vcpu_unblock(v);
    arch_vcpu_kick(v);
}

/* The processor priority: the task's or that of the interrupt in service, whichever is more. */
uint32_t vlapic_ppr(const struct vlapic *apic)
{
    uint32_t tpr = apic->reg[VLAPIC_TPR];
    int in_service = bank_highest(apic, VLAPIC_ISR);
    uint32_t isr_class = in_service < 0 ? 0 : in_service & 0xf0;

    return (tpr & 0xf0) >= isr_class ? tpr : isr_class;
}

int vlapic_pending(struct vcpu *v)
{
    const struct vlapic *apic = v->arch.vlapic;
    int vector = bank_highest(apic, VLAPIC_IRR);

    if (vector < 0 || (vector & 0xf0) <= (int)(vlapic_ppr(apic) & 0xf0))
        return -1;
    return vector;
}

/*
 * An interrupt is offered to the guest for the time of one run, and only afterwards we learn whether it was taken.
 * Meanwhile its IRR bit is clear, so that the same vector arriving anew is a second interrupt:
 *
 *     this vCPU                           a sender
 *     offer: IRR = 0
 *     guest takes it, reads what there is
 *                                         more comes: IRR = 1, kick
 *     ack: ISR = 1, IRR stays
 */
void vlapic_offer(struct vcpu *v, uint8_t vector)
{
    clear_bit(vector, &v->arch.vlapic->reg[VLAPIC_IRR]);
}

void vlapic_withdraw(struct vcpu *v, uint8_t vector)
{
    set_bit(vector, &v->arch.vlapic->reg[VLAPIC_IRR]);
}

void vlapic_ack(struct vcpu *v, uint8_t vector)
{
    set_bit(vector, &v->arch.vlapic->reg[VLAPIC_ISR]);
}

bool vlapic_has_irr(struct vcpu *v, uint8_t vector)
{
    return bank_test(v->arch.vlapic, VLAPIC_IRR, vector);
}

/* A level interrupt's EOI goes on to the I/O APIC, which may find the line still asserted. */
void vlapic_eoi(struct vlapic *apic)
{
    int vector = bank_highest(apic, VLAPIC_ISR);

    if (vector < 0)
        return;
    clear_bit(vector, &apic->reg[VLAPIC_ISR]);
    if (bank_test(apic, VLAPIC_TMR, vector))
        vioapic_eoi(apic->vcpu->domain, vector);
}

uint8_t vlapic_get_tpr(struct vcpu *v)
{
    return v->arch.vlapic->reg[VLAPIC_TPR];
}

void vlapic_set_tpr(struct vcpu *v, uint8_t tpr)
{
    v->arch.vlapic->reg[VLAPIC_TPR] = tpr;
}

void vlapic_raise_lvt(struct vlapic *apic, enum vlapic_reg lvt)
{
    uint32_t entry = READ_ONCE(apic->reg[lvt]);

    if (!(entry & LVT_MASKED))
        vlapic_set_irq(apic->vcpu, entry & 0xff, false);
}

/* A bad vector in the error entry itself is recorded, and must not raise the error again. */
void vlapic_raise_error(struct vlapic *apic, uint32_t esr_bit)
{
    uint32_t before = __atomic_fetch_or(&apic->esr_pending, esr_bit, __ATOMIC_SEQ_CST);

    if (before & esr_bit)
        return;
    vlapic_raise_lvt(apic, VLAPIC_LVT_ERROR);
}

bool vlapic_mmio_enabled(struct vcpu *v, paddr_t *base)
{
    *base = APIC_DEFAULT_BASE;
    return (v->arch.vlapic->base & (APIC_BASE_ENABLE | APIC_BASE_X2APIC)) == APIC_BASE_ENABLE;
}

/* The timer runs on whether its vCPU does or not: it is what wakes it. It only follows it. */
void vlapic_switch_from(struct vcpu *v)
{
}

void vlapic_switch_to(struct vcpu *v)
{
    timer_migrate(&v->arch.vlapic->timer, v->processor);
}
