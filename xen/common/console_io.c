/* SPDX-License-Identifier: GPL-2.0-only */
/* console_io(command, count, buffer): the hypervisor's console, lent to the hardware domain. */
#include <xen/console.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/guest_access.h>
#include <xen/hypercall.h>
#include <xen/lib.h>

/* Piece by piece: what remains is the continuation. */
static long console_write(struct hypercall *call)
{
    char text[256];

    while (call->arg[1]) {
        size_t part = min(call->arg[1], (uint64_t)sizeof(text));

        if (guest_copy_from(text, call->arg[2], part))
            return -EFAULT;
        console_guest_write(text, part);
        call->arg[1] -= part;
        call->arg[2] += part;
        if (call->arg[1] && hypercall_preempt_check())
            return -ERESTART;
    }
    return 0;
}

static long console_read(struct hypercall *call)
{
    char text[256];
    size_t count = console_guest_read(text, min(call->arg[1], (uint64_t)sizeof(text)));

    return guest_copy_to(call->arg[2], text, count) ? -EFAULT : (long)count;
}

long do_console_io(struct hypercall *call)
{
    switch (call->arg[0]) {
    case CONSOLEIO_write:
        return console_write(call);
    case CONSOLEIO_read:
        return console_read(call);
    default:
        return -ENOSYS;
    }
}
