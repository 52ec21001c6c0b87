/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The FIFO layout of event channels.  The guest's pages are in plain memory; its side of the
 * protocol is played here, honestly, by several CPUs at once, or by one that scribbles over
 * everything it owns.
 */
// Sources: common/event/*.c common/memory/frames.c
#include "event_fixture.h"

#define GFNS        256 /* of domain 1, the only one with memory */
#define GFN_CONTROL 200 /* control blocks lie from here on, pages of words from 0 */
#define GFN_ABSENT  255
#define MEMORY      GB(1)

#define PENDING   (1u << EVTCHN_FIFO_PENDING)
#define MASKED    (1u << EVTCHN_FIFO_MASKED)
#define LINKED    (1u << EVTCHN_FIFO_LINKED)
#define LINK_MASK ((uint32_t)EVTCHN_FIFO_LINK_MASK)

static p2m_type_t gfn_type[GFNS];
static unsigned int references; /* to all pages */
static struct domain *d;

struct page_info *p2m_get_page(struct domain *owner, gfn_t gfn, p2m_type_t *type, bool is_write)
{
    CHECK(is_write);
    if (gfn_x(gfn) >= GFNS || gfn_type[gfn_x(gfn)] == p2m_invalid)
        return NULL;
    *type = gfn_type[gfn_x(gfn)];
    references++;
    return mfn_to_page(mfn_add(maddr_to_mfn(MEMORY), gfn_x(gfn)));
}

void page_put(struct page_info *pg)
{
    CHECK(references > 0);
    references--;
}

/* What happens at the end of the nth operation on a port from now, when its locks are free. */
static void (*other_vcpu)(void);
static unsigned int puts_until;

void domain_put(struct domain *dom)
{
    atomic_dec_return(&dom->refcount);
    if (puts_until && --puts_until == 0)
        other_vcpu();
}

/* --- the guest --- */

static void *guest_page(unsigned int gfn)
{
    return maddr_to_virt(MEMORY + ((paddr_t)gfn << PAGE_SHIFT));
}

static uint32_t *word(evtchn_port_t port)
{
    return (uint32_t *)guest_page(port / 1024) + port % 1024;
}

/* Each block at another place of its page. */
static struct evtchn_fifo_control_block *control(unsigned int vcpu)
{
    return (void *)((char *)guest_page(GFN_CONTROL + vcpu) + 72 * vcpu);
}

static int give_control(unsigned int vcpu)
{
    return event_fifo_init_control(d, vcpu, GFN_CONTROL + vcpu, 72 * vcpu);
}

static void make_guest(unsigned int vcpus)
{
    host_add_ram(MEMORY, MEMORY + MB(128));
    d = make_domain(1, vcpus, EVTCHN_FIFO_NR_CHANNELS - 1);
    for (unsigned int i = 0; i < GFN_ABSENT; i++)
        gfn_type[i] = p2m_ram_rw;
}

/* As a guest begins: control blocks for all, one page of words. */
static void make_fifo_guest(unsigned int vcpus)
{
    make_guest(vcpus);
    for (unsigned int v = 0; v < vcpus; v++)
        CHECK_EQ(give_control(v), 0);
    CHECK_EQ(event_fifo_expand_array(d, 0), 0);
}

/* What a vCPU of the guest remembers between looks. */
struct reader {
    unsigned int vcpu;
    uint32_t ready;
    evtchn_port_t head[EVTCHN_FIFO_MAX_QUEUES];
};

/* Takes the port off its queue; its link. */
static evtchn_port_t unlink(uint32_t *w)
{
    uint32_t old = READ_ONCE(*w), seen;

    while ((seen = cmpxchg(w, old, old & ~(LINKED | LINK_MASK))) != old)
        old = seen;
    return old & LINK_MASK;
}

