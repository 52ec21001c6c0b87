/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Event channels in the FIFO layout: switching to it, queues and their order, priorities, masks, and ports that are
 * raised before there is a word for them.
 *
 * machine: smp=1
 */
#include <public/errno.h>
#include <public/event_channel.h>
#include "guest.h"

#define BIT(n)         (1u << (n))
#define WORDS_PER_PAGE 1024

static struct evtchn_fifo_control_block *control;
static event_word_t *words;
static evtchn_port_t head[EVTCHN_FIFO_MAX_QUEUES];

static evtchn_port_t ipi_port(void)
{
    struct evtchn_bind_ipi arg = {.vcpu = 0};

    if (event_channel_op(EVTCHNOP_bind_ipi, &arg))
        test_error("no port");
    return arg.port;
}

static void send(evtchn_port_t port)
{
    struct evtchn_send arg = {.port = port};

    if (event_channel_op(EVTCHNOP_send, &arg))
        test_error("port %u cannot be sent on", port);
}

/* Takes the first event off a queue, as a kernel does; 0 for none. */
static evtchn_port_t take(unsigned int priority)
{
    evtchn_port_t port = head[priority];
    event_word_t old;

    if (!port)
        port = control->head[priority];
    if (!port || !(words[port] & BIT(EVTCHN_FIFO_LINKED)))
        return 0;
    old = __atomic_fetch_and(&words[port], ~(BIT(EVTCHN_FIFO_LINKED) | EVTCHN_FIFO_LINK_MASK), __ATOMIC_SEQ_CST);
    head[priority] = old & EVTCHN_FIFO_LINK_MASK;
    if (!head[priority])
        __atomic_fetch_and(&control->ready, ~BIT(priority), __ATOMIC_SEQ_CST);
    __atomic_fetch_and(&words[port], ~BIT(EVTCHN_FIFO_PENDING), __ATOMIC_SEQ_CST);
    return port;
}

static void test_switch(evtchn_port_t early)
{
    struct evtchn_init_control init = {.vcpu = 0, .offset = 4};
    struct evtchn_expand_array expand;

    init.control_gfn = (unsigned long)control >> 12;
    check_equal(event_channel_op(EVTCHNOP_init_control, &init), -XEN_EINVAL, "a block must be aligned");
    init.offset = 4096 - 64;
    check_equal(event_channel_op(EVTCHNOP_init_control, &init), -XEN_EINVAL, "and within its page");
    init.offset = 0;
    init.vcpu = 5;
    check_equal(event_channel_op(EVTCHNOP_init_control, &init), -XEN_ENOENT, "for a vCPU that is there");
    init.vcpu = 0;
    init.control_gfn = 0xfffffffffUL;
    check_equal(event_channel_op(EVTCHNOP_init_control, &init), -XEN_EINVAL, "in memory that is there");
    init.control_gfn = (unsigned long)control >> 12;
    check_equal(event_channel_op(EVTCHNOP_init_control, &init), 0, "then the layout changes");
    check_equal(init.link_bits, EVTCHN_FIFO_LINK_BITS, "a link has 17 bits");
    check_equal(event_channel_op(EVTCHNOP_init_control, &init), -XEN_EINVAL, "once");

    send(early);
    check(!control->ready, "a port without a word stays unseen");
    expand.array_gfn = (unsigned long)words >> 12;
    check_equal(event_channel_op(EVTCHNOP_expand_array, &expand), 0, "the array gets a page");
    check(words[early] & BIT(EVTCHN_FIFO_PENDING), "now it is pending");
    check_equal(take(EVTCHN_FIFO_PRIORITY_DEFAULT), early, "and on its queue");
}

