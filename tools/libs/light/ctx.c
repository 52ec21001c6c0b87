/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The context, and what every file needs: memory that cannot fail, strings that free themselves,
 * and how a call with an ao_how ends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

int libxl_ctx_alloc(libxl_ctx **pctx, int version, unsigned flags, xentoollog_logger *lg)
{
    libxl_ctx *ctx;

    *pctx = NULL;
    if (version != LIBXL_VERSION)
        return ERROR_VERSION;
    ctx = calloc(1, sizeof(*ctx));
    if (!ctx)
        return ERROR_NOMEM;
    ctx->lg = lg;
    pthread_mutex_init(&ctx->lock, NULL);
    ctx->xch = xc_interface_open(lg, lg, 0);
    if (!ctx->xch) {
        LOGE(ctx, ERROR, "cannot open the hypervisor's interface: is this a Xen control domain?");
        libxl_ctx_free(ctx);
        return ERROR_FAIL;
    }
    *pctx = ctx;
    return 0;
}

int libxl_ctx_free(libxl_ctx *ctx)
{
    if (!ctx)
        return 0;
    event_state_free(ctx);
    if (ctx->xs)
        xs_close(ctx->xs);
    if (ctx->xch)
        xc_interface_close(ctx->xch);
    libxl_version_info_dispose(&ctx->version);
    pthread_mutex_destroy(&ctx->lock);
    free(ctx);
    return 0;
}

int ao_end(libxl_ctx *ctx, int rc, const libxl_asyncop_how *how)
{
    libxl_event *event;

    if (!how)
        return rc;
    if (how->callback) {
        how->callback(ctx, rc, how->u.for_callback);
        return 0;
    }
    event = xcalloc(1, sizeof(*event));
    libxl_event_init(event);
    event->type = LIBXL_EVENT_TYPE_OPERATION_COMPLETE;
    event->for_user = how->u.for_event;
    event->u.operation_complete.rc = rc;
    event_post(ctx, event);
    return 0;
}

int error_of_errno(int err)
{
    switch (err) {
    case ESRCH:
        return ERROR_DOMAIN_NOTFOUND;
    case ENOMEM:
        return ERROR_NOMEM;
    case ENOSYS:
    case EOPNOTSUPP:
        return ERROR_NI;
    case EINVAL:
    case E2BIG:
        return ERROR_INVAL;
    default:
        return ERROR_FAIL;
    }
}

/* ---- Memory ---- */

static void *checked(void *p)
{
    if (!p) {
        fputs("libxl: out of memory\n", stderr);
        abort();
    }
    return p;
}

void *xcalloc(size_t count, size_t size)
{
    return checked(calloc(count ? count : 1, size));
}

void *xrealloc(void *p, size_t size)
{
    return checked(realloc(p, size ? size : 1));
}

char *xstrdup(const char *s)
{
    return checked(strdup(s));
}

static char *format(const char *fmt, va_list ap)
{
    char *s;

    if (vasprintf(&s, fmt, ap) < 0)
        s = NULL;
    return checked(s);
}

char *xprintf(const char *fmt, ...)
{
    va_list ap;
    char *s;

    va_start(ap, fmt);
    s = format(fmt, ap);
    va_end(ap);
    return s;
}

struct arena_block {
    struct arena_block *next;
    void *memory;
};

void arena_free(struct arena *a)
{
    struct arena_block *b, *next;

    for (b = a->blocks; b; b = next) {
        next = b->next;
        free(b->memory);
        free(b);
    }
    a->blocks = NULL;
}

void *arena_keep(struct arena *a, void *malloced)
{
    struct arena_block *b;

    if (!malloced)
        return NULL;
    b = xcalloc(1, sizeof(*b));
    b->memory = malloced;
    b->next = a->blocks;
    a->blocks = b;
    return malloced;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    char *s;

    va_start(ap, fmt);
    s = format(fmt, ap);
    va_end(ap);
    return arena_keep(a, s);
}
