/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The handle, bounce buffers, and the doors (domctl, sysctl, memory_op, xen_version) that every
 * other file goes through.
 */
#include "private.h"
#include <xenforeignmemory.h>

static int interface_open(xc_interface *xch, unsigned open_flags)
{
    unsigned flags = open_flags & XC_OPENFLAG_NON_REENTRANT ? XENCALL_OPENFLAG_NON_REENTRANT : 0;

    if (open_flags & XC_OPENFLAG_DUMMY) {
        return 0;
    }
    xch->xcall = xencall_open(xch->logger, flags);
    if (!xch->xcall) {
        return -1;
    }
    xch->fmem = xenforeignmemory_open(xch->logger, 0);
    return xch->fmem ? 0 : -1;
}

xc_interface *xc_interface_open(xentoollog_logger *logger, xentoollog_logger *dombuild_logger,
                                unsigned open_flags)
{
    xc_interface *xch = calloc(1, sizeof(*xch));

    if (!xch) {
        return NULL;
    }
    xch->logger = logger;
    xch->build_logger = dombuild_logger ? dombuild_logger : logger;
    if (interface_open(xch, open_flags) < 0) {
        int saved = errno;

        xc_interface_close(xch);
        errno = saved;
        return NULL;
    }
    return xch;
}

int xc_interface_close(xc_interface *xch)
{
    int rc = 0;

    if (!xch) {
        return 0;
    }
    if (xch->fmem && xenforeignmemory_close(xch->fmem) < 0) {
        rc = -1;
    }
    if (xch->xcall && xencall_close(xch->xcall) < 0) {
        rc = -1;
    }
    free(xch);
    return rc;
}

xentoollog_logger *xc_interface_logger(xc_interface *xch)
{
    return xch->logger;
}

xentoollog_logger *xc_interface_build_logger(xc_interface *xch)
{
    return xch->build_logger;
}

struct xencall_handle *xc_interface_xcall_handle(xc_interface *xch)
{
    return xch->xcall;
}

struct xenforeignmemory_handle *xc_interface_fmem_handle(xc_interface *xch)
{
    return xch->fmem;
}

static void handle_set(struct bounce *b)
{
    if (b->handle) {
        memcpy(b->handle, &b->hyp, sizeof(b->hyp));
    }
}

int bounce_get(xc_interface *xch, struct bounce *b, unsigned int nr)
{
    for (unsigned int i = 0; i < nr; i++) {
        b[i].hyp = NULL;
        handle_set(&b[i]);
        if (!b[i].user || !b[i].size) {
            continue;
        }
        b[i].hyp = xencall_alloc_buffer(xch->xcall, b[i].size);
        if (!b[i].hyp) {
            while (i--) {
                xencall_free_buffer(xch->xcall, b[i].hyp);
            }
            errno = ENOMEM;
            return -1;
        }
        if (b[i].dir & BOUNCE_IN) {
            memcpy(b[i].hyp, b[i].user, b[i].size);
        } else {
            memset(b[i].hyp, 0, b[i].size);
        }
        handle_set(&b[i]);
    }
    return 0;
}

void bounce_put(xc_interface *xch, struct bounce *b, unsigned int nr)
{
    int saved = errno;

    for (unsigned int i = 0; i < nr; i++) {
        if (!b[i].hyp) {
            continue;
        }
        if (b[i].dir & BOUNCE_OUT) {
            memcpy(b[i].user, b[i].hyp, b[i].size);
        }
        xencall_free_buffer(xch->xcall, b[i].hyp);
    }
    errno = saved;
}

int hypercall_struct(xc_interface *xch, unsigned int op, unsigned int cmd, void *arg, size_t size)
{
    struct bounce b = BOUNCE(arg, size, BOUNCE_BOTH);
    int rc;

    if (bounce_get(xch, &b, 1) < 0) {
        return -1;
    }
    rc = xencall2(xch->xcall, op, cmd, (uintptr_t)b.hyp);
    bounce_put(xch, &b, 1);
    return rc;
}

