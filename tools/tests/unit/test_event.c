/* SPDX-License-Identifier: GPL-2.0-only */
/* Event channels: every operation and error, the 2-level words, virtual interrupts, and random
 * histories of several domains against a model. */
// Sources: common/event/*.c
#include "event_fixture.h"

struct page_info *p2m_get_page(struct domain *d, gfn_t gfn, p2m_type_t *type, bool is_write)
{
    return NULL; /* these domains stay with the 2-level layout */
}

void page_put(struct page_info *pg)
{
}

static bool word_pending(const struct domain *d, evtchn_port_t port)
{
    return test_bit(port, d->shared_info->evtchn_pending);
}

/* The guest has seen to everything. */
static void guest_takes_all(struct domain *d)
{
    struct vcpu *v;

    memset(d->shared_info->evtchn_pending, 0, sizeof(d->shared_info->evtchn_pending));
    for_each_vcpu (d, v) {
        v->vcpu_info->evtchn_pending_sel = 0;
        v->vcpu_info->evtchn_upcall_pending = 0;
    }
}

/* --- ports --- */

UNIT_TEST(lowest_port,
          "Ports begin at 1, the lowest free one is given out, and the creator's limit holds.")
{
    struct domain *d = make_domain(1, 1, 300);
    evtchn_port_t port;

    for (evtchn_port_t expected = 1; expected <= 300; expected++)
        CHECK_EQ(unbound(d, 2), expected);
    CHECK_EQ(event_alloc_unbound(d, 2, &port), -ENOSPC);
    CHECK_EQ(event_close(d, 200), 0);
    CHECK_EQ(event_close(d, 7), 0);
    CHECK_EQ(unbound(d, 2), 7);
    CHECK_EQ(unbound(d, 2), 200);
    CHECK_EQ(event_alloc_unbound(d, 2, &port), -ENOSPC);
}

UNIT_TEST(layout_limit, "The 2-level layout has 4096 ports, whatever the creator allows.")
{
    struct domain *d = make_domain(1, 1, ~0u);
    evtchn_port_t port;

    for (unsigned int i = 1; i < 4096; i++)
        unbound(d, 2);
    CHECK_EQ(event_alloc_unbound(d, 2, &port), -ENOSPC);
}

UNIT_TEST(no_such_port, "Port 0, a free port and one out of range are refused by every operation.")
{
    static const evtchn_port_t bad[] = {0, 5, 127, 128, 4096, 131072, ~0u};
    struct domain *d = make_domain(1, 1, 1023);
    struct evtchn_status status;
    evtchn_port_t port;

    unbound(d, 2);
    for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
        CHECK_EQ(event_close(d, bad[i]), -EINVAL);
        CHECK_EQ(event_send(d, bad[i]), -EINVAL);
        CHECK_EQ(event_unmask(d, bad[i]), -EINVAL);
        CHECK_EQ(event_bind_vcpu(d, bad[i], 0), -EINVAL);
        CHECK_EQ(event_bind_interdomain(d, d, bad[i], &port), -EINVAL);
        CHECK(!event_port_is_pending(d, bad[i]));
        status.port = bad[i];
        CHECK_EQ(event_status(d, &status), bad[i] == 5 || bad[i] == 127 ? 0 : -EINVAL);
        CHECK_EQ(event_port_is_valid(d, bad[i]), bad[i] == 5 || bad[i] == 127);
    }
    CHECK_EQ(status_of(d, 5, &status), EVTCHNSTAT_closed);
    CHECK_EQ(event_fifo_set_priority(d, 1, 0), -ENOSYS);
    CHECK_EQ(event_fifo_set_priority(d, 1, 16), -EINVAL);
}

/* --- channels between domains --- */