/* The next port of the first queue that has any, off its queue; 0: nothing is queued. */
static evtchn_port_t guest_next(struct reader *r)
{
    struct evtchn_fifo_control_block *c = control(r->vcpu);
    unsigned int queue;
    evtchn_port_t port;

    r->ready |= xchg(&c->ready, 0);
    if (!r->ready)
        return 0;
    queue = (unsigned int)__builtin_ctz(r->ready);
    if (!r->head[queue])
        r->head[queue] = READ_ONCE(c->head[queue]);
    port = r->head[queue];
    if (!port) {
        r->ready &= ~(1u << queue);
        return guest_next(r);
    }
    r->head[queue] = unlink(word(port));
    if (!r->head[queue])
        r->ready &= ~(1u << queue);
    return port;
}

/* Sees to the port, unless it is masked or was seen to already. */
static bool guest_handle(evtchn_port_t port)
{
    uint32_t old = READ_ONCE(*word(port));

    if (!(old & PENDING) || (old & MASKED))
        return false;
    __atomic_fetch_and(word(port), ~PENDING, __ATOMIC_SEQ_CST);
    return true;
}

/* The ports that a vCPU finds are these, in this order. */
#define CHECK_FINDS(who, ...)                                       \
    do {                                                            \
        const evtchn_port_t wanted_[] = {__VA_ARGS__};              \
        struct reader *r_ = (who);                                  \
        for (unsigned int i_ = 0; i_ < ARRAY_SIZE(wanted_); i_++) { \
            CHECK_EQ(guest_next(r_), wanted_[i_]);                  \
            guest_handle(wanted_[i_]);                              \
        }                                                           \
        CHECK_EQ(guest_next(r_), 0);                                \
    } while (0)

static void send(evtchn_port_t port)
{
    CHECK_EQ(event_send(d, port), 0);
}

/* --- giving pages --- */

UNIT_TEST(control_errors,
          "A control block that cannot be is refused, and no page stays referenced.")
{
    struct event_vcpu *ev;

    make_guest(2);
    ev = d->vcpu[0]->event;
    gfn_type[210] = p2m_ram_ro;
    gfn_type[211] = p2m_map_foreign;
    gfn_type[212] = p2m_grant_map_rw;
    CHECK_EQ(event_fifo_init_control(d, 2, 200, 0), -ENOENT);
    CHECK_EQ(event_fifo_init_control(d, ~0u, 200, 0), -ENOENT);
    CHECK_EQ(event_fifo_init_control(d, 0, 200, 4), -EINVAL);
    CHECK_EQ(event_fifo_init_control(d, 0, 200, PAGE_SIZE - 64), -EINVAL);
    CHECK_EQ(event_fifo_init_control(d, 0, 200, PAGE_SIZE), -EINVAL);
    CHECK_EQ(event_fifo_init_control(d, 0, 200, ~7u), -EINVAL);
    CHECK_EQ(event_fifo_init_control(d, 0, GFN_ABSENT, 0), -EINVAL);
    CHECK_EQ(event_fifo_init_control(d, 0, ~0ULL, 0), -EINVAL);
    for (unsigned int gfn = 210; gfn <= 212; gfn++)
        CHECK_EQ(event_fifo_init_control(d, 0, gfn, 0), -EINVAL);
    host_fail_allocation(1);
    CHECK_EQ(event_fifo_init_control(d, 0, 200, 0), -ENOMEM);
    CHECK_EQ(references, 0);
    CHECK(!d->event->fifo && !ev->control);

    CHECK_EQ(event_fifo_init_control(d, 0, 200, PAGE_SIZE - 72), 0); /* the last place */
    CHECK_EQ(event_fifo_init_control(d, 0, 201, 0), -EINVAL);        /* once is enough */
    CHECK_EQ(references, 1);
    CHECK_EQ(event_domain_destroy(d), 0);
    CHECK_EQ(references, 0);
    CHECK_EQ(event_fifo_init_control(d, 1, 200, 0), -EINVAL); /* dying */
    CHECK_EQ(references, 0);
}

