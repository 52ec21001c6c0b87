// SPDX-License-Identifier: GPL-2.0-only
/*
 * The states that a vCPU starts in: power-on and INIT (APM vol. 2, 14.1.3), the start-up
 * interrupt's real mode, the flat protected mode of the PVH boot ABI, and what VCPUOP_initialise
 * says.
 */
#include <public/hvm/hvm_vcpu.h>
#include <xen/atomic.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/guest_access.h>
#include <xen/sched.h>
#include <xen/string.h>
#include <asm/hvm_exit.h>
#include <asm/irqflags.h>
#include <asm/msr.h>
#include <asm/page.h>
#include <asm/processor.h>
#include <asm/vlapic.h>
#include "private.h"

#define ATTR_CODE16 0x009b /* present, code, accessed */
#define ATTR_DATA16 0x0093
#define ATTR_CODE32 0x0c9b /* and 4 GiB, 32-bit */
#define ATTR_DATA32 0x0c93
#define ATTR_CODE64 0x0a9b /* 64-bit */
#define ATTR_LDT    0x0082
#define ATTR_TSS    0x008b /* busy, 32-bit */
#define DR6_RESET   0xffff0ff0
#define DR7_RESET   0x400
#define PAT_RESET   0x0007040600070406ULL

static void state_reset(struct hvm_cpu_state *s)
{
    memset(s, 0, sizeof(*s));
    s->cr0 = X86_CR0_ET;
    s->dr6 = DR6_RESET;
    s->dr7 = DR7_RESET;
    for (unsigned int i = 0; i < SEG_COUNT; i++)
        s->seg[i] = (struct hvm_segment){.attr = ATTR_DATA16, .limit = 0xffff};
    s->seg[SEG_CS].attr = ATTR_CODE16;
    s->seg[SEG_LDTR].attr = ATTR_LDT;
    s->seg[SEG_TR].attr = ATTR_TSS;
    s->gdtr.limit = s->idtr.limit = 0xffff;
}

static void registers_reset(struct vcpu *v)
{
    memset(&v->arch.regs, 0, sizeof(v->arch.regs));
    v->arch.regs.rflags = X86_EFLAGS_MBS;
}

static void hvm_reset(struct vcpu *v)
{
    struct hvm_vcpu *hvm = hvm_of(v);

    memset(&hvm->event, 0, sizeof(hvm->event));
    hvm->nmi_pending = hvm->nmi_masked = false;
    hvm->pat = PAT_RESET;
    hvm_ops->set_pat(v, hvm->pat);
    hvm_ops->set_nmi_window(v, false);
    hvm->irq_vector = -1;
}

/* The vCPU is down, or current. */
void hvm_vcpu_reset(struct vcpu *v)
{
    struct hvm_cpu_state state;

    state_reset(&state);
    state.seg[SEG_CS].sel = 0xf000;
    state.seg[SEG_CS].base = 0xffff0000;
    registers_reset(v);
    v->arch.regs.rip = 0xfff0;
    v->arch.regs.rdx = 0x600; /* a family, to whom it may concern */
    hvm_set_state(v, &state);
    hvm_reset(v);
}

/*
 * INIT waits for its target to stop, and two vCPUs may send it to each other.  So a domain's INITs
 * go one after the other; and who waits for its turn while it is told to go down itself, gives up:
 * it went down before it could send.
 *
 *     vCPU 0                              vCPU 1
 *     its turn; 1 goes down
 *     waits for 1 to stop
 *                                         wants its turn; is down: gives up, and stops
 */
static bool init_begin(struct domain *d)
{
    while (xchg(&d->arch.init_under_way, true)) {
        if (test_bit(VPF_down, &current->pause_flags) || READ_ONCE(d->is_shutting_down))
            return false;
        cpu_relax();
    }
    return true;
}

static void init_end(struct domain *d)
{
    __atomic_store_n(&d->arch.init_under_way, false, __ATOMIC_RELEASE);
}

/* INIT: to where only a SIPI wakes it; what it was doing is no context to come up with again. */
void hvm_vcpu_init_reset(struct vcpu *v)
{
    struct hvm_vcpu *hvm = hvm_of(v);

    if (hvm->in_reset || !init_begin(v->domain))
        return;
    v->is_initialised = false;
    vcpu_down(v);
    if (v != current)
        vcpu_sleep_sync(v);
    hvm_vcpu_reset(v);
    vlapic_reset(v);
    hvm->in_reset = true;
    init_end(v->domain);
}

/* SIPI: real mode at vector << 12.  Only a vCPU in reset listens. */
void hvm_vcpu_start(struct vcpu *v, uint8_t sipi_vector)
{
    struct hvm_cpu_state state;

    if (!xchg(&hvm_of(v)->in_reset, false))
        return;
    state_reset(&state);
    state.seg[SEG_CS].sel = sipi_vector << 8;
    state.seg[SEG_CS].base = (uint64_t)sipi_vector << PAGE_SHIFT;
    registers_reset(v);
    hvm_set_state(v, &state);
    v->is_initialised = true;
    vcpu_up(v);
}

