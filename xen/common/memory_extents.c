/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory_op: domains get memory and give it back, in extents of 2^order pages.
 *
 * These operations return how many extents are done, whatever the reason for which they stopped:
 * that is their interface.  The caller compares it with what it asked for.
 */
#include <xen/errno.h>
#include <xen/guest_access.h>
#include <xen/guest_layout.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/memory_op.h>
#include <xen/p2m.h>
#include <xen/page_alloc.h>
#include <xen/privilege.h>
#include <xen/sched.h>
#include <xen/vnuma.h>

/* A domain may ask for itself up to 2 MiB a piece; its builder up to 1 GiB. */
#define ORDER_MAX_SELF    9
#define ORDER_MAX_CONTROL 18

#define FRAMES_PER_READ 32

/* A reservation being worked on, with a window on the guest's list of frames. */
struct extents {
    struct domain *d;
    struct xen_memory_reservation r;
    unsigned int memflags;
    uint64_t frame[FRAMES_PER_READ];
    unsigned long first, end; /* extents that the window holds */
};

/* --- pages on their way out --- */

/* The allocation's references of a block: whoever else holds a page keeps it until it lets go. */
static void block_give_up(struct page_info *pg, unsigned int order)
{
    for (unsigned long i = 0; i < 1UL << order; i++)
        page_put_alloc_ref(mfn_to_page(mfn_add(page_to_mfn(pg), i)));
}

void leaving_begin(struct leaving *l, struct domain *d)
{
    l->d = d;
    l->count = 0;
    p2m_batch_begin(d);
}

void leaving_end(struct leaving *l)
{
    p2m_batch_end(l->d);
    for (; l->count; l->count--)
        block_give_up(l->block[l->count - 1].pg, l->block[l->count - 1].order);
}

/*
 * Two vCPUs may want to return the same page: the one that removes the mapping has it, the other is
 * told -ENOENT.
 */
int leaving_take(struct leaving *l, gfn_t gfn, unsigned int order)
{
    p2m_type_t type;
    unsigned int mapped;
    mfn_t mfn = p2m_lookup(l->d, gfn, &type, &mapped);
    struct page_info *pg;

    if (type != p2m_ram_rw && type != p2m_ram_ro)
        return -EINVAL;
    order = min(order, mapped);
    if (p2m_remove(l->d, gfn, mfn, order, type))
        return -EINVAL;
    pg = mfn_to_page(mfn);
    if (!(pg->count_info & PGC_xen_heap)) { /* what was only lent stays the hypervisor's */
        l->block[l->count].pg = pg;
        l->block[l->count++].order = order;
    }
    if (l->count == LEAVING_BLOCKS) {
        leaving_end(l);
        leaving_begin(l, l->d);
    }
    return order;
}

/* --- the guest's list --- */

static int window_move(struct extents *e, unsigned long i)
{
    unsigned long count = min(e->r.nr_extents - i, (unsigned long)FRAMES_PER_READ);

    if (guest_words_read(e->frame, (uint64_t)e->r.extent_start.p, i, count))
        return -EFAULT;
    e->first = i;
    e->end = i + count;
    return 0;
}

static int extent_frame(struct extents *e, unsigned long i, gfn_t *gfn)
{
    if ((i < e->first || i >= e->end) && window_move(e, i))
        return -EFAULT;
    *gfn = _gfn(e->frame[i - e->first]);
    return IS_ALIGNED(gfn_x(*gfn), 1UL << e->r.extent_order) ? 0 : -EINVAL;
}

/* --- setting out --- */

int memory_flags(struct domain *d, unsigned int flags, unsigned int *memflags)
{
    unsigned int bits = XENMEMF_get_address_bits(flags);
    nodeid_t node = XENMEMF_get_node(flags);

    if (flags & XENMEMF_populate_on_demand)
        return -EOPNOTSUPP;
    if ((flags & XENMEMF_vnode) && vnuma_host_node(d, node, &node))
        return -EINVAL;
    *memflags = bits && bits < 64 ? MEMF_bits(bits) : 0;
    if (node == NUMA_NO_NODE)
        return flags & XENMEMF_exact_node_request ? -EINVAL : 0;
    if (!node_online(node))
        return -EINVAL;
    *memflags |= MEMF_node(node);
    if (flags & XENMEMF_exact_node_request)
        *memflags |= MEMF_exact_node;
    return 0;
}

static bool is_reasonable(const struct extents *e, const struct memory_call *call)
{
    const struct domain *caller = current->domain;

    /* What is left of the command above the operation's six bits must be able to count them. */
    return call->start < e->r.nr_extents && e->r.nr_extents <= call->start_max &&
           e->r.extent_order <= (caller->is_privileged ? ORDER_MAX_CONTROL : ORDER_MAX_SELF);
}

static int extents_begin(struct extents *e, const struct memory_call *call)
{
    int rc;

    if (guest_read_as(LAYOUT_memory_reservation, &e->r, call->gva))
        return -EFAULT;
    if (!is_reasonable(e, call))
        return -EINVAL;
    rc = memory_target(e->r.domid, TARGET_SELF_OR_BY_CONTROL, &e->d);
    if (rc)
        return rc;
    rc = memory_flags(e->d, e->r.mem_flags, &e->memflags);
    if (rc)
        memory_target_put(e->d);
    e->first = e->end = 0;
    return rc;
}

/* Extent after extent until one fails, or until something else is due. */
static long extents_run(struct memory_call *call, int (*one)(struct extents *e, unsigned long i))
{
    struct extents e;
    unsigned long i;

    if (extents_begin(&e, call))
        return call->start;
    for (i = call->start; i < e.r.nr_extents; i++) {
        if (memory_preempted(call, i)) {
            memory_target_put(e.d);
            return -ERESTART;
        }
        if (one(&e, i))
            break;
    }
    memory_target_put(e.d);
    return i;
}

/* --- the three operations --- */

static int populate_one(struct extents *e, unsigned long i)
{
    struct page_info *pg;
    gfn_t gfn;
    int rc = extent_frame(e, i, &gfn);

    if (rc)
        return rc;
    pg = alloc_domheap_pages(e->d, e->r.extent_order, e->memflags);
    if (!pg)
        return -ENOMEM;
    rc = p2m_set(e->d, gfn, page_to_mfn(pg), e->r.extent_order, p2m_ram_rw);
    if (rc)
        block_give_up(pg, e->r.extent_order);
    return rc;
}

long memory_populate_physmap(struct memory_call *call)
{
    return extents_run(call, populate_one);
}

/* Without a place in the guest's map; for a translated guest that is an account of what it may come
 * to have. */
static int increase_one(struct extents *e, unsigned long i)
{
    return alloc_domheap_pages(e->d, e->r.extent_order, e->memflags) ? 0 : -ENOMEM;
}

long memory_increase_reservation(struct memory_call *call)
{
    return extents_run(call, increase_one);
}

static int decrease_one(struct extents *e, unsigned long i)
{
    struct leaving leaving;
    gfn_t gfn, end;
    int order = extent_frame(e, i, &gfn);

    if (order)
        return order;
    end = gfn_add(gfn, 1UL << e->r.extent_order);
    leaving_begin(&leaving, e->d);
    while (gfn_x(gfn) < gfn_x(end) && (order = leaving_take(&leaving, gfn, e->r.extent_order)) >= 0)
        gfn = gfn_add(gfn, 1UL << order);
    leaving_end(&leaving);
    return min(order, 0);
}

long memory_decrease_reservation(struct memory_call *call)
{
    return extents_run(call, decrease_one);
}
