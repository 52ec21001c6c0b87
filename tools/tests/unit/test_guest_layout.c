/* SPDX-License-Identifier: GPL-2.0-only */
// Sources: common/guest_layout.c
/* Structures in the caller's layout: each row of the table has the size of the structure that it
 * tells, and what a 32-bit caller wrote is what we read, and the reverse. */
#include <public/grant_table.h>
#include <public/memory.h>
#include <public/sched.h>
#include <public/vcpu.h>
#include <public/version.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/guest_access.h>
#include <xen/guest_layout.h>
#include <xen/sched.h>
#include <xen/string.h>

#include "unit.h"

static uint8_t guest[256];

int guest_copy_from(void *dst, uint64_t gva, size_t size)
{
    if (gva > sizeof(guest) || size > sizeof(guest) - gva)
        return -EFAULT;
    memcpy(dst, guest + gva, size);
    return 0;
}

int guest_copy_to(uint64_t gva, const void *src, size_t size)
{
    if (gva > sizeof(guest) || size > sizeof(guest) - gva)
        return -EFAULT;
    memcpy(guest + gva, src, size);
    return 0;
}

static noinline void as_caller(bool is_compat)
{
    static struct vcpu v;

    v.is_compat_call = is_compat;
    current = &v;
}

/* By hand, from the i386 ABI. */
static const struct {
    const char *layout;
    size_t size, compat_size;
} rows[] = {
    {LAYOUT_multicall_entry, sizeof(struct multicall_entry), 32},
    {LAYOUT_platform_parameters, sizeof(struct xen_platform_parameters), 4},
    {LAYOUT_sched_poll, sizeof(struct sched_poll), 16},
    {LAYOUT_vcpu_runstate_info, sizeof(struct vcpu_runstate_info), 44},
    {LAYOUT_vcpu_singleshot_timer, sizeof(struct vcpu_set_singleshot_timer), 12},
    {LAYOUT_gnttab_copy, sizeof(struct gnttab_copy), 24},
    {LAYOUT_memory_reservation, sizeof(struct xen_memory_reservation), 20},
    {LAYOUT_memory_exchange, sizeof(struct xen_memory_exchange), 44},
    {LAYOUT_add_to_physmap, sizeof(struct xen_add_to_physmap), 16},
    {LAYOUT_add_to_physmap_batch, sizeof(struct xen_add_to_physmap_batch), 20},
    {LAYOUT_remove_from_physmap, sizeof(struct xen_remove_from_physmap), 8},
    {LAYOUT_memory_map, sizeof(struct xen_memory_map), 8},
    {LAYOUT_foreign_memory_map, sizeof(struct xen_foreign_memory_map), 12},
    {LAYOUT_pod_target, sizeof(struct xen_pod_target), 36},
    {LAYOUT_reserved_device_memory_map, sizeof(struct xen_reserved_device_memory_map), 16},
    {LAYOUT_acquire_resource, sizeof(struct xen_mem_acquire_resource), 28},
};

UNIT_TEST(layout_sizes,
          "Every layout has the sizes of its structure, to 64-bit and to 32-bit callers.")
{
    for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
        as_caller(false);
        CHECK_EQ(guest_layout_size(rows[i].layout, rows[i].size), rows[i].size);
        as_caller(true);
        CHECK_EQ(guest_layout_size(rows[i].layout, rows[i].size), rows[i].compat_size);
    }
}

UNIT_TEST(layout_read, "What a 32-bit caller wrote is found in its fields, with zeroes above.")
{
    static const uint32_t words[] = {0x80001000, 0xfffffffe, 9, 0x105, 0x7ff0};
    struct xen_memory_reservation r;

    as_caller(true);
    memcpy(guest + 4, words, sizeof(words));
    CHECK_EQ(guest_read_as(LAYOUT_memory_reservation, &r, 4), 0);
    CHECK_EQ((uint64_t)r.extent_start.p, 0x80001000);
    CHECK_EQ(r.nr_extents, 0xfffffffe);
    CHECK_EQ(r.extent_order, 9);
    CHECK_EQ(r.mem_flags, 0x105);
    CHECK_EQ(r.domid, 0x7ff0);
    CHECK_EQ(guest_read_as(LAYOUT_memory_reservation, &r, sizeof(guest) - 20), 0);
    CHECK_EQ(guest_read_as(LAYOUT_memory_reservation, &r, sizeof(guest) - 19), -EFAULT);
}

UNIT_TEST(layout_write, "A field goes to its own place only; a structure within has its alignment.")
{
    struct gnttab_copy copy = {.status = -3};
    struct xen_memory_exchange e = {.nr_exchanged = 0x12345678};
    uint32_t word;

    as_caller(true);
    memset(guest, 0xee, sizeof(guest));
    CHECK_EQ(guest_write_field_as(LAYOUT_gnttab_copy, 8, &copy, status), 0);
    CHECK_EQ(guest[8 + 20], 0xfd);
    CHECK_EQ(guest[8 + 21], 0xff);
    CHECK(guest[8 + 19] == 0xee && guest[8 + 22] == 0xee);
    CHECK_EQ(guest_write_field_as(LAYOUT_memory_exchange, 100, &e, nr_exchanged), 0);
    memcpy(&word, guest + 140, sizeof(word));
    CHECK_EQ(word, 0x12345678);
}

UNIT_TEST(layout_overflow, "A word that does not fit is refused, not cut; a negative one fits.")
{
    struct xen_memory_exchange e = {.nr_exchanged = 1UL << 32};
    struct multicall_entry entry = {.result = (xen_ulong_t)-14L};

    as_caller(true);
    CHECK_EQ(guest_write_field_as(LAYOUT_memory_exchange, 0, &e, nr_exchanged), -EOVERFLOW);
    CHECK_EQ(guest_write_field_as(LAYOUT_multicall_entry, 0, &entry, result), 0);
    CHECK_EQ(guest[4], 0xf2);
    as_caller(false);
    CHECK_EQ(guest_write_field_as(LAYOUT_memory_exchange, 0, &e, nr_exchanged), 0);
}

UNIT_TEST(layout_words, "Arrays of words, from any element on.")
{
    static const uint32_t words[] = {1, 2, 0xffffffff};
    uint64_t wide[3] = {0};

    as_caller(true);
    memcpy(guest, words, sizeof(words));
    CHECK_EQ(guest_words_read(wide, 0, 1, 2), 0);
    CHECK(wide[0] == 2 && wide[1] == 0xffffffff);
    CHECK_EQ(guest_words_write(0, 2, wide, 1), 0);
    CHECK_EQ(guest[8], 2);
    wide[0] = 1UL << 32;
    CHECK_EQ(guest_words_write(0, 0, wide, 1), -EOVERFLOW);
    as_caller(false);
    CHECK_EQ(guest_words_write(0, 1, wide, 1), 0);
    CHECK_EQ(guest_words_read(wide + 1, 0, 1, 1), 0);
    CHECK_EQ(wide[1], 1UL << 32);
}
