// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guest frames to machine frames: the operations of <xen/p2m.h>, whatever the format of the tables.
 *
 * A change that takes a mapping away leaves copies of it in TLBs.  Until they are flushed the page
 * behind it must not be given to anybody else.  So whoever removes a page need not care: the table
 * keeps a reference to each page it lets go of until the flush, which comes at the end of the call,
 * or of the outermost batch.
 *
 *     this CPU                                another CPU, running the domain
 *     entry = 0
 *     generation++
 *     which CPUs run it?  interrupt them -->  leaves the guest
 *     wait until they answered           <--  answers, enters again: sees the new generation,
 *     drop the references                     takes an ASID without entries (svm/asid.c)
 *
 * A vCPU that starts running in between reads the generation after it is marked as running.
 *
 * The flush of foreign mappings may wait: a toolstack takes tens of thousands of them away, one
 * hypercall each, and all that a stale translation reaches is a page that the domain had been
 * given, still held by the table.  So that flush comes when something else needs one, when a frame
 * in its range is mapped anew, when the list of held pages is full, or after some milliseconds.
 */
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/iommu.h>
#include <xen/lib.h>
#include <xen/page_alloc.h>
#include <xen/smp.h>
#include <xen/xmalloc.h>
#include "private.h"

#define GFN_LIMIT (1UL << 36) /* four levels: 48 bits of address */

static const struct p2m_format *const format = &npt_format;

paddr_t p2m_root(const struct domain *d)
{
    return d->arch.p2m->root;
}

uint64_t p2m_generation(const struct domain *d)
{
    return __atomic_load_n(&d->arch.p2m->generation, __ATOMIC_SEQ_CST);
}

void p2m_share_with_iommu(struct domain *d)
{
    d->arch.p2m->has_iommu = true;
}

/* --- flushing --- */

static void nothing(void *arg)
{
}

/* Makes every CPU that runs d leave the guest; they find the new generation when they enter again.
 */
static void flush_processors(struct domain *d)
{
    cpumask_t mask = {0};
    struct vcpu *v;

    smp_mb();
    for_each_vcpu (d, v)
        if (READ_ONCE(v->is_running) && v->processor != smp_processor_id())
            cpumask_set(&mask, v->processor);
    if (!cpumask_empty(&mask))
        smp_call(&mask, nothing, NULL, true);
}

static void flush(struct p2m *p2m)
{
    p2m->must_flush = p2m->has_unheld = false;
    if (p2m->needs_flush) {
        p2m->needs_flush = false;
        __atomic_fetch_add(&p2m->generation, 1, __ATOMIC_SEQ_CST);
        flush_processors(p2m->domain);
        if (p2m->has_iommu && iommu_ops)
            iommu_ops->flush(p2m->domain, _gfn(p2m->changed_first),
                             p2m->changed_last - p2m->changed_first + 1);
        p2m->changed_first = ~0UL;
        p2m->changed_last = 0;
    }
    while (p2m->deferred_count)
        page_put(p2m->deferred[--p2m->deferred_count]);
    p2m_table_free_retired(p2m);
}

static void p2m_lock(struct p2m *p2m)
{
    spin_lock(&p2m->lock);
}

static void p2m_unlock(struct p2m *p2m)
{
    if (!p2m->batch && (p2m->must_flush || !p2m->needs_flush))
        flush(p2m);
    if (p2m->needs_flush && !p2m->batch && !timer_is_active(&p2m->lazy_flush))
        timer_set(&p2m->lazy_flush, NOW() + P2M_LAZY_FLUSH);
    spin_unlock(&p2m->lock);
}

static void lazy_flush(void *data)
{
    struct p2m *p2m = data;

    p2m_lock(p2m);
    p2m->must_flush = p2m->needs_flush;
    p2m_unlock(p2m);
}

void p2m_batch_begin(struct domain *d)
{
    p2m_lock(d->arch.p2m);
    d->arch.p2m->batch++;
    spin_unlock(&d->arch.p2m->lock);
}

