/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Access to PCI configuration space: through memory where the MCFG table tells of a window, else
 * through ports CF8 and CFC, which reach the first 256 bytes of segment 0.  A bus is mapped when it
 * is first touched, since a window of 256 buses is mostly empty.
 */
#include <asm/io.h>
#include <xen/acpi.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/pci.h>
#include <xen/printk.h>
#include <xen/spinlock.h>
#include <xen/string.h>
#include <xen/vmap.h>

#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA    0xcfc
#define CONFIG_ENABLE  (1u << 31)

#define BUS_SHIFT 20 /* a bus takes 1 MiB of a window */

struct mcfg {
    struct acpi_header header;
    uint64_t reserved;
    struct {
        uint64_t address;
        uint16_t segment;
        uint8_t start_bus, end_bus;
        uint32_t reserved;
    } __attribute__((packed)) window[];
} __attribute__((packed));

struct pci_mmcfg __ro_after_init pci_mmcfg[PCI_MMCFG_MAX];
unsigned int __ro_after_init pci_mmcfg_count;

static DEFINE_SPINLOCK(ports_lock, LOCK_IRQ);
static DEFINE_SPINLOCK(map_lock, LOCK_IOMMU);
static void *bus_map[PCI_MMCFG_MAX][256];

/* --- memory --- */

static void *map_bus(unsigned int window, unsigned int bus)
{
    void **slot = &bus_map[window][bus];
    void *va = __atomic_load_n(slot, __ATOMIC_ACQUIRE);

    if (va)
        return va;
    spin_lock(&map_lock);
    if (!*slot) {
        va = ioremap(pci_mmcfg[window].address + ((paddr_t)bus << BUS_SHIFT), 1u << BUS_SHIFT);
        __atomic_store_n(slot, va, __ATOMIC_RELEASE);
    }
    spin_unlock(&map_lock);
    return *slot;
}

/* Where a register is mapped, or NULL: no window, or no memory to map it. */
static volatile void *mmcfg_register(uint32_t sbdf, unsigned int reg)
{
    for (unsigned int i = 0; i < pci_mmcfg_count; i++) {
        const struct pci_mmcfg *w = &pci_mmcfg[i];
        uint8_t *va;

        if (w->segment != PCI_SEGMENT(sbdf) || PCI_BUS(sbdf) < w->start_bus ||
            PCI_BUS(sbdf) > w->end_bus)
            continue;
        va = map_bus(i, PCI_BUS(sbdf));
        return va ? va + (PCI_DEVFN(sbdf) << 12) + reg : NULL;
    }
    return NULL;
}

static uint32_t memory_read(const volatile void *va, unsigned int size)
{
    return size == 1 ? read8(va) : size == 2 ? read16(va) : read32(va);
}

static void memory_write(volatile void *va, unsigned int size, uint32_t value)
{
    if (size == 1)
        write8(value, va);
    else if (size == 2)
        write16(value, va);
    else
        write32(value, va);
}

/* --- ports --- */

static bool ports_reach(uint32_t sbdf, unsigned int reg)
{
    return !PCI_SEGMENT(sbdf) && reg < 256;
}

static uint32_t ports_read(uint32_t sbdf, unsigned int reg, unsigned int size)
{
    uint16_t port = CONFIG_DATA + (reg & 3);
    unsigned long flags;
    uint32_t value;

    spin_lock_irqsave(&ports_lock, flags);
    outl(CONFIG_ENABLE | sbdf << 8 | (reg & ~3u), CONFIG_ADDRESS);
    value = size == 1 ? inb(port) : size == 2 ? inw(port) : inl(port);
    spin_unlock_irqrestore(&ports_lock, flags);
    return value;
}

static void ports_write(uint32_t sbdf, unsigned int reg, unsigned int size, uint32_t value)
{
    uint16_t port = CONFIG_DATA + (reg & 3);
    unsigned long flags;

    spin_lock_irqsave(&ports_lock, flags);
    outl(CONFIG_ENABLE | sbdf << 8 | (reg & ~3u), CONFIG_ADDRESS);
    if (size == 1)
        outb(value, port);
    else if (size == 2)
        outw(value, port);
    else
        outl(value, port);
    spin_unlock_irqrestore(&ports_lock, flags);
}

/* --- */

uint32_t pci_read(uint32_t sbdf, unsigned int reg, unsigned int size)
{
    const volatile void *va = mmcfg_register(sbdf, reg);

    if (va)
        return memory_read(va, size);
    return ports_reach(sbdf, reg) ? ports_read(sbdf, reg, size) : ~0u >> (32 - size * 8);
}

void pci_write(uint32_t sbdf, unsigned int reg, unsigned int size, uint32_t value)
{
    volatile void *va = mmcfg_register(sbdf, reg);

    if (va)
        memory_write(va, size, value);
    else if (ports_reach(sbdf, reg))
        ports_write(sbdf, reg, size, value);
}

void __init pci_init(void)
{
    const struct mcfg *mcfg = (const struct mcfg *)acpi_table("MCFG", 0);
    unsigned int count = 0;

    if (mcfg && mcfg->header.length > sizeof(*mcfg))
        count = (mcfg->header.length - sizeof(*mcfg)) / sizeof(mcfg->window[0]);
    for (unsigned int i = 0; i < count && pci_mmcfg_count < PCI_MMCFG_MAX; i++) {
        struct pci_mmcfg *w = &pci_mmcfg[pci_mmcfg_count];

        w->address = mcfg->window[i].address;
        w->segment = mcfg->window[i].segment;
        w->start_bus = mcfg->window[i].start_bus;
        w->end_bus = mcfg->window[i].end_bus;
        if (w->end_bus < w->start_bus)
            continue;
        pci_mmcfg_count++;
        printk(XENLOG_INFO "PCI: segment %04x buses %02x-%02x configured at %#lx\n", w->segment,
               w->start_bus, w->end_bus, w->address);
    }
}
