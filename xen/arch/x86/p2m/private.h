/* SPDX-License-Identifier: GPL-2.0-only */
/* What p2m/'s files share: the account of one domain's tables, and the format of their entries. */
#ifndef P2M_PRIVATE_H
#define P2M_PRIVATE_H

#include <xen/mm.h>
#include <xen/p2m.h>
#include <xen/spinlock.h>
#include <xen/time.h>
#include <xen/timer.h>
#include <asm/p2m.h>

#define P2M_DEFERRED_MAX 240
#define P2M_LAZY_FLUSH   MILLISECS(10)
#define TABLE_ENTRIES    512
#define LEVEL_ORDER(level) (((level) - 1) * 9)

/*
 * What the hardware domain has set aside for each other domain, so that who builds that domain does
 * not fail late for want of a table to map its pages with.  A builder maps P2M_WINDOW pages at a
 * time (libxenguest's map_pages()); wherever the hardware domain's kernel puts them, each needs one
 * table of the lowest level at most.  The rest is for the levels above, which serve 1 GiB or more
 * each, for the grant table's frame and for the two rings that the daemons map.
 */
#define P2M_WINDOW  64
#define P2M_RESERVE (P2M_WINDOW + 16)

/* Guards: P the lock, A atomic. */
struct p2m {
    spinlock_t lock;
    struct domain *domain;
    paddr_t root;                   /* A, changes under P; 0: being torn down */
    uint64_t generation;            /* A: see p2m_generation() */
    uint64_t version;               /* A, grows under P: see p2m.c, lookups */
    unsigned long highest;          /* P */
    paddr_t dying_root;             /* P: the root, once p2m_teardown() has begun */
    unsigned int table_count;       /* P: tables in use, retired ones among them */
    unsigned int pool_count;        /* P: pages set aside for more */
    unsigned long pool_size;        /* P: what the two shall be together */
    unsigned long reserve;          /* P: of the pages set aside, those that only an empty heap makes us use */
    paddr_t pool;                   /* P: the pages set aside, linked */
    paddr_t retired;                /* P: table pages to be freed after the next flush, linked */
    unsigned int batch;             /* P: depth */
    bool needs_flush;               /* P: TLBs may hold what the tables no longer say */
    bool must_flush;                /* P: and somebody could tell the difference */
    bool has_unheld;                /* P: and for some of it nothing is held until then: see p2m_batch_end() */
    struct timer lazy_flush;
    bool has_iommu;
    unsigned long changed_first, changed_last;  /* P: the range that the flush is for */
    unsigned int deferred_count;    /* P: references to be dropped after the flush */
    struct page_info *deferred[P2M_DEFERRED_MAX];
};

/* A format of entries.  Level 1 maps 4 KiB, 2: 2 MiB, 3: 1 GiB. An entry of 0 maps nothing. */
struct p2m_format {
    uint64_t (*leaf)(mfn_t mfn, unsigned int level, p2m_type_t type);
    uint64_t (*table)(paddr_t table, unsigned int level);
    bool (*is_leaf)(uint64_t entry, unsigned int level);
    mfn_t (*mfn)(uint64_t entry);
    p2m_type_t (*type)(uint64_t entry);
};

extern const struct p2m_format npt_format;

/* table.c: walking, with the lock or without; and changing, without flushing, lock held. */
typedef void p2m_leaf_fn(struct p2m *p2m, uint64_t entry);
uint64_t p2m_table_version(const struct p2m *p2m);
void p2m_table_changed(struct p2m *p2m);
bool p2m_table_walk(struct p2m *p2m, unsigned long gfn, uint64_t version, uint64_t *entry, unsigned int *level);
uint64_t p2m_table_get(struct p2m *p2m, unsigned long gfn, unsigned int *level);
int p2m_table_set(struct p2m *p2m, unsigned long gfn, unsigned int level, uint64_t leaf, uint64_t *old);
void p2m_table_release(struct p2m *p2m, uint64_t entry, unsigned int level, p2m_leaf_fn *each);
int p2m_table_release_some(struct p2m *p2m, paddr_t table, unsigned int level, p2m_leaf_fn *each);
/* Takes out the tables that gfn lies in and that map nothing. The highest level of the entries that pointed to them, or 0. */
unsigned int p2m_table_prune(struct p2m *p2m, unsigned long gfn);
void p2m_table_free_retired(struct p2m *p2m);
unsigned int p2m_level_max(void);

/* pool.c: where tables come from and go to. Lock held. */
struct page_info *p2m_table_alloc(struct p2m *p2m);
void p2m_table_free(struct p2m *p2m, paddr_t table);
int p2m_pool_resize(struct p2m *p2m, unsigned long pages);  /* -ERESTART until done, -ENOMEM */
int p2m_pool_shrink(struct p2m *p2m, unsigned long pages);  /* -ERESTART until done */
int p2m_pool_reserve(struct p2m *p2m, unsigned long pages); /* so many more; -ENOMEM: as before */
void p2m_pool_unreserve(struct p2m *p2m, unsigned long pages);

#endif
