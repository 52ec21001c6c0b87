/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory_op: what lies where in a guest's physical address space.  Pages of its own, the shared
 * page, its grant table, and pages of other domains that it may see.
 */
#include <xen/errno.h>
#include <xen/grant_table.h>
#include <xen/guest_access.h>
#include <xen/guest_layout.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/memory_op.h>
#include <xen/p2m.h>
#include <xen/privilege.h>
#include <xen/sched.h>

/* Frees the place: RAM that lay there goes back to the heap, for nobody could ever reach it again.
 */
static int vacate(struct domain *d, gfn_t gfn)
{
    struct leaving leaving;
    p2m_type_t type;
    unsigned int order;
    int rc;

    p2m_lookup(d, gfn, &type, &order);
    if (type == p2m_invalid || type == p2m_map_foreign)
        return 0; /* p2m_set() drops the reference of what it replaces */
    if (type != p2m_ram_rw && type != p2m_ram_ro)
        return -EBUSY;
    leaving_begin(&leaving, d);
    rc = leaving_take(&leaving, gfn, 0);
    leaving_end(&leaving);
    return min(rc, 0);
}

static int place(struct domain *d, gfn_t gfn, mfn_t mfn, p2m_type_t type)
{
    int rc = vacate(d, gfn);

    return rc ? rc : p2m_set(d, gfn, mfn, 0, type);
}

static int place_shared_info(struct domain *d, unsigned long idx, gfn_t gfn)
{
    return idx ? -EINVAL : place(d, gfn, virt_to_mfn(d->shared_info), p2m_ram_rw);
}

static int place_grant_frame(struct domain *d, unsigned long idx, gfn_t gfn)
{
    mfn_t mfn;
    int rc;

    if (idx & XENMAPIDX_grant_table_status || idx != (unsigned int)idx)
        return -EINVAL;
    rc = grant_table_frame(d, idx, &mfn);
    return rc ? rc : place(d, gfn, mfn, p2m_ram_rw);
}

/* A page of the domain's moves from one place to another. */
static int place_own(struct domain *d, unsigned long idx, gfn_t gfn)
{
    p2m_type_t type;
    unsigned int order;
    mfn_t mfn = p2m_lookup(d, _gfn(idx), &type, &order);
    int rc;

    if (type != p2m_ram_rw)
        return -EINVAL;
    if (gfn_x(gfn) == idx)
        return 0;
    rc = vacate(d, gfn);
    if (!rc)
        rc = p2m_remove(d, _gfn(idx), mfn, 0, type);
    if (!rc)
        rc = p2m_set(d, gfn, mfn, 0, type);
    return rc;
}

/* A page of another domain's: the mapping holds the reference that finding it took. */
static int place_foreign(struct domain *d, struct domain *owner, unsigned long idx, gfn_t gfn)
{
    p2m_type_t type;
    struct page_info *pg = p2m_get_page(owner, _gfn(idx), &type, true);
    int rc;

    if (!pg)
        return -EINVAL;
    rc = type == p2m_ram_rw ? place(d, gfn, page_to_mfn(pg), p2m_map_foreign) : -EINVAL;
    if (rc)
        page_put(pg);
    return rc;
}

static int place_one(struct domain *d, struct domain *owner, unsigned int space, unsigned long idx,
                     gfn_t gfn)
{
    switch (space) {
    case XENMAPSPACE_shared_info:
        return place_shared_info(d, idx, gfn);
    case XENMAPSPACE_grant_table:
        return place_grant_frame(d, idx, gfn);
    case XENMAPSPACE_gmfn:
        return place_own(d, idx, gfn);
    case XENMAPSPACE_gmfn_foreign:
        return owner ? place_foreign(d, owner, idx, gfn) : -ENOSYS;
    default:
        return -ENOSYS;
    }
}

/* An operation on the map of the domain that its argument names. */
static long on_target(domid_t domid, int (*fn)(struct domain *d, const void *arg), const void *arg)
{
    struct domain *d;
    long rc = memory_target(domid, TARGET_SELF_OR_BY_CONTROL, &d);

    if (rc)
        return rc;
    rc = fn(d, arg);
    memory_target_put(d);
    return rc;
}

static int add(struct domain *d, const void *arg)
{
    const struct xen_add_to_physmap *a = arg;

    return place_one(d, NULL, a->space, a->idx, _gfn(a->gpfn));
}

long memory_add_to_physmap(struct memory_call *call)
{
    struct xen_add_to_physmap arg;

    if (guest_read_as(LAYOUT_add_to_physmap, &arg, call->gva))
        return -EFAULT;
    return on_target(arg.domid, add, &arg);
}

/* --- the batch: three arrays, and an error for each element --- */

static int batch_element(struct domain *d, struct domain *owner,
                         const struct xen_add_to_physmap_batch *arg, unsigned int i)
{
    xen_ulong_t idx;
    xen_pfn_t gfn;
    int rc;

    if (guest_words_read(&idx, (uint64_t)arg->idxs.p, i, 1) ||
        guest_words_read(&gfn, (uint64_t)arg->gpfns.p, i, 1))
        return -EFAULT;
    rc = place_one(d, owner, arg->space, idx, _gfn(gfn));
    return guest_write((uint64_t)(arg->errs.p + i), &rc);
}

