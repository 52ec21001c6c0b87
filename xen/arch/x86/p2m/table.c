// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tree of tables: finding an entry, making the tables above it, splitting large mappings, and
 * taking tables out that map nothing any more.  Each counts its entries for that, in its page_info.
 * Nothing here flushes or drops references: p2m.c does, from the old entries handed to it.
 * Table pages belong to the domain without counting as its memory.
 */
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/page_alloc.h>
#include <asm/processor.h>
#include "private.h"

static const struct p2m_format *const format = &npt_format;
static unsigned int level_max = 2;

void p2m_cpu_features(void)
{
    const uint32_t page_1g = 1u << 26; /* CPUID 8000_0001 EDX */

    level_max = cpuid(0x80000001).d & page_1g ? 3 : 2;
}

unsigned int p2m_level_max(void)
{
    return level_max;
}

static uint64_t *table_at(paddr_t table)
{
    return maddr_to_virt(table);
}

/* --- tables that nothing points to any more --- */

/* Processors may still walk the page until the flush, so only its first entry is used for the link,
 * and without its present bit. */
static void retire(struct p2m *p2m, paddr_t table)
{
    __atomic_store_n(table_at(table), p2m->retired, __ATOMIC_RELAXED);
    p2m->retired = table;
}

void p2m_table_free_retired(struct p2m *p2m)
{
    while (p2m->retired) {
        paddr_t table = p2m->retired;

        p2m->retired = *table_at(table);
        p2m_table_free(p2m, table);
    }
}

/* --- the tree --- */

static unsigned int index_at(unsigned long gfn, unsigned int level)
{
    return (gfn >> LEVEL_ORDER(level)) % TABLE_ENTRIES;
}

static void entry_write(uint64_t *slot, uint64_t entry)
{
    virt_to_page(slot)->entries += (uint32_t) !!entry - (uint32_t) !!*slot;
    __atomic_store_n(slot, entry, __ATOMIC_RELEASE); /* processors and devices walk meanwhile */
}

uint64_t p2m_table_version(const struct p2m *p2m)
{
    return __atomic_load_n(&p2m->version, __ATOMIC_ACQUIRE);
}

/* An entry is not there any more; what it led to may go after this. */
void p2m_table_changed(struct p2m *p2m)
{
    __atomic_fetch_add(&p2m->version, 1, __ATOMIC_SEQ_CST);
}

/*
 * The entry that decides about gfn, a leaf or 0, and its level.  False if the version is not
 * `version` any more: a table on the way may have been anything when it was read.  So no entry is
 * followed before the version was looked at again after reading it.
 */
bool p2m_table_walk(struct p2m *p2m, unsigned long gfn, uint64_t version, uint64_t *entry,
                    unsigned int *level)
{
    paddr_t table = __atomic_load_n(&p2m->root, __ATOMIC_ACQUIRE);

    *entry = 0;
    for (*level = P2M_LEVELS; table; --*level) {
        *entry = __atomic_load_n(&table_at(table)[index_at(gfn, *level)], __ATOMIC_ACQUIRE);
        if (p2m_table_version(p2m) != version)
            return false;
        if (!*entry || format->is_leaf(*entry, *level))
            break;
        table = mfn_to_maddr(format->mfn(*entry));
    }
    return true;
}

/* The same with the lock held: nothing changes. */
uint64_t p2m_table_get(struct p2m *p2m, unsigned long gfn, unsigned int *level)
{
    uint64_t entry;

    if (!p2m_table_walk(p2m, gfn, p2m->version, &entry, level))
        ASSERT_UNREACHABLE();
    return entry;
}

/* Puts a table that maps the same in the place of a large mapping. */
static int split(struct p2m *p2m, uint64_t *slot, unsigned int level)
{
    struct page_info *pg = p2m_table_alloc(p2m);
    uint64_t old = *slot, *table;

    if (!pg)
        return -ENOMEM;
    table = page_to_virt(pg);
    for (unsigned int i = 0; i < TABLE_ENTRIES; i++)
        table[i] =
            format->leaf(mfn_add(format->mfn(old), (unsigned long)i << LEVEL_ORDER(level - 1)),
                         level - 1, format->type(old));
    pg->entries = TABLE_ENTRIES;
    entry_write(slot, format->table(mfn_to_maddr(page_to_mfn(pg)), level));
    return 0;
}

