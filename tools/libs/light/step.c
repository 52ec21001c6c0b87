/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The steps of a creation have names: each is told when it is reached, to those who listen at level
 * DETAIL (xl -v).
 *
 * With LIBXL_STOP_AT=NAME in its environment the process stops where it reaches that name, until it
 * gets SIGCONT.  So what others see in the middle of a creation, and what stays behind when its
 * process is killed there, can be looked at, and tested, at each step.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

void step_reached(libxl_ctx *ctx, uint32_t domid, const char *name)
{
    const char *stop = getenv("LIBXL_STOP_AT");

    LOG(ctx, DETAIL, "domain %u: step %s", domid, name);
    if (stop && !strcmp(stop, name))
        raise(SIGSTOP);
}
