/* SPDX-License-Identifier: GPL-2.0-only */
/* Registers and memory as operands; see operand.h. */
#include "alu.h"
#include "operand.h"

/* Without REX, byte registers 4 to 7 are the second bytes of the first four (APM vol. 3, 1.4.1). */
static bool is_high_byte(const struct emulation *e, unsigned int reg, unsigned int size)
{
    return size == 1 && !e->insn->rex && reg >= 4 && reg < 8;
}

uint64_t gpr_read(const struct emulation *e, unsigned int reg, unsigned int size)
{
    if (is_high_byte(e, reg, size))
        return (e->gpr[reg - 4] >> 8) & 0xff;
    return alu_truncate(e->gpr[reg], size);
}

/* A 32-bit result clears the upper half; a smaller one keeps what is above it (APM vol. 1, 3.1.2).
 */
void gpr_write(struct emulation *e, unsigned int reg, uint64_t value, unsigned int size)
{
    uint64_t mask = alu_truncate(~0ULL, size);

    value &= mask;
    if (is_high_byte(e, reg, size))
        e->gpr[reg - 4] = (e->gpr[reg - 4] & ~0xff00ULL) | value << 8;
    else if (size >= 4)
        e->gpr[reg] = value;
    else
        e->gpr[reg] = (e->gpr[reg] & ~mask) | value;
}

uint64_t linear_address(struct emulation *e, enum insn_segment segment, uint64_t offset)
{
    if (e->insn->code_width == 8)
        return segment < INSN_FS ? offset : offset + e->access->segment_base(e, segment);
    return (uint32_t)(offset + e->access->segment_base(e, segment));
}

int memory_read(struct emulation *e, uint64_t linear, uint64_t *value, unsigned int size)
{
    *value = 0;
    return e->access->read(e, linear, value, size);
}

int memory_write(struct emulation *e, uint64_t linear, uint64_t value, unsigned int size)
{
    return e->access->write(e, linear, &value, size);
}
