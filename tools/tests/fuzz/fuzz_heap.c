/* SPDX-License-Identifier: GPL-2.0-only */
/* libFuzzer's entry: its bytes are the operations of heap_model.h. */
#include "heap_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    heap_model_run(data, size);
    return 0;
}
