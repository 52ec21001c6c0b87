/* SPDX-License-Identifier: GPL-2.0-only */
/* Keys and what they show. */
#include <xen/init.h>
#include <xen/keyhandler.h>
#include <xen/lib.h>
#include <xen/printk.h>
#include <xen/shutdown.h>

#define KEYS 128

static struct {
    void (*fn)(char key);
    const char *description;
} keys[KEYS];

static void show_keys(char key)
{
    printk("Keys:\n");
    for (unsigned int i = 0; i < KEYS; i++)
        if (keys[i].fn)
            printk("  %c: %s\n", i, keys[i].description);
}

void keyhandler_register(char key, void (*fn)(char key), const char *description)
{
    ASSERT(key > ' ' && !keys[(unsigned char)key].fn);
    keys[(unsigned char)key].fn = fn;
    keys[(unsigned char)key].description = description;
}

void keyhandler_run(char key)
{
    unsigned int i = (unsigned char)key;

    if (i >= KEYS || !keys[i].fn)
        return;
    printk("Key '%c': %s\n", key, keys[i].description);
    keys[i].fn(key);
}

static void restart(char key)
{
    machine_restart();
}

static void crash(char key)
{
    panic("asked for by key '%c'", key);
}

void __init keyhandler_init(void)
{
    keyhandler_register('h', show_keys, "show this list");
    keyhandler_register('R', restart, "restart the machine, at once");
    keyhandler_register('C', crash, "crash the hypervisor, to see its report");
}
