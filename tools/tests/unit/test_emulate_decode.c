/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The instruction decoder against the assembler: each line of insn_samples.S is assembled in 64-,
 * 32- or 16-bit mode, and the length that the assembler gave it is the one that the decoder must
 * find.
 */
#include <xen/string.h>
#include "arch/x86/emulate/decode.h"
#include "unit.h"

__asm__(".include \"insn_samples.S\"");

struct sample {
    const uint8_t *bytes;
    uint64_t length;
    uint64_t width; /* of the mode that it was assembled for: 8, 4 or 2 */
    const char *text;
};

extern const struct sample samples[], samples_end[];

static enum decode_result decode(const struct sample *s, size_t count, struct instruction *insn)
{
    return instruction_decode(s->bytes, count, s->width, insn);
}

UNIT_TEST(decode_length,
          "The decoder finds the length that the assembler gave to each instruction.")
{
    for (const struct sample *s = samples; s < samples_end; s++) {
        struct instruction insn;

        if (decode(s, INSTRUCTION_MAX, &insn) != DECODE_OK)
            unit_fail(__FILE__, __LINE__, "%s (%u-byte mode): not decoded", s->text,
                      (unsigned int)s->width);
        else if (insn.length != s->length)
            unit_fail(__FILE__, __LINE__, "%s (%u-byte mode): %u bytes, not %u", s->text,
                      (unsigned int)s->width, insn.length, (unsigned int)s->length);
    }
}

UNIT_TEST(decode_truncated,
          "Of an instruction that is cut short the decoder says so, at every place.")
{
    for (const struct sample *s = samples; s < samples_end; s++)
        for (size_t count = 0; count < s->length; count++) {
            struct instruction insn;

            if (decode(s, count, &insn) != DECODE_TRUNCATED)
                unit_fail(__FILE__, __LINE__, "%s: %zu bytes are not enough", s->text, count);
        }
}

UNIT_TEST(decode_prefixes, "Fifteen bytes are the most, whatever the prefixes.")
{
    uint8_t bytes[16];
    struct instruction insn;

    memset(bytes, 0x66, sizeof(bytes));
    CHECK(instruction_decode(bytes, 15, 8, &insn) == DECODE_UNKNOWN);
    CHECK(instruction_decode(bytes, 14, 8, &insn) == DECODE_TRUNCATED);
    bytes[14] = 0x90;
    CHECK(instruction_decode(bytes, 15, 8, &insn) == DECODE_OK);
    CHECK(insn.length == 15);
    bytes[14] = 0x66;
    bytes[15] = 0x90;
    CHECK(instruction_decode(bytes, 16, 8, &insn) == DECODE_UNKNOWN);
}

UNIT_TEST(decode_rex_position, "REX counts right before the opcode only.")
{
    static const uint8_t rex_then_66[] = {0x48, 0x66, 0x89, 0x00};
    static const uint8_t rex_last[] = {0x66, 0x48, 0x89, 0x00};
    struct instruction insn;

    CHECK(instruction_decode(rex_then_66, 4, 8, &insn) == DECODE_OK);
    CHECK(insn.operand_size == 2 && !insn.rex);
    CHECK(instruction_decode(rex_last, 4, 8, &insn) == DECODE_OK);
    CHECK(insn.operand_size == 8);
    /* Outside 64-bit mode it is an instruction: dec %eax. */
    CHECK(instruction_decode(rex_then_66, 4, 4, &insn) == DECODE_OK);
    CHECK(insn.length == 1);
}

UNIT_TEST(decode_vex_unknown, "VEX, EVEX and undefined opcodes are unknown, not guessed.")
{
    static const uint8_t unknown[][4] = {
        {0xc5, 0xf8, 0x77, 0x00}, /* vzeroupper */
        {0xc4, 0xe2, 0x70, 0xf3}, /* blsmsk */
        {0x62, 0xf1, 0x7c, 0x48}, /* EVEX */
        {0x0f, 0x04, 0x00, 0x00}, /* undefined */
        {0xd6, 0x00, 0x00, 0x00}, /* undefined */
    };
    struct instruction insn;

    for (unsigned int i = 0; i < 5; i++)
        CHECK(instruction_decode(unknown[i], 4, 8, &insn) == DECODE_UNKNOWN);
    /* In 32-bit mode C5 with a memory operand is LDS. */
    static const uint8_t lds[] = {0xc5, 0x00};
    CHECK(instruction_decode(lds, 2, 4, &insn) == DECODE_OK && insn.length == 2);
}

