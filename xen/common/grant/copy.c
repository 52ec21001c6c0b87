/* SPDX-License-Identifier: GPL-2.0-only */
/* Copying between domains without mapping anything: one page, or part of it, each side by grant or
 * by frame. */
#include <xen/grant_table.h>
#include <xen/lib.h>
#include <xen/p2m.h>
#include <xen/string.h>

#include "private.h"

/* One side of a copy: a page that is held, and by what. */
struct side {
    struct page_info *pg;
    struct domain *granter; /* NULL: held by a plain reference */
    grant_ref_t ref;
    bool is_readonly;
};

static int side_by_grant(struct side *s, struct domain *d, const struct gnttab_copy_ptr *ptr)
{
    int status;

    s->granter = domain_get(ptr->domid == DOMID_SELF ? d->domain_id : ptr->domid);
    if (!s->granter)
        return GNTST_bad_domain;
    s->ref = ptr->u.ref;
    status = grant_acquire(s->granter, d, s->ref, s->is_readonly, &s->pg);
    if (status)
        domain_put(s->granter);
    return status;
}

/* Without a grant only one's own memory can be named. */
static int side_by_frame(struct side *s, struct domain *d, const struct gnttab_copy_ptr *ptr)
{
    p2m_type_t type;

    if (ptr->domid != DOMID_SELF && ptr->domid != d->domain_id)
        return GNTST_permission_denied;
    s->granter = NULL;
    s->pg = p2m_get_page(d, _gfn(ptr->u.gmfn), &type, !s->is_readonly);
    return s->pg ? GNTST_okay : GNTST_bad_page;
}

static int side_begin(struct side *s, struct domain *d, const struct gnttab_copy_ptr *ptr,
                      bool is_grant)
{
    return is_grant ? side_by_grant(s, d, ptr) : side_by_frame(s, d, ptr);
}

static void side_end(struct side *s)
{
    if (!s->granter) {
        page_put(s->pg);
        return;
    }
    grant_release(s->granter, s->ref, s->is_readonly);
    domain_put(s->granter);
}

static bool fits(const struct gnttab_copy_ptr *ptr, uint16_t len)
{
    return ptr->offset <= PAGE_SIZE && len <= PAGE_SIZE - ptr->offset;
}

int grant_copy(struct domain *d, const struct gnttab_copy *op)
{
    struct side source = {.is_readonly = true}, dest = {.is_readonly = false};
    int status;

    if (!fits(&op->source, op->len) || !fits(&op->dest, op->len))
        return GNTST_bad_copy_arg;
    status = side_begin(&source, d, &op->source, op->flags & GNTCOPY_source_gref);
    if (status)
        return status;
    status = side_begin(&dest, d, &op->dest, op->flags & GNTCOPY_dest_gref);
    if (!status) {
        memmove((char *)page_to_virt(dest.pg) + op->dest.offset,
                (const char *)page_to_virt(source.pg) + op->source.offset, op->len);
        side_end(&dest);
    }
    side_end(&source);
    return status;
}
