/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The decoder: APM vol. 3, 1.2 to 1.8 and appendix A.  One row of flags for each opcode says what
 * follows it; the rest is taking bytes in turn.  A cursor that has run out of bytes stays so, and
 * the end of each step looks at it once.
 */
#include <xen/lib.h>
#include <xen/string.h>
#include "decode.h"

/* What follows an opcode. */
enum {
    M = 1 << 0,        /* a ModRM byte */
    I8 = 1 << 1,       /* an immediate of 8 bits */
    I16 = 1 << 2,      /* of 16 bits */
    IZ = 1 << 3,       /* of the operand size, at most 32 bits */
    IV = 1 << 4,       /* of the operand size */
    MOFFS = 1 << 5,    /* an address, of the address size */
    FAR = 1 << 6,      /* a selector after an offset */
    TEST = 1 << 7,     /* the immediate is there for reg 0 and 1 only */
    NOT64 = 1 << 8,    /* undefined in 64-bit mode */
    PREFIX = 1 << 9,   /* not an opcode: taken before */
    UNDEF = 1 << 10,   /* undefined, or another map's escape */
    REGONLY = 1 << 11, /* ModRM always names a register */
};

/* The eight columns of an arithmetic operation; the last two are old segment pushes, prefixes and
 * the like. */
#define ARITHMETIC(row, col6, col7)                                                    \
    [(row)...(row) + 3] = M, [(row) + 4] = I8, [(row) + 5] = IZ, [(row) + 6] = (col6), \
                     [(row) + 7] = (col7)

static const uint16_t one_byte[256] = {
    ARITHMETIC(0x00, NOT64, NOT64),
    ARITHMETIC(0x08, NOT64, UNDEF),
    ARITHMETIC(0x10, NOT64, NOT64),
    ARITHMETIC(0x18, NOT64, NOT64),
    ARITHMETIC(0x20, PREFIX, NOT64),
    ARITHMETIC(0x28, PREFIX, NOT64),
    ARITHMETIC(0x30, PREFIX, NOT64),
    ARITHMETIC(0x38, PREFIX, NOT64),
    [0x60 ... 0x61] = NOT64,
    [0x62] = M | NOT64,
    [0x63] = M,
    [0x64 ... 0x67] = PREFIX,
    [0x68] = IZ,
    [0x69] = M | IZ,
    [0x6a] = I8,
    [0x6b] = M | I8,
    [0x70 ... 0x7f] = I8,
    [0x80] = M | I8,
    [0x81] = M | IZ,
    [0x82] = M | I8 | NOT64,
    [0x83] = M | I8,
    [0x84 ... 0x8f] = M,
    [0x9a] = FAR | NOT64,
    [0xa0 ... 0xa3] = MOFFS,
    [0xa8] = I8,
    [0xa9] = IZ,
    [0xb0 ... 0xb7] = I8,
    [0xb8 ... 0xbf] = IV,
    [0xc0 ... 0xc1] = M | I8,
    [0xc2] = I16,
    [0xc4 ... 0xc5] = M | NOT64,
    [0xc6] = M | I8,
    [0xc7] = M | IZ,
    [0xc8] = I16 | I8,
    [0xca] = I16,
    [0xcd] = I8,
    [0xce] = NOT64,
    [0xd0 ... 0xd3] = M,
    [0xd4 ... 0xd5] = I8 | NOT64,
    [0xd6] = UNDEF,
    [0xd8 ... 0xdf] = M,
    [0xe0 ... 0xe7] = I8,
    [0xe8 ... 0xe9] = IZ,
    [0xea] = FAR | NOT64,
    [0xeb] = I8,
    [0xf0] = PREFIX,
    [0xf2 ... 0xf3] = PREFIX,
    [0xf6] = M | I8 | TEST,
    [0xf7] = M | IZ | TEST,
    [0xfe ... 0xff] = M,
};

static const uint16_t two_byte[256] = {
    [0x00 ... 0x03] = M,
    [0x04] = UNDEF,
    [0x0a] = UNDEF,
    [0x0c] = UNDEF,
    [0x0d] = M,
    [0x0f] = M | I8,
    [0x10 ... 0x1f] = M,
    [0x20 ... 0x23] = M | REGONLY,
    [0x24 ... 0x27] = UNDEF,
    [0x28 ... 0x2f] = M,
    [0x36] = UNDEF,
    [0x38 ... 0x3f] = UNDEF,
    [0x40 ... 0x6f] = M,
    [0x70 ... 0x73] = M | I8,
    [0x74 ... 0x76] = M,
    [0x78 ... 0x7f] = M,
    [0x80 ... 0x8f] = IZ,
    [0x90 ... 0x9f] = M,
    [0xa3] = M,
    [0xa4] = M | I8,
    [0xa5] = M,
    [0xa6 ... 0xa7] = UNDEF,
    [0xab] = M,
    [0xac] = M | I8,
    [0xad ... 0xb9] = M,
    [0xba] = M | I8,
    [0xbb ... 0xc1] = M,
    [0xc2] = M | I8,
    [0xc3] = M,
    [0xc4 ... 0xc6] = M | I8,
    [0xc7] = M,
    [0xd0 ... 0xff] = M,
};

