/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Looking after a domain until its end.
 *
 * A process of its own waits for the guest to stop, and then does what the configuration says for
 * that kind of stop: destroy it, start it again, set it aside or leave it.  It writes what it sees
 * to /var/log/xen/xl-NAME.log.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "xl.h"

static libxl_action_on_shutdown action_for(const libxl_domain_config *config, int reason)
{
    switch (reason) {
    case LIBXL_SHUTDOWN_REASON_POWEROFF:
        return config->on_poweroff;
    case LIBXL_SHUTDOWN_REASON_REBOOT:
        return config->on_reboot;
    case LIBXL_SHUTDOWN_REASON_CRASH:
        return config->on_crash;
    case LIBXL_SHUTDOWN_REASON_WATCHDOG:
        return config->on_watchdog;
    default:
        return LIBXL_ACTION_ON_SHUTDOWN_DESTROY;
    }
}

/* Instead of a reason of its stop. */
enum { GONE = -1, LOST = -2 }; /* LOST: nobody tells us any more */

/* What the next event says of the guest; SUSPEND is for whoever resumes it, and goes on. */
static int next_stop(struct xl *xl, uint32_t domid)
{
    libxl_event *event;
    int reason;

    do {
        if (libxl_event_wait(xl->ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL))
            return LOST;
        reason = event->type == LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN
                     ? (int)event->u.domain_shutdown.shutdown_reason
                     : GONE;
        if (event->domid != domid)
            reason = LIBXL_SHUTDOWN_REASON_SUSPEND; /* of one that we looked after before */
        libxl_event_free(xl->ctx, event);
    } while (reason == LIBXL_SHUTDOWN_REASON_SUSPEND);
    return reason;
}

static int wait_for_stop(struct xl *xl, uint32_t domid)
{
    libxl_evgen_domain_death *death;
    int reason;

    if (libxl_evenable_domain_death(xl->ctx, domid, 0, &death))
        return LOST;
    reason = next_stop(xl, domid);
    libxl_evdisable_domain_death(xl->ctx, death);
    return reason;
}

/* A new domain for the old configuration, with all its memory; its number, or 0. */
static uint32_t start_again(struct xl *xl, libxl_domain_config *config)
{
    struct creation creation = {.config = config};
    uint32_t domid;

    config->b_info.target_memkb = config->b_info.max_memkb;
    if (domain_create(xl, &creation, &domid)) {
        printf("%s could not be started again\n", config->c_info.name);
        return 0;
    }
    printf("Domain %u is the new %s\n", domid, config->c_info.name);
    return domid;
}

/* What is to be done about a stopped domain; the domain to look after from now on, or 0. */
static uint32_t handle_stop(struct xl *xl, uint32_t domid, int reason, libxl_domain_config *config)
{
    libxl_action_on_shutdown action = action_for(config, reason);
    libxl_uuid fresh;

    printf("Action for shutdown reason code %d is %s\n", reason,
           libxl_action_on_shutdown_to_string(action));
    switch (action) {
    case LIBXL_ACTION_ON_SHUTDOWN_PRESERVE:
        return 0;
    case LIBXL_ACTION_ON_SHUTDOWN_RESTART_RENAME:
        libxl_uuid_generate(&fresh);
        if (libxl_domain_preserve(xl->ctx, domid, &config->c_info, "-preserved", fresh))
            return 0;
        return start_again(xl, config);
    case LIBXL_ACTION_ON_SHUTDOWN_RESTART:
        libxl_domain_destroy(xl->ctx, domid, NULL);
        return start_again(xl, config);
    default:
        printf("Domain %u needs to be cleaned up: destroying the domain\n", domid);
        libxl_domain_destroy(xl->ctx, domid, NULL);
        return 0;
    }
}

static int look_after(struct xl *xl, uint32_t domid, const char *name)
{
    printf("Waiting for domain %s (domid %u) to die [pid %ld]\n", name, domid, (long)getpid());
    while (domid) {
        libxl_domain_config config;
        int reason = wait_for_stop(xl, domid);

        if (reason < 0) {
            printf(reason == GONE ? "Domain %u has been destroyed.\n"
                                  : "Domain %u is not looked after any more\n",
                   domid);
            return reason == GONE ? 0 : 1;
        }
        printf("Domain %u has shut down, reason code %d\n", domid, reason);
        libxl_domain_config_init(&config);
        if (libxl_retrieve_domain_configuration(xl->ctx, domid, &config, NULL)) {
            libxl_domain_config_dispose(&config);
            return 1;
        }
        domid = handle_stop(xl, domid, reason, &config);
        libxl_domain_config_dispose(&config);
    }
    printf("Done. Exiting now\n");
    return 0;
}

/* ---- Into the background ---- */

/* The descriptor becomes that file. */
static int redirect(int to, const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC, 0644);

    if (fd < 0 || dup2(fd, to) < 0) {
        fprintf(stderr, "cannot look after the domain: %s: %s\n", path, strerror(errno));
        return -1;
    }
    if (fd != to)
        close(fd);
    return 0;
}

/* Standard output and error go to the log; nothing of the terminal is kept. */
static int detach(struct xl *xl, const char *name)
{
    char *log_name = xasprintf("xl-%s", name), *path = NULL;
    int rc = libxl_create_logfile(xl->ctx, log_name, &path);

    if (!rc)
        rc = redirect(STDIN_FILENO, "/dev/null", O_RDONLY);
    if (!rc)
        rc = redirect(STDOUT_FILENO, path, O_WRONLY | O_CREAT | O_APPEND);
    if (!rc && (dup2(STDOUT_FILENO, STDERR_FILENO) < 0 || chdir("/")))
        rc = -1;
    setvbuf(stdout, NULL, _IOLBF, 0);
    free(log_name);
    free(path);
    return rc;
}

/* The child has a context of its own: two processes cannot share one connection to xenstore. */
int monitor_start(struct xl *xl, uint32_t domid, const char *name, bool foreground)
{
    pid_t pid;

    if (foreground) {
        setvbuf(stdout, NULL, _IOLBF, 0);
        return look_after(xl, domid, name);
    }
    fflush(stdout);
    pid = fork();
    if (pid < 0) {
        perror("cannot look after the domain: fork");
        return 1;
    }
    if (pid)
        return 0;
    setsid(); /* first of all: a Ctrl-C on the terminal is not for us */
    xl->ctx = NULL;
    xtl_stdiostream_adjust_flags(xl->logger, XTL_STDIOSTREAM_HIDE_PROGRESS, 0);
    if (libxl_ctx_alloc(&xl->ctx, LIBXL_VERSION, 0, (xentoollog_logger *)xl->logger) ||
        detach(xl, name))
        _exit(1);
    exit(look_after(xl, domid, name));
}