UNIT_TEST(
    array_errors,
    "Pages of words are taken only from a domain in this layout, and no more than there are ports.")
{
    make_guest(1);
    CHECK_EQ(event_fifo_expand_array(d, 0), -EINVAL);
    CHECK_EQ(give_control(0), 0);
    CHECK_EQ(event_fifo_expand_array(d, GFN_ABSENT), -EINVAL);
    gfn_type[3] = p2m_ram_ro;
    CHECK_EQ(event_fifo_expand_array(d, 3), -EINVAL);
    CHECK_EQ(references, 1);
    for (unsigned int i = 0; i < EVTCHN_FIFO_NR_CHANNELS / 1024; i++)
        CHECK_EQ(event_fifo_expand_array(d, 4 + i), 0);
    CHECK_EQ(event_fifo_expand_array(d, 4), -ENOSPC);
    CHECK_EQ(references, 1 + EVTCHN_FIFO_NR_CHANNELS / 1024);
    CHECK_EQ(event_domain_destroy(d), 0);
    CHECK_EQ(references, 0);
    CHECK_EQ(event_fifo_expand_array(d, 0), -EINVAL);
    CHECK_EQ(references, 0);
}

UNIT_TEST(all_ports,
          "All 131,071 ports can be opened, and the last one is raised in the last page.")
{
    evtchn_port_t port;

    make_fifo_guest(1);
    for (unsigned int i = 1; i < EVTCHN_FIFO_NR_CHANNELS / 1024; i++)
        CHECK_EQ(event_fifo_expand_array(d, i), 0);
    for (unsigned int i = 1; i < EVTCHN_FIFO_NR_CHANNELS; i++)
        CHECK_EQ(ipi(d, 0), i);
    CHECK_EQ(event_bind_ipi(d, 0, &port), -ENOSPC);
    send(EVTCHN_FIFO_NR_CHANNELS - 1);
    CHECK_FINDS(&(struct reader){0}, EVTCHN_FIFO_NR_CHANNELS - 1);
    reset_all(d);
    CHECK_EQ(references, 0);
}

/* --- queues --- */

UNIT_TEST(order,
          "Ports are queued as they come, by priority; the vCPU is told once until it looks.")
{
    make_fifo_guest(1);
    for (unsigned int i = 1; i <= 6; i++)
        CHECK_EQ(ipi(d, 0), i);
    CHECK_EQ(event_fifo_set_priority(d, 5, EVTCHN_FIFO_PRIORITY_MAX), 0);
    CHECK_EQ(event_fifo_set_priority(d, 6, EVTCHN_FIFO_PRIORITY_MIN), 0);
    CHECK_EQ(event_fifo_set_priority(d, 6, EVTCHN_FIFO_PRIORITY_MIN + 1), -EINVAL);
    CHECK_EQ(event_fifo_set_priority(d, 7, 0), -EINVAL);
    for (unsigned int i = 0; i < 6; i++)
        send((evtchn_port_t[]){6, 3, 1, 5, 2, 3}[i]);
    CHECK_EQ(upcalls[1][0], 1);
    CHECK_EQ(poll_notices, 5); /* 3 was pending already */
    CHECK_EQ(control(0)->ready, 1u << 0 | 1u << 7 | 1u << 15);
    CHECK_FINDS(&(struct reader){0}, 5, 3, 1, 2, 6);
}

UNIT_TEST(masks, "A masked port is not queued, nor told of; unmasking queues it if it is pending.")
{
    struct reader r = {0};

    make_fifo_guest(1);
    ipi(d, 0);
    ipi(d, 0);
    *word(1) = MASKED;
    send(1);
    CHECK_EQ(*word(1), MASKED | PENDING);
    CHECK_EQ(upcalls[1][0], 0);
    CHECK(event_port_is_pending(d, 1));
    send(2);
    CHECK_FINDS(&r, 2);
    CHECK_EQ(event_unmask(d, 1), 0);
    CHECK_FINDS(&r, 1);
    *word(1) = MASKED;
    CHECK_EQ(event_unmask(d, 1), 0); /* with nothing pending */
    CHECK_EQ(*word(1), 0);
    CHECK_EQ(guest_next(&r), 0);
    send(1);
    *word(1) |= MASKED; /* once queued, the guest finds it, and does not see to it */
    CHECK_EQ(guest_next(&r), 1);
    CHECK(!guest_handle(1));
    CHECK_EQ(event_unmask(d, 1), 0);
    CHECK_FINDS(&r, 1);
}

