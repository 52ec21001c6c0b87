/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finding domains.  Two ways in: a two-level table by number, read without a lock, and the list in
 * order of numbers, under LOCK_DOMAIN_LIST.  A domain stays in both until its last reference is
 * gone, and its memory until every CPU has passed a quiescent state after that.
 */
#include "domid.h"
#include <xen/bug.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/nospec.h>
#include <xen/xmalloc.h>

#define CHUNK_SIZE  512
#define CHUNK_COUNT ((DOMID_FIRST_RESERVED + CHUNK_SIZE - 1) / CHUNK_SIZE)

struct list_head domain_list = LIST_HEAD_INIT(domain_list);
static struct domain **chunks[CHUNK_COUNT];
static DEFINE_SPINLOCK(domain_list_lock, LOCK_DOMAIN_LIST);
static domid_t last_domid;

struct domain *domain_find(domid_t domid)
{
    struct domain **chunk;

    if (domid >= DOMID_FIRST_RESERVED)
        return NULL;
    domid = index_clamp(domid, DOMID_FIRST_RESERVED);
    chunk = rcu_dereference(chunks[domid / CHUNK_SIZE]);
    return chunk ? rcu_dereference(chunk[domid % CHUNK_SIZE]) : NULL;
}

/* One more reference, unless the last one is gone already. */
static bool hold_unless_gone(struct domain *d)
{
    int count = atomic_read(&d->refcount);

    while (count > 0) {
        int seen = cmpxchg(&d->refcount.counter, count, count + 1);

        if (seen == count)
            return true;
        count = seen;
    }
    return false;
}

struct domain *domain_get(domid_t domid)
{
    struct domain *d = domain_find(domid);

    return d && hold_unless_gone(d) ? d : NULL;
}

void domain_hold(struct domain *d)
{
    int count = atomic_add_return(&d->refcount, 1);

    ASSERT(count > 1);
    (void)count;
}

struct domain *domain_get_next(domid_t from)
{
    struct domain *d;

    spin_lock(&domain_list_lock);
    list_for_each_entry (d, &domain_list, list) {
        if (d->domain_id >= from && hold_unless_gone(d)) {
            spin_unlock(&domain_list_lock);
            return d;
        }
    }
    spin_unlock(&domain_list_lock);
    return NULL;
}

int domid_alloc(domid_t wanted, domid_t *domid)
{
    if (wanted < DOMID_FIRST_RESERVED) {
        if (domain_find(wanted))
            return -EEXIST;
        *domid = wanted;
        return 0;
    }
    for (unsigned int tries = 1; tries <= DOMID_FIRST_RESERVED; tries++) {
        domid_t next = (domid_t)((last_domid + tries) % DOMID_FIRST_RESERVED);

        if (next != 0 && !domain_find(next)) {
            *domid = last_domid = next;
            return 0;
        }
    }
    return -ENOSPC;
}

static void list_insert_by_domid(struct domain *d)
{
    struct domain *other;

    list_for_each_entry (other, &domain_list, list)
        if (other->domain_id > d->domain_id)
            break;
    list_add_tail(&d->list, &other->list);
}

int domid_publish(struct domain *d)
{
    struct domain ***chunk = &chunks[d->domain_id / CHUNK_SIZE];
    int rc = 0;

    spin_lock(&domain_list_lock);
    if (!*chunk)
        rcu_assign_pointer(*chunk, xzalloc_array(struct domain *, CHUNK_SIZE));
    if (!*chunk) {
        rc = -ENOMEM;
    } else if ((*chunk)[d->domain_id % CHUNK_SIZE]) {
        rc = -EEXIST;
    } else {
        list_insert_by_domid(d);
        rcu_assign_pointer((*chunk)[d->domain_id % CHUNK_SIZE], d);
    }
    spin_unlock(&domain_list_lock);
    return rc;
}

void domid_retract(struct domain *d)
{
    spin_lock(&domain_list_lock);
    list_del(&d->list);
    rcu_assign_pointer(chunks[d->domain_id / CHUNK_SIZE][d->domain_id % CHUNK_SIZE],
                       (struct domain *)NULL);
    spin_unlock(&domain_list_lock);
}
