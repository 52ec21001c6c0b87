/* SPDX-License-Identifier: GPL-2.0-only */
/* The devices a console can be on. */
#ifndef XEN_NS16550_H
#define XEN_NS16550_H

struct console_device;

extern const struct console_device ns16550_com1, ns16550_com2;
extern const struct console_device vga_text;

#endif
