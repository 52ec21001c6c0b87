/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the files of the library. */
#ifndef GUEST_PRIVATE_H
#define GUEST_PRIVATE_H

#include <xen/compiler.h>
#include <xen/types.h>
#include <public/xen.h>

struct hvm_hw_cpu;

void traps_init(void);
void traps_load(void); /* on another CPU */
void power_off(void) noreturn_fn;
void verdict_by_checks(void) noreturn_fn;

/* domain.c */
void must(long rc, const char *what); /* 0, or the test is at a loss */
void domain_vcpu_set(domid_t domid, unsigned int n, const struct hvm_hw_cpu *cpu);

#endif
