/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * MOVS, STOS and LODS with their repeat prefixes (APM vol. 3, 1.2.6).  A repeated one runs a
 * bounded number of rounds at a time; the registers hold its progress, so the guest just executes
 * it again, and takes its interrupts in between.
 */
#include "alu.h"
#include "operand.h"

#define ROUNDS_AT_ONCE 512

enum { RAX, RCX, RSI = 6, RDI };

bool string_is(const struct instruction *insn)
{
    if (insn->map != MAP_ONE_BYTE)
        return false;
    switch (insn->opcode & ~1) {
    case 0xa4: /* MOVS */
    case 0xaa: /* STOS */
    case 0xac: /* LODS */
        return true;
    default:
        return false;
    }
}

static uint64_t pointer(struct emulation *e, unsigned int reg)
{
    enum insn_segment segment = reg == RDI ? INSN_ES : (enum insn_segment)e->insn->segment;

    return linear_address(e, segment, gpr_read(e, reg, e->insn->address_size));
}

static void advance(struct emulation *e, unsigned int reg, unsigned int size)
{
    uint64_t step = e->rflags & FLAG_DF ? -(uint64_t)size : size;

    gpr_write(e, reg, e->gpr[reg] + step, e->insn->address_size);
}

/* One round: from [rSI] or the accumulator to [rDI] or the accumulator. */
static int one_round(struct emulation *e, unsigned int size)
{
    unsigned int opcode = e->insn->opcode & ~1;
    bool from_memory = opcode != 0xaa, to_memory = opcode != 0xac;
    uint64_t value = gpr_read(e, RAX, size);

    if (from_memory && memory_read(e, pointer(e, RSI), &value, size))
        return -1;
    if (to_memory && memory_write(e, pointer(e, RDI), value, size))
        return -1;
    if (!to_memory)
        gpr_write(e, RAX, value, size);
    if (from_memory)
        advance(e, RSI, size);
    if (to_memory)
        advance(e, RDI, size);
    return 0;
}

enum execute_result string_execute(struct emulation *e)
{
    unsigned int width = e->insn->address_size;
    unsigned int size = e->insn->opcode & 1 ? e->insn->operand_size : 1;

    if (!e->insn->rep)
        return one_round(e, size) ? EXECUTE_EXCEPTION : EXECUTE_DONE;
    for (unsigned int i = 0; i < ROUNDS_AT_ONCE; i++) {
        if (!gpr_read(e, RCX, width))
            return EXECUTE_DONE;
        if (one_round(e, size))
            return EXECUTE_EXCEPTION;
        gpr_write(e, RCX, e->gpr[RCX] - 1, width);
    }
    return gpr_read(e, RCX, width) ? EXECUTE_AGAIN : EXECUTE_DONE;
}
