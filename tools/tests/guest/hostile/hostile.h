/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the hostile kernel and the one that starts it: its memory, and what it leaves there to be read. */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <xen/types.h>

/* Memory to play with, beyond the kernel: 64 to 96 MiB. */
#define SANDBOX      0x4000000UL
#define SANDBOX_SIZE 0x2000000UL
/* And pages behind it that no call shall touch. */
#define FRAME_LIST   (SANDBOX + SANDBOX_SIZE)
#define GRANT_TABLE  (FRAME_LIST + 0x1000)
#define PROGRESS     (FRAME_LIST + 0x2000)
#define HOSTILE_END  (FRAME_LIST + 0x200000)

#define NOTHING   0x60000000UL /* no memory is there */
#define BATCH_MAX 8

struct hostile_progress {
    uint64_t calls; /* made so far */
    uint64_t answer;
};

#endif
