/* SPDX-License-Identifier: LGPL-2.1-only */
/* Domains and the host. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "stubs.h"

#define LIST_ROOM 256

/* A stub that takes a handle and a domain and returns nothing. */
#define DOMAIN_STUB(name)                              \
    value stub_xc_domain_##name(value h, value domid); \
    value stub_xc_domain_##name(value h, value domid)  \
    {                                                  \
        CAMLparam2(h, domid);                          \
        xc_interface *xch = handle_of(h);              \
        uint32_t d = Int_val(domid);                   \
        int rc;                                        \
                                                       \
        UNLOCKED(rc, xc_domain_##name(xch, d));        \
        raise_if_failed("domain_" #name, rc);          \
        CAMLreturn(Val_unit);                          \
    }

/* The same with one more number. */
#define DOMAIN_NUMBER_STUB(name, convert)                            \
    value stub_xc_domain_##name(value h, value domid, value number); \
    value stub_xc_domain_##name(value h, value domid, value number)  \
    {                                                                \
        CAMLparam3(h, domid, number);                                \
        xc_interface *xch = handle_of(h);                            \
        uint32_t d = Int_val(domid);                                 \
        int64_t n = convert(number);                                 \
        int rc;                                                      \
                                                                     \
        UNLOCKED(rc, xc_domain_##name(xch, d, n));                   \
        raise_if_failed("domain_" #name, rc);                        \
        CAMLreturn(Val_unit);                                        \
    }

DOMAIN_STUB(destroy)
DOMAIN_STUB(pause)
DOMAIN_STUB(unpause)
DOMAIN_NUMBER_STUB(shutdown, Int_val)
DOMAIN_NUMBER_STUB(max_vcpus, Int_val)
DOMAIN_NUMBER_STUB(setmaxmem, Int64_val)

value stub_xc_domain_create(value h, value config);
value stub_xc_domain_getinfo(value h, value domid);
value stub_xc_domain_getinfolist(value h, value first);
value stub_xc_domain_populate(value h, value domid, value first, value count, value order,
                              value node);
value stub_xc_domain_populate_bytecode(value *argv, int argn);
value stub_xc_physinfo(value h);

value stub_xc_domain_create(value h, value config)
{
    CAMLparam2(h, config);
    xc_interface *xch = handle_of(h);
    struct xen_domctl_createdomain c = {
        .flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap,
        .max_vcpus = Int_val(Field(config, 1)),
        .max_evtchn_port = Int_val(Field(config, 2)),
        .max_grant_frames = Int_val(Field(config, 3)),
        .max_maptrack_frames = Int_val(Field(config, 4)),
        .grant_opts = XEN_DOMCTL_GRANT_version(1),
        .arch.emulation_flags = XEN_X86_EMU_LAPIC,
    };
    uint32_t domid = 0;
    int rc;

    memcpy(c.handle, String_val(Field(config, 0)), sizeof(c.handle));
    UNLOCKED(rc, xc_domain_create(xch, &domid, &c));
    raise_if_failed("domain_create", rc);
    CAMLreturn(Val_int(domid));
}

static value info_value(const xc_domaininfo_t *i)
{
    CAMLparam0();
    CAMLlocal2(v, uuid);

    uuid = caml_alloc_initialized_string(sizeof(i->handle), (const char *)i->handle);
    v = caml_alloc_tuple(16);
    Store_field(v, 0, Val_int(i->domain));
    Store_field(v, 1, Val_bool(i->flags & XEN_DOMINF_dying));
    Store_field(v, 2, Val_bool(i->flags & XEN_DOMINF_shutdown));
    Store_field(v, 3, Val_bool(i->flags & XEN_DOMINF_paused));
    Store_field(v, 4, Val_bool(i->flags & XEN_DOMINF_blocked));
    Store_field(v, 5, Val_bool(i->flags & XEN_DOMINF_running));
    Store_field(v, 6, Val_bool(i->flags & XEN_DOMINF_hvm_guest));
    Store_field(v, 7, Val_int(i->flags >> XEN_DOMINF_shutdownshift & XEN_DOMINF_shutdownmask));
    Store_field(v, 8, caml_copy_int64(i->tot_pages));
    Store_field(v, 9, caml_copy_int64(i->max_pages));
    Store_field(v, 10, caml_copy_int64(i->outstanding_pages));
    Store_field(v, 11, caml_copy_int64(i->cpu_time));
    Store_field(v, 12, Val_int(i->nr_online_vcpus));
    Store_field(v, 13, Val_int((int32_t)i->max_vcpu_id));
    Store_field(v, 14, Val_int((int32_t)i->cpupool));
    Store_field(v, 15, uuid);
    CAMLreturn(v);
}

value stub_xc_domain_getinfo(value h, value domid)
{
    CAMLparam2(h, domid);
    xc_interface *xch = handle_of(h);
    uint32_t d = Int_val(domid);
    xc_domaininfo_t info;
    int rc;

    UNLOCKED(rc, xc_domain_getinfo_single(xch, d, &info));
    raise_if_failed("domain_getinfo", rc);
    CAMLreturn(info_value(&info));
}

value stub_xc_domain_getinfolist(value h, value first)
{
    CAMLparam2(h, first);
    CAMLlocal1(v);
    xc_interface *xch = handle_of(h);
    uint32_t d = Int_val(first);
    xc_domaininfo_t *info = calloc(LIST_ROOM, sizeof(*info));
    int n;

    if (!info) {
        caml_raise_out_of_memory();
    }
    UNLOCKED(n, xc_domain_getinfolist(xch, d, LIST_ROOM, info));
    if (n < 0) {
        int saved = errno;

        free(info);
        errno = saved;
    }
    raise_if_failed("domain_getinfolist", n);
    v = n ? caml_alloc_tuple(n) : Atom(0);
    for (int i = 0; i < n; i++) {
        Store_field(v, i, info_value(&info[i]));
    }
    free(info);
    CAMLreturn(v);
}

value stub_xc_domain_populate(value h, value domid, value first, value count, value order,
                              value node)
{
    CAMLparam5(h, domid, first, count, order);
    CAMLxparam1(node);
    xc_interface *xch = handle_of(h);
    uint32_t d = Int_val(domid), on = Int32_val(node);
    unsigned int o = Int_val(order), flags = on == UINT32_MAX ? 0 : XENMEMF_exact_node(on);
    unsigned long n = Long_val(count);
    xen_pfn_t gfn = Int64_val(first), *list = calloc(n ? n : 1, sizeof(*list));
    int done;

    if (!list) {
        caml_raise_out_of_memory();
    }
    for (unsigned long i = 0; i < n; i++) {
        list[i] = gfn + (i << o);
    }
    UNLOCKED(done, xc_domain_populate_physmap(xch, d, n, o, flags, list));
    free(list);
    raise_if_failed("domain_populate", done);
    CAMLreturn(Val_int(done));
}

value stub_xc_domain_populate_bytecode(value *argv, int argn)
{
    (void)argn;
    return stub_xc_domain_populate(argv[0], argv[1], argv[2], argv[3], argv[4], argv[5]);
}

value stub_xc_physinfo(value h)
{
    CAMLparam1(h);
    CAMLlocal1(v);
    xc_interface *xch = handle_of(h);
    xc_physinfo_t info;
    int rc;

    UNLOCKED(rc, xc_physinfo(xch, &info));
    raise_if_failed("physinfo", rc);
    v = caml_alloc_tuple(7);
    Store_field(v, 0, Val_int(info.nr_cpus));
    Store_field(v, 1, Val_int(info.nr_nodes));
    Store_field(v, 2, Val_int(info.max_node_id));
    Store_field(v, 3, caml_copy_int64(info.total_pages));
    Store_field(v, 4, caml_copy_int64(info.free_pages));
    Store_field(v, 5, caml_copy_int64(info.scrub_pages));
    Store_field(v, 6, caml_copy_int64(info.outstanding_pages));
    CAMLreturn(v);
}