/*
 * Batches of several vCPUs overlap, and a grant's mapping is not held by reference: whoever took it
 * away ends the grant as soon as we return, so its flush cannot wait for the others.
 *
 *     vCPU 0                              vCPU 1
 *     batch begins
 *                                         batch begins; grant unmapped; batch ends
 *                                         the grant ends: its page is the granter's alone
 *     batch ends: the flush
 */
void p2m_batch_end(struct domain *d)
{
    struct p2m *p2m = d->arch.p2m;

    p2m_lock(p2m);
    ASSERT(p2m->batch);
    p2m->batch--;
    if (p2m->has_unheld)
        flush(p2m);
    p2m_unlock(p2m);
}

static void defer_put(struct p2m *p2m, struct page_info *pg)
{
    if (p2m->deferred_count == P2M_DEFERRED_MAX)
        flush(p2m);
    p2m->deferred[p2m->deferred_count++] = pg;
}

/* --- lookups ---
 *
 * They take no lock, since they come with every hypercall that reads or writes its caller's memory,
 * four or five of them for each argument: vCPUs of one domain would queue here.  `version` grows
 * when an entry that mapped something is overwritten, before what it led to is let go:
 *
 *     lookup                              change
 *     version?  v
 *     read the entry: page A
 *                                         entry = 0
 *                                         version = v + 1
 *     take a reference to A
 *     version?  not v: drop it, again     put A (with the flush)
 *
 * So while the version is what it was, the tables that were walked are still tables and the page is
 * still the domain's.  What is read of a table that has become something else is thrown away before
 * it is used.
 */

#define LOCKLESS_TRIES 8

struct found {
    uint64_t entry; /* a leaf, or 0 */
    unsigned int level;
    struct page_info *page; /* held, if that was asked for and granted */
};

static bool page_get_as(struct page_info *pg, struct domain *d, p2m_type_t type, bool is_write)
{
    switch (type) {
    case p2m_ram_ro:
        return !is_write && page_get(pg, d);
    case p2m_ram_rw:
        return page_get(pg, d);
    case p2m_grant_map_ro:
        return !is_write && page_get_any(pg);
    case p2m_map_foreign:
    case p2m_grant_map_rw:
        return page_get_any(pg);
    default:
        return false;
    }
}

static mfn_t found_mfn(const struct found *f, unsigned long gfn)
{
    return mfn_add(format->mfn(f->entry), gfn & ((1UL << LEVEL_ORDER(f->level)) - 1));
}

enum access { ACCESS_NONE, ACCESS_READ, ACCESS_WRITE };

/* False: something has changed meanwhile, and *f means nothing. */
static bool find_once(struct p2m *p2m, unsigned long gfn, enum access access, struct found *f)
{
    uint64_t version = p2m_table_version(p2m);

    *f = (struct found){.level = 1};
    if (!p2m_table_walk(p2m, gfn, version, &f->entry, &f->level))
        return false;
    if (access != ACCESS_NONE && f->entry && format->type(f->entry) != p2m_mmio_direct) {
        struct page_info *pg = mfn_to_page(found_mfn(f, gfn));

        if (page_get_as(pg, p2m->domain, format->type(f->entry), access == ACCESS_WRITE))
            f->page = pg;
    }
    if (p2m_table_version(p2m) == version)
        return true;
    if (f->page)
        page_put(f->page);
    return false;
}

/* Where changes come so fast that each try meets one, the lock keeps them away. */
static void find(struct p2m *p2m, unsigned long gfn, enum access access, struct found *f)
{
    *f = (struct found){.level = 1};
    if (gfn >= GFN_LIMIT)
        return;
    for (unsigned int i = 0; i < LOCKLESS_TRIES; i++)
        if (find_once(p2m, gfn, access, f))
            return;
    spin_lock(&p2m->lock);
    if (!find_once(p2m, gfn, access, f))
        ASSERT_UNREACHABLE();
    spin_unlock(&p2m->lock);
}