UNIT_TEST(back_after_tail,
          "A port that the guest took off, and that was the last, begins its queue anew.")
{
    struct reader r = {0};

    make_fifo_guest(1);
    for (unsigned int i = 1; i <= 3; i++)
        ipi(d, 0);
    send(1);
    CHECK_FINDS(&r, 1);
    send(1);
    send(2);
    CHECK_EQ(guest_next(&r), 1);
    send(1); /* behind 2 by now; still pending, as the guest has not seen to it */
    send(3);
    CHECK_FINDS(&r, 2, 1, 3);
}

UNIT_TEST(
    moved_while_queued,
    "A port whose vCPU or priority changes stays where it is queued, and goes elsewhere next time.")
{
    struct reader r[2] = {{0}, {1}};
    evtchn_port_t peer;

    make_fifo_guest(2);
    CHECK_EQ(connect(d, d, &peer), 1);
    ipi(d, 0);
    guest_handle(guest_next(&r[0])); /* the binding's own event at port 2 */
    send(peer);
    CHECK_EQ(event_bind_vcpu(d, 1, 1), 0);
    CHECK_EQ(event_fifo_set_priority(d, 1, 3), 0);
    send(peer);
    CHECK_EQ(guest_next(&r[1]), 0);
    CHECK_FINDS(&r[0], 1);
    send(peer);
    send(3);
    CHECK_FINDS(&r[0], 3);
    CHECK_EQ(upcalls[1][1], 1);
    CHECK_EQ(control(1)->ready, 1u << 3);
    CHECK_FINDS(&r[1], 1);
}

UNIT_TEST(reopened_while_queued,
          "A port that is closed and opened again while it is queued is queued once.")
{
    struct reader r = {0};

    make_fifo_guest(1);
    ipi(d, 0);
    ipi(d, 0);
    send(1);
    send(2);
    CHECK_EQ(event_close(d, 1), 0);
    CHECK(!event_port_is_pending(d, 1));
    CHECK_EQ(ipi(d, 0), 1);
    send(1);
    CHECK_FINDS(&r, 1, 2);
    send(1);
    CHECK_FINDS(&r, 1);
}

/* --- before there are pages --- */

UNIT_TEST(deferred,
          "Events for ports without a word wait for its page, unless the port is closed before.")
{
    struct reader r = {0};

    make_guest(1);
    CHECK_EQ(give_control(0), 0);
    for (unsigned int i = 1; i <= 3; i++)
        ipi(d, 0);
    send(1);
    send(3);
    CHECK(event_port_is_pending(d, 1) && !event_port_is_pending(d, 2));
    CHECK_EQ(event_close(d, 3), 0);
    CHECK_EQ(ipi(d, 0), 3);
    CHECK_EQ(upcalls[1][0], 0);
    CHECK_EQ(event_unmask(d, 1), 0);
    CHECK_EQ(event_fifo_expand_array(d, 0), 0);
    CHECK_EQ(upcalls[1][0], 1);
    CHECK_FINDS(&r, 1);
}

UNIT_TEST(from_2l,
          "What is pending when a domain leaves the 2-level layout is pending in the new one.")
{
    struct reader r = {0};

    make_guest(1);
    for (unsigned int i = 1; i <= 3; i++)
        ipi(d, 0);
    send(2);
    CHECK_EQ(give_control(0), 0);
    CHECK(event_port_is_pending(d, 2) && !event_port_is_pending(d, 1));
    CHECK_EQ(event_fifo_expand_array(d, 0), 0);
    CHECK_FINDS(&r, 2);
}

