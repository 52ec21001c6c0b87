/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The manual's pages against the program: each command, option and key that xl has stands in
 * docs/man, and nothing stands there that xl has not.
 *
 * A page is a row of entries: a line in the first column that begins with a bold word, and the
 * indented lines below it.  What is bold in the first line is what the entry is about.
 */
#include <ctype.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xl.h"

#undef main

static unsigned int passed, failed;

static void check(bool ok, const char *who, const char *what, const char *why)
{
    if (ok) {
        passed++;
    } else {
        failed++;
        printf("not ok %s: %s %s\n", who, what, why);
    }
}

/* ---- Sets of words ---- */

struct words {
    char **word;
    size_t nr;
};

static bool has(const struct words *w, const char *word)
{
    for (size_t i = 0; i < w->nr; i++)
        if (!strcmp(w->word[i], word))
            return true;
    return false;
}

static void add(struct words *w, const char *from, size_t length)
{
    char *word = xstrndup(from, length);

    if (has(w, word)) {
        free(word);
        return;
    }
    w->word = xrealloc(w->word, (w->nr + 1) * sizeof(*w->word));
    w->word[w->nr++] = word;
}

static void clear(struct words *w)
{
    while (w->nr)
        free(w->word[--w->nr]);
    free(w->word);
    *w = (struct words){0};
}

static void same(const char *who, const struct words *have, const struct words *want,
                 const char *missing, const char *spare)
{
    for (size_t i = 0; i < want->nr; i++)
        check(has(have, want->word[i]), who, want->word[i], missing);
    for (size_t i = 0; i < have->nr; i++)
        if (!has(want, have->word[i]))
            check(false, who, have->word[i], spare);
}

/* ---- Pages ---- */

struct entry {
    struct words about;   /* bold in the first line, but for options */
    struct words options; /* bold anywhere, with their dashes */
};

struct page {
    struct entry *entry;
    size_t nr;
};

static void bold_words(const char *line, size_t length, struct entry *e, bool first)
{
    const char *end = line + length, *from, *to;

    for (; (from = memmem(line, end - line, "**", 2)) != NULL; line = to + 2) {
        from += 2;
        to = memmem(from, end - from, "**", 2);
        if (!to)
            return;
        if (*from == '-')
            add(&e->options, from, to - from);
        else if (first)
            add(&e->about, from, to - from);
    }
}

static struct page page_read(const char *name)
{
    char *path = xasprintf(MANUAL "/%s", name);
    size_t size;
    char *text = read_file(path, &size);
    struct page page = {0};

    check(text != NULL, path, "the page", "cannot be read");
    for (char *line = text, *next; line && *line; line = next) {
        size_t length = strcspn(line, "\n");
        bool first = !strncmp(line, "**", 2);

        next = line + length + (line[length] == '\n');
        if (first) {
            page.entry = xrealloc(page.entry, (page.nr + 1) * sizeof(*page.entry));
            page.entry[page.nr++] = (struct entry){0};
        } else if (!isspace((unsigned char)*line)) {
            continue; /* a heading, or text between entries */
        }
        if (page.nr)
            bold_words(line, length, &page.entry[page.nr - 1], first);
    }
    free(text);
    free(path);
    return page;
}

static void page_free(struct page *page)
{
    while (page->nr) {
        clear(&page->entry[--page->nr].about);
        clear(&page->entry[page->nr].options);
    }
    free(page->entry);
}

/* ---- What a command takes ---- */

static jmp_buf asked;
static struct words taken;

/* In the place of xl's own: notes what the command would take, and does not go on. */
int __wrap_command_option(const struct command *cmd, int argc, char **argv, const char *letters,
                          const struct option *names, int least);

