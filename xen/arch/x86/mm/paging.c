/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hypervisor's own page tables.  One set serves all CPUs: the image by 4 KiB with the rights of
 * its sections, the direct map by the largest pages that fit, and what paging_map() adds.  Tables
 * come from the boot allocator first and from the heap later, and stay: nothing here is ever given
 * back.
 *
 * Rules: no mapping is writable and executable.  Changes are made under paging_lock; whoever takes
 * rights away flushes.
 */
#include <xen/boot_alloc.h>
#include <xen/boot_info.h>
#include <xen/errno.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/page_alloc.h>
#include <xen/printk.h>
#include <xen/spinlock.h>
#include <xen/string.h>
#include <asm/image.h>
#include <asm/paging.h>
#include <asm/processor.h>

typedef uint64_t pte_t;

extern pte_t boot_l4[PTE_COUNT]; /* head.S */
static pte_t root[PTE_COUNT] __attribute__((section(".bss.page_aligned"), aligned(4096)));
paddr_t xen_phys_start __ro_after_init;
static bool has_1g __ro_after_init;
/* Before the direct map is complete, only the lowest 4 GiB can be reached. */
static paddr_t table_limit __ro_after_init = GB(4);
static DEFINE_SPINLOCK(paging_lock, LOCK_PAGING);

paddr_t paging_root(void)
{
    return xen_virt_to_maddr(root);
}

paddr_t paging_boot_root(void)
{
    return xen_virt_to_maddr(boot_l4);
}

static pte_t *table_alloc(void)
{
    void *table;

    if (boot_alloc_is_over()) {
        table = alloc_xenheap_page();
    } else {
        paddr_t pa = boot_alloc(PAGE_SIZE, PAGE_SIZE, table_limit);

        table = pa ? maddr_to_virt(pa) : NULL;
    }
    return table ? memset(table, 0, PAGE_SIZE) : NULL;
}

static unsigned int index_at(unsigned long va, unsigned int level)
{
    return (va >> (PAGE_SHIFT + 9 * (level - 1))) % PTE_COUNT;
}

static unsigned long size_at(unsigned int level)
{
    return PAGE_SIZE << (9 * (level - 1));
}

/* A large page becomes a table of the next smaller ones, with the same rights. */
static pte_t *split(pte_t *entry, unsigned int level)
{
    pte_t *table = table_alloc(), old = *entry;

    if (!table)
        return NULL;
    if (level == 2)
        old &= ~PTE_LARGE;
    for (unsigned int i = 0; i < PTE_COUNT; i++)
        table[i] = old + i * size_at(level - 1);
    *entry = virt_to_maddr(table) | PTE_P | PTE_RW | PTE_A;
    return table;
}

/* The table below `entry`, made when there is none. */
static pte_t *table_below(pte_t *entry, unsigned int level)
{
    pte_t *table;

    if (*entry & PTE_P)
        return (level <= 3 && (*entry & PTE_LARGE)) ? split(entry, level)
                                                    : maddr_to_virt(*entry & PTE_ADDR);
    table = table_alloc();
    if (table)
        *entry = virt_to_maddr(table) | PTE_P | PTE_RW | PTE_A;
    return table;
}

/* The entry for va at `level`, with the tables above it; NULL when out of memory. */
static pte_t *entry_at(unsigned long va, unsigned int level)
{
    pte_t *table = root;

    for (unsigned int l = 4; l > level; l--) {
        table = table_below(&table[index_at(va, l)], l);
        if (!table)
            return NULL;
    }
    return &table[index_at(va, level)];
}

static bool is_table(const pte_t *entry, unsigned int level)
{
    return level > 1 && (*entry & PTE_P) && !(*entry & PTE_LARGE);
}

static bool fits(unsigned long va, paddr_t pa, size_t size, unsigned int level)
{
    return IS_ALIGNED(va | pa, size_at(level)) && size >= size_at(level);
}

/* Maps one page, the largest that fits where no smaller ones are in use; its size, or 0. */
static size_t map_one(unsigned long va, paddr_t pa, size_t size, uint64_t attributes)
{
    for (unsigned int level = has_1g ? 3 : 2; level > 0; level--) {
        pte_t *entry;

        if (!fits(va, pa, size, level))
            continue;
        entry = entry_at(va, level);
        if (!entry)
            return 0;
        if (is_table(entry, level))
            continue;
        *entry = pa | attributes | (level > 1 ? PTE_LARGE : 0);
        return size_at(level);
    }
    return 0;
}

