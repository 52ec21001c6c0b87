/* SPDX-License-Identifier: LGPL-2.1-only */
/* Event channels and grants of another domain, as its builder sees them. */
#include <sys/mman.h>
#include "private.h"
#include <xenforeignmemory.h>

xc_evtchn_port_or_error_t xc_evtchn_alloc_unbound(xc_interface *xch, uint32_t dom,
                                                  uint32_t remote_dom)
{
    struct evtchn_alloc_unbound arg = {.dom = dom, .remote_dom = remote_dom};

    if (hypercall_struct(xch, __HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound, &arg,
                         sizeof(arg)) < 0) {
        return -1;
    }
    return arg.port;
}

int xc_evtchn_reset(xc_interface *xch, uint32_t dom)
{
    struct evtchn_reset arg = {.dom = dom};

    return hypercall_struct(xch, __HYPERVISOR_event_channel_op, EVTCHNOP_reset, &arg, sizeof(arg));
}

int xc_evtchn_status(xc_interface *xch, xc_evtchn_status_t *status)
{
    return hypercall_struct(xch, __HYPERVISOR_event_channel_op, EVTCHNOP_status, status,
                            sizeof(*status));
}

int xc_gnttab_query_size(xc_interface *xch, struct gnttab_query_size *query)
{
    struct bounce b = BOUNCE(query, sizeof(*query), BOUNCE_BOTH);
    int rc;

    if (bounce_get(xch, &b, 1) < 0) {
        return -1;
    }
    rc =
        xencall3(xch->xcall, __HYPERVISOR_grant_table_op, GNTTABOP_query_size, (uintptr_t)b.hyp, 1);
    bounce_put(xch, &b, 1);
    return rc;
}

int xc_gnttab_seed(xc_interface *xch, uint32_t domid, grant_ref_t ref, xen_pfn_t gfn,
                   uint32_t remote_domid)
{
    xenforeignmemory_resource_handle *res;
    grant_entry_v1_t *table = NULL;

    if (ref >= GNTTAB_NR_RESERVED_ENTRIES) {
        errno = EINVAL;
        return -1;
    }
    res = xenforeignmemory_map_resource(xch->fmem, domid, XENMEM_resource_grant_table,
                                        XENMEM_resource_grant_table_id_shared, 0, 1,
                                        (void **)&table, PROT_READ | PROT_WRITE, 0);
    if (!res) {
        return -1;
    }
    table[ref].domid = remote_domid;
    table[ref].frame = gfn;
    /* The flags make the entry valid, so they are written after the rest. */
    __atomic_store_n(&table[ref].flags, GTF_permit_access, __ATOMIC_RELEASE);
    return xenforeignmemory_unmap_resource(xch->fmem, res);
}
