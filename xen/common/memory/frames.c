/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which machine frames have a page_info.  Memory maps have holes, and so has the frame table: it is
 * told here, granule by granule, what has been mapped.  Written while booting, constant after.
 */
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/mm.h>

unsigned long max_page;
unsigned long frame_granules[BITS_TO_LONGS(1UL << (FRAME_NUMBER_BITS - FRAME_GRANULE_ORDER))];

void __init frames_set_present(mfn_t first, unsigned long count)
{
    unsigned long end = mfn_x(first) + count;

    BUG_ON(end > (1UL << FRAME_NUMBER_BITS));
    if (!count)
        return;
    for (unsigned long granule = mfn_x(first) >> FRAME_GRANULE_ORDER;
         granule <= (end - 1) >> FRAME_GRANULE_ORDER; granule++)
        bitmap_set(frame_granules, (unsigned int)granule);
    max_page = max(max_page, ROUNDUP(end, 1UL << FRAME_GRANULE_ORDER));
}