static long batch_run(struct memory_call *call, struct domain *d, struct domain *owner,
                      const struct xen_add_to_physmap_batch *arg)
{
    long rc = 0;

    p2m_batch_begin(d);
    for (unsigned long i = call->start; i < arg->size && !rc; i++)
        rc = memory_preempted(call, i) ? -ERESTART : batch_element(d, owner, arg, i);
    p2m_batch_end(d);
    return rc;
}

/* Whose pages a foreign mapping shows: only those of a domain that the caller controls. */
static int batch_owner(const struct xen_add_to_physmap_batch *arg, struct domain **owner)
{
    *owner = NULL;
    if (arg->space == XENMAPSPACE_gmfn_foreign)
        return privilege_target(arg->u.foreign_domid, TARGET_BY_CONTROL, owner);
    return arg->u.res0 ? -EINVAL : 0;
}

long memory_add_to_physmap_batch(struct memory_call *call)
{
    struct xen_add_to_physmap_batch arg;
    struct domain *d, *owner;
    long rc;

    if (guest_read_as(LAYOUT_add_to_physmap_batch, &arg, call->gva))
        return -EFAULT;
    if (call->start > arg.size)
        return -EINVAL;
    rc = memory_target(arg.domid, TARGET_SELF_OR_BY_CONTROL, &d);
    if (rc)
        return rc;
    rc = batch_owner(&arg, &owner);
    if (!rc)
        rc = batch_run(call, d, owner, &arg);
    if (owner)
        domain_put(owner);
    memory_target_put(d);
    return rc;
}

static int take_out(struct domain *d, const void *arg)
{
    const struct xen_remove_from_physmap *a = arg;
    gfn_t gfn = _gfn(a->gpfn);
    p2m_type_t type;
    unsigned int order;
    mfn_t mfn = p2m_lookup(d, gfn, &type, &order);

    switch (type) {
    case p2m_ram_rw:
    case p2m_ram_ro:
    case p2m_map_foreign:
        return p2m_remove(d, gfn, mfn, 0, type);
    default:
        return -EINVAL;
    }
}

long memory_remove_from_physmap(struct memory_call *call)
{
    struct xen_remove_from_physmap arg;

    if (guest_read_as(LAYOUT_remove_from_physmap, &arg, call->gva))
        return -EFAULT;
    return on_target(arg.domid, take_out, &arg);
}

/* --- resources of another domain that are no memory of its own: here, its grant table --- */

static int place_resource(struct domain *owner, unsigned int frame, gfn_t gfn)
{
    struct page_info *pg;
    mfn_t mfn;
    int rc = grant_table_frame(owner, frame, &mfn);

    if (rc)
        return rc;
    pg = mfn_to_page(mfn);
    if (!page_get(pg, owner))
        return -EINVAL;
    rc = place(current->domain, gfn, mfn, p2m_map_foreign);
    if (rc)
        page_put(pg);
    return rc;
}

static long resource_run(struct memory_call *call, struct domain *owner,
                         const struct xen_mem_acquire_resource *arg)
{
    for (unsigned long i = call->start; i < arg->nr_frames; i++) {
        xen_pfn_t gfn;
        int rc;

        if (memory_preempted(call, i))
            return -ERESTART;
        if (guest_words_read(&gfn, (uint64_t)arg->frame_list.p, i, 1))
            return -EFAULT;
        rc = place_resource(owner, arg->frame + i, _gfn(gfn));
        if (rc)
            return rc;
    }
    return 0;
}

static int resource_check(const struct memory_call *call,
                          const struct xen_mem_acquire_resource *arg)
{
    if (arg->pad || call->start > arg->nr_frames)
        return -EINVAL;
    if (arg->type != XENMEM_resource_grant_table ||
        arg->id != XENMEM_resource_grant_table_id_shared)
        return -EOPNOTSUPP;
    return 0;
}

long memory_acquire_resource(struct memory_call *call)
{
    struct xen_mem_acquire_resource arg;
    struct domain *owner;
    long rc;

    if (guest_read_as(LAYOUT_acquire_resource, &arg, call->gva))
        return -EFAULT;
    rc = resource_check(call, &arg);
    if (rc)
        return rc;
    rc = privilege_target(arg.domid, TARGET_BY_CONTROL, &owner);
    if (rc)
        return rc;
    if (!arg.frame_list.p) {
        arg.nr_frames = grant_table_max_frames(owner);
        rc = guest_write_field_as(LAYOUT_acquire_resource, call->gva, &arg, nr_frames);
    } else if (arg.frame > grant_table_max_frames(owner) ||
               arg.nr_frames > grant_table_max_frames(owner) - arg.frame) {
        rc = -EINVAL;
    } else {
        rc = resource_run(call, owner, &arg);
    }
    domain_put(owner);
    return rc;
}