UNIT_TEST(interdomain,
          "Only whom the port waits for may bind it, once; then each end reaches the other.")
{
    struct domain *a = make_domain(1, 2, 1023), *b = make_domain(2, 2, 1023),
                  *c = make_domain(3, 1, 1023);
    evtchn_port_t at_b = unbound(b, 1), at_a, port;
    struct evtchn_status s;

    CHECK_EQ(status_of(b, at_b, &s), EVTCHNSTAT_unbound);
    CHECK_EQ(s.u.unbound.dom, 1);
    CHECK_EQ(event_send(b, at_b), 0); /* nobody hears it */
    CHECK_EQ(event_bind_interdomain(c, b, at_b, &port), -EINVAL);
    CHECK_EQ(event_bind_interdomain(a, b, at_b, &at_a), 0);
    CHECK_EQ(event_bind_interdomain(a, b, at_b, &port), -EINVAL);
    CHECK(word_pending(a, at_a)); /* in case something was sent before */
    CHECK_EQ(upcalls[1][0], 1);
    guest_takes_all(a);

    CHECK_EQ(status_of(a, at_a, &s), EVTCHNSTAT_interdomain);
    CHECK_EQ(s.u.interdomain.dom, 2);
    CHECK_EQ(s.u.interdomain.port, at_b);
    CHECK_EQ(status_of(b, at_b, &s), EVTCHNSTAT_interdomain);
    CHECK_EQ(s.u.interdomain.dom, 1);
    CHECK_EQ(s.u.interdomain.port, at_a);

    CHECK_EQ(event_send(a, at_a), 0);
    CHECK(word_pending(b, at_b) && !word_pending(a, at_a));
    CHECK_EQ(event_send(b, at_b), 0);
    CHECK(word_pending(a, at_a));
    CHECK(event_port_is_pending(a, at_a));
}

UNIT_TEST(close_one_end, "When one end is closed, the other waits again for the same domain.")
{
    struct domain *a = make_domain(1, 1, 1023), *b = make_domain(2, 1, 1023);
    evtchn_port_t at_a, at_b = connect(a, b, &at_a);
    struct evtchn_status s;

    CHECK_EQ(event_close(a, at_a), 0);
    CHECK_EQ(status_of(a, at_a, &s), EVTCHNSTAT_closed);
    CHECK_EQ(status_of(b, at_b, &s), EVTCHNSTAT_unbound);
    CHECK_EQ(s.u.unbound.dom, 1);
    CHECK_EQ(event_send(b, at_b), 0);
    CHECK(!word_pending(a, at_a)); /* and closing took away what was pending */
    CHECK_EQ(event_bind_interdomain(a, b, at_b, &at_a), 0);
    CHECK_EQ(event_close(b, at_b), 0);
    CHECK_EQ(status_of(a, at_a, &s), EVTCHNSTAT_unbound);
    CHECK_EQ(s.u.unbound.dom, 2);
    CHECK_EQ(host_domain_references(a), 1);
    CHECK_EQ(host_domain_references(b), 1);
}

UNIT_TEST(loopback, "A domain may bind to itself; either end is closed without locking twice.")
{
    struct domain *d = make_domain(1, 1, 1023);
    evtchn_port_t near, far = connect(d, d, &near);
    struct evtchn_status s;

    CHECK(far != near);
    guest_takes_all(d);
    CHECK_EQ(event_send(d, near), 0);
    CHECK(word_pending(d, far) && !word_pending(d, near));
    CHECK_EQ(event_close(d, near), 0);
    CHECK_EQ(status_of(d, far, &s), EVTCHNSTAT_unbound);
    CHECK_EQ(event_close(d, far), 0);
    CHECK_EQ(host_domain_references(d), 1);
}

UNIT_TEST(bind_without_room, "A binding that finds no local port leaves the remote one as it was.")
{
    struct domain *a = make_domain(1, 1, 3), *b = make_domain(2, 1, 1023);
    evtchn_port_t at_b = unbound(b, 1), port;
    struct evtchn_status s;

    for (unsigned int i = 0; i < 3; i++)
        unbound(a, 2);
    CHECK_EQ(event_bind_interdomain(a, b, at_b, &port), -ENOSPC);
    CHECK_EQ(status_of(b, at_b, &s), EVTCHNSTAT_unbound);
    CHECK_EQ(s.u.unbound.dom, 1);
}

