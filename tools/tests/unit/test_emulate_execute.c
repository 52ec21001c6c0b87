/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The executor against the processor: each instruction of insn_execute.S runs on this machine and
 * in the executor, on the same memory, registers and flags, which must come out the same.
 */
#include <xen/string.h>
#include "arch/x86/emulate/alu.h"
#include "arch/x86/emulate/execute.h"
#include "unit.h"

__asm__(".include \"insn_execute.S\"");

#define MEMORY_SIZE 4096

struct state {
    uint64_t gpr[16];
    uint64_t rflags;
};

struct executable {
    void (*run)(void);
    const uint8_t *bytes;
    uint64_t length, undefined_flags;
    const char *text;
};

extern const struct executable executables[], executables_end[];
extern struct state native_state;
extern uint8_t native_memory[];
struct state native_state;
uint8_t native_memory[MEMORY_SIZE] __attribute__((aligned(64)));

enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI };

/* The executor's memory stands where the processor's does. */
static uint8_t memory[MEMORY_SIZE];
static unsigned int accesses, failing_access;

static uint8_t *translate(uint64_t linear, unsigned int size)
{
    uint64_t offset = linear - (uint64_t)native_memory;

    if (offset > MEMORY_SIZE - size)
        unit_fail(__FILE__, __LINE__, "access outside at %#lx", linear);
    return memory + offset;
}

static int read_memory(struct emulation *e, uint64_t linear, void *data, unsigned int size)
{
    if (++accesses == failing_access)
        return -1;
    memcpy(data, translate(linear, size), size);
    return 0;
}

static int write_memory(struct emulation *e, uint64_t linear, const void *data, unsigned int size)
{
    if (++accesses == failing_access)
        return -1;
    memcpy(translate(linear, size), data, size);
    return 0;
}

static uint64_t segment_base(struct emulation *e, enum insn_segment segment)
{
    return 0;
}

static const struct emulate_access access_test = {read_memory, write_memory, segment_base};

static enum execute_result emulate(const uint8_t *bytes, struct state *s, unsigned int failing)
{
    struct instruction insn;
    struct emulation e = {
        .insn = &insn,
        .access = &access_test,
        .gpr = s->gpr,
        .rip = (uint64_t)bytes,
        .rflags = s->rflags,
    };
    enum execute_result result;

    accesses = 0;
    failing_access = failing;
    CHECK(instruction_decode(bytes, INSTRUCTION_MAX, 8, &insn) == DECODE_OK);
    result = instruction_execute(&e);
    s->rflags = e.rflags;
    return result;
}

/* Pointers into the middle of memory, a small count in RCX, a signed bit number in RDX, else
 * anything. */
static void random_state(struct state *s)
{
    static const uint8_t pointers[] = {RBX, RBP, RSI, RDI};

    for (unsigned int i = 0; i < 16; i++)
        s->gpr[i] = unit_random();
    for (unsigned int i = 0; i < sizeof(pointers); i++)
        s->gpr[pointers[i]] =
            (uint64_t)native_memory + MEMORY_SIZE / 2 + unit_random_below(MEMORY_SIZE / 4);
    s->gpr[RSP] = 0;
    s->gpr[RCX] = unit_random_below(32);
    s->gpr[RDX] = (int64_t)unit_random_below(4000) - 2000;
    /* Now and then a comparison shall come out equal, and an addition overflow. */
    if (unit_random_below(4) == 0)
        s->gpr[RAX] = 0;
    s->rflags = (unit_random() & (FLAGS_STATUS | FLAG_DF)) | 0x202;
}

static void random_memory(void)
{
    static const uint8_t edges[] = {0, 0x7f, 0x80, 0xff};
    bool is_edgy = unit_random_below(3) == 0;

    for (unsigned int i = 0; i < MEMORY_SIZE; i++)
        native_memory[i] = is_edgy ? edges[unit_random_below(4)] : unit_random();
    memcpy(memory, native_memory, MEMORY_SIZE);
}

