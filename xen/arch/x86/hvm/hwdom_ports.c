/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The machine's ports in the hands of the hardware domain.  It drives the machine's devices, so all
 * ports are its own, without interception, but for those below: what the hypervisor drives itself
 * is absent, and what ends the machine is asked of the hypervisor.
 */
#include <asm/hvm_io.h>
#include <asm/io.h>
#include <public/sched.h>
#include <xen/acpi.h>
#include <xen/domain.h>
#include <xen/lib.h>
#include <xen/ns16550.h>
#include <xen/shutdown.h>
#include "hwdom_ports.h"

void hwdom_port_access(uint16_t port, unsigned int size, bool is_write, uint64_t *data)
{
    switch (size) {
    case 1:
        if (is_write)
            outb(*data, port);
        else
            *data = inb(port);
        break;
    case 2:
        if (is_write)
            outw(*data, port);
        else
            *data = inw(port);
        break;
    default:
        if (is_write)
            outl(*data, port);
        else
            *data = inl(port);
        break;
    }
}

/* A device that the hypervisor drives: for the guest there is none. */
static void absent(struct vcpu *v, paddr_t port, unsigned int size, bool is_write, uint64_t *data)
{
    if (!is_write)
        *data = ~0ULL >> (64 - size * 8);
}

/* --- what ends the machine --- */

#define KBD_PULSE_RESET  0xfe       /* i8042 command: pulse the reset line */
#define A20_FAST_RESET   (1u << 0)  /* system control port A */
#define PM1_SLEEP_ENABLE (1u << 13) /* ACPI 6.4, table 4.18 */

static void keyboard_command(struct vcpu *v, paddr_t port, unsigned int size, bool is_write,
                             uint64_t *data)
{
    if (is_write && (*data & 0xff) == KBD_PULSE_RESET)
        hwdom_shutdown(SHUTDOWN_reboot);
    hwdom_port_access(port, size, is_write, data);
}

static void control_port_a(struct vcpu *v, paddr_t port, unsigned int size, bool is_write,
                           uint64_t *data)
{
    if (is_write && (*data & A20_FAST_RESET))
        hwdom_shutdown(SHUTDOWN_reboot);
    hwdom_port_access(port, size, is_write, data);
}

/* The FADT's reset register, where it is a port of its own: what is written there resets. */
static void reset_port(struct vcpu *v, paddr_t port, unsigned int size, bool is_write,
                       uint64_t *data)
{
    if (is_write)
        hwdom_shutdown(SHUTDOWN_reboot);
    hwdom_port_access(port, size, is_write, data);
}

/* S5 is the only sleep that the hypervisor can take part in. */
static void pm1_control(struct vcpu *v, paddr_t port, unsigned int size, bool is_write,
                        uint64_t *data)
{
    if (is_write && size >= 2 && (*data & PM1_SLEEP_ENABLE))
        hwdom_shutdown(SHUTDOWN_poweroff);
    hwdom_port_access(port, size, is_write, data);
}

static const struct owned_ports {
    uint16_t first, count;
    hvm_io_fn *fn;
} owned_ports[] = {
    {0x20, 2, absent},           /* interrupt controllers */
    {0xa0, 2, absent},           /* and the second */
    {0x4d0, 2, absent},          /* their edge and level bits */
    {0x40, 4, absent},           /* interval timer */
    {0x64, 1, keyboard_command}, /* can pulse the reset line */
    {0x92, 1, control_port_a},   /* likewise */
};

/* --- ACPI's ports --- */

#define ADDRESS_SPACE_IO 1
#define PCI_RESET_PORT   0xcf9 /* lies among the PCI ports: see vpci */

static int register_reset_port(struct domain *d)
{
    if (acpi_power.reset_space != ADDRESS_SPACE_IO || !acpi_power.reset_address ||
        acpi_power.reset_address == PCI_RESET_PORT)
        return 0;
    return hvm_io_register_port(d, acpi_power.reset_address, 1, reset_port);
}

static int register_acpi_ports(struct domain *d)
{
    const uint16_t pm1[] = {acpi_power.pm1a_control, acpi_power.pm1b_control};

    for (unsigned int i = 0; i < ARRAY_SIZE(pm1); i++) {
        int rc = pm1[i] ? hvm_io_register_port(d, pm1[i], 2, pm1_control) : 0;

        if (rc)
            return rc;
    }
    return register_reset_port(d);
}

/* --- the console's serial lines --- */

static int register_console_ports(struct domain *d)
{
    uint16_t port;
    int rc = 0;

    for (unsigned int n = 0; !rc && n < 2; n++)
        if ((port = ns16550_console_port(n)) != 0)
            rc = hvm_io_register_port(d, port, NS16550_PORTS, absent);
    return rc;
}

int hwdom_ports_init(struct domain *d)
{
    int rc = register_console_ports(d);

    if (rc)
        return rc;
    for (unsigned int i = 0; i < ARRAY_SIZE(owned_ports); i++) {
        const struct owned_ports *p = &owned_ports[i];

        rc = hvm_io_register_port(d, p->first, p->count, p->fn);
        if (rc)
            return rc;
    }
    return register_acpi_ports(d);
}
