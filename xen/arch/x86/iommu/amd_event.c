/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The event log (2.5): what devices did that they may not, by device and address.
 *
 * An entry may become visible after the tail that counts it, and an emulator may not move the tail
 * at all: so the log is read for as long as entries are not zero, and each is zeroed when it has
 * been read.  A broken or hostile device can cause events without end: of each second, only the
 * first few are printed.
 */
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/pci.h>
#include <xen/printk.h>
#include <xen/time.h>
#include <asm/irq.h>

#include "amd.h"

#define PRINTED_PER_SECOND 10

#define EVENT_CODE(e)    ((unsigned int)((e)->word[0] >> 60))
#define EVENT_DEVICE(e)  ((uint16_t)(e)->word[0])
#define EVENT_DOMAIN(e)  ((uint16_t)((e)->word[0] >> 32))
#define EVENT_PAGE_FAULT 2
#define FAULT_IS_WRITE   (1ULL << 53)

static const char *const names[16] = {
    [1] = "illegal device table entry",
    [2] = "page fault",
    [3] = "device table hardware error",
    [4] = "page table hardware error",
    [5] = "illegal command",
    [6] = "command hardware error",
    [7] = "IOTLB invalidation timeout",
    [8] = "invalid device request",
};

static bool may_print(void)
{
    static s_time_t second;
    static unsigned int printed, suppressed;

    if (NOW() - second >= SECONDS(1)) {
        if (suppressed)
            printk(XENLOG_WARNING "IOMMU: %u events more\n", suppressed);
        second = NOW();
        printed = suppressed = 0;
    }
    if (printed == PRINTED_PER_SECOND) {
        suppressed++;
        return false;
    }
    printed++;
    return true;
}

static void print_event(const struct amd_command *e)
{
    const char *name = names[EVENT_CODE(e)];
    uint32_t device = EVENT_DEVICE(e);

    if (EVENT_CODE(e) == EVENT_PAGE_FAULT)
        printk(XENLOG_WARNING "IOMMU: " PCI_FMT ": d%d: %s refused at %#lx\n", PCI_ARGS(device),
               EVENT_DOMAIN(e) - 1, e->word[0] & FAULT_IS_WRITE ? "write" : "read", e->word[1]);
    else
        printk(XENLOG_WARNING "IOMMU: " PCI_FMT ": %s (%016lx %016lx)\n", PCI_ARGS(device),
               name ? name : "unknown event", e->word[0], e->word[1]);
}

static void read_log(struct amd_unit *unit)
{
    for (;;) {
        struct amd_command *slot = &unit->events[unit->event_head];
        struct amd_command e = {{READ_ONCE(slot->word[0]), READ_ONCE(slot->word[1])}};

        if (!e.word[0] && !e.word[1])
            break;
        *slot = (struct amd_command){};
        unit->event_head = (unit->event_head + 1) % AMD_RING_ENTRIES;
        if (may_print())
            print_event(&e);
    }
    amd_write(unit, AMD_EVENT_HEAD, unit->event_head * sizeof(struct amd_command));
}

/* A log that has overflowed stands still until it is switched off and begun anew (2.5.1). */
static void restart_log(struct amd_unit *unit)
{
    uint64_t control = amd_read(unit, AMD_CONTROL);

    amd_write(unit, AMD_CONTROL, control & ~AMD_CONTROL_EVENT_LOG);
    amd_write(unit, AMD_EVENT_BASE, amd_read(unit, AMD_EVENT_BASE));
    amd_write(unit, AMD_EVENT_HEAD, 0);
    amd_write(unit, AMD_EVENT_TAIL, 0);
    unit->event_head = 0;
    amd_write(unit, AMD_STATUS, AMD_STATUS_OVERFLOW);
    amd_write(unit, AMD_CONTROL, control);
}

static void handle_events(void *data)
{
    struct amd_unit *unit = data;

    amd_write(unit, AMD_STATUS, AMD_STATUS_EVENT_INT);
    read_log(unit);
    if (amd_read(unit, AMD_STATUS) & AMD_STATUS_OVERFLOW)
        restart_log(unit);
}

static void event_interrupt(void *data)
{
    struct amd_unit *unit = data;

    tasklet_schedule(&unit->event_tasklet);
}

/* Its MSI capability: PCI Local Bus 3.0, 6.8.1. */
static void __init program_msi(uint32_t sbdf, unsigned int capability,
                               const struct msi_message *message)
{
    uint16_t control = pci_read(sbdf, capability + 2, 2);
    bool is_wide = control & (1u << 7);

    pci_write(sbdf, capability + 4, 4, message->address);
    if (is_wide)
        pci_write(sbdf, capability + 8, 4, message->address >> 32);
    pci_write(sbdf, capability + (is_wide ? 12 : 8), 2, message->data);
    pci_write(sbdf, capability + 2, 2, control | 1);
}

void __init amd_event_init(struct amd_unit *unit)
{
    unsigned int capability = pci_find_capability(unit->sbdf, PCI_CAP_MSI);
    struct msi_message message;

    tasklet_init(&unit->event_tasklet, handle_events, unit);
    if (capability && irq_alloc_vector(event_interrupt, unit, 0, &message) >= 0)
        program_msi(unit->sbdf, capability, &message);
    else
        printk(XENLOG_WARNING "IOMMU " PCI_FMT ": its faults will not be logged\n",
               PCI_ARGS(unit->sbdf));
}
