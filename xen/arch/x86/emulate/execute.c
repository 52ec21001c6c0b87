/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The executor: one row per opcode says what is done to which operands, and one function does it.
 *
 *     row -> operand sizes -> read source, read destination -> alu function -> write destination
 *
 * Exchanges have two results, hence a function each.  No register and no flag changes before the
 * last memory access has succeeded, so that an instruction that faults can be started over.
 */
#include <xen/lib.h>
#include "alu.h"
#include "operand.h"

/* Where an operand is. */
enum place {
    NOWHERE,
    E,   /* register or memory, by ModRM */
    G,   /* register, by ModRM */
    IMM, /* in the instruction */
    ACC, /* AL, AX, EAX, RAX */
    ONE, /* none: the operation has one operand */
};

/* Row flags. */
enum {
    BYTE = 1,  /* operands of 8 bits; otherwise of the operand size */
    FRESH = 2, /* the destination's old value does not matter: do not read it */
    KEEP = 4,  /* the destination is not written */
    SRC8 = 8,  /* the source is 8, 16, 32 bits wide, whatever the destination */
    SRC16 = 16,
    SRC32 = 32,
    SIGNED = 64, /* and sign-extended */
    BITS = 128,  /* G counts bits from the memory operand on, also beyond it */
};

typedef enum execute_result special_fn(struct emulation *e, unsigned int size);

struct row {
    alu_fn *fn;
    uint8_t dst, src; /* enum place */
    uint8_t flags;
    const struct row *group; /* by ModRM's reg field, in place of all this but flags */
    special_fn *special;     /* in place of all this but flags */
};

static special_fn exchange, exchange_add, compare_exchange, set_condition, move_condition;

#define ALU(base, fn, keep)                                              \
    [base] = {fn, E, G, BYTE | (keep)}, [(base) + 1] = {fn, E, G, keep}, \
    [(base) + 2] = {fn, G, E, BYTE | (keep)}, [(base) + 3] = {fn, G, E, keep}

#define GROUP_ALU(name, wide)                                                               \
    static const struct row name[8] = {                                                     \
        {alu_add, E, IMM, wide}, {alu_or, E, IMM, wide},           {alu_adc, E, IMM, wide}, \
        {alu_sbb, E, IMM, wide}, {alu_and, E, IMM, wide},          {alu_sub, E, IMM, wide}, \
        {alu_xor, E, IMM, wide}, {alu_sub, E, IMM, (wide) | KEEP},                          \
    }

GROUP_ALU(group_alu_byte, BYTE);
GROUP_ALU(group_alu, 0);

#define GROUP_UNARY(name, wide)                 \
    static const struct row name[8] = {         \
        [0] = {alu_and, E, IMM, (wide) | KEEP}, \
        [1] = {alu_and, E, IMM, (wide) | KEEP}, \
        [2] = {alu_not, E, ONE, wide},          \
        [3] = {alu_neg, E, ONE, wide},          \
    }

GROUP_UNARY(group_unary_byte, BYTE);
GROUP_UNARY(group_unary, 0);

static const struct row group_step_byte[8] = {
    {alu_inc, E, ONE, BYTE},
    {alu_dec, E, ONE, BYTE},
};
static const struct row group_step[8] = {
    {alu_inc, E, ONE, 0},
    {alu_dec, E, ONE, 0},
};
static const struct row group_move_byte[8] = {{alu_mov, E, IMM, BYTE | FRESH}};
static const struct row group_move[8] = {{alu_mov, E, IMM, FRESH}};
static const struct row group_bits[8] = {
    [4] = {alu_bt, E, IMM, KEEP},
    [5] = {alu_bts, E, IMM, 0},
    [6] = {alu_btr, E, IMM, 0},
    [7] = {alu_btc, E, IMM, 0},
};