static p2m_type_t found_type(const struct found *f)
{
    return f->entry ? format->type(f->entry) : p2m_invalid;
}

mfn_t p2m_lookup(struct domain *d, gfn_t gfn, p2m_type_t *type, unsigned int *order)
{
    struct found f;

    find(d->arch.p2m, gfn_x(gfn), ACCESS_NONE, &f);
    if (type)
        *type = found_type(&f);
    if (order)
        *order = LEVEL_ORDER(f.level);
    return f.entry ? found_mfn(&f, gfn_x(gfn)) : INVALID_MFN;
}

struct page_info *p2m_get_page(struct domain *d, gfn_t gfn, p2m_type_t *type, bool is_write)
{
    struct found f;

    find(d->arch.p2m, gfn_x(gfn), is_write ? ACCESS_WRITE : ACCESS_READ, &f);
    if (type)
        *type = found_type(&f);
    return f.page;
}

gfn_t p2m_highest(const struct domain *d)
{
    return _gfn(d->arch.p2m->highest);
}

/* --- changes --- */

static bool is_ram(p2m_type_t type)
{
    return type == p2m_ram_rw || type == p2m_ram_ro;
}

/* A leaf is gone: its reference goes with the flush; RAM, which had none, gets one until then. */
static void leaf_gone(struct p2m *p2m, uint64_t entry)
{
    p2m_type_t type = format->type(entry);
    struct page_info *pg = type == p2m_mmio_direct ? NULL : mfn_to_page(format->mfn(entry));

    if (type == p2m_map_foreign || (is_ram(type) && p2m->batch && page_get(pg, p2m->domain)))
        defer_put(p2m, pg);
    else
        p2m->has_unheld = true;
}

/* An entry of this level, of which processors may hold a copy, has changed. */
static void note_stale(struct p2m *p2m, unsigned long gfn, unsigned int level)
{
    unsigned long size = 1UL << LEVEL_ORDER(level), first = gfn & ~(size - 1);

    p2m->needs_flush = true;
    p2m->changed_first = min(p2m->changed_first, first);
    p2m->changed_last = max(p2m->changed_last, first + size - 1);
}

static void note_change(struct p2m *p2m, unsigned long gfn, uint64_t old, unsigned int level)
{
    if (level > 1 || format->type(old) != p2m_map_foreign)
        p2m->must_flush = true;
    note_stale(p2m, gfn, level);
}

/* Large blocks are not kept by reference, page by page: they are flushed at once. */
static void entry_gone(struct p2m *p2m, unsigned long gfn, uint64_t old, unsigned int level)
{
    if (!old)
        return;
    note_change(p2m, gfn, old, level);
    p2m_table_release(p2m, old, level, leaf_gone);
    if (level > 1)
        flush(p2m);
}

/* May a translation that the tables no longer have still be cached for one of the frames? */
static bool is_stale(const struct p2m *p2m, unsigned long gfn, unsigned int level)
{
    return p2m->needs_flush && gfn <= p2m->changed_last &&
           gfn + (1UL << LEVEL_ORDER(level)) > p2m->changed_first;
}

/* Tables that map nothing go, whether they have lost the last entry or were made for one in vain.
 * Processors may know the way to them, so all that lies below it is stale: see is_stale(). */
static void prune(struct p2m *p2m, unsigned long gfn)
{
    unsigned int level = p2m_table_prune(p2m, gfn);

    if (level)
        note_stale(p2m, gfn, level);
}

/* As p2m_table_set(); where there is no memory, what only waits for a flush is made use of. */
static int table_set(struct p2m *p2m, unsigned long gfn, unsigned int level, uint64_t leaf,
                     uint64_t *old)
{
    int rc = p2m_table_set(p2m, gfn, level, leaf, old);

    if (rc == -ENOMEM && p2m->retired) {
        flush(p2m);
        rc = p2m_table_set(p2m, gfn, level, leaf, old);
    }
    if (rc || !leaf)
        prune(p2m, gfn);
    return rc;
}

