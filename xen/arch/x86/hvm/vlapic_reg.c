/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The registers of the virtual local APIC, as a guest reads and writes them: by MMIO in xAPIC mode,
 * by MSR in x2APIC mode, one table for both (SDM vol. 3, tables 11-1 and 11-6).
 *
 * A wrong access shows in the ESR in xAPIC mode and faults in x2APIC mode.
 */
#include <asm/domain.h>
#include <asm/vlapic.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/nospec.h>
#include "vlapic_private.h"

#define MSR_APIC_BASE    0x1b
#define MSR_X2APIC_FIRST 0x800

/* Who may do what with a register. X: in xAPIC mode, 2: in x2APIC mode. */
enum {
    RX = 1,
    WX = 2,
    R2 = 4,
    W2 = 8,
    R = RX | R2,
    W = WX | W2,
};

/* Zero refuses. Bits outside `writable` keep their value, or fault in x2APIC mode. */
static const struct reg_rule {
    uint8_t access;
    uint32_t writable;
} reg_rules[VLAPIC_REGS] = {
    [VLAPIC_ID] = {R | WX, 0},
    [VLAPIC_VERSION] = {R, 0},
    [VLAPIC_TPR] = {R | W, 0xff},
    [VLAPIC_APR] = {RX, 0},
    [VLAPIC_PPR] = {R, 0},
    [VLAPIC_EOI] = {W, 0},
    [VLAPIC_LDR] = {R | WX, 0xff000000},
    [VLAPIC_DFR] = {RX | WX, 0xf0000000},
    [VLAPIC_SVR] = {R | W, 0x1ff},
    [VLAPIC_ISR... VLAPIC_ISR + 7] = {R, 0},
    [VLAPIC_TMR... VLAPIC_TMR + 7] = {R, 0},
    [VLAPIC_IRR... VLAPIC_IRR + 7] = {R, 0},
    [VLAPIC_ESR] = {R | W, 0},
    [VLAPIC_ICR] = {R | W, 0x000ccfff},
    [VLAPIC_ICR2] = {RX | WX, 0xff000000},
    [VLAPIC_LVT_TIMER] = {R | W, 0x000300ff},
    [VLAPIC_LVT_THERMAL] = {R | W, 0x000107ff},
    [VLAPIC_LVT_PERF] = {R | W, 0x000107ff},
    [VLAPIC_LVT_LINT0] = {R | W, 0x0001a7ff},
    [VLAPIC_LVT_LINT1] = {R | W, 0x0001a7ff},
    [VLAPIC_LVT_ERROR] = {R | W, 0x000100ff},
    [VLAPIC_TIMER_INITIAL] = {R | W, ~0u},
    [VLAPIC_TIMER_CURRENT] = {R, 0},
    [VLAPIC_TIMER_DIVIDE] = {R | W, 0xb},
    [VLAPIC_SELF_IPI] = {W2, 0xff},
};

static uint32_t reg_read(struct vlapic *apic, enum vlapic_reg reg)
{
    switch (reg) {
    case VLAPIC_PPR:
        return vlapic_ppr(apic);
    case VLAPIC_TIMER_CURRENT:
        return vlapic_timer_current(apic);
    default:
        return READ_ONCE(apic->reg[reg]);
    }
}

/* A disabled APIC has all its local sources masked, and they stay so until unmasked one by one. */
static void svr_written(struct vlapic *apic)
{
    if (apic->reg[VLAPIC_SVR] & SVR_ENABLE)
        return;
    for (unsigned int lvt = VLAPIC_LVT_TIMER; lvt <= VLAPIC_LVT_ERROR; lvt++)
        apic->reg[lvt] |= LVT_MASKED;
}

/* What a written register sets in motion. */
static void reg_written(struct vlapic *apic, enum vlapic_reg reg, uint32_t value)
{
    switch (reg) {
    case VLAPIC_EOI:
        vlapic_eoi(apic);
        break;
    case VLAPIC_SVR:
        svr_written(apic);
        break;
    case VLAPIC_ESR:
        apic->reg[VLAPIC_ESR] = __atomic_exchange_n(&apic->esr_pending, 0, __ATOMIC_SEQ_CST);
        break;
    case VLAPIC_ICR:
        vlapic_send_ipi(apic, value, apic->reg[VLAPIC_ICR2]);
        break;
    case VLAPIC_SELF_IPI:
        vlapic_set_irq(apic->vcpu, value, false);
        break;
    case VLAPIC_TIMER_INITIAL:
    case VLAPIC_TIMER_DIVIDE:
        vlapic_timer_start(apic);
        break;
    case VLAPIC_LVT_TIMER ... VLAPIC_LVT_ERROR:
        if (!(apic->reg[VLAPIC_SVR] & SVR_ENABLE))
            apic->reg[reg] |= LVT_MASKED;
        if (reg == VLAPIC_LVT_TIMER)
            vlapic_timer_mode_changed(apic);
        break;
    default:
        break;
    }
}

