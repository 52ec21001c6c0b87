/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Instructions that may fault, and where to go on when they do.  EXTABLE(fault, fixup) inside an asm
 * statement adds a row; the trap code resumes at `fixup` with all registers as they were.
 */
#ifndef ASM_X86_EXTABLE_H
#define ASM_X86_EXTABLE_H

#define EXTABLE(fault, fixup)                                                        \
    ".pushsection .ex_table, \"a\"\n"                                                \
    ".balign 4\n"                                                                    \
    ".long " #fault " - .\n"                                                         \
    ".long " #fixup " - .\n"                                                         \
    ".popsection\n"

#include <xen/types.h>

/* Both relative to their own place. */
struct extable_row {
    int32_t fault, fixup;
};

/* Where to go on after a fault at `rip`, or 0. */
unsigned long extable_fixup(unsigned long rip);

#endif
