/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Unit tests: the hypervisor's own sources, on the host.
 *
 *     UNIT_TEST(name, "What it proves, in a sentence.")
 *     {
 *         CHECK(condition);
 *         CHECK_EQ(actual, expected);
 *     }
 *
 * in a file test_SUBJECT.c is all that is needed.  Each file becomes a program, linked with
 * whatever it uses of xen/common and xen/lib (Makefile has a list for sources from elsewhere); a
 * function that the sources want and the host lacks is defined in the test file.  Each test runs in
 * a process of its own, so it starts with fresh memory, and a crash is its own failure.  A failed
 * CHECK ends the test.
 *
 * Random tests draw from unit_random(), seeded with unit_seed (SEED=n replays it), and repeat
 * unit_rounds(n) times: n, or ROUNDS=m.
 */
#ifndef UNIT_H
#define UNIT_H

#include <xen/lib.h>

struct unit_test {
    const char *name, *prose;
    void (*run)(void);
    struct unit_test *next;
};

void unit_register(struct unit_test *t);
void unit_fail(const char *file, int line, const char *fmt, ...) printf_like(3, 4) noreturn_fn;
void unit_skip(const char *reason) noreturn_fn;
void unit_note(const char *fmt, ...) printf_like(1, 2); /* shown with the result */

#define UNIT_TEST(id, text)                                       \
    static void test_##id(void);                                  \
    static __attribute__((constructor)) void register_##id(void)  \
    {                                                             \
        static struct unit_test t = {#id, text, test_##id, NULL}; \
        unit_register(&t);                                        \
    }                                                             \
    static void test_##id(void)

#define CHECK(p)                                     \
    do {                                             \
        if (!(p))                                    \
            unit_fail(__FILE__, __LINE__, "%s", #p); \
    } while (0)

#define CHECK_EQ(a, b)                                                         \
    do {                                                                       \
        long long a_ = (long long)(a), b_ = (long long)(b);                    \
        if (a_ != b_)                                                          \
            unit_fail(__FILE__, __LINE__, "%s is %lld, not %lld", #a, a_, b_); \
    } while (0)

extern uint64_t unit_seed;
uint64_t unit_random(void);
unsigned int unit_random_below(unsigned int n);
unsigned int unit_rounds(unsigned int usual);
/* As many rounds as `make soak` has set, or `usual`. */

#endif
