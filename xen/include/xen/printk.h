/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages to the console ring and the serial line.  Levels follow the Xen command line's loglvl=.
 * Safe in any context once the console is up, under any lock.
 */
#ifndef XEN_PRINTK_H
#define XEN_PRINTK_H

#include <xen/compiler.h>

#define XENLOG_ERR     "<0>"
#define XENLOG_WARNING "<1>"
#define XENLOG_INFO    "<2>"
#define XENLOG_DEBUG   "<3>"
/* Messages that a guest can provoke: rate limited, and only with guest_loglvl=. */
#define XENLOG_G_ERR     "<G><0>"
#define XENLOG_G_WARNING "<G><1>"
#define XENLOG_G_INFO    "<G><2>"
#define XENLOG_G_DEBUG   "<G><3>"

void vprintk(const char *fmt, __builtin_va_list args) printf_like(1, 0);
void printk(const char *fmt, ...) printf_like(1, 2);
void panic(const char *fmt, ...) printf_like(1, 2) noreturn_fn;

#endif
