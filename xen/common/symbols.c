/* SPDX-License-Identifier: GPL-2.0-only */
/* The table that scripts/symbols.py makes of the linked image: functions sorted by address. */
#include <xen/symbols.h>
#include <asm/image.h>
#include <asm/page.h>

extern const uint32_t symbols_count, symbols_offset[], symbols_name[];
extern const char symbols_text[];

/* The last function that begins at or before `offset`, or -1. */
static int find(uint32_t offset)
{
    int low = 0, high = (int)symbols_count - 1;

    while (low <= high) {
        int middle = (low + high) / 2;

        if (symbols_offset[middle] <= offset)
            low = middle + 1;
        else
            high = middle - 1;
    }
    return high;
}

const char *symbols_lookup(unsigned long addr, unsigned long *offset, unsigned long *size)
{
    int i;

    if (!is_text(addr))
        return NULL;
    i = find(addr - XEN_VIRT_START);
    if (i < 0)
        return NULL;
    *offset = addr - XEN_VIRT_START - symbols_offset[i];
    *size = i + 1 < (int)symbols_count ? symbols_offset[i + 1] - symbols_offset[i] : 0;
    return symbols_text + symbols_name[i];
}
