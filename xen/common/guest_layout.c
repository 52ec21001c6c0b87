/* SPDX-License-Identifier: GPL-2.0-only */
/* Copying structures in the caller's layout: see guest_layout.h for what a layout says. */
#include <xen/bug.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/guest_access.h>
#include <xen/guest_layout.h>
#include <xen/lib.h>
#include <xen/sched.h>
#include <xen/string.h>

/* Where a field is, and how large: to us, and to 32-bit callers. */
struct field {
    size_t at, compat_at;
    size_t size, compat_size;
};

static void field_sizes(char letter, size_t *size, size_t *compat_size)
{
    *size = letter == 'L' ? 8 : (size_t)(letter - '0');
    *compat_size = letter == 'L' ? 4 : *size;
}

/*
 * On to the next field; f starts zeroed.  At the end f lies behind the structure.  Structures, the
 * whole as well as fields, have a field of eight bytes and its alignment; or they would not be
 * here.
 */
static bool field_next(const char **layout, struct field *f)
{
    f->at += f->size;
    f->compat_at += f->compat_size;
    for (; **layout == '(' || **layout == ')'; ++*layout) {
        f->at = ROUNDUP(f->at, 8);
        f->compat_at = ROUNDUP(f->compat_at, 4);
    }
    if (!**layout) {
        f->at = ROUNDUP(f->at, 8);
        f->compat_at = ROUNDUP(f->compat_at, 4);
        return false;
    }
    field_sizes(*(*layout)++, &f->size, &f->compat_size);
    f->at = ROUNDUP(f->at, f->size);
    f->compat_at = ROUNDUP(f->compat_at, min(f->compat_size, (size_t)4));
    return true;
}

static size_t compat_size(const char *layout, size_t size)
{
    struct field f = {0};

    while (field_next(&layout, &f))
        continue;
    ASSERT(f.at == size && f.compat_at <= GUEST_LAYOUT_MAX);
    return f.compat_at;
}

size_t guest_layout_size(const char *layout, size_t size)
{
    return current->is_compat_call ? compat_size(layout, size) : size;
}

/* A negative number fits, too. */
static bool fits(uint64_t word)
{
    return word <= UINT32_MAX || word >= (uint64_t)INT32_MIN;
}

static bool field_fits(const struct field *f, const char *obj)
{
    uint64_t word;

    if (f->size == f->compat_size)
        return true;
    memcpy(&word, obj + f->at, sizeof(word));
    return fits(word);
}

int guest_layout_read(const char *layout, void *obj, size_t size, uint64_t gva)
{
    char compat[GUEST_LAYOUT_MAX];
    struct field f = {0};

    if (likely(!current->is_compat_call))
        return guest_copy_from(obj, gva, size);
    if (guest_copy_from(compat, gva, compat_size(layout, size)))
        return -EFAULT;
    memset(obj, 0, size);
    while (field_next(&layout, &f))
        memcpy((char *)obj + f.at, compat + f.compat_at, f.compat_size);
    return 0;
}

/* Fields that do not touch each other in memory are not written as one: between them lies padding.
 */
static int compat_write(const char *layout, uint64_t gva, const void *obj, size_t first, size_t end)
{
    const char *own = obj;
    struct field f = {0};

    while (field_next(&layout, &f)) {
        if (f.at < first || f.at >= end)
            continue;
        if (!field_fits(&f, own))
            return -EOVERFLOW;
        if (guest_copy_to(gva + f.compat_at, own + f.at, f.compat_size))
            return -EFAULT;
    }
    return 0;
}

int guest_layout_write(const char *layout, uint64_t gva, const void *obj, size_t first, size_t size)
{
    if (likely(!current->is_compat_call))
        return guest_copy_to(gva + first, (const char *)obj + first, size);
    return compat_write(layout, gva, obj, first, first + size);
}

size_t guest_layout_pack(const char *layout, const void *obj, void *compat)
{
    struct field f = {0};

    memset(compat, 0, GUEST_LAYOUT_MAX);
    while (field_next(&layout, &f)) {
        if (!field_fits(&f, obj))
            return 0;
        memcpy((char *)compat + f.compat_at, (const char *)obj + f.at, f.compat_size);
    }
    return f.compat_at;
}

/* --- arrays of words --- */

int guest_words_read(uint64_t *words, uint64_t gva, uint64_t index, unsigned int count)
{
    if (likely(!current->is_compat_call))
        return guest_copy_from(words, gva + index * 8, count * 8UL);
    if (guest_copy_from(words, gva + index * 4, count * 4UL))
        return -EFAULT;
    /* From the last one on, each moves to where it belongs. */
    while (count--)
        words[count] = ((uint32_t *)words)[count];
    return 0;
}

int guest_words_write(uint64_t gva, uint64_t index, const uint64_t *words, unsigned int count)
{
    if (likely(!current->is_compat_call))
        return guest_copy_to(gva + index * 8, words, count * 8UL);
    for (unsigned int i = 0; i < count; i++) {
        if (!fits(words[i]))
            return -EOVERFLOW;
        if (guest_copy_to(gva + (index + i) * 4, &words[i], 4))
            return -EFAULT;
    }
    return 0;
}
