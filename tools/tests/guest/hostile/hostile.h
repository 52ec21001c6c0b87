/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the hostile kernel and the one that starts it: its memory, and what it leaves there to be read. */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <xen/compiler.h>
#include <xen/types.h>

/* Memory to play with, beyond the kernel: 64 to 96 MiB. */
#define SANDBOX      0x4000000UL
#define SANDBOX_SIZE 0x2000000UL
/* 2 MiB behind it: arguments, which calls may name as well, if rarely; the rest no call shall touch. */
#define ARGUMENTS      (SANDBOX + SANDBOX_SIZE)
#define ARGUMENT_PAGES 64
#define FRAME_LIST     (ARGUMENTS + 0x100000)
#define GRANT_TABLE    (FRAME_LIST + 0x1000)
#define PROGRESS       (FRAME_LIST + 0x2000)
#define HOSTILE_END    (ARGUMENTS + 0x200000)

#define NOTHING   0x60000000UL /* no memory is there */
#define BATCH_MAX 8

/* What became of the calls of one kind.  Errors are numbered as in public/errno.h; in between stand the states of a
 * grant, and lists that were done in part. */
#define OUTCOME_GRANT(status) (112 - (status)) /* GNTST_, which are 0 and below */
#define OUTCOME_PART          127

struct hostile_tally {
    uint32_t calls, successes;
    uint64_t errors[2]; /* a bit for each that was seen */
};

#define TALLY_NUMBERS 64
#define TALLY_OPS     128

/* Those of domctl and sysctl from 2000 on have the places from 120 on; the last is everybody else's. */
static inline unsigned int tally_op(unsigned long op)
{
    return op < 120 ? op : op >= 2000 && op < 2007 ? 120 + (op - 2000) : TALLY_OPS - 1;
}

struct hostile_progress {
    uint64_t calls; /* made so far */
    uint64_t answer;
    struct hostile_tally tally[TALLY_NUMBERS][TALLY_OPS] aligned_to(4096);
};

#define PROGRESS_PAGES (sizeof(struct hostile_progress) / 4096)

#endif
