/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hypervisor's console as dom0 sees it: what was said can be read, in pieces and without gaps, and VIRQ_CON_RING
 * tells that something was said, by the hypervisor or by dom0.
 *
 * machine: smp=1
 */
#include <public/errno.h>
#include <public/event_channel.h>
#include <public/memory.h>
#include <public/sched.h>
#include <public/sysctl.h>
#include "guest.h"

static struct shared_info *shared;
static evtchn_port_t port;

static void map_shared(void)
{
    struct xen_add_to_physmap arg = {.domid = DOMID_SELF, .space = XENMAPSPACE_shared_info};

    shared = page_take(1);
    arg.gpfn = (unsigned long)shared >> 12;
    if (memory_op(XENMEM_add_to_physmap, &arg))
        test_error("the shared page cannot be mapped");
}

/* Masked: it is looked for, not delivered. */
static void bind(void)
{
    struct evtchn_bind_virq virq = {.virq = VIRQ_CON_RING, .vcpu = 0};

    check_equal(event_channel_op(EVTCHNOP_bind_virq, &virq), 0, "the virq can be bound");
    port = virq.port;
    shared->evtchn_mask[port / 64] |= 1UL << (port % 64);
}

static bool take_event(void)
{
    unsigned long bit = 1UL << (port % 64);

    return __atomic_fetch_and(&shared->evtchn_pending[port / 64], ~bit, __ATOMIC_SEQ_CST) & bit;
}

/* Returns when the port is pending; the machine's time limit ends a test where it never is. */
static void await_event(void)
{
    struct sched_poll poll = {.nr_ports = 1};

    poll.ports.p = &port;
    while (!take_event())
        sched_op(SCHEDOP_poll, &poll);
}

static long press(char key)
{
    struct xen_sysctl op = {.cmd = XEN_SYSCTL_debug_keys, .interface_version = XEN_SYSCTL_INTERFACE_VERSION};

    op.u.debug_keys.keys.p = &key;
    op.u.debug_keys.nr_keys = 1;
    return sysctl(&op);
}

/* The next piece of the ring; index is kept between calls. */
static uint32_t ring_read(char *text, uint32_t size, uint32_t *index)
{
    struct xen_sysctl op = {.cmd = XEN_SYSCTL_readconsole, .interface_version = XEN_SYSCTL_INTERFACE_VERSION};

    op.u.readconsole.incremental = 1;
    op.u.readconsole.index = *index;
    op.u.readconsole.buffer.p = text;
    op.u.readconsole.count = size - 1;
    if (sysctl(&op))
        test_error("the ring cannot be read");
    *index = op.u.readconsole.index;
    text[op.u.readconsole.count] = '\0';
    return op.u.readconsole.count;
}

static uint32_t skip_all(uint32_t index)
{
    static char text[4096];

    while (ring_read(text, sizeof(text), &index))
        continue;
    return index;
}

static void test_event(void)
{
    static char text[8192];
    uint32_t index = skip_all(0);

    take_event();
    check_equal(press('h'), 0, "a key is pressed");
    await_event();
    check(true, "what it says is announced");
    ring_read(text, sizeof(text), &index);
    check(strstr(text, "show this list") != NULL, "and can be read");
    index = skip_all(index);
    take_event();
    note("a word of dom0's");
    await_event();
    ring_read(text, sizeof(text), &index);
    check(strstr(text, "a word of dom0's") != NULL, "dom0's own words come the same way");
}

static void test_pieces(void)
{
    static char whole[2048], parts[2048];
    uint32_t start = skip_all(0), index = start, length = 0;

    press('h');
    while (length < sizeof(parts) - 8 && ring_read(parts + length, 8, &index))
        length = strlen(parts);
    index = start;
    ring_read(whole, length + 1, &index);
    check(length > 100 && !strcmp(whole, parts), "pieces of seven bytes make up the whole");
}

static void test_errors(void)
{
    struct xen_sysctl op = {.cmd = XEN_SYSCTL_readconsole, .interface_version = XEN_SYSCTL_INTERFACE_VERSION};

    op.u.readconsole.buffer.p = (char *)0x800000000000UL;
    op.u.readconsole.count = 1;
    check_equal(sysctl(&op), -XEN_EFAULT, "nothing is read to an address that cannot be");
    op.cmd = XEN_SYSCTL_debug_keys;
    op.u.debug_keys.keys.p = (char *)0x800000000000UL;
    op.u.debug_keys.nr_keys = 1;
    check_equal(sysctl(&op), -XEN_EFAULT, "nor a key found there");
    check_equal(press('~'), 0, "a key that does nothing is no error");
    check_equal(hypercall3(__HYPERVISOR_console_io, CONSOLEIO_write, 1, 0x800000000000UL), -XEN_EFAULT,
                "nor is anything written from there");
    check_equal(hypercall3(__HYPERVISOR_console_io, CONSOLEIO_write, 0, 0x800000000000UL), 0, "unless it is nothing");
    check_equal(hypercall3(__HYPERVISOR_console_io, CONSOLEIO_read, 16, page_take(1)), 0, "no key was typed");
    check_equal(hypercall3(__HYPERVISOR_console_io, 99, 0, 0), -XEN_ENOSYS, "there is no console_io 99");
}

void test_main(void)
{
    map_shared();
    bind();
    test_event();
    test_pieces();
    test_errors();
}
