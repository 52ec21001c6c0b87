/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A device of ours behind the IOMMU: it reaches what this domain has, by the domain's own
 * addresses, and nothing else; and a page given back is out of its reach at once.  The device is
 * QEMU's teaching device, which copies between memory and a buffer of its own (QEMU,
 * docs/specs/edu.txt).
 *
 * machine: smp=2 iommu=amd qemu="-device edu,addr=10"
 */
#include <public/memory.h>
#include "guest.h"

#define EDU_SLOT 0x10
#define EDU_ID   0x11e81234u
#define EDU_NAME "0000:00:10.0"

#define PCI_COMMAND_MEMORY_AND_MASTER 6u

enum edu_register {
    EDU_IDENTIFICATION = 0x00,
    EDU_DMA_SOURCE = 0x80,
    EDU_DMA_DESTINATION = 0x88,
    EDU_DMA_COUNT = 0x90,
    EDU_DMA_COMMAND = 0x98,
};
#define EDU_BUFFER    0x40000ul
#define EDU_START     1ul
#define EDU_TO_MEMORY 2ul
#define EDU_REACH     (1ul << 28) /* its addresses have so many bits */
#define PIECE         2048 /* what is copied: half of its buffer, all of which it would refuse */

static volatile uint8_t *edu;

/* --- configuration space, by ports --- */

static void config_select(unsigned int reg)
{
    __asm__ volatile("outl %0, %w1" ::"a"(1u << 31 | EDU_SLOT << 11 | reg), "d"(0xcf8));
}

static uint32_t config_read(unsigned int reg)
{
    uint32_t value;

    config_select(reg);
    __asm__ volatile("inl %w1, %0" : "=a"(value) : "d"(0xcfc));
    return value;
}

static void config_write(unsigned int reg, uint32_t value)
{
    config_select(reg);
    __asm__ volatile("outl %0, %w1" ::"a"(value), "d"(0xcfc));
}

/* --- the device --- */

static void edu_write(enum edu_register reg, uint64_t value)
{
    *(volatile uint64_t *)(edu + reg) = value;
}

/* The device says when it is done. */
static void edu_copy(uint64_t from, uint64_t to, uint64_t direction)
{
    edu_write(EDU_DMA_SOURCE, from);
    edu_write(EDU_DMA_DESTINATION, to);
    edu_write(EDU_DMA_COUNT, PIECE);
    edu_write(EDU_DMA_COMMAND, EDU_START | direction);
    while (*(volatile uint64_t *)(edu + EDU_DMA_COMMAND) & EDU_START)
        __asm__ volatile("pause");
}

static void device_reads(uint64_t address)
{
    edu_copy(address, EDU_BUFFER, 0);
}

static void device_writes(uint64_t address)
{
    edu_copy(EDU_BUFFER, address, EDU_TO_MEMORY);
}

static void find_device(void)
{
    if (config_read(0) != EDU_ID)
        test_skip("there is no edu device");
    edu = (volatile uint8_t *)(unsigned long)(config_read(0x10) & ~0xful);
    config_write(4, PCI_COMMAND_MEMORY_AND_MASTER);
    check_equal(config_read(4) & 6, 6, "the device may master the bus");
    if ((*(volatile uint32_t *)(edu + EDU_IDENTIFICATION) & 0xffff) != 0xed)
        test_error("the device at %p does not identify itself", (void *)edu);
}

/* --- tests --- */

static void fill(uint64_t *page, uint64_t seed)
{
    for (unsigned int i = 0; i < 512; i++)
        page[i] = seed * 0x9e3779b97f4a7c15ul + i;
}

/* What the device gets to see of the memory at `address`. */
static const uint64_t *seen_by_device(uint64_t address)
{
    static uint64_t *copy;

    if (!copy)
        copy = page_take(1);
    memset(copy, 0xff, 4096);
    device_reads(address);
    device_writes((uint64_t)copy);
    return copy;
}

static bool sees(uint64_t address, const uint64_t *what)
{
    return !memcmp(seen_by_device(address), what, PIECE);
}

static void test_own_memory(uint64_t *page)
{
    fill(page, 1);
    check(sees((uint64_t)page, page), "the device reads and writes this domain's memory");
}

/* Between this domain's memory and the end of the device's reach lies the memory of others: what
 * the device may have written there must not come back. */
static void test_foreign_memory(uint64_t *page)
{
    fill(page, 2);
    device_reads((uint64_t)page);
    device_writes(EDU_REACH - 4096);
    check(!sees(EDU_REACH - 4096, page), "but not what lies beyond");
}

/* The unit may remember where the page was: that has to be forgotten before the page is another
 * one. */
static void test_page_replaced(uint64_t *page, uint64_t *before)
{
    struct xen_add_to_physmap arg = {
        .domid = DOMID_SELF, .space = XENMAPSPACE_shared_info, .gpfn = (unsigned long)page >> 12};

    fill(page, 3);
    memcpy(before, page, 4096);
    check(sees((uint64_t)page, before), "a page is read");
    if (memory_op(XENMEM_add_to_physmap, &arg))
        test_error("the shared page cannot be mapped");
    check(!sees((uint64_t)page, before), "with another page in its place it is not read any more");
    check(sees((uint64_t)page, page), "but the other one is");
}

static void test_page_given_back(uint64_t *page, uint64_t *before)
{
    xen_pfn_t gfn = (unsigned long)page >> 12;
    struct xen_memory_reservation r = {.nr_extents = 1, .domid = DOMID_SELF};

    r.extent_start.p = &gfn;
    fill(page, 4);
    memcpy(before, page, 4096);
    check(sees((uint64_t)page, before), "another page is read");
    if (memory_op(XENMEM_decrease_reservation, &r) != 1)
        test_error("the page cannot be given back");
    check(!sees((uint64_t)page, before), "given back, it is not");

    if (memory_op(XENMEM_populate_physmap, &r) != 1)
        test_error("there is no page to be had again");
    fill(page, 5);
    check(sees((uint64_t)page, page), "a new page at the same place is");
}

void test_main(void)
{
    uint64_t *page = page_take(1), *other = page_take(1), *before = page_take(1);

    find_device();
    test_own_memory(page);
    test_foreign_memory(page);
    test_page_given_back(page, before);
    test_page_replaced(other, before);
}
