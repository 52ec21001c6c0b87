/* SPDX-License-Identifier: GPL-2.0-only */
/* Domains for tests of memory: a table, a reference count, nothing that runs. */
#include <stdlib.h>

#include <xen/domain.h>

#include "host.h"

#define HOST_DOMAINS 256

static struct domain *domains[HOST_DOMAINS];

struct domain *host_domain_create(domid_t domid, unsigned long max_pages)
{
    struct domain *d = calloc(1, sizeof(*d));

    if (!d || domid >= HOST_DOMAINS)
        abort();
    d->domain_id = domid;
    atomic_set(&d->refcount, 1);
    domain_pages_init(&d->mem);
    d->mem.max_pages = max_pages;
    domains[domid] = d;

    return d;
}

unsigned int host_domain_references(const struct domain *d)
{
    return (unsigned int)atomic_read(&d->refcount);
}

struct domain *domain_find(domid_t domid)
{
    return domid < HOST_DOMAINS ? domains[domid] : NULL;
}

__attribute__((weak)) void domain_hold(struct domain *d)
{
    atomic_inc(&d->refcount);
}

__attribute__((weak)) void domain_put(struct domain *d)
{
    if (atomic_dec_return(&d->refcount) == 0) {
        domains[d->domain_id] = NULL;
        free(d);
    }
}

struct domain *domain_get_next(domid_t from)
{
    for (; from < HOST_DOMAINS; from++)
        if (domains[from]) {
            domain_hold(domains[from]);
            return domains[from];
        }
    return NULL;
}
