/* SPDX-License-Identifier: GPL-2.0-only */
/* The instructions that may fault. */
#include <asm/extable.h>

extern const struct extable_row __ex_table_start[], __ex_table_end[];

unsigned long extable_fixup(unsigned long rip)
{
    for (const struct extable_row *row = __ex_table_start; row < __ex_table_end; row++)
        if ((unsigned long)&row->fault + row->fault == rip)
            return (unsigned long)&row->fixup + row->fixup;
    return 0;
}
