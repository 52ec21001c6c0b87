/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What xl runstate prints, without a hypervisor: three domains are made up, looked at twice.  The
 * JSON must follow the schema in the administrator's guide, the Prometheus text must have the
 * metrics that the rules there ask for, and the table must fit a terminal.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <yajl/yajl_tree.h>

#include "xl.h"

#undef main

static unsigned int passed, failed;

static bool check(bool ok, const char *what, const char *detail)
{
    if (ok)
        passed++;
    else
        failed++;
    if (!ok)
        printf("not ok %s: %s\n", what, detail);
    return ok;
}

/* ---- Domains that are not there ---- */

#define SECOND 1000000000ULL

static unsigned int look; /* how often they have been looked at */

static const struct {
    const char *name;
    unsigned int vcpus;
    unsigned int from; /* the look at which it is there first */
    int state;         /* in which all of its time passes */
} domains[] = {
    {"Domain-0", 4, 0, LIBXL_RUNSTATE_BLOCKED},
    {"a \"quoted\\name\" that is long", 2, 0, LIBXL_RUNSTATE_CONCURRENCY_HAZARD},
    {"new", 128, 1, LIBXL_RUNSTATE_FULL_RUN},
};
#define DOMAINS (sizeof(domains) / sizeof(domains[0]))

libxl_dominfo *__wrap_list_named(struct xl *xl, int argc, char **argv, int *nr);
libxl_dominfo *__wrap_list_named(struct xl *xl, int argc, char **argv, int *nr)
{
    libxl_dominfo *list = calloc(DOMAINS, sizeof(*list));

    *nr = 0;
    for (uint32_t i = 0; i < DOMAINS; i++) {
        if (domains[i].from > look)
            continue;
        libxl_dominfo_init(&list[*nr]);
        list[*nr].domid = i;
        list[(*nr)++].vcpu_online = domains[i].vcpus;
    }
    look++;
    return list;
}

char *__wrap_domain_name(struct xl *xl, uint32_t domid);
char *__wrap_domain_name(struct xl *xl, uint32_t domid)
{
    return strdup(domains[domid].name);
}

int __wrap_libxl_get_runstate(libxl_ctx *ctx, uint32_t domid, libxl_runstateinfo *info);
int __wrap_libxl_get_runstate(libxl_ctx *ctx, uint32_t domid, libxl_runstateinfo *info)
{
    uint64_t age = (10 + 5ULL * look) * SECOND + 1;

    *info = (libxl_runstateinfo){.domid = domid, .state = domains[domid].state, .age = age};
    switch (domains[domid].state) {
    case LIBXL_RUNSTATE_BLOCKED:
        info->blocked = age;
        break;
    case LIBXL_RUNSTATE_CONCURRENCY_HAZARD:
        info->concurrency_hazard = age;
        info->running = info->runnable = age / 2;
        break;
    default:
        info->full_run = info->running = age;
    }
    return 0;
}

/* ---- What the command prints ---- */

static char *run(char *option)
{
    char *argv[] = {"runstate", option, "-i", "0.01", "-n", "1", NULL};
    FILE *out = tmpfile();
    int there = dup(STDOUT_FILENO);
    char *text = calloc(1, 65536);
    struct xl xl = {0};

    fflush(stdout);
    dup2(fileno(out), STDOUT_FILENO);
    look = 0;
    optind = 0;
    check(!command_find("runstate")->run(&xl, command_find("runstate"), 6, argv), option, "fails");
    fflush(stdout);
    dup2(there, STDOUT_FILENO);
    close(there);
    rewind(out);
    if (fread(text, 1, 65535, out) == 0)
        check(false, option, "prints nothing");
    fclose(out);
    return text;
}

/* ---- The page ---- */

static char *page_read(void)
{
    FILE *f = fopen(PAGE, "r");
    char *text = calloc(1, 65536);

    if (!f || fread(text, 1, 65535, f) == 0) {
        printf("%s cannot be read\n", PAGE);
        exit(1);
    }
    fclose(f);
    return text;
}

/* The block of that language: the indented lines behind its directive. */
static char *page_block(const char *page, const char *language)
{
    char head[64], *block = calloc(1, 65536), *to = block;
    const char *at;

    snprintf(head, sizeof(head), ".. code-block:: %s\n", language);
    at = strstr(page, head);
    for (at = at ? at + strlen(head) : ""; *at == '\n' || *at == ' ';) {
        size_t length = strcspn(at, "\n") + 1;

        memcpy(to, at, length);
        to += length;
        at += length;
    }
    return block;
}

