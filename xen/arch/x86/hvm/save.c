// SPDX-License-Identifier: GPL-2.0-only
/*
 * A domain's virtual hardware as a chain of records (public/hvm/save.h): how the toolstack gives
 * the first vCPU its context, and reads a paused domain's.  One row per kind of record, one record
 * per vCPU.
 */
#include <public/hvm/save.h>
#include <xen/domain.h>
#include <xen/domctl.h>
#include <xen/errno.h>
#include <xen/guest_access.h>
#include <xen/lib.h>
#include <xen/sched.h>
#include <xen/string.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include "private.h"

union record {
    struct hvm_save_header header;
    struct hvm_hw_cpu cpu;
    struct hvm_hw_mtrr mtrr;
};

/* get: false when there is nothing to tell of this vCPU. */
struct record_row {
    uint16_t code;
    uint32_t length;
    bool (*get)(struct vcpu *v, union record *r);
    int (*set)(struct vcpu *v, const union record *r);
};

/* --- segments, in the record's own words --- */

#define SEGMENTS(X) \
    X(ES, es) X(CS, cs) X(SS, ss) X(DS, ds) X(FS, fs) X(GS, gs) X(LDTR, ldtr) X(TR, tr)

static void segments_get(const struct hvm_cpu_state *s, struct hvm_hw_cpu *c)
{
#define GET(NAME, name)                         \
    c->name##_sel = s->seg[SEG_##NAME].sel;     \
    c->name##_base = s->seg[SEG_##NAME].base;   \
    c->name##_limit = s->seg[SEG_##NAME].limit; \
    c->name##_arbytes = s->seg[SEG_##NAME].attr;
    SEGMENTS(GET)
#undef GET
}

