/* SPDX-License-Identifier: GPL-2.0-only */
/* See runstate.h. */
#include <stddef.h>

#include "runstate.h"

uint64_t runstate_time(const libxl_runstateinfo *info, int state)
{
    const uint64_t times[RUNSTATES] = {info->full_run,           info->full_contention,
                                       info->concurrency_hazard, info->blocked,
                                       info->partial_run,        info->partial_contention};

    return times[state];
}

/* A domain that came anew under the same number has run for less: count from its creation. */
static uint64_t passed(uint64_t before, uint64_t after)
{
    return after >= before ? after - before : after;
}

struct runstate_shares runstate_between(const libxl_runstateinfo *before,
                                        const libxl_runstateinfo *after)
{
    static const libxl_runstateinfo birth;
    struct runstate_shares s = {0};
    double ns;

    if (!before || before->age > after->age)
        before = &birth;
    ns = passed(before->age, after->age);
    s.interval = ns / 1e9;
    if (!ns)
        return s;
    for (int i = 0; i < RUNSTATES; i++)
        s.share[i] = passed(runstate_time(before, i), runstate_time(after, i)) / ns;
    s.running = passed(before->running, after->running) / ns;
    s.runnable = passed(before->runnable, after->runnable) / ns;
    s.nonaffine = passed(before->nonaffine, after->nonaffine) / ns;
    return s;
}

/* The first row that applies speaks: what hurts most stands first. */
static const struct {
    int state;
    double least;
    const char *advice;
} readings[] = {
    {LIBXL_RUNSTATE_CONCURRENCY_HAZARD, 0.25,
     "some vCPUs wait while others spin for them: give it fewer vCPUs or the host less load"},
    {LIBXL_RUNSTATE_FULL_CONTENTION, 0.25,
     "all its vCPUs wait for a CPU: the host is too busy, move load away"},
    {LIBXL_RUNSTATE_PARTIAL_CONTENTION, 0.25,
     "what it has to do waits for a CPU: the host is busy, raise its weight or move load"},
    {LIBXL_RUNSTATE_FULL_RUN, 0.60, "all its vCPUs are busy: it may need more vCPUs"},
};

const char *runstate_advice(const struct runstate_shares *s)
{
    for (size_t i = 0; i < sizeof(readings) / sizeof(readings[0]); i++)
        if (s->share[readings[i].state] >= readings[i].least)
            return readings[i].advice;
    return NULL;
}
