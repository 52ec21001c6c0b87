/* SPDX-License-Identifier: LGPL-2.1-only */
/* Domains: life, information, HVM parameters and state. */
#include "private.h"
#include <xen/hvm/hvm_op.h>

/* An operation that names a domain and carries nothing else. */
static int domctl_bare(xc_interface *xch, uint32_t cmd, uint32_t domid)
{
    struct xen_domctl op = {.cmd = cmd, .domain = domid};

    return xc_domctl(xch, &op);
}

int xc_domain_create(xc_interface *xch, uint32_t *pdomid, struct xen_domctl_createdomain *config)
{
    struct xen_domctl op = {.cmd = XEN_DOMCTL_createdomain, .domain = *pdomid};

    op.u.createdomain = *config;
    if (xc_domctl(xch, &op) < 0) {
        return -1;
    }
    *pdomid = op.domain;
    *config = op.u.createdomain;
    return 0;
}

int xc_domain_destroy(xc_interface *xch, uint32_t domid)
{
    return domctl_bare(xch, XEN_DOMCTL_destroydomain, domid);
}

int xc_domain_pause(xc_interface *xch, uint32_t domid)
{
    return domctl_bare(xch, XEN_DOMCTL_pausedomain, domid);
}

int xc_domain_unpause(xc_interface *xch, uint32_t domid)
{
    return domctl_bare(xch, XEN_DOMCTL_unpausedomain, domid);
}

int xc_domain_shutdown(xc_interface *xch, uint32_t domid, int reason)
{
    struct sched_remote_shutdown arg = {.domain_id = domid, .reason = reason};

    return hypercall_struct(xch, __HYPERVISOR_sched_op, SCHEDOP_remote_shutdown, &arg, sizeof(arg));
}

int xc_domain_sethandle(xc_interface *xch, uint32_t domid, xen_domain_handle_t handle)
{
    struct xen_domctl op = {.cmd = XEN_DOMCTL_setdomainhandle, .domain = domid};

    memcpy(op.u.setdomainhandle.handle, handle, sizeof(xen_domain_handle_t));
    return xc_domctl(xch, &op);
}

int xc_domain_max_vcpus(xc_interface *xch, uint32_t domid, unsigned int max)
{
    struct xen_domctl op = {.cmd = XEN_DOMCTL_max_vcpus, .domain = domid};

    op.u.max_vcpus.max = max;
    return xc_domctl(xch, &op);
}

int xc_domain_setmaxmem(xc_interface *xch, uint32_t domid, uint64_t max_memkb)
{
    struct xen_domctl op = {.cmd = XEN_DOMCTL_max_mem, .domain = domid};

    op.u.max_mem.max_memkb = max_memkb;
    return xc_domctl(xch, &op);
}

int xc_domain_send_trigger(xc_interface *xch, uint32_t domid, uint32_t trigger, uint32_t vcpu)
{
    struct xen_domctl op = {.cmd = XEN_DOMCTL_sendtrigger, .domain = domid};

    op.u.sendtrigger.trigger = trigger;
    op.u.sendtrigger.vcpu = vcpu;
    return xc_domctl(xch, &op);
}

int xc_domain_set_time_offset(xc_interface *xch, uint32_t domid, int32_t time_offset_seconds)
{
    struct xen_domctl op = {.cmd = XEN_DOMCTL_settimeoffset, .domain = domid};

    op.u.settimeoffset.time_offset_seconds = time_offset_seconds;
    return xc_domctl(xch, &op);
}

int xc_domain_set_tsc_info(xc_interface *xch, uint32_t domid, uint32_t tsc_mode,
                           uint64_t elapsed_nsec, uint32_t gtsc_khz, uint32_t incarnation)
{
    struct xen_domctl op = {.cmd = XEN_DOMCTL_settscinfo, .domain = domid};

    op.u.tsc_info.tsc_mode = tsc_mode;
    op.u.tsc_info.elapsed_nsec = elapsed_nsec;
    op.u.tsc_info.gtsc_khz = gtsc_khz;
    op.u.tsc_info.incarnation = incarnation;
    return xc_domctl(xch, &op);
}

