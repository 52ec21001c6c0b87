/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * grant_table_op(command, array, count): each element is read, worked on, and gets its status
 * written back.  What is done when the call is preempted is left out of its continuation.
 */
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/grant_table.h>
#include <xen/guest_access.h>
#include <xen/guest_layout.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/nospec.h>
#include <xen/privilege.h>
#include <xen/sched.h>

/* One element at gva; an error ends the call. */
typedef int gnttab_fn(struct domain *d, uint64_t gva);

static int map_grant_ref(struct domain *d, uint64_t gva)
{
    struct gnttab_map_grant_ref op;

    if (guest_read(&op, gva))
        return -EFAULT;
    op.status = grant_map(d, &op);
    return guest_write(gva, &op);
}

static int copy(struct domain *d, uint64_t gva)
{
    struct gnttab_copy op;

    if (guest_read_as(LAYOUT_gnttab_copy, &op, gva))
        return -EFAULT;
    op.status = grant_copy(d, &op);
    return guest_write_field_as(LAYOUT_gnttab_copy, gva, &op, status);
}

static int status_of(int rc)
{
    switch (rc) {
    case 0:
        return GNTST_okay;
    case -ESRCH:
        return GNTST_bad_domain;
    default:
        return GNTST_permission_denied;
    }
}

static int query_size(struct domain *d, uint64_t gva)
{
    struct gnttab_query_size op;
    struct domain *target;

    if (guest_read(&op, gva))
        return -EFAULT;
    op.status = status_of(privilege_target(op.dom, TARGET_SELF_OR_BY_CONTROL, &target));
    if (op.status == GNTST_okay) {
        op.nr_frames = grant_table_frame_count(target);
        op.max_nr_frames = grant_table_max_frames(target);
        domain_put(target);
    }
    return guest_write(gva, &op);
}

/* There is one version, and everybody has it from the start. */
static int set_version(struct domain *d, uint64_t gva)
{
    struct gnttab_set_version op;
    int rc;

    if (guest_read(&op, gva))
        return -EFAULT;
    rc = op.version == 1 ? 0 : op.version == 2 ? -ENOSYS : -EINVAL;
    op.version = 1;
    return guest_write(gva, &op) ? -EFAULT : rc;
}

static int get_version(struct domain *d, uint64_t gva)
{
    struct gnttab_get_version op;
    struct domain *target;
    int rc;

    if (guest_read(&op, gva))
        return -EFAULT;
    rc = privilege_target(op.dom, TARGET_SELF_OR_BY_CONTROL, &target);
    if (rc)
        return rc;
    domain_put(target);
    op.version = 1;
    return guest_write_field(gva, &op, version);
}

/* Unmapping goes in batches, so that the TLBs are flushed once for each; it walks the array by
 * itself. */
static int unmap_some(struct domain *d, uint64_t gva, unsigned int count)
{
    struct grant_unmapping u;
    int rc = 0;

    grant_unmap_begin(&u, d);
    for (unsigned int i = 0; i < count && !rc; i++, gva += sizeof(struct gnttab_unmap_grant_ref)) {
        struct gnttab_unmap_grant_ref op;

        if (guest_read(&op, gva)) {
            rc = -EFAULT;
            break;
        }
        op.status = grant_unmap(&u, op.handle, op.host_addr);
        rc = guest_write_field(gva, &op, status);
    }
    grant_unmap_end(&u);
    return rc;
}

static long unmap_grant_refs(struct hypercall *call)
{
    while (call->arg[2]) {
        unsigned int count = min(call->arg[2], (uint64_t)GRANT_UNMAPPING_MAX);
        int rc = unmap_some(current->domain, call->arg[1], count);

        if (rc)
            return rc;
        call->arg[1] += count * sizeof(struct gnttab_unmap_grant_ref);
        call->arg[2] -= count;
        if (call->arg[2] && hypercall_preempt_check())
            return -ERESTART;
    }
    return 0;
}

struct gnttab_row {
    gnttab_fn *fn;
    uint8_t size;       /* of an element */
    bool takes_one;     /* a single element, not an array */
    const char *layout; /* NULL: the same for every caller */
};

static const struct gnttab_row table[] = {
    [GNTTABOP_map_grant_ref] = {map_grant_ref, sizeof(struct gnttab_map_grant_ref)},
    [GNTTABOP_copy] = {copy, sizeof(struct gnttab_copy), .layout = LAYOUT_gnttab_copy},
    [GNTTABOP_query_size] = {query_size, sizeof(struct gnttab_query_size), true},
    [GNTTABOP_set_version] = {set_version, sizeof(struct gnttab_set_version), true},
    [GNTTABOP_get_version] = {get_version, sizeof(struct gnttab_get_version), true},
};

static long each_element(struct hypercall *call, const struct gnttab_row *row)
{
    const size_t size = row->layout ? guest_layout_size(row->layout, row->size) : row->size;

    while (call->arg[2]) {
        int rc = row->fn(current->domain, call->arg[1]);

        if (rc)
            return rc;
        call->arg[1] += size;
        call->arg[2]--;
        if (call->arg[2] && hypercall_preempt_check())
            return -ERESTART;
    }
    return 0;
}

long do_grant_table_op(struct hypercall *call)
{
    const struct gnttab_row *row;

    if (call->arg[2] > INT32_MAX)
        return -EINVAL;
    if (call->arg[0] == GNTTABOP_unmap_grant_ref)
        return unmap_grant_refs(call);
    if (call->arg[0] >= ARRAY_SIZE(table))
        return -ENOSYS;
    row = &table[index_clamp(call->arg[0], ARRAY_SIZE(table))];
    if (!row->fn)
        return -ENOSYS;
    if (row->takes_one && call->arg[2] != 1)
        return -EINVAL;
    return each_element(call, row);
}
