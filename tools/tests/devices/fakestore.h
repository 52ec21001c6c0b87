/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A xenstore in memory, in the place of libxenstore, with backends that answer at once: one that is
 * told to begin waits for its guest, one that is told to close has closed.
 */
#ifndef FAKESTORE_H
#define FAKESTORE_H

#include <stdio.h>

/* What a node holds, or NULL; the store's own. */
const char *store_at(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
unsigned int store_nodes(void);
/* Every node and its value, a line each. */
void store_show(FILE *out);

#endif /* FAKESTORE_H */
