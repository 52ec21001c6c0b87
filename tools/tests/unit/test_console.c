/* SPDX-License-Identifier: GPL-2.0-only */
// Sources: common/console.c common/printk.c common/keyhandler.c
/* The console: lines of ours and of dom0 do not mix, the ring keeps the newest, keys go where they
 * should. */
#include <xen/console.h>
#include <xen/domain.h>
#include <xen/event.h>
#include <xen/keyhandler.h>
#include <xen/ns16550.h>
#include <xen/printk.h>
#include <xen/softirq.h>
#include <xen/string.h>
#include <xen/shutdown.h>
#include <xen/time.h>

#include "unit.h"

static s_time_t now;
static unsigned int virqs;
struct domain *hardware_domain;

s_time_t NOW(void)
{
    return now;
}

void event_send_global_virq(struct domain *d, unsigned int virq)
{
    virqs += virq == VIRQ_CONSOLE;
}

void machine_restart(void)
{
    unit_fail(__FILE__, __LINE__, "restarted");
}

static unsigned int softirqs;

void softirq_raise(enum softirq nr)
{
    softirqs += nr == SOFTIRQ_CONSOLE;
}

const struct console_device ns16550_com1, ns16550_com2, vga_text;

static char text[128 * 1024];

static const char *all(void)
{
    uint32_t index = 0;
    size_t count = console_ring_read(text, sizeof(text) - 1, &index, false, false);

    text[count] = '\0';
    return text;
}

UNIT_TEST(
    console_lines,
    "Each line of ours has the mark; dom0's half line is ended before it; a continued one goes on.")
{
    printk("one\ntwo\n");
    console_guest_write("half", 4);
    printk("three ");
    printk("four\n");
    CHECK(!strcmp(all(), "(XEN) one\n(XEN) two\nhalf\n(XEN) three four\n"));
}

UNIT_TEST(console_incremental, "A reader that hands its index back gets each character once.")
{
    uint32_t index = 0;
    char buf[8];

    console_guest_write("abcdef", 6);
    CHECK_EQ(console_ring_read(buf, 4, &index, false, true), 4);
    CHECK_EQ(console_ring_read(buf, 4, &index, false, true), 2);
    CHECK(buf[0] == 'e' && buf[1] == 'f');
    CHECK_EQ(console_ring_read(buf, 4, &index, false, true), 0);
    console_guest_write("g", 1);
    CHECK_EQ(console_ring_read(buf, 4, &index, false, true), 1);
}

UNIT_TEST(console_overrun,
          "What overran is gone: a slow reader goes on with the oldest that is left.")
{
    uint32_t index = 0;
    char buf[4];

    for (unsigned int i = 0; i < 100000; i++)
        console_guest_write(i % 2 ? "b" : "a", 1);
    CHECK_EQ(strlen(all()), 65536);
    CHECK_EQ(console_ring_read(buf, 2, &index, false, true), 2);
    CHECK_EQ(index, 100000 - 65536 + 2);
}

UNIT_TEST(console_clear, "Clearing hides what was said, not what will be.")
{
    uint32_t index = 0;
    char buf[16];

    console_guest_write("old", 3);
    CHECK_EQ(console_ring_read(buf, sizeof(buf), &index, true, false), 3);
    CHECK(!strcmp(all(), ""));
    console_guest_write("new", 3);
    CHECK(!strcmp(all(), "new"));
}

UNIT_TEST(console_clear_pieces,
          "A reader that clears piece by piece gets everything, and nothing is left.")
{
    uint32_t index = 0;
    char buf[16] = "";

    console_guest_write("in three pieces", 15);
    CHECK_EQ(console_ring_read(buf, 6, &index, true, false), 6);
    CHECK_EQ(console_ring_read(buf + 6, 6, &index, true, true), 6);
    CHECK_EQ(console_ring_read(buf + 12, 6, &index, true, true), 3);
    CHECK(!strcmp(buf, "in three pieces"));
    CHECK(!strcmp(all(), ""));
}

UNIT_TEST(printk_rate, "Guests' messages come up to a rate, and what was held back is counted.")
{
    unsigned int shown = 0;

    now = SECONDS(100);
    for (unsigned int i = 0; i < 50; i++)
        printk(XENLOG_G_WARNING "again\n");
    for (const char *p = all(); (p = strstr(p, "again")); p++)
        shown++;
    CHECK_EQ(shown, 10);
    now += SECONDS(5);
    printk(XENLOG_G_WARNING "later\n");
    CHECK(strstr(all(), "40 similar messages suppressed") && strstr(text, "later"));
    printk(XENLOG_G_DEBUG "never\n");
    CHECK(!strstr(all(), "never"));
}

static char pressed;

static void on_key(char key)
{
    pressed = key;
}

UNIT_TEST(console_keys,
          "Keys are ours until dom0 has them; Ctrl-A three times changes over, twice does not.")
{
    static struct domain dom0;
    char buf[8];

    keyhandler_register('k', on_key, "a key");
    console_input('k');
    CHECK_EQ(pressed, 'k');
    hardware_domain = &dom0;
    console_give_to_dom0();
    pressed = 0;
    console_input('k');
    console_input(1);
    console_input(1);
    console_input('x');
    CHECK_EQ(pressed, 0);
    CHECK_EQ(virqs, 4);
    CHECK_EQ(console_guest_read(buf, sizeof(buf)), 4);
    CHECK(buf[0] == 'k' && buf[3] == 'x');
    for (unsigned int i = 0; i < 3; i++)
        console_input(1);
    console_input('k');
    CHECK_EQ(pressed, 'k');
}

UNIT_TEST(console_reader,
          "Once there is a reader, each text asks for its notice outside of all locks.")
{
    static struct domain dom0;

    softirqs = 0;
    hardware_domain = NULL;
    printk("nobody listens\n");
    CHECK_EQ(softirqs, 0);
    hardware_domain = &dom0;
    console_guest_write("", 0);
    CHECK_EQ(softirqs, 0);
    console_guest_write("dom0", 4);
    CHECK(softirqs);
    softirqs = 0;
    printk("own\n");
    CHECK(softirqs);
}
