/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TAP on the console, a line in one hypercall so that nothing comes between; at the end the plan
 * and the verdict, one of success, failure (the subject is broken), error (the test is), skip.
 */
#include <public/xen.h>
#include <xen/symbols.h>
#include "guest.h"
#include "private.h"

static unsigned int checks, failures;

static void write_line(const char *text)
{
    char line[512];
    int length = snprintf(line, sizeof(line), "%s\n", text);

    hypercall3(__HYPERVISOR_console_io, CONSOLEIO_write, min(length, (int)sizeof(line) - 1), line);
}

#define FORMAT(buf, fmt)                         \
    do {                                         \
        __builtin_va_list args_;                 \
        __builtin_va_start(args_, fmt);          \
        vsnprintf(buf, sizeof(buf), fmt, args_); \
        __builtin_va_end(args_);                 \
    } while (0)

static void report(bool condition, const char *text)
{
    char line[480];

    checks++;
    failures += !condition;
    snprintf(line, sizeof(line), "%sok %u - %s", condition ? "" : "not ", checks, text);
    write_line(line);
}

bool check(bool condition, const char *fmt, ...)
{
    char text[400];

    FORMAT(text, fmt);
    report(condition, text);
    return condition;
}

bool check_equal(long got, long want, const char *fmt, ...)
{
    char text[400], both[460];

    FORMAT(text, fmt);
    if (got == want)
        snprintf(both, sizeof(both), "%s", text);
    else
        snprintf(both, sizeof(both), "%s: %ld (%#lx), not %ld (%#lx)", text, got, got, want, want);
    report(got == want, both);
    return got == want;
}

void note(const char *fmt, ...)
{
    char text[400], line[404];

    FORMAT(text, fmt);
    snprintf(line, sizeof(line), "# %s", text);
    write_line(line);
}

static void verdict(const char *word, const char *why) noreturn_fn;
static void verdict(const char *word, const char *why)
{
    char line[480];

    snprintf(line, sizeof(line), "1..%u", checks);
    write_line(line);
    snprintf(line, sizeof(line), "# verdict: %s%s%s", word, *why ? ": " : "", why);
    write_line(line);
    power_off();
}

void test_skip(const char *fmt, ...)
{
    char text[400];

    FORMAT(text, fmt);
    verdict(failures ? "failure" : "skip", text);
}

void test_error(const char *fmt, ...)
{
    char text[400];

    FORMAT(text, fmt);
    verdict(failures ? "failure" : "error", text);
}

void verdict_by_checks(void)
{
    if (!checks)
        verdict("error", "it checked nothing");
    verdict(failures ? "failure" : "success", "");
}

/* What the shared sources of xen/lib ask for. */
void bug_at(const char *what, const char *file, int line)
{
    test_error("%s at %s:%d", what, file, line);
}

const char *symbols_lookup(unsigned long addr, unsigned long *offset, unsigned long *size)
{
    return NULL;
}
