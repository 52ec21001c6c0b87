/* SPDX-License-Identifier: LGPL-2.1-only */
/* xenstore, as libxl uses it: one connection per context, opened when first needed. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "internal.h"

struct xs_handle *store_handle(libxl_ctx *ctx)
{
    struct xs_handle *xs;

    pthread_mutex_lock(&ctx->lock);
    if (!ctx->xs) {
        ctx->xs = xs_open(0);
        if (!ctx->xs)
            LOGE(ctx, ERROR, "cannot connect to xenstore: is xenstored running?");
    }
    xs = ctx->xs;
    pthread_mutex_unlock(&ctx->lock);
    return xs;
}

char *store_read(libxl_ctx *ctx, struct arena *a, xs_transaction_t t, const char *path)
{
    struct xs_handle *xs = store_handle(ctx);

    return xs ? arena_keep(a, xs_read(xs, t, path, NULL)) : NULL;
}

long long store_read_number(libxl_ctx *ctx, const char *path, long long missing)
{
    ARENA(a);
    const char *s = store_read(ctx, &a, XBT_NULL, path);
    char *end;
    long long n;

    if (!s || !*s)
        return missing;
    n = strtoll(s, &end, 0);
    return *end ? missing : n;
}

int store_write(libxl_ctx *ctx, xs_transaction_t t, const char *path, const char *fmt, ...)
{
    struct xs_handle *xs = store_handle(ctx);
    char *value;
    va_list ap;
    int len;
    bool ok;

    if (!xs)
        return ERROR_FAIL;
    va_start(ap, fmt);
    len = vasprintf(&value, fmt, ap);
    va_end(ap);
    if (len < 0)
        return ERROR_NOMEM;
    ok = xs_write(xs, t, path, value, len);
    if (!ok)
        LOGE(ctx, ERROR, "cannot write %s to xenstore", path);
    free(value);
    return ok ? 0 : ERROR_FAIL;
}

int store_mkdir(libxl_ctx *ctx, xs_transaction_t t, const char *path, struct xs_permissions *perms,
                unsigned int nr_perms)
{
    struct xs_handle *xs = store_handle(ctx);

    if (!xs)
        return ERROR_FAIL;
    if (!xs_mkdir(xs, t, path) || !xs_set_permissions(xs, t, path, perms, nr_perms)) {
        LOGE(ctx, ERROR, "cannot make %s in xenstore", path);
        return ERROR_FAIL;
    }
    return 0;
}

char **store_list(libxl_ctx *ctx, struct arena *a, xs_transaction_t t, const char *path,
                  unsigned int *count)
{
    struct xs_handle *xs = store_handle(ctx);
    char **names = xs ? xs_directory(xs, t, path, count) : NULL;

    if (!names)
        *count = 0;
    return arena_keep(a, names);
}

void store_remove(libxl_ctx *ctx, xs_transaction_t t, const char *path)
{
    struct xs_handle *xs = store_handle(ctx);

    if (xs && !xs_rm(xs, t, path) && errno != ENOENT)
        LOGE(ctx, WARN, "cannot remove %s from xenstore", path);
}

void store_prune(libxl_ctx *ctx, xs_transaction_t t, const char *path, const char *stop)
{
    ARENA(a);
    char *parent = arena_printf(&a, "%s", path), *slash;
    unsigned int children;

    store_remove(ctx, t, path);
    while ((slash = strrchr(parent, '/')) != NULL) {
        *slash = 0;
        if (strlen(parent) <= strlen(stop))
            break;
        store_list(ctx, &a, t, parent, &children);
        if (children)
            break;
        store_remove(ctx, t, parent);
    }
}

int store_transact(libxl_ctx *ctx, store_body *body, void *data)
{
    struct xs_handle *xs = store_handle(ctx);

    if (!xs)
        return ERROR_FAIL;
    for (;;) {
        xs_transaction_t t = xs_transaction_start(xs);
        int rc;

        if (!t) {
            LOGE(ctx, ERROR, "cannot start a xenstore transaction");
            return ERROR_FAIL;
        }
        rc = body(ctx, t, data);
        if (rc) {
            xs_transaction_end(xs, t, true);
            return rc;
        }
        if (xs_transaction_end(xs, t, false))
            return 0;
        if (errno != EAGAIN) {
            LOGE(ctx, ERROR, "cannot end a xenstore transaction");
            return ERROR_FAIL;
        }
    }
}

static long long now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static bool value_done(struct xs_handle *xs, const char *path, store_done *done, void *data)
{
    char *value = xs_read(xs, XBT_NULL, path, NULL);
    bool result = done(value, data);

    free(value);
    return result;
}

/* A connection of its own: its watch events are nobody else's. */
int store_wait(libxl_ctx *ctx, const char *path, int ms, store_done *done, void *data)
{
    struct xs_handle *xs = xs_open(0);
    long long end = now_ms() + ms;
    int rc = ERROR_FAIL;

    if (!xs || !xs_watch(xs, path, "wait")) {
        LOGE(ctx, ERROR, "cannot watch %s", path);
        goto out;
    }
    while (!value_done(xs, path, done, data)) {
        struct pollfd pfd = {.fd = xs_fileno(xs), .events = POLLIN};
        long long left = end - now_ms();
        unsigned int count;

        if (left <= 0) {
            rc = ERROR_TIMEDOUT;
            goto out;
        }
        if (poll(&pfd, 1, left) > 0)
            free(xs_read_watch(xs, &count));
    }
    rc = 0;
out:
    if (xs)
        xs_close(xs);
    return rc;
}