UNIT_TEST(dying,
          "A dying domain's ports are closed, their other ends wait again, and none is opened.")
{
    struct domain *a = make_domain(1, 1, 1023), *b = make_domain(2, 1, 1023);
    evtchn_port_t at_a, at_b = connect(a, b, &at_a), port;
    struct evtchn_status s;

    ipi(a, 0);
    CHECK_EQ(event_bind_virq(a, VIRQ_TIMER, 0, &port), 0);
    CHECK_EQ(event_domain_destroy(a), 0);
    for (port = 1; event_port_is_valid(a, port); port++)
        CHECK_EQ(status_of(a, port, &s), EVTCHNSTAT_closed);
    CHECK_EQ(status_of(b, at_b, &s), EVTCHNSTAT_unbound);
    CHECK_EQ(event_alloc_unbound(a, 2, &port), -ENODEV);
    CHECK_EQ(event_bind_ipi(a, 0, &port), -ENODEV);
    CHECK_EQ(event_bind_virq(a, VIRQ_TIMER, 0, &port), -ENODEV);
    CHECK_EQ(event_bind_interdomain(a, b, at_b, &port), -ENODEV);
    event_send_virq(a->vcpu[0], VIRQ_TIMER);
    CHECK_EQ(event_domain_destroy(a), 0); /* nothing is left */
    event_vcpu_destroy(a->vcpu[0]);
    event_domain_free(a);
    event_domain_free(a);
    CHECK_EQ(host_domain_references(a), 1);
}

UNIT_TEST(dying_preempted,
          "The ports of a dying domain are closed row by row where other things are due, each once.")
{
    struct domain *a = make_domain(1, 1, 1023), *b = make_domain(2, 1, 1023);
    unsigned int rounds = 1;
    struct evtchn_status s;
    evtchn_port_t port;

    for (unsigned int i = 0; i < 1000; i++)
        connect(a, b, &port);
    preempt = true;
    while (event_domain_destroy(a) == -ERESTART) {
        rounds++;
        CHECK_EQ(event_bind_ipi(a, 0, &port), -ENODEV);
    }
    CHECK_EQ(rounds, DIV_ROUND_UP(1000, CHANNELS_PER_BUCKET));
    for (port = 1; port <= 1000; port++) {
        CHECK_EQ(status_of(a, port, &s), EVTCHNSTAT_closed);
        CHECK_EQ(status_of(b, port, &s), EVTCHNSTAT_unbound);
    }
    CHECK_EQ(host_domain_references(a), 1);
}

/* --- IPIs and virtual interrupts --- */

UNIT_TEST(ipis, "An IPI is raised at its own vCPU, and stays with it.")
{
    struct domain *d = make_domain(1, 2, 1023);
    evtchn_port_t port;
    struct evtchn_status s;

    CHECK_EQ(event_bind_ipi(d, 2, &port), -ENOENT); /* not made yet */
    CHECK_EQ(event_bind_ipi(d, VCPUS_MAX, &port), -ENOENT);
    port = ipi(d, 1);
    CHECK_EQ(event_send(d, port), 0);
    CHECK_EQ(upcalls[1][1], 1);
    CHECK_EQ(upcalls[1][0], 0);
    CHECK_EQ(event_bind_vcpu(d, port, 0), -EINVAL);
    CHECK_EQ(status_of(d, port, &s), EVTCHNSTAT_ipi);
    CHECK_EQ(s.vcpu, 1);
}

UNIT_TEST(
    virqs,
    "A virq is bound once for each vCPU, or for the host; sending it is not the guest's business.")
{
    struct domain *d = make_domain(1, 2, 1023);
    evtchn_port_t first, second, port;
    struct evtchn_status s;

    CHECK_EQ(event_bind_virq(d, NR_VIRQS, 0, &port), -EINVAL);
    CHECK_EQ(event_bind_virq(d, ~0u, 0, &port), -EINVAL);
    CHECK_EQ(event_bind_virq(d, VIRQ_DOM_EXC, 1, &port), -EINVAL); /* there is but one */
    CHECK_EQ(event_bind_virq(d, VIRQ_TIMER, 3, &port), -ENOENT);
    CHECK_EQ(event_bind_virq(d, VIRQ_TIMER, 0, &first), 0);
    CHECK_EQ(event_bind_virq(d, VIRQ_TIMER, 1, &second), 0);
    CHECK_EQ(event_bind_virq(d, VIRQ_TIMER, 1, &port), -EEXIST);
    CHECK_EQ(status_of(d, second, &s), EVTCHNSTAT_virq);
    CHECK_EQ(s.u.virq, VIRQ_TIMER);
    CHECK_EQ(s.vcpu, 1);
    CHECK_EQ(event_send(d, first), -EINVAL);
    CHECK_EQ(event_bind_vcpu(d, first, 1), -EINVAL);

    event_send_virq(d->vcpu[1], VIRQ_TIMER);
    CHECK(word_pending(d, second) && !word_pending(d, first));
    CHECK_EQ(upcalls[1][1], 1);
    CHECK_EQ(event_close(d, second), 0);
    CHECK(!word_pending(d, second));
    event_send_virq(d->vcpu[1], VIRQ_TIMER);
    CHECK(!word_pending(d, second)); /* nobody has it */
    CHECK_EQ(event_bind_virq(d, VIRQ_TIMER, 1, &port), 0);
}

