/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the memory_op door share. */
#ifndef XEN_MEMORY_OP_H
#define XEN_MEMORY_OP_H

#include <public/memory.h>
#include <xen/domain.h>
#include <xen/mm.h>
#include <xen/privilege.h>

/* One call.  Long operations leave in `start` where to go on, and return -ERESTART. */
struct memory_call {
    uint64_t gva;        /* the argument */
    unsigned long start; /* extents that earlier rounds have done */
    unsigned long start_max; /* as many as can be told */
};

typedef long memory_fn(struct memory_call *call);

/*
 * Before extent i: is something else due?  Then call->start says where to go on.  A round does
 * one extent at least, so that every operation ends.
 */
bool memory_preempted(struct memory_call *call, unsigned long i);

/*
 * The domain whose memory an operation changes.  It may start to die meanwhile, but what it owns
 * is not taken away until the operation has let go of it: a page just allocated, say, and not
 * mapped yet.  -ESRCH, -EPERM, or -EINVAL for a dying domain.
 */
int memory_target(domid_t domid, enum target_rule rule, struct domain **d);
void memory_target_put(struct domain *d);

/* What a caller's XENMEMF_ flags ask for, as MEMF_ ones.  -EINVAL, -EOPNOTSUPP. */
int memory_flags(struct domain *d, unsigned int flags, unsigned int *memflags);

/* memory_extents.c */
memory_fn memory_increase_reservation, memory_decrease_reservation, memory_populate_physmap;

/* physmap_op.c */
memory_fn memory_add_to_physmap, memory_add_to_physmap_batch, memory_remove_from_physmap;
memory_fn memory_acquire_resource;

/* exchange_op.c, vnuma.c */
memory_fn memory_exchange, memory_get_vnumainfo;

/* the architecture: tables of usable addresses */
memory_fn arch_memory_map, arch_set_memory_map;

/*
 * Pages on their way out of a domain.  They must not be free before every TLB has forgotten them,
 * so a change of the map first takes them off, gathers them here, and gives them up when its batch
 * is flushed.
 */
#define LEAVING_BLOCKS 32
struct leaving {
    struct domain *d;
    unsigned int count;
    struct {
        struct page_info *pg;
        unsigned int order;
    } block[LEAVING_BLOCKS];
};

void leaving_begin(struct leaving *l, struct domain *d); /* and the map's batch */
void leaving_end(struct leaving *l);

/* Unmaps the block of RAM at gfn of at most this order; returns the order taken, -EINVAL if it is
 * no RAM of d's. */
int leaving_take(struct leaving *l, gfn_t gfn, unsigned int order);

#endif
