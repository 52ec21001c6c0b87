/* SPDX-License-Identifier: GPL-2.0-only */
/* xl domid, domname, rename, uptime: who is who, and since when. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "xl.h"

COMMAND(cmd_domid)
{
    uint32_t domid;

    command_option(cmd, argc, argv, "", NULL, 1);
    if (libxl_name_to_domid(xl->ctx, argv[optind], &domid)) {
        fprintf(stderr, "Can't get domid of domain name '%s', maybe this domain does not exist.\n",
                argv[optind]);
        return 1;
    }
    printf("%u\n", domid);
    return 0;
}

COMMAND(cmd_domname)
{
    long long n;
    char *name;

    command_option(cmd, argc, argv, "", NULL, 1);
    if (!parse_long(argv[optind], &n) || n < 0 || n > 0x7fef) {
        fprintf(stderr, "Invalid domain id.\n");
        return 1;
    }
    name = libxl_domid_to_name(xl->ctx, n);
    if (!name) {
        fprintf(stderr,
                "Can't get domain name of domain id '%s', maybe this domain does not exist.\n",
                argv[optind]);
        return 1;
    }
    puts(name);
    free(name);
    return 0;
}

COMMAND(cmd_rename)
{
    uint32_t domid;

    command_option(cmd, argc, argv, "", NULL, 2);
    domid = find_domain(xl, argv[optind]);
    if (libxl_domain_rename(xl->ctx, domid, NULL, argv[optind + 1])) {
        fprintf(stderr, "Can't rename domain '%s'.\n", argv[optind]);
        return 1;
    }
    return 0;
}

/* ---- Uptime ---- */

static long seconds_up(struct xl *xl, uint32_t domid)
{
    uint32_t start;
    double up = 0;
    FILE *f;

    if (!domid) {
        f = fopen("/proc/uptime", "re");
        if (!f || fscanf(f, "%lf", &up) != 1)
            up = 0;
        if (f)
            fclose(f);
        return up;
    }
    start = libxl_vm_get_start_time(xl->ctx, domid);
    return start == (uint32_t)-1 ? 0 : time(NULL) - start;
}

/* 2 days, 13:07:45, or without the seconds. */
static char *uptime_text(long up, bool brief)
{
    char *clock = brief ? xasprintf("%2ld:%02ld", up % 86400 / 3600, up % 3600 / 60)
                        : xasprintf("%2ld:%02ld:%02ld", up % 86400 / 3600, up % 3600 / 60, up % 60);
    char *text = up < 86400
                     ? xstrdup(clock)
                     : xasprintf("%ld day%s, %s", up / 86400, up < 2 * 86400 ? "" : "s", clock);

    free(clock);
    return text;
}

static void print_uptime(struct xl *xl, uint32_t domid, const char *now, bool brief)
{
    char *name = domain_name(xl, domid), *text = uptime_text(seconds_up(xl, domid), brief);

    if (brief)
        printf("%s up %s, %s (%u)\n", now, text, name, domid);
    else
        printf("%-33s %4u %s\n", name, domid, text);
    free(text);
    free(name);
}

COMMAND(cmd_uptime)
{
    static const struct option names[] = {{"short", no_argument, NULL, 's'}, {0}};
    time_t now = time(NULL);
    bool brief = false;
    libxl_dominfo *list;
    char clock[16] = "";
    struct tm tm;
    int nr;

    while (command_option(cmd, argc, argv, "s", names, 0) != -1)
        brief = true;
    list = list_named(xl, argc - optind, argv + optind, &nr);
    if (!list)
        return 1;
    if (localtime_r(&now, &tm))
        strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
    if (!brief)
        printf("%-33s %4s %s\n", "Name", "ID", "Uptime");
    for (int i = 0; i < nr; i++)
        print_uptime(xl, list[i].domid, clock, brief);
    libxl_dominfo_list_free(list, nr);
    return 0;
}
