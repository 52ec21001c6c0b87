/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arithmetic as the processor does it: a result, and the six status flags (APM vol. 1, 3.1.4).
 * Pure. size: 1, 2, 4 or 8 bytes; operands may have anything above it.
 */
#ifndef EMULATE_ALU_H
#define EMULATE_ALU_H

#include <xen/types.h>

#define FLAG_CF      (1u << 0)
#define FLAG_PF      (1u << 2)
#define FLAG_AF      (1u << 4)
#define FLAG_ZF      (1u << 6)
#define FLAG_SF      (1u << 7)
#define FLAG_DF      (1u << 10)
#define FLAG_OF      (1u << 11)
#define FLAGS_STATUS (FLAG_CF | FLAG_PF | FLAG_AF | FLAG_ZF | FLAG_SF | FLAG_OF)

/* dst OP src; *flags is rflags, of which the status flags change. */
typedef uint64_t alu_fn(uint64_t dst, uint64_t src, unsigned int size, uint64_t *flags);

alu_fn alu_add, alu_adc, alu_sub, alu_sbb, alu_and, alu_or, alu_xor;
alu_fn alu_inc, alu_dec, alu_neg, alu_not; /* of dst */
alu_fn alu_bt, alu_bts, alu_btr, alu_btc;  /* src: the bit's number, taken modulo the size */
alu_fn alu_mov;

/* Whether condition `cc` of a Jcc, SETcc or CMOVcc holds (APM vol. 3, table 1-10). */
bool alu_condition(unsigned int cc, uint64_t flags);

static inline uint64_t alu_truncate(uint64_t value, unsigned int size)
{
    return value & (~0ULL >> (64 - size * 8));
}

#endif
