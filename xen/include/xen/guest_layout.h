/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Structures of the interface whose layout depends on the caller: to 32-bit code words have four
 * bytes, and integers of eight bytes are aligned to four (the i386 ABI).  A layout tells a
 * structure's fields in order, a letter each:
 *
 *     1 2 4 8   an integer of so many bytes
 *     L         a word of the caller's: xen_ulong_t, xen_pfn_t, a guest handle
 *     ( )       around a structure that is a field
 *
 * and from it the one place that copies (guest_layout.c) finds both layouts.  Structures that are
 * not in this table look the same to every caller.  Our own code sees the 64-bit layout only.
 *
 * What does not fit into the caller's word is -EOVERFLOW, never cut.
 */
#ifndef XEN_GUEST_LAYOUT_H
#define XEN_GUEST_LAYOUT_H

#include <xen/types.h>

#define LAYOUT_multicall_entry       "LLLLLLLL"
#define LAYOUT_platform_parameters   "L"
#define LAYOUT_sched_poll            "L48"
#define LAYOUT_vcpu_runstate_info    "488888"
#define LAYOUT_vcpu_singleshot_timer "84"

#define LAYOUT_gnttab_copy "(L22)(L22)222"

#define LAYOUT_memory_reservation         "LL442"
#define LAYOUT_memory_exchange            "(LL442)(LL442)L"
#define LAYOUT_add_to_physmap             "224LL"
#define LAYOUT_add_to_physmap_batch       "2222LLL"
#define LAYOUT_remove_from_physmap        "2L"
#define LAYOUT_memory_map                 "4L"
#define LAYOUT_foreign_memory_map         "2(4L)"
#define LAYOUT_pod_target                 "88882"
#define LAYOUT_reserved_device_memory_map "44L4"
#define LAYOUT_acquire_resource           "224448L"

/* Bytes that a structure of `size` bytes takes in the layout of the caller. */
size_t guest_layout_size(const char *layout, size_t size);

/* As guest_copy_from() and guest_copy_to(); of an object, the fields from `first` on within `size`
 * bytes. */
int guest_layout_read(const char *layout, void *obj, size_t size, uint64_t gva);
int guest_layout_write(const char *layout, uint64_t gva, const void *obj, size_t first,
                       size_t size);

/* Elements [index, index + count) of an array of the caller's words. */
int guest_words_read(uint64_t *words, uint64_t gva, uint64_t index, unsigned int count);
int guest_words_write(uint64_t gva, uint64_t index, const uint64_t *words, unsigned int count);

/* The 32-bit form of an object, for places that are written without a caller; its size.  0: it does
 * not fit. */
#define GUEST_LAYOUT_MAX 80
size_t guest_layout_pack(const char *layout, const void *obj, void *compat);

#define guest_read_as(layout, obj, gva) guest_layout_read((layout), (obj), sizeof(*(obj)), (gva))
#define guest_write_as(layout, gva, obj) \
    guest_layout_write((layout), (gva), (obj), 0, sizeof(*(obj)))
#define guest_write_field_as(layout, gva, obj, field)                           \
    guest_layout_write((layout), (gva), (obj), offsetof(typeof(*(obj)), field), \
                       sizeof((obj)->field))

#endif
