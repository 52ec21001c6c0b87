/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The console: everything said goes into a ring, which dom0 reads, and to the devices that
 * `console=` names.  Text said before they are known waits in the ring.  VIRQ_CON_RING tells a
 * reader of new text.
 *
 * Keys go to dom0 or to the hypervisor's key handlers; Ctrl-A three times changes over.
 *
 * console_spinlock guards the ring, the devices and the state of the line; it is the innermost
 * lock, so printk() works everywhere.
 */
#include <xen/cmdline.h>
#include <xen/console.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/event.h>
#include <xen/init.h>
#include <xen/keyhandler.h>
#include <xen/lib.h>
#include <xen/ns16550.h>
#include <xen/printk.h>
#include <xen/softirq.h>
#include <xen/spinlock.h>
#include <xen/string.h>

#define RING_SIZE   (64 * 1024u) /* a power of two */
#define INPUT_SIZE  128u
#define CTRL_A      0x01
#define DEVICES_MAX 4

static DEFINE_SPINLOCK(console_spinlock, LOCK_CONSOLE);
static bool lock_is_broken; /* a crash: whoever holds the lock will not come back */

static char ring[RING_SIZE];
static uint32_t ring_start, ring_end; /* positions since boot, modulo 2^32 */

static const struct console_device *devices[DEVICES_MAX];
static unsigned int device_count;
static bool in_line; /* the last character was no newline */

static char input[INPUT_SIZE];
static uint32_t input_start, input_end;
static bool keys_are_ours = true;
static unsigned int escapes; /* Ctrl-A in a row */

void console_lock(unsigned long *flags)
{
    if (lock_is_broken)
        *flags = 0;
    else
        spin_lock_irqsave(&console_spinlock, *flags);
}

void console_unlock(unsigned long flags)
{
    if (!lock_is_broken)
        spin_unlock_irqrestore(&console_spinlock, flags);
}

void console_force_unlock(void)
{
    lock_is_broken = true;
}

static void emit(const char *text, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ring[ring_end++ % RING_SIZE] = text[i];
    if (ring_end - ring_start > RING_SIZE)
        ring_start = ring_end - RING_SIZE;
    for (unsigned int i = 0; i < device_count; i++)
        devices[i]->write(text, count);
    if (!count)
        return;
    in_line = text[count - 1] != '\n';
    /* Whoever speaks may hold any lock: the reader is told once they are all let go. */
    if (hardware_domain && !lock_is_broken)
        softirq_raise(SOFTIRQ_CONSOLE);
}

static void tell_reader(void)
{
    event_send_global_virq(hardware_domain, VIRQ_CON_RING);
}

static size_t line_length(const char *text)
{
    const char *newline = strchr(text, '\n');

    return newline ? (size_t)(newline - text) + 1 : strlen(text);
}

/* A message without a newline is continued by the next one. */
void console_write_own(const char *text)
{
    static bool is_continued;

    while (*text) {
        size_t length = line_length(text);

        if (!is_continued) {
            if (in_line)
                emit("\n", 1);
            emit("(XEN) ", 6);
        }
        emit(text, length);
        is_continued = in_line;
        text += length;
    }
}

void console_guest_write(const char *text, size_t count)
{
    unsigned long flags;

    console_lock(&flags);
    emit(text, count);
    console_unlock(flags);
}

size_t console_ring_read(char *buf, size_t size, uint32_t *index, bool clear, bool incremental)
{
    unsigned long flags;
    uint32_t at;
    size_t count = 0;

    console_lock(&flags);
    at = ring_start;
    if (incremental && *index - ring_start <= ring_end - ring_start)
        at = *index;
    while (count < size && at != ring_end)
        buf[count++] = ring[at++ % RING_SIZE];
    *index = at;
    if (clear) /* of what was read: a reader comes back for the rest */
        ring_start = at;
    console_unlock(flags);
    return count;
}

/* --- input --- */

static void announce_focus(void)
{
    printk("*** Keys go to %s (Ctrl-A three times to change)\n",
           keys_are_ours ? "the hypervisor" : "dom0");
}

static void input_for_dom0(char c)
{
    unsigned long flags;

    console_lock(&flags);
    if (input_end - input_start < INPUT_SIZE)
        input[input_end++ % INPUT_SIZE] = c;
    console_unlock(flags);
    if (hardware_domain)
        event_send_global_virq(hardware_domain, VIRQ_CONSOLE);
}

void console_input(char c)
{
    escapes = c == CTRL_A ? escapes + 1 : 0;
    if (escapes == 3) {
        escapes = 0;
        keys_are_ours = !keys_are_ours;
        announce_focus();
    } else if (keys_are_ours) {
        keyhandler_run(c);
    } else {
        input_for_dom0(c);
    }
}

void console_give_to_dom0(void)
{
    keys_are_ours = false;
    announce_focus();
}

size_t console_guest_read(char *buf, size_t size)
{
    unsigned long flags;
    size_t count = 0;

    console_lock(&flags);
    while (count < size && input_start != input_end)
        buf[count++] = input[input_start++ % INPUT_SIZE];
    console_unlock(flags);
    return count;
}

/* --- devices --- */

static const struct console_device *const known[] = {&ns16550_com1, &ns16550_com2, &vga_text};
#define CONSOLES "com1|com2|vga|none, several with commas between"

static char console_opt[64] __initdata = "com1";

static const struct console_device *__init device_of_name(const char *name, size_t length)
{
    for (unsigned int i = 0; i < ARRAY_SIZE(known); i++)
        if (strlen(known[i]->name) == length && !strncmp(known[i]->name, name, length))
            return known[i];
    return NULL;
}

static size_t __init name_length(const char *list)
{
    const char *comma = strchr(list, ',');

    return comma ? (size_t)(comma - list) : strlen(list);
}

static int __init parse_console(const char *value, void *unused)
{
    for (const char *p = value; *p; p += name_length(p), p += *p == ',')
        if (!device_of_name(p, name_length(p)) && strncmp(p, "none", name_length(p)))
            return -EINVAL;
    strlcpy(console_opt, value, sizeof(console_opt));
    return 0;
}
custom_param(console, "console", CONSOLES, parse_console);

/* What has been said so far is said to each device as it comes up. */
static void __init device_add(const struct console_device *device)
{
    if (device_count == DEVICES_MAX || device->init())
        return;
    devices[device_count++] = device;
    for (uint32_t at = ring_start; at != ring_end; at++)
        device->write(&ring[at % RING_SIZE], 1);
}

void __init console_init(void)
{
    softirq_open(SOFTIRQ_CONSOLE, tell_reader);
    for (const char *p = console_opt; *p; p += name_length(p), p += *p == ',') {
        const struct console_device *device = device_of_name(p, name_length(p));

        if (device)
            device_add(device);
    }
}

void __init console_start_input(void)
{
    for (unsigned int i = 0; i < device_count; i++)
        if (devices[i]->start_input)
            devices[i]->start_input();
}
