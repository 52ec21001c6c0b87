/* SPDX-License-Identifier: GPL-2.0-only */
/* The PC's text screen, 80 by 25, as BIOS machines leave it; dom0 takes it over by simply writing
 * to it. */
#include <xen/console.h>
#include <xen/errno.h>
#include <xen/init.h>
#include <xen/ns16550.h>
#include <xen/string.h>
#include <xen/vmap.h>
#include <asm/io.h>

#define VGA_TEXT  0xb8000
#define COLUMNS   80
#define ROWS      25
#define ATTRIBUTE 0x0700 /* grey on black */

static uint16_t *screen;
static unsigned int column, row;

static int __init vga_init(void)
{
    screen = ioremap(VGA_TEXT, COLUMNS * ROWS * sizeof(*screen));
    if (!screen)
        return -ENODEV;
    for (unsigned int i = 0; i < COLUMNS * ROWS; i++)
        screen[i] = ATTRIBUTE | ' ';
    return 0;
}

static void new_line(void)
{
    column = 0;
    if (++row < ROWS)
        return;
    row = ROWS - 1;
    memmove(screen, screen + COLUMNS, COLUMNS * (ROWS - 1) * sizeof(*screen));
    for (unsigned int i = 0; i < COLUMNS; i++)
        screen[row * COLUMNS + i] = ATTRIBUTE | ' ';
}

static void vga_write(const char *text, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (text[i] == '\n') {
            new_line();
            continue;
        }
        if (column == COLUMNS)
            new_line();
        screen[row * COLUMNS + column++] = ATTRIBUTE | (uint8_t)text[i];
    }
}

const struct console_device vga_text = {"vga", vga_init, vga_write, NULL};
