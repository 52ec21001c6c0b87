/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Destinations of interrupt messages, and what arrives there: IPIs, the I/O APIC's and MSIs alike
 * (SDM vol. 3, 11.6 and 11.12.10).
 *
 * A destination is 32 bits wide here, as in x2APIC mode; the broadcast of 8-bit senders is widened
 * on the way in.
 */
#include <asm/domain.h>
#include <asm/hvm.h>
#include <asm/vlapic.h>
#include <xen/domain.h>
#include <xen/lib.h>
#include "vlapic_private.h"

#define ICR_MODE(icr)      (((icr) >> 8) & 7)
#define ICR_LOGICAL        (1u << 11)
#define ICR_ASSERT         (1u << 14)
#define ICR_LEVEL          (1u << 15)
#define ICR_SHORTHAND(icr) (((icr) >> 18) & 3)

enum shorthand {
    TO_DESTINATION,
    TO_SELF,
    TO_ALL,
    TO_OTHERS,
};

static uint32_t widen(uint32_t dest)
{
    return dest == 0xff ? VLAPIC_BROADCAST : dest;
}

static bool matches_physical(const struct vlapic *apic, uint32_t dest)
{
    uint32_t id = READ_ONCE(apic->reg[VLAPIC_ID]);

    return dest == (vlapic_is_x2apic(apic) ? id : id >> 24);
}

static bool matches_logical(const struct vlapic *apic, uint32_t dest)
{
    uint32_t ldr = READ_ONCE(apic->reg[VLAPIC_LDR]);

    if (vlapic_is_x2apic(apic))
        return dest >> 16 == ldr >> 16 && (dest & ldr & 0xffff);
    ldr >>= 24;
    if (READ_ONCE(apic->reg[VLAPIC_DFR]) >> 28 == 0xf)
        return dest & ldr; /* flat: one bit each */
    return dest >> 4 == ldr >> 4 && (dest & ldr & 0xf);
}

static bool matches(const struct vlapic *apic, uint32_t dest, bool is_logical)
{
    if (dest == VLAPIC_BROADCAST)
        return true;
    return is_logical ? matches_logical(apic, dest) : matches_physical(apic, dest);
}

static void accept(struct vcpu *v, uint8_t mode, uint8_t vector, bool is_level)
{
    switch (mode) {
    case VLAPIC_FIXED:
    case VLAPIC_LOWEST:
        vlapic_set_irq(v, vector, is_level);
        break;
    case VLAPIC_NMI:
        hvm_inject_nmi(v);
        break;
    case VLAPIC_INIT:
        hvm_vcpu_init_reset(v);
        break;
    case VLAPIC_STARTUP:
        hvm_vcpu_start(v, vector);
        break;
    default: /* SMI, ExtINT: this machine has neither */
        break;
    }
}

/* Of the vCPUs addressed the least busy one; the search starts elsewhere for each vector, to spread
 * them. */
static struct vcpu *lowest_priority(struct domain *d, uint32_t dest, bool is_logical,
                                    uint8_t vector)
{
    struct vcpu *best = NULL;

    for (unsigned int i = 0; i < d->max_vcpus; i++) {
        struct vcpu *v = d->vcpu[(vector + i) % d->max_vcpus];

        if (!v || !v->arch.vlapic || !vlapic_is_enabled(v->arch.vlapic) ||
            !matches(v->arch.vlapic, dest, is_logical))
            continue;
        if (!best || vlapic_ppr(v->arch.vlapic) < vlapic_ppr(best->arch.vlapic))
            best = v;
    }
    return best;
}

static void deliver(struct domain *d, uint32_t dest, bool is_logical, uint8_t mode, uint8_t vector,
                    bool is_level)
{
    struct vcpu *v;

    if (mode == VLAPIC_LOWEST) {
        v = lowest_priority(d, dest, is_logical, vector);
        if (v)
            accept(v, mode, vector, is_level);
        return;
    }
    for_each_vcpu (d, v)
        if (v->arch.vlapic && matches(v->arch.vlapic, dest, is_logical))
            accept(v, mode, vector, is_level);
}

/* A device's interrupt may come in any context, where nobody can wait for a vCPU to stop, as INIT
 * does.  No device sends that. */
static bool is_of_devices(uint8_t mode)
{
    return mode != VLAPIC_INIT && mode != VLAPIC_STARTUP;
}

void vlapic_deliver(struct domain *d, uint32_t dest, bool is_logical, uint8_t delivery_mode,
                    uint8_t vector, bool is_level)
{
    if (is_of_devices(delivery_mode))
        deliver(d, widen(dest), is_logical, delivery_mode, vector, is_level);
}

/* SDM vol. 3, 11.11. A device's message is an edge, whatever its trigger bit says. */
void vlapic_deliver_msi(struct domain *d, uint64_t address, uint32_t data)
{
    uint32_t dest = (address >> 12) & 0xff;
    bool is_logical = address & (1u << 2);
    bool is_redirected = address & (1u << 3);
    uint8_t mode = (data >> 8) & 7;

    if (mode == VLAPIC_FIXED && is_redirected && is_logical)
        mode = VLAPIC_LOWEST;
    if (is_of_devices(mode))
        deliver(d, widen(dest), is_logical, mode, data & 0xff, false);
}

static void send_to_others(const struct vlapic *apic, uint8_t mode, uint8_t vector)
{
    struct vcpu *v;

    for_each_vcpu (apic->vcpu->domain, v)
        if (v != apic->vcpu && v->arch.vlapic)
            accept(v, mode, vector, false);
}

void vlapic_send_ipi(struct vlapic *apic, uint32_t icr, uint32_t dest)
{
    uint8_t mode = ICR_MODE(icr), vector = icr & 0xff;

    if ((mode == VLAPIC_FIXED || mode == VLAPIC_LOWEST) && vector < 16) {
        vlapic_raise_error(apic, ESR_SEND_VECTOR);
        return;
    }
    /* The de-assertion of INIT only synchronised old processors' arbitration. */
    if (mode == VLAPIC_INIT && (icr & ICR_LEVEL) && !(icr & ICR_ASSERT))
        return;
    switch ((enum shorthand)ICR_SHORTHAND(icr)) {
    case TO_DESTINATION:
        if (!vlapic_is_x2apic(apic))
            dest = widen(dest >> 24);
        deliver(apic->vcpu->domain, dest, icr & ICR_LOGICAL, mode, vector, false);
        break;
    case TO_SELF:
        accept(apic->vcpu, mode, vector, false);
        break;
    case TO_ALL:
        deliver(apic->vcpu->domain, VLAPIC_BROADCAST, false, mode, vector, false);
        break;
    case TO_OTHERS:
        send_to_others(apic, mode, vector);
        break;
    }
}
