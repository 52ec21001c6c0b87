/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * multicall(entries, count): several hypercalls for one exit, each with a result of full width.
 *
 * A call that wants to be continued leaves its changed arguments in its entry, and the multicall
 * goes on at that entry: so also the toolstack, which wraps single calls like this, sees how far
 * one came.
 */
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/guest_access.h>
#include <xen/guest_layout.h>
#include <xen/hypercall.h>
#include <xen/lib.h>

/* Makes the call of an entry; the entry's arguments become those to continue with. */
static long entry_call(struct multicall_entry *entry, bool is_compat)
{
    struct hypercall call = {.op = entry->op, .is_compat = is_compat};
    long rc;

    /* A batch within a batch would need a stack, and a guest could make it any depth. */
    if (entry->op != call.op || call.op == __HYPERVISOR_multicall)
        return -ENOSYS;
    for (unsigned int i = 0; i < ARRAY_SIZE(entry->args); i++)
        call.arg[i] = entry->args[i];
    rc = hypercall_dispatch(&call);
    for (unsigned int i = 0; i < ARRAY_SIZE(entry->args); i++)
        entry->args[i] = call.arg[i];
    return rc;
}

static int entry_run(uint64_t gva, bool is_compat)
{
    struct multicall_entry entry;
    long rc;

    if (guest_read_as(LAYOUT_multicall_entry, &entry, gva))
        return -EFAULT;
    rc = entry_call(&entry, is_compat);
    if (rc == -ERESTART)
        return guest_write_field_as(LAYOUT_multicall_entry, gva, &entry, args) ? -EFAULT
                                                                               : -ERESTART;
    entry.result = rc;
    return guest_write_field_as(LAYOUT_multicall_entry, gva, &entry, result);
}

long do_multicall(struct hypercall *call)
{
    const size_t size = guest_layout_size(LAYOUT_multicall_entry, sizeof(struct multicall_entry));
    const uint64_t gva = call->arg[0], count = call->arg[1];

    for (uint64_t i = 0; i < count; i++) {
        int rc =
            i && hypercall_preempt_check() ? -ERESTART : entry_run(gva + i * size, call->is_compat);

        if (rc == -ERESTART) {
            call->arg[0] = gva + i * size;
            call->arg[1] = count - i;
        }
        if (rc)
            return rc;
    }
    return 0;
}
