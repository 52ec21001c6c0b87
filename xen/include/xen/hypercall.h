/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hypercalls: number -> row of the table in common/hypercall.c (handler, arity, who may).
 * A handler that wants to be called again (long work) changes its arguments in `call` to where it shall go on and
 * returns -ERESTART; the dispatcher then lets the vCPU re-execute the instruction, or a multicall redo its entry.
 */
#ifndef XEN_HYPERCALL_H
#define XEN_HYPERCALL_H

#include <xen/types.h>

struct hypercall {
    unsigned int op;
    uint64_t arg[6];
    bool is_compat;         /* a 32-bit caller: structures have the 32-bit layout */
};

typedef long hypercall_fn(struct hypercall *call);

/* Looks the row up, checks, calls. -ENOSYS for an unknown number. -ERESTART: see above. */
long hypercall_dispatch(struct hypercall *call);
/* Is there work to do that should not wait for this one to end? Checked between steps of long ones. */
bool hypercall_preempt_check(void);

hypercall_fn do_memory_op, do_xen_version, do_console_io, do_grant_table_op, do_vcpu_op, do_sched_op;
hypercall_fn do_event_channel_op, do_domctl, do_sysctl, do_multicall, do_vm_assist;
hypercall_fn do_hvm_op, do_physdev_op, do_platform_op;

#endif
