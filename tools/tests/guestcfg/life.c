/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What xl does to guests that are not there: a guest lives as a list of events tells, and what xl
 * asks of libxl meanwhile is written down as words.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guestcfg.h"
#include "xl.h"

enum { FIRST = 5 };

/* What has been asked for, "word domid" after "word domid"; children write there, too. */
enum { DONE_MAX = 512 };
static char *done;
static uint32_t newest;
static bool unpause_fails;
static libxl_domain_config kept;

static const struct happening {
    uint32_t domid;
    int reason; /* of a stop; -1: it is gone */
} * next;       /* ends in domid 0: nobody can tell any more */

static int note(const char *word, uint32_t domid)
{
    size_t n = strlen(done);

    snprintf(done + n, DONE_MAX - n, "%s%s %u", n ? ", " : "", word, domid);
    return 0;
}

/* ---- In the place of libxl's and xl's own ---- */

#define FAKE(type, name, ...)        \
    type __wrap_##name(__VA_ARGS__); \
    type __wrap_##name(__VA_ARGS__)

FAKE(int, libxl_evenable_domain_death, libxl_ctx *ctx, uint32_t domid, libxl_ev_user user,
     libxl_evgen_domain_death **out)
{
    return 0;
}

FAKE(void, libxl_evdisable_domain_death, libxl_ctx *ctx, libxl_evgen_domain_death *death)
{
}

FAKE(int, libxl_event_wait, libxl_ctx *ctx, libxl_event **out, uint64_t mask,
     libxl_event_predicate *predicate, void *user)
{
    libxl_event *e;

    if (!next->domid)
        return ERROR_FAIL;
    e = *out = calloc(1, sizeof(*e));
    libxl_event_init(e);
    e->domid = next->domid;
    e->type = next->reason < 0 ? LIBXL_EVENT_TYPE_DOMAIN_DEATH : LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN;
    e->u.domain_shutdown.shutdown_reason = next->reason < 0 ? 0 : next->reason;
    next++;
    return 0;
}

FAKE(int, libxl_retrieve_domain_configuration, libxl_ctx *ctx, uint32_t domid,
     libxl_domain_config *config, const libxl_asyncop_how *how)
{
    libxl_domain_config_copy(ctx, config, &kept);
    return 0;
}

FAKE(int, libxl_domain_create_new, libxl_ctx *ctx, libxl_domain_config *config, uint32_t *domid,
     const libxl_asyncop_how *how, const libxl_asyncprogress_how *console)
{
    *domid = ++newest;
    return note("create", *domid);
}

FAKE(int, libxl_domain_unpause, libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *how)
{
    note("unpause", domid);
    return unpause_fails ? ERROR_FAIL : 0;
}

FAKE(int, libxl_domain_pause, libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *how)
{
    return note("pause", domid);
}

FAKE(int, libxl_domain_destroy, libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *how)
{
    return note("destroy", domid);
}

FAKE(int, libxl_domain_preserve, libxl_ctx *ctx, uint32_t domid, libxl_domain_create_info *info,
     const char *suffix, libxl_uuid uuid)
{
    return note("preserve", domid);
}

/* A name is a number from 1, or nobody's, which ends the program. */
FAKE(uint32_t, find_domain, struct xl *xl, const char *name)
{
    long long domid;

    if (!parse_within(name, 1, 99, &domid))
        _exit(1);
    return domid;
}

/* ---- Looking after a guest ---- */

#define POWEROFF LIBXL_SHUTDOWN_REASON_POWEROFF
#define REBOOT   LIBXL_SHUTDOWN_REASON_REBOOT
#define SUSPEND  LIBXL_SHUTDOWN_REASON_SUSPEND
#define CRASH    LIBXL_SHUTDOWN_REASON_CRASH

static void looked_after(void)
{
    static const struct {
        const char *what;
        struct happening life[6];
        bool unpause_fails;
        int rc;
        const char *done;
    } lives[] = {
        {"destroyed", {{5, -1}}, false, 0, ""},
        {"powered off", {{5, POWEROFF}}, false, 0, "destroy 5"},
        {"reboots, is destroyed",
         {{5, REBOOT}, {6, -1}},
         false,
         0,
         "destroy 5, create 6, unpause 6"},
        {"reboots, and what is left of the old one dies",
         {{5, REBOOT}, {5, -1}, {6, POWEROFF}},
         false,
         0,
         "destroy 5, create 6, unpause 6, destroy 6"},
        {"crashes", {{5, CRASH}, {6, -1}}, false, 0, "preserve 5, create 6, unpause 6"},
        {"suspended, destroyed", {{5, SUSPEND}, {5, -1}}, false, 0, ""},
        {"suspended, resumed, powered off", {{5, SUSPEND}, {5, POWEROFF}}, false, 0, "destroy 5"},
        {"cannot run again", {{5, REBOOT}}, true, 0, "destroy 5, create 6, unpause 6, destroy 6"},
        {"xenstored goes", {{0}}, false, 1, ""},
        {"xenstored goes later", {{5, SUSPEND}, {0}}, false, 1, ""},
    };

    for (size_t i = 0; i < ARRAY_SIZE(lives); i++) {
        struct xl xl = {0};
        int rc;

        next = lives[i].life;
        unpause_fails = lives[i].unpause_fails;
        newest = FIRST;
        *done = 0;
        rc = monitor_start(&xl, FIRST, "guest", true);
        check(rc == lives[i].rc && !strcmp(done, lives[i].done), lives[i].what, done);
    }
}

/* ---- Several at once ---- */

/* In a process of its own, since a command may end it. */
static void run(char *command, char *first, char *second, char *third)
{
    const struct command *cmd = command_find(command);
    char *words[] = {command, first, second, third, NULL};
    struct xl xl = {0};
    pid_t pid;

    *done = 0;
    optind = 0;
    pid = fork();
    if (!pid)
        _exit(cmd->run(&xl, cmd, third ? 4 : 3, words));
    waitpid(pid, NULL, 0);
}

/* A slip in one name spares them all. */
static void all_or_none(void)
{
    run("pause", "3", "4", NULL);
    check(!strcmp(done, "pause 3, pause 4"), "pause 3 4", done);
    run("pause", "3", "nobody", "4");
    check(!*done, "pause 3 nobody 4", done);
    run("destroy", "3", "nobody", NULL);
    check(!*done, "destroy 3 nobody", done);
}

void lives(void)
{
    done = mmap(NULL, DONE_MAX, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    libxl_domain_config_init(&kept);
    kept.c_info.name = strdup("guest");
    kept.on_poweroff = LIBXL_ACTION_ON_SHUTDOWN_DESTROY;
    kept.on_reboot = LIBXL_ACTION_ON_SHUTDOWN_RESTART;
    kept.on_crash = LIBXL_ACTION_ON_SHUTDOWN_RESTART_RENAME;
    looked_after();
    all_or_none();
    libxl_domain_config_dispose(&kept);
    munmap(done, DONE_MAX);
}
