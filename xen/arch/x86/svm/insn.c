// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long is the instruction that exited?  Processors with next-RIP saving tell; for the others we
 * look at its bytes.  The guest may have changed them since, so they are only believed when they
 * are an instruction that exits in this way.
 *
 * Looking means to walk the guest's page tables and ours, which costs some five times what the rest
 * of such an exit does, and a kernel has but few places that exit often.  So each vCPU remembers where
 * it saw what.  An instruction that exits at the same place for the same reason can differ from what
 * was seen only in prefixes without a meaning; should a guest ever exchange those, it is its own
 * instruction pointer that goes wrong.
 */
#include <xen/lib.h>
#include <xen/string.h>
#include "svm.h"

#define INSTRUCTION_MAX 15

struct exit_opcode {
    uint16_t exitcode;
    uint8_t length;
    uint8_t bytes[3];
};

static const struct exit_opcode exit_opcodes[] = {
    {SVM_EXIT_RDPMC, 2, {0x0f, 0x33}},  {SVM_EXIT_CPUID, 2, {0x0f, 0xa2}},
    {SVM_EXIT_INVD, 2, {0x0f, 0x08}},   {SVM_EXIT_PAUSE, 1, {0x90}},
    {SVM_EXIT_HLT, 1, {0xf4}},          {SVM_EXIT_MSR, 2, {0x0f, 0x30}},
    {SVM_EXIT_MSR, 2, {0x0f, 0x32}},    {SVM_EXIT_VMMCALL, 3, {0x0f, 0x01, 0xd9}},
    {SVM_EXIT_WBINVD, 2, {0x0f, 0x09}},
};

static bool is_legacy_prefix(uint8_t byte)
{
    static const uint8_t prefixes[] = {
        0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3,
    };

    return memchr(prefixes, byte, sizeof(prefixes));
}

/* Bytes before the opcode. *last: the last of them, 0 for none. */
static unsigned int prefix_length(const uint8_t *bytes, unsigned int count, bool is_long,
                                  uint8_t *last)
{
    unsigned int n = 0;

    while (n < count && is_legacy_prefix(bytes[n]))
        n++;
    if (is_long && n < count && (bytes[n] & 0xf0) == 0x40)
        n++;
    *last = n ? bytes[n - 1] : 0;
    return n;
}

/* 0 when the bytes are not (or no longer) such an instruction. */
static unsigned int length_by_bytes(struct vcpu *v, uint64_t exitcode)
{
    uint8_t bytes[INSTRUCTION_MAX], last;
    unsigned int count = hvm_fetch(v, bytes, sizeof(bytes));
    unsigned int n = prefix_length(bytes, count, hvm_code_width(v) == 8, &last);

    for (unsigned int i = 0; i < ARRAY_SIZE(exit_opcodes); i++) {
        const struct exit_opcode *op = &exit_opcodes[i];

        if (op->exitcode == exitcode && n + op->length <= count &&
            !memcmp(bytes + n, op->bytes, op->length))
            return n + op->length;
    }
    return 0;
}

unsigned int svm_instruction_length(struct vcpu *v, uint64_t exitcode)
{
    const struct vmcb *vmcb = vmcb_of(v);
    uint64_t rip = vmcb->rip, space = vmcb->cpl == 3 ? vmcb->cr3 : 0;
    struct svm_seen_insn *seen = &v->arch.svm->seen[(rip ^ rip >> 5) % SVM_SEEN_INSNS];

    if ((svm_features & SVM_FEATURE_NRIP) && vmcb->next_rip)
        return vmcb->next_rip - rip;
    if (seen->rip != rip || seen->space != space || seen->exitcode != exitcode || !seen->length)
        *seen = (struct svm_seen_insn){
            .rip = rip,
            .space = space,
            .exitcode = (uint16_t)exitcode,
            .length = (uint8_t)length_by_bytes(v, exitcode),
        };
    return seen->length;
}

/* MOV to or from CR8: 44 0f 20/22 /r, or f0 0f 20/22 with the register field 0 outside of long
 * mode. */
bool svm_decode_mov_cr8(struct vcpu *v, unsigned int *gpr, unsigned int *length)
{
    uint8_t bytes[INSTRUCTION_MAX], last;
    unsigned int count = hvm_fetch(v, bytes, sizeof(bytes));
    bool is_long = hvm_code_width(v) == 8;
    unsigned int n = prefix_length(bytes, count, is_long, &last);

    if (n + 3 > count || bytes[n] != 0x0f || (bytes[n + 1] & ~2) != 0x20)
        return false;
    *gpr = (bytes[n + 2] & 7) | (is_long && (last & 0xf1) == 0x41 ? 8 : 0);
    *length = n + 3;
    return true;
}
