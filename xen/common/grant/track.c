/* SPDX-License-Identifier: GPL-2.0-only */
/* The tracks of a mapping domain: handles, given out from a list of free ones, in rows that are
 * added as needed. */
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/nospec.h>
#include <xen/xmalloc.h>

#include "private.h"

static struct grant_track *track_at(struct grant_table *t, grant_handle_t handle)
{
    return &t->row[handle / TRACKS_PER_ROW][handle % TRACKS_PER_ROW];
}

struct grant_track *track_find(struct grant_table *t, grant_handle_t handle)
{
    unsigned int count = t->row_count * TRACKS_PER_ROW;
    struct grant_track *track;

    ASSERT(spin_is_locked(&t->lock));
    if (handle >= count)
        return NULL;
    track = track_at(t, index_clamp(handle, count));
    return track->is_mapped ? track : NULL;
}

static int row_add(struct grant_table *t)
{
    struct grant_track *row;

    if (t->row_count >= t->max_rows)
        return -ENOSPC;
    row = xzalloc_array(struct grant_track, TRACKS_PER_ROW);
    if (!row)
        return -ENOMEM;
    for (unsigned int i = 0; i < TRACKS_PER_ROW; i++)
        row[i].ref = t->row_count * TRACKS_PER_ROW + i + 1;
    row[TRACKS_PER_ROW - 1].ref = HANDLE_NONE;
    t->free_handle = t->row_count * TRACKS_PER_ROW;
    t->row[t->row_count++] = row;
    return 0;
}

int track_alloc(struct domain *d, grant_handle_t *handle)
{
    struct grant_table *t = d->grant;
    int rc = 0;

    spin_lock(&t->lock);
    if (t->free_handle == HANDLE_NONE)
        rc = row_add(t);
    if (!rc) {
        *handle = t->free_handle;
        t->free_handle = track_at(t, *handle)->ref;
    }
    spin_unlock(&t->lock);
    return rc;
}

void track_free(struct domain *d, grant_handle_t handle)
{
    struct grant_table *t = d->grant;
    struct grant_track *track;

    spin_lock(&t->lock);
    track = track_at(t, handle);
    *track = (struct grant_track){.ref = t->free_handle};
    t->free_handle = handle;
    spin_unlock(&t->lock);
}
