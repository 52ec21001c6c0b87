/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The heap beside a model of it: a small host with four nodes, four domains, and every operation.
 *
 * A run is a string of bytes, HEAP_OP_BYTES for each operation, so that random tests, their
 * shrinking and the fuzzer share it.  The model knows each frame's state and each counter, predicts
 * every result exactly, refusals and the node of each block included, and is compared with the heap
 * after each step.
 */
#ifndef HEAP_MODEL_H
#define HEAP_MODEL_H

#include <xen/types.h>

#define HEAP_OP_BYTES 8

/* Calls abort() at the first difference, having said what it is. */
void heap_model_run(const uint8_t *ops, size_t size);
/* What an operation does, for people. */
void heap_model_print(const uint8_t *op);

#endif
