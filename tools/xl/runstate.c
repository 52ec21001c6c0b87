/* SPDX-License-Identifier: GPL-2.0-only */
/* xl runstate: how domains spend their time. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <yajl/yajl_gen.h>

#include "runstate.h"
#include "xl.h"

/* One look at one domain. */
struct sample {
    uint32_t domid, vcpus;
    char *name;
    libxl_runstateinfo info;
};

struct samples {
    struct sample *list;
    int nr;
};

static void samples_free(struct samples *s)
{
    for (int i = 0; i < s->nr; i++)
        free(s->list[i].name);
    free(s->list);
    memset(s, 0, sizeof(*s));
}

/* -1 when the hypervisor keeps no runstates; domains that go while we look are left out. */
static int samples_take(struct xl *xl, int argc, char **argv, struct samples *s)
{
    int nr, rc = 0;
    libxl_dominfo *doms = list_named(xl, argc, argv, &nr);

    memset(s, 0, sizeof(*s));
    if (!doms)
        return -1;
    s->list = xcalloc(nr, sizeof(*s->list));
    for (int i = 0; i < nr && rc != ERROR_NI; i++) {
        struct sample *one = &s->list[s->nr];

        rc = libxl_get_runstate(xl->ctx, doms[i].domid, &one->info);
        if (rc)
            continue;
        one->domid = doms[i].domid;
        one->vcpus = doms[i].vcpu_online;
        one->name = domain_name(xl, doms[i].domid);
        s->nr++;
    }
    libxl_dominfo_list_free(doms, nr);
    if (rc == ERROR_NI) {
        fputs("this hypervisor keeps no domain runstates\n", stderr);
        samples_free(s);
        return -1;
    }
    return 0;
}

static const libxl_runstateinfo *find(const struct samples *s, uint32_t domid)
{
    for (int i = 0; i < s->nr; i++)
        if (s->list[i].domid == domid)
            return &s->list[i].info;
    return NULL;
}

/* ---- As a table of 80 columns ---- */

static void print_table(const struct samples *before, const struct samples *after)
{
    printf("%-17s %4s %5s  %5s %5s %5s %5s %5s %5s  %5s %5s\n", "", "", "", "all", "all", "run+",
           "all", "part", "part", "avg", "avg");
    printf("%-17s %4s %5s  %5s %5s %5s %5s %5s %5s  %5s %5s\n", "Name", "ID", "vCPUs", "run",
           "wait", "wait", "idle", "run", "wait", "run%", "wait%");
    for (int i = 0; i < after->nr; i++) {
        const struct sample *one = &after->list[i];
        struct runstate_shares s = runstate_between(find(before, one->domid), &one->info);
        const char *advice = runstate_advice(&s);

        printf("%-17.17s %4u %5u ", one->name, one->domid, one->vcpus);
        for (int state = 0; state < RUNSTATES; state++)
            printf(" %5.1f", s.share[state] * 100);
        printf("  %5.1f %5.1f\n", s.running * 100, s.runnable * 100);
        if (advice)
            printf("  ^ %s\n", advice);
    }
}

/* ---- As JSON: docs/admin-guide has the schema ---- */

static void gen_key(yajl_gen g, const char *key)
{
    yajl_gen_string(g, (const unsigned char *)key, strlen(key));
}

static void gen_number(yajl_gen g, const char *key, double value)
{
    gen_key(g, key);
    yajl_gen_double(g, value);
}

static void gen_domain(yajl_gen g, const struct sample *one, const struct runstate_shares *s)
{
    const char *advice = runstate_advice(s);

    yajl_gen_map_open(g);
    gen_key(g, "name");
    gen_key(g, one->name);
    gen_key(g, "domid");
    yajl_gen_integer(g, one->domid);
    gen_key(g, "vcpus");
    yajl_gen_integer(g, one->vcpus);
    gen_key(g, "state");
    gen_key(g, libxl_runstate_to_string(one->info.state));
    gen_number(g, "interval", s->interval);
    gen_key(g, "shares");
    yajl_gen_map_open(g);
    for (int state = 0; state < RUNSTATES; state++)
        gen_number(g, libxl_runstate_to_string(state), s->share[state]);
    yajl_gen_map_close(g);
    gen_number(g, "running", s->running);
    gen_number(g, "runnable", s->runnable);
    gen_number(g, "nonaffine", s->nonaffine);
    gen_key(g, "advice");
    if (advice)
        gen_key(g, advice);
    else
        yajl_gen_null(g);
    yajl_gen_map_close(g);
}