UNIT_TEST(control_later,
          "What was queued for a vCPU before it gave its control block is found in that.")
{
    struct reader r = {.vcpu = 1};

    make_guest(2);
    CHECK_EQ(give_control(0), 0);
    CHECK_EQ(event_fifo_expand_array(d, 0), 0);
    ipi(d, 1);
    ipi(d, 1);
    send(2);
    send(1);
    d->vcpu[1]->vcpu_info->evtchn_upcall_pending = 0;
    upcalls[1][1] = 0;
    CHECK_EQ(give_control(1), 0);
    CHECK_EQ(upcalls[1][1], 1);
    CHECK_FINDS(&r, 2, 1);
}

UNIT_TEST(vcpu_later, "A vCPU made after the domain chose this layout gets its events, too.")
{
    struct reader r = {.vcpu = 1};

    make_fifo_guest(1);
    add_vcpu(d, 1);
    ipi(d, 1);
    send(1);
    CHECK_EQ(give_control(1), 0);
    CHECK_FINDS(&r, 1);
}

/* --- the end --- */

UNIT_TEST(reset, "A reset returns pages and layout; afterwards all begins anew.")
{
    struct reader r = {0};
    struct evtchn_status s;

    make_fifo_guest(2);
    ipi(d, 0);
    ipi(d, 1);
    send(1);
    send(2);
    reset_all(d);
    CHECK_EQ(references, 0);
    CHECK_EQ(status_of(d, 1, &s), EVTCHNSTAT_closed);
    CHECK_EQ(ipi(d, 0), 1);
    send(1);
    CHECK(test_bit(1, d->shared_info->evtchn_pending));
    memset(guest_page(0), 0, PAGE_SIZE);
    memset(control(0), 0, sizeof(*control(0)));
    CHECK_EQ(give_control(0), 0);
    CHECK_EQ(event_fifo_expand_array(d, 0), 0);
    CHECK_FINDS(&r, 1);
}

static void open_and_send(void)
{
    evtchn_port_t port;

    while (!event_bind_ipi(d, 0, &port))
        send(port);
}

UNIT_TEST(opened_during_reset,
          "Ports that another vCPU opens during a reset are such as the 2-level layout has.")
{
    evtchn_port_t highest = 0;
    struct evtchn_status s;

    make_fifo_guest(1);
    for (unsigned int i = 1; i <= 5000; i++)
        ipi(d, 0);
    other_vcpu = open_and_send;
    puts_until = 5119; /* all rows' ports are closed */
    reset_all(d);
    CHECK_EQ(puts_until, 0);
    CHECK_EQ(references, 0);
    for (evtchn_port_t port = 1; event_port_is_valid(d, port); port++)
        if (status_of(d, port, &s) == EVTCHNSTAT_ipi)
            highest = port;
    CHECK_EQ(highest, EVTCHN_2L_NR_CHANNELS - 1);
    send(highest);
    CHECK(test_bit(highest, d->shared_info->evtchn_pending));
}

static unsigned int count_open(void)
{
    unsigned int count = 0;
    struct evtchn_status s;

    for (evtchn_port_t port = 1; event_port_is_valid(d, port); port++)
        count += status_of(d, port, &s) != EVTCHNSTAT_closed;
    return count;
}

UNIT_TEST(reset_preempted,
          "A reset of many ports stops after each row when something is due, and goes on there.")
{
    evtchn_port_t next = 0, at = 0;

    make_fifo_guest(1);
    for (unsigned int i = 1; i <= 20000; i++)
        ipi(d, 0);
    preempt = true;
    for (unsigned int open = 20000; event_reset(d, &next) == -ERESTART; at = next) {
        CHECK(next > at && next - at <= CHANNELS_PER_BUCKET);
        CHECK(count_open() < open);
        open = count_open();
        CHECK_EQ(references, 0); /* the layout goes first */
    }
    CHECK_EQ(next, DIV_ROUND_UP(20001, CHANNELS_PER_BUCKET) * CHANNELS_PER_BUCKET);
    CHECK_EQ(count_open(), 0);
}

