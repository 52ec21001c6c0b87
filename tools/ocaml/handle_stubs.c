/* SPDX-License-Identifier: LGPL-2.1-only */
/* The handle as an OCaml value, and errors as exceptions. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "stubs.h"

#define Handle(v) (*(xc_interface **)Data_custom_val(v))

value stub_xc_interface_open(value unit);
value stub_xc_interface_close(value h);

static void finalize(value h)
{
    xc_interface_close(Handle(h));
}

static struct custom_operations handle_ops = {
    .identifier = "stake.xenctrl.handle",
    .finalize = finalize,
    .compare = custom_compare_default,
    .hash = custom_hash_default,
    .serialize = custom_serialize_default,
    .deserialize = custom_deserialize_default,
    .compare_ext = custom_compare_ext_default,
    .fixed_length = custom_fixed_length_default,
};

static void raise_error(const char *text)
{
    const value *e = caml_named_value("xenctrl.error");

    if (!e) {
        caml_failwith(text);
    }
    caml_raise_with_string(*e, text);
}

void raise_if_failed(const char *operation, long rc)
{
    char text[256];

    if (rc < 0) {
        snprintf(text, sizeof(text), "%s: %s", operation, strerror(errno));
        raise_error(text);
    }
}

xc_interface *handle_of(value h)
{
    if (!Handle(h)) {
        raise_error("the handle is closed");
    }
    return Handle(h);
}

value stub_xc_interface_open(value unit)
{
    CAMLparam1(unit);
    CAMLlocal1(h);
    xc_interface *xch;

    h = caml_alloc_custom(&handle_ops, sizeof(xc_interface *), 0, 1);
    Handle(h) = NULL;
    UNLOCKED(xch, xc_interface_open(NULL, NULL, 0));
    raise_if_failed("interface_open", xch ? 0 : -1);
    Handle(h) = xch;
    CAMLreturn(h);
}

value stub_xc_interface_close(value h)
{
    CAMLparam1(h);
    xc_interface *xch = Handle(h);

    Handle(h) = NULL;
    xc_interface_close(xch);
    CAMLreturn(Val_unit);
}
