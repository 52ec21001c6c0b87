/* SPDX-License-Identifier: GPL-2.0-only */
/* Arithmetic with flags; see alu.h.  AF is clear where the manual leaves it undefined. */
#include "alu.h"

static bool top_bit(uint64_t value, unsigned int size)
{
    return (value >> (size * 8 - 1)) & 1;
}

static void set_flag(uint64_t *flags, uint64_t flag, bool on)
{
    *flags = on ? *flags | flag : *flags & ~flag;
}

/* ZF, SF and PF follow from a result alone. */
static uint64_t set_result_flags(uint64_t result, unsigned int size, uint64_t *flags)
{
    result = alu_truncate(result, size);
    set_flag(flags, FLAG_ZF, !result);
    set_flag(flags, FLAG_SF, top_bit(result, size));
    set_flag(flags, FLAG_PF, !(__builtin_popcount(result & 0xff) & 1));
    return result;
}

/* In `carries` bit n tells of a carry, or borrow, out of bit n. */
static void set_carry_flags(uint64_t carries, bool overflow, unsigned int size, uint64_t *flags)
{
    set_flag(flags, FLAG_CF, top_bit(carries, size));
    set_flag(flags, FLAG_AF, carries & 8);
    set_flag(flags, FLAG_OF, overflow);
}

static uint64_t add_carry(uint64_t a, uint64_t b, bool carry, unsigned int size, uint64_t *flags)
{
    uint64_t r = a + b + carry;
    uint64_t carries = (a & b) | ((a | b) & ~r);

    set_carry_flags(carries, top_bit((a ^ r) & (b ^ r), size), size, flags);
    return set_result_flags(r, size, flags);
}

static uint64_t sub_borrow(uint64_t a, uint64_t b, bool borrow, unsigned int size, uint64_t *flags)
{
    uint64_t r = a - b - borrow;
    uint64_t borrows = (~a & b) | ((~a | b) & r);

    set_carry_flags(borrows, top_bit((a ^ b) & (a ^ r), size), size, flags);
    return set_result_flags(r, size, flags);
}

static uint64_t logic(uint64_t r, unsigned int size, uint64_t *flags)
{
    set_carry_flags(0, false, size, flags);
    return set_result_flags(r, size, flags);
}

uint64_t alu_add(uint64_t dst, uint64_t src, unsigned int size, uint64_t *flags)
{
    return add_carry(dst, src, false, size, flags);
}

uint64_t alu_adc(uint64_t dst, uint64_t src, unsigned int size, uint64_t *flags)
{
    return add_carry(dst, src, *flags & FLAG_CF, size, flags);
}

uint64_t alu_sub(uint64_t dst, uint64_t src, unsigned int size, uint64_t *flags)
{
    return sub_borrow(dst, src, false, size, flags);
}

uint64_t alu_sbb(uint64_t dst, uint64_t src, unsigned int size, uint64_t *flags)
{
    return sub_borrow(dst, src, *flags & FLAG_CF, size, flags);
}

uint64_t alu_and(uint64_t dst, uint64_t src, unsigned int size, uint64_t *flags)
{
    return logic(dst & src, size, flags);
}

uint64_t alu_or(uint64_t dst, uint64_t src, unsigned int size, uint64_t *flags)
{
    return logic(dst | src, size, flags);
}

uint64_t alu_xor(uint64_t dst, uint64_t src, unsigned int size, uint64_t *flags)
{
    return logic(dst ^ src, size, flags);
}

/* INC and DEC leave the carry alone. */
uint64_t alu_inc(uint64_t dst, uint64_t src, unsigned int size, uint64_t *flags)
{
    uint64_t carry = *flags & FLAG_CF, r = add_carry(dst, 1, false, size, flags);

    set_flag(flags, FLAG_CF, carry);
    return r;
}

uint64_t alu_dec(uint64_t dst, uint64_t src, unsigned int size, uint64_t *flags)
{
    uint64_t carry = *flags & FLAG_CF, r = sub_borrow(dst, 1, false, size, flags);

    set_flag(flags, FLAG_CF, carry);
    return r;
}

uint64_t alu_neg(uint64_t dst, uint64_t src, unsigned int size, uint64_t *flags)
{
    return sub_borrow(0, dst, false, size, flags);
}

uint64_t alu_not(uint64_t dst, uint64_t src, unsigned int size, uint64_t *flags)
{
    return alu_truncate(~dst, size);
}

uint64_t alu_mov(uint64_t dst, uint64_t src, unsigned int size, uint64_t *flags)
{
    return alu_truncate(src, size);
}

/* The bit's old value becomes the carry; the other flags stay. */
static uint64_t select_bit(uint64_t dst, uint64_t src, unsigned int size, uint64_t *flags)
{
    uint64_t bit = 1ULL << (src & (size * 8 - 1));

    set_flag(flags, FLAG_CF, dst & bit);
    return bit;
}

uint64_t alu_bt(uint64_t dst, uint64_t src, unsigned int size, uint64_t *flags)
{
    select_bit(dst, src, size, flags);
    return alu_truncate(dst, size);
}

uint64_t alu_bts(uint64_t dst, uint64_t src, unsigned int size, uint64_t *flags)
{
    return alu_truncate(dst | select_bit(dst, src, size, flags), size);
}

uint64_t alu_btr(uint64_t dst, uint64_t src, unsigned int size, uint64_t *flags)
{
    return alu_truncate(dst & ~select_bit(dst, src, size, flags), size);
}

uint64_t alu_btc(uint64_t dst, uint64_t src, unsigned int size, uint64_t *flags)
{
    return alu_truncate(dst ^ select_bit(dst, src, size, flags), size);
}

bool alu_condition(unsigned int cc, uint64_t flags)
{
    bool cf = flags & FLAG_CF, zf = flags & FLAG_ZF, sf = flags & FLAG_SF, of = flags & FLAG_OF;
    const bool holds[8] = {
        of, cf, zf, cf || zf, sf, flags & FLAG_PF, sf != of, zf || sf != of,
    };

    return holds[(cc >> 1) & 7] != (cc & 1);
}