UNIT_TEST(opened_between,
          "What is opened and sent between the rounds of a reset is there when it is over.")
{
    evtchn_port_t next = 0, low;
    struct evtchn_status s;

    make_fifo_guest(1);
    for (unsigned int i = 1; i <= 5000; i++)
        ipi(d, 0);
    preempt = true;
    CHECK_EQ(event_reset(d, &next), -ERESTART);
    low = ipi(d, 0);
    CHECK(low < next);
    send(low);
    CHECK(test_bit(low, d->shared_info->evtchn_pending));
    send(4999); /* not closed yet, and without a bit */
    while (event_reset(d, &next) == -ERESTART)
        continue;
    CHECK_EQ(count_open(), 1);
    CHECK_EQ(status_of(d, low, &s), EVTCHNSTAT_ipi);
    CHECK(event_port_is_pending(d, low));
    preempt = false;
    reset_all(d); /* another one begins anew */
    CHECK_EQ(count_open(), 0);
}

UNIT_TEST(reset_abandoned,
          "Ports that an abandoned reset leaves have no 2-level bit: they wait for words again.")
{
    struct reader r = {0};
    evtchn_port_t next = 0;

    make_fifo_guest(1);
    for (unsigned int i = 1; i <= 5000; i++)
        ipi(d, 0);
    preempt = true;
    CHECK_EQ(event_reset(d, &next), -ERESTART);
    preempt = false;
    next = 200000; /* the guest says that it has come far */
    CHECK_EQ(event_reset(d, &next), 0);
    CHECK_EQ(count_open(), 5001 - CHANNELS_PER_BUCKET);
    memset(d->shared_info, 0xff, sizeof(*d->shared_info));
    send(4096);
    send(5000);
    CHECK(event_port_is_pending(d, 5000) && !event_port_is_pending(d, 4999));
    CHECK_EQ(event_unmask(d, 5000), 0);
    CHECK_EQ(event_close(d, 4096), 0);
    for (unsigned int i = 0; i < sizeof(*d->shared_info); i++)
        CHECK_EQ(((unsigned char *)d->shared_info)[i], 0xff);
    memset(d->shared_info, 0, sizeof(*d->shared_info));
    for (unsigned int i = 0; i < 5; i++)
        memset(guest_page(i), 0, PAGE_SIZE);
    memset(control(0), 0, sizeof(*control(0)));
    CHECK_EQ(give_control(0), 0);
    for (unsigned int i = 0; i < 5; i++)
        CHECK_EQ(event_fifo_expand_array(d, i), 0);
    CHECK_FINDS(&r, 5000);
    reset_all(d);
    CHECK_EQ(count_open(), 0);
}

/* --- random histories --- */

#define PORTS 40

/* The queues as they should be. */
static struct {
    evtchn_port_t port[PORTS + 1];
    unsigned int count;
} queue[2][EVTCHN_FIFO_MAX_QUEUES];
static struct {
    unsigned int vcpu, priority;
    bool is_queued, is_pending, is_masked;
} model[PORTS + 1];

static void model_queue(evtchn_port_t port)
{
    unsigned int vcpu = model[port].vcpu, priority = model[port].priority;

    if (model[port].is_queued || model[port].is_masked)
        return;
    model[port].is_queued = true;
    queue[vcpu][priority].port[queue[vcpu][priority].count++] = port;
}

static evtchn_port_t model_next(unsigned int vcpu)
{
    for (unsigned int p = 0; p < EVTCHN_FIFO_MAX_QUEUES; p++) {
        evtchn_port_t port = queue[vcpu][p].port[0];

        if (!queue[vcpu][p].count)
            continue;
        queue[vcpu][p].count--;
        memmove(queue[vcpu][p].port, queue[vcpu][p].port + 1, queue[vcpu][p].count * sizeof(port));
        model[port].is_queued = false;
        return port;
    }
    return 0;
}

static void take_one(struct reader *r)
{
    evtchn_port_t port = model_next(r->vcpu);

    CHECK_EQ(guest_next(r), port);
    if (!port)
        return;
    CHECK_EQ(guest_handle(port), model[port].is_pending && !model[port].is_masked);
    if (!model[port].is_masked)
        model[port].is_pending = false;
}

