/* SPDX-License-Identifier: GPL-2.0-only */
/* Backing the frame table (xen/mm.h) with memory; once, before the heap takes over. */
#ifndef ASM_X86_FRAMETABLE_H
#define ASM_X86_FRAMETABLE_H

void frametable_init(void);

#endif
