/* SPDX-License-Identifier: GPL-2.0-only */
/* Which virtual device an access to a port goes to, whatever ports it begins and ends at. */
// Sources: arch/x86/hvm/io.c
#include <asm/domain.h>
#include <asm/hvm_io.h>
#include <asm/vioapic.h>
#include <asm/vlapic.h>
#include <asm/vpci.h>
#include <stdlib.h>
#include <xen/domain.h>
#include <xen/string.h>
#include <xen/xmalloc.h>

#include "arch/x86/hvm/hwdom_ports.h"
#include "unit.h"

static struct domain dom0 = {.is_hardware = true};
static struct vcpu vcpu = {.domain = &dom0};

void *xzalloc_bytes(size_t size, size_t align)
{
    return calloc(1, size);
}

void xfree(void *p)
{
    free(p);
}

hvm_io_fn *vlapic_mmio_handler(void)
{
    return NULL;
}

int vioapic_init(struct domain *d)
{
    return 0;
}

void vioapic_destroy(struct domain *d)
{
}

int vpci_init(struct domain *d)
{
    return 0;
}

void vpci_destroy(struct domain *d)
{
}

/* --- one device of two ports, and the machine's own everywhere else --- */

#define DEVICE 0x20u

static char machine[DEVICE + 16], device[DEVICE + 16]; /* written to which: a mark for each port */

static void device_access(struct vcpu *v, paddr_t port, unsigned int size, bool is_write,
                          uint64_t *data)
{
    for (unsigned int i = 0; i < size; i++)
        device[port + i] = 1;
    if (!is_write)
        *data = 0xdddddddd;
}

void hwdom_port_access(uint16_t port, unsigned int size, bool is_write, uint64_t *data)
{
    for (unsigned int i = 0; i < size; i++)
        machine[port + i] = 1;
    if (!is_write)
        *data = 0x11111111;
}

int hwdom_ports_init(struct domain *d)
{
    return hvm_io_register_port(d, DEVICE, 2, device_access);
}

static uint64_t access(uint16_t port, unsigned int size, bool is_write)
{
    uint64_t data = 0;

    memset(machine, 0, sizeof(machine));
    memset(device, 0, sizeof(device));
    hvm_io_port(&vcpu, port, size, is_write, &data);
    return data;
}

UNIT_TEST(port_routing,
          "A device's ports are its own in every access that touches them: also in the "
          "middle of one that begins before and ends behind it.")
{
    CHECK_EQ(hvm_io_init(&dom0), 0);
    for (unsigned int size = 1; size <= 4; size *= 2) {
        for (unsigned int port = DEVICE - 4; port < DEVICE + 4; port++) {
            access(port, size, true);
            for (unsigned int p = port; p < port + size; p++) {
                bool is_device = p == DEVICE || p == DEVICE + 1;

                CHECK_EQ(device[p], is_device);
                CHECK_EQ(machine[p], !is_device);
            }
        }
    }
    CHECK_EQ(access(DEVICE - 1, 4, false), 0x11dddd11);
    CHECK_EQ(access(DEVICE, 2, false) & 0xffff, 0xdddd);
    hvm_io_destroy(&dom0);
}
