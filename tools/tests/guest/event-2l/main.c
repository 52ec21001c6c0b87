/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Event channels in the 2-level layout: every operation, what it does to the shared page, and each error.
 *
 * machine: smp=1
 */
#include <public/errno.h>
#include <public/event_channel.h>
#include <public/memory.h>
#include <public/sched.h>
#include <public/vcpu.h>
#include "guest.h"

static struct shared_info *shared;

static bool is_pending(evtchn_port_t port)
{
    return shared->evtchn_pending[port / 64] >> (port % 64) & 1;
}

static void clear(evtchn_port_t port)
{
    shared->evtchn_pending[port / 64] &= ~(1UL << (port % 64));
    shared->vcpu_info[0].evtchn_pending_sel = 0;
    shared->vcpu_info[0].evtchn_upcall_pending = 0;
}

static void mask(evtchn_port_t port)
{
    shared->evtchn_mask[port / 64] |= 1UL << (port % 64);
}

static void map_shared(void)
{
    struct xen_add_to_physmap arg = {.domid = DOMID_SELF, .space = XENMAPSPACE_shared_info};

    shared = page_take(1);
    arg.gpfn = (unsigned long)shared >> 12;
    if (memory_op(XENMEM_add_to_physmap, &arg))
        test_error("the shared page cannot be mapped");
}

static long port_close(evtchn_port_t port)
{
    struct evtchn_close arg = {.port = port};

    return event_channel_op(EVTCHNOP_close, &arg);
}

static long port_send(evtchn_port_t port)
{
    struct evtchn_send arg = {.port = port};

    return event_channel_op(EVTCHNOP_send, &arg);
}

static uint32_t port_status(evtchn_port_t port)
{
    struct evtchn_status arg = {.dom = DOMID_SELF, .port = port};

    return event_channel_op(EVTCHNOP_status, &arg) ? ~0u : arg.status;
}

static evtchn_port_t unbound(void)
{
    struct evtchn_alloc_unbound arg = {.dom = DOMID_SELF, .remote_dom = DOMID_SELF};

    check_equal(event_channel_op(EVTCHNOP_alloc_unbound, &arg), 0, "an unbound port can be had");
    return arg.port;
}

static void test_interdomain(void)
{
    evtchn_port_t a = unbound();
    struct evtchn_bind_interdomain bind = {.remote_dom = DOMID_SELF, .remote_port = a};
    struct evtchn_status status = {.dom = DOMID_SELF};

    check_equal(port_status(a), EVTCHNSTAT_unbound, "it is unbound");
    check_equal(port_send(a), 0, "sending on it is no error");
    check_equal(event_channel_op(EVTCHNOP_bind_interdomain, &bind), 0, "it can be bound to");
    check(is_pending(bind.local_port), "the new port is pending at once: nothing sent before is lost");
    check_equal(event_channel_op(EVTCHNOP_bind_interdomain, &bind), -XEN_EINVAL, "but only once");
    status.port = bind.local_port;
    event_channel_op(EVTCHNOP_status, &status);
    check(status.status == EVTCHNSTAT_interdomain && status.u.interdomain.port == a, "it knows its other end");

    clear(bind.local_port);
    check_equal(port_send(a), 0, "one end sends");
    check(is_pending(bind.local_port), "the other end is pending");
    check(shared->vcpu_info[0].evtchn_pending_sel & 1UL << bind.local_port / 64, "its word is announced");
    check(shared->vcpu_info[0].evtchn_upcall_pending, "and so is the upcall");

    check_equal(port_close(bind.local_port), 0, "one end closes");
    check_equal(port_status(bind.local_port), EVTCHNSTAT_closed, "it is closed");
    check(!is_pending(bind.local_port), "and not pending any more");
    check_equal(port_status(a), EVTCHNSTAT_unbound, "the other end is unbound again");
    check_equal(port_close(a), 0, "the other end closes");
    check_equal(port_close(a), -XEN_EINVAL, "a closed port cannot be closed");
    check_equal(port_send(a), -XEN_EINVAL, "nor sent on");
}

static void test_masked(void)
{
    struct evtchn_bind_ipi ipi = {.vcpu = 0};
    struct evtchn_unmask unmask;

    check_equal(event_channel_op(EVTCHNOP_bind_ipi, &ipi), 0, "an IPI port can be had");
    mask(ipi.port);
    clear(ipi.port);
    check_equal(port_send(ipi.port), 0, "it is raised while masked");
    check(is_pending(ipi.port) && !shared->vcpu_info[0].evtchn_upcall_pending, "it is pending, without an upcall");
    unmask.port = ipi.port;
    check_equal(event_channel_op(EVTCHNOP_unmask, &unmask), 0, "it is unmasked");
    check(shared->vcpu_info[0].evtchn_upcall_pending, "and now announced");
    clear(ipi.port);
    port_close(ipi.port);
}

