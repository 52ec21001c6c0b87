/* SPDX-License-Identifier: GPL-2.0-only */
/* xl pause, unpause, destroy, shutdown, reboot: what is done to domains that exist. */
#include <stdlib.h>
#include <string.h>

#include "xl.h"

typedef int operation(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how);

/* All of them, before anything is done to the first: a slip in the last name spares them all. */
static uint32_t *find_domains(struct xl *xl, int argc, char **argv)
{
    uint32_t *domids = xcalloc(argc, sizeof(*domids));

    for (int i = 0; i < argc; i++)
        domids[i] = find_domain(xl, argv[i]);
    return domids;
}

/* The same to each of them; one that fails does not spare the others. */
static int for_each(struct xl *xl, const struct command *cmd, int argc, char **argv, operation *op)
{
    uint32_t *domids = find_domains(xl, argc - optind, argv + optind);
    int rc = 0;

    for (int i = optind; i < argc; i++)
        if (!skip_for_dry_run(xl, cmd->name, argv[i]) && op(xl->ctx, domids[i - optind], NULL))
            rc = 1;
    free(domids);
    return rc;
}

COMMAND(cmd_pause)
{
    command_option(cmd, argc, argv, "", NULL, 1);
    return for_each(xl, cmd, argc, argv, libxl_domain_pause);
}

COMMAND(cmd_unpause)
{
    command_option(cmd, argc, argv, "", NULL, 1);
    return for_each(xl, cmd, argc, argv, libxl_domain_unpause);
}

COMMAND(cmd_destroy)
{
    while (command_option(cmd, argc, argv, "f", NULL, 1) != -1)
        continue;
    for (int i = optind; i < argc; i++) {
        if (!find_domain(xl, argv[i])) {
            fputs("Cannot destroy privileged domain 0.\n", stderr);
            return 1;
        }
    }
    return for_each(xl, cmd, argc, argv, libxl_domain_destroy);
}

/* ---- Asking, and waiting for the answer ---- */

/* Each counts once, whether it stops or is gone; what happens to it afterwards is not ours. */
static int wait_for_stop(struct xl *xl, const uint32_t *domids, int count)
{
    bool *done = xcalloc(count, sizeof(*done));
    int left = count, rc = 0;

    printf("Waiting for %d domains\n", count);
    for (int i = 0; i < count && !rc; i++)
        rc = libxl_evenable_domain_death(xl->ctx, domids[i], i, NULL);
    while (left && !rc) {
        libxl_event *event;

        rc = libxl_event_wait(xl->ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL);
        if (rc)
            break;
        if (!done[event->for_user] && event->type == LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN)
            printf("Domain %u has been shut down, reason code %d\n", event->domid,
                   event->u.domain_shutdown.shutdown_reason);
        else if (!done[event->for_user])
            printf("Domain %u has been destroyed\n", event->domid);
        left -= !done[event->for_user];
        done[event->for_user] = true;
        libxl_event_free(xl->ctx, event);
    }
    free(done);
    return rc ? 1 : 0;
}

/* Every guest that is not already on its way. */
static int all_guests(struct xl *xl, uint32_t **domids)
{
    int nr, count = 0;
    libxl_dominfo *list = list_domains(xl, &nr);

    *domids = xcalloc(nr, sizeof(**domids));
    for (int i = 0; list && i < nr; i++)
        if (list[i].domid && !list[i].dying && !list[i].shutdown)
            (*domids)[count++] = list[i].domid;
    libxl_dominfo_list_free(list, nr);
    return list ? count : -1;
}

static int ask(struct xl *xl, const struct command *cmd, int argc, char **argv, operation *op,
               const char *doing)
{
    static const struct option names[] = {
        {"all", no_argument, NULL, 'a'}, {"wait", no_argument, NULL, 'w'}, {0}};
    bool all = false, wait = false;
    uint32_t *domids;
    int opt, count, rc = 0;

    while ((opt = command_option(cmd, argc, argv, "awF", names, 0)) != -1) {
        all |= opt == 'a';
        wait |= opt == 'w';
    }
    if (all == (optind < argc)) {
        fprintf(stderr, "xl %s: name domains, or say -a\n", cmd->name);
        return 1;
    }
    count = all ? all_guests(xl, &domids) : argc - optind;
    if (!all)
        domids = find_domains(xl, count, argv + optind);
    for (int i = 0; i < count; i++) {
        printf("%s domain %u\n", doing, domids[i]);
        if (!xl->dry_run && op(xl->ctx, domids[i], NULL))
            rc = 1;
    }
    if (!rc && wait && count > 0 && !xl->dry_run)
        rc = wait_for_stop(xl, domids, count);
    free(domids);
    return count < 0 || rc;
}

COMMAND(cmd_shutdown)
{
    return ask(xl, cmd, argc, argv, libxl_domain_shutdown, "Shutting down");
}

COMMAND(cmd_reboot)
{
    return ask(xl, cmd, argc, argv, libxl_domain_reboot, "Rebooting");
}
