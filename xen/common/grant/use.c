/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Beginning and ending the use of a grant.
 *
 * Who may use it and how is in the entry, which the granting guest may change at any time.  So the
 * entry's flags and domain are read as one word, judged, and marked as in use by
 * compare-and-exchange: the mark stands only if what was judged still held.  From then on the guest
 * knows that it must not reuse the page, and we go by the active entry.
 */
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/nospec.h>
#include <xen/p2m.h>

#include "private.h"

/* Flags and domain of an entry, as they lie together in memory. */
union entry_word {
    struct {
        uint16_t flags;
        domid_t domid;
    };
    uint32_t word;
};

static struct grant_entry_v1 *entry_of(struct grant_table *t, grant_ref_t ref)
{
    return &t->frame[ref / ENTRIES_PER_FRAME][ref % ENTRIES_PER_FRAME];
}

static struct grant_active *active_of(struct grant_table *t, grant_ref_t ref)
{
    return &t->active[ref / ENTRIES_PER_FRAME][ref % ENTRIES_PER_FRAME];
}

static int judge(union entry_word seen, domid_t user, bool is_readonly)
{
    if ((seen.flags & GTF_type_mask) != GTF_permit_access || seen.domid != user)
        return GNTST_general_error;
    if (seen.flags & (GTF_sub_page | GTF_PWT | GTF_PCD | GTF_PAT))
        return GNTST_general_error;
    if (!is_readonly && (seen.flags & GTF_readonly))
        return GNTST_general_error;
    return GNTST_okay;
}

/* A guest that keeps changing the entry under our hands is not waited for. */
static int mark(struct grant_entry_v1 *entry, domid_t user, bool is_readonly)
{
    uint32_t *word = (uint32_t *)entry;

    for (unsigned int attempt = 0; attempt < 5; attempt++) {
        union entry_word seen = {.word = __atomic_load_n(word, __ATOMIC_RELAXED)}, marked = seen;
        int status = judge(seen, user, is_readonly);

        if (status)
            return status;
        marked.flags |= is_readonly ? GTF_reading : GTF_reading | GTF_writing;
        if (__atomic_compare_exchange_n(word, &seen.word, marked.word, false, __ATOMIC_SEQ_CST,
                                        __ATOMIC_SEQ_CST))
            return GNTST_okay;
    }
    return GNTST_eagain;
}

/* Takes the marks away that no use stands behind any more. */
static void unmark(struct grant_entry_v1 *entry, const struct grant_active *active)
{
    uint16_t stale = active->writers ? 0 : GTF_writing;

    if (!active->readers && !active->writers)
        stale |= GTF_reading;
    if (stale)
        __atomic_and_fetch(&entry->flags, ~stale, __ATOMIC_SEQ_CST);
}

/* The first use finds the page; it must be the granter's own memory. */
static int find_page(struct domain *granter, const struct grant_entry_v1 *entry, bool is_readonly,
                     struct grant_active *active)
{
    p2m_type_t type;
    struct page_info *pg =
        p2m_get_page(granter, _gfn(READ_ONCE(entry->frame)), &type, !is_readonly);

    if (!pg)
        return GNTST_bad_page;
    if (type != p2m_ram_rw && (type != p2m_ram_ro || !is_readonly)) {
        page_put(pg);
        return GNTST_bad_page;
    }
    active->page = pg;
    active->is_writable = type == p2m_ram_rw;
    return GNTST_okay;
}

static bool in_use(const struct grant_active *active)
{
    return active->readers || active->writers;
}

static int acquire_locked(struct domain *granter, domid_t user, grant_ref_t ref, bool is_readonly)
{
    struct grant_table *t = granter->grant;
    struct grant_entry_v1 *entry = entry_of(t, ref);
    struct grant_active *active = active_of(t, ref);
    int status;

    if (in_use(active) && active->user != user)
        return GNTST_general_error;
    if (active->readers == UINT16_MAX || active->writers == UINT16_MAX)
        return GNTST_no_space;
    status = mark(entry, user, is_readonly);
    if (status)
        return status;
    if (!in_use(active)) {
        status = find_page(granter, entry, is_readonly, active);
        active->user = user;
    } else if (!is_readonly && !active->is_writable) {
        status = GNTST_bad_page; /* found by a reader */
    }
    if (!status && is_readonly)
        active->readers++;
    else if (!status)
        active->writers++;
    else
        unmark(entry, active);
    return status;
}

int grant_acquire(struct domain *granter, struct domain *user, grant_ref_t ref, bool is_readonly,
                  struct page_info **page)
{
    struct grant_table *t = granter->grant;
    unsigned int entry_count;
    int status = GNTST_bad_gntref;

    spin_lock(&t->lock);
    entry_count = t->frame_count * ENTRIES_PER_FRAME;
    if (ref < entry_count) {
        ref = index_clamp(ref, entry_count);
        status = acquire_locked(granter, user->domain_id, ref, is_readonly);
        *page = active_of(t, ref)->page;
    }
    spin_unlock(&t->lock);
    return status;
}

void grant_release(struct domain *granter, grant_ref_t ref, bool is_readonly)
{
    struct grant_table *t = granter->grant;
    struct page_info *pg = NULL;
    struct grant_active *active;

    spin_lock(&t->lock);
    active = active_of(t, ref);
    ASSERT(is_readonly ? active->readers : active->writers);
    if (is_readonly)
        active->readers--;
    else
        active->writers--;
    unmark(entry_of(t, ref), active);
    if (!in_use(active)) {
        pg = active->page;
        active->page = NULL;
    }
    spin_unlock(&t->lock);
    if (pg)
        page_put(pg);
}