static void compare(const struct executable *x, const struct state *before,
                    const struct state *ours)
{
    uint64_t flags = (FLAGS_STATUS | FLAG_DF) & ~x->undefined_flags;

    for (unsigned int i = 0; i < 16; i++)
        if (native_state.gpr[i] != ours->gpr[i])
            unit_fail(__FILE__, __LINE__, "%s: register %u is %#lx, not %#lx", x->text, i,
                      ours->gpr[i], native_state.gpr[i]);
    if ((native_state.rflags ^ ours->rflags) & flags)
        unit_fail(__FILE__, __LINE__, "%s: flags are %#lx, not %#lx; before %#lx", x->text,
                  ours->rflags & flags, native_state.rflags & flags, before->rflags);
    if (memcmp(memory, native_memory, MEMORY_SIZE))
        unit_fail(__FILE__, __LINE__, "%s: memory differs", x->text);
}

UNIT_TEST(execute_as_processor,
          "The executor leaves registers, flags and memory as the processor does.")
{
    unsigned int rounds = unit_rounds(200);

    for (const struct executable *x = executables; x < executables_end; x++)
        for (unsigned int i = 0; i < rounds; i++) {
            struct state ours, before;

            random_state(&before);
            random_memory();
            native_state = ours = before;
            if (emulate(x->bytes, &ours, 0) != EXECUTE_DONE)
                unit_fail(__FILE__, __LINE__, "%s: not executed", x->text);
            x->run();
            compare(x, &before, &ours);
        }
}

UNIT_TEST(execute_fault, "An instruction whose first or second access faults has changed nothing, "
                         "but for a repeated one's progress.")
{
    for (const struct executable *x = executables; x < executables_end; x++)
        for (unsigned int failing = 1; failing <= 2; failing++) {
            struct state before, after;

            random_state(&before);
            before.gpr[RCX] = 1;
            random_memory();
            after = before;
            if (emulate(x->bytes, &after, failing) != EXECUTE_EXCEPTION)
                continue;
            CHECK(!memcmp(&before, &after, sizeof(before)));
            CHECK(!memcmp(memory, native_memory, MEMORY_SIZE));
        }
}

UNIT_TEST(execute_repeat_bounded,
          "A long repeated instruction stops now and then, and goes on where it was.")
{
    static const uint8_t rep_stosb[INSTRUCTION_MAX] = {0xf3, 0xaa};
    struct state s = {.rflags = 0x202};
    unsigned int runs = 0;

    s.gpr[RDI] = (uint64_t)native_memory;
    s.gpr[RCX] = MEMORY_SIZE;
    s.gpr[RAX] = 0x5a;
    while (emulate(rep_stosb, &s, 0) == EXECUTE_AGAIN)
        runs++;
    CHECK(runs > 1);
    CHECK_EQ(s.gpr[RCX], 0);
    CHECK_EQ(s.gpr[RDI], (uint64_t)native_memory + MEMORY_SIZE);
    for (unsigned int i = 0; i < MEMORY_SIZE; i++)
        CHECK_EQ(memory[i], 0x5a);
}

UNIT_TEST(execute_unknown, "What is not in the subset is refused, with nothing changed.")
{
    static const uint8_t others[][INSTRUCTION_MAX] = {
        {0x0f, 0x10, 0x07}, /* movups (%rdi), %xmm0 */
        {0xf7, 0x27},       /* mull (%rdi) */
        {0x0f, 0x30},       /* wrmsr */
        {0xff, 0x37},       /* push (%rdi) */
        {0x0f, 0xae, 0x07}, /* fxsave (%rdi) */
    };
    struct state before, after;

    random_state(&before);
    for (unsigned int i = 0; i < ARRAY_SIZE(others); i++) {
        after = before;
        CHECK(emulate(others[i], &after, 0) == EXECUTE_UNKNOWN);
        CHECK(!memcmp(&before, &after, sizeof(before)));
        CHECK_EQ(accesses, 0);
    }
}