struct cursor {
    const uint8_t *bytes;
    size_t count, at;
    bool has_run_out;
};

/* The next `size` bytes as a number, or 0 where there are not so many. */
static uint64_t take(struct cursor *c, unsigned int size)
{
    uint64_t value = 0;

    if (c->has_run_out || c->count - c->at < size) {
        c->has_run_out = true;
        return 0;
    }
    for (unsigned int i = 0; i < size; i++)
        value |= (uint64_t)c->bytes[c->at + i] << (8 * i);
    c->at += size;
    return value;
}

static int64_t take_signed(struct cursor *c, unsigned int size)
{
    unsigned int shift = 64 - 8 * size;

    return size ? (int64_t)(take(c, size) << shift) >> shift : 0;
}

/* --- prefixes --- */

struct prefixes {
    bool operand, address;
    uint8_t segment; /* REG_NONE for none */
};

/* True when `byte` is a legacy prefix, which is then recorded. */
static bool take_legacy(uint8_t byte, struct prefixes *p, struct instruction *insn)
{
    switch (byte) {
    case 0x26:
    case 0x2e:
    case 0x36:
    case 0x3e:
        p->segment = INSN_ES + ((byte >> 3) & 3);
        return true;
    case 0x64:
    case 0x65:
        p->segment = INSN_FS + (byte & 1);
        return true;
    case 0x66:
        p->operand = true;
        return true;
    case 0x67:
        p->address = true;
        return true;
    case 0xf0:
        insn->has_lock = true;
        return true;
    case 0xf2:
    case 0xf3:
        insn->rep = byte;
        return true;
    default:
        return false;
    }
}

/* Returns the first byte that is no prefix.  REX counts only right before the opcode. */
static uint8_t take_prefixes(struct cursor *c, struct prefixes *p, struct instruction *insn)
{
    for (;;) {
        uint8_t byte = take(c, 1);

        if (take_legacy(byte, p, insn))
            insn->rex = 0;
        else if (insn->code_width == 8 && (byte & 0xf0) == 0x40)
            insn->rex = byte;
        else
            return byte;
        if (c->has_run_out)
            return 0;
    }
}

/* In 64-bit mode 32-bit operands and 64-bit addresses are the default. */
static void set_sizes(const struct prefixes *p, struct instruction *insn)
{
    unsigned int width = insn->code_width;

    if (width == 8) {
        insn->operand_size = insn->rex & 8 ? 8 : p->operand ? 2 : 4;
        insn->address_size = p->address ? 4 : 8;
    } else {
        insn->operand_size = p->operand ? 6 - width : width;
        insn->address_size = p->address ? 6 - width : width;
    }
}

/* --- opcode --- */

static uint16_t take_opcode(struct cursor *c, uint8_t byte, struct instruction *insn)
{
    insn->map = MAP_ONE_BYTE;
    insn->opcode = byte;
    if (byte != 0x0f)
        return one_byte[byte];

    insn->map = MAP_0F;
    insn->opcode = byte = take(c, 1);
    if (byte != 0x38 && byte != 0x3a)
        return two_byte[byte];

    insn->map = byte == 0x38 ? MAP_0F38 : MAP_0F3A;
    insn->opcode = take(c, 1);
    return byte == 0x38 ? M : M | I8;
}

/* --- ModRM --- */

enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI };

static void set_displacement(struct cursor *c, unsigned int mod, struct instruction *insn)
{
    static const uint8_t size_wide[4] = {0, 1, 4, 0}, size_16[4] = {0, 1, 2, 0};

    insn->disp = take_signed(c, (insn->address_size == 2 ? size_16 : size_wide)[mod]);
}

static void take_modrm_16(struct cursor *c, unsigned int mod, unsigned int rm,
                          struct instruction *insn)
{
    static const uint8_t base[8] = {RBX, RBX, RBP, RBP, RSI, RDI, RBP, RBX};
    static const uint8_t index[8] = {RSI, RDI, RSI, RDI, REG_NONE, REG_NONE, REG_NONE, REG_NONE};

    if (mod == 0 && rm == 6) {
        insn->disp = take_signed(c, 2);
        return;
    }
    insn->base = base[rm];
    insn->index = index[rm];
    set_displacement(c, mod, insn);
}

/* An index of RSP is none; a base of RBP (or R13) without displacement is none, but for 32 bits of
 * it. */