UNIT_TEST(virq_moved, "A virq of the host may go to another vCPU, and closing it there frees it.")
{
    struct domain *d = make_domain(1, 2, 1023);
    evtchn_port_t port, again;

    CHECK_EQ(event_bind_virq(d, VIRQ_DOM_EXC, 0, &port), 0);
    CHECK_EQ(event_bind_vcpu(d, port, 1), 0);
    CHECK_EQ(event_bind_vcpu(d, port, 2), -ENOENT);
    event_send_global_virq(d, VIRQ_DOM_EXC);
    CHECK_EQ(upcalls[1][1], 1);
    CHECK_EQ(upcalls[1][0], 0);
    CHECK_EQ(event_bind_virq(d, VIRQ_DOM_EXC, 0, &again), -EEXIST);
    CHECK_EQ(event_close(d, port), 0);
    CHECK_EQ(event_bind_virq(d, VIRQ_DOM_EXC, 0, &again), 0);
}

UNIT_TEST(virq_handler,
          "The host's virqs go to whom the toolstack named, or to dom0 once that one is gone.")
{
    struct domain *dom0 = make_domain(0, 1, 1023), *d = make_domain(1, 1, 1023);
    evtchn_port_t at_dom0, at_d;

    CHECK_EQ(event_bind_virq(dom0, VIRQ_DOM_EXC, 0, &at_dom0), 0);
    CHECK_EQ(event_bind_virq(d, VIRQ_DOM_EXC, 0, &at_d), 0);
    event_send_global_virq(NULL, VIRQ_DOM_EXC); /* before there is anybody */
    event_send_global_virq(dom0, VIRQ_DOM_EXC);
    CHECK(word_pending(dom0, at_dom0) && !word_pending(d, at_d));
    guest_takes_all(dom0);

    CHECK_EQ(event_set_global_virq_handler(d, VIRQ_TIMER), -EINVAL);
    CHECK_EQ(event_set_global_virq_handler(d, NR_VIRQS), -EINVAL);
    CHECK_EQ(event_set_global_virq_handler(d, VIRQ_DOM_EXC), 0);
    event_send_global_virq(dom0, VIRQ_DOM_EXC);
    CHECK(word_pending(d, at_d) && !word_pending(dom0, at_dom0));

    domain_put(d);
    CHECK(!domain_find(1));
    event_send_global_virq(dom0, VIRQ_DOM_EXC);
    CHECK(word_pending(dom0, at_dom0));
}

/* --- the 2-level words --- */

UNIT_TEST(
    words,
    "The first event sets bit, selector and upcall; pending, masked or selected, less is done.")
{
    struct domain *d = make_domain(1, 1, 1023);
    struct vcpu_info *info = d->vcpu[0]->vcpu_info;
    evtchn_port_t port[130];

    for (unsigned int i = 0; i < ARRAY_SIZE(port); i++)
        port[i] = ipi(d, 0);
    CHECK_EQ(event_send(d, port[128]), 0);
    CHECK_EQ(info->evtchn_pending_sel, 1UL << (port[128] / 64));
    CHECK_EQ(info->evtchn_upcall_pending, 1);
    CHECK(vcpu_event_pending(d->vcpu[0]));
    CHECK_EQ(upcalls[1][0], 1);
    CHECK_EQ(poll_notices, 1);
    CHECK_EQ(polled_port, port[128]);
    CHECK_EQ(event_send(d, port[128]), 0); /* pending already */
    CHECK_EQ(poll_notices, 1);
    CHECK_EQ(event_send(d, port[0]), 0); /* another word, but the guest has not looked yet */
    CHECK_EQ(upcalls[1][0], 1);
    CHECK_EQ(info->evtchn_pending_sel, 1UL << (port[128] / 64) | 1);
    info->evtchn_upcall_mask = 1;
    CHECK(!vcpu_event_pending(d->vcpu[0]));
}