static int entry_set(struct p2m *p2m, unsigned long gfn, unsigned int level, mfn_t mfn,
                     p2m_type_t type)
{
    uint64_t leaf = type == p2m_invalid ? 0 : format->leaf(mfn, level, type), old;
    int rc = table_set(p2m, gfn, level, leaf, &old);

    if (rc)
        return rc;
    if (leaf && (old || is_stale(p2m, gfn, level)))
        p2m->must_flush = true;
    if (old != leaf)
        entry_gone(p2m, gfn, old, level);
    else if (type == p2m_map_foreign)
        leaf_gone(p2m, old);
    return 0;
}

/* The largest level at which [gfn, gfn + count) can begin. */
static unsigned int level_for(unsigned long gfn, mfn_t mfn, unsigned long count)
{
    unsigned long bits = gfn | (mfn_eq(mfn, INVALID_MFN) ? 0 : mfn_x(mfn));

    for (unsigned int level = p2m_level_max(); level > 1; level--)
        if (count >= 1UL << LEVEL_ORDER(level) && IS_ALIGNED(bits, 1UL << LEVEL_ORDER(level)))
            return level;
    return 1;
}

static int range_set(struct p2m *p2m, unsigned long gfn, mfn_t mfn, unsigned long count,
                     p2m_type_t type)
{
    while (count) {
        unsigned int level = type == p2m_map_foreign ? 1 : level_for(gfn, mfn, count);
        unsigned long step = 1UL << LEVEL_ORDER(level);
        int rc = entry_set(p2m, gfn, level, mfn, type);

        if (rc)
            return rc;
        gfn += step;
        count -= step;
        if (!mfn_eq(mfn, INVALID_MFN))
            mfn = mfn_add(mfn, step);
    }
    return 0;
}

static bool range_is_valid(unsigned long gfn, unsigned int order)
{
    return order <= MAX_ORDER && gfn < GFN_LIMIT && GFN_LIMIT - gfn >= 1UL << order;
}

int p2m_set(struct domain *d, gfn_t gfn, mfn_t mfn, unsigned int order, p2m_type_t type)
{
    struct p2m *p2m = d->arch.p2m;
    int rc;

    if (!range_is_valid(gfn_x(gfn), order) || type == p2m_invalid)
        return -EINVAL;
    p2m_lock(p2m);
    rc = p2m->root ? range_set(p2m, gfn_x(gfn), mfn, 1UL << order, type) : -EINVAL;
    if (!rc)
        p2m->highest = max(p2m->highest, gfn_x(gfn) + (1UL << order) - 1);
    p2m_unlock(p2m);
    return rc;
}

/* Does [gfn, gfn + count) map [mfn, ...) as `type`, whatever the sizes of the mappings? */
static bool range_maps(struct p2m *p2m, unsigned long gfn, mfn_t mfn, unsigned long count,
                       p2m_type_t type)
{
    for (unsigned long i = 0, step; i < count; i += step) {
        unsigned int level;
        uint64_t entry = p2m_table_get(p2m, gfn + i, &level);
        unsigned long offset = (gfn + i) & ((1UL << LEVEL_ORDER(level)) - 1);

        if (!entry || format->type(entry) != type ||
            !mfn_eq(mfn_add(format->mfn(entry), offset), mfn_add(mfn, i)))
            return false;
        step = (1UL << LEVEL_ORDER(level)) - offset;
    }
    return true;
}

/*
 * Who looked a page up and means to free it must find it as it was: between the two the frame may
 * have been freed, given to another domain, and mapped here again, by a grant of that domain's.
 */
int p2m_remove(struct domain *d, gfn_t gfn, mfn_t mfn, unsigned int order, p2m_type_t type)
{
    struct p2m *p2m = d->arch.p2m;
    int rc = -ENOENT;

    if (!range_is_valid(gfn_x(gfn), order))
        return -EINVAL;
    p2m_lock(p2m);
    if (p2m->root &&
        (mfn_eq(mfn, INVALID_MFN) || range_maps(p2m, gfn_x(gfn), mfn, 1UL << order, type)))
        rc = range_set(p2m, gfn_x(gfn), INVALID_MFN, 1UL << order, p2m_invalid);
    p2m_unlock(p2m);
    return rc;
}