static void random_step(struct reader *r)
{
    evtchn_port_t port = 1 + unit_random_below(PORTS);

    switch (unit_random_below(8)) {
    case 0:
    case 1:
    case 2:
        event_send(d, port); /* to itself, over a channel whose other end is PORTS further */
        send(PORTS + port);
        model[port].is_pending = true;
        model_queue(port);
        break;
    case 3:
    case 4:
        take_one(&r[unit_random_below(2)]);
        break;
    case 5:
        model[port].vcpu = unit_random_below(2);
        CHECK_EQ(event_bind_vcpu(d, port, model[port].vcpu), 0);
        break;
    case 6:
        model[port].priority = unit_random_below(EVTCHN_FIFO_MAX_QUEUES);
        CHECK_EQ(event_fifo_set_priority(d, port, model[port].priority), 0);
        break;
    case 7:
        if (!model[port].is_masked) {
            __atomic_fetch_or(word(port), MASKED, __ATOMIC_SEQ_CST);
            model[port].is_masked = true;
            break;
        }
        CHECK_EQ(event_unmask(d, port), 0);
        model[port].is_masked = false;
        if (model[port].is_pending)
            model_queue(port);
        break;
    }
}

/* Ports 1 to PORTS, each the far end of a channel from this domain itself. */
static void make_channels(unsigned int ports)
{
    for (evtchn_port_t port = 1; port <= ports; port++)
        CHECK_EQ(unbound(d, 1), port);
    for (evtchn_port_t port = 1; port <= ports; port++) {
        evtchn_port_t near = 0;

        CHECK_EQ(event_bind_interdomain(d, d, port, &near), 0);
        CHECK_EQ(near, ports + port);
        __atomic_fetch_or(word(near), MASKED, __ATOMIC_SEQ_CST);
    }
}

UNIT_TEST(
    model,
    "Whatever a guest of two vCPUs does, each finds its ports in the order of a model's queues.")
{
    struct reader r[2] = {{0}, {1}};

    make_fifo_guest(2);
    make_channels(PORTS);
    for (unsigned int v = 0; v < 2; v++)
        while (guest_next(&r[v])) /* the bindings' own events */
            ;
    for (evtchn_port_t port = 1; port <= PORTS; port++)
        model[port].priority = EVTCHN_FIFO_PRIORITY_DEFAULT;
    for (unsigned int step = 0; step < 20000 * unit_rounds(4); step++)
        random_step(r);
    for (unsigned int step = 0; step < 2 * PORTS; step++)
        take_one(&r[step % 2]);
    for (evtchn_port_t port = 1; port <= PORTS; port++)
        CHECK_EQ(event_port_is_pending(d, port), model[port].is_pending);
}

/* --- several CPUs at once --- */

#define SENDS (20000 * unit_rounds(4))

static unsigned int sent[2 * PORTS + 1], handled[2 * PORTS + 1]; /* the number of the last event */
static bool senders_done;

/* Each event has a number; who handles one has seen all before it. */
static void send_many(void)
{
    for (unsigned int i = 0; i < SENDS; i++) {
        evtchn_port_t port = 1 + i * 7 % PORTS;

        __atomic_fetch_add(&sent[port], 1, __ATOMIC_SEQ_CST);
        send(PORTS + port);
    }
    __atomic_store_n(&senders_done, true, __ATOMIC_SEQ_CST);
}

/* As a kernel does: mask while it sees to the port, then unmask, with help if it became pending. */
static void read_many(unsigned int vcpu)
{
    struct reader r = {.vcpu = vcpu};
    bool is_last = false;

    for (;;) {
        evtchn_port_t port = guest_next(&r);

        if (!port && is_last)
            return;
        is_last = !port && __atomic_load_n(&senders_done, __ATOMIC_SEQ_CST);
        if (!port || !(READ_ONCE(*word(port)) & PENDING))
            continue;
        __atomic_fetch_or(word(port), MASKED, __ATOMIC_SEQ_CST);
        __atomic_fetch_and(word(port), ~PENDING, __ATOMIC_SEQ_CST);
        __atomic_store_n(&handled[port], __atomic_load_n(&sent[port], __ATOMIC_SEQ_CST),
                         __ATOMIC_SEQ_CST);
        event_unmask(d, port);
    }
}

