/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The instruction that faulted on device memory: fetched, decoded, executed against the guest's
 * memory and virtual devices.  What emulate/ knows in the abstract is tied here to a vCPU.
 */
#include <asm/domain.h>
#include <asm/hvm.h>
#include <asm/hvm_io.h>
#include <asm/page.h>
#include <xen/domain.h>
#include <xen/guest_access.h>
#include <xen/lib.h>
#include <xen/printk.h>
#include <xen/string.h>
#include "../emulate/execute.h"

#define VECTOR_GP 13

_Static_assert((int)INSN_ES == SEG_ES && (int)INSN_GS == SEG_GS, "segments by number");
_Static_assert(offsetof(struct guest_regs, r15) == 15 * sizeof(uint64_t), "registers by number");

static bool is_canonical(struct vcpu *v, uint64_t linear, unsigned int size)
{
    int64_t first = linear << 16, last = (linear + size - 1) << 16;

    return hvm_code_width(v) != 8 ||
           ((uint64_t)(first >> 16) == linear && (uint64_t)(last >> 16) == linear + size - 1);
}

/* Guest memory, or a virtual device; a bare device of the machine answers nothing here. */
static void physical_access(struct vcpu *v, paddr_t gpa, void *data, unsigned int size,
                            bool is_write)
{
    uint64_t value = 0;
    int rc;

    if (hvm_io_is_mmio(v->domain, gpa)) {
        if (is_write)
            memcpy(&value, data, size);
        hvm_io_mmio(v, gpa, size, is_write, &value);
        if (!is_write)
            memcpy(data, &value, size);
        return;
    }
    rc = is_write ? guest_phys_write(v->domain, gpa, data, size)
                  : guest_phys_read(v->domain, gpa, data, size);
    if (rc && !is_write)
        memset(data, 0xff, size);
}

/* The page of `linear`: 0 and *gpa, or a queued #PF. */
static int walk(struct vcpu *v, uint64_t linear, bool is_write, paddr_t *gpa)
{
    unsigned int access = (is_write ? HVM_WRITE : HVM_READ) | (hvm_cpl(v) == 3 ? HVM_USER : 0);
    uint32_t error;

    if (!hvm_walk(v, linear, access, gpa, &error))
        return 0;
    hvm_inject_page_fault(v, error, linear);
    return -1;
}

/* Across two pages the access goes byte by byte, once both are known to be there. */
static int split_access(struct vcpu *v, uint64_t linear, uint8_t *data, unsigned int size,
                        bool is_write)
{
    unsigned int first = PAGE_SIZE - (linear & ~PAGE_MASK);
    paddr_t gpa[2];

    if (walk(v, linear, is_write, &gpa[0]) || walk(v, linear + first, is_write, &gpa[1]))
        return -1;
    for (unsigned int i = 0; i < size; i++)
        physical_access(v, i < first ? gpa[0] + i : gpa[1] + i - first, data + i, 1, is_write);
    return 0;
}

static int linear_access(struct vcpu *v, uint64_t linear, void *data, unsigned int size,
                         bool is_write)
{
    paddr_t gpa;

    if (!is_canonical(v, linear, size)) {
        hvm_inject_exception(v, VECTOR_GP, 0);
        return -1;
    }
    if ((linear & ~PAGE_MASK) + size > PAGE_SIZE)
        return split_access(v, linear, data, size, is_write);
    if (walk(v, linear, is_write, &gpa))
        return -1;
    physical_access(v, gpa, data, size, is_write);
    return 0;
}

static int read_linear(struct emulation *e, uint64_t linear, void *data, unsigned int size)
{
    return linear_access(e->owner, linear, data, size, false);
}

static int write_linear(struct emulation *e, uint64_t linear, const void *data, unsigned int size)
{
    uint64_t copy = 0;

    memcpy(&copy, data, size);
    return linear_access(e->owner, linear, &copy, size, true);
}

static uint64_t segment_base(struct emulation *e, enum insn_segment segment)
{
    struct hvm_segment seg;

    hvm_get_segment(e->owner, (enum hvm_segment_name)segment, &seg);
    return seg.base;
}

static const struct emulate_access guest_access = {
    .read = read_linear,
    .write = write_linear,
    .segment_base = segment_base,
};

static enum emulate_result unhandled(struct vcpu *v, paddr_t gpa, const uint8_t *bytes,
                                     unsigned int count)
{
    char text[3 * INSTRUCTION_MAX + 1] = "";

    for (unsigned int i = 0; i < count; i++)
        snprintf(text + 3 * i, sizeof(text) - 3 * i, " %02x", bytes[i]);
    printk(XENLOG_G_ERR "d%dv%u: no emulation of the access to %#lx at %#lx:%s\n",
           v->domain->domain_id, v->vcpu_id, gpa, v->arch.regs.rip, text);
    return EMULATE_UNHANDLED;
}

enum emulate_result hvm_emulate_one(struct vcpu *v, paddr_t gpa)
{
    struct guest_regs *regs = &v->arch.regs;
    uint8_t bytes[INSTRUCTION_MAX];
    unsigned int count = hvm_fetch(v, bytes, sizeof(bytes));
    struct instruction insn;
    struct emulation e = {
        .insn = &insn,
        .access = &guest_access,
        .owner = v,
        .gpr = &regs->rax,
        .rip = regs->rip,
        .rflags = regs->rflags,
    };

    if (instruction_decode(bytes, count, hvm_code_width(v), &insn) != DECODE_OK)
        return unhandled(v, gpa, bytes, count);
    switch (instruction_execute(&e)) {
    case EXECUTE_DONE:
        regs->rflags = e.rflags;
        hvm_skip_instruction(v, insn.length);
        return EMULATE_OK;
    case EXECUTE_AGAIN:
        return EMULATE_OK;
    case EXECUTE_EXCEPTION:
        return EMULATE_EXCEPTION;
    case EXECUTE_UNKNOWN:
        break;
    }
    return unhandled(v, gpa, bytes, count);
}
