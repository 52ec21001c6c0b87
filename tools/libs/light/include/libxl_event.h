/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * What happens to domains, as events.
 *
 * A program says which domains it watches and then waits.  DOMAIN_SHUTDOWN comes once when a guest
 * has stopped and still holds its memory; DOMAIN_DEATH when the domain is gone.
 */
#ifndef LIBXL_EVENT_H
#define LIBXL_EVENT_H

#include <libxl.h>

#define LIBXL_EVENTMASK_ALL (~0UL)
typedef int libxl_event_predicate(const libxl_event *event, void *user);

/* ERROR_NOT_READY when nothing that mask and predicate want has happened. */
int libxl_event_check(libxl_ctx *ctx, libxl_event **event_r, uint64_t typemask,
                      libxl_event_predicate *predicate, void *predicate_user);
int libxl_event_wait(libxl_ctx *ctx, libxl_event **event_r, uint64_t typemask,
                     libxl_event_predicate *predicate, void *predicate_user);
void libxl_event_free(libxl_ctx *ctx, libxl_event *event);

typedef struct libxl__evgen_domain_death libxl_evgen_domain_death;
int libxl_evenable_domain_death(libxl_ctx *ctx, uint32_t domid, libxl_ev_user user,
                                libxl_evgen_domain_death **evgen_out);
void libxl_evdisable_domain_death(libxl_ctx *ctx, libxl_evgen_domain_death *evgen);

#endif /* LIBXL_EVENT_H */
