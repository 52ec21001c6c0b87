// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest physical address that the nested tables do not map, or not for this access:
 *
 *   a virtual device's            its instruction is emulated
 *   RAM, by now                   another vCPU's doing: simply again
 *   the machine's, and not RAM    the hardware domain gets it mapped, identically, when it first
 * looks nothing, or read-only         reads all ones, writes are dropped
 */
#include <xen/boot_info.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/p2m.h>
#include <xen/printk.h>
#include <xen/sched.h>
#include <asm/hvm_exit.h>
#include <asm/hvm_io.h>
#include <asm/hwdom.h>
#include <asm/processor.h>
#include "private.h"

/* The mapping may have come meanwhile, and allow what was tried. */
static bool is_stale(struct vcpu *v, const struct hvm_nested_fault *fault)
{
    p2m_type_t type;

    p2m_lookup(v->domain, _gfn(fault->gpa >> PAGE_SHIFT), &type, NULL);
    switch (type) {
    case p2m_invalid:
        return false;
    case p2m_ram_ro:
    case p2m_grant_map_ro:
        return !fault->is_write;
    default:
        return true;
    }
}

static bool map_machine(struct domain *d, paddr_t gpa)
{
    unsigned long frame = gpa >> PAGE_SHIFT;

    return hwdom_may_map(d, gpa) && !p2m_set(d, _gfn(frame), _mfn(frame), 0, p2m_mmio_direct);
}

static void emulate(struct vcpu *v, const struct hvm_nested_fault *fault)
{
    if (hvm_emulate_one(v, fault->gpa) != EMULATE_UNHANDLED)
        return;
    domain_crash(v->domain, "v%u: cannot emulate the %s at %#lx, rip %#lx", v->vcpu_id,
                 fault->is_write   ? "write"
                 : fault->is_fetch ? "fetch"
                                   : "read",
                 fault->gpa, v->arch.regs.rip);
}

void hvm_exit_nested_fault(struct vcpu *v, const struct hvm_nested_fault *fault)
{
    struct domain *d = v->domain;

    if (hvm_io_is_mmio(d, fault->gpa)) {
        emulate(v, fault);
        return;
    }
    if (is_stale(v, fault))
        return;
    if (!fault->is_present && d->is_hardware && map_machine(d, fault->gpa))
        return;
    emulate(v, fault);
}