int __wrap_command_option(const struct command *cmd, int argc, char **argv, const char *letters,
                          const struct option *names, int least)
{
    for (; *letters; letters++)
        if (*letters != ':')
            add(&taken, (char[]){'-', *letters}, 2);
    for (; names && names->name; names++) {
        char *option = xasprintf("--%s", names->name);

        add(&taken, option, strlen(option));
        free(option);
    }
    longjmp(asked, 1);
}

static void options_taken(const struct command *cmd)
{
    struct xl xl = {0};
    char *argv[] = {(char *)cmd->name, NULL};

    clear(&taken);
    if (!setjmp(asked) && cmd->run != cmd_help)
        cmd->run(&xl, cmd, 1, argv);
}

/* Words of a help text that begin with a dash. */
static void options_of_text(const char *text, struct words *options)
{
    for (const char *s = text; s && *s; s++) {
        size_t length = strspn(s, "-") + strcspn(s + strspn(s, "-"), " ,]=|\n");

        if (*s == '-' && (s == text || strchr(" [|\n", s[-1])) &&
            isalpha((unsigned char)s[length - 1]))
            add(options, s, length);
    }
}

static void options_of_help(const struct command *cmd, struct words *options)
{
    options_of_text(cmd->arguments, options);
    options_of_text(cmd->options, options);
}

/* The help explains what the command takes. */
static void help_explains(void)
{
    struct words help = {0};

    for (const struct command *c = commands; c->name; c++) {
        if (c->run == cmd_help)
            continue;
        clear(&help);
        options_of_help(c, &help);
        options_taken(c);
        same(c->name, &help, &taken, "is taken, but not in its help",
             "is in its help, but not taken");
    }
    clear(&help);
}

/* An entry of the page explains what the helps of its commands do. */
static void entry_explains(const struct entry *e)
{
    struct words help = {0};

    for (size_t n = 0; n < e->about.nr; n++) {
        const struct command *c = command_find(e->about.word[n]);

        check(c && !strcmp(c->name, e->about.word[n]), "xl(1)", e->about.word[n], "is no command");
        if (c)
            options_of_help(c, &help);
    }
    same(e->about.word[0], &e->options, &help, "is in its help, but not in xl(1)",
         "is in xl(1), but not in its help");
    clear(&help);
}

static void commands_explained(const struct page *page)
{
    struct words in_page = {0};

    for (size_t i = 0; i < page->nr; i++) {
        const struct entry *e = &page->entry[i];

        if (!e->about.nr || !strcmp(e->about.word[0], "xl"))
            continue; /* the synopsis, and options before the command */
        entry_explains(e);
        for (size_t n = 0; n < e->about.nr; n++)
            add(&in_page, e->about.word[n], strlen(e->about.word[n]));
    }
    for (const struct command *c = commands; c->name; c++)
        check(has(&in_page, c->name), "xl(1)", c->name, "is missing");
    clear(&in_page);
}

static void keys_explained(const char *manual, struct page *page, const char *(*name)(unsigned int))
{
    struct words keys = {0}, in_page = {0};

    for (unsigned int i = 0; name(i); i++)
        add(&keys, name(i), strlen(name(i)));
    for (size_t i = 0; i < page->nr; i++)
        for (size_t n = 0; n < page->entry[i].about.nr; n++)
            add(&in_page, page->entry[i].about.word[n], strlen(page->entry[i].about.word[n]));
    same(manual, &in_page, &keys, "is a key, but not in the page", "is in the page, but no key");
    clear(&keys);
    clear(&in_page);
}

int main(void)
{
    struct page xl = page_read("xl.rst"), cfg = page_read("xl.cfg.rst"),
                conf = page_read("xl.conf.rst");

    help_explains();
    commands_explained(&xl);
    keys_explained("xl.cfg", &cfg, guest_key_name);
    keys_explained("xl.conf", &conf, conf_key_name);
    page_free(&xl);
    page_free(&cfg);
    page_free(&conf);
    clear(&taken);
    printf("%u passed, %u failed\n", passed, failed);
    return failed ? 1 : 0;
}
