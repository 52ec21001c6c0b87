/* SPDX-License-Identifier: GPL-2.0-only */
/* What stands on the PCI buses. */
#include <xen/lib.h>
#include <xen/pci.h>

struct scan {
    void (*fn)(uint32_t sbdf, void *data);
    void *data;
};

static void scan_bus(const struct scan *scan, unsigned int segment, unsigned int bus);

bool pci_exists(uint32_t sbdf)
{
    uint32_t vendor = pci_read(sbdf, PCI_VENDOR_ID, 2);

    return vendor != 0xffff && vendor != 0;
}

/* Buses below a bridge have higher numbers than the one above: a loop in broken hardware ends
 * there. */
static void scan_bridge(const struct scan *scan, uint32_t sbdf)
{
    unsigned int below = pci_read(sbdf, PCI_SECONDARY_BUS, 1);

    if (below > PCI_BUS(sbdf))
        scan_bus(scan, PCI_SEGMENT(sbdf), below);
}

/* Returns whether there are more functions to look for. */
static bool scan_function(const struct scan *scan, uint32_t sbdf)
{
    uint8_t header;

    if (!pci_exists(sbdf))
        return PCI_FUNCTION(sbdf) != 0;
    header = pci_read(sbdf, PCI_HEADER_TYPE, 1);
    scan->fn(sbdf, scan->data);
    if ((header & ~PCI_HEADER_MULTI) == PCI_HEADER_BRIDGE)
        scan_bridge(scan, sbdf);
    return PCI_FUNCTION(sbdf) || (header & PCI_HEADER_MULTI);
}

static void scan_bus(const struct scan *scan, unsigned int segment, unsigned int bus)
{
    for (unsigned int slot = 0; slot < 32; slot++)
        for (unsigned int function = 0; function < 8; function++)
            if (!scan_function(scan, PCI_SBDF(segment, bus, slot << 3 | function)))
                break;
}

void pci_for_each(void (*fn)(uint32_t sbdf, void *data), void *data)
{
    const struct scan scan = {fn, data};

    scan_bus(&scan, 0, 0);
    for (unsigned int i = 0; i < pci_mmcfg_count; i++)
        if (pci_mmcfg[i].segment)
            scan_bus(&scan, pci_mmcfg[i].segment, pci_mmcfg[i].start_bus);
}

/* The list is bounded by the space it lies in, should it lead in a circle. */
unsigned int pci_find_capability(uint32_t sbdf, uint8_t id)
{
    unsigned int at = PCI_CAPABILITIES;

    if (!(pci_read(sbdf, PCI_STATUS, 2) & PCI_STATUS_CAPS))
        return 0;
    at = pci_read(sbdf, at, 1) & ~3u;
    for (unsigned int left = 48; at >= 0x40 && left; left--) {
        if (pci_read(sbdf, at, 1) == id)
            return at;
        at = pci_read(sbdf, at + 1, 1) & ~3u;
    }
    return 0;
}
