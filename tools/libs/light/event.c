/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Events.  xenstored says that some domain has stopped or gone (@releaseDomain); the hypervisor
 * says which.  The watch comes on a connection of its own, so that waiting needs no thread.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

struct libxl__evgen_domain_death {
    struct libxl__evgen_domain_death *next;
    uint32_t domid;
    libxl_ev_user user;
    libxl_uuid uuid;
    bool shutdown_reported, death_reported;
};

/* All of it under ctx->lock. */
struct event_state {
    struct xs_handle *xs;
    libxl_evgen_domain_death *deaths;
    libxl_event *queue, **queue_end;
};

static struct event_state *event_state(libxl_ctx *ctx)
{
    if (!ctx->events) {
        ctx->events = xcalloc(1, sizeof(*ctx->events));
        ctx->events->queue_end = &ctx->events->queue;
    }
    return ctx->events;
}

void event_state_free(libxl_ctx *ctx)
{
    struct event_state *s = ctx->events;

    if (!s)
        return;
    while (s->deaths)
        libxl_evdisable_domain_death(ctx, s->deaths);
    for (libxl_event *e = s->queue, *next; e; e = next) {
        next = e->link.next;
        libxl_event_free(ctx, e);
    }
    if (s->xs)
        xs_close(s->xs);
    free(s);
    ctx->events = NULL;
}

static void post_locked(libxl_ctx *ctx, libxl_event *event)
{
    struct event_state *s = event_state(ctx);

    event->link.next = NULL;
    *s->queue_end = event;
    s->queue_end = &event->link.next;
}

void event_post(libxl_ctx *ctx, libxl_event *event)
{
    pthread_mutex_lock(&ctx->lock);
    post_locked(ctx, event);
    pthread_mutex_unlock(&ctx->lock);
}

void libxl_event_free(libxl_ctx *ctx, libxl_event *event)
{
    libxl_event_dispose(event);
    free(event);
}

/* ---- Who is watched ---- */

int libxl_evenable_domain_death(libxl_ctx *ctx, uint32_t domid, libxl_ev_user user,
                                libxl_evgen_domain_death **evgen_out)
{
    libxl_evgen_domain_death *gen = xcalloc(1, sizeof(*gen));
    struct event_state *s;
    libxl_dominfo info;

    gen->domid = domid;
    gen->user = user;
    if (!libxl_domain_info(ctx, &info, domid)) {
        gen->uuid = info.uuid;
        libxl_dominfo_dispose(&info);
    }
    pthread_mutex_lock(&ctx->lock);
    s = event_state(ctx);
    if (!s->xs) {
        s->xs = xs_open(0);
        if (!s->xs || !xs_watch(s->xs, "@releaseDomain", "death")) {
            LOGE(ctx, ERROR, "cannot watch for the end of domains");
            pthread_mutex_unlock(&ctx->lock);
            free(gen);
            return ERROR_FAIL;
        }
    }
    gen->next = s->deaths;
    s->deaths = gen;
    pthread_mutex_unlock(&ctx->lock);
    if (evgen_out)
        *evgen_out = gen;
    return 0;
}

void libxl_evdisable_domain_death(libxl_ctx *ctx, libxl_evgen_domain_death *evgen)
{
    pthread_mutex_lock(&ctx->lock);
    for (libxl_evgen_domain_death **p = &event_state(ctx)->deaths; *p; p = &(*p)->next) {
        if (*p == evgen) {
            *p = evgen->next;
            free(evgen);
            break;
        }
    }
    pthread_mutex_unlock(&ctx->lock);
}

/* ---- What happened ---- */

static void death_event(libxl_ctx *ctx, libxl_evgen_domain_death *gen, libxl_event_type type,
                        int reason)
{
    libxl_event *event = xcalloc(1, sizeof(*event));

    libxl_event_init(event);
    event->type = type;
    event->domid = gen->domid;
    event->domuuid = gen->uuid;
    event->for_user = gen->user;
    event->u.domain_shutdown.shutdown_reason = reason;
    post_locked(ctx, event);
}

static void look_at(libxl_ctx *ctx, libxl_evgen_domain_death *gen)
{
    libxl_dominfo info;
    bool gone = libxl_domain_info(ctx, &info, gen->domid) != 0;

    if (!gone && !info.dying && info.shutdown && !gen->shutdown_reported) {
        gen->shutdown_reported = true;
        death_event(ctx, gen, LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN, info.shutdown_reason);
    }
    if (!gone && !info.dying && !info.shutdown)
        gen->shutdown_reported = false; /* it was resumed */
    if ((gone || info.dying || libxl_uuid_compare(&info.uuid, &gen->uuid)) &&
        !gen->death_reported) {
        gen->death_reported = true;
        death_event(ctx, gen, LIBXL_EVENT_TYPE_DOMAIN_DEATH, 0);
    }
    if (!gone)
        libxl_dominfo_dispose(&info);
}

static libxl_event *take_locked(struct event_state *s, uint64_t typemask,
                                libxl_event_predicate *predicate, void *user)
{
    for (libxl_event **p = &s->queue; *p; p = &(*p)->link.next) {
        libxl_event *event = *p;

        if (!(typemask >> event->type & 1) || (predicate && !predicate(event, user)))
            continue;
        *p = event->link.next;
        if (!*p)
            s->queue_end = p;
        return event;
    }
    return NULL;
}

int libxl_event_check(libxl_ctx *ctx, libxl_event **event_r, uint64_t typemask,
                      libxl_event_predicate *predicate, void *predicate_user)
{
    pthread_mutex_lock(&ctx->lock);
    for (libxl_evgen_domain_death *gen = event_state(ctx)->deaths; gen; gen = gen->next)
        look_at(ctx, gen);
    *event_r = take_locked(ctx->events, typemask, predicate, predicate_user);
    pthread_mutex_unlock(&ctx->lock);
    return *event_r ? 0 : ERROR_NOT_READY;
}

int libxl_event_wait(libxl_ctx *ctx, libxl_event **event_r, uint64_t typemask,
                     libxl_event_predicate *predicate, void *predicate_user)
{
    for (;;) {
        int rc = libxl_event_check(ctx, event_r, typemask, predicate, predicate_user);
        struct pollfd pfd = {.events = POLLIN};
        unsigned int count;
        char **watch;

        if (rc != ERROR_NOT_READY)
            return rc;
        if (!ctx->events->xs)
            return ERROR_FAIL; /* nothing is watched: this would be for ever */
        pfd.fd = xs_fileno(ctx->events->xs);
        if (poll(&pfd, 1, -1) < 0 && errno != EINTR) {
            LOGE(ctx, ERROR, "cannot wait for events");
            return ERROR_FAIL;
        }
        if (!pfd.revents)
            continue;
        watch = xs_read_watch(ctx->events->xs, &count);
        if (!watch) { /* as when xenstored has gone: nothing will ever be heard again */
            LOGE(ctx, ERROR, "cannot hear from xenstore");
            return ERROR_FAIL;
        }
        free(watch);
    }
}
