/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the grant files share.
 *
 * A granting domain's table has, beside each entry that the guest writes, an active entry of ours:
 * who uses the grant how often, and which page was meant when its use began.  A mapping domain's
 * table has, for each mapping, a track that its handle leads to.  One lock guards both; never are
 * two tables locked at once.
 */
#ifndef GRANT_PRIVATE_H
#define GRANT_PRIVATE_H

#include <public/grant_table.h>
#include <xen/domain.h>
#include <xen/mm.h>
#include <xen/spinlock.h>

#define ENTRIES_PER_FRAME (PAGE_SIZE / sizeof(struct grant_entry_v1))

/* A grant in use.  The page is referenced while there are readers or writers. */
struct grant_active {
    struct page_info *page;
    domid_t user;
    bool is_writable; /* by the granter itself */
    uint16_t readers;
    uint16_t writers;
};

/* A mapping.  granter is referenced, so that its number cannot come to mean another domain. */
struct grant_track {
    struct domain *granter; /* NULL: free */
    gfn_t gfn;              /* where it is mapped */
    mfn_t mfn;
    grant_ref_t ref; /* of a free one: the next free handle */
    bool is_readonly;
    bool is_mapped; /* false while it is being made, or taken down */
};

#define TRACKS_PER_ROW 128

struct grant_table {
    spinlock_t lock;         /* LOCK_GRANT */
    unsigned int max_frames; /* constant */
    unsigned int frame_count;
    struct grant_entry_v1 **frame; /* [max_frames]: pages of ours, lent to the domain */
    struct grant_active **active;  /* [max_frames]: a row for each frame */
    unsigned int max_rows;         /* constant */
    unsigned int row_count;
    struct grant_track **row;    /* [max_rows] */
    grant_handle_t free_handle;  /* HANDLE_NONE: make a new row */
    grant_handle_t relinquished; /* dying: no mapping below it is left */
};

#define HANDLE_NONE (~0u)

/* use.c: beginning and ending the use of a grant.  They return GNTST_ codes. */
int grant_acquire(struct domain *granter, struct domain *user, grant_ref_t ref, bool is_readonly,
                  struct page_info **page);
void grant_release(struct domain *granter, grant_ref_t ref, bool is_readonly);

/* track.c */
int track_alloc(struct domain *d, grant_handle_t *handle); /* -ENOSPC, -ENOMEM */
struct grant_track *track_find(struct grant_table *t,
                               grant_handle_t handle); /* NULL; with the lock held */
void track_free(struct domain *d, grant_handle_t handle);

#endif
