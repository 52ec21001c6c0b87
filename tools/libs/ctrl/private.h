/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * What the files of libxenctrl share: the handle and bounce buffers.
 *
 * The hypervisor reads and writes only memory that the kernel has pinned for hypercalls, so each
 * argument travels through a bounce buffer: `bounce_get` allocates and copies in, `bounce_put`
 * copies out and frees, leaving errno alone.  An absent argument (NULL, or no bytes) is a bounce
 * whose hyp pointer is NULL.  Where another structure names the buffer by a guest handle, the
 * bounce knows that handle and fills it in: HANDLE_BOUNCE().
 */
#ifndef XC_PRIVATE_H
#define XC_PRIVATE_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xencall.h>
#include "xenctrl.h"

#pragma GCC visibility push(hidden) /* for this library alone */

struct xc_interface_core {
    xentoollog_logger *logger;
    xentoollog_logger *build_logger;
    struct xencall_handle *xcall;
    struct xenforeignmemory_handle *fmem;
};

enum bounce_dir { BOUNCE_IN = 1, BOUNCE_OUT = 2, BOUNCE_BOTH = 3 };

struct bounce {
    void *user;
    size_t size;
    enum bounce_dir dir;
    void *handle; /* a guest handle to be set to hyp, or NULL */
    void *hyp;
};

/* A bounce that is still to be filled; `ptr` may point to const when nothing comes back. */
#define BOUNCE(ptr, bytes, direction)                              \
    {                                                              \
        .user = (void *)(ptr), .size = (bytes), .dir = (direction) \
    }

#define HANDLE_BOUNCE(guest_handle, ptr, bytes, direction)                                    \
    {                                                                                         \
        .user = (void *)(ptr), .size = (bytes), .dir = (direction), .handle = &(guest_handle) \
    }

/* Fills `nr` bounces, or none of them: -1 with errno ENOMEM. */
int bounce_get(xc_interface *xch, struct bounce *b, unsigned int nr);
void bounce_put(xc_interface *xch, struct bounce *b, unsigned int nr);

/* An operation with `nr` buffers beside it, whose bounces point at their handles in *op. */
int domctl_with(xc_interface *xch, struct xen_domctl *op, struct bounce *b, unsigned int nr);
int sysctl_with(xc_interface *xch, struct xen_sysctl *op, struct bounce *b, unsigned int nr);
long memory_op_with(xc_interface *xch, unsigned int cmd, void *arg, size_t size, struct bounce *b);

/* One argument that is a structure, to a hypercall `op` with the sub-operation `cmd`. */
int hypercall_struct(xc_interface *xch, unsigned int op, unsigned int cmd, void *arg, size_t size);

#pragma GCC visibility pop

#endif /* XC_PRIVATE_H */