/* Registers with values that no sum confuses. */
static const uint64_t gpr[16] = {
    0x10,         0x200,        0x3000,       0x40000,      0x500000,     0x6000000,
    0x70000000,   0x8,          0x1ULL << 33, 0x1ULL << 34, 0x1ULL << 35, 0x1ULL << 36,
    0x1ULL << 37, 0x1ULL << 38, 0x1ULL << 39, 0x1ULL << 40,
};

struct address_case {
    unsigned int width;
    uint8_t bytes[9];
    uint64_t offset;
    uint8_t segment;
};

UNIT_TEST(decode_addresses,
          "Every way to form an address: base, index, scale, displacement, width, segment.")
{
    static const struct address_case cases[] = {
        {8, {0x89, 0x03}, 0x40000, INSN_DS},                               /* (%rbx) */
        {8, {0x89, 0x45, 0xfc}, 0x6000000 - 4, INSN_SS},                   /* -4(%rbp) */
        {8, {0x89, 0x04, 0x24}, 0x500000, INSN_SS},                        /* (%rsp) */
        {8, {0x41, 0x89, 0x04, 0x24}, 1ULL << 37, INSN_DS},                /* (%r12) */
        {8, {0x41, 0x89, 0x45, 0x00}, 1ULL << 38, INSN_DS},                /* 0(%r13) */
        {8, {0x89, 0x04, 0x8b}, 0x40000 + 4 * 0x200, INSN_DS},             /* (%rbx,%rcx,4) */
        {8, {0x42, 0x89, 0x04, 0x23}, 0x40000 + (1ULL << 37), INSN_DS},    /* (%rbx,%r12,1) */
        {8, {0x89, 0x04, 0xcd, 0x10, 0, 0, 0}, 0x10 + 8 * 0x200, INSN_DS}, /* 16(,%rcx,8) */
        {8, {0x89, 0x04, 0x25, 0xf0, 0xff, 0xff, 0xff}, -16ULL, INSN_DS},  /* -16 */
        {8, {0x89, 0x05, 0x00, 0x01, 0, 0}, 0x1000 + 6 + 0x100, INSN_DS},  /* 256(%rip) */
        {8, {0x67, 0x89, 0x05, 0, 0, 0, 0x80}, 0x80001007, INSN_DS},       /* (%eip) */
        {8, {0x65, 0x89, 0x03}, 0x40000, INSN_GS},                         /* %gs:(%rbx) */
        {8, {0x26, 0x89, 0x03}, 0x40000, INSN_DS},                         /* %es: is nothing */
        {8, {0xa1, 8, 7, 6, 5, 4, 3, 2, 1}, 0x0102030405060708, INSN_DS},  /* moffs */
        {4, {0x89, 0x05, 0, 1, 0, 0}, 0x100, INSN_DS},                     /* 256, no %rip */
        {4, {0x26, 0x89, 0x03}, 0x40000, INSN_ES},                         /* %es:(%ebx) */
        {4, {0xa1, 8, 7, 6, 5}, 0x05060708, INSN_DS},                      /* moffs */
        {4, {0x67, 0x89, 0x06, 0x34, 0x12}, 0x1234, INSN_DS},              /* disp16 */
        {2, {0x89, 0x00}, (0x40000 + 0x70000000) & 0xffff, INSN_DS},       /* (%bx,%si) */
        {2, {0x89, 0x42, 0x7f}, 0x7f, INSN_SS},                            /* 127(%bp,%si) */
        {2, {0x89, 0x05}, 8, INSN_DS},                                     /* (%di) */
        {2, {0x67, 0x89, 0x03}, 0x40000, INSN_DS},                         /* (%ebx) */
    };

    for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct address_case *c = &cases[i];
        struct instruction insn;
        uint64_t offset;

        CHECK(instruction_decode(c->bytes, sizeof(c->bytes), c->width, &insn) == DECODE_OK);
        offset = instruction_offset(&insn, gpr, 0x1000);
        if (offset != c->offset || insn.segment != c->segment)
            unit_fail(__FILE__, __LINE__, "case %u: %#lx in segment %u", i, offset, insn.segment);
    }
}
