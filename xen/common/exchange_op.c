/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory_op: exchange, pages of a domain given for others, in blocks of another size perhaps or
 * from another node.
 *
 * Piece by piece, the smallest in which extents of both sides come out even: new blocks are had
 * first, as nobody's; then the old ones leave; then the new ones are handed over.  So the domain
 * never has more than it had, and its claim is not touched: what is handed over redeems nothing.
 * Frames of a translated guest are where it asked for them, so nothing is to be stored in its list.
 */
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/guest_access.h>
#include <xen/guest_layout.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/memory_op.h>
#include <xen/p2m.h>
#include <xen/page_alloc.h>
#include <xen/privilege.h>
#include <xen/sched.h>
#include <xen/xmalloc.h>

#define EXCHANGE_ORDER_MAX 9

struct exchange {
    struct domain *d;
    struct xen_memory_exchange arg;
    unsigned int memflags;
    unsigned int in_count, out_count; /* extents of a piece */
};

static int sizes_check(const struct xen_memory_exchange *x)
{
    if (x->in.domid != x->out.domid || x->in.extent_order > EXCHANGE_ORDER_MAX ||
        x->out.extent_order > EXCHANGE_ORDER_MAX)
        return -EINVAL;
    if (x->in.nr_extents > ~0UL >> EXCHANGE_ORDER_MAX ||
        x->out.nr_extents > ~0UL >> EXCHANGE_ORDER_MAX)
        return -EINVAL;
    return x->in.nr_extents << x->in.extent_order == x->out.nr_extents << x->out.extent_order
               ? 0
               : -EINVAL;
}

/* Where an earlier round stopped is in the argument: at a whole number of pieces. */
static int pieces_find(struct exchange *x)
{
    const struct xen_memory_exchange *arg = &x->arg;
    unsigned int order = max(arg->in.extent_order, arg->out.extent_order);

    x->in_count = 1u << (order - arg->in.extent_order);
    x->out_count = 1u << (order - arg->out.extent_order);
    return arg->nr_exchanged > arg->in.nr_extents || arg->nr_exchanged % x->in_count ||
                   arg->in.nr_extents % x->in_count
               ? -EINVAL
               : 0;
}

static int frame_read(const struct xen_memory_reservation *r, unsigned long i, gfn_t *gfn)
{
    uint64_t frame;

    if (guest_words_read(&frame, (uint64_t)r->extent_start.p, i, 1))
        return -EFAULT;
    *gfn = _gfn(frame);
    return IS_ALIGNED(frame, 1UL << r->extent_order) ? 0 : -EINVAL;
}

/* --- a piece --- */

/* All of an extent is RAM: somebody may still be faster, but no mistake of the caller's costs
 * pages. */
static int extent_check(struct exchange *x, unsigned long i)
{
    const struct xen_memory_reservation *in = &x->arg.in;
    gfn_t gfn, end;
    int rc = frame_read(in, i, &gfn);

    if (rc)
        return rc;
    end = gfn_add(gfn, 1UL << in->extent_order);
    while (gfn_x(gfn) < gfn_x(end)) {
        p2m_type_t type;
        unsigned int order;

        p2m_lookup(x->d, gfn, &type, &order);
        if (type != p2m_ram_rw && type != p2m_ram_ro)
            return -EINVAL;
        gfn = gfn_add(gfn, 1UL << min(order, in->extent_order));
    }
    return 0;
}

static int piece_check(struct exchange *x, unsigned long in, unsigned long out)
{
    int rc = 0;
    gfn_t gfn;

    for (unsigned int i = 0; !rc && i < x->in_count; i++)
        rc = extent_check(x, in + i);
    for (unsigned int i = 0; !rc && i < x->out_count; i++)
        rc = frame_read(&x->arg.out, out + i, &gfn);
    return rc;
}

static void blocks_free(struct page_info **block, unsigned int count, unsigned int order)
{
    while (count)
        free_domheap_pages(block[--count], order);
}

