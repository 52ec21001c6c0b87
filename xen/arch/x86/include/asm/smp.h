/* SPDX-License-Identifier: GPL-2.0-only */
/* This CPU's number; waking the others. */
#ifndef ASM_X86_SMP_H
#define ASM_X86_SMP_H

#include <asm/current.h>

#define smp_processor_id() (get_cpu_info()->processor_id)

#endif
