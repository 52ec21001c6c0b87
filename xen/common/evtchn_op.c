/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * event_channel_op(command | next << 6, argument): a row for each operation; the work is done in
 * event/.  What is above the command's six bits is where a long operation goes on, and must be zero
 * for the others.
 */
#include <public/event_channel.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/event.h>
#include <xen/guest_access.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/nospec.h>
#include <xen/privilege.h>
#include <xen/sched.h>

#define OP_BITS 6
#define OP_MASK ((1u << OP_BITS) - 1)

union evtchn_arg {
    struct evtchn_alloc_unbound alloc_unbound;
    struct evtchn_bind_interdomain bind_interdomain;
    struct evtchn_bind_virq bind_virq;
    struct evtchn_bind_ipi bind_ipi;
    struct evtchn_close close;
    struct evtchn_send send;
    struct evtchn_status status;
    struct evtchn_bind_vcpu bind_vcpu;
    struct evtchn_unmask unmask;
    struct {
        struct evtchn_reset reset;
        evtchn_port_t next; /* not in the guest's memory */
    };
    struct evtchn_init_control init_control;
    struct evtchn_expand_array expand_array;
    struct evtchn_set_priority set_priority;
};

/* d: the caller.  Results go into the argument. */
typedef int evtchn_fn(struct domain *d, union evtchn_arg *arg);

static int alloc_unbound(struct domain *d, union evtchn_arg *arg)
{
    struct evtchn_alloc_unbound *a = &arg->alloc_unbound;
    domid_t remote = a->remote_dom == DOMID_SELF ? d->domain_id : a->remote_dom;
    struct domain *target;
    int rc = privilege_target(a->dom, TARGET_SELF_OR_BY_CONTROL, &target);

    if (rc)
        return rc;
    rc = event_alloc_unbound(target, remote, &a->port);
    domain_put(target);
    return rc;
}

/* No privilege is asked for: the other side has said whom it waits for. */
static int bind_interdomain(struct domain *d, union evtchn_arg *arg)
{
    struct evtchn_bind_interdomain *a = &arg->bind_interdomain;
    struct domain *remote;
    int rc = privilege_target(a->remote_dom, TARGET_BY_ANYONE, &remote);

    if (rc)
        return rc;
    rc = event_bind_interdomain(d, remote, a->remote_port, &a->local_port);
    domain_put(remote);
    return rc;
}

static int bind_virq(struct domain *d, union evtchn_arg *arg)
{
    return event_bind_virq(d, arg->bind_virq.virq, arg->bind_virq.vcpu, &arg->bind_virq.port);
}

static int bind_ipi(struct domain *d, union evtchn_arg *arg)
{
    return event_bind_ipi(d, arg->bind_ipi.vcpu, &arg->bind_ipi.port);
}

static int close(struct domain *d, union evtchn_arg *arg)
{
    return event_close(d, arg->close.port);
}

static int send(struct domain *d, union evtchn_arg *arg)
{
    return event_send(d, arg->send.port);
}

static int status(struct domain *d, union evtchn_arg *arg)
{
    struct domain *target;
    int rc = privilege_target(arg->status.dom, TARGET_SELF_OR_BY_CONTROL, &target);

    if (rc)
        return rc;
    rc = event_status(target, &arg->status);
    domain_put(target);
    return rc;
}

static int bind_vcpu(struct domain *d, union evtchn_arg *arg)
{
    return event_bind_vcpu(d, arg->bind_vcpu.port, arg->bind_vcpu.vcpu);
}

static int unmask(struct domain *d, union evtchn_arg *arg)
{
    return event_unmask(d, arg->unmask.port);
}

static int reset(struct domain *d, union evtchn_arg *arg)
{
    struct domain *target;
    int rc = privilege_target(arg->reset.dom, TARGET_SELF_OR_BY_CONTROL, &target);

    if (rc)
        return rc;
    rc = event_reset(target, &arg->next);
    domain_put(target);
    return rc;
}

static int init_control(struct domain *d, union evtchn_arg *arg)
{
    struct evtchn_init_control *a = &arg->init_control;

    a->link_bits = EVTCHN_FIFO_LINK_BITS;
    return event_fifo_init_control(d, a->vcpu, a->control_gfn, a->offset);
}

static int expand_array(struct domain *d, union evtchn_arg *arg)
{
    return event_fifo_expand_array(d, arg->expand_array.array_gfn);
}

static int set_priority(struct domain *d, union evtchn_arg *arg)
{
    return event_fifo_set_priority(d, arg->set_priority.port, arg->set_priority.priority);
}

struct evtchn_row {
    evtchn_fn *fn;
    uint8_t size;    /* of the argument */
    bool has_result; /* the argument is stored back on success */
    bool is_long;    /* may be continued */
};

#define ROW(name)                                 \
    {                                             \
        name, sizeof(struct evtchn_##name), false \
    }
#define ROW_RESULT(name)                         \
    {                                            \
        name, sizeof(struct evtchn_##name), true \
    }

static const struct evtchn_row table[] = {
    [EVTCHNOP_bind_interdomain] = ROW_RESULT(bind_interdomain),
    [EVTCHNOP_bind_virq] = ROW_RESULT(bind_virq),
    [EVTCHNOP_close] = ROW(close),
    [EVTCHNOP_send] = ROW(send),
    [EVTCHNOP_status] = ROW_RESULT(status),
    [EVTCHNOP_alloc_unbound] = ROW_RESULT(alloc_unbound),
    [EVTCHNOP_bind_ipi] = ROW_RESULT(bind_ipi),
    [EVTCHNOP_bind_vcpu] = ROW(bind_vcpu),
    [EVTCHNOP_unmask] = ROW(unmask),
    [EVTCHNOP_reset] = {reset, sizeof(struct evtchn_reset), .is_long = true},
    [EVTCHNOP_init_control] = ROW_RESULT(init_control),
    [EVTCHNOP_expand_array] = ROW(expand_array),
    [EVTCHNOP_set_priority] = ROW(set_priority),
};

long do_event_channel_op(struct hypercall *call)
{
    const uint64_t op = call->arg[0] & OP_MASK, next = call->arg[0] >> OP_BITS,
                   gva = call->arg[1];
    const struct evtchn_row *row;
    union evtchn_arg arg = {.next = min(next, (uint64_t)EVTCHN_FIFO_NR_CHANNELS)};
    int rc;

    if (op >= ARRAY_SIZE(table))
        return -ENOSYS;
    row = &table[index_clamp(op, ARRAY_SIZE(table))];
    if (!row->fn || (next && !row->is_long))
        return -ENOSYS;
    if (guest_copy_from(&arg, gva, row->size))
        return -EFAULT;
    rc = row->fn(current->domain, &arg);
    if (rc == -ERESTART)
        call->arg[0] = op | (uint64_t)arg.next << OP_BITS;
    if (!rc && row->has_result && guest_copy_to(gva, &arg, row->size))
        return -EFAULT;
    return rc;
}
