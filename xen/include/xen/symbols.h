/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses to names, for backtraces and the debug keys. */
#ifndef XEN_SYMBOLS_H
#define XEN_SYMBOLS_H

#include <xen/types.h>

/* The function containing addr, or NULL. *offset and *size in bytes. */
const char *symbols_lookup(unsigned long addr, unsigned long *offset, unsigned long *size);

#endif
