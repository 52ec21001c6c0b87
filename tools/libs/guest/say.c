/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * What the builder tells its caller: messages to the build's logger, and how far it has come.
 * errno stays as it was.
 */
#include <stdarg.h>
#include "private.h"

#define CONTEXT "build"

static void dom_log(struct xc_dom_image *dom, xentoollog_level level, const char *fmt, va_list ap)
{
    xentoollog_logger *logger = xc_interface_build_logger(dom->xch);
    int saved = errno;

    if (logger) {
        xtl_logv(logger, level, -1, CONTEXT, fmt, ap);
    }
    errno = saved;
}

void dom_error(struct xc_dom_image *dom, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    dom_log(dom, XTL_ERROR, fmt, ap);
    va_end(ap);
}

void dom_note(struct xc_dom_image *dom, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    dom_log(dom, XTL_DETAIL, fmt, ap);
    va_end(ap);
}

void dom_progress(struct xc_dom_image *dom, const char *step, uint64_t done, uint64_t total)
{
    if (dom->progress) {
        dom->progress(dom->progress_data, step, done, total);
    }
}
