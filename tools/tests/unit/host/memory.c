/* SPDX-License-Identifier: GPL-2.0-only */
/* The host's RAM and frame table: two large reservations of address space. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <xen/mm.h>

#include "host.h"

#define DIRECTMAP_SIZE  (2UL << 40)
#define FRAMETABLE_SIZE (DIRECTMAP_SIZE / PAGE_SIZE * sizeof(struct page_info))

static void reserve(unsigned long at, unsigned long size)
{
    void *p = mmap((void *)at, size, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);

    if (p == MAP_FAILED) {
        perror("reserving address space");
        abort();
    }
    madvise(p, size, MADV_DONTDUMP);
}

void host_forget_ram(void)
{
    reserve(FRAMETABLE_VIRT_START, FRAMETABLE_SIZE);
    reserve(DIRECTMAP_VIRT_START, DIRECTMAP_SIZE);
    memset(frame_granules, 0, sizeof(frame_granules));
    max_page = 0;
}

void host_add_ram(paddr_t start, paddr_t end)
{
    if (!max_page)
        host_forget_ram();
    frames_set_present(maddr_to_mfn(start), (end - start) >> PAGE_SHIFT);
}

__attribute__((weak)) void clear_page(void *va)
{
    memset(va, 0, PAGE_SIZE);
}

void copy_page(void *dst, const void *src)
{
    memcpy(dst, src, PAGE_SIZE);
}
