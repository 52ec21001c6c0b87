/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The syntax of xl.cfg(5) and xl.conf(5), and nothing of its meaning.
 *
 *     name = 42    name = "text"    name = [ "a", 7, [ "nested" ] ]    name += "more"    # comment
 *
 * Settings are separated by newlines or semicolons; a list may span lines and end in a comma.
 * Reading gives a list of settings, each value with its place, so that whoever gives it a meaning
 * can say where it is wrong.  The first mistake ends the reading: what follows one is guesswork.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stddef.h>

enum config_kind { CONFIG_NUMBER, CONFIG_STRING, CONFIG_LIST };

struct config_value {
    enum config_kind kind;
    int line; /* 0: it came from the command line */
    long long number;
    char *text;
    struct config_value *items; /* of a list */
    int nr_items;
};

struct config_setting {
    struct config_setting *next;
    char *name;
    struct config_value value;
};

struct config {
    char *file;
    struct config_setting *settings; /* in order; a name stands here once */
};

/* NULL after a message on stderr. */
struct config *config_read(const char *path);
struct config *config_parse(const char *file, const char *text, size_t length);
/* More settings for an existing one, as from the command line; 0, or -1 after a message. */
int config_add(struct config *config, const char *origin, const char *text);
void config_free(struct config *config);
const struct config_value *config_find(const struct config *config, const char *name);
const char *config_kind_name(enum config_kind kind);

/* A warning that nobody knows this setting. */
void config_unknown(const struct config *config, const struct config_setting *s);

/* "FILE:LINE: ", or "command line: " for line 0, and the message, on stderr. */
void config_error(const struct config *config, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif /* CONFIG_H */
