/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * What the stubs share.  A stub converts its arguments into C first, calls the library with the
 * runtime lock released (no OCaml value may be touched then), and raises afterwards if it must.
 */
#ifndef XENCTRL_STUBS_H
#define XENCTRL_STUBS_H

#define CAML_NAME_SPACE
#include <caml/alloc.h>
#include <caml/callback.h>
#include <caml/custom.h>
#include <caml/fail.h>
#include <caml/memory.h>
#include <caml/mlvalues.h>
#include <caml/signals.h>
#include <xenctrl.h>

/* The library's handle; raises when it has been closed. */
xc_interface *handle_of(value h);

/* Raises Xenctrl.Error with the operation's name and errno's text, when rc is negative. */
void raise_if_failed(const char *operation, long rc);

/* result = CALL(...) with the runtime lock released, errno kept. */
#define UNLOCKED(result, call)         \
    do {                               \
        caml_enter_blocking_section(); \
        (result) = (call);             \
        caml_leave_blocking_section(); \
    } while (0)

#endif
