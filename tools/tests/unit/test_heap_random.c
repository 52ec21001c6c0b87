/* SPDX-License-Identifier: GPL-2.0-only */
/* Long random sequences of every operation on heap and claims, against the model; failures are
 * shrunk. */
// Sources: common/page_alloc.c common/memory/*.c common/numa.c
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "heap_model.h"
#include "unit.h"

#define OPS 400

static uint8_t ops[OPS * HEAP_OP_BYTES];

/* In a process of its own; `quiet` without what it says about the failure. */
static bool fails(const uint8_t *run, size_t size, bool quiet)
{
    int status = 0;
    pid_t child;

    fflush(stdout);
    child = fork();
    if (child == 0) {
        if (quiet && (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr)))
            _exit(2);
        heap_model_run(run, size);
        _exit(0);
    }
    waitpid(child, &status, 0);

    return status != 0;
}

static size_t without(uint8_t *to, size_t size, size_t from, size_t length)
{
    size_t kept = 0;

    for (size_t i = 0; i < size; i++)
        if (i < from || i >= from + length)
            to[kept++] = ops[i];

    return kept;
}

/* Leaves out ever smaller pieces, as long as what is left still fails. */
static size_t shrink(size_t size)
{
    static uint8_t shorter[sizeof(ops)];

    for (size_t piece = OPS / 2 * HEAP_OP_BYTES; piece;
         piece = piece / 2 / HEAP_OP_BYTES * HEAP_OP_BYTES) {
        for (size_t from = 0; from < size;) {
            size_t kept = without(shorter, size, from, piece);

            if (kept < size && fails(shorter, kept, true)) {
                memcpy(ops, shorter, kept);
                size = kept;
            } else {
                from += piece;
            }
        }
    }
    return size;
}

UNIT_TEST(model,
          "Whatever is done to heap and claims, results and counters are those of a simple model.")
{
    unsigned int rounds = unit_rounds(40);

    for (unsigned int round = 0; round < rounds; round++) {
        for (size_t i = 0; i < sizeof(ops); i++)
            ops[i] = (uint8_t)(unit_random() >> 40);
        if (fails(ops, sizeof(ops), true)) {
            size_t size = shrink(sizeof(ops));

            for (size_t i = 0; i < size; i += HEAP_OP_BYTES) {
                printf("          ");
                heap_model_print(ops + i);
            }
            fails(ops, size, false);
            unit_fail(__FILE__, __LINE__, "round %u differs from the model, see above", round);
        }
    }
}
