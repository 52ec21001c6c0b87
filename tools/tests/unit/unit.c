/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs the tests of one program, each in a process of its own.  See unit.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "unit.h"

enum { PASSED, FAILED, SKIPPED = 77 };

static struct unit_test *tests, **tests_end = &tests;
uint64_t unit_seed;
static uint64_t random_state;

void unit_register(struct unit_test *t)
{
    *tests_end = t;
    tests_end = &t->next;
}

void unit_fail(const char *file, int line, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    printf("        %s:%d: ", file, line);
    vprintf(fmt, args);
    printf(" (SEED=%llu)\n", (unsigned long long)unit_seed);
    va_end(args);
    fflush(stdout);
    _exit(FAILED);
}

void unit_skip(const char *reason)
{
    printf("        %s\n", reason);
    fflush(stdout);
    _exit(SKIPPED);
}

void unit_note(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    printf("        ");
    vprintf(fmt, args);
    printf("\n");
    va_end(args);
}

/* Marsaglia's xorshift64*: short, and the same everywhere. */
uint64_t unit_random(void)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;

    return random_state * 0x2545f4914f6cdd1dULL;
}

unsigned int unit_random_below(unsigned int n)
{
    return (unsigned int)((unit_random() >> 33) % n);
}

unsigned int unit_rounds(unsigned int usual)
{
    const char *set = getenv("ROUNDS");

    return set && *set ? (unsigned int)strtoul(set, NULL, 0) : usual;
}

/* There when lines are counted (make coverage): a process that ends by _exit() says what it ran. */
void __gcov_dump(void) __attribute__((weak));

static int run_one(const struct unit_test *t)
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        random_state = unit_seed * 2 + 1;
        t->run();
        fflush(stdout);
        if (__gcov_dump)
            __gcov_dump();
        _exit(PASSED);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        return FAILED;
    if (WIFSIGNALED(status))
        printf("        ended by signal %d\n", WTERMSIG(status));

    return WIFEXITED(status) ? WEXITSTATUS(status) : FAILED;
}

static void pick_seed(void)
{
    const char *set = getenv("SEED");

    unit_seed = set && *set ? strtoull(set, NULL, 0) : (uint64_t)time(NULL);
}

/* Arguments: nothing, or the name (or a part of it) of the tests to run. */
int main(int argc, char **argv)
{
    const char *wanted = argc > 1 ? argv[1] : "";
    const char *program = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
    unsigned int passed = 0, failed = 0, skipped = 0;
    bool all = strstr(program, wanted) != NULL;

    pick_seed();
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (const struct unit_test *t = tests; t; t = t->next) {
        int result;

        if (!all && !strstr(t->name, wanted))
            continue;
        printf("  %s.%s: %s\n", program, t->name, t->prose);
        result = run_one(t);
        passed += result == PASSED;
        skipped += result == SKIPPED;
        failed += result != PASSED && result != SKIPPED;
        if (result != PASSED)
            printf("  %s.%s: %s\n", program, t->name, result == SKIPPED ? "SKIPPED" : "FAILED");
    }
    printf("= %u %u %u\n", passed, failed, skipped);

    return failed != 0;
}
