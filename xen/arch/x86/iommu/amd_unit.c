/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A unit: its registers (3.4), and the ring by which it is told to forget (2.4).
 *
 * Invalidations are asynchronous: only a completion wait, which makes the unit write a number to
 * memory, says that they are done.  A unit that does not answer could go on using freed memory, and
 * ends the machine.
 */
#include <xen/errno.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/page_alloc.h>
#include <xen/pci.h>
#include <xen/printk.h>
#include <xen/time.h>
#include <xen/vmap.h>
#include <asm/hwdom.h>
#include <asm/irqflags.h>

#include "amd.h"

#define REGISTERS_SIZE 0x4000
#define ANSWER_TIMEOUT SECONDS(10)

/* The capability block of its PCI function, 3.2: the base address, and whether it is switched on.
 */
#define CAPABILITY_BASE_LOW    4
#define CAPABILITY_BASE_ENABLE (1u << 0)

#define COMMAND(code)             ((uint64_t)(code) << 60)
#define COMMAND_WAIT              COMMAND(1)
#define COMMAND_INVALIDATE_DEVICE COMMAND(2)
#define COMMAND_INVALIDATE_PAGES  COMMAND(3)
#define WAIT_STORE                (1ULL << 0)
#define PAGES_MANY                (1ULL << 0) /* the address tells how many */
#define PAGES_AND_TABLES          (1ULL << 1)
#define PAGES_DOMAIN_SHIFT        32
#define PAGES_ALL                 0x7ffffffffffff000ULL

struct amd_command amd_invalidate_device(uint16_t device)
{
    return (struct amd_command){{COMMAND_INVALIDATE_DEVICE | device, 0}};
}

/*
 * A range is named by an aligned block of 2^n pages that covers it: of its page number the lowest n
 * - 1 bits are ones, the next one is zero.
 */
struct amd_command amd_invalidate_pages(uint16_t domain, uint64_t first, uint64_t count)
{
    uint64_t differing = first ^ (first + count - 1);
    uint64_t address = PAGES_ALL;
    struct amd_command c;

    c.word[0] = COMMAND_INVALIDATE_PAGES | (uint64_t)domain << PAGES_DOMAIN_SHIFT;
    c.word[1] = PAGES_AND_TABLES;
    if (count == 1) {
        c.word[1] |= first << PAGE_SHIFT;
        return c;
    }
    if (count && differing < 1ULL << 40) {
        unsigned int n = 64 - __builtin_clzll(differing);

        address = ((first >> n << n) | ((1ULL << (n - 1)) - 1)) << PAGE_SHIFT;
    }
    c.word[1] |= PAGES_MANY | address;
    return c;
}

/* The ring is never full: nobody sends more than it holds without waiting. */
void amd_unit_send(struct amd_unit *unit, struct amd_command command)
{
    unit->ring[unit->tail] = command;
    unit->tail = (unit->tail + 1) % AMD_RING_ENTRIES;
    __asm__ volatile("sfence" ::: "memory");
    amd_write(unit, AMD_COMMAND_TAIL, unit->tail * sizeof(command));
}

void amd_unit_wait(struct amd_unit *unit)
{
    uint64_t number = ++unit->waits;
    s_time_t end = NOW() + ANSWER_TIMEOUT;

    amd_unit_send(unit, (struct amd_command){
                            {COMMAND_WAIT | WAIT_STORE | virt_to_maddr(unit->completed), number}});
    while (__atomic_load_n(unit->completed, __ATOMIC_ACQUIRE) != number) {
        if (NOW() > end)
            panic("IOMMU " PCI_FMT " does not answer", PCI_ARGS(unit->sbdf));
        cpu_relax();
    }
}

static void __init enable_registers(const struct amd_unit *unit)
{
    unsigned int reg = unit->capability + CAPABILITY_BASE_LOW;
    uint32_t low = pci_read(unit->sbdf, reg, 4);

    if (!(low & CAPABILITY_BASE_ENABLE))
        pci_write(unit->sbdf, reg, 4, (uint32_t)unit->base | CAPABILITY_BASE_ENABLE);
}

static void __init point_at_memory(struct amd_unit *unit)
{
    amd_write(unit, AMD_CONTROL, 0);
    amd_write(unit, AMD_DEVICE_TABLE, amd_table_register());
    amd_write(unit, AMD_COMMAND_BASE, virt_to_maddr(unit->ring) | AMD_RING_LENGTH);
    amd_write(unit, AMD_COMMAND_HEAD, 0);
    amd_write(unit, AMD_COMMAND_TAIL, 0);
    amd_write(unit, AMD_EVENT_BASE, virt_to_maddr(unit->events) | AMD_RING_LENGTH);
    amd_write(unit, AMD_EVENT_HEAD, 0);
    amd_write(unit, AMD_EVENT_TAIL, 0);
}

int __init amd_unit_init(struct amd_unit *unit)
{
    unit->ring = alloc_xenheap_page();
    unit->events = alloc_xenheap_page();
    unit->completed = alloc_xenheap_page();
    if (!unit->ring || !unit->events || !unit->completed)
        return -ENOMEM;
    enable_registers(unit);
    unit->regs = ioremap(unit->base, REGISTERS_SIZE);
    if (!unit->regs)
        return -ENOMEM;
    hwdom_mmio_forbid(unit->base, REGISTERS_SIZE);
    point_at_memory(unit);
    amd_event_init(unit);
    amd_write(unit, AMD_CONTROL,
              AMD_CONTROL_ENABLE | AMD_CONTROL_EVENT_LOG | AMD_CONTROL_EVENT_INT |
                  AMD_CONTROL_COHERENT | AMD_CONTROL_COMMANDS);
    amd_unit_wait(unit); /* does it work at all? */
    printk(XENLOG_INFO "IOMMU: AMD-Vi unit " PCI_FMT " at %#lx, features %#lx\n",
           PCI_ARGS(unit->sbdf), unit->base, amd_read(unit, AMD_FEATURES));
    return 0;
}