UNIT_TEST(mask,
          "A masked port becomes pending silently, for pollers too to see; unmasking tells, once.")
{
    struct domain *d = make_domain(1, 1, 1023);
    evtchn_port_t port = ipi(d, 0);

    set_bit(port, d->shared_info->evtchn_mask);
    CHECK_EQ(event_send(d, port), 0);
    CHECK(event_port_is_pending(d, port));
    CHECK_EQ(upcalls[1][0], 0);
    CHECK_EQ(poll_notices, 1);
    CHECK_EQ(event_unmask(d, port), 0);
    CHECK(!test_bit(port, d->shared_info->evtchn_mask));
    CHECK_EQ(upcalls[1][0], 1);
    guest_takes_all(d);
    CHECK_EQ(event_unmask(d, port), 0); /* not masked, not pending */
    CHECK_EQ(upcalls[1][0], 1);
}

UNIT_TEST(moved, "A port that is moved to another vCPU is announced there.")
{
    struct domain *a = make_domain(1, 1, 1023), *b = make_domain(2, 2, 1023);
    evtchn_port_t at_a, at_b = connect(a, b, &at_a);

    CHECK_EQ(event_bind_vcpu(b, at_b, 1), 0);
    CHECK_EQ(event_send(a, at_a), 0);
    CHECK_EQ(upcalls[2][1], 1);
    CHECK_EQ(upcalls[2][0], 0);
    CHECK_EQ(event_bind_vcpu(b, at_b, ~0u), -ENOENT);
}

/* --- random histories --- */

#define MODEL_DOMAINS 3
#define MODEL_PORTS   20

/* What a port is: as its status says, and whether something is pending. */
struct model_port {
    uint32_t status;
    unsigned int vcpu, virq;
    domid_t dom; /* the other end, or who may be */
    evtchn_port_t remote;
    bool is_pending;
};
static struct model_port model[MODEL_DOMAINS][MODEL_PORTS + 1];
static struct domain *dom[MODEL_DOMAINS];

static evtchn_port_t model_lowest(unsigned int d)
{
    for (evtchn_port_t port = 1; port <= MODEL_PORTS; port++)
        if (model[d][port].status == EVTCHNSTAT_closed)
            return port;
    return 0;
}

static struct model_port *model_in_use(unsigned int d, evtchn_port_t port)
{
    if (!port || port > MODEL_PORTS || model[d][port].status == EVTCHNSTAT_closed)
        return NULL;
    return &model[d][port];
}

/* The new port's result, and its place in the model. */
static struct model_port *model_open(unsigned int d, int rc, evtchn_port_t got)
{
    evtchn_port_t lowest = model_lowest(d);

    CHECK_EQ(rc, lowest ? 0 : -ENOSPC);
    if (!lowest)
        return NULL;
    CHECK_EQ(got, lowest);
    model[d][got] = (struct model_port){0};
    return &model[d][got];
}

static void try_unbound(unsigned int d, unsigned int other)
{
    evtchn_port_t port;
    int rc = event_alloc_unbound(dom[d], (domid_t)other, &port);
    struct model_port *m = model_open(d, rc, port);

    if (m) {
        m->status = EVTCHNSTAT_unbound;
        m->dom = (domid_t)other;
    }
}

