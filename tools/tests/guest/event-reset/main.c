/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain with all the ports that there are resets them: 131,071 to close, and interrupts come through all the while.
 * A port that is opened in between, and what is sent on it, stays.
 *
 * machine: smp=1 icount=3
 */
#include <public/errno.h>
#include <public/event_channel.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include "guest.h"

#define PORTS  (EVTCHN_FIFO_NR_CHANNELS - 1)
#define BATCH  64
#define VECTOR 0x40
#define PERIOD 1000000UL /* ns */

#define X2APIC_LVT_TIMER     0x832
#define X2APIC_INITIAL_COUNT 0x838
#define X2APIC_DIVIDE        0x83e
#define LVT_PERIODIC         0x20000

static unsigned int ticks;
static uint64_t last_tick, longest; /* between two ticks */
static evtchn_port_t opened;        /* at the third */

static uint32_t port_status(evtchn_port_t port)
{
    struct evtchn_status arg = {.dom = DOMID_SELF, .port = port};

    return event_channel_op(EVTCHNOP_status, &arg) ? ~0u : arg.status;
}

static void choose_fifo(void)
{
    struct evtchn_init_control init = {.vcpu = 0};

    init.control_gfn = (unsigned long)page_take(1) >> 12;
    if (event_channel_op(EVTCHNOP_init_control, &init))
        test_error("no FIFO layout");
}

/* How many could be. */
static unsigned int open_ports(unsigned int wanted)
{
    static struct multicall_entry batch[BATCH];
    struct evtchn_bind_ipi arg = {.vcpu = 0};
    unsigned int count = 0, before;

    do {
        unsigned int size = min(wanted - count, (unsigned int)BATCH);

        for (unsigned int i = 0; i < size; i++)
            batch[i] = (struct multicall_entry){.op = __HYPERVISOR_event_channel_op,
                                                .args = {EVTCHNOP_bind_ipi, (unsigned long)&arg}};
        if (hypercall2(__HYPERVISOR_multicall, batch, size))
            test_error("no multicall");
        before = count;
        for (unsigned int i = 0; i < size; i++)
            count += !batch[i].result;
    } while (count < wanted && count > before);
    return count;
}

static void tick(void)
{
    uint64_t now = clock_now();
    struct evtchn_bind_ipi ipi = {.vcpu = 0};
    struct evtchn_send send;

    longest = max(longest, now - last_tick);
    last_tick = now;
    if (++ticks == 3 && !event_channel_op(EVTCHNOP_bind_ipi, &ipi)) {
        send.port = opened = ipi.port;
        event_channel_op(EVTCHNOP_send, &send);
    }
    apic_eoi();
}

/* The APIC's timer counts nanoseconds. */
static void ticks_begin(void)
{
    interrupt_handle(VECTOR, tick);
    wrmsr(X2APIC_DIVIDE, 0xb);
    wrmsr(X2APIC_LVT_TIMER, LVT_PERIODIC | VECTOR);
    ticks = 0;
    longest = 0;
    last_tick = clock_now();
    wrmsr(X2APIC_INITIAL_COUNT, PERIOD);
    __asm__ volatile("sti");
}

static void ticks_end(void)
{
    __asm__ volatile("cli");
    wrmsr(X2APIC_INITIAL_COUNT, 0);
}

static void test_all(void)
{
    struct evtchn_reset reset = {.dom = DOMID_SELF};
    uint64_t begin;
    long rc;

    check_equal(open_ports(PORTS + 1), PORTS, "all ports are opened");
    ticks_begin();
    begin = clock_now();
    rc = event_channel_op(EVTCHNOP_reset, &reset);
    ticks_end();
    check_equal(rc, 0, "a reset of all of them");
    note("%lu us, %u ticks, at most %lu us from one to the next", (last_tick - begin) / 1000, ticks, longest / 1000);
    check(ticks > 3, "is interrupted");
    check(longest < 2 * PERIOD, "whenever a tick is due");
}

static void test_after(void)
{
    unsigned int open = 0;

    for (evtchn_port_t port = 1; port <= PORTS; port += port < EVTCHN_2L_NR_CHANNELS ? 1 : 127)
        open += port_status(port) != EVTCHNSTAT_closed;
    check_equal(open, 1, "afterwards they are closed but for one");
    check_equal(port_status(opened), EVTCHNSTAT_ipi, "port %u, which was opened meanwhile", opened);
    check(guest_shared.evtchn_pending[opened / 64] >> opened % 64 & 1, "and which is pending in the 2-level layout");
    check_equal(open_ports(PORTS), EVTCHN_2L_NR_CHANNELS - 2, "as many can be opened as that has");
}

/* Continued in the entry's arguments there. */
static void test_multicall(void)
{
    struct evtchn_reset reset = {.dom = DOMID_SELF};
    struct multicall_entry entry = {.op = __HYPERVISOR_event_channel_op,
                                    .args = {EVTCHNOP_reset, (unsigned long)&reset},
                                    .result = 1};

    choose_fifo();
    open_ports(100000);
    ticks_begin();
    check_equal(hypercall2(__HYPERVISOR_multicall, &entry, 1), 0, "a reset in a multicall");
    ticks_end();
    check_equal(entry.result, 0, "is carried out");
    check(ticks > 3, "and interrupted");
    check_equal(port_status(100000), EVTCHNSTAT_closed, "all the same");
}

static void test_where(void)
{
    struct evtchn_close close = {.port = 1};
    struct evtchn_reset reset = {.dom = DOMID_SELF};

    open_ports(1);
    check_equal(event_channel_op(EVTCHNOP_reset | 1UL << 40, &reset), 0, "a reset from a place where no port is");
    check_equal(event_channel_op(EVTCHNOP_close | 1UL << 6, &close), -XEN_ENOSYS, "others do not go on anywhere");
    check_equal(event_channel_op(EVTCHNOP_close, &close), 0, "and so the port is still open");
}

void test_main(void)
{
    apic_enable();
    clock_map(DOMID_SELF);
    choose_fifo();
    test_all();
    test_after();
    test_multicall();
    test_where();
}
