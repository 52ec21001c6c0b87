/* SPDX-License-Identifier: GPL-2.0-only */
/* TAP, as the 64-bit library prints it. */
#include "compat.h"

static unsigned int checks, failures;

static char line[512];
static unsigned int length;

static void put(char c)
{
    if (length < sizeof(line))
        line[length++] = c;
}

static void put_text(const char *s)
{
    while (*s)
        put(*s++);
}

static void put_number(uint32_t n, unsigned int base)
{
    char digits[12];
    unsigned int count = 0;

    do
        digits[count++] = "0123456789abcdef"[n % base];
    while (n /= base);
    while (count)
        put(digits[--count]);
}

static void put_signed(int32_t n)
{
    if (n < 0)
        put('-');
    put_number(n < 0 ? -(uint32_t)n : (uint32_t)n, 10);
}

static void put_format(const char *fmt, va_list args)
{
    for (; *fmt; fmt++) {
        if (*fmt != '%') {
            put(*fmt);
            continue;
        }
        switch (*++fmt) {
        case 's':
            put_text(va_arg(args, const char *));
            break;
        case 'd':
            put_signed(va_arg(args, int32_t));
            break;
        case 'u':
            put_number(va_arg(args, uint32_t), 10);
            break;
        case 'x':
            put_number(va_arg(args, uint32_t), 16);
            break;
        }
    }
}

static void line_end(void)
{
    put('\n');
    CALL(console_io, CONSOLEIO_write, length, line);
    length = 0;
}

static void line_begin(bool condition)
{
    checks++;
    failures += !condition;
    put_text(condition ? "ok " : "not ok ");
    put_number(checks, 10);
    put_text(" - ");
}

void check(bool condition, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    line_begin(condition);
    put_format(fmt, args);
    va_end(args);
    line_end();
}

void check_equal(int32_t got, int32_t want, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    line_begin(got == want);
    put_format(fmt, args);
    va_end(args);
    if (got != want) {
        put_text(": ");
        put_signed(got);
        put_text(", not ");
        put_signed(want);
    }
    line_end();
}

void finish(void)
{
    struct sched_shutdown end = {.reason = SHUTDOWN_poweroff};

    put_text("1..");
    put_number(checks, 10);
    line_end();
    put_text(failures || !checks ? "# verdict: failure" : "# verdict: success");
    line_end();
    for (;;)
        sched_op(SCHEDOP_shutdown, &end);
}
