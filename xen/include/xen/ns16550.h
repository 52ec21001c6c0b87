/* SPDX-License-Identifier: GPL-2.0-only */
/* The devices a console can be on. */
#ifndef XEN_NS16550_H
#define XEN_NS16550_H

#include <xen/types.h>

struct console_device;

extern const struct console_device ns16550_com1, ns16550_com2;
extern const struct console_device vga_text;

#define NS16550_PORTS 8 /* of each line */

/* The first port of the nth line (0: com1) if the console has it, else 0: no guest may then have it. */
uint16_t ns16550_console_port(unsigned int n);

#endif
