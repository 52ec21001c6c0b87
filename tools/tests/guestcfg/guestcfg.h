/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of this test share. */
#ifndef GUESTCFG_H
#define GUESTCFG_H

#include <stdbool.h>

void check(bool ok, const char *what, const char *detail);
/* Standard error from capture() to release(), which leaves it in said[]. */
void capture(void);
void release(void);
extern char said[4096];

void lives(void); /* life.c */

#endif /* GUESTCFG_H */
