/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Variables with one copy per CPU, zero at start-up of each.
 * asm/percpu.h gives per_cpu_ptr_of(var, cpu) and this_cpu_ptr_of(var).
 */
#ifndef XEN_PERCPU_H
#define XEN_PERCPU_H

#include <asm/percpu.h>

#define DEFINE_PER_CPU(type, name)  __attribute__((section(".bss.percpu"))) typeof(type) percpu_##name
#define DECLARE_PER_CPU(type, name) extern typeof(type) percpu_##name
#define per_cpu(name, cpu)          (*per_cpu_ptr_of(percpu_##name, cpu))
#define this_cpu(name)              (*this_cpu_ptr_of(percpu_##name))

#endif
