/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vsnprintf: %d %i %u %x %X %o %c %s %p %% with flags "-0+ #", width and precision (also `*`),
 * sizes hh h l ll z j t; and one of our own, %pS: an address as symbol+offset/size.
 *
 * Always terminates (size > 0); returns the length that the whole text has, as C99 wants it.
 */
#include <xen/lib.h>
#include <xen/string.h>
#include <xen/symbols.h>

struct output {
    char *buf;
    size_t size, len; /* room, and what the text would take so far */
};

struct spec {
    bool left, zero, plus, space, alternate, upper;
    int width, precision; /* -1: none given */
    unsigned int base;
};

static void put(struct output *out, char c)
{
    if (out->len < out->size)
        out->buf[out->len] = c;
    out->len++;
}

static void pad(struct output *out, char c, int count)
{
    while (count-- > 0)
        put(out, c);
}

static void put_string(struct output *out, const struct spec *spec, const char *s)
{
    int len;

    if (!s)
        s = "(null)";
    len = (int)strnlen(s, spec->precision < 0 ? 0x7fffffff : (size_t)spec->precision);

    if (!spec->left)
        pad(out, ' ', spec->width - len);
    for (int i = 0; i < len; i++)
        put(out, s[i]);
    if (spec->left)
        pad(out, ' ', spec->width - len);
}

/* The digits of value, last first; how many. */
static int digits_of(char digits[24], uint64_t value, const struct spec *spec)
{
    const char *set = spec->upper ? "0123456789ABCDEF" : "0123456789abcdef";
    int count = 0;

    for (; value; value /= spec->base)
        digits[count++] = set[value % spec->base];

    return count;
}

static const char *prefix_of(const struct spec *spec, bool negative, bool zero)
{
    if (negative)
        return "-";
    if (spec->plus)
        return "+";
    if (spec->space)
        return " ";
    if (spec->alternate && spec->base == 16 && !zero)
        return spec->upper ? "0X" : "0x";

    return "";
}

static void put_number(struct output *out, const struct spec *spec, uint64_t value, bool negative)
{
    char digits[24];
    const char *prefix = prefix_of(spec, negative, value == 0);
    int count = digits_of(digits, value, spec);
    int zeros = (spec->precision < 0 ? 1 : spec->precision) - count;
    int fill = spec->width - count - max(zeros, 0) - (int)strlen(prefix);

    if (spec->zero && !spec->left && spec->precision < 0) {
        zeros = max(zeros, 0) + max(fill, 0);
        fill = 0;
    }
    if (!spec->left)
        pad(out, ' ', fill);
    while (*prefix)
        put(out, *prefix++);
    pad(out, '0', zeros);
    while (count)
        put(out, digits[--count]);
    if (spec->left)
        pad(out, ' ', fill);
}

static void put_address(struct output *out, struct spec *spec, unsigned long addr)
{
    spec->base = 16;
    spec->zero = true;
    spec->width = 16;
    put_number(out, spec, addr, false);
}

static void put_symbol(struct output *out, struct spec *spec, unsigned long addr)
{
    unsigned long offset, size;
    const char *name = symbols_lookup(addr, &offset, &size);
    struct spec hex = {.width = -1, .precision = -1, .base = 16, .alternate = true};

    if (!name) {
        put_address(out, spec, addr);
        return;
    }
    put_string(out, spec, name);
    put(out, '+');
    put_number(out, &hex, offset, false);
    put(out, '/');
    put_number(out, &hex, size, false);
}

static const char *parse_flags(const char *fmt, struct spec *spec)
{
    for (;; fmt++) {
        switch (*fmt) {
        case '-':
            spec->left = true;
            break;
        case '0':
            spec->zero = true;
            break;
        case '+':
            spec->plus = true;
            break;
        case ' ':
            spec->space = true;
            break;
        case '#':
            spec->alternate = true;
            break;
        default:
            return fmt;
        }
    }
}

/* The letters before the conversion: the size of the argument in bytes. */
static const char *parse_size(const char *fmt, unsigned int *size)
{
    *size = sizeof(int);
    switch (*fmt) {
    case 'h':
        *size = fmt[1] == 'h' ? 1 : 2;
        return fmt + (fmt[1] == 'h' ? 2 : 1);
    case 'l':
        *size = 8;
        return fmt + (fmt[1] == 'l' ? 2 : 1);
    case 'z':
    case 'j':
    case 't':
        *size = 8;
        return fmt + 1;
    default:
        return fmt;
    }
}

