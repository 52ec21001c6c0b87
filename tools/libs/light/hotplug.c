/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The hotplug scripts of the distribution, which give a backend its block device or its bridge.
 *
 * A script is told of the device by its environment and its arguments, and answers by its exit
 * status, with a reason in the backend's node.  It leads a session of its own, so that one that
 * hangs can be ended with all that it has started.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "internal.h"

enum { SCRIPT_MS = 60000 };

void hotplug_script(char **script, const char *unless)
{
    char *path = xprintf(SCRIPT_DIR "/%s", *script ? *script : unless);

    if (*script && **script == '/') {
        free(path);
        return;
    }
    free(*script);
    *script = path;
}

static const char *wish_path(struct arena *a, uint32_t domid)
{
    return arena_printf(a, "/libxl/%u/run-hotplug-scripts", domid);
}

int hotplug_note(libxl_ctx *ctx, xs_transaction_t t, uint32_t domid, bool run)
{
    ARENA(a);

    return store_write(ctx, t, wish_path(&a, domid), "%d", run);
}

static bool wished(libxl_ctx *ctx, uint32_t domid)
{
    ARENA(a);

    return store_read_number(ctx, wish_path(&a, domid), 1);
}

static void script_child(const char *script, const char *command, const struct device *dev)
{
    const char *kind = device_kind_name(dev->kind);
    char path[64], vif[32];
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

    setsid();
    dup2(null, STDIN_FILENO);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    snprintf(path, sizeof(path), "backend/%s/%u/%d", kind, dev->domid, dev->devid);
    setenv("script", script, 1);
    setenv("XENBUS_TYPE", kind, 1);
    setenv("XENBUS_PATH", path, 1);
    setenv("XENBUS_BASE_PATH", "backend", 1);
    if (dev->kind == DEVICE_VIF) {
        snprintf(vif, sizeof(vif), "vif%u.%d", dev->domid, dev->devid);
        setenv("vif", vif, 1);
        execl(script, script, command, "type_if=vif", NULL);
    } else {
        execl(script, script, command, NULL);
    }
    fprintf(stderr, "cannot run %s: %s\n", script, strerror(errno));
    _exit(127);
}

/* How it ended, as waitpid() has it; negative when it did not in time, or nobody can know. */
static int child_wait(pid_t pid, int ms)
{
    struct pollfd pfd = {.fd = syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
    bool late = pfd.fd >= 0 && poll(&pfd, 1, ms) == 0;
    int status, r;

    if (late)
        kill(-pid, SIGKILL);
    if (pfd.fd >= 0)
        close(pfd.fd);
    while ((r = waitpid(pid, &status, 0)) < 0 && errno == EINTR)
        continue;
    if (r < 0)
        return ERROR_FAIL; /* who uses this library ignores SIGCHLD, or has waited himself */
    return late ? ERROR_TIMEDOUT : status;
}

static const char *reason_of(libxl_ctx *ctx, struct arena *a, const struct device *dev, int status)
{
    char *node = arena_printf(a, "%s/hotplug-error", device_backend_path(a, dev));
    const char *reason;

    if (status == ERROR_TIMEDOUT)
        return "it did not end in time";
    if (status < 0)
        return "its exit status is lost: is SIGCHLD ignored?";
    reason = store_read(ctx, a, XBT_NULL, node);
    return reason ? reason : "see " LOG_DIR "/xen-hotplug.log";
}

int hotplug_run(libxl_ctx *ctx, const struct device *dev, const char *script, const char *command)
{
    ARENA(a);
    const char *kind = device_kind_name(dev->kind);
    int status;
    pid_t pid;

    if (dev->backend_domid || !wished(ctx, dev->domid))
        return 0; /* a backend elsewhere runs its own */
    pid = fork();
    if (pid < 0) {
        LOGE(ctx, ERROR, "cannot run %s", script);
        return ERROR_FAIL;
    }
    if (!pid)
        script_child(script, command, dev);
    LOG(ctx, DEBUG, "domain %u: %s %s for %s %d", dev->domid, script, command, kind, dev->devid);
    status = child_wait(pid, SCRIPT_MS);
    if (!status)
        return 0;
    LOG(ctx, ERROR, "domain %u: %s %s for %s %d failed: %s", dev->domid, script, command, kind,
        dev->devid, reason_of(ctx, &a, dev, status));
    return status == ERROR_TIMEDOUT ? ERROR_TIMEDOUT : ERROR_FAIL;
}
