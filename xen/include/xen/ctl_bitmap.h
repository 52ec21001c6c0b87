/* SPDX-License-Identifier: GPL-2.0-only */
/* Bitmaps of the control interface (struct xenctl_bitmap): of any length on their side, of a fixed
 * one on ours. */
#ifndef XEN_CTL_BITMAP_H
#define XEN_CTL_BITMAP_H

#include <public/xen.h>
#include <xen/types.h>

/* Bits that we have no room for are dropped; those that the caller did not give are clear. */
int ctl_bitmap_read(unsigned long *bits, unsigned int count, const struct xenctl_bitmap *from);
/* As many bytes as the caller has room for; what lies beyond our bits is clear.  A null handle is
 * fine. */
int ctl_bitmap_write(const struct xenctl_bitmap *to, const unsigned long *bits, unsigned int count);

#endif
