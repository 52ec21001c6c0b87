/* SPDX-License-Identifier: GPL-2.0-only */
/* Bitmaps between the control tools and us. */
#include <xen/bitmap.h>
#include <xen/ctl_bitmap.h>
#include <xen/errno.h>
#include <xen/guest_access.h>
#include <xen/lib.h>
#include <xen/string.h>

/* More than any host will have of anything; beyond it lies only the caller's mistake. */
#define CTL_BITS_MAX (1u << 20)

int ctl_bitmap_read(unsigned long *bits, unsigned int count, const struct xenctl_bitmap *from)
{
    unsigned int wanted = min(count, from->nr_bits), bytes = DIV_ROUND_UP(wanted, 8);

    memset(bits, 0, BITS_TO_LONGS(count) * sizeof(long));
    if (guest_copy_from(bits, (uint64_t)from->bitmap.p, bytes))
        return -EFAULT;
    /* The last byte may say more than the caller meant. */
    for (unsigned int bit = wanted; bit < bytes * 8; bit++)
        bitmap_clear(bits, bit);
    return 0;
}

int ctl_bitmap_write(const struct xenctl_bitmap *to, const unsigned long *bits, unsigned int count)
{
    unsigned int room = DIV_ROUND_UP(to->nr_bits, 8), bytes = min(room, DIV_ROUND_UP(count, 8));
    uint64_t gva = (uint64_t)to->bitmap.p;

    if (!gva)
        return 0;
    if (to->nr_bits > CTL_BITS_MAX)
        return -E2BIG;
    if (guest_copy_to(gva, bits, bytes))
        return -EFAULT;
    return room > bytes ? guest_clear(gva + bytes, room - bytes) : 0;
}
