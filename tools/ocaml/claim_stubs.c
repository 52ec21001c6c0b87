/* SPDX-License-Identifier: LGPL-2.1-only */
/* Claims.  The array's bounds have been checked on the OCaml side. */
#include <errno.h>
#include <stdlib.h>
#include "stubs.h"

value stub_xc_domain_claim_memory(value h, value domid, value claims);
value stub_xc_domain_claim_pages(value h, value domid, value pages);
value stub_xc_get_outstanding_pages(value h);
value stub_xc_node_claims(value h);

value stub_xc_domain_claim_memory(value h, value domid, value claims)
{
    CAMLparam3(h, domid, claims);
    xc_interface *xch = handle_of(h);
    uint32_t d = Int_val(domid), nr = Wosize_val(claims);
    memory_claim_t set[XEN_DOMCTL_MAX_CLAIMS];
    int rc;

    if (nr > XEN_DOMCTL_MAX_CLAIMS) {
        caml_invalid_argument("domain_claim_memory");
    }
    for (uint32_t i = 0; i < nr; i++) {
        value c = Field(claims, i);

        set[i] = (memory_claim_t)XEN_NODE_CLAIM_INIT(Int64_val(Field(c, 0)),
                                                     (uint32_t)Int32_val(Field(c, 1)));
    }
    UNLOCKED(rc, xc_domain_claim_memory(xch, d, nr, set));
    raise_if_failed("domain_claim_memory", rc);
    CAMLreturn(Val_unit);
}

value stub_xc_domain_claim_pages(value h, value domid, value pages)
{
    CAMLparam3(h, domid, pages);
    xc_interface *xch = handle_of(h);
    uint32_t d = Int_val(domid);
    unsigned long n = Int64_val(pages);
    int rc;

    UNLOCKED(rc, xc_domain_claim_pages(xch, d, n));
    raise_if_failed("domain_claim_pages", rc);
    CAMLreturn(Val_unit);
}

value stub_xc_get_outstanding_pages(value h)
{
    CAMLparam1(h);
    xc_interface *xch = handle_of(h);
    long pages;

    UNLOCKED(pages, xc_domain_get_outstanding_pages(xch));
    raise_if_failed("domain_get_outstanding_pages", pages);
    CAMLreturn(caml_copy_int64(pages));
}

static value node_value(const xc_node_claims_t *n)
{
    CAMLparam0();
    CAMLlocal1(v);

    v = caml_alloc_tuple(3);
    Store_field(v, 0, caml_copy_int64(n->size));
    Store_field(v, 1, caml_copy_int64(n->free));
    Store_field(v, 2, caml_copy_int64(n->claimed));
    CAMLreturn(v);
}

value stub_xc_node_claims(value h)
{
    CAMLparam1(h);
    CAMLlocal1(v);
    xc_interface *xch = handle_of(h);
    xc_node_claims_t nodes[256];
    xc_host_claims_t host;
    unsigned int nr = sizeof(nodes) / sizeof(nodes[0]);
    int rc;

    UNLOCKED(rc, xc_get_node_claims(xch, &nr, nodes, &host));
    raise_if_failed("node_claims", rc);
    if (nr > sizeof(nodes) / sizeof(nodes[0])) {
        nr = sizeof(nodes) / sizeof(nodes[0]);
    }
    v = nr ? caml_alloc_tuple(nr) : Atom(0);
    for (unsigned int i = 0; i < nr; i++) {
        Store_field(v, i, node_value(&nodes[i]));
    }
    CAMLreturn(v);
}
