/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages.  Each begins with "(XEN) " on a line of its own and may carry a level; loglvl= and
 * guest_loglvl= say which levels are shown always, and which up to a rate only
 * (`loglvl=warning/all`).  A message without a level is always shown.
 */
#include <xen/cmdline.h>
#include <xen/console.h>
#include <xen/errno.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/printk.h>
#include <xen/string.h>
#include <xen/time.h>

#define LEVEL_UNMARKED (-1)
#define RATE_BURST     10         /* messages ... */
#define RATE_PERIOD    SECONDS(5) /* ... in this time */

/* Levels below `always` are shown, levels below `limited` up to the rate. */
struct log_policy {
    int always, limited;
    s_time_t period_start;
    unsigned int shown, suppressed;
};

#ifdef NDEBUG
#define DEFAULT_ALWAYS 2
#else
#define DEFAULT_ALWAYS 4
#endif
static struct log_policy own = {DEFAULT_ALWAYS, DEFAULT_ALWAYS};
static struct log_policy guests = {0, 2};

static int level_of_name(const char *name, size_t length)
{
    static const char *const names[] = {"none", "error", "warning", "info", "debug"};

    for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
        if (strlen(names[i]) == length && !strncmp(name, names[i], length))
            return i;
    return length == 3 && !strncmp(name, "all", 3) ? 4 : -EINVAL;
}

static int parse_levels(const char *value, void *target)
{
    struct log_policy *policy = target;
    const char *slash = strchr(value, '/');
    int always = level_of_name(value, slash ? (size_t)(slash - value) : strlen(value));
    int limited = slash ? level_of_name(slash + 1, strlen(slash + 1)) : always;

    if (always < 0 || limited < 0)
        return -EINVAL;
    policy->always = always;
    policy->limited = max(always, limited);
    return 0;
}

#define LEVELS "none|error|warning|info|debug|all, two with / between: always and rate-limited"
cmdline_option_row(loglvl, "loglvl", LEVELS, parse_levels, &own);
cmdline_option_row(guest_loglvl, "guest_loglvl", LEVELS, parse_levels, &guests);

/* The mark in front of a message: its policy and level; returns the text behind it. */
static const char *read_mark(const char *text, struct log_policy **policy, int *level)
{
    *policy = &own;
    *level = LEVEL_UNMARKED;
    if (!strncmp(text, "<G>", 3)) {
        *policy = &guests;
        text += 3;
    }
    if (text[0] == '<' && text[1] >= '0' && text[1] <= '3' && text[2] == '>') {
        *level = text[1] - '0';
        text += 3;
    }
    return text;
}

/* May one more be shown in this period? */
static bool within_rate(struct log_policy *policy)
{
    s_time_t now = NOW();

    if (now - policy->period_start >= RATE_PERIOD) {
        policy->period_start = now;
        policy->shown = 0;
    }
    if (policy->shown < RATE_BURST) {
        policy->shown++;
        return true;
    }
    policy->suppressed++;
    return false;
}

static bool is_shown(struct log_policy *policy, int level)
{
    return level < policy->always || (level < policy->limited && within_rate(policy));
}

void vprintk(const char *fmt, __builtin_va_list args)
{
    static char text[1024]; /* the console's lock guards it */
    struct log_policy *policy;
    unsigned long flags;
    const char *message;
    int level;

    console_lock(&flags);
    vsnprintf(text, sizeof(text), fmt, args);
    message = read_mark(text, &policy, &level);
    if (is_shown(policy, level)) {
        if (policy->suppressed && within_rate(policy)) {
            char note[64];

            snprintf(note, sizeof(note), "%u similar messages suppressed\n", policy->suppressed);
            policy->suppressed = 0;
            console_write_own(note);
        }
        console_write_own(message);
    }
    console_unlock(flags);
}

void printk(const char *fmt, ...)
{
    __builtin_va_list args;

    __builtin_va_start(args, fmt);
    vprintk(fmt, args);
    __builtin_va_end(args);
}
