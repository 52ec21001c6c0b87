/* SPDX-License-Identifier: LGPL-2.1-only */
/* Domain runstates. */
#include "stubs.h"

value stub_xc_get_runstate_info(value h, value domid);

value stub_xc_get_runstate_info(value h, value domid)
{
    CAMLparam2(h, domid);
    CAMLlocal1(v);
    xc_interface *xch = handle_of(h);
    uint32_t d = Int_val(domid);
    xc_runstate_info_t info;
    int rc;

    UNLOCKED(rc, xc_get_runstate_info(xch, d, &info));
    raise_if_failed("domain_get_runstate_info", rc);
    v = caml_alloc_tuple(12);
    Store_field(v, 0, caml_copy_int32(info.state));
    Store_field(v, 1, caml_copy_int32(info.missed_changes));
    Store_field(v, 2, caml_copy_int64(info.state_entry_time));
    for (int i = 0; i < 6; i++) {
        Store_field(v, 3 + i, caml_copy_int64(info.time[i]));
    }
    Store_field(v, 9, caml_copy_int64(info.runnable));
    Store_field(v, 10, caml_copy_int64(info.running));
    Store_field(v, 11, caml_copy_int64(info.nonaffine));
    CAMLreturn(v);
}