int xc_get_paging_mempool_size(xc_interface *xch, uint32_t domid, uint64_t *size)
{
    struct xen_domctl op = {.cmd = XEN_DOMCTL_get_paging_mempool_size, .domain = domid};

    if (xc_domctl(xch, &op) < 0) {
        return -1;
    }
    *size = op.u.paging_mempool.size;
    return 0;
}

int xc_set_paging_mempool_size(xc_interface *xch, uint32_t domid, uint64_t size)
{
    struct xen_domctl op = {.cmd = XEN_DOMCTL_set_paging_mempool_size, .domain = domid};

    op.u.paging_mempool.size = size;
    return xc_domctl(xch, &op);
}

int xc_domain_getinfolist(xc_interface *xch, uint32_t first_domain, unsigned int max_domains,
                          xc_domaininfo_t *info)
{
    struct xen_sysctl op = {.cmd = XEN_SYSCTL_getdomaininfolist};
    struct bounce b =
        HANDLE_BOUNCE(op.u.getdomaininfolist.buffer, info, max_domains * sizeof(*info), BOUNCE_OUT);
    int rc;

    op.u.getdomaininfolist.first_domain = first_domain;
    op.u.getdomaininfolist.max_domains = max_domains;
    rc = sysctl_with(xch, &op, &b, 1);
    return rc < 0 ? -1 : (int)op.u.getdomaininfolist.num_domains;
}

int xc_domain_getinfo_single(xc_interface *xch, uint32_t domid, xc_domaininfo_t *info)
{
    struct xen_domctl op = {.cmd = XEN_DOMCTL_getdomaininfo, .domain = domid};

    if (xc_domctl(xch, &op) < 0) {
        return -1;
    }
    /* The operation may round up to the next domain that exists. */
    if (op.domain != domid) {
        errno = ESRCH;
        return -1;
    }
    *info = op.u.getdomaininfo;
    return 0;
}

int xc_hvm_param_set(xc_interface *xch, uint32_t domid, uint32_t param, uint64_t value)
{
    struct xen_hvm_param arg = {.domid = domid, .index = param, .value = value};

    return hypercall_struct(xch, __HYPERVISOR_hvm_op, HVMOP_set_param, &arg, sizeof(arg));
}

int xc_hvm_param_get(xc_interface *xch, uint32_t domid, uint32_t param, uint64_t *value)
{
    struct xen_hvm_param arg = {.domid = domid, .index = param};

    if (hypercall_struct(xch, __HYPERVISOR_hvm_op, HVMOP_get_param, &arg, sizeof(arg)) < 0) {
        return -1;
    }
    *value = arg.value;
    return 0;
}

int xc_domain_hvm_getcontext(xc_interface *xch, uint32_t domid, uint8_t *ctxt_buf, uint32_t size)
{
    struct xen_domctl op = {.cmd = XEN_DOMCTL_gethvmcontext, .domain = domid};
    struct bounce b = HANDLE_BOUNCE(op.u.hvmcontext.buffer, ctxt_buf, size, BOUNCE_OUT);
    int rc;

    op.u.hvmcontext.size = ctxt_buf ? size : 0;
    rc = domctl_with(xch, &op, &b, 1);
    return rc < 0 ? -1 : (int)op.u.hvmcontext.size;
}

int xc_domain_hvm_setcontext(xc_interface *xch, uint32_t domid, uint8_t *hvm_ctxt, uint32_t size)
{
    struct xen_domctl op = {.cmd = XEN_DOMCTL_sethvmcontext, .domain = domid};
    struct bounce b = HANDLE_BOUNCE(op.u.hvmcontext.buffer, hvm_ctxt, size, BOUNCE_IN);

    op.u.hvmcontext.size = size;
    return domctl_with(xch, &op, &b, 1);
}

int xc_get_runstate_info(xc_interface *xch, uint32_t domid, xc_runstate_info_t *info)
{
    struct xen_domctl op = {.cmd = XEN_DOMCTL_get_runstate_info, .domain = domid};

    if (xc_domctl(xch, &op) < 0) {
        return -1;
    }
    *info = op.u.domain_runstate;
    return 0;
}