static void segments_set(struct hvm_cpu_state *s, const struct hvm_hw_cpu *c)
{
#define SET(NAME, name)                                                  \
    s->seg[SEG_##NAME] = (struct hvm_segment){.sel = c->name##_sel,      \
                                              .attr = c->name##_arbytes, \
                                              .limit = c->name##_limit,  \
                                              .base = c->name##_base};
    SEGMENTS(SET)
#undef SET
}

static void registers_get(const struct guest_regs *regs, struct hvm_hw_cpu *c)
{
    memcpy(&c->r8, &regs->r8, 8 * sizeof(uint64_t));
    c->rax = regs->rax;
    c->rbx = regs->rbx;
    c->rcx = regs->rcx;
    c->rdx = regs->rdx;
    c->rbp = regs->rbp;
    c->rsi = regs->rsi;
    c->rdi = regs->rdi;
    c->rsp = regs->rsp;
    c->rip = regs->rip;
    c->rflags = regs->rflags;
}

static void registers_set(struct guest_regs *regs, const struct hvm_hw_cpu *c)
{
    memcpy(&regs->r8, &c->r8, 8 * sizeof(uint64_t));
    regs->rax = c->rax;
    regs->rbx = c->rbx;
    regs->rcx = c->rcx;
    regs->rdx = c->rdx;
    regs->rbp = c->rbp;
    regs->rsi = c->rsi;
    regs->rdi = c->rdi;
    regs->rsp = c->rsp;
    regs->rip = c->rip;
    regs->rflags = c->rflags | X86_EFLAGS_MBS;
}

/* --- the records --- */

static bool cpu_get(struct vcpu *v, union record *r)
{
    struct hvm_hw_cpu *c = &r->cpu;
    const struct hvm_vcpu *hvm = hvm_of(v);
    struct hvm_cpu_state s;

    if (test_bit(VPF_down, &v->pause_flags))
        return false;
    hvm_get_state(v, &s);
    registers_get(&v->arch.regs, c);
    segments_get(&s, c);
    c->cr0 = s.cr0;
    c->cr2 = s.cr2;
    c->cr3 = s.cr3;
    c->cr4 = s.cr4;
    memcpy(&c->dr0, hvm->debug_address, sizeof(hvm->debug_address));
    c->dr6 = s.dr6;
    c->dr7 = s.dr7;
    c->gdtr_base = s.gdtr.base;
    c->gdtr_limit = s.gdtr.limit;
    c->idtr_base = s.idtr.base;
    c->idtr_limit = s.idtr.limit;
    c->sysenter_cs = s.sysenter_cs;
    c->sysenter_esp = s.sysenter_esp;
    c->sysenter_eip = s.sysenter_eip;
    c->shadow_gs = s.kernel_gs_base;
    c->msr_star = s.star;
    c->msr_lstar = s.lstar;
    c->msr_cstar = s.cstar;
    c->msr_syscall_mask = s.sfmask;
    c->msr_efer = s.efer;
    c->msr_tsc_aux = hvm->tsc_aux;
    c->tsc = rdtsc() + v->arch.tsc_offset;
    c->flags = XEN_X86_FPU_INITIALISED;
    xstate_get_fpu(v, c->fpu_regs);
    return true;
}

static int cpu_check(const struct hvm_hw_cpu *c)
{
    uint64_t efer = EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE | EFER_FFXSR;

    if (c->cr0 >> 32 || c->msr_efer & ~efer || c->flags & ~XEN_X86_FPU_INITIALISED || c->pad0)
        return -EINVAL;
    if ((c->cr0 & X86_CR0_PG) && !(c->cr0 & X86_CR0_PE))
        return -EINVAL;
    if (c->dr6 >> 32 || c->dr7 >> 32)
        return -EINVAL;
    if ((c->flags & XEN_X86_FPU_INITIALISED) && !xstate_fpu_is_valid(c->fpu_regs))
        return -EINVAL;
    return 0;
}

static int cpu_set(struct vcpu *v, const union record *r)
{
    const struct hvm_hw_cpu *c = &r->cpu;
    struct hvm_vcpu *hvm = hvm_of(v);
    struct hvm_cpu_state s = {
        .cr0 = c->cr0 | X86_CR0_ET,
        .cr2 = c->cr2,
        .cr3 = c->cr3,
        .cr4 = c->cr4,
        .efer = c->msr_efer,
        .dr6 = c->dr6,
        .dr7 = c->dr7,
        .gdtr = {c->gdtr_base, c->gdtr_limit},
        .idtr = {c->idtr_base, c->idtr_limit},
        .sysenter_cs = c->sysenter_cs,
        .sysenter_esp = c->sysenter_esp,
        .sysenter_eip = c->sysenter_eip,
        .star = c->msr_star,
        .lstar = c->msr_lstar,
        .cstar = c->msr_cstar,
        .sfmask = c->msr_syscall_mask,
        .kernel_gs_base = c->shadow_gs,
    };

    if (cpu_check(c))
        return -EINVAL;
    segments_set(&s, c);
    registers_set(&v->arch.regs, c);
    hvm_set_state(v, &s);
    memcpy(hvm->debug_address, &c->dr0, sizeof(hvm->debug_address));
    hvm->tsc_aux = (uint32_t)c->msr_tsc_aux;
    if (c->flags & XEN_X86_FPU_INITIALISED)
        xstate_set_fpu(v, c->fpu_regs);
    hvm->in_reset = false;
    v->is_initialised = true;
    vcpu_up(v);
    return 0;
}

static bool mtrr_get(struct vcpu *v, union record *r)
{
    r->mtrr.msr_pat_cr = hvm_of(v)->pat;
    r->mtrr.msr_mtrr_def_type = hvm_of(v)->mtrr_def_type;
    return true;
}

/* There are no range registers: what a builder writes into them goes without saying. */
static int mtrr_set(struct vcpu *v, const union record *r)
{
    int rc = hvm_msr_write(v, MSR_PAT, r->mtrr.msr_pat_cr);

    if (!rc)
        hvm_of(v)->mtrr_def_type = r->mtrr.msr_mtrr_def_type;
    return rc;
}

static const struct record_row rows[] = {
    {HVM_SAVE_CODE(CPU), HVM_SAVE_LENGTH(CPU), cpu_get, cpu_set},
    {HVM_SAVE_CODE(MTRR), HVM_SAVE_LENGTH(MTRR), mtrr_get, mtrr_set},
};

static const struct record_row *row_find(uint16_t code)
{
    for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++)
        if (rows[i].code == code)
            return &rows[i];
    return NULL;
}

/* --- the chain --- */

struct chain {
    uint64_t gva;
    uint32_t done, size;
};

static int chain_put(struct chain *chain, uint16_t code, uint16_t instance, const void *body,
                     uint32_t length)
{
    struct hvm_save_descriptor desc = {code, instance, length};

    if (chain->size - chain->done < sizeof(desc) + length)
        return -ENOSPC;
    if (guest_write(chain->gva + chain->done, &desc) ||
        guest_copy_to(chain->gva + chain->done + sizeof(desc), body, length))
        return -EFAULT;
    chain->done += sizeof(desc) + length;
    return 0;
}

static int chain_get(struct chain *chain, struct hvm_save_descriptor *desc, union record *r)
{
    if (chain->size - chain->done < sizeof(*desc))
        return -ENODATA;
    if (guest_read(desc, chain->gva + chain->done))
        return -EFAULT;
    chain->done += sizeof(*desc);
    if (desc->length > chain->size - chain->done || desc->length > sizeof(*r))
        return -EINVAL;
    memset(r, 0, sizeof(*r));
    if (guest_copy_from(r, chain->gva + chain->done, desc->length))
        return -EFAULT;
    chain->done += desc->length;
    return 0;
}

