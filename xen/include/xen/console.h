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
/* The ring from *index on: copies into buf, advances *index, returns the count. `clear` takes what was read out of it. */
size_t console_ring_read(char *buf, size_t size, uint32_t *index, bool clear, bool incremental);
void console_force_unlock(void);            /* in a crash */

/* For printk: text of ours, each line to begin with our mark. Under the lock. */
void console_lock(unsigned long *flags);
void console_unlock(unsigned long flags);
void console_write_own(const char *text);

/* A character typed on a console line. With interrupts on, no lock held. */
void console_input(char c);

/* Where the text goes: rows of console.c, chosen by `console=`. */
struct console_device {
    const char *name;
    int (*init)(void);                      /* -ENODEV: there is none */
    void (*write)(const char *text, size_t count);
    void (*start_input)(void);              /* once timers run; NULL: it has no keys */
};

/* Timers and interrupts run: input may come. */
void console_start_input(void);
void console_give_to_dom0(void);            /* the keys, as long as nobody switches back */

#endif
