/* SPDX-License-Identifier: GPL-2.0-only */
/* Restarting, powering off and halting a PC: each way is tried in turn until one works. */
#include <xen/acpi.h>
#include <xen/printk.h>
#include <xen/shutdown.h>
#include <asm/io.h>
#include <asm/irqflags.h>

#define PCI_RESET_PORT 0xcf9
#define KBD_COMMAND    0x64
#define KBD_RESET      0xfe

void machine_halt(void)
{
    for (;;) {
        local_irq_disable();
        __asm__ volatile("hlt");
    }
}

static void wait_a_little(void)
{
    for (unsigned int i = 0; i < 1000000; i++)
        inb(0x80);
}

/* An exception without an IDT shuts the processor down, which resets a PC. */
static void triple_fault(void)
{
    struct {
        uint16_t limit;
        uint64_t base;
    } __attribute__((packed)) none = {0, 0};

    __asm__ volatile("lidt %0; int3" ::"m"(none));
}

void machine_restart(void)
{
    local_irq_disable();
    acpi_reset();
    wait_a_little();
    outb(0x02, PCI_RESET_PORT);
    outb(0x06, PCI_RESET_PORT);
    wait_a_little();
    outb(KBD_RESET, KBD_COMMAND);
    wait_a_little();
    triple_fault();
    machine_halt();
}

void machine_power_off(void)
{
    local_irq_disable();
    acpi_power_off();
    wait_a_little();
    printk("This machine does not power off by itself.\n");
    printk("The machine is halted.\n");
    machine_halt();
}
