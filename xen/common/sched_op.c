/* SPDX-License-Identifier: GPL-2.0-only */
/* sched_op(command, argument): a vCPU gives way, waits, or ends its domain. */
#include <public/sched.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/guest_access.h>
#include <xen/guest_layout.h>
#include <xen/hypercall.h>
#include <xen/privilege.h>
#include <xen/sched.h>

#define POLL_PORTS_MAX 128

static int block(void)
{
    current->vcpu_info->evtchn_upcall_mask = 0;
    vcpu_block();
    return 0;
}

static int shut_down(uint64_t gva)
{
    struct sched_shutdown arg;

    if (guest_read(&arg, gva))
        return -EFAULT;
    if (arg.reason > SHUTDOWN_MAX)
        return -EINVAL;
    domain_shutdown(current->domain, arg.reason);
    return 0;
}

/* The reason to give should the domain shut down without one: it is the first that counts. */
static int shutdown_code(uint64_t gva)
{
    struct domain *d = current->domain;
    struct sched_shutdown arg;

    if (guest_read(&arg, gva))
        return -EFAULT;
    if (arg.reason > SHUTDOWN_MAX)
        return -EINVAL;
    spin_lock(&d->lock);
    if (d->shutdown_code == ~0u)
        d->shutdown_code = arg.reason;
    spin_unlock(&d->lock);
    return 0;
}

static int remote_shutdown(uint64_t gva)
{
    struct sched_remote_shutdown arg;
    struct domain *d;
    int rc;

    if (guest_read(&arg, gva))
        return -EFAULT;
    if (arg.reason > SHUTDOWN_MAX)
        return -EINVAL;
    rc = privilege_target(arg.domain_id, TARGET_BY_CONTROL, &d);
    if (rc)
        return rc;
    domain_shutdown(d, arg.reason);
    domain_put(d);
    return 0;
}

static long poll(uint64_t gva)
{
    uint32_t ports[POLL_PORTS_MAX];
    struct sched_poll arg;

    if (guest_read_as(LAYOUT_sched_poll, &arg, gva))
        return -EFAULT;
    if (arg.nr_ports > POLL_PORTS_MAX)
        return -EINVAL;
    if (guest_copy_from(ports, (uint64_t)arg.ports.p, arg.nr_ports * sizeof(ports[0])))
        return -EFAULT;
    return vcpu_poll(ports, arg.nr_ports, arg.timeout);
}

long do_sched_op(struct hypercall *call)
{
    const uint64_t gva = call->arg[1];

    switch (call->arg[0]) {
    case SCHEDOP_yield:
        vcpu_yield();
        return 0;
    case SCHEDOP_block:
        return block();
    case SCHEDOP_shutdown:
        return shut_down(gva);
    case SCHEDOP_poll:
        return poll(gva);
    case SCHEDOP_remote_shutdown:
        return remote_shutdown(gva);
    case SCHEDOP_shutdown_code:
        return shutdown_code(gva);
    default:
        return -ENOSYS;
    }
}
