/* SPDX-License-Identifier: GPL-2.0-only */
/* Single keys on the serial line (after Ctrl-A three times) or `xl debug-keys`: each prints one part's state. */
#ifndef XEN_KEYHANDLER_H
#define XEN_KEYHANDLER_H

#include <xen/types.h>

void keyhandler_init(void);
void keyhandler_register(char key, void (*fn)(char key), const char *description);
void keyhandler_run(char key);              /* any context with interrupts on */

#endif