static const struct row one_byte[256] = {
    ALU(0x00, alu_add, 0),
    ALU(0x08, alu_or, 0),
    ALU(0x10, alu_adc, 0),
    ALU(0x18, alu_sbb, 0),
    ALU(0x20, alu_and, 0),
    ALU(0x28, alu_sub, 0),
    ALU(0x30, alu_xor, 0),
    ALU(0x38, alu_sub, KEEP),
    [0x63] = {alu_mov, G, E, FRESH | SRC32 | SIGNED},
    [0x80] = {.group = group_alu_byte},
    [0x81] = {.group = group_alu},
    [0x83] = {.group = group_alu},
    [0x84] = {alu_and, E, G, BYTE | KEEP},
    [0x85] = {alu_and, E, G, KEEP},
    [0x86] = {.special = exchange, .flags = BYTE},
    [0x87] = {.special = exchange},
    [0x88] = {alu_mov, E, G, BYTE | FRESH},
    [0x89] = {alu_mov, E, G, FRESH},
    [0x8a] = {alu_mov, G, E, BYTE | FRESH},
    [0x8b] = {alu_mov, G, E, FRESH},
    [0xa0] = {alu_mov, ACC, E, BYTE | FRESH},
    [0xa1] = {alu_mov, ACC, E, FRESH},
    [0xa2] = {alu_mov, E, ACC, BYTE | FRESH},
    [0xa3] = {alu_mov, E, ACC, FRESH},
    [0xc6] = {.group = group_move_byte},
    [0xc7] = {.group = group_move},
    [0xf6] = {.group = group_unary_byte},
    [0xf7] = {.group = group_unary},
    [0xfe] = {.group = group_step_byte},
    [0xff] = {.group = group_step},
};

static const struct row two_byte[256] = {
    [0x40 ... 0x4f] = {.special = move_condition},
    [0x90 ... 0x9f] = {.special = set_condition, .flags = BYTE},
    [0xa3] = {alu_bt, E, G, KEEP | BITS},
    [0xab] = {alu_bts, E, G, BITS},
    [0xb0] = {.special = compare_exchange, .flags = BYTE},
    [0xb1] = {.special = compare_exchange},
    [0xb3] = {alu_btr, E, G, BITS},
    [0xb6] = {alu_mov, G, E, FRESH | SRC8},
    [0xb7] = {alu_mov, G, E, FRESH | SRC16},
    [0xba] = {.group = group_bits},
    [0xbb] = {alu_btc, E, G, BITS},
    [0xbe] = {alu_mov, G, E, FRESH | SRC8 | SIGNED},
    [0xbf] = {alu_mov, G, E, FRESH | SRC16 | SIGNED},
    [0xc0] = {.special = exchange_add, .flags = BYTE},
    [0xc1] = {.special = exchange_add},
    [0xc3] = {alu_mov, E, G, FRESH}, /* MOVNTI */
};

/* --- operands --- */

static uint64_t operand_address(struct emulation *e)
{
    const struct instruction *insn = e->insn;

    return linear_address(e, insn->segment, instruction_offset(insn, e->gpr, e->rip));
}

/* A bit number in a register reaches beyond the operand it is counted from, both ways. */
static uint64_t bit_address(struct emulation *e, unsigned int size)
{
    const struct instruction *insn = e->insn;
    unsigned int unused = 64 - size * 8;
    int64_t bit = (int64_t)(gpr_read(e, insn->reg, size) << unused) >> unused;
    uint64_t offset = instruction_offset(insn, e->gpr, e->rip);

    offset += (bit >> (size == 8 ? 6 : size == 4 ? 5 : 4)) * (int64_t)size;
    return linear_address(e, insn->segment, address_truncate(offset, insn->address_size));
}

static int operand_read(struct emulation *e, enum place place, uint64_t linear, unsigned int size,
                        uint64_t *value)
{
    switch (place) {
    case E:
        if (e->insn->is_memory)
            return memory_read(e, linear, value, size);
        *value = gpr_read(e, e->insn->rm, size);
        return 0;
    case G:
        *value = gpr_read(e, e->insn->reg, size);
        return 0;
    case ACC:
        *value = gpr_read(e, 0, size);
        return 0;
    case IMM:
        *value = e->insn->imm;
        return 0;
    default:
        *value = 0;
        return 0;
    }
}

static int operand_write(struct emulation *e, enum place place, uint64_t linear, unsigned int size,
                         uint64_t value)
{
    if (place == E && e->insn->is_memory)
        return memory_write(e, linear, value, size);
    gpr_write(e, place == ACC ? 0 : place == G ? e->insn->reg : e->insn->rm, value, size);
    return 0;
}

static unsigned int source_size(const struct row *row, unsigned int size)
{
    return row->flags & SRC8 ? 1 : row->flags & SRC16 ? 2 : row->flags & SRC32 ? 4 : size;
}

static uint64_t sign_extend(uint64_t value, unsigned int size)
{
    unsigned int unused = 64 - size * 8;

    return (int64_t)(value << unused) >> unused;
}

/* --- the two-operand instructions --- */