/* The PVH entry: 32-bit, flat, no paging, ebx points to the start info. */
void hvm_vcpu_set_pvh(struct vcpu *v, uint32_t entry, uint32_t start_info)
{
    struct hvm_cpu_state state;

    state_reset(&state);
    state.cr0 |= X86_CR0_PE;
    for (unsigned int i = SEG_ES; i <= SEG_GS; i++)
        state.seg[i] = (struct hvm_segment){.attr = ATTR_DATA32, .limit = ~0u};
    state.seg[SEG_CS].attr = ATTR_CODE32;
    state.seg[SEG_TR].limit = 0x67;
    state.gdtr.limit = state.idtr.limit = 0;
    registers_reset(v);
    v->arch.regs.rip = entry;
    v->arch.regs.rbx = start_info;
    hvm_set_state(v, &state);
    hvm_of(v)->in_reset = false;
    v->is_initialised = true;
}

/* --- VCPUOP_initialise --- */

#define EFER_GUEST (EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE | EFER_FFXSR)

static int start_32(struct hvm_cpu_state *s, struct guest_regs *regs,
                    const struct vcpu_hvm_x86_32 *c)
{
    if (c->pad1 || c->pad2[0] || c->pad2[1] || c->pad2[2] || c->efer & ~(uint64_t)EFER_GUEST ||
        ((c->cr0 & X86_CR0_PG) && (!(c->cr0 & X86_CR0_PE) || c->efer & EFER_LME)))
        return -EINVAL;
    *regs = (struct guest_regs){.rax = c->eax,
                                .rcx = c->ecx,
                                .rdx = c->edx,
                                .rbx = c->ebx,
                                .rsp = c->esp,
                                .rbp = c->ebp,
                                .rsi = c->esi,
                                .rdi = c->edi,
                                .rip = c->eip,
                                .rflags = c->eflags | X86_EFLAGS_MBS};
    s->cr0 = c->cr0 | X86_CR0_ET;
    s->cr3 = c->cr3;
    s->cr4 = c->cr4;
    s->efer = c->efer & ~(uint64_t)EFER_LMA;
    s->seg[SEG_CS] =
        (struct hvm_segment){.attr = c->cs_ar, .limit = c->cs_limit, .base = c->cs_base};
    s->seg[SEG_DS] =
        (struct hvm_segment){.attr = c->ds_ar, .limit = c->ds_limit, .base = c->ds_base};
    s->seg[SEG_SS] =
        (struct hvm_segment){.attr = c->ss_ar, .limit = c->ss_limit, .base = c->ss_base};
    s->seg[SEG_ES] =
        (struct hvm_segment){.attr = c->es_ar, .limit = c->es_limit, .base = c->es_base};
    s->seg[SEG_TR] =
        (struct hvm_segment){.attr = c->tr_ar, .limit = c->tr_limit, .base = c->tr_base};
    return 0;
}

static int start_64(struct hvm_cpu_state *s, struct guest_regs *regs,
                    const struct vcpu_hvm_x86_64 *c)
{
    const uint64_t cr0 = X86_CR0_PE | X86_CR0_PG, efer = EFER_LME | EFER_LMA;

    if ((c->cr0 & cr0) != cr0 || c->cr0 >> 32 || !(c->cr4 & X86_CR4_PAE) || c->cr4 >> 32 ||
        (c->efer & efer) != efer || c->efer & ~(uint64_t)EFER_GUEST)
        return -EINVAL;
    *regs = (struct guest_regs){.rax = c->rax,
                                .rcx = c->rcx,
                                .rdx = c->rdx,
                                .rbx = c->rbx,
                                .rsp = c->rsp,
                                .rbp = c->rbp,
                                .rsi = c->rsi,
                                .rdi = c->rdi,
                                .rip = c->rip,
                                .rflags = c->rflags | X86_EFLAGS_MBS};
    s->cr0 = c->cr0 | X86_CR0_ET;
    s->cr3 = c->cr3;
    s->cr4 = c->cr4;
    s->efer = c->efer;
    for (unsigned int i = SEG_ES; i <= SEG_GS; i++)
        s->seg[i] = (struct hvm_segment){.attr = ATTR_DATA32, .limit = ~0u};
    s->seg[SEG_CS].attr = ATTR_CODE64;
    return 0;
}

/* The same gate as a start-up interrupt's: a vCPU in reset has one beginning. */
int arch_vcpu_initialise(struct vcpu *v, uint64_t gva)
{
    struct vcpu_hvm_context context;
    struct hvm_cpu_state state;
    struct guest_regs regs;
    int rc;

    if (guest_read(&context, gva))
        return -EFAULT;
    state_reset(&state);
    if (context.pad)
        rc = -EINVAL;
    else if (context.mode == VCPU_HVM_MODE_32B)
        rc = start_32(&state, &regs, &context.cpu_regs.x86_32);
    else if (context.mode == VCPU_HVM_MODE_64B)
        rc = start_64(&state, &regs, &context.cpu_regs.x86_64);
    else
        rc = -EINVAL;
    if (rc)
        return rc;
    if (!xchg(&hvm_of(v)->in_reset, false))
        return -EEXIST;
    v->arch.regs = regs;
    hvm_set_state(v, &state);
    v->is_initialised = true;
    return 0;
}
