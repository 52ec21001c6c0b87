/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From bytes to a description of an instruction: prefixes, opcode, operands, length.  No state, no
 * memory access, no judgement: what an instruction does is execute.c's business.
 *
 * All instructions of the legacy opcode maps have a length here; those with VEX, EVEX or XOP prefix
 * are unknown.
 */
#ifndef EMULATE_DECODE_H
#define EMULATE_DECODE_H

#include <xen/types.h>

#define INSTRUCTION_MAX 15 /* bytes; a longer one faults (APM vol. 3, 1.1) */

enum opcode_map { MAP_ONE_BYTE, MAP_0F, MAP_0F38, MAP_0F3A };

/* In the order in which instructions encode them, as enum hvm_segment_name has them. */
enum insn_segment { INSN_ES, INSN_CS, INSN_SS, INSN_DS, INSN_FS, INSN_GS };

#define REG_NONE 0xff
#define REG_RIP  0xfe /* as a base: the address of the next instruction */

struct instruction {
    uint8_t length;
    uint8_t map, opcode;                /* enum opcode_map */
    uint8_t code_width;                 /* 2, 4, 8: as given */
    uint8_t operand_size, address_size; /* 2, 4, 8; byte operations are the opcode's business */
    uint8_t rep;                        /* 0xf2, 0xf3 or 0 */
    uint8_t rex;                        /* 0 for none */
    bool has_lock;
    uint8_t segment; /* enum insn_segment: the override, or the default for its memory operand */

    /* ModRM, with REX's bits put in. */
    bool has_modrm, is_memory;
    uint8_t reg, rm; /* rm: of a register operand */

    /* The memory operand: by ModRM, or an absolute address in disp (moffs). */
    uint8_t base, index, scale; /* REG_NONE for none; scale: a power of two */
    int64_t disp;

    uint64_t imm; /* sign-extended from its encoded size */
};

enum decode_result {
    DECODE_OK,
    DECODE_TRUNCATED, /* more bytes are needed */
    DECODE_UNKNOWN,   /* undefined, too long, or of a map that is not covered */
};

/* code_width: 2, 4 or 8, the mode of the code segment.  *insn is valid after DECODE_OK only. */
enum decode_result instruction_decode(const uint8_t *bytes, size_t count, unsigned int code_width,
                                      struct instruction *insn);

/* The memory operand's offset in its segment.  gpr: the 16 general registers by number. */
uint64_t instruction_offset(const struct instruction *insn, const uint64_t *gpr, uint64_t rip);

/* The part of an address that the address size leaves. */
static inline uint64_t address_truncate(uint64_t address, unsigned int address_size)
{
    return address & (~0ULL >> (64 - address_size * 8));
}

#endif
