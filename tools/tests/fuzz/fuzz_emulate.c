/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The instruction decoder and executor on arbitrary bytes.  Input: a byte that chooses mode and
 * failing access, a seed for registers and memory, then the instruction.
 *
 * What must hold: a decoded instruction has 1 to 15 bytes, is the same however much follows it, and
 * is not decodable when cut short; an execution ends after a bounded number of accesses of 1 to 8
 * bytes; an unknown instruction touches nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "arch/x86/emulate/execute.h"

#define ACCESSES_MAX (2 * 512 + 2)

static uint64_t noise;
static unsigned int accesses, failing_access;

static void demand(bool holds)
{
    if (!holds)
        abort();
}

static uint64_t next_noise(void)
{
    noise = noise * 6364136223846793005ULL + 1442695040888963407ULL;
    return noise ^ noise >> 29;
}

static int access_one(unsigned int size)
{
    demand(size == 1 || size == 2 || size == 4 || size == 8);
    demand(++accesses <= ACCESSES_MAX);
    return accesses == failing_access ? -1 : 0;
}

static int read_noise(struct emulation *e, uint64_t linear, void *data, unsigned int size)
{
    uint64_t value = next_noise();

    memcpy(data, &value, size);
    return access_one(size);
}

static int write_nothing(struct emulation *e, uint64_t linear, const void *data, unsigned int size)
{
    return access_one(size);
}

static uint64_t segment_base(struct emulation *e, enum insn_segment segment)
{
    demand(segment <= INSN_GS);
    return next_noise();
}

static const struct emulate_access noisy = {read_noise, write_nothing, segment_base};

static void check_decode(const uint8_t *bytes, size_t count, unsigned int width,
                         struct instruction *insn)
{
    struct instruction again;

    demand(insn->length >= 1 && insn->length <= INSTRUCTION_MAX && insn->length <= count);
    demand(instruction_decode(bytes, insn->length, width, &again) == DECODE_OK);
    demand(!memcmp(insn, &again, sizeof(again)));
    for (size_t cut = 0; cut < insn->length; cut++)
        demand(instruction_decode(bytes, cut, width, &again) == DECODE_TRUNCATED);
}

static void check_execute(const struct instruction *insn)
{
    uint64_t gpr[16], before[16];
    struct emulation e = {.insn = insn, .access = &noisy, .gpr = gpr};
    enum execute_result result;

    for (unsigned int i = 0; i < 16; i++)
        gpr[i] = before[i] = next_noise() >> (next_noise() & 63);
    e.rip = next_noise();
    e.rflags = next_noise();
    accesses = 0;
    result = instruction_execute(&e);
    if (result == EXECUTE_UNKNOWN)
        demand(!accesses && !memcmp(gpr, before, sizeof(gpr)));
    if (result == EXECUTE_EXCEPTION)
        demand(accesses == failing_access);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const unsigned int widths[4] = {8, 8, 4, 2};
    struct instruction insn;
    unsigned int width;

    if (size < 3)
        return 0;
    width = widths[data[0] & 3];
    failing_access = data[0] >> 5;
    noise = data[1];
    data += 2;
    size -= 2;
    if (instruction_decode(data, size, width, &insn) != DECODE_OK)
        return 0;
    check_decode(data, size, width, &insn);
    check_execute(&insn);
    return 0;
}