static uint64_t truncate_unsigned(uint64_t value, unsigned int size)
{
    return size == 8 ? value : value & ((1ULL << (size * 8)) - 1);
}

static int64_t truncate_signed(int64_t value, unsigned int size)
{
    unsigned int shift = 64 - size * 8;

    return (int64_t)((uint64_t)value << shift) >> shift;
}

/* The widths and precisions among the arguments, and the conversions, share the list: hence its
 * address. */
struct arguments {
    __builtin_va_list list;
};

static const char *parse_count(const char *fmt, int *count, struct arguments *args)
{
    if (*fmt == '*') {
        *count = __builtin_va_arg(args->list, int);
        return fmt + 1;
    }
    for (*count = 0; *fmt >= '0' && *fmt <= '9'; fmt++)
        if (*count < 100000)
            *count = *count * 10 + (*fmt - '0');

    return fmt;
}

static const char *parse_spec(const char *fmt, struct spec *spec, struct arguments *args)
{
    *spec = (struct spec){.width = -1, .precision = -1, .base = 10};
    fmt = parse_flags(fmt, spec);
    fmt = parse_count(fmt, &spec->width, args);
    if (spec->width < 0) {
        spec->left = true;
        spec->width = -spec->width;
    }
    if (*fmt == '.')
        fmt = parse_count(fmt + 1, &spec->precision, args);

    return fmt;
}

static void put_signed(struct output *out, struct spec *spec, unsigned int size,
                       struct arguments *args)
{
    int64_t value =
        size == 8 ? __builtin_va_arg(args->list, int64_t) : __builtin_va_arg(args->list, int);

    value = truncate_signed(value, size);
    put_number(out, spec, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, value < 0);
}

static void put_unsigned(struct output *out, struct spec *spec, unsigned int size,
                         struct arguments *args)
{
    uint64_t value = size == 8 ? __builtin_va_arg(args->list, uint64_t)
                               : __builtin_va_arg(args->list, unsigned int);

    spec->plus = spec->space = false;
    put_number(out, spec, truncate_unsigned(value, size), false);
}

/* One conversion, fmt standing behind the `%`; returns what follows it. */
static const char *convert(struct output *out, const char *fmt, struct arguments *args)
{
    struct spec spec;
    unsigned int size;

    fmt = parse_size(parse_spec(fmt, &spec, args), &size);
    switch (*fmt) {
    case 'd':
    case 'i':
        put_signed(out, &spec, size, args);
        break;
    case 'X':
        spec.upper = true;
        fallthrough;
    case 'x':
        spec.base = 16;
        put_unsigned(out, &spec, size, args);
        break;
    case 'o':
        spec.base = 8;
        put_unsigned(out, &spec, size, args);
        break;
    case 'u':
        put_unsigned(out, &spec, size, args);
        break;
    case 'c': {
        char text[2] = {(char)__builtin_va_arg(args->list, int), '\0'};

        put_string(out, &spec, text);
        break;
    }
    case 's':
        put_string(out, &spec, __builtin_va_arg(args->list, const char *));
        break;
    case 'p':
        if (fmt[1] == 'S') {
            put_symbol(out, &spec, __builtin_va_arg(args->list, unsigned long));
            return fmt + 2;
        }
        put_address(out, &spec, __builtin_va_arg(args->list, unsigned long));
        break;
    case '\0':
        return fmt;
    default: /* "%%", and what we do not know shows itself */
        put(out, *fmt);
        break;
    }

    return fmt + 1;
}

int vsnprintf(char *buf, size_t size, const char *fmt, __builtin_va_list list)
{
    struct output out = {.buf = buf, .size = size};
    struct arguments args;

    __builtin_va_copy(args.list, list);
    while (*fmt) {
        if (*fmt == '%')
            fmt = convert(&out, fmt + 1, &args);
        else
            put(&out, *fmt++);
    }
    __builtin_va_end(args.list);
    if (size)
        buf[min(out.len, size - 1)] = '\0';

    return (int)out.len;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
    __builtin_va_list list;
    int len;

    __builtin_va_start(list, fmt);
    len = vsnprintf(buf, size, fmt, list);
    __builtin_va_end(list);

    return len;
}
