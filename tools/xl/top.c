/* SPDX-License-Identifier: GPL-2.0-only */
/* xl top: the host and its domains, again and again; q or Ctrl-C ends it, another key looks again.
 */
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "runstate.h"
#include "xl.h"

struct look {
    libxl_dominfo *list;
    libxl_runstateinfo *states; /* beside list; domid is INVALID_DOMID where it is not known */
    int nr;
    struct timespec when;
};

static int look_take(struct xl *xl, struct look *l)
{
    l->list = list_domains(xl, &l->nr);
    if (!l->list)
        return -1;
    l->states = xcalloc(l->nr, sizeof(*l->states));
    for (int i = 0; i < l->nr; i++)
        if (libxl_get_runstate(xl->ctx, l->list[i].domid, &l->states[i]))
            l->states[i].domid = INVALID_DOMID;
    clock_gettime(CLOCK_MONOTONIC, &l->when);
    return 0;
}

static void look_free(struct look *l)
{
    if (l->list)
        libxl_dominfo_list_free(l->list, l->nr);
    free(l->states);
    memset(l, 0, sizeof(*l));
}

static int look_find(const struct look *l, uint32_t domid)
{
    for (int i = 0; i < l->nr; i++)
        if (l->list[i].domid == domid)
            return i;
    return -1;
}

static void print_host(struct xl *xl, const struct look *now)
{
    libxl_physinfo p;
    uint64_t free_pages;

    if (libxl_get_physinfo(xl->ctx, &p))
        return;
    free_pages = p.free_pages > p.outstanding_pages ? p.free_pages - p.outstanding_pages : 0;
    printf("%d domains   memory: %" PRIu64 " MiB, %" PRIu64 " free, %" PRIu64
           " claimed   CPUs: %u @ %u MHz\n",
           now->nr, p.total_pages / 256, free_pages / 256, p.outstanding_pages / 256, p.nr_cpus,
           p.cpu_khz / 1000);
    libxl_physinfo_dispose(&p);
}

static void print_domain(struct xl *xl, const struct look *before, const struct look *now, int i,
                         double seconds)
{
    const libxl_dominfo *d = &now->list[i];
    int was = look_find(before, d->domid);
    double cpu = was >= 0 && seconds > 0
                     ? (d->cpu_time - before->list[was].cpu_time) / 1e9 / seconds * 100
                     : 0;
    char *name = domain_name(xl, d->domid);

    printf("%-18.18s %4u %s %8.0f %6.1f %7" PRIu64 " %4u", name, d->domid, domain_letters(d).text,
           d->cpu_time / 1e9, cpu, d->current_memkb / 1024, d->vcpu_online);
    if (now->states[i].domid != INVALID_DOMID) {
        const libxl_runstateinfo *old =
            was >= 0 && before->states[was].domid == d->domid ? &before->states[was] : NULL;
        struct runstate_shares s = runstate_between(old, &now->states[i]);

        printf("  %5.1f %5.1f %5.1f",
               100 * (s.share[LIBXL_RUNSTATE_FULL_RUN] + s.share[LIBXL_RUNSTATE_PARTIAL_RUN]),
               100 * (s.share[LIBXL_RUNSTATE_FULL_CONTENTION] +
                      s.share[LIBXL_RUNSTATE_PARTIAL_CONTENTION] +
                      s.share[LIBXL_RUNSTATE_CONCURRENCY_HAZARD]),
               100 * s.share[LIBXL_RUNSTATE_BLOCKED]);
    }
    putchar('\n');
    free(name);
}

static void print_look(struct xl *xl, const struct look *before, const struct look *now)
{
    double seconds =
        now->when.tv_sec - before->when.tv_sec + (now->when.tv_nsec - before->when.tv_nsec) / 1e9;

    if (isatty(STDOUT_FILENO))
        fputs("\033[H\033[J", stdout);
    print_host(xl, now);
    printf("%-18s %4s %6s %8s %6s %7s %4s  %5s %5s %5s\n", "Name", "ID", "State", "CPU(s)", "CPU%",
           "Mem MiB", "CPUs", "run%", "wait%", "idle%");
    for (int i = 0; i < now->nr; i++)
        print_domain(xl, before, now, i, seconds);
    fflush(stdout);
}

#define CTRL_C 3

/* False when somebody has had enough, or there is nobody any more. */
static bool pause_for(double seconds)
{
    struct pollfd pfd = {.fd = isatty(STDIN_FILENO) ? STDIN_FILENO : -1, .events = POLLIN};
    char key;

    if (poll(&pfd, 1, seconds * 1000) <= 0)
        return true;
    return read(STDIN_FILENO, &key, 1) == 1 && key != 'q' && key != CTRL_C;
}

/* Keys at once, and Ctrl-C as a key: as a signal it would leave the terminal like this. */
static bool keys_at_once(struct termios *saved)
{
    struct termios raw;

    if (tcgetattr(STDIN_FILENO, saved))
        return false;
    raw = *saved;
    raw.c_lflag &= ~(ICANON | ECHO | ISIG);
    return !tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

COMMAND(cmd_top)
{
    struct look before = {0}, now;
    struct termios saved;
    bool terminal;
    double delay = 3;
    long long count = 0;
    int opt, rc = 0;

    while ((opt = command_option(cmd, argc, argv, "d:n:", NULL, 0)) != -1) {
        if ((opt == 'd' && !parse_seconds(optarg, 0.1, &delay)) ||
            (opt == 'n' && (!parse_long(optarg, &count) || count < 1))) {
            fprintf(stderr, "xl top: \"%s\" is not understood\n", optarg);
            return 1;
        }
    }
    terminal = keys_at_once(&saved);
    for (long long i = 1; !rc; i++) {
        rc = look_take(xl, &now);
        if (rc)
            break;
        print_look(xl, &before, &now);
        look_free(&before);
        before = now;
        if (i == count || !pause_for(delay))
            break;
    }
    look_free(&before);
    if (terminal)
        tcsetattr(STDIN_FILENO, TCSANOW, &saved);
    return rc ? 1 : 0;
}
