// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's own page tables, walked in software: linear to guest physical address, in all of its
 * paging modes (APM vol. 2, chapter 5), with accessed and dirty bits set as the processor would.
 *
 * SMEP, SMAP and protection keys are not applied: a kernel hands us pointers to its processes'
 * memory on purpose, and instruction bytes have been fetched by the processor already.
 */
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/guest_access.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/p2m.h>
#include <xen/sched.h>
#include <xen/string.h>
#include <asm/hvm_ops.h>
#include <asm/msr.h>
#include <asm/processor.h>

#define PTE_P       (1ULL << 0)
#define PTE_RW      (1ULL << 1)
#define PTE_US      (1ULL << 2)
#define PTE_A       (1ULL << 5)
#define PTE_D       (1ULL << 6)
#define PTE_PS      (1ULL << 7)
#define PTE_NX      (1ULL << 63)
#define PTE_ADDRESS 0x000ffffffffff000ULL

#define FAULT_PRESENT (1u << 0)

/* How the guest translates, taken once per walk. */
struct paging_mode {
    unsigned int levels;     /* 0: not at all */
    unsigned int entry_size; /* 4 or 8 */
    bool is_long, is_pae, has_4m, has_nx, write_protects;
};

static struct paging_mode paging_mode(struct vcpu *v)
{
    uint64_t cr0 = hvm_ops->get_cr(v, 0), cr4 = hvm_ops->get_cr(v, 4), efer = hvm_ops->get_efer(v);
    struct paging_mode mode = {.entry_size = 8, .write_protects = cr0 & X86_CR0_WP};

    if (!(cr0 & X86_CR0_PG))
        return mode;
    mode.has_nx = efer & EFER_NXE;
    if (efer & EFER_LMA) {
        mode.levels = cr4 & X86_CR4_LA57 ? 5 : 4;
        mode.is_long = true;
    } else if (cr4 & X86_CR4_PAE) {
        mode.levels = 3;
        mode.is_pae = true;
    } else {
        mode.levels = 2;
        mode.entry_size = 4;
        mode.has_nx = false;
        mode.has_4m = cr4 & X86_CR4_PSE;
    }
    return mode;
}

/* Bits of a linear address below those that `level` translates. */
static unsigned int level_shift(const struct paging_mode *mode, unsigned int level)
{
    return PAGE_SHIFT + (level - 1) * (mode->entry_size == 4 ? 10 : 9);
}

static bool is_canonical(const struct paging_mode *mode, uint64_t linear)
{
    unsigned int unused = 64 - level_shift(mode, mode->levels + 1);

    return !mode->is_long || (uint64_t)((int64_t)(linear << unused) >> unused) == linear;
}

/* Reads the entry and sets `bits` in it; another processor of the guest may be at it, too. */
static uint64_t entry_touch(void *slot, unsigned int size, uint64_t bits, bool is_writable)
{
    uint64_t entry = size == 8 ? __atomic_load_n((uint64_t *)slot, __ATOMIC_RELAXED)
                               : __atomic_load_n((uint32_t *)slot, __ATOMIC_RELAXED);

    if (!(entry & PTE_P) || (entry & bits) == bits || !is_writable)
        return entry;
    if (size == 8)
        return __atomic_or_fetch((uint64_t *)slot, bits, __ATOMIC_SEQ_CST);
    return __atomic_or_fetch((uint32_t *)slot, (uint32_t)bits, __ATOMIC_SEQ_CST);
}

/* 0 (not present) also where there is no memory. */
static uint64_t entry_read(struct vcpu *v, paddr_t table, unsigned int index, unsigned int size,
                           uint64_t bits)
{
    paddr_t at = table + (paddr_t)index * size;
    bool is_writable = bits;
    struct page_info *pg = p2m_get_page(v->domain, _gfn(at >> PAGE_SHIFT), NULL, is_writable);
    uint64_t entry;

    if (!pg) {
        is_writable = false;
        pg = p2m_get_page(v->domain, _gfn(at >> PAGE_SHIFT), NULL, false);
    }
    if (!pg)
        return 0;
    entry = entry_touch((char *)page_to_virt(pg) + (at & ~PAGE_MASK), size, bits, is_writable);
    page_put(pg);
    return entry;
}

static bool entry_is_page(const struct paging_mode *mode, unsigned int level, uint64_t entry)
{
    if (level == 1)
        return true;
    if (!(entry & PTE_PS))
        return false;
    return mode->entry_size == 4 ? level == 2 && mode->has_4m
                                 : level == 2 || (level == 3 && mode->is_long);
}

/* 4 MiB pages keep address bits 32-39 in bits 13-20 of their entry. */
static paddr_t page_base(const struct paging_mode *mode, unsigned int level, uint64_t entry)
{
    paddr_t base = entry & PTE_ADDRESS & ~((1ULL << level_shift(mode, level)) - 1);

    if (mode->entry_size == 4 && level == 2)
        base |= ((entry >> 13) & 0xff) << 32;
    return base;
}

/* What the entries on the way allow together. */
struct rights {
    bool write, user, no_execute;
};

static void rights_narrow(const struct paging_mode *mode, struct rights *rights, uint64_t entry)
{
    rights->write &= !!(entry & PTE_RW);
    rights->user &= !!(entry & PTE_US);
    rights->no_execute |= mode->has_nx && (entry & PTE_NX);
}

