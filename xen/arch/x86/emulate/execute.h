/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Executes the instructions that compilers and kernels use on device memory: moves in all forms,
 * integer arithmetic, logic, bit tests, exchanges, and the string moves and stores.  Nothing
 * privileged is among them, so whatever a guest has made of its code since the processor looked, it
 * gains nothing.
 *
 * Memory is reached through the caller's functions alone, registers through the caller's array, so
 * this runs under a test as well as under a guest.  Segment limits are not looked at: the processor
 * did so before it faulted on the nested page.
 */
#ifndef EMULATE_EXECUTE_H
#define EMULATE_EXECUTE_H

#include "decode.h"

struct emulation;

struct emulate_access {
    /* Linear addresses; 0, or non-zero once an exception has been queued. */
    int (*read)(struct emulation *e, uint64_t linear, void *data, unsigned int size);
    int (*write)(struct emulation *e, uint64_t linear, const void *data, unsigned int size);
    uint64_t (*segment_base)(struct emulation *e, enum insn_segment segment);
};

struct emulation {
    const struct instruction *insn;
    const struct emulate_access *access;
    void *owner;   /* the caller's */
    uint64_t *gpr; /* the 16 general registers by number */
    uint64_t rip, rflags;
};

enum execute_result {
    EXECUTE_DONE,      /* the instruction pointer goes on */
    EXECUTE_AGAIN,     /* a repeated one has more to do: the registers tell how much */
    EXECUTE_EXCEPTION, /* by an access function */
    EXECUTE_UNKNOWN,   /* none of ours; nothing has changed */
};

enum execute_result instruction_execute(struct emulation *e);

#endif