/* ---- As much of JSON Schema as the page uses; any other word of it is an error ---- */

static yajl_val member(yajl_val object, const char *key)
{
    const char *path[] = {key, NULL};

    return YAJL_IS_OBJECT(object) ? yajl_tree_get(object, path, yajl_t_any) : NULL;
}

static const char *text_of(yajl_val v)
{
    const char *text = YAJL_GET_STRING(v);

    return text ? text : "";
}

static bool has_type(yajl_val v, const char *type)
{
    if (!strcmp(type, "object"))
        return YAJL_IS_OBJECT(v);
    if (!strcmp(type, "array"))
        return YAJL_IS_ARRAY(v);
    if (!strcmp(type, "string"))
        return YAJL_IS_STRING(v);
    if (!strcmp(type, "null"))
        return YAJL_IS_NULL(v);
    if (!strcmp(type, "integer"))
        return YAJL_IS_INTEGER(v);
    return !strcmp(type, "number") && YAJL_IS_NUMBER(v);
}

static bool has_a_type(yajl_val v, yajl_val types)
{
    if (YAJL_IS_STRING(types))
        return has_type(v, text_of(types));
    for (size_t i = 0; i < YAJL_GET_ARRAY(types)->len; i++)
        if (has_type(v, text_of(YAJL_GET_ARRAY(types)->values[i])))
            return true;
    return false;
}

static bool is_listed(const char *word, yajl_val list)
{
    for (size_t i = 0; i < YAJL_GET_ARRAY(list)->len; i++)
        if (!strcmp(word, text_of(YAJL_GET_ARRAY(list)->values[i])))
            return true;
    return false;
}

static void validate(yajl_val v, yajl_val schema, yajl_val root, const char *where);

static void validate_object(yajl_val v, yajl_val schema, yajl_val root)
{
    yajl_val required = member(schema, "required"), least = member(schema, "minProperties");
    yajl_val others = member(schema, "additionalProperties"),
             names = member(schema, "propertyNames");

    for (size_t i = 0; required && i < YAJL_GET_ARRAY(required)->len; i++) {
        const char *key = text_of(YAJL_GET_ARRAY(required)->values[i]);

        check(member(v, key), "required", key);
    }
    if (least)
        check((long long)YAJL_GET_OBJECT(v)->len >= YAJL_GET_INTEGER(least), "minProperties",
              "fewer");
    for (size_t i = 0; i < YAJL_GET_OBJECT(v)->len; i++) {
        const char *key = YAJL_GET_OBJECT(v)->keys[i];
        yajl_val known = member(member(schema, "properties"), key);

        check(known || others, "a property that the page does not know", key);
        if (names)
            check(is_listed(key, member(member(member(root, "$defs"), "state"), "enum")),
                  "propertyNames", key);
        if (known || others)
            validate(YAJL_GET_OBJECT(v)->values[i], known ? known : others, root, key);
    }
}

static void validate(yajl_val v, yajl_val schema, yajl_val root, const char *where)
{
    yajl_val type = member(schema, "type"), low = member(schema, "minimum"),
             high = member(schema, "maximum");
    yajl_val words = member(schema, "enum");

    if (member(schema, "$ref"))
        words = member(member(member(root, "$defs"), "state"), "enum");
    if (!type && !words)
        check(false, "the page says nothing of", where);
    if (type && !check(has_a_type(v, type), "of another type", where))
        return;
    if (words)
        check(YAJL_IS_STRING(v) && is_listed(text_of(v), words), "enum", where);
    if (low)
        check(YAJL_GET_DOUBLE(v) >= YAJL_GET_DOUBLE(low), "minimum", where);
    if (high)
        check(YAJL_GET_DOUBLE(v) <= YAJL_GET_DOUBLE(high) + 1e-9, "maximum", where);
    if (YAJL_IS_OBJECT(v))
        validate_object(v, schema, root);
    for (size_t i = 0; YAJL_IS_ARRAY(v) && i < YAJL_GET_ARRAY(v)->len; i++)
        validate(YAJL_GET_ARRAY(v)->values[i], member(schema, "items"), root, where);
}

