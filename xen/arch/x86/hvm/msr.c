// SPDX-License-Identifier: GPL-2.0-only
/*
 * Model-specific registers, as the guest sees them: a table of those it may read or write, in which
 * way; everything else is #GP.  The registers that the extension exchanges itself never come here.
 */
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/printk.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include <asm/time.h>
#include <asm/vlapic.h>
#include "private.h"

typedef int msr_read_fn(struct vcpu *v, uint32_t msr, uint64_t *value);
typedef int msr_write_fn(struct vcpu *v, uint32_t msr, uint64_t value);

/* A NULL handler refuses. */
struct msr_row {
    uint32_t first, last;
    msr_read_fn *read;
    msr_write_fn *write;
};

/* --- plain answers --- */

static int read_zero(struct vcpu *v, uint32_t msr, uint64_t *value)
{
    *value = 0;
    return 0;
}

static int write_ignore(struct vcpu *v, uint32_t msr, uint64_t value)
{
    return 0;
}

/* Constants of this processor which the guest's kernel looks at and must find true. */
static int read_host(struct vcpu *v, uint32_t msr, uint64_t *value)
{
    return rdmsr_safe(msr, value) ? -EINVAL : 0;
}

/* --- time --- */

static int read_tsc(struct vcpu *v, uint32_t msr, uint64_t *value)
{
    *value = rdtsc() + v->arch.tsc_offset;
    return 0;
}

static int write_tsc(struct vcpu *v, uint32_t msr, uint64_t value)
{
    v->arch.tsc_offset = value - rdtsc();
    hvm_ops->set_tsc_offset(v, v->arch.tsc_offset);
    time_update_vcpu(v);
    return 0;
}

/* RDTSCP and RDPID read it without an exit, so it is in the processor while the vCPU runs. */
static int read_tsc_aux(struct vcpu *v, uint32_t msr, uint64_t *value)
{
    *value = hvm_of(v)->tsc_aux;
    return 0;
}

static int write_tsc_aux(struct vcpu *v, uint32_t msr, uint64_t value)
{
    if (value >> 32 || wrmsr_safe(MSR_TSC_AUX, value))
        return -EINVAL;
    hvm_of(v)->tsc_aux = value;
    return 0;
}

/* --- EFER --- */

static int read_efer(struct vcpu *v, uint32_t msr, uint64_t *value)
{
    *value = hvm_ops->get_efer(v);
    return 0;
}

static int write_efer(struct vcpu *v, uint32_t msr, uint64_t value)
{
    uint64_t old = hvm_ops->get_efer(v),
             allowed = EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE | EFER_FFXSR;

    if (value & ~allowed)
        return -EINVAL;
    if (((value ^ old) & EFER_LME) && (hvm_ops->get_cr(v, 0) & X86_CR0_PG))
        return -EINVAL;
    hvm_ops->set_efer(v, (value & ~EFER_LMA) | (old & EFER_LMA)); /* LMA is the processor's */
    return 0;
}

/* --- memory types --- */

static int read_pat(struct vcpu *v, uint32_t msr, uint64_t *value)
{
    *value = hvm_of(v)->pat;
    return 0;
}

/* Eight types, each 0, 1, or 4 to 7. */
static bool pat_is_valid(uint64_t pat)
{
    for (unsigned int i = 0; i < 8; i++) {
        uint8_t type = pat >> (i * 8);

        if (type > 7 || type == 2 || type == 3)
            return false;
    }
    return true;
}

static int write_pat(struct vcpu *v, uint32_t msr, uint64_t value)
{
    if (!pat_is_valid(value))
        return -EINVAL;
    hvm_of(v)->pat = value;
    hvm_ops->set_pat(v, value);
    return 0;
}

/* No range registers at all: the host's own decide, below the guest's PAT. */
static int read_mtrr_def_type(struct vcpu *v, uint32_t msr, uint64_t *value)
{
    *value = hvm_of(v)->mtrr_def_type;
    return 0;
}