static uint32_t chain_size(struct domain *d)
{
    uint32_t size = 2 * sizeof(struct hvm_save_descriptor) + HVM_SAVE_LENGTH(HEADER);
    struct vcpu *v;

    for_each_vcpu (d, v)
        for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++)
            size += sizeof(struct hvm_save_descriptor) + rows[i].length;
    return size;
}

static int context_get(struct domain *d, struct chain *chain)
{
    union record r = {
        .header = {.magic = HVM_FILE_MAGIC, .version = HVM_FILE_VERSION, .cpuid = cpuid(1).a}};
    int rc = chain_put(chain, HVM_SAVE_CODE(HEADER), 0, &r, HVM_SAVE_LENGTH(HEADER));
    struct vcpu *v;

    for (unsigned int i = 0; !rc && i < ARRAY_SIZE(rows); i++) {
        for_each_vcpu (d, v) {
            memset(&r, 0, sizeof(r));
            if (!rc && rows[i].get(v, &r))
                rc = chain_put(chain, rows[i].code, v->vcpu_id, &r, rows[i].length);
        }
    }
    return rc ? rc : chain_put(chain, HVM_SAVE_CODE(END), 0, &r, 0);
}

static int header_check(const struct hvm_save_descriptor *desc,
                        const struct hvm_save_header *header)
{
    if (desc->typecode != HVM_SAVE_CODE(HEADER) || desc->length != sizeof(*header))
        return -EINVAL;
    return header->magic == HVM_FILE_MAGIC && header->version == HVM_FILE_VERSION ? 0 : -EINVAL;
}

static int record_set(struct domain *d, const struct hvm_save_descriptor *desc,
                      const union record *r)
{
    const struct record_row *row = row_find(desc->typecode);
    struct vcpu *v = domain_vcpu(d, desc->instance);

    if (!row || desc->length != row->length)
        return -EINVAL;
    return v ? row->set(v, r) : -ENOENT;
}

static int context_set(struct domain *d, struct chain *chain)
{
    struct hvm_save_descriptor desc;
    union record r;
    int rc = chain_get(chain, &desc, &r);

    if (!rc)
        rc = header_check(&desc, &r.header);
    while (!rc) {
        rc = chain_get(chain, &desc, &r);
        if (!rc && desc.typecode == HVM_SAVE_CODE(END))
            return 0;
        if (!rc)
            rc = record_set(d, &desc, &r);
    }
    return rc;
}

/* --- domctl --- */

int arch_domctl_gethvmcontext(struct domain *d, struct xen_domctl *op)
{
    struct xen_domctl_hvmcontext *arg = &op->u.hvmcontext;
    struct chain chain = {.gva = (uint64_t)arg->buffer.p, .size = arg->size};
    int rc;

    if (d == current->domain)
        return -EINVAL;
    if (!arg->buffer.p) {
        arg->size = chain_size(d);
        return 0;
    }
    domain_pause(d);
    rc = context_get(d, &chain);
    domain_unpause(d);
    arg->size = chain.done;
    return rc;
}

int arch_domctl_sethvmcontext(struct domain *d, struct xen_domctl *op)
{
    const struct xen_domctl_hvmcontext *arg = &op->u.hvmcontext;
    struct chain chain = {.gva = (uint64_t)arg->buffer.p, .size = arg->size};
    int rc;

    if (d == current->domain)
        return -EINVAL;
    domain_pause(d);
    rc = context_set(d, &chain);
    domain_unpause(d);
    return rc;
}

int arch_domctl_gethvmcontext_partial(struct domain *d, struct xen_domctl *op)
{
    struct xen_domctl_hvmcontext_partial *arg = &op->u.hvmcontext_partial;
    const struct record_row *row = arg->type <= HVM_SAVE_CODE_MAX ? row_find(arg->type) : NULL;
    struct vcpu *v = domain_vcpu(d, arg->instance);
    union record r = {};
    bool is_there;

    if (!row || !v || d == current->domain)
        return -EINVAL;
    if (!arg->buffer.p) {
        arg->bufsz = row->length;
        return 0;
    }
    if (arg->bufsz < row->length)
        return -ENOSPC;
    domain_pause(d);
    is_there = row->get(v, &r);
    domain_unpause(d);
    if (!is_there)
        return -ENODATA;
    arg->bufsz = row->length;
    return guest_copy_to((uint64_t)arg->buffer.p, &r, row->length);
}
