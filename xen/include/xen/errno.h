/* SPDX-License-Identifier: GPL-2.0-only */
/* Error numbers: the public interface's, prefix-free. */
#ifndef XEN_ERRNO_H
#define XEN_ERRNO_H

#include <public/errno.h>

/* Internal: the operation asks to be called again (see hypercall.h). Never reaches a guest. */
#ifndef ERESTART
#define ERESTART 85
#endif

#endif