int paging_map(unsigned long va, paddr_t pa, size_t size, uint64_t attributes)
{
    unsigned long flags;
    size_t step = 1;

    ASSERT(IS_ALIGNED(va | pa | size, PAGE_SIZE));
    ASSERT(!(attributes & PTE_RW) || (attributes & PTE_NX));
    spin_lock_irqsave(&paging_lock, flags);
    for (; size && step; size -= step, va += step, pa += step)
        step = map_one(va, pa, size, attributes);
    spin_unlock_irqrestore(&paging_lock, flags);
    return step ? 0 : -ENOMEM;
}

/* The entry that maps va, and its level; NULL for none. */
static pte_t *leaf_of(unsigned long va, unsigned int *level)
{
    pte_t *table = root;

    for (*level = 4; *level > 0; (*level)--) {
        pte_t *entry = &table[index_at(va, *level)];

        if (!(*entry & PTE_P))
            return NULL;
        if (!is_table(entry, *level))
            return entry;
        table = maddr_to_virt(*entry & PTE_ADDR);
    }
    return NULL;
}

/* Unmaps one page or hole; its size from va on. */
static size_t unmap_one(unsigned long va, size_t size)
{
    unsigned int level;
    pte_t *entry = leaf_of(va, &level);

    if (!entry)
        return PAGE_SIZE;
    while (entry && !fits(va, 0, size, level))
        entry = entry_at(va, --level); /* splits what is mapped large */
    if (!entry)
        panic("No memory to split a large page");
    *entry = 0;
    return size_at(level);
}

void paging_unmap(unsigned long va, size_t size)
{
    unsigned long flags;
    size_t step;

    spin_lock_irqsave(&paging_lock, flags);
    for (; size; size -= step, va += step)
        step = unmap_one(va, size);
    spin_unlock_irqrestore(&paging_lock, flags);
}

paddr_t paging_lookup(unsigned long va)
{
    unsigned int level;
    const pte_t *entry = leaf_of(va, &level);

    return entry ? (*entry & PTE_ADDR & ~(size_at(level) - 1)) | (va & (size_at(level) - 1)) : 0;
}

static void __init must_map(unsigned long va, paddr_t pa, size_t size, uint64_t attributes)
{
    if (paging_map(va, pa, size, attributes))
        panic("No memory for the hypervisor's page tables");
}

static void __init map_section(const char *start, const char *end, uint64_t attributes)
{
    must_map((unsigned long)start, xen_virt_to_maddr(start), end - start, attributes);
}

static void __init map_image(void)
{
    map_section(__text_start, __text_end, MAP_RX);
    map_section(__rodata_start, __rodata_end, MAP_RO);
    map_section(__ro_after_init_start, __ro_after_init_end, MAP_RW);
    map_section(__init_text_start, __init_text_end, MAP_RX);
    map_section(__init_text_end, __data_end, MAP_RW);
    map_section(__data_end, __image_data_end, MAP_RO);
    map_section(__image_data_end, __image_end, MAP_RW);
}

/* RAM and what ACPI left in it, but no hole: a stray access shall fault, and speculation stay off
 * devices. */
static void __init map_ram(void)
{
    for (unsigned int i = 0; i < boot_info.e820_count; i++) {
        const struct e820_entry *e = &boot_info.e820[i];
        paddr_t start = ROUNDDOWN(e->start, PAGE_SIZE);
        paddr_t end = min(ROUNDUP(e->start + e->size, PAGE_SIZE), (paddr_t)DIRECTMAP_VIRT_SIZE);

        if (start < end && (e->type == E820_RAM || e->type == E820_ACPI || e->type == E820_NVS))
            must_map(DIRECTMAP_VIRT_START + start, start, end - start, MAP_RW);
    }
    must_map((unsigned long)maddr_to_virt(xen_virt_to_maddr(__text_start)),
             xen_virt_to_maddr(__text_start), __rodata_end - __text_start, MAP_RO);
}

void __init paging_init(void)
{
    has_1g = cpuid(0x80000001).d & (1u << 26);
    map_image();
    map_ram();
    write_cr3(paging_root());
    tlb_flush_local();
    table_limit = ~0UL;
}

/* Booting is over: what only it wrote is locked, what only it used goes to the heap. Not itself in
 * .init. */
void paging_free_init(void)
{
    paddr_t start = xen_virt_to_maddr(__init_start), end = xen_virt_to_maddr(__init_end);

    if (paging_map((unsigned long)__ro_after_init_start, xen_virt_to_maddr(__ro_after_init_start),
                   __ro_after_init_end - __ro_after_init_start, MAP_RO))
        panic("No memory for the hypervisor's page tables");
    paging_unmap((unsigned long)__init_start, __init_end - __init_start);
    tlb_flush_all();
    memset(maddr_to_virt(start), 0, end - start);
    heap_add_range(start, end);
    printk("Freed %lu KiB that only booting needed\n", (end - start) >> 10);
}
