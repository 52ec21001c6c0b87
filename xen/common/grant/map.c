/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mapping granted pages into a domain, and unmapping them.
 *
 * A mapping is made in steps, none of which holds two locks: a handle, the use of the grant, the
 * entry in the map, and last the track, from when on the handle works.  It is taken down in the
 * reverse order; the grant may not end before every TLB has forgotten the page, so several are
 * unmapped, then flushed once, then released.
 */
#include <xen/errno.h>
#include <xen/grant_table.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/p2m.h>

#include "private.h"

static int check_map(const struct gnttab_map_grant_ref *op)
{
    if (!(op->flags & GNTMAP_host_map))
        return GNTST_general_error; /* the IOMMU has the same map: a device mapping alone makes no
                                       sense */
    if (op->flags & (GNTMAP_contains_pte | GNTMAP_application_map))
        return GNTST_general_error;
    return op->host_addr & ~PAGE_MASK ? GNTST_bad_virt_addr : GNTST_okay;
}

/* Only an empty place may be mapped at: what lay elsewhere would be out of reach for ever. */
static int enter_map(struct domain *d, gfn_t gfn, mfn_t mfn, bool is_readonly)
{
    p2m_type_t type;
    unsigned int order;

    p2m_lookup(d, gfn, &type, &order);
    if (type != p2m_invalid)
        return GNTST_bad_virt_addr;
    switch (p2m_set(d, gfn, mfn, 0, is_readonly ? p2m_grant_map_ro : p2m_grant_map_rw)) {
    case 0:
        return GNTST_okay;
    case -ENOMEM:
        return GNTST_no_space;
    default:
        return GNTST_bad_virt_addr;
    }
}

static void track_begin(struct domain *d, grant_handle_t handle, const struct grant_track *made)
{
    struct grant_table *t = d->grant;

    spin_lock(&t->lock);
    t->row[handle / TRACKS_PER_ROW][handle % TRACKS_PER_ROW] = *made;
    spin_unlock(&t->lock);
}

static int map_with_handle(struct domain *d, struct domain *granter,
                           struct gnttab_map_grant_ref *op, grant_handle_t handle)
{
    bool is_readonly = op->flags & GNTMAP_readonly;
    gfn_t gfn = _gfn(op->host_addr >> PAGE_SHIFT);
    struct page_info *pg;
    int status = grant_acquire(granter, d, op->ref, is_readonly, &pg);

    if (status)
        return status;
    status = enter_map(d, gfn, page_to_mfn(pg), is_readonly);
    if (status) {
        grant_release(granter, op->ref, is_readonly);
        return status;
    }
    domain_hold(granter);
    track_begin(d, handle,
                &(struct grant_track){
                    .granter = granter,
                    .gfn = gfn,
                    .mfn = page_to_mfn(pg),
                    .ref = op->ref,
                    .is_readonly = is_readonly,
                    .is_mapped = true,
                });
    op->handle = handle;
    op->dev_bus_addr = op->host_addr;
    return GNTST_okay;
}

int grant_map(struct domain *d, struct gnttab_map_grant_ref *op)
{
    struct domain *granter;
    grant_handle_t handle;
    int status = check_map(op);

    if (status)
        return status;
    granter = domain_get(op->dom == DOMID_SELF ? d->domain_id : op->dom);
    if (!granter)
        return GNTST_bad_domain;
    if (track_alloc(d, &handle)) {
        status = GNTST_no_device_space;
    } else {
        status = map_with_handle(d, granter, op, handle);
        if (status)
            track_free(d, handle);
    }
    domain_put(granter);
    return status;
}

/* --- unmapping --- */

/* Takes the mapping out of the hands of everybody else; its track is copied for what is left to do.
 */
static int claim_track(struct domain *d, grant_handle_t handle, uint64_t host_addr,
                       struct grant_track *copy)
{
    struct grant_table *t = d->grant;
    struct grant_track *track;
    int status = GNTST_bad_handle;

    spin_lock(&t->lock);
    track = track_find(t, handle);
    if (track && host_addr >> PAGE_SHIFT != gfn_x(track->gfn)) {
        status = GNTST_bad_virt_addr;
    } else if (track) {
        *copy = *track;
        track->is_mapped = false;
        status = GNTST_okay;
    }
    spin_unlock(&t->lock);
    return status;
}

void grant_unmap_begin(struct grant_unmapping *u, struct domain *d)
{
    u->d = d;
    u->count = 0;
    p2m_batch_begin(d);
}

void grant_unmap_end(struct grant_unmapping *u)
{
    p2m_batch_end(u->d);
    while (u->count) {
        const struct grant_unmapped *m = &u->mapping[--u->count];

        grant_release(m->granter, m->ref, m->is_readonly);
        track_free(u->d, m->handle);
        domain_put(m->granter);
    }
}

int grant_unmap(struct grant_unmapping *u, grant_handle_t handle, uint64_t host_addr)
{
    struct grant_track track;
    int status;

    ASSERT(u->count < GRANT_UNMAPPING_MAX);
    status = claim_track(u->d, handle, host_addr, &track);
    if (status)
        return status;
    /* If the guest has put something else there meanwhile, the page is out of its map already. */
    p2m_remove(u->d, track.gfn, track.mfn, 0,
               track.is_readonly ? p2m_grant_map_ro : p2m_grant_map_rw);
    u->mapping[u->count++] = (struct grant_unmapped){
        .granter = track.granter,
        .handle = handle,
        .ref = track.ref,
        .is_readonly = track.is_readonly,
    };
    return GNTST_okay;
}

/* The address of some mapping at or after *handle. */
static bool next_mapping(struct domain *d, grant_handle_t *handle, uint64_t *host_addr)
{
    struct grant_table *t = d->grant;
    struct grant_track *track = NULL;

    spin_lock(&t->lock);
    while (*handle < t->row_count * TRACKS_PER_ROW && !(track = track_find(t, *handle)))
        ++*handle;
    if (track)
        *host_addr = gfn_x(track->gfn) << PAGE_SHIFT;
    spin_unlock(&t->lock);
    return track != NULL;
}

int grant_table_relinquish_mappings(struct domain *d)
{
    struct grant_unmapping u;
    grant_handle_t handle = d->grant->relinquished;
    uint64_t host_addr;

    for (;;) {
        grant_unmap_begin(&u, d);
        while (u.count < GRANT_UNMAPPING_MAX && next_mapping(d, &handle, &host_addr))
            grant_unmap(&u, handle++, host_addr);
        if (!u.count) {
            grant_unmap_end(&u);
            return 0;
        }
        grant_unmap_end(&u);
        d->grant->relinquished = handle;
        if (hypercall_preempt_check())
            return -ERESTART;
    }
}