static void test_order(void)
{
    evtchn_port_t a = ipi_port(), b = ipi_port(), c = ipi_port();
    unsigned int queue = EVTCHN_FIFO_PRIORITY_DEFAULT;

    send(b);
    send(a);
    send(b);
    send(c);
    check(control->ready & BIT(queue), "the queue is announced");
    check_equal(take(queue), b, "first in,");
    check_equal(take(queue), a, "first");
    check_equal(take(queue), c, "out, and a port twice raised is there once");
    check_equal(take(queue), 0, "then the queue is empty");
    send(c);
    check_equal(take(queue), c, "the last one can be the next one");
    send(a);
    send(b);
    take(queue);
    send(a);
    check_equal(take(queue), b, "one that was taken off goes");
    check_equal(take(queue), a, "to the end");
}

static void test_priority(void)
{
    evtchn_port_t a = ipi_port();
    struct evtchn_set_priority arg = {.port = a, .priority = 16};

    check_equal(event_channel_op(EVTCHNOP_set_priority, &arg), -XEN_EINVAL, "there are 16 priorities");
    arg.priority = 2;
    check_equal(event_channel_op(EVTCHNOP_set_priority, &arg), 0, "one can be chosen");
    send(a);
    check_equal(take(EVTCHN_FIFO_PRIORITY_DEFAULT), 0, "the port leaves its old queue");
    check_equal(take(2), a, "for the new one");
    arg.priority = 9;
    send(a);
    event_channel_op(EVTCHNOP_set_priority, &arg);
    send(a);
    check_equal(take(9), 0, "a port on a queue stays there");
    check_equal(take(2), a, "until it is taken off");
    send(a);
    check_equal(take(9), a, "and then moves");
}

static void test_masked(void)
{
    evtchn_port_t a = ipi_port();
    struct evtchn_unmask arg = {.port = a};
    unsigned int queue = EVTCHN_FIFO_PRIORITY_DEFAULT;

    words[a] |= BIT(EVTCHN_FIFO_MASKED);
    send(a);
    check(words[a] & BIT(EVTCHN_FIFO_PENDING), "a masked port becomes pending");
    check_equal(take(queue), 0, "but is not queued");
    check_equal(event_channel_op(EVTCHNOP_unmask, &arg), 0, "unmasking");
    check(!(words[a] & BIT(EVTCHN_FIFO_MASKED)), "clears the mask");
    check_equal(take(queue), a, "and queues it");
}

/* More ports than the first page has words for. */
static void test_second_page(void)
{
    struct evtchn_expand_array expand = {.array_gfn = (unsigned long)words / 4096 + 1};
    evtchn_port_t port;

    do {
        port = ipi_port();
    } while (port < WORDS_PER_PAGE);
    send(port);
    check(!control->ready, "port %u waits for its page", port);
    check_equal(event_channel_op(EVTCHNOP_expand_array, &expand), 0, "which is given");
    check_equal(take(EVTCHN_FIFO_PRIORITY_DEFAULT), port, "and there it is");
}

/* What a guest writes into its own pages must hurt nobody but itself. */
static void test_nonsense(void)
{
    evtchn_port_t a = ipi_port(), b = ipi_port();

    send(a);
    words[a] = ~0u;
    send(b);
    send(a);
    memset(words, 0xff, 8192);
    memset(control, 0xff, 4096);
    send(a);
    send(b);
    memset(words, 0, 8192);
    memset(control, 0, 4096);
    memset(head, 0, sizeof(head));
    send(a);
    check_equal(take(EVTCHN_FIFO_PRIORITY_DEFAULT), a, "after nonsense in all words, queues work again");
}

void test_main(void)
{
    struct evtchn_reset reset = {.dom = DOMID_SELF};
    evtchn_port_t early = ipi_port();

    control = page_take(1);
    words = page_take(2);
    test_switch(early);
    test_order();
    test_priority();
    test_masked();
    test_second_page();
    test_nonsense();
    check_equal(event_channel_op(EVTCHNOP_reset, &reset), 0, "a reset");
    memset(control, 0, 4096);
    send(ipi_port());
    check(!control->ready, "returns to the 2-level layout");
}
