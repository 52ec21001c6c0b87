/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Routing: which virtual device takes an access to a port or to device memory.
 *
 * A domain has a handful of ranges, registered when it is created; two short arrays, searched from
 * the front, are all it takes.  The only range that moves is the MSI-X tables', which vpci knows.
 */
#include <asm/domain.h>
#include <asm/hvm_io.h>
#include <asm/page.h>
#include <asm/vioapic.h>
#include <asm/vlapic.h>
#include <asm/vpci.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/string.h>
#include <xen/xmalloc.h>
#include "hwdom_ports.h"

#define MAX_RANGES  32
#define PORT_COUNT  65536u
#define VLAPIC_PAGE 0xfee00000u

struct range {
    paddr_t first, last;
    hvm_io_fn *fn;
};

struct range_table {
    unsigned int count;
    struct range range[MAX_RANGES];
};

struct hvm_io {
    struct range_table ports, mmio;
};

static int range_add(struct range_table *table, paddr_t first, paddr_t size, hvm_io_fn *fn)
{
    if (!size || first + size - 1 < first)
        return -EINVAL;
    if (table->count == MAX_RANGES)
        return -ENOSPC;
    table->range[table->count++] = (struct range){first, first + size - 1, fn};
    return 0;
}

static hvm_io_fn *range_find(const struct range_table *table, paddr_t addr)
{
    for (unsigned int i = 0; i < table->count; i++)
        if (addr >= table->range[i].first && addr <= table->range[i].last)
            return table->range[i].fn;
    return NULL;
}

int hvm_io_register_port(struct domain *d, uint16_t first, unsigned int count, hvm_io_fn *fn)
{
    if (first + count > PORT_COUNT)
        return -EINVAL;
    return range_add(&d->arch.io->ports, first, count, fn);
}

int hvm_io_register_mmio(struct domain *d, paddr_t first, paddr_t size, hvm_io_fn *fn)
{
    return range_add(&d->arch.io->mmio, first, size, fn);
}

static int init_devices(struct domain *d)
{
    int rc = hvm_io_register_mmio(d, VLAPIC_PAGE, PAGE_SIZE, vlapic_mmio_handler());

    if (rc || !d->is_hardware)
        return rc;
    rc = hwdom_ports_init(d);
    if (!rc)
        rc = vioapic_init(d);
    if (!rc)
        rc = vpci_init(d);
    return rc;
}

int hvm_io_init(struct domain *d)
{
    int rc;

    d->arch.io = xzalloc(struct hvm_io);
    if (!d->arch.io)
        return -ENOMEM;
    rc = init_devices(d);
    if (rc)
        hvm_io_destroy(d);
    return rc;
}

void hvm_io_destroy(struct domain *d)
{
    vpci_destroy(d);
    vioapic_destroy(d);
    xfree(d->arch.io);
    d->arch.io = NULL;
}

static uint64_t all_ones(unsigned int size)
{
    return ~0ULL >> (64 - size * 8);
}

/* --- ports --- */

void hvm_io_fill_iopm(struct domain *d, uint8_t *bitmap)
{
    const struct range_table *ports = &d->arch.io->ports;

    memset(bitmap, d->is_hardware ? 0 : 0xff, PORT_COUNT / 8);
    for (unsigned int i = 0; i < ports->count; i++)
        for (paddr_t port = ports->range[i].first; port <= ports->range[i].last; port++)
            bitmap[port / 8] |= 1u << (port % 8);
}

static void port_default(struct vcpu *v, uint16_t port, unsigned int size, bool is_write,
                         uint64_t *data)
{
    if (v->domain->is_hardware)
        hwdom_port_access(port, size, is_write, data);
    else if (!is_write)
        *data = all_ones(size);
}

static void port_route(struct vcpu *v, hvm_io_fn *fn, uint16_t port, unsigned int size,
                       bool is_write, uint64_t *data)
{
    if (fn)
        fn(v, port, size, is_write, data);
    else
        port_default(v, port, size, is_write, data);
}

/* All ports of the access are of the device that its first one is of, if of any. */
static bool port_is_whole(const struct range_table *ports, uint16_t port, unsigned int size)
{
    hvm_io_fn *fn = range_find(ports, port);

    for (unsigned int i = 1; i < size; i++)
        if (range_find(ports, (uint16_t)(port + i)) != fn)
            return false;
    return true;
}

/* Another is one access of a byte for each of its ports. */
static void port_split(struct vcpu *v, uint16_t port, unsigned int size, bool is_write,
                       uint64_t *data)
{
    uint64_t in = *data, out = 0;

    for (unsigned int i = 0; i < size; i++) {
        uint16_t p = port + i;
        uint64_t byte = (in >> (i * 8)) & 0xff;

        port_route(v, range_find(&v->domain->arch.io->ports, p), p, 1, is_write, &byte);
        out |= (byte & 0xff) << (i * 8);
    }
    if (!is_write)
        *data = out;
}

void hvm_io_port(struct vcpu *v, uint16_t port, unsigned int size, bool is_write, uint64_t *data)
{
    const struct range_table *ports = &v->domain->arch.io->ports;

    if (port_is_whole(ports, port, size))
        port_route(v, range_find(ports, port), port, size, is_write, data);
    else
        port_split(v, port, size, is_write, data);
}

/* --- device memory --- */

static hvm_io_fn *mmio_find(struct domain *d, paddr_t gpa)
{
    hvm_io_fn *fn = range_find(&d->arch.io->mmio, gpa);

    if (!fn && vpci_msix_covers(d, gpa))
        fn = vpci_msix_access;
    return fn;
}

bool hvm_io_is_mmio(struct domain *d, paddr_t gpa)
{
    return mmio_find(d, gpa) != NULL;
}

bool hvm_io_overlaps(struct domain *d, paddr_t first, paddr_t size)
{
    const struct range_table *mmio = &d->arch.io->mmio;

    for (unsigned int i = 0; i < mmio->count; i++)
        if (first <= mmio->range[i].last && mmio->range[i].first <= first + size - 1)
            return true;
    return vpci_msix_overlaps(d, first, size);
}

void hvm_io_mmio(struct vcpu *v, paddr_t gpa, unsigned int size, bool is_write, uint64_t *data)
{
    hvm_io_fn *fn = mmio_find(v->domain, gpa);

    if (fn)
        fn(v, gpa, size, is_write, data);
    else if (!is_write)
        *data = all_ones(size);
}
