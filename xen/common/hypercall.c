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

struct hypercall_row {
    hypercall_fn *fn;
    uint8_t arg_count; /* the handler sees zero in the others */
    enum caller_rule who;
};

static const struct hypercall_row table[] = {
    [__HYPERVISOR_platform_op] = {do_platform_op, 1, CALLER_HARDWARE},
    [__HYPERVISOR_memory_op] = {do_memory_op, 2, CALLER_ANYONE},
    [__HYPERVISOR_multicall] = {do_multicall, 2, CALLER_ANYONE},
    [__HYPERVISOR_xen_version] = {do_xen_version, 2, CALLER_ANYONE},
    [__HYPERVISOR_console_io] = {do_console_io, 3, CALLER_CONTROL},
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

long hypercall_dispatch(struct hypercall *call)
{
    const struct hypercall_row *row;

    if (call->op >= ARRAY_SIZE(table))
        return -ENOSYS;
    row = &table[index_clamp(call->op, ARRAY_SIZE(table))];
    /* Structures of 32-bit callers are not understood: a guest turns to 64 bits before it calls. */
    if (!row->fn || call->is_compat)
        return -ENOSYS;
    if (!privilege_caller(current->domain, row->who))
        return -EPERM;
    for (unsigned int i = row->arg_count; i < ARRAY_SIZE(call->arg); i++)
        call->arg[i] = 0;
    return row->fn(call);
}

bool hypercall_preempt_check(void)
{
    return softirq_pending(smp_processor_id());
}
