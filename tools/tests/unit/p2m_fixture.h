/* SPDX-License-Identifier: GPL-2.0-only */
/* Domains with nested tables on a small host, and what is asked about them again and again. */
#ifndef P2M_FIXTURE_H
#define P2M_FIXTURE_H

#include "heap_fixture.h"
#include <xen/hypercall.h>
#include <xen/iommu.h>
#include <xen/p2m.h>
#include <xen/smp.h>
#include <xen/time.h>
#include <xen/timer.h>
#include <xen/xmalloc.h>
#include <asm/p2m.h>
#include "arch/x86/p2m/private.h"

#define HOST_PAGES 8192UL

const struct iommu_ops *iommu_ops;
struct domain *hardware_domain;

static struct domain *d, *other;
static struct vcpu *no_vcpus[1];
static unsigned long free_before;
static bool preempt;

bool hypercall_preempt_check(void)
{
    return preempt;
}

void smp_call(const cpumask_t *mask, void (*fn)(void *), void *arg, bool wait)
{
}

static struct timer *armed;

void timer_init(struct timer *t, void (*function)(void *), void *data, unsigned int on)
{
    t->function = function;
    t->data = data;
}

void timer_set(struct timer *t, s_time_t expires)
{
    armed = t;
}

bool timer_is_active(const struct timer *t)
{
    return armed == t;
}

void timer_kill(struct timer *t)
{
    armed = NULL;
}

s_time_t NOW(void)
{
    return 0;
}

static inline void time_passes(void)
{
    struct timer *t = armed;

    armed = NULL;
    if (t)
        t->function(t->data);
}

static inline void make_domains(void)
{
    make_nodes(1, HOST_PAGES);
    d = host_domain_create(1, 4096);
    other = host_domain_create(2, 4096);
    d->vcpu = other->vcpu = no_vcpus;
    p2m_cpu_features();
    preempt = false;
    /* the small-object heap may take its first page now */
    xfree(xmalloc_bytes(16, 16));
    free_before = free_pages();
    CHECK_EQ(p2m_init(d), 0);
}

static inline struct page_info *page_of(struct domain *owner, unsigned int order)
{
    struct page_info *pg = alloc_domheap_pages(owner, order, 0);

    CHECK(pg);
    return pg;
}

static inline unsigned int references(const struct page_info *pg)
{
    return pg->count_info & PGC_count_mask;
}

static inline bool maps(unsigned long gfn, mfn_t mfn, p2m_type_t type)
{
    p2m_type_t found;

    return mfn_eq(p2m_lookup(d, _gfn(gfn), &found, NULL), mfn) && found == type;
}

/* The tables below and with this one. Each knows how many of its entries map something, and none
 * but the root is there for nothing. */
static inline unsigned int tables_below(paddr_t table, unsigned int level)
{
    uint64_t *slot = maddr_to_virt(table);
    unsigned int tables = 1, entries = 0;

    for (unsigned int i = 0; i < TABLE_ENTRIES; i++) {
        entries += !!slot[i];
        if (slot[i] && !npt_format.is_leaf(slot[i], level))
            tables += tables_below(mfn_to_maddr(npt_format.mfn(slot[i])), level - 1);
    }
    CHECK_EQ(virt_to_page(slot)->entries, entries);
    CHECK(entries || level == P2M_LEVELS);
    return tables;
}

static inline unsigned int list_length(paddr_t page)
{
    return page ? 1 + list_length(*(uint64_t *)maddr_to_virt(page)) : 0;
}

/* Whatever happened, the account of d's tables is that of its tree. */
static inline void p2m_check(void)
{
    const struct p2m *p2m = d->arch.p2m;

    if (p2m->root)
        CHECK_EQ(p2m->table_count, tables_below(p2m->root, P2M_LEVELS) + list_length(p2m->retired));
    CHECK_EQ(p2m->pool_count, list_length(p2m->pool));
    heap_check();
}

static inline void everything_returns(void)
{
    p2m_check();
    while (p2m_teardown(d) == -ERESTART)
        preempt = !preempt; /* some progress each time, or it would not end */
    p2m_free(d);
    heap_check();
}

/* --- a lookup that has begun --- */

static uint64_t version;

/* Would a lookup of gfn that began at `version` go on now? */
static inline bool still_walks(unsigned long gfn)
{
    uint64_t entry;
    unsigned int level;

    return p2m_table_walk(d->arch.p2m, gfn, version, &entry, &level);
}

static inline void begin_lookup(void)
{
    version = p2m_table_version(d->arch.p2m);
}

#endif
