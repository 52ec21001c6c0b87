/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the machine's core share; the virtual devices beside them have headers of their own. */
#ifndef HVM_PRIVATE_H
#define HVM_PRIVATE_H

#include <asm/domain_life.h>
#include <asm/hvm_ops.h>

/* events.c: around each run */
void hvm_events_offer(struct vcpu *v);
void hvm_events_collect(struct vcpu *v);

/* xstate.c */
int xstate_init(struct vcpu *v);
void xstate_destroy(struct vcpu *v);
void xstate_reset(struct vcpu *v);
void xstate_switch_from(struct vcpu *v);
void xstate_switch_to(struct vcpu *v);
void xstate_cpu_init(void);
void xstate_get_fpu(struct vcpu *v, void *fpu);         /* 512 bytes, as FXSAVE writes them */
void xstate_set_fpu(struct vcpu *v, const void *fpu);   /* a valid one: */
bool xstate_fpu_is_valid(const void *fpu);
uint64_t xstate_features(void);         /* XCR0 bits that the processor has */
uint64_t xstate_xcr0(struct vcpu *v);   /* the guest's, of current */

/* debug.c */
void hvm_debug_switch_from(struct vcpu *v);

/* msr.c: 0, or -EINVAL for #GP */
int hvm_msr_read(struct vcpu *v, uint32_t msr, uint64_t *value);
int hvm_msr_write(struct vcpu *v, uint32_t msr, uint64_t value);
void hvm_msr_switch_to(struct vcpu *v);

/* hypercall_page.c */
int hypercall_page_write(struct vcpu *v, uint64_t gpa);
#define MSR_XEN_HYPERCALL_PAGE 0x40000000

#endif