static void honest_cpu(unsigned int cpu)
{
    if (cpu == 0)
        send_many();
    else
        read_many(cpu - 1);
}

UNIT_TEST(nothing_lost,
          "While one CPU sends and two read, mask and unmask, no port's last event is lost.")
{
    make_fifo_guest(2);
    make_channels(PORTS);
    for (evtchn_port_t port = 1; port <= PORTS; port += 2)
        CHECK_EQ(event_bind_vcpu(d, port, 1), 0);
    host_run_cpus(3, honest_cpu);
    for (evtchn_port_t port = 1; port <= PORTS; port++) {
        CHECK_EQ(handled[port], sent[port]);
        CHECK(!event_port_is_pending(d, port));
    }
}

/* --- a guest that means ill --- */

static uint32_t scribble_state = 1;

static uint32_t scribble_random(void)
{
    scribble_state = scribble_state * 1664525 + 1013904223;
    return scribble_state >> 8 | scribble_state << 24;
}

/* Over words and control blocks: flags and links at random, often ones that look right. */
static void scribble(void)
{
    uint32_t value = scribble_random();
    unsigned int what = scribble_random() % 8;

    if (what < 5)
        __atomic_store_n(word(scribble_random() % 100), what < 3 ? value & ~LINK_MASK : value,
                         __ATOMIC_RELAXED);
    else if (what < 7)
        __atomic_store_n(&control(what - 5)->head[value % 16], scribble_random(), __ATOMIC_RELAXED);
    else
        memset(control(value & 1), (int)value, sizeof(*control(0)));
}

static void operate(unsigned int i)
{
    evtchn_port_t port = 1 + i * 13 % PORTS, near = PORTS + port;

    switch (i % 7) {
    case 0:
    case 1:
    case 2:
        CHECK_EQ(event_send(d, near), 0);
        break;
    case 3:
        CHECK_EQ(event_unmask(d, port), 0);
        break;
    case 4:
        CHECK_EQ(event_bind_vcpu(d, port, i / 7 % 2), 0);
        break;
    case 5:
        CHECK_EQ(event_fifo_set_priority(d, port, i / 7 % 16), 0);
        break;
    case 6:
        CHECK_EQ(event_close(d, near), 0);
        CHECK_EQ(event_bind_interdomain(d, d, port, &near), 0);
        CHECK_EQ(near, PORTS + port);
        break;
    }
}

static void hostile_cpu(unsigned int cpu)
{
    for (unsigned int i = 0; i < 30000 * unit_rounds(4); i++)
        if (cpu)
            scribble();
        else
            operate(i);
}

static void check_still_right(void)
{
    struct reader r = {0};

    reset_all(d);
    CHECK_EQ(references, 0);
    memset(guest_page(0), 0, PAGE_SIZE);
    memset(control(0), 0, sizeof(*control(0)));
    CHECK_EQ(give_control(0), 0);
    CHECK_EQ(event_fifo_expand_array(d, 0), 0);
    CHECK_EQ(ipi(d, 0), 1);
    CHECK_EQ(ipi(d, 0), 2);
    send(2);
    send(1);
    CHECK_FINDS(&r, 2, 1);
}

UNIT_TEST(scribbled_between,
          "Words and control blocks changed between operations harm nobody but their guest.")
{
    make_fifo_guest(2);
    make_channels(PORTS);
    scribble_state = (uint32_t)unit_random();
    for (unsigned int i = 0; i < 20000 * unit_rounds(4); i++) {
        scribble();
        operate(i);
    }
    check_still_right();
}

UNIT_TEST(
    scribbled_meanwhile,
    "Nor do words that change during operations: each ends, and all is in order after a reset.")
{
    make_fifo_guest(2);
    make_channels(PORTS);
    host_run_cpus(2, hostile_cpu);
    check_still_right();
}
