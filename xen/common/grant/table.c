/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain's grant table: pages that grow as they are asked for, lent to the domain, which maps and
 * fills them.
 */
#include <xen/errno.h>
#include <xen/grant_table.h>
#include <xen/lib.h>
#include <xen/nospec.h>
#include <xen/page_alloc.h>
#include <xen/xmalloc.h>

#include "private.h"

#define FRAMES_DEFAULT   64
#define FRAMES_MAX       1024
#define MAPTRACK_DEFAULT 1024
#define MAPTRACK_MAX     4096

/* Limits come as signed numbers; a negative one asks for the default. */
static unsigned int limit(unsigned int wanted, unsigned int standard, unsigned int most)
{
    return (int)wanted < 0 ? standard : min(wanted, most);
}

static int frame_add(struct domain *d)
{
    struct grant_table *t = d->grant;
    struct grant_active *active = xzalloc_array(struct grant_active, ENTRIES_PER_FRAME);
    void *frame = active ? alloc_xenheap_page() : NULL;

    if (!frame) {
        xfree(active);
        return -ENOMEM;
    }
    page_share_with(virt_to_page(frame), d, true);
    t->active[t->frame_count] = active;
    t->frame[t->frame_count++] = frame;
    return 0;
}

/*
 * The first frame is there from the start: a toolstack writes the entries for console and xenstore
 * when all other memory may be claimed.
 */
int grant_table_init(struct domain *d, unsigned int max_frames, unsigned int max_maptrack_frames)
{
    struct grant_table *t = xzalloc(struct grant_table);

    if (!t)
        return -ENOMEM;
    d->grant = t; /* what is missing below is freed by grant_table_destroy() */
    spin_lock_init(&t->lock, LOCK_GRANT);
    t->free_handle = HANDLE_NONE;
    t->max_frames = limit(max_frames, FRAMES_DEFAULT, FRAMES_MAX);
    t->max_rows = limit(max_maptrack_frames, MAPTRACK_DEFAULT, MAPTRACK_MAX);
    t->frame = xzalloc_array(struct grant_entry_v1 *, t->max_frames);
    t->active = xzalloc_array(struct grant_active *, t->max_frames);
    t->row = xzalloc_array(struct grant_track *, t->max_rows);
    if (!t->frame || !t->active || !t->row)
        return -ENOMEM;
    return t->max_frames ? frame_add(d) : 0;
}

void grant_table_destroy(struct domain *d)
{
    struct grant_table *t = d->grant;

    if (!t)
        return;
    for (unsigned int i = 0; i < t->frame_count; i++) {
        xfree(t->active[i]);
        free_xenheap_page(t->frame[i]);
    }
    for (unsigned int i = 0; i < t->row_count; i++)
        xfree(t->row[i]);
    xfree(t->frame);
    xfree(t->active);
    xfree(t->row);
    xfree(t);
    d->grant = NULL;
}

int grant_table_frame(struct domain *d, unsigned int idx, mfn_t *mfn)
{
    struct grant_table *t = d->grant;
    int rc = 0;

    if (idx >= t->max_frames)
        return -EINVAL;
    idx = index_clamp(idx, t->max_frames);
    spin_lock(&t->lock);
    while (!rc && idx >= t->frame_count)
        rc = frame_add(d);
    if (!rc)
        *mfn = virt_to_mfn(t->frame[idx]);
    spin_unlock(&t->lock);
    return rc;
}

unsigned int grant_table_frame_count(const struct domain *d)
{
    return READ_ONCE(d->grant->frame_count);
}

unsigned int grant_table_max_frames(const struct domain *d)
{
    return d->grant->max_frames;
}
