/* SPDX-License-Identifier: GPL-2.0-only */
/* vm_assist(command, type): favours that a domain may ask for.  To a translated guest one is of
 * use. */
#include <xen/atomic.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/hypercall.h>
#include <xen/sched.h>

long do_vm_assist(struct hypercall *call)
{
    struct domain *d = current->domain;

    if (call->arg[1] != VMASST_TYPE_runstate_update_flag)
        return -EINVAL;
    switch (call->arg[0]) {
    case VMASST_CMD_enable:
        set_bit(VMASST_TYPE_runstate_update_flag, &d->vm_assist);
        return 0;
    case VMASST_CMD_disable:
        clear_bit(VMASST_TYPE_runstate_update_flag, &d->vm_assist);
        return 0;
    default:
        return -ENOSYS;
    }
}
