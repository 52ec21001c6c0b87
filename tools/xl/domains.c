/* SPDX-License-Identifier: GPL-2.0-only */
/* Finding domains and pools for the other commands. */
#include <stdlib.h>
#include <string.h>

#include "xl.h"

uint32_t find_domain(struct xl *xl, const char *name)
{
    uint32_t domid;
    int rc = libxl_domain_qualifier_to_domid(xl->ctx, name, &domid);

    if (!rc)
        rc = libxl_domain_info(xl->ctx, NULL, domid);
    if (rc) {
        fprintf(stderr, "%s is an invalid domain identifier (rc=%d)\n", name, rc);
        exit(1);
    }
    return domid;
}

uint32_t find_pool(struct xl *xl, const char *name)
{
    uint32_t pool;

    if (libxl_cpupool_qualifier_to_cpupoolid(xl->ctx, name, &pool, NULL) ||
        !libxl_cpupoolid_is_valid(xl->ctx, pool)) {
        fprintf(stderr, "unknown cpupool '%s'\n", name);
        exit(1);
    }
    return pool;
}

char *domain_name(struct xl *xl, uint32_t domid)
{
    char *name = libxl_domid_to_name(xl->ctx, domid);

    return name ? name : xstrdup("(null)");
}

struct domain_letters domain_letters(const libxl_dominfo *d)
{
    bool crashed = d->shutdown && d->shutdown_reason == LIBXL_SHUTDOWN_REASON_CRASH;
    struct domain_letters letters = {{d->running ? 'r' : '-', d->blocked ? 'b' : '-',
                                      d->paused ? 'p' : '-', d->shutdown ? 's' : '-',
                                      crashed ? 'c' : '-', d->dying ? 'd' : '-'}};

    return letters;
}

libxl_dominfo *list_domains(struct xl *xl, int *nr)
{
    libxl_dominfo *list = libxl_list_domain(xl->ctx, nr);

    if (!list)
        fputs("libxl_list_domain failed.\n", stderr);
    return list;
}

libxl_dominfo *list_named(struct xl *xl, int argc, char **argv, int *nr)
{
    libxl_dominfo *list;

    if (!argc)
        return list_domains(xl, nr);
    list = xcalloc(argc, sizeof(*list));
    for (int i = 0; i < argc; i++) {
        if (libxl_domain_info(xl->ctx, &list[i], find_domain(xl, argv[i]))) {
            fprintf(stderr, "domain '%s' has just gone\n", argv[i]);
            libxl_dominfo_list_free(list, i);
            return NULL;
        }
    }
    *nr = argc;
    return list;
}

bool skip_for_dry_run(struct xl *xl, const char *what, const char *name)
{
    if (xl->dry_run)
        printf("would %s %s\n", what, name);
    return xl->dry_run;
}

void print_json(char *text)
{
    puts(text ? text : "null");
    free(text);
}