static void print_samples_json(const struct samples *before, const struct samples *after)
{
    yajl_gen g = yajl_gen_alloc(NULL);
    const unsigned char *text;
    size_t len;

    if (!g)
        return;
    yajl_gen_config(g, yajl_gen_beautify, 1);
    yajl_gen_map_open(g);
    gen_key(g, "domains");
    yajl_gen_array_open(g);
    for (int i = 0; i < after->nr; i++) {
        const struct sample *one = &after->list[i];
        struct runstate_shares s = runstate_between(find(before, one->domid), &one->info);

        gen_domain(g, one, &s);
    }
    yajl_gen_array_close(g);
    yajl_gen_map_close(g);
    if (yajl_gen_get_buf(g, &text, &len) == yajl_gen_status_ok)
        fwrite(text, 1, len, stdout);
    yajl_gen_free(g);
}

/* ---- As Prometheus text: counters, so that whoever scrapes makes the intervals ---- */

static void print_label(const char *s)
{
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            putchar('\\');
        putchar(*s);
    }
}

static void print_counter(const struct sample *one, const char *metric, const char *state,
                          uint64_t ns)
{
    printf("xen_domain_%s_seconds_total{domain=\"", metric);
    print_label(one->name);
    printf("\",domid=\"%u\"", one->domid);
    if (state)
        printf(",state=\"%s\"", state);
    printf("} %llu.%09llu\n", (unsigned long long)(ns / 1000000000),
           (unsigned long long)(ns % 1000000000));
}

static void print_head(const char *metric, const char *help)
{
    printf("# HELP xen_domain_%s_seconds_total %s\n# TYPE xen_domain_%s_seconds_total counter\n",
           metric, help, metric);
}

static void print_prometheus(const struct samples *s)
{
    print_head("runstate", "Time in each runstate of the domain.");
    for (int i = 0; i < s->nr; i++)
        for (int state = 0; state < RUNSTATES; state++)
            print_counter(&s->list[i], "runstate", libxl_runstate_to_string(state),
                          runstate_time(&s->list[i].info, state));
    print_head("vcpu_running", "Time running, average of the vCPUs.");
    for (int i = 0; i < s->nr; i++)
        print_counter(&s->list[i], "vcpu_running", NULL, s->list[i].info.running);
    print_head("vcpu_runnable", "Time waiting for a CPU, average of the vCPUs.");
    for (int i = 0; i < s->nr; i++)
        print_counter(&s->list[i], "vcpu_runnable", NULL, s->list[i].info.runnable);
}

/* ---- Once, or again and again ---- */

enum output { TABLE, JSON, PROMETHEUS };

static void print_as(enum output output, const struct samples *before, const struct samples *after)
{
    if (output == JSON)
        print_samples_json(before, after);
    else if (output == PROMETHEUS)
        print_prometheus(after);
    else
        print_table(before, after);
    fflush(stdout);
}

/* The moments are multiples of the interval: what printing takes does not add up. */
static void sleep_until_next(struct timespec *when, double seconds)
{
    double whole;

    when->tv_nsec += modf(seconds, &whole) * 1e9;
    when->tv_sec += whole + when->tv_nsec / 1000000000;
    when->tv_nsec %= 1000000000;
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, when, NULL);
}

static int watch(struct xl *xl, int argc, char **argv, enum output output, double interval,
                 long long count)
{
    struct samples before = {0}, after;
    struct timespec when;
    int rc = 0;

    clock_gettime(CLOCK_MONOTONIC, &when);
    if (interval && samples_take(xl, argc, argv, &before))
        return 1;
    for (long long i = 0; !count || i < count; i++) {
        if (interval)
            sleep_until_next(&when, interval);
        rc = samples_take(xl, argc, argv, &after);
        if (rc)
            break;
        print_as(output, &before, &after);
        samples_free(&before);
        before = after;
    }
    samples_free(&before);
    return rc ? 1 : 0;
}

COMMAND(cmd_runstate)
{
    static const struct option names[] = {{"interval", required_argument, NULL, 'i'},
                                          {"count", required_argument, NULL, 'n'},
                                          {"json", no_argument, NULL, 'j'},
                                          {"prometheus", no_argument, NULL, 'p'},
                                          {0}};
    enum output output = TABLE;
    double interval = 0;
    long long count = -1;
    int opt;

    while ((opt = command_option(cmd, argc, argv, "i:n:", names, 0)) != -1) {
        if (opt == 'j')
            output = JSON;
        if (opt == 'p')
            output = PROMETHEUS;
        if (opt == 'i' && !parse_seconds(optarg, 0.01, &interval)) {
            fprintf(stderr, "xl runstate: \"%s\" is no interval in seconds\n", optarg);
            return 1;
        }
        if (opt == 'n' && (!parse_long(optarg, &count) || count < 1)) {
            fprintf(stderr, "xl runstate: \"%s\" is no number of looks\n", optarg);
            return 1;
        }
    }
    if (!interval && count > 1)
        interval = 1;
    if (count < 0)
        count = interval ? 0 : 1;
    return watch(xl, argc - optind, argv + optind, output, interval, count);
}
