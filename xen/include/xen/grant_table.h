/* SPDX-License-Identifier: GPL-2.0-only */
/* Grant tables (version 1): pages lent between domains. */
#ifndef XEN_GRANT_TABLE_H
#define XEN_GRANT_TABLE_H

#include <xen/types.h>
#include <public/grant_table.h>

struct domain;
struct page_info;

int grant_table_init(struct domain *d, unsigned int max_frames, unsigned int max_maptrack_frames);
void grant_table_destroy(struct domain *d);             /* after the last reference */
int grant_table_relinquish_mappings(struct domain *d);  /* dying: unmaps all that d has mapped; -ERESTART */
/* The page of the table's frame idx, growing the table as far as needed. -EINVAL beyond its maximum. */
int grant_table_frame(struct domain *d, unsigned int idx, mfn_t *mfn);
unsigned int grant_table_frame_count(const struct domain *d);
unsigned int grant_table_max_frames(const struct domain *d);

/* The operations, for the calling domain d; they return GNTST_ codes. */
int grant_map(struct domain *d, struct gnttab_map_grant_ref *op);   /* fills in handle and dev_bus_addr */
int grant_copy(struct domain *d, const struct gnttab_copy *op);

/* Unmapping, several at a time: the TLBs are flushed and the grants released at the end. */
#define GRANT_UNMAPPING_MAX 32
struct grant_unmapped {
    struct domain *granter;
    grant_handle_t handle;
    grant_ref_t ref;
    bool is_readonly;
};
struct grant_unmapping {
    struct domain *d;
    unsigned int count;
    struct grant_unmapped mapping[GRANT_UNMAPPING_MAX];
};
void grant_unmap_begin(struct grant_unmapping *u, struct domain *d);
int grant_unmap(struct grant_unmapping *u, grant_handle_t handle, uint64_t host_addr);
void grant_unmap_end(struct grant_unmapping *u);

#endif
