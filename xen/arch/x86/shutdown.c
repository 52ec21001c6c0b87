/* SPDX-License-Identifier: GPL-2.0-only */
/* Restarting, powering off and halting a PC: each way is tried in turn until one works; reboot=
 * says with which to begin. */
#include <xen/acpi.h>
#include <xen/cmdline.h>
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/printk.h>
#include <xen/shutdown.h>
#include <xen/string.h>
#include <xen/time.h>
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

/* What was asked of the machine may take a while: an emulator hears of it in another thread.  NOW()
 * stands still, at zero, before it is calibrated. */
static void wait_a_little(void)
{
    s_time_t end = NOW() + SECONDS(5);

    for (unsigned int i = 0; i < 1000000 || (NOW() && NOW() < end); i++)
        inb(0x80);
}

/* --- restarting --- */

static void by_acpi(void)
{
    acpi_reset();
}

/* ICH9's reset control, and that of most chipsets: first the kind (a hard reset), then the start.
 */
static void by_chipset(void)
{
    outb(0x02, PCI_RESET_PORT);
    outb(0x06, PCI_RESET_PORT);
}

static void by_keyboard(void)
{
    outb(KBD_RESET, KBD_COMMAND);
}

/* An exception without an IDT shuts the processor down, which resets a PC. */
static void by_triple_fault(void)
{
    struct {
        uint16_t limit;
        uint64_t base;
    } __attribute__((packed)) none = {0, 0};

    __asm__ volatile("lidt %0; int3" ::"m"(none));
}

static const struct restart_way {
    const char *name, *what;
    void (*try)(void);
} ways[] = {
    {"acpi", "ACPI's reset register", by_acpi},
    {"pci", "the chipset's reset control", by_chipset},
    {"kbd", "the keyboard controller", by_keyboard},
    {"triple", "a triple fault", by_triple_fault},
};

static unsigned int first_way;

static int reboot_parse(const char *value, void *target)
{
    for (unsigned int i = 0; i < ARRAY_SIZE(ways); i++)
        if (!strcmp(value, ways[i].name)) {
            first_way = i;
            return 0;
        }
    return -EINVAL;
}
custom_param(reboot, "reboot", "acpi|pci|kbd|triple", reboot_parse);

void machine_restart(void)
{
    local_irq_disable();
    for (unsigned int i = 0; i < ARRAY_SIZE(ways); i++) {
        const struct restart_way *way = &ways[(first_way + i) % ARRAY_SIZE(ways)];

        printk("Restarting by %s.\n", way->what);
        way->try();
        wait_a_little();
    }
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
