/* SPDX-License-Identifier: GPL-2.0-only */
/* Whole pages: string instructions are as fast as anything, and the shortest. */
#include <asm/page.h>

void clear_page(void *va)
{
    unsigned long count = PAGE_SIZE / 8;

    __asm__ volatile("rep stosq" : "+D"(va), "+c"(count) : "a"(0UL) : "memory");
}

void copy_page(void *dst, const void *src)
{
    unsigned long count = PAGE_SIZE / 8;

    __asm__ volatile("rep movsq" : "+D"(dst), "+S"(src), "+c"(count)::"memory");
}
