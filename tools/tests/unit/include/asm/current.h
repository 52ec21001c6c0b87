/* SPDX-License-Identifier: GPL-2.0-only */
/* What this thread, being a CPU, is doing. */
#ifndef ASM_HOST_CURRENT_H
#define ASM_HOST_CURRENT_H

struct vcpu;

struct cpu_info {
    unsigned int processor_id;
    struct vcpu *curr;
};

extern __thread struct cpu_info host_cpu_info;

static inline struct cpu_info *get_cpu_info(void)
{
    return &host_cpu_info;
}

#define current (get_cpu_info()->curr)

#endif
