// SPDX-License-Identifier: GPL-2.0-only
/*
 * IN and OUT, and their string forms: each element goes through the routing of io.c.  A repeated
 * one is done a page's worth at most; the instruction is executed again for the rest.
 */
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/lib.h>
#include <asm/hvm_exit.h>
#include <asm/hvm_io.h>
#include <asm/processor.h>
#include "private.h"

#define REPEAT_MAX 512

static bool port_plain(struct vcpu *v, const struct hvm_port_access *access)
{
    struct guest_regs *regs = &v->arch.regs;
    uint64_t mask = ~0ULL >> (64 - access->size * 8), data = regs->rax & mask;

    hvm_io_port(v, access->port, access->size, !access->is_in, &data);
    if (!access->is_in)
        return true;
    if (access->size == 4)
        regs->rax = data & mask; /* a 32-bit result clears the upper half */
    else
        regs->rax = (regs->rax & ~mask) | (data & mask);
    return true;
}

/* The prefixes say which segment OUTS reads from, and how wide addresses are. */
struct string_prefixes {
    enum hvm_segment_name segment;
    unsigned int address_size;
};

static struct string_prefixes prefixes_decode(struct vcpu *v)
{
    unsigned int width = hvm_code_width(v);
    struct string_prefixes p = {.segment = SEG_DS, .address_size = width};
    uint8_t bytes[15];
    unsigned int count = hvm_fetch(v, bytes, sizeof(bytes));

    for (unsigned int i = 0; i < count; i++) {
        switch (bytes[i]) {
        case 0x26:
            p.segment = SEG_ES;
            break;
        case 0x2e:
            p.segment = SEG_CS;
            break;
        case 0x36:
            p.segment = SEG_SS;
            break;
        case 0x3e:
            p.segment = SEG_DS;
            break;
        case 0x64:
            p.segment = SEG_FS;
            break;
        case 0x65:
            p.segment = SEG_GS;
            break;
        case 0x67:
            p.address_size = width == 8 ? 4 : width == 4 ? 2 : 4;
            break;
        case 0x66:
        case 0xf0:
        case 0xf2:
        case 0xf3:
            break;
        default:
            return p;
        }
    }
    return p;
}

static uint64_t string_linear(struct vcpu *v, enum hvm_segment_name which, uint64_t offset)
{
    struct hvm_segment seg;

    hvm_get_segment(v, which, &seg);
    if (hvm_code_width(v) == 8)
        return offset + (which == SEG_FS || which == SEG_GS ? seg.base : 0);
    return (uint32_t)(seg.base + offset);
}

/* One element at `linear`. False: an exception has been queued. */
static bool string_element(struct vcpu *v, const struct hvm_port_access *access, uint64_t linear)
{
    uint64_t data = 0;
    int rc;

    if (access->is_in) {
        hvm_io_port(v, access->port, access->size, false, &data);
        rc = hvm_linear_write(v, linear, &data, access->size);
    } else {
        rc = hvm_linear_read(v, linear, &data, access->size);
        if (!rc)
            hvm_io_port(v, access->port, access->size, true, &data);
    }
    if (rc == -ENXIO)
        hvm_inject_exception(v, X86_TRAP_GP, 0);
    return !rc;
}

static bool port_string(struct vcpu *v, const struct hvm_port_access *access)
{
    struct guest_regs *regs = &v->arch.regs;
    struct string_prefixes p = prefixes_decode(v);
    uint64_t mask = ~0ULL >> (64 - p.address_size * 8);
    uint64_t *index = access->is_in ? &regs->rdi : &regs->rsi;
    int64_t step = regs->rflags & X86_EFLAGS_DF ? -(int64_t)access->size : access->size;
    uint64_t left = access->is_rep ? regs->rcx & mask : 1;
    enum hvm_segment_name segment = access->is_in ? SEG_ES : p.segment;

    for (unsigned int done = 0; left && done < REPEAT_MAX; done++, left--) {
        if (!string_element(v, access, string_linear(v, segment, *index & mask)))
            return false;
        *index = (*index & ~mask) | ((*index + step) & mask);
        if (access->is_rep)
            regs->rcx = (regs->rcx & ~mask) | ((regs->rcx - 1) & mask);
    }
    return !left;
}

bool hvm_exit_port(struct vcpu *v, const struct hvm_port_access *access)
{
    return access->is_string ? port_string(v, access) : port_plain(v, access);
}
