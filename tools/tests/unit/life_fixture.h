/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Domains and vCPUs as they are on the machine: their own sources, and those of all that they are
 * made of (heap, event channels, grants, scheduler, timers, RCU), on one CPU with a clock that
 * tests set.  Only the architecture's part is made up: one object and one page for a domain, one
 * object for a vCPU.
 */
#ifndef LIFE_FIXTURE_H
#define LIFE_FIXTURE_H

#include "heap_fixture.h"
#include <public/domctl.h>
#include <public/sched.h>
#include <xen/event.h>
#include <xen/keyhandler.h>
#include <xen/p2m.h>
#include <xen/rcupdate.h>
#include <xen/sched.h>
#include <xen/shutdown.h>
#include <xen/softirq.h>
#include <xen/tasklet.h>
#include <xen/time.h>
#include <xen/timer.h>
#include <xen/xmalloc.h>

#define NODE_PAGES (1UL << 17)

static s_time_t clock_ns = SECONDS(100);
static s_time_t deadline = STIME_MAX;

s_time_t NOW(void)
{
    return clock_ns;
}

bool arch_timer_program(s_time_t at)
{
    deadline = at ? at : STIME_MAX;
    return at == 0 || at > clock_ns;
}

/* --- the architecture's part --- */

static unsigned int arch_restarts; /* how often taking a domain apart is not done yet */
static unsigned int upcalls;

/* Tables are pages of the domain's that are not counted. */
int arch_domain_create(struct domain *d, const struct xen_domctl_createdomain *config)
{
    struct page_info *table = alloc_domheap_page(d, MEMF_no_refcount);

    if (!table)
        return -ENOMEM;
    d->arch.p2m = (void *)table;
    d->arch.hvm = xzalloc_bytes(16, 8);
    return d->arch.hvm ? 0 : -ENOMEM;
}

int arch_domain_relinquish(struct domain *d)
{
    if (arch_restarts) {
        arch_restarts--;
        return -ERESTART;
    }
    if (d->arch.p2m)
        free_domheap_page((struct page_info *)d->arch.p2m);
    d->arch.p2m = NULL;
    return 0;
}

void arch_domain_destroy(struct domain *d)
{
    arch_domain_relinquish(d);
    xfree(d->arch.hvm);
    d->arch.hvm = NULL;
}

int arch_vcpu_create(struct vcpu *v)
{
    v->arch.hvm = xzalloc_bytes(16, 8);
    return v->arch.hvm ? 0 : -ENOMEM;
}

void arch_vcpu_destroy(struct vcpu *v)
{
    xfree(v->arch.hvm);
}

void arch_vcpu_switch_from(struct vcpu *v)
{
}

void arch_vcpu_switch_to(struct vcpu *v)
{
}

bool arch_vcpu_has_work(struct vcpu *v)
{
    return false;
}

void arch_vcpu_event_pending(struct vcpu *v)
{
    upcalls++;
}

void runstate_area_update(struct vcpu *v)
{
}

static unsigned int areas_forgotten;

void runstate_area_forget(struct vcpu *v)
{
    areas_forgotten++;
}

void p2m_batch_begin(struct domain *d)
{
}

void p2m_batch_end(struct domain *d)
{
}

void keyhandler_register(char key, void (*fn)(char key), const char *description)
{
}

/* --- pages of the hypervisor's own that cannot be had: the Makefile puts this in between --- */

void *__real_alloc_xenheap_pages(unsigned int order, unsigned int memflags);
void *__wrap_alloc_xenheap_pages(unsigned int order, unsigned int memflags);

static unsigned int page_until_failure; /* 0: never */

void *__wrap_alloc_xenheap_pages(unsigned int order, unsigned int memflags)
{
    if (page_until_failure && --page_until_failure == 0)
        return NULL;
    return __real_alloc_xenheap_pages(order, memflags);
}

/* --- short ways --- */

void timer_subsystem_init(void);
void timer_cpu_init(unsigned int cpu);

static inline struct xen_domctl_createdomain usual_config(void)
{
    return (struct xen_domctl_createdomain){
        .flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap,
        .max_vcpus = 4,
        .max_evtchn_port = 1023,
        .max_grant_frames = 4,
        .max_maptrack_frames = 4,
    };
}

static inline struct domain *create(domid_t domid)
{
    struct xen_domctl_createdomain config = usual_config();
    struct domain *d = NULL;

    CHECK_EQ(domain_create(domid, &config, false, &d), 0);
    d->mem.max_pages = NODE_PAGES;
    return d;
}

/* One that has a context, so that it may come up. */
static inline struct vcpu *create_vcpu(struct domain *d, unsigned int id)
{
    struct vcpu *v = vcpu_create(d, id);

    CHECK(v);
    v->is_initialised = true;
    return v;
}

static inline void rounds(unsigned int count)
{
    while (count--) {
        softirq_process();
        rcu_quiescent();
    }
}

/* A host with dom0, which has one vCPU and listens for what becomes of domains. */
static struct domain *dom0;
static evtchn_port_t told;

static inline void make_host(void)
{
    struct xen_domctl_createdomain config = usual_config();

    make_nodes(1, NODE_PAGES);
    rcu_subsystem_init();
    rcu_cpu_init(0);
    timer_subsystem_init();
    scheduler_init();
    CHECK_EQ(domain_create(0, &config, true, &dom0), 0);
    hardware_domain = dom0;
    create_vcpu(dom0, 0);
    CHECK_EQ(event_bind_virq(dom0, VIRQ_DOM_EXC, 0, &told), 0);
}

/* Whether an event has come since the last time. */
static inline bool has_come(struct domain *d, evtchn_port_t port)
{
    unsigned long *pending = d->shared_info->evtchn_pending;
    bool is_set = test_and_clear_bit((int)port % 64, &pending[port / 64]);

    return is_set;
}

/* As destroydomain does, and then everybody has been round twice. */
static inline void kill(struct domain *d)
{
    while (domain_kill(d) == -ERESTART)
        ;
    rounds(10);
}

/* What there is of the hypervisor's own: a failure leaves no more behind. */
struct holdings {
    unsigned int objects;
    unsigned long pages;
};

static inline struct holdings holdings(void)
{
    return (struct holdings){host_allocations(), free_pages()};
}

#define CHECK_SAME(a, b)                    \
    do {                                    \
        CHECK_EQ((a).objects, (b).objects); \
        CHECK_EQ((a).pages, (b).pages);     \
    } while (0)

#endif
