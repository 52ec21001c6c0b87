/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where every hypercall arrives: number -> row.  A number without a row is not there: -ENOSYS,
 * whoever asks.
 *
 * The rows of domctl, sysctl and the like let everyone in, because each of their operations has a
 * row of its own, which names the privilege that it needs.
 */
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/nospec.h>
#include <xen/privilege.h>
#include <xen/sched.h>
#include <xen/smp.h>
#include <xen/softirq.h>
#include <xen/string.h>

struct hypercall_row {
    hypercall_fn *fn;
    uint8_t arg_count;
    enum caller_rule who;
};

static const struct hypercall_row table[] = {
    [__HYPERVISOR_platform_op] = {do_platform_op, 1, CALLER_HARDWARE},
    [__HYPERVISOR_memory_op] = {do_memory_op, 2, CALLER_ANYONE},
    [__HYPERVISOR_multicall] = {do_multicall, 2, CALLER_ANYONE},
    [__HYPERVISOR_xen_version] = {do_xen_version, 2, CALLER_ANYONE},
    [__HYPERVISOR_console_io] = {do_console_io, 3, CALLER_HARDWARE},
    [__HYPERVISOR_grant_table_op] = {do_grant_table_op, 3, CALLER_ANYONE},
    [__HYPERVISOR_vm_assist] = {do_vm_assist, 2, CALLER_ANYONE},
    [__HYPERVISOR_vcpu_op] = {do_vcpu_op, 3, CALLER_ANYONE},
    [__HYPERVISOR_sched_op] = {do_sched_op, 2, CALLER_ANYONE},
    [__HYPERVISOR_event_channel_op] = {do_event_channel_op, 2, CALLER_ANYONE},
    [__HYPERVISOR_physdev_op] = {do_physdev_op, 2, CALLER_HARDWARE},
    [__HYPERVISOR_hvm_op] = {do_hvm_op, 2, CALLER_ANYONE},
    [__HYPERVISOR_sysctl] = {do_sysctl, 1, CALLER_ANYONE},
    [__HYPERVISOR_domctl] = {do_domctl, 1, CALLER_ANYONE},
};

/*
 * The handler works on a copy, where arguments that the call does not have are zero; to a caller
 * that does not pass them they are registers with something of its own in, and have to stay as they
 * are.
 */
static long row_call(const struct hypercall_row *row, struct hypercall *call)
{
    struct hypercall copy = {.op = call->op, .is_compat = call->is_compat};
    long rc;

    memcpy(copy.arg, call->arg, row->arg_count * sizeof(copy.arg[0]));
    rc = row->fn(&copy);
    memcpy(call->arg, copy.arg, row->arg_count * sizeof(copy.arg[0]));
    return rc;
}

long hypercall_dispatch(struct hypercall *call)
{
    const struct hypercall_row *row;

    if (call->op >= ARRAY_SIZE(table))
        return -ENOSYS;
    row = &table[index_clamp(call->op, ARRAY_SIZE(table))];
    if (!row->fn)
        return -ENOSYS;
    if (!privilege_caller(current->domain, row->who))
        return -EPERM;
    current->is_compat_call = call->is_compat;
    return row_call(row, call);
}

bool hypercall_preempt_check(void)
{
    return softirq_pending(smp_processor_id());
}
