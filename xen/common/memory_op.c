/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory_op(command | done << 6, argument).  The low six bits choose the row; what is above them is
 * how many extents earlier rounds of a long operation have done, and must be zero for the others.
 */
#include <xen/errno.h>
#include <xen/guest_access.h>
#include <xen/guest_layout.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/memory_op.h>
#include <xen/nospec.h>
#include <xen/p2m.h>
#include <xen/page_alloc.h>
#include <xen/privilege.h>
#include <xen/sched.h>

#define OP_BITS 6
#define OP_MASK ((1u << OP_BITS) - 1)

/*
 *      this CPU                                one that kills d
 *      memory_users goes up                    dying is set
 *      dying is seen: give up                  memory_users is seen: wait
 *
 * Each writes first and looks then, so that they cannot both go on.
 */
int memory_target(domid_t domid, enum target_rule rule, struct domain **d)
{
    int rc = privilege_target(domid, rule, d);

    if (rc)
        return rc;
    atomic_inc(&(*d)->memory_users);
    smp_mb();
    if (!READ_ONCE((*d)->dying))
        return 0;
    memory_target_put(*d);
    return -EINVAL;
}

void memory_target_put(struct domain *d)
{
    atomic_dec_return(&d->memory_users);
    domain_put(d);
}

bool memory_preempted(struct memory_call *call, unsigned long i)
{
    if (i == call->start || !hypercall_preempt_check())
        return false;
    call->start = i;
    return true;
}

/* --- questions --- */

static long maximum_ram_page(struct memory_call *call)
{
    return max_page - 1;
}

/* A question about one domain, which the argument names. */
static long ask(struct memory_call *call, long (*answer)(const struct domain *d))
{
    struct domain *d;
    domid_t domid;
    long rc;

    if (guest_read(&domid, call->gva))
        return -EFAULT;
    rc = privilege_target(domid, TARGET_SELF_OR_BY_CONTROL, &d);
    if (rc)
        return rc;
    rc = answer(d);
    domain_put(d);
    return rc;
}

static long pages_of(const struct domain *d)
{
    return (long)READ_ONCE(d->mem.tot_pages);
}

static long current_reservation(struct memory_call *call)
{
    return ask(call, pages_of);
}

static long limit_of(const struct domain *d)
{
    return (long)READ_ONCE(d->mem.max_pages);
}

static long maximum_reservation(struct memory_call *call)
{
    return ask(call, limit_of);
}

static long highest_gfn_of(const struct domain *d)
{
    return (long)gfn_x(p2m_highest(d));
}

static long maximum_gpfn(struct memory_call *call)
{
    return ask(call, highest_gfn_of);
}

static long sharing_pages(struct memory_call *call)
{
    return 0; /* there is no sharing */
}

/* --- claims --- */

static int claim(struct domain *d, unsigned long pages)
{
    struct memory_claim_entry entry = {.pages = pages, .node = NUMA_NO_NODE};

    if (d->mem.is_dying)
        return -EINVAL;
    if (pages)
        return claim_stake(d, &entry, 1);
    claim_release(d);
    return 0;
}

static long claim_pages(struct memory_call *call)
{
    struct xen_memory_reservation r;
    struct domain *d;
    int rc;

    if (guest_read_as(LAYOUT_memory_reservation, &r, call->gva))
        return -EFAULT;
    if (r.extent_start.p || r.extent_order || r.mem_flags || r.domid == DOMID_SELF)
        return -EINVAL;
    rc = privilege_target(r.domid, TARGET_BY_CONTROL, &d);
    if (rc)
        return rc == -ESRCH ? -EINVAL : rc;
    rc = claim(d, r.nr_extents);
    domain_put(d);
    return rc;
}

/* --- what is not offered, told in the terms of the interface --- */

/* No domain has memory that appears on demand, so any target is met by what there is. */
static long pod_target(struct memory_call *call)
{
    struct xen_pod_target target;
    struct domain *d;
    int rc;

    if (guest_read_as(LAYOUT_pod_target, &target, call->gva))
        return -EFAULT;
    rc = privilege_target(target.domid, TARGET_BY_CONTROL, &d);
    if (rc)
        return rc;
    target.tot_pages = READ_ONCE(d->mem.tot_pages);
    target.pod_cache_pages = 0;
    target.pod_entries = 0;
    domain_put(d);
    return guest_write_as(LAYOUT_pod_target, call->gva, &target);
}

/* Nothing has to be identity-mapped for the devices of a guest. */
static long reserved_device_memory_map(struct memory_call *call)
{
    struct xen_reserved_device_memory_map map;

    if (guest_read_as(LAYOUT_reserved_device_memory_map, &map, call->gva))
        return -EFAULT;
    map.nr_entries = 0;
    return guest_write_field_as(LAYOUT_reserved_device_memory_map, call->gva, &map, nr_entries);
}

/* --- the door --- */

struct memory_row {
    memory_fn *fn;
    bool is_long; /* may be continued */
};

static const struct memory_row table[] = {
    [XENMEM_increase_reservation] = {memory_increase_reservation, true},
    [XENMEM_decrease_reservation] = {memory_decrease_reservation, true},
    [XENMEM_maximum_ram_page] = {maximum_ram_page},
    [XENMEM_current_reservation] = {current_reservation},
    [XENMEM_maximum_reservation] = {maximum_reservation},
    [XENMEM_populate_physmap] = {memory_populate_physmap, true},
    [XENMEM_add_to_physmap] = {memory_add_to_physmap},
    [XENMEM_memory_map] = {arch_memory_map},
    [XENMEM_exchange] = {memory_exchange},
    [XENMEM_set_memory_map] = {arch_set_memory_map},
    [XENMEM_maximum_gpfn] = {maximum_gpfn},
    [XENMEM_remove_from_physmap] = {memory_remove_from_physmap},
    [XENMEM_set_pod_target] = {pod_target},
    [XENMEM_get_pod_target] = {pod_target},
    [XENMEM_get_sharing_freed_pages] = {sharing_pages},
    [XENMEM_get_sharing_shared_pages] = {sharing_pages},
    [XENMEM_add_to_physmap_batch] = {memory_add_to_physmap_batch, true},
    [XENMEM_claim_pages] = {claim_pages},
    [XENMEM_get_vnumainfo] = {memory_get_vnumainfo},
    [XENMEM_reserved_device_memory_map] = {reserved_device_memory_map},
    [XENMEM_acquire_resource] = {memory_acquire_resource, true},
};

long do_memory_op(struct hypercall *call)
{
    const unsigned int op = call->arg[0] & OP_MASK;
    struct memory_call m = {.gva = call->arg[1],
                            .start = call->arg[0] >> OP_BITS,
                            .start_max = (call->is_compat ? UINT32_MAX : ~0UL) >> OP_BITS};
    const struct memory_row *row;
    long rc;

    if (op >= ARRAY_SIZE(table))
        return -ENOSYS;
    row = &table[index_clamp(op, ARRAY_SIZE(table))];
    if (!row->fn)
        return -ENOSYS;
    if (m.start && !row->is_long)
        return -EINVAL;
    rc = row->fn(&m);
    if (rc == -ERESTART)
        call->arg[0] = op | m.start << OP_BITS;
    return rc;
}