static void try_bind(unsigned int d, unsigned int other, evtchn_port_t remote)
{
    struct model_port *there = model_in_use(other, remote), *m;
    evtchn_port_t port = 0;
    int rc = event_bind_interdomain(dom[d], dom[other], remote, &port);

    if (!there || there->status != EVTCHNSTAT_unbound || there->dom != d) {
        CHECK_EQ(rc, -EINVAL);
        return;
    }
    m = model_open(d, rc, port);
    if (!m)
        return;
    *m = (struct model_port){EVTCHNSTAT_interdomain, .dom = (domid_t)other, .remote = remote,
                             .is_pending = true};
    there->status = EVTCHNSTAT_interdomain;
    there->remote = port;
}

static void try_close(unsigned int d, evtchn_port_t port)
{
    struct model_port *m = model_in_use(d, port);

    CHECK_EQ(event_close(dom[d], port), m ? 0 : -EINVAL);
    if (m && m->status == EVTCHNSTAT_interdomain) {
        struct model_port *there = &model[m->dom][m->remote];

        there->status = EVTCHNSTAT_unbound;
        there->dom = (domid_t)d;
    }
    if (m)
        *m = (struct model_port){EVTCHNSTAT_closed};
}

static void try_send(unsigned int d, evtchn_port_t port)
{
    struct model_port *m = model_in_use(d, port);
    int rc = event_send(dom[d], port);

    CHECK_EQ(rc, m && m->status != EVTCHNSTAT_virq ? 0 : -EINVAL);
    if (!m || rc)
        return;
    if (m->status == EVTCHNSTAT_interdomain)
        model[m->dom][m->remote].is_pending = true;
    m->is_pending |= m->status == EVTCHNSTAT_ipi;
}

static void try_virq(unsigned int d, unsigned int virq, unsigned int vcpu)
{
    bool is_bound = false;
    evtchn_port_t port = 0;
    struct model_port *m;
    int rc = event_bind_virq(dom[d], virq, vcpu, &port);

    for (unsigned int i = 1; i <= MODEL_PORTS; i++)
        is_bound |= model[d][i].status == EVTCHNSTAT_virq && model[d][i].virq == virq &&
                    (virq_is_global(virq) || model[d][i].vcpu == vcpu);
    if (virq_is_global(virq) && vcpu) {
        CHECK_EQ(rc, -EINVAL);
    } else if (is_bound) {
        CHECK_EQ(rc, -EEXIST);
    } else if ((m = model_open(d, rc, port)) != NULL) {
        *m = (struct model_port){EVTCHNSTAT_virq, .vcpu = vcpu, .virq = virq};
    }
}

static void try_ipi(unsigned int d, unsigned int vcpu)
{
    evtchn_port_t port = 0;
    int rc = event_bind_ipi(dom[d], vcpu, &port);
    struct model_port *m = model_open(d, rc, port);

    if (m)
        *m = (struct model_port){EVTCHNSTAT_ipi, .vcpu = vcpu};
}

static void try_move(unsigned int d, evtchn_port_t port, unsigned int vcpu)
{
    struct model_port *m = model_in_use(d, port);
    bool may = m && m->status != EVTCHNSTAT_ipi &&
               (m->status != EVTCHNSTAT_virq || virq_is_global(m->virq));

    CHECK_EQ(event_bind_vcpu(dom[d], port, vcpu), may ? 0 : -EINVAL);
    if (may)
        m->vcpu = vcpu;
}

static void raise_virq(unsigned int d, unsigned int virq, unsigned int vcpu)
{
    event_send_virq(dom[d]->vcpu[vcpu], virq);
    for (unsigned int i = 1; i <= MODEL_PORTS; i++)
        if (model[d][i].status == EVTCHNSTAT_virq && model[d][i].virq == virq &&
            (virq_is_global(virq) ? vcpu == 0 : model[d][i].vcpu == vcpu))
            model[d][i].is_pending = true;
}

static void model_compare(void)
{
    struct evtchn_status s;

    for (unsigned int d = 0; d < MODEL_DOMAINS; d++)
        for (evtchn_port_t port = 1; port <= MODEL_PORTS; port++) {
            const struct model_port *m = &model[d][port];

            CHECK_EQ(event_port_is_pending(dom[d], port), m->is_pending);
            if (!event_port_is_valid(dom[d], port))
                continue;
            CHECK_EQ(status_of(dom[d], port, &s), m->status);
            if (m->status == EVTCHNSTAT_closed)
                continue;
            CHECK_EQ(s.vcpu, m->vcpu);
            if (m->status == EVTCHNSTAT_unbound)
                CHECK_EQ(s.u.unbound.dom, m->dom);
            if (m->status == EVTCHNSTAT_interdomain) {
                CHECK_EQ(s.u.interdomain.dom, m->dom);
                CHECK_EQ(s.u.interdomain.port, m->remote);
            }
            if (m->status == EVTCHNSTAT_virq)
                CHECK_EQ(s.u.virq, m->virq);
        }
}