static int write_mtrr_def_type(struct vcpu *v, uint32_t msr, uint64_t value)
{
    hvm_of(v)->mtrr_def_type = value;
    return 0;
}

static int write_hypercall_page(struct vcpu *v, uint32_t msr, uint64_t value)
{
    return hypercall_page_write(v, value);
}

/* --- the table --- */

#define READ_ONLY_ZERO(msr)           \
    {                                 \
        (msr), (msr), read_zero, NULL \
    }
#define QUIET_ZERO(msr)                       \
    {                                         \
        (msr), (msr), read_zero, write_ignore \
    }

static const struct msr_row msr_rows[] = {
    {MSR_TSC, MSR_TSC, read_tsc, write_tsc},
    READ_ONLY_ZERO(0x17), /* PLATFORM_ID */
    {MSR_APIC_BASE, MSR_APIC_BASE, vlapic_msr_read, vlapic_msr_write},
    READ_ONLY_ZERO(0x3a), /* FEATURE_CONTROL: nothing enabled */
    QUIET_ZERO(0x8b),     /* microcode revision */
    READ_ONLY_ZERO(0xce), /* PLATFORM_INFO */
    READ_ONLY_ZERO(0xfe), /* MTRRCAP: none */
    QUIET_ZERO(0x179),    /* MCG_CAP: no banks */
    QUIET_ZERO(0x17a),    /* MCG_STATUS */
    QUIET_ZERO(0x1a0),    /* MISC_ENABLE */
    QUIET_ZERO(0x1d9),    /* DEBUGCTL */
    {MSR_PAT, MSR_PAT, read_pat, write_pat},
    {0x2ff, 0x2ff, read_mtrr_def_type, write_mtrr_def_type},
    {0x6e0, 0x6e0, vlapic_msr_read, vlapic_msr_write},
    {0x800, 0x8ff, vlapic_msr_read, vlapic_msr_write},
    {MSR_XEN_HYPERCALL_PAGE, MSR_XEN_HYPERCALL_PAGE, NULL, write_hypercall_page},
    {MSR_EFER, MSR_EFER, read_efer, write_efer},
    {MSR_TSC_AUX, MSR_TSC_AUX, read_tsc_aux, write_tsc_aux},
    QUIET_ZERO(0xc0010010),                            /* SYSCFG */
    QUIET_ZERO(0xc0010015),                            /* HWCR */
    QUIET_ZERO(0xc001001f),                            /* NB_CFG */
    QUIET_ZERO(0xc0010055),                            /* interrupt pending and CMP halt */
    QUIET_ZERO(0xc0010058),                            /* MMIO configuration base */
    {0xc0010064, 0xc001006b, read_zero, NULL},         /* P-states */
    READ_ONLY_ZERO(0xc0010112),                        /* SMM segment */
    READ_ONLY_ZERO(0xc0010114),                        /* VM_CR */
    {0xc0010140, 0xc0010141, read_zero, write_ignore}, /* OSVW */
    {0xc0011029, 0xc0011029, read_host, write_ignore}, /* DE_CFG: is LFENCE serialising? */
    QUIET_ZERO(0xc001102a),                            /* BU_CFG2 */
};

static const struct msr_row *row_find(uint32_t msr)
{
    for (unsigned int i = 0; i < ARRAY_SIZE(msr_rows); i++)
        if (msr >= msr_rows[i].first && msr <= msr_rows[i].last)
            return &msr_rows[i];
    return NULL;
}

int hvm_msr_read(struct vcpu *v, uint32_t msr, uint64_t *value)
{
    const struct msr_row *row = row_find(msr);

    return row && row->read ? row->read(v, msr, value) : -EINVAL;
}

int hvm_msr_write(struct vcpu *v, uint32_t msr, uint64_t value)
{
    const struct msr_row *row = row_find(msr);

    return row && row->write ? row->write(v, msr, value) : -EINVAL;
}

/* --- what stays in the processor while the vCPU runs --- */

void hvm_msr_switch_to(struct vcpu *v)
{
    wrmsr_safe(MSR_TSC_AUX, hvm_of(v)->tsc_aux);
}