static void test_virq(void)
{
    struct evtchn_bind_virq virq = {.virq = VIRQ_TIMER, .vcpu = 0};
    struct vcpu_set_singleshot_timer timer = {.timeout_abs_ns = 1};
    struct sched_poll poll = {.nr_ports = 1};
    evtchn_port_t port;

    check_equal(event_channel_op(EVTCHNOP_bind_virq, &virq), 0, "the timer's virq can be bound");
    port = virq.port;
    check_equal(event_channel_op(EVTCHNOP_bind_virq, &virq), -XEN_EEXIST, "once");
    mask(port);
    check_equal(vcpu_op(VCPUOP_set_singleshot_timer, 0, &timer), 0, "a time that has passed can be set");
    poll.ports.p = &port;
    check_equal(sched_op(SCHEDOP_poll, &poll), 0, "and waited for");
    check(is_pending(port), "the timer has fired");
    clear(port);
    timer.timeout_abs_ns = 0;
    check_equal(vcpu_op(VCPUOP_set_singleshot_timer, 0, &timer), 0, "the beginning of time is past, too");
    check_equal(sched_op(SCHEDOP_poll, &poll), 0, "and what waits for it");
    check(is_pending(port), "is woken");
    timer.flags = VCPU_SSHOTTMR_future;
    check_equal(vcpu_op(VCPUOP_set_singleshot_timer, 0, &timer), -XEN_ETIME, "unless only the future will do");
    clear(port);
    port_close(port);

    virq.virq = NR_VIRQS;
    check_equal(event_channel_op(EVTCHNOP_bind_virq, &virq), -XEN_EINVAL, "there is no virq 24");
    virq.virq = VIRQ_TIMER;
    virq.vcpu = 99;
    check_equal(event_channel_op(EVTCHNOP_bind_virq, &virq), -XEN_ENOENT, "nor a vCPU 99");
    virq.virq = VIRQ_DOM_EXC;
    virq.vcpu = 1;
    check_equal(event_channel_op(EVTCHNOP_bind_virq, &virq), -XEN_EINVAL, "the host's virqs bind to vCPU 0");
}

static void test_poll(void)
{
    evtchn_port_t a = unbound(), none = 4000;
    struct sched_poll poll = {.nr_ports = 1, .timeout = 1};

    poll.ports.p = &a;
    mask(a);
    check_equal(sched_op(SCHEDOP_poll, &poll), 0, "a poll whose time is over returns");
    poll.ports.p = &none;
    check_equal(sched_op(SCHEDOP_poll, &poll), -XEN_EINVAL, "a port that is not there cannot be polled");
    poll.nr_ports = 129;
    check_equal(sched_op(SCHEDOP_poll, &poll), -XEN_EINVAL, "nor 129 of them");
    port_close(a);
}

static void test_errors(void)
{
    struct evtchn_alloc_unbound alloc = {.dom = 1234, .remote_dom = DOMID_SELF};
    struct evtchn_bind_interdomain bind = {.remote_dom = 1234, .remote_port = 1};
    struct evtchn_bind_vcpu move = {.port = 0, .vcpu = 0};
    struct evtchn_set_priority priority = {.port = 1, .priority = 3};
    struct evtchn_expand_array expand = {.array_gfn = 1};
    struct evtchn_bind_ipi ipi = {.vcpu = 7};

    check_equal(event_channel_op(EVTCHNOP_alloc_unbound, &alloc), -XEN_ESRCH, "no port of no domain");
    check_equal(event_channel_op(EVTCHNOP_bind_interdomain, &bind), -XEN_ESRCH, "no channel to no domain");
    check_equal(event_channel_op(EVTCHNOP_bind_vcpu, &move), -XEN_EINVAL, "port 0 is none");
    check_equal(event_channel_op(EVTCHNOP_bind_ipi, &ipi), -XEN_ENOENT, "no IPI to no vCPU");
    check_equal(port_close(0), -XEN_EINVAL, "port 0 is not to be closed");
    check_equal(port_send(~0u), -XEN_EINVAL, "the last port is not there");
    check_equal(event_channel_op(EVTCHNOP_set_priority, &priority), -XEN_ENOSYS, "there are no priorities here");
    check_equal(event_channel_op(EVTCHNOP_expand_array, &expand), -XEN_EINVAL, "and no array");
    check_equal(event_channel_op(99, &expand), -XEN_ENOSYS, "an operation that is not there");
    check_equal(event_channel_op(EVTCHNOP_bind_pirq, &expand), -XEN_ENOSYS, "or not offered");
    check_equal(event_channel_op(EVTCHNOP_send, 0x800000000000UL), -XEN_EFAULT, "an address that cannot be");
}

/* All ports that the layout has, less port 0: and then no more, and then all free again. */
static void test_exhaustion(void)
{
    struct evtchn_alloc_unbound arg = {.dom = DOMID_SELF, .remote_dom = DOMID_SELF};
    struct evtchn_reset reset = {.dom = DOMID_SELF};
    unsigned int count = 0;
    long rc;

    while ((rc = event_channel_op(EVTCHNOP_alloc_unbound, &arg)) == 0)
        count++;
    check_equal(rc, -XEN_ENOSPC, "ports run out");
    check_equal(count, EVTCHN_2L_NR_CHANNELS - 1, "when all of the bitmap is in use");
    check_equal(port_close(77), 0, "one is closed");
    check_equal(event_channel_op(EVTCHNOP_alloc_unbound, &arg), 0, "and can be had again");
    check_equal(arg.port, 77, "it is the same");
    check_equal(event_channel_op(EVTCHNOP_reset, &reset), 0, "a reset");
    check_equal(port_status(77), EVTCHNSTAT_closed, "closes all of them");
}

void test_main(void)
{
    map_shared();
    test_interdomain();
    test_masked();
    test_virq();
    test_poll();
    test_errors();
    test_exhaustion();
}
