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
/* Toolstack: frames of the table for foreign mapping (acquire_resource). */
unsigned int grant_table_max_frames(const struct domain *d);
int grant_table_set_limits(struct domain *d, unsigned int max_frames, unsigned int max_maptrack);

#endif