static enum execute_result execute_row(struct emulation *e, const struct row *row,
                                       unsigned int size)
{
    unsigned int src_size = source_size(row, size);
    uint64_t linear = row->flags & BITS ? bit_address(e, size) : operand_address(e);
    uint64_t flags = e->rflags, src, dst = 0;

    if (operand_read(e, row->src, linear, src_size, &src))
        return EXECUTE_EXCEPTION;
    if (row->flags & SIGNED)
        src = sign_extend(src, src_size);
    if (!(row->flags & FRESH) && operand_read(e, row->dst, linear, size, &dst))
        return EXECUTE_EXCEPTION;
    dst = row->fn(dst, src, size, &flags);
    if (!(row->flags & KEEP) && operand_write(e, row->dst, linear, size, dst))
        return EXECUTE_EXCEPTION;
    e->rflags = flags;
    return EXECUTE_DONE;
}

/* --- those with two results, or a condition --- */

static enum execute_result exchange(struct emulation *e, unsigned int size)
{
    uint64_t linear = operand_address(e), old, new = gpr_read(e, e->insn->reg, size);

    if (operand_read(e, E, linear, size, &old) || operand_write(e, E, linear, size, new))
        return EXECUTE_EXCEPTION;
    gpr_write(e, e->insn->reg, old, size);
    return EXECUTE_DONE;
}

/* The sum is written last where both operands are one register. */
static enum execute_result exchange_add(struct emulation *e, unsigned int size)
{
    uint64_t linear = operand_address(e), old, sum, flags = e->rflags;

    if (operand_read(e, E, linear, size, &old))
        return EXECUTE_EXCEPTION;
    sum = alu_add(old, gpr_read(e, e->insn->reg, size), size, &flags);
    if (e->insn->is_memory && memory_write(e, linear, sum, size))
        return EXECUTE_EXCEPTION;
    gpr_write(e, e->insn->reg, old, size);
    if (!e->insn->is_memory)
        gpr_write(e, e->insn->rm, sum, size);
    e->rflags = flags;
    return EXECUTE_DONE;
}

/* The destination is written in either case, with its old value where the comparison fails. */
static enum execute_result compare_exchange(struct emulation *e, unsigned int size)
{
    uint64_t linear = operand_address(e), acc = gpr_read(e, 0, size), old, flags = e->rflags;
    bool is_equal;

    if (operand_read(e, E, linear, size, &old))
        return EXECUTE_EXCEPTION;
    alu_sub(acc, old, size, &flags);
    is_equal = flags & FLAG_ZF;
    if (operand_write(e, E, linear, size, is_equal ? gpr_read(e, e->insn->reg, size) : old))
        return EXECUTE_EXCEPTION;
    if (!is_equal)
        gpr_write(e, 0, old, size);
    e->rflags = flags;
    return EXECUTE_DONE;
}

static enum execute_result set_condition(struct emulation *e, unsigned int size)
{
    bool holds = alu_condition(e->insn->opcode & 15, e->rflags);

    return operand_write(e, E, operand_address(e), size, holds) ? EXECUTE_EXCEPTION : EXECUTE_DONE;
}

/* The source is read, and the upper half of a 32-bit destination cleared, whether it moves or not.
 */
static enum execute_result move_condition(struct emulation *e, unsigned int size)
{
    uint64_t value;

    if (operand_read(e, E, operand_address(e), size, &value))
        return EXECUTE_EXCEPTION;
    if (!alu_condition(e->insn->opcode & 15, e->rflags))
        value = gpr_read(e, e->insn->reg, size);
    gpr_write(e, e->insn->reg, value, size);
    return EXECUTE_DONE;
}

/* --- */

static const struct row *find_row(const struct instruction *insn)
{
    const struct row *row;

    if (insn->map > MAP_0F)
        return NULL;
    row = insn->map == MAP_0F ? &two_byte[insn->opcode] : &one_byte[insn->opcode];
    if (row->group)
        row = &row->group[insn->reg & 7];
    /* 63 is ARPL outside 64-bit code. */
    if (insn->map == MAP_ONE_BYTE && insn->opcode == 0x63 && insn->code_width != 8)
        return NULL;
    return row->fn || row->special ? row : NULL;
}

enum execute_result instruction_execute(struct emulation *e)
{
    const struct row *row;
    unsigned int size;

    if (string_is(e->insn))
        return string_execute(e);
    row = find_row(e->insn);
    if (!row)
        return EXECUTE_UNKNOWN;
    size = row->flags & BYTE ? 1 : e->insn->operand_size;
    return row->special ? row->special(e, size) : execute_row(e, row, size);
}
