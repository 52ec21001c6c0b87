/* SPDX-License-Identifier: GPL-2.0-only */
/* Private to boot/: the readers of the loaders' information, each filling boot_info. */
#ifndef X86_BOOT_BOOT_H
#define X86_BOOT_BOOT_H

#include <xen/boot_info.h>

#define MULTIBOOT1_MAGIC 0x2badb002
#define MULTIBOOT2_MAGIC 0x36d76289

void multiboot1_read(paddr_t info);
void multiboot2_read(paddr_t info);

/* Says that [start, end) is of `type`, whatever was said of it before: tell RAM first. */
void e820_set(paddr_t start, paddr_t end, uint32_t type);
void e820_print(void);

/* A lasting copy of a loader's string; cut, with a warning later, when the room is used up. */
const char *boot_string(const char *text);
/* After the loader's name is known. */
void boot_cmdline_set(const char *cmdline);
void boot_module_add(paddr_t start, paddr_t end, const char *cmdline);

/* The free ranges of RAM: all but the lowest 1 MiB, the image and the modules. */
void boot_memory_init(void);
/* Gives the modules' memory to the heap. */
void boot_modules_free(void);
unsigned long boot_ram_pages(void);

#endif
