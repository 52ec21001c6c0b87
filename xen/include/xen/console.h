/* SPDX-License-Identifier: GPL-2.0-only */
/* The console: a ring buffer that dom0 and `xl dmesg` read, and the serial line behind it. */
#ifndef XEN_CONSOLE_H
#define XEN_CONSOLE_H

#include <xen/types.h>

void console_init(void);                    /* after the command line is parsed */
/* Text from dom0's console_io hypercall, at most `count` bytes, not terminated. */
void console_guest_write(const char *text, size_t count);
/* Input typed while dom0 has the keyboard. Returns the count of bytes read. */
size_t console_guest_read(char *buf, size_t size);
/* The ring from *index on: copies into buf, advances *index, returns the count. `clear` empties it for readers. */
size_t console_ring_read(char *buf, size_t size, uint32_t *index, bool clear, bool incremental);
void console_force_unlock(void);            /* in a crash */

#endif