static int blocks_alloc(const struct exchange *x, struct page_info **block)
{
    unsigned int order = x->arg.out.extent_order;

    for (unsigned int i = 0; i < x->out_count; i++) {
        block[i] = alloc_domheap_pages(x->d, order, x->memflags | MEMF_no_owner);
        if (!block[i]) {
            blocks_free(block, i, order);
            return -ENOMEM;
        }
    }
    return 0;
}

static int extent_leave(struct exchange *x, unsigned long i)
{
    const struct xen_memory_reservation *in = &x->arg.in;
    struct leaving leaving;
    gfn_t gfn, end;
    int order = frame_read(in, i, &gfn);

    if (order)
        return order;
    end = gfn_add(gfn, 1UL << in->extent_order);
    leaving_begin(&leaving, x->d);
    while (gfn_x(gfn) < gfn_x(end) && (order = leaving_take(&leaving, gfn, in->extent_order)) >= 0)
        gfn = gfn_add(gfn, 1UL << order);
    leaving_end(&leaving);
    return min(order, 0);
}

static int extent_come(struct exchange *x, unsigned long i, struct page_info *block)
{
    const struct xen_memory_reservation *out = &x->arg.out;
    gfn_t gfn;
    int rc = frame_read(out, i, &gfn);

    if (!rc)
        rc = page_assign(block, out->extent_order, x->d, 0);
    if (rc) {
        free_domheap_pages(block, out->extent_order);
        return rc;
    }
    rc = p2m_set(x->d, gfn, page_to_mfn(block), out->extent_order, p2m_ram_rw);
    for (unsigned long k = 0; rc && k < 1UL << out->extent_order; k++)
        page_put_alloc_ref(mfn_to_page(mfn_add(page_to_mfn(block), k)));
    return rc;
}

static int piece_exchange(struct exchange *x, struct page_info **block)
{
    unsigned long in = x->arg.nr_exchanged, out = in / x->in_count * x->out_count;
    unsigned int come = 0;
    int rc = piece_check(x, in, out);

    if (!rc)
        rc = blocks_alloc(x, block);
    if (rc)
        return rc;
    for (unsigned int i = 0; !rc && i < x->in_count; i++)
        rc = extent_leave(x, in + i);
    while (!rc && come < x->out_count) {
        rc = extent_come(x, out + come, block[come]);
        come++;
    }
    while (come < x->out_count)
        free_domheap_pages(block[come++], x->arg.out.extent_order);
    if (!rc)
        x->arg.nr_exchanged += x->in_count;
    return rc;
}

/* --- the operation --- */

static long pieces_exchange(struct exchange *x)
{
    struct page_info **block = xzalloc_array(struct page_info *, x->out_count);
    bool is_first = true;
    long rc = block ? 0 : -ENOMEM;

    while (!rc && x->arg.nr_exchanged < x->arg.in.nr_extents) {
        rc = !is_first && hypercall_preempt_check() ? -ERESTART : piece_exchange(x, block);
        is_first = false;
    }
    xfree(block);
    return rc;
}

long memory_exchange(struct memory_call *call)
{
    struct exchange x;
    long rc;

    if (guest_read_as(LAYOUT_memory_exchange, &x.arg, call->gva))
        return -EFAULT;
    rc = sizes_check(&x.arg);
    if (!rc)
        rc = pieces_find(&x);
    if (!rc)
        rc = memory_target(x.arg.in.domid, TARGET_SELF_OR_BY_CONTROL, &x.d);
    if (rc)
        return rc;
    rc = memory_flags(x.d, x.arg.out.mem_flags, &x.memflags);
    if (!rc)
        rc = pieces_exchange(&x);
    memory_target_put(x.d);
    if (guest_write_field_as(LAYOUT_memory_exchange, call->gva, &x.arg, nr_exchanged))
        return -EFAULT;
    return rc;
}
