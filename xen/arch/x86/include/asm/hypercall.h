/* SPDX-License-Identifier: GPL-2.0-only */
/* The architecture's side of hypercalls: registers to arguments and back. */
#ifndef ASM_X86_HYPERCALL_H
#define ASM_X86_HYPERCALL_H

#include <xen/types.h>

struct vcpu;

/* The hypercall in v's registers.  False: it is to be executed again (its arguments say where it goes on), or an
 * exception has been queued; true: it is done, the result in its registers. */
bool arch_hypercall(struct vcpu *v);

#endif
