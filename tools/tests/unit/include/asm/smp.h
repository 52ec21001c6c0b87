/* SPDX-License-Identifier: GPL-2.0-only */
/* This thread's number. */
#ifndef ASM_HOST_SMP_H
#define ASM_HOST_SMP_H

#include <asm/current.h>

#define smp_processor_id() (get_cpu_info()->processor_id)

#endif