static void take_sib(struct cursor *c, unsigned int mod, struct instruction *insn)
{
    uint8_t sib = take(c, 1);
    unsigned int index = ((sib >> 3) & 7) | (insn->rex & 2) << 2;

    insn->scale = sib >> 6;
    insn->index = index == RSP ? REG_NONE : index;
    if ((sib & 7) == RBP && mod == 0)
        insn->disp = take_signed(c, 4);
    else
        insn->base = (sib & 7) | (insn->rex & 1) << 3;
}

static void take_modrm_wide(struct cursor *c, unsigned int mod, unsigned int rm,
                            struct instruction *insn)
{
    if (mod == 0 && rm == RBP) {
        insn->disp = take_signed(c, 4);
        insn->base = insn->code_width == 8 ? REG_RIP : REG_NONE;
        return;
    }
    if (rm == RSP)
        take_sib(c, mod, insn);
    else
        insn->base = rm | (insn->rex & 1) << 3;
    if (mod)
        set_displacement(c, mod, insn);
}

static void take_modrm(struct cursor *c, uint16_t flags, struct instruction *insn)
{
    uint8_t modrm = take(c, 1);
    unsigned int mod = flags & REGONLY ? 3 : modrm >> 6;

    insn->has_modrm = true;
    insn->reg = ((modrm >> 3) & 7) | (insn->rex & 4) << 1;
    insn->rm = (modrm & 7) | (insn->rex & 1) << 3;
    insn->is_memory = mod != 3;
    if (mod == 3)
        return;
    if (insn->address_size == 2)
        take_modrm_16(c, mod, modrm & 7, insn);
    else
        take_modrm_wide(c, mod, modrm & 7, insn);
}

/* --- the rest --- */

static void take_immediates(struct cursor *c, uint16_t flags, struct instruction *insn)
{
    unsigned int z = insn->operand_size == 2 ? 2 : 4;

    if ((flags & TEST) && (insn->reg & 7) > 1)
        return;
    if (flags & MOFFS) {
        insn->is_memory = true;
        insn->disp = take(c, insn->address_size);
    }
    if (flags & FAR) {
        insn->imm = take(c, z);
        take(c, 2);
    }
    if (flags & IV)
        insn->imm = take_signed(c, insn->operand_size);
    if (flags & IZ)
        insn->imm = take_signed(c, z);
    if (flags & I16)
        insn->imm = take_signed(c, 2);
    if (flags & I8)
        insn->imm = take_signed(c, 1);
}

static uint8_t default_segment(const struct instruction *insn)
{
    return insn->base == RSP || insn->base == RBP ? INSN_SS : INSN_DS;
}

/* In 64-bit mode only FS and GS can be asked for. */
static void set_segment(const struct prefixes *p, struct instruction *insn)
{
    if (p->segment == REG_NONE || (insn->code_width == 8 && p->segment < INSN_FS))
        insn->segment = default_segment(insn);
    else
        insn->segment = p->segment;
}

/* Outside 64-bit code LES, LDS and BOUND of a register are VEX and EVEX prefixes. */
static bool is_vex(const struct instruction *insn)
{
    return insn->map == MAP_ONE_BYTE &&
           (insn->opcode == 0xc4 || insn->opcode == 0xc5 || insn->opcode == 0x62) &&
           !insn->is_memory;
}

enum decode_result instruction_decode(const uint8_t *bytes, size_t count, unsigned int code_width,
                                      struct instruction *insn)
{
    struct cursor c = {.bytes = bytes, .count = min(count, (size_t)INSTRUCTION_MAX)};
    struct prefixes p = {.segment = REG_NONE};
    uint16_t flags;

    memset(insn, 0, sizeof(*insn));
    insn->code_width = code_width;
    insn->base = insn->index = REG_NONE;

    flags = take_opcode(&c, take_prefixes(&c, &p, insn), insn);
    if (c.has_run_out)
        return count < INSTRUCTION_MAX ? DECODE_TRUNCATED : DECODE_UNKNOWN;
    if ((flags & (UNDEF | PREFIX)) || ((flags & NOT64) && code_width == 8))
        return DECODE_UNKNOWN;
    set_sizes(&p, insn);
    if (flags & M)
        take_modrm(&c, flags, insn);
    take_immediates(&c, flags, insn);
    set_segment(&p, insn);
    if (c.has_run_out)
        return count < INSTRUCTION_MAX ? DECODE_TRUNCATED : DECODE_UNKNOWN;
    if (is_vex(insn))
        return DECODE_UNKNOWN;
    insn->length = c.at;
    return DECODE_OK;
}

uint64_t instruction_offset(const struct instruction *insn, const uint64_t *gpr, uint64_t rip)
{
    uint64_t offset = insn->disp;

    if (insn->base == REG_RIP)
        offset += rip + insn->length;
    else if (insn->base != REG_NONE)
        offset += gpr[insn->base];
    if (insn->index != REG_NONE)
        offset += gpr[insn->index] << insn->scale;
    return address_truncate(offset, insn->address_size);
}
