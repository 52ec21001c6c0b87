/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only place where a guest's memory is copied.  Addresses are guest virtual addresses of `current`,
 * walked through its page tables with its own rights, page by page: whatever is there when we look is
 * judged, and only the copy.  0 or -EFAULT; nothing is rolled back on -EFAULT.
 */
#ifndef XEN_GUEST_ACCESS_H
#define XEN_GUEST_ACCESS_H

#include <xen/types.h>

struct domain;

int guest_copy_from(void *dst, uint64_t gva, size_t size);
int guest_copy_to(uint64_t gva, const void *src, size_t size);
int guest_clear(uint64_t gva, size_t size);
/* A string of at most size - 1 bytes; always terminated. */
int guest_copy_string(char *dst, uint64_t gva, size_t size);

/* By guest physical address, of any domain. */
int guest_phys_read(struct domain *d, paddr_t gpa, void *dst, size_t size);
int guest_phys_write(struct domain *d, paddr_t gpa, const void *src, size_t size);

/* The architecture: finds the frame behind gva, referenced; *offset in bytes. NULL when it cannot be so accessed. */
struct page_info *arch_guest_page(uint64_t gva, bool is_write, unsigned int *offset);

#define guest_read(obj, gva)  guest_copy_from((obj), (gva), sizeof(*(obj)))
#define guest_write(gva, obj) guest_copy_to((gva), (obj), sizeof(*(obj)))
/* One field of a structure in guest memory. */
#define guest_write_field(gva, obj, field)                                           \
    guest_copy_to((gva) + offsetof(typeof(*(obj)), field), &(obj)->field, sizeof((obj)->field))

#endif