/* --- the pages set aside for tables --- */

int p2m_set_pool(struct domain *d, unsigned long pages)
{
    struct p2m *p2m = d->arch.p2m;
    int rc;

    p2m_lock(p2m);
    rc = p2m->root ? p2m_pool_resize(p2m, pages) : -EINVAL;
    p2m_unlock(p2m);
    return rc;
}

unsigned long p2m_get_pool(struct domain *d)
{
    struct p2m *p2m = d->arch.p2m;
    unsigned long pages;

    p2m_lock(p2m);
    pages = p2m->table_count + p2m->pool_count;
    p2m_unlock(p2m);
    return pages;
}

/* What the hardware domain needs to map d; the hardware domain itself needs nothing for that. */
static int reserve_take(const struct domain *d)
{
    struct p2m *p2m;
    int rc;

    if (!hardware_domain || d == hardware_domain)
        return 0;
    p2m = hardware_domain->arch.p2m;
    p2m_lock(p2m);
    rc = p2m_pool_reserve(p2m, P2M_RESERVE);
    p2m_unlock(p2m);
    return rc;
}

static void reserve_give(const struct domain *d)
{
    struct p2m *p2m;

    if (!hardware_domain || d == hardware_domain)
        return;
    p2m = hardware_domain->arch.p2m;
    p2m_lock(p2m);
    p2m_pool_unreserve(p2m, P2M_RESERVE);
    p2m_unlock(p2m);
}

/* --- life --- */

static struct p2m *p2m_alloc(struct domain *d)
{
    struct p2m *p2m = xzalloc(struct p2m);
    struct page_info *root;

    if (!p2m)
        return NULL;
    spin_lock_init(&p2m->lock, LOCK_P2M);
    p2m->domain = d;
    p2m->generation = 1;
    p2m->changed_first = ~0UL;
    timer_init(&p2m->lazy_flush, lazy_flush, p2m, smp_processor_id());
    root = p2m_table_alloc(p2m);
    if (!root) {
        timer_kill(&p2m->lazy_flush);
        xfree(p2m);
        return NULL;
    }
    p2m->root = mfn_to_maddr(page_to_mfn(root));
    return p2m;
}

int p2m_init(struct domain *d)
{
    int rc = reserve_take(d);

    if (rc)
        return rc;
    d->arch.p2m = p2m_alloc(d);
    if (d->arch.p2m)
        return 0;
    reserve_give(d);
    return -ENOMEM;
}

/* The domain is dying and none of its vCPUs runs: nobody walks the tables but us, and lookups by
 * others find nothing from now on. */
int p2m_teardown(struct domain *d)
{
    struct p2m *p2m = d->arch.p2m;
    int rc;

    if (!p2m)
        return 0;
    p2m_lock(p2m);
    if (p2m->root) {
        p2m->dying_root = p2m->root;
        __atomic_store_n(&p2m->root, 0, __ATOMIC_RELEASE);
        p2m_table_changed(p2m);
    }
    rc = p2m_pool_shrink(p2m, 0);
    if (!rc && p2m->dying_root)
        rc = p2m_table_release_some(p2m, p2m->dying_root, P2M_LEVELS, leaf_gone);
    p2m->must_flush = true;
    if (!rc && p2m->dying_root) {
        p2m_table_free(p2m, p2m->dying_root);
        p2m->dying_root = 0;
    }
    p2m_unlock(p2m);
    return rc;
}

void p2m_free(struct domain *d)
{
    if (!d->arch.p2m)
        return;
    while (p2m_teardown(d) == -ERESTART)
        ;
    timer_kill(&d->arch.p2m->lazy_flush);
    xfree(d->arch.p2m);
    d->arch.p2m = NULL;
    reserve_give(d);
}
