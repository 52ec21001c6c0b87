// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copying to and from guests.  Each piece lies in one page, is looked up once and held by a
 * reference while it is copied, so that nothing the guest does meanwhile takes the page from under
 * us.
 */
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/guest_access.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/p2m.h>
#include <xen/string.h>

/* --- by virtual address of the caller --- */

enum direction { FROM_GUEST, TO_GUEST, CLEAR_GUEST };

static void copy_piece(void *guest, char *own, size_t size, enum direction direction)
{
    switch (direction) {
    case FROM_GUEST:
        memcpy(own, guest, size);
        break;
    case TO_GUEST:
        memcpy(guest, own, size);
        break;
    case CLEAR_GUEST:
        memset(guest, 0, size);
        break;
    }
}

static int copy(uint64_t gva, char *own, size_t size, enum direction direction)
{
    while (size) {
        unsigned int offset;
        struct page_info *pg = arch_guest_page(gva, direction != FROM_GUEST, &offset);
        size_t piece;

        if (!pg)
            return -EFAULT;
        piece = min(size, (size_t)(PAGE_SIZE - offset));
        copy_piece((char *)page_to_virt(pg) + offset, own, piece, direction);
        page_put(pg);
        gva += piece;
        size -= piece;
        if (own)
            own += piece;
    }
    return 0;
}

int guest_copy_from(void *dst, uint64_t gva, size_t size)
{
    return copy(gva, dst, size, FROM_GUEST);
}

int guest_copy_to(uint64_t gva, const void *src, size_t size)
{
    return copy(gva, (void *)(uintptr_t)src, size, TO_GUEST);
}

int guest_clear(uint64_t gva, size_t size)
{
    return copy(gva, NULL, size, CLEAR_GUEST);
}

int guest_copy_string(char *dst, uint64_t gva, size_t size)
{
    size_t done = 0;

    ASSERT(size);
    while (done < size - 1) {
        size_t piece = min(size - 1 - done, (size_t)(PAGE_SIZE - (gva & ~PAGE_MASK)));

        dst[done] = '\0';
        if (guest_copy_from(dst + done, gva, piece))
            return -EFAULT;
        if (memchr(dst + done, '\0', piece))
            return 0;
        done += piece;
        gva += piece;
    }
    dst[done] = '\0';
    return 0;
}

/* --- by guest physical address --- */

static int phys_copy(struct domain *d, paddr_t gpa, char *own, size_t size,
                     enum direction direction)
{
    while (size) {
        size_t offset = gpa & ~PAGE_MASK, piece = min(size, (size_t)(PAGE_SIZE - offset));
        struct page_info *pg =
            p2m_get_page(d, _gfn(gpa >> PAGE_SHIFT), NULL, direction != FROM_GUEST);

        if (!pg)
            return -EFAULT;
        copy_piece((char *)page_to_virt(pg) + offset, own, piece, direction);
        page_put(pg);
        gpa += piece;
        own += piece;
        size -= piece;
    }
    return 0;
}

int guest_phys_read(struct domain *d, paddr_t gpa, void *dst, size_t size)
{
    return phys_copy(d, gpa, dst, size, FROM_GUEST);
}

int guest_phys_write(struct domain *d, paddr_t gpa, const void *src, size_t size)
{
    return phys_copy(d, gpa, (void *)(uintptr_t)src, size, TO_GUEST);
}