static void random_step(void)
{
    static const unsigned int virqs[] = {VIRQ_TIMER, VIRQ_DEBUG, VIRQ_DOM_EXC, VIRQ_CON_RING};
    unsigned int d = unit_random_below(MODEL_DOMAINS), other = unit_random_below(MODEL_DOMAINS);
    evtchn_port_t port = unit_random_below(MODEL_PORTS + 3);
    unsigned int vcpu = unit_random_below(2), virq = virqs[unit_random_below(4)];

    switch (unit_random_below(10)) {
    case 0:
        try_unbound(d, other);
        break;
    case 1:
    case 2:
        try_bind(d, other, port);
        break;
    case 3:
        try_close(d, port);
        break;
    case 4:
    case 5:
        try_send(d, port);
        break;
    case 6:
        try_virq(d, virq, vcpu);
        break;
    case 7:
        try_ipi(d, vcpu);
        break;
    case 8:
        try_move(d, port, vcpu);
        raise_virq(d, virq, vcpu);
        break;
    case 9:
        guest_takes_all(dom[d]);
        for (port = 1; port <= MODEL_PORTS; port++)
            model[d][port].is_pending = false;
        break;
    }
}

UNIT_TEST(model,
          "Whatever three domains do with their ports, results and states are those of a model.")
{
    for (unsigned int d = 0; d < MODEL_DOMAINS; d++)
        dom[d] = make_domain((domid_t)d, 2, MODEL_PORTS);
    for (unsigned int step = 0; step < 3000 * unit_rounds(4); step++) {
        random_step();
        model_compare();
        if (unit_random_below(500) == 0) {
            unsigned int d = unit_random_below(MODEL_DOMAINS);

            for (evtchn_port_t port = 1; port <= MODEL_PORTS; port++)
                if (model_in_use(d, port))
                    try_close(d, port);
            reset_all(dom[d]);
            model_compare();
        }
    }
    for (unsigned int d = 0; d < MODEL_DOMAINS; d++)
        CHECK_EQ(host_domain_references(dom[d]), 1);
}

/* --- two domains at once --- */

static void bind_and_close(unsigned int cpu)
{
    struct domain *d = dom[cpu % 2], *other = dom[1 - cpu % 2];

    for (unsigned int i = 0; i < 2000 * unit_rounds(2); i++) {
        evtchn_port_t mine = 0, bound = 0;

        if (!event_alloc_unbound(d, other->domain_id, &mine))
            event_send(d, mine);
        event_bind_interdomain(d, other, 1 + i % 8, &bound);
        event_close(other, 1 + i % 5);
        if (bound)
            event_close(d, bound);
        event_close(d, mine);
    }
}

UNIT_TEST(
    both_ends,
    "Four CPUs bind and close both ends of the same channels: no lock is lost, no end forgotten.")
{
    dom[0] = make_domain(0, 1, 16);
    dom[1] = make_domain(1, 1, 16);
    host_run_cpus(4, bind_and_close);
    for (unsigned int d = 0; d < 2; d++) {
        struct evtchn_status s, there;

        for (evtchn_port_t port = 1; port <= 16; port++)
            if (status_of(dom[d], port, &s) == EVTCHNSTAT_interdomain) {
                CHECK_EQ(status_of(dom[s.u.interdomain.dom], s.u.interdomain.port, &there),
                         EVTCHNSTAT_interdomain);
                CHECK_EQ(there.u.interdomain.port, port);
            }
    }
    for (unsigned int d = 0; d < 2; d++)
        CHECK_EQ(event_domain_destroy(dom[d]), 0);
    for (unsigned int d = 0; d < 2; d++)
        CHECK_EQ(host_domain_references(dom[d]), 1);
}