static void test_json(const char *page)
{
    char *text = run("--json"), *block = page_block(page, "json"), why[256] = "";
    yajl_val schema = yajl_tree_parse(block, why, sizeof(why)),
             v = yajl_tree_parse(text, why, sizeof(why));
    yajl_val list = member(v, "domains"), second;

    if (!check(schema && list, "JSON", why))
        return;
    validate(v, schema, schema, "the document");
    check(YAJL_GET_ARRAY(list)->len == DOMAINS, "JSON", "each domain once");
    second = YAJL_GET_ARRAY(list)->values[1];
    check(!strcmp(text_of(member(second, "name")), domains[1].name), "JSON", "a name with quotes");
    check(fabs(YAJL_GET_DOUBLE(member(member(second, "shares"), "concurrency_hazard")) - 1) < 1e-9,
          "JSON", "share");
    check(fabs(YAJL_GET_DOUBLE(member(second, "interval")) - 5) < 1e-9, "JSON",
          "the interval is the domain's");
    check(YAJL_IS_STRING(member(second, "advice")), "JSON", "advice");
    yajl_tree_free(v);
    yajl_tree_free(schema);
    free(text);
    free(block);
}

/* ---- Prometheus ---- */

/* name{label="value",...} seconds.nanoseconds; true if it is of the metric and has the label. */
static bool sample_is(const char *line, const char *metric, const char *label)
{
    size_t length = strlen(metric);

    return !strncmp(line, metric, length) && line[length] == '{' &&
           (!*label || strstr(line, label));
}

static bool sample_is_well_formed(const char *line)
{
    const char *end = strrchr(line, '}');
    unsigned long long s, ns;
    int used = 0;

    return strspn(line, "abcdefghijklmnopqrstuvwxyz_") > 0 &&
           line[strspn(line, "abcdefghijklmnopqrstuvwxyz_")] == '{' && end &&
           sscanf(end, "} %llu.%9llu%n", &s, &ns, &used) == 2 && !end[used];
}

/* Each series that a rule's rate() asks for is among the samples. */
static void check_rules(const char *rules, char **lines, unsigned int nr)
{
    unsigned int asked = 0;

    for (const char *at = rules; (at = strstr(at, "rate(")) != NULL; at++, asked++) {
        char metric[128] = "", label[128] = "";
        bool is_there = false;

        sscanf(at, "rate(%127[a-z_]{%127[^}]}", metric, label);
        for (unsigned int i = 0; i < nr; i++)
            is_there |= sample_is(lines[i], metric, label);
        check(is_there, "the rule asks for what is not printed", metric);
    }
    check(asked > 0, "rules", "the page has none");
}

static void test_prometheus(const char *page)
{
    char *text = run("--prometheus"), *rules = page_block(page, "yaml"), *lines[256], type[160];
    unsigned int nr = 0;

    for (char *line = strtok(text, "\n"); line && nr < 256; line = strtok(NULL, "\n"))
        lines[nr++] = line;
    for (unsigned int i = 0; i < nr; i++) {
        bool has_type = *lines[i] == '#';

        if (!has_type)
            check(sample_is_well_formed(lines[i]), "no sample", lines[i]);
        for (unsigned int k = 0; !has_type && k < i; k++) {
            snprintf(type, sizeof(type), "# TYPE %.*s counter", (int)strcspn(lines[i], "{"),
                     lines[i]);
            has_type = !strcmp(lines[k], type);
        }
        check(has_type, "no type is told before", lines[i]);
    }
    check(nr == 3 * 2 + DOMAINS * (6 + 2), "Prometheus",
          "a sample for each domain and state, and its two averages");
    check_rules(rules, lines, nr);
    free(text);
    free(rules);
}

/* ---- The table ---- */

static void test_table(void)
{
    char *text = run("-i1"), *rest = text;
    unsigned int nr = 0;

    for (char *line; (line = strsep(&rest, "\n")) != NULL && *line; nr++)
        check(strlen(line) <= 80 || !strncmp(line, "  ^ ", 4), "wider than 80 columns", line);
    check(nr == 2 + DOMAINS + 2, "table",
          "two lines of heading, a line for each domain, advice for two");
    free(text);
}

int main(void)
{
    char *page = page_read();

    test_json(page);
    test_prometheus(page);
    test_table();
    free(page);
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