int xc_domctl(xc_interface *xch, struct xen_domctl *domctl)
{
    struct bounce b = BOUNCE(domctl, sizeof(*domctl), BOUNCE_BOTH);
    int rc;

    domctl->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
    if (bounce_get(xch, &b, 1) < 0) {
        return -1;
    }
    rc = xencall1(xch->xcall, __HYPERVISOR_domctl, (uintptr_t)b.hyp);
    bounce_put(xch, &b, 1);
    return rc;
}

int xc_sysctl(xc_interface *xch, struct xen_sysctl *sysctl)
{
    struct bounce b = BOUNCE(sysctl, sizeof(*sysctl), BOUNCE_BOTH);
    int rc;

    sysctl->interface_version = XEN_SYSCTL_INTERFACE_VERSION;
    if (bounce_get(xch, &b, 1) < 0) {
        return -1;
    }
    rc = xencall1(xch->xcall, __HYPERVISOR_sysctl, (uintptr_t)b.hyp);
    bounce_put(xch, &b, 1);
    return rc;
}

int domctl_with(xc_interface *xch, struct xen_domctl *op, struct bounce *b, unsigned int nr)
{
    int rc;

    if (bounce_get(xch, b, nr) < 0) {
        return -1;
    }
    rc = xc_domctl(xch, op);
    bounce_put(xch, b, nr);
    return rc;
}

int sysctl_with(xc_interface *xch, struct xen_sysctl *op, struct bounce *b, unsigned int nr)
{
    int rc;

    if (bounce_get(xch, b, nr) < 0) {
        return -1;
    }
    rc = xc_sysctl(xch, op);
    bounce_put(xch, b, nr);
    return rc;
}

/*
 * The ioctl that carries a hypercall returns an int, and memory operations return page numbers and
 * counts that need more.  A multicall of one entry stores its result in 64 bits.
 */
static long multicall_one(xc_interface *xch, unsigned int op, uint64_t arg1, uint64_t arg2)
{
    struct multicall_entry entry = {.op = op, .args = {arg1, arg2}};
    struct bounce b = BOUNCE(&entry, sizeof(entry), BOUNCE_BOTH);
    int rc;

    if (bounce_get(xch, &b, 1) < 0) {
        return -1;
    }
    rc = xencall2(xch->xcall, __HYPERVISOR_multicall, (uintptr_t)b.hyp, 1);
    bounce_put(xch, &b, 1);
    if (rc < 0) {
        return -1;
    }
    if ((long)entry.result < 0) {
        errno = -(long)entry.result;
        return -1;
    }
    return (long)entry.result;
}

long xc_memory_op(xc_interface *xch, unsigned int cmd, void *arg, size_t len)
{
    struct bounce b = BOUNCE(arg, len, BOUNCE_BOTH);
    long rc;

    if (bounce_get(xch, &b, 1) < 0) {
        return -1;
    }
    rc = multicall_one(xch, __HYPERVISOR_memory_op, cmd, (uintptr_t)b.hyp);
    bounce_put(xch, &b, 1);
    return rc;
}

long memory_op_with(xc_interface *xch, unsigned int cmd, void *arg, size_t size, struct bounce *b)
{
    long rc;

    if (bounce_get(xch, b, 1) < 0) {
        return -1;
    }
    rc = xc_memory_op(xch, cmd, arg, size);
    bounce_put(xch, b, 1);
    return rc;
}

static size_t version_size(int cmd, const void *arg)
{
    switch (cmd) {
    case XENVER_extraversion:
        return sizeof(xen_extraversion_t);
    case XENVER_compile_info:
        return sizeof(xen_compile_info_t);
    case XENVER_capabilities:
        return sizeof(xen_capabilities_info_t);
    case XENVER_changeset:
        return sizeof(xen_changeset_info_t);
    case XENVER_platform_parameters:
        return sizeof(xen_platform_parameters_t);
    case XENVER_get_features:
        return sizeof(xen_feature_info_t);
    case XENVER_guest_handle:
        return sizeof(xen_domain_handle_t);
    case XENVER_commandline:
        return sizeof(xen_commandline_t);
    case XENVER_build_id:
        return arg ? sizeof(xen_build_id_t) + ((const xen_build_id_t *)arg)->len : 0;
    default:
        return 0;
    }
}

int xc_version(xc_interface *xch, int cmd, void *arg)
{
    return hypercall_struct(xch, __HYPERVISOR_xen_version, cmd, arg, version_size(cmd, arg));
}
