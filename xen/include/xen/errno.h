/* SPDX-License-Identifier: GPL-2.0-only */
/* Error numbers: the public interface's, prefix-free.  ERESTART never reaches a guest (hypercall.h). */
#ifndef XEN_ERRNO_H
#define XEN_ERRNO_H

enum {
#define XEN_ERRNO(name, value) name = value,
#include <public/errno.h>
};

#endif
