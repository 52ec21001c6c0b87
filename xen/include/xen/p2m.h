/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guest frame -> machine frame.  Lookups return a referenced page; changes are flushed once per batch
 * (p2m_batch_begin/end), in the CPUs and, for a domain with devices, in the IOMMU: one table serves both.
 * Locks: LOCK_P2M of the domain, inside.
 */
#ifndef XEN_P2M_H
#define XEN_P2M_H

#include <xen/types.h>

struct domain;
struct page_info;

typedef enum {
    p2m_invalid,        /* nothing there */
    p2m_ram_rw,
    p2m_ram_ro,
    p2m_mmio_direct,    /* a device's memory, of the hardware domain */
    p2m_map_foreign,    /* another domain's page; the entry holds a reference */
    p2m_grant_map_rw,   /* a grant; the grant table holds the reference */
    p2m_grant_map_ro,
} p2m_type_t;

int p2m_init(struct domain *d);
int p2m_teardown(struct domain *d);             /* -ERESTART until done */
void p2m_free(struct domain *d);

/*
 * How many pages are set aside for the domain's tables, those in use counted.  Setting it takes them from the heap
 * or gives them back, but for tables in use: -ERESTART until done.  -ENOMEM: nothing is taken that is not there
 * from the start; what was taken before somebody else took the rest stays aside until another size is set.
 */
int p2m_set_pool(struct domain *d, unsigned long pages);
unsigned long p2m_get_pool(struct domain *d);

/* What gfn maps to. *order: the size of the mapping it is part of. INVALID_MFN for none. No reference. */
mfn_t p2m_lookup(struct domain *d, gfn_t gfn, p2m_type_t *type, unsigned int *order);
/* The page behind gfn, referenced, of RAM, foreign or grant types; NULL otherwise, or not writable for is_write. */
struct page_info *p2m_get_page(struct domain *d, gfn_t gfn, p2m_type_t *type, bool is_write);

/* Maps 2^order frames, replacing what is there (references of replaced foreign entries are dropped). -ENOMEM, -EINVAL. */
int p2m_set(struct domain *d, gfn_t gfn, mfn_t mfn, unsigned int order, p2m_type_t type);
/* Unmaps; with mfn not INVALID_MFN only if it maps there, as a page of that type, else -ENOENT. */
int p2m_remove(struct domain *d, gfn_t gfn, mfn_t mfn, unsigned int order, p2m_type_t type);
gfn_t p2m_highest(const struct domain *d);      /* the highest gfn ever mapped */

void p2m_batch_begin(struct domain *d);         /* nests */
void p2m_batch_end(struct domain *d);           /* flushes what the batch changed */

#endif
