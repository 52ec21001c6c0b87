/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command line: one row per option, beside the code it sets.  An unknown option is named in a
 * warning; a bad value says what is allowed.
 */
#ifndef XEN_CMDLINE_H
#define XEN_CMDLINE_H

#include <xen/types.h>

struct cmdline_option {
    const char *name;
    const char *allowed;                    /* what the value may be, for messages */
    int (*parse)(const char *value, void *target);  /* 0, or -EINVAL; value is "" for a bare option, "no" for no-NAME */
    void *target;
};

#define cmdline_option_row(id, ...)                                                  \
    static const struct cmdline_option cmdline_##id                                  \
        __attribute__((section(".init.options"), used, aligned(8))) = { __VA_ARGS__ }

/* A handler of one's own. */
#define custom_param(id, opt, allow, fn) cmdline_option_row(id, opt, allow, fn, NULL)
/* target: bool. */
#define boolean_param(opt, var)  cmdline_option_row(var, opt, "yes|no", cmdline_parse_bool, &var)
/* target: unsigned int. */
#define integer_param(opt, var)  cmdline_option_row(var, opt, "a number", cmdline_parse_uint, &var)
/* target: uint64_t, in bytes. */
#define size_param(opt, var)     cmdline_option_row(var, opt, "a size such as 512M", cmdline_parse_size, &var)

int cmdline_parse_bool(const char *value, void *target);
int cmdline_parse_uint(const char *value, void *target);
int cmdline_parse_size(const char *value, void *target);

/* Applies `line` to the rows. `line` is changed. */
void cmdline_parse(char *line);
extern char saved_cmdline[1024];

#endif
