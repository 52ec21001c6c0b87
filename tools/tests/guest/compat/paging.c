/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses in the two ways of paging that 32-bit kernels have, 4 MiB pages by two levels and 2 MiB pages by three:
 * what is mapped is found where it lies, what is not is refused.
 */
#include "compat.h"

#define ABSENT    0x40000000u /* not mapped */
#define READONLY  0x50000000u
#define ELSEWHERE 0x60000000u /* shows our first 4 MiB a second time */

#define P  1u
#define RW 2u
#define PS 0x80u

static uint32_t table[1024] __attribute__((aligned(4096)));
static uint64_t pointers[4] __attribute__((aligned(32))), directories[4][512] __attribute__((aligned(4096)));

static void paging_on(const void *root, uint32_t cr4)
{
    uint32_t cr0;

    __asm__ volatile("mov %0, %%cr4" ::"r"(cr4));
    __asm__ volatile("mov %0, %%cr3" ::"r"(root) : "memory");
    __asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
    __asm__ volatile("mov %0, %%cr0; jmp 1f; 1:" ::"r"(cr0 | 0x80010000u) : "memory"); /* PG, WP */
}

static void paging_off(void)
{
    uint32_t cr0;

    __asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
    __asm__ volatile("mov %0, %%cr0; jmp 1f; 1:" ::"r"(cr0 & ~0x80000000u) : "memory");
}

static void two_levels(void)
{
    for (uint32_t i = 0; i < 32; i++)
        table[i] = i << 22 | PS | RW | P;
    table[READONLY >> 22] = PS | P;
    table[ELSEWHERE >> 22] = PS | RW | P;
    paging_on(table, 0x10); /* PSE */
}

static void three_levels(void)
{
    for (uint32_t i = 0; i < 4; i++)
        pointers[i] = (uint32_t)directories[i] | P;
    for (uint32_t i = 0; i < 64; i++)
        directories[0][i] = i << 21 | PS | RW | P;
    for (uint32_t i = 0; i < 2; i++) {
        directories[READONLY >> 30][(READONLY >> 21 & 511) + i] = i << 21 | PS | P;
        directories[ELSEWHERE >> 30][(ELSEWHERE >> 21 & 511) + i] = i << 21 | PS | RW | P;
    }
    paging_on(pointers, 0x20); /* PAE */
}

static void test_addresses(const char *mode)
{
    static struct xen_memory_reservation r;
    static struct xen_feature_info features;
    uint32_t at = (uint32_t)&features;

    check_equal(xen_version(XENVER_get_features, at), 0, "%s: where it is mapped", mode);
    features.submap = 0;
    check_equal(xen_version(XENVER_get_features, at + ELSEWHERE), 0, "where it is mapped a second time");
    check(features.submap != 0, "it is the same memory");
    check_equal(xen_version(XENVER_get_features, at + READONLY), -XEN_EFAULT, "no result to a read-only page");
    check_equal(xen_version(XENVER_get_features, ABSENT), -XEN_EFAULT, "nothing from where nothing is");
    check_equal(xen_version(XENVER_get_features, 0x08000000u - 4), -XEN_EFAULT, "nor from across the end");
    r = (struct xen_memory_reservation){.nr_extents = 1, .domid = 1};
    check_equal(memory_op(XENMEM_claim_pages, (uint32_t)&r + READONLY), -XEN_EINVAL, "an argument may be read-only");
    check_equal(memory_op(XENMEM_claim_pages, ABSENT), -XEN_EFAULT, "but must be there");
    r = (struct xen_memory_reservation){.nr_extents = 1, .domid = DOMID_SELF};
    set_xen_guest_handle(r.extent_start, (void *)ABSENT);
    check_equal(memory_op(XENMEM_decrease_reservation, &r), 0, "no extent is found in a list that is not there");
}

void test_paging(void)
{
    two_levels();
    test_addresses("two levels");
    paging_off();
    three_levels();
    test_addresses("three levels");
    paging_off();
}
