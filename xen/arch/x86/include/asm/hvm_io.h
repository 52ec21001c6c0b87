/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Routing of a guest's port and MMIO accesses to virtual devices.  Ranges are registered when a domain
 * is created and constant after; an access that no range takes reads all ones and is dropped when written.
 * The hardware domain's ports are the exception: those that no range takes are the machine's own.
 */
#ifndef ASM_X86_HVM_IO_H
#define ASM_X86_HVM_IO_H

#include <xen/types.h>

struct domain;
struct vcpu;

/* One access of size 1, 2, 4 (or 8, MMIO). *data in and out. */
typedef void hvm_io_fn(struct vcpu *v, paddr_t addr, unsigned int size, bool is_write, uint64_t *data);

int hvm_io_init(struct domain *d);      /* with all virtual devices that d shall have */
void hvm_io_destroy(struct domain *d);
int hvm_io_register_port(struct domain *d, uint16_t first, unsigned int count, hvm_io_fn *fn);
int hvm_io_register_mmio(struct domain *d, paddr_t first, paddr_t size, hvm_io_fn *fn);

/* Sets the bit of each port whose accesses are to be intercepted, clears all others: 65536 bits. */
void hvm_io_fill_iopm(struct domain *d, uint8_t *bitmap);
void hvm_io_port(struct vcpu *v, uint16_t port, unsigned int size, bool is_write, uint64_t *data);
bool hvm_io_is_mmio(struct domain *d, paddr_t gpa);
/* Whether any of [first, first + size) is: then no larger page may be mapped over it. */
bool hvm_io_overlaps(struct domain *d, paddr_t first, paddr_t size);
void hvm_io_mmio(struct vcpu *v, paddr_t gpa, unsigned int size, bool is_write, uint64_t *data);

/* A nested fault on an address that hvm_io_is_mmio(): fetches, decodes and executes the instruction. */
enum emulate_result { EMULATE_OK, EMULATE_EXCEPTION, EMULATE_UNHANDLED };
enum emulate_result hvm_emulate_one(struct vcpu *v, paddr_t gpa);

#endif