static void reg_write(struct vlapic *apic, enum vlapic_reg reg, uint32_t value)
{
    uint32_t writable = reg_rules[reg].writable;

    apic->reg[reg] = (apic->reg[reg] & ~writable) | (value & writable);
    reg_written(apic, reg, value & writable);
}

/* Whether the access is one of those that the register's rule allows; *reg is then good as an
 * index. */
static bool reg_allows(uint32_t *reg, uint8_t access)
{
    if (*reg >= VLAPIC_REGS)
        return false;
    *reg = index_clamp(*reg, VLAPIC_REGS);
    return reg_rules[*reg].access & access;
}

/* --- xAPIC --- */

/* Registers are 32 bits wide at 16-byte steps; of other accesses only aligned parts are worth
 * reading. */
static void mmio_access(struct vcpu *v, paddr_t addr, unsigned int size, bool is_write,
                        uint64_t *data)
{
    struct vlapic *apic = v->arch.vlapic;
    uint32_t offset = addr & 0xfff, byte = offset & 0xf, reg = offset >> 4;
    paddr_t base;

    if (!is_write)
        *data = vlapic_mmio_enabled(v, &base) ? 0 : ~0ULL;
    if (!vlapic_mmio_enabled(v, &base))
        return;
    if (!reg_allows(&reg, is_write ? WX : RX))
        vlapic_raise_error(apic, ESR_REGISTER);
    else if (!is_write && byte + size <= 4)
        *data = reg_read(apic, reg) >> (byte * 8);
    else if (is_write && byte == 0 && size == 4)
        reg_write(apic, reg, *data);
}

hvm_io_fn *vlapic_mmio_handler(void)
{
    return mmio_access;
}

/* --- x2APIC --- */

static int x2apic_read(struct vlapic *apic, uint32_t reg, uint64_t *value)
{
    if (!reg_allows(&reg, R2))
        return -EINVAL;
    *value = reg_read(apic, reg);
    if (reg == VLAPIC_ICR)
        *value |= (uint64_t)apic->reg[VLAPIC_ICR2] << 32;
    return 0;
}

static int x2apic_write(struct vlapic *apic, uint32_t reg, uint64_t value)
{
    if (!reg_allows(&reg, W2))
        return -EINVAL;
    if ((uint32_t)value & ~reg_rules[reg].writable)
        return -EINVAL;
    if (reg == VLAPIC_ICR)
        apic->reg[VLAPIC_ICR2] = value >> 32;
    else if (value >> 32)
        return -EINVAL;
    reg_write(apic, reg, value);
    return 0;
}

/* Off, xAPIC and x2APIC: the way back from x2APIC leads through off (SDM vol. 3, figure 11-9). */
static int base_write(struct vcpu *v, uint64_t value)
{
    struct vlapic *apic = v->arch.vlapic;
    const uint64_t modes = APIC_BASE_ENABLE | APIC_BASE_X2APIC;
    uint64_t from = apic->base & modes, to = value & modes;

    /* The page cannot be moved: nothing that we run does. */
    if ((value & ~(modes | APIC_BASE_BSP)) != APIC_DEFAULT_BASE || to == APIC_BASE_X2APIC)
        return -EINVAL;
    if ((from == modes && to == APIC_BASE_ENABLE) || (!from && to == modes))
        return -EINVAL;
    apic->base = (apic->base & APIC_BASE_BSP) | APIC_DEFAULT_BASE | to;
    if (!to)
        vlapic_reset(v);
    else if (from != to)
        vlapic_set_identity(v);
    return 0;
}

int vlapic_msr_read(struct vcpu *v, uint32_t msr, uint64_t *value)
{
    struct vlapic *apic = v->arch.vlapic;

    if (msr == MSR_APIC_BASE) {
        *value = apic->base;
        return 0;
    }
    if (msr < MSR_X2APIC_FIRST || !vlapic_is_x2apic(apic))
        return -EINVAL;
    return x2apic_read(apic, msr - MSR_X2APIC_FIRST, value);
}

int vlapic_msr_write(struct vcpu *v, uint32_t msr, uint64_t value)
{
    struct vlapic *apic = v->arch.vlapic;

    if (msr == MSR_APIC_BASE)
        return base_write(v, value);
    if (msr < MSR_X2APIC_FIRST || !vlapic_is_x2apic(apic))
        return -EINVAL;
    return x2apic_write(apic, msr - MSR_X2APIC_FIRST, value);
}
