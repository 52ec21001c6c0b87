/* SPDX-License-Identifier: GPL-2.0-only */
/* Operands of an instruction under execution: registers and memory.  Private to execute.c and
 * string.c. */
#ifndef EMULATE_OPERAND_H
#define EMULATE_OPERAND_H

#include "execute.h"

uint64_t gpr_read(const struct emulation *e, unsigned int reg, unsigned int size);
void gpr_write(struct emulation *e, unsigned int reg, uint64_t value, unsigned int size);
/* The linear address of `offset` in a segment. */
uint64_t linear_address(struct emulation *e, enum insn_segment segment, uint64_t offset);
int memory_read(struct emulation *e, uint64_t linear, uint64_t *value, unsigned int size);
int memory_write(struct emulation *e, uint64_t linear, uint64_t value, unsigned int size);

/* --- string.c --- */
bool string_is(const struct instruction *insn);
enum execute_result string_execute(struct emulation *e);

#endif