static int make_table(struct p2m *p2m, uint64_t *slot, unsigned int level)
{
    struct page_info *pg = p2m_table_alloc(p2m);

    if (!pg)
        return -ENOMEM;
    entry_write(slot, format->table(mfn_to_maddr(page_to_mfn(pg)), level));
    return 0;
}

/* Writes `leaf` (0: nothing) for gfn at `level`, making or splitting what lies above. *old: what
 * was there, perhaps a table. */
int p2m_table_set(struct p2m *p2m, unsigned long gfn, unsigned int level, uint64_t leaf,
                  uint64_t *old)
{
    uint64_t *table = table_at(p2m->root), *slot;

    ASSERT(level && level <= level_max);
    *old = 0;
    for (unsigned int l = P2M_LEVELS;; l--) {
        int rc = 0;

        slot = &table[index_at(gfn, l)];
        if (l == level)
            break;
        if (!*slot && !leaf)
            return 0;
        if (!*slot)
            rc = make_table(p2m, slot, l);
        else if (format->is_leaf(*slot, l))
            rc = split(p2m, slot, l);
        if (rc)
            return rc;
        table = table_at(mfn_to_maddr(format->mfn(*slot)));
    }
    *old = *slot;
    entry_write(slot, leaf);
    if (*old)
        p2m_table_changed(p2m);
    return 0;
}

unsigned int p2m_table_prune(struct p2m *p2m, unsigned long gfn)
{
    unsigned int level = P2M_LEVELS, highest = 0;
    uint64_t *slot[P2M_LEVELS + 1] = {}, *table = table_at(p2m->root);

    for (;; level--) {
        slot[level] = &table[index_at(gfn, level)];
        if (!*slot[level] || format->is_leaf(*slot[level], level))
            break;
        table = table_at(mfn_to_maddr(format->mfn(*slot[level])));
    }
    for (; level < P2M_LEVELS && !virt_to_page(slot[level])->entries; level++) {
        highest = level + 1;
        entry_write(slot[highest], 0);
        p2m_table_changed(p2m);
        retire(p2m, mfn_to_maddr(page_to_mfn(virt_to_page(slot[level]))));
    }
    return highest;
}

/* `entry` has been taken out of the tree: calls each() for every leaf below and retires its tables.
 */
void p2m_table_release(struct p2m *p2m, uint64_t entry, unsigned int level, p2m_leaf_fn *each)
{
    paddr_t table = mfn_to_maddr(format->mfn(entry));

    if (format->is_leaf(entry, level)) {
        each(p2m, entry);
        return;
    }
    for (unsigned int i = 0; i < TABLE_ENTRIES; i++)
        if (table_at(table)[i])
            p2m_table_release(p2m, table_at(table)[i], level - 1, each);
    retire(p2m, table);
}

/* The same for all entries of `table`, whose level this is; a bounded piece at a time: -ERESTART
 * until done. */
int p2m_table_release_some(struct p2m *p2m, paddr_t table, unsigned int level, p2m_leaf_fn *each)
{
    for (unsigned int i = 0; i < TABLE_ENTRIES; i++) {
        uint64_t *slot = &table_at(table)[i], entry = *slot;
        int rc;

        if (!entry)
            continue;
        if (level > 2 && !format->is_leaf(entry, level)) {
            rc = p2m_table_release_some(p2m, mfn_to_maddr(format->mfn(entry)), level - 1, each);
            if (rc)
                return rc;
        }
        *slot = 0;
        p2m_table_release(p2m, entry, level, each);
        if (hypercall_preempt_check())
            return -ERESTART;
    }
    return 0;
}
