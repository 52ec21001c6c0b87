/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading runstates: two looks at every domain, the shares of the time between them, and what they
 * mean.  The arithmetic and the advice are pure functions, for tests.
 */
#ifndef RUNSTATE_H
#define RUNSTATE_H

#include <libxl.h>

#define RUNSTATES 6

struct runstate_shares {
    double interval;                     /* seconds */
    double share[RUNSTATES];             /* 0..1, adding up to 1; all 0 when no time went by */
    double running, runnable, nonaffine; /* average per vCPU, 0..1 */
};

/* What happened between two looks; before may be NULL: since the domain's creation. */
struct runstate_shares runstate_between(const libxl_runstateinfo *before,
                                        const libxl_runstateinfo *after);
/* One line for the administrator, or NULL when no state needs any. */
const char *runstate_advice(const struct runstate_shares *s);
uint64_t runstate_time(const libxl_runstateinfo *info, int state);

#endif /* RUNSTATE_H */
