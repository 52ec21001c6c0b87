/* SPDX-License-Identifier: GPL-2.0-only */
/* What traps/entry.S and traps/tables.c agree on. */
#ifndef ASM_X86_TRAPS_ASM_H
#define ASM_X86_TRAPS_ASM_H

#define VECTOR_STUB_SIZE   16
/* A bit per exception for which the processor pushes an error code: 8, 10-14, 17, 21, 29, 30. */
#define VECTORS_WITH_ERROR 0x60227d00

#endif