static bool rights_allow(const struct paging_mode *mode, const struct rights *rights,
                         unsigned int access)
{
    if ((access & HVM_FETCH) && rights->no_execute)
        return false;
    if ((access & HVM_USER) && !rights->user)
        return false;
    return !(access & HVM_WRITE) || rights->write ||
           (!(access & HVM_USER) && !mode->write_protects);
}

static uint32_t fault_code(const struct paging_mode *mode, unsigned int access, bool is_present)
{
    uint32_t code = access & (HVM_WRITE | HVM_USER);

    if (is_present)
        code |= FAULT_PRESENT;
    if ((access & HVM_FETCH) && mode->has_nx)
        code |= HVM_FETCH;
    return code;
}

int hvm_walk(struct vcpu *v, uint64_t linear, unsigned int access, paddr_t *gpa,
             uint32_t *fault_error)
{
    struct paging_mode mode = paging_mode(v);
    struct rights rights = {.write = true, .user = true};
    paddr_t table = hvm_ops->get_cr(v, 3) & (mode.is_pae ? 0xffffffe0ULL : PTE_ADDRESS);
    uint64_t entry = 0;

    if (!mode.levels) {
        *gpa = (uint32_t)linear;
        return 0;
    }
    *fault_error = fault_code(&mode, access, false);
    if (!is_canonical(&mode, linear))
        return -EFAULT;
    for (unsigned int level = mode.levels;; level--) {
        unsigned int shift = level_shift(&mode, level);
        unsigned int index = (linear >> shift) & (mode.entry_size == 4 ? 0x3ff : 0x1ff);
        bool is_pdpte = mode.is_pae && level == 3;

        if (is_pdpte)
            index &= 3;
        entry = entry_read(v, table, index, mode.entry_size, is_pdpte ? 0 : PTE_A);
        if (!(entry & PTE_P))
            return -EFAULT;
        if (!is_pdpte)
            rights_narrow(&mode, &rights, entry);
        if (entry_is_page(&mode, level, entry)) {
            *fault_error = fault_code(&mode, access, true);
            if (!rights_allow(&mode, &rights, access))
                return -EFAULT;
            if ((access & HVM_WRITE) && !(entry & PTE_D))
                entry_read(v, table, index, mode.entry_size, PTE_A | PTE_D);
            *gpa = page_base(&mode, level, entry) | (linear & ((1ULL << shift) - 1));
            return 0;
        }
        table = entry & PTE_ADDRESS;
    }
}

/* Hypercall arguments: a kernel's pointers, with a kernel's rights. */
struct page_info *arch_guest_page(uint64_t gva, bool is_write, unsigned int *offset)
{
    uint32_t fault;
    paddr_t gpa;

    if (hvm_walk(current, gva, is_write ? HVM_WRITE : HVM_READ, &gpa, &fault))
        return NULL;
    *offset = gpa & ~PAGE_MASK;
    return p2m_get_page(current->domain, _gfn(gpa >> PAGE_SHIFT), NULL, is_write);
}

/* --- copying for emulation, with the rights of the current privilege level --- */

static int linear_copy(struct vcpu *v, uint64_t linear, char *own, unsigned int size,
                       unsigned int access)
{
    if (hvm_cpl(v) == 3)
        access |= HVM_USER;
    while (size) {
        unsigned int piece = min(size, (unsigned int)(PAGE_SIZE - (linear & ~PAGE_MASK)));
        uint32_t fault;
        paddr_t gpa;
        int rc;

        if (hvm_walk(v, linear, access, &gpa, &fault)) {
            hvm_inject_page_fault(v, fault, linear);
            return -EFAULT;
        }
        rc = access & HVM_WRITE ? guest_phys_write(v->domain, gpa, own, piece)
                                : guest_phys_read(v->domain, gpa, own, piece);
        if (rc)
            return -ENXIO;
        linear += piece;
        own += piece;
        size -= piece;
    }
    return 0;
}

int hvm_linear_read(struct vcpu *v, uint64_t linear, void *dst, unsigned int size)
{
    return linear_copy(v, linear, dst, size, HVM_READ);
}

int hvm_linear_write(struct vcpu *v, uint64_t linear, const void *src, unsigned int size)
{
    return linear_copy(v, linear, (void *)(uintptr_t)src, size, HVM_WRITE);
}

/* Up to the end of the page, and of the next one if that can be read. */
unsigned int hvm_fetch(struct vcpu *v, uint8_t *buf, unsigned int size)
{
    struct hvm_segment cs;
    uint64_t linear;
    unsigned int done = 0, access = HVM_FETCH | (hvm_cpl(v) == 3 ? HVM_USER : 0);

    hvm_get_segment(v, SEG_CS, &cs);
    linear = hvm_code_width(v) == 8 ? v->arch.regs.rip : (uint32_t)(cs.base + v->arch.regs.rip);
    while (done < size) {
        unsigned int piece =
            min(size - done, (unsigned int)(PAGE_SIZE - ((linear + done) & ~PAGE_MASK)));
        uint32_t fault;
        paddr_t gpa;

        if (hvm_walk(v, linear + done, access, &gpa, &fault) ||
            guest_phys_read(v->domain, gpa, buf + done, piece))
            break;
        done += piece;
    }
    return done;
}
