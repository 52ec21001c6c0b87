/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What happens when there is no memory: the first allocation fails, then the second, until all
 * succeed. Each time the operation says so, and everything it had can be given back.
 */
// Sources: common/event/*.c common/grant/table.c common/grant/track.c common/memory/domain_pages.c
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/event.h>
#include <xen/grant_table.h>
#include <xen/page_alloc.h>
#include <xen/xmalloc.h>

#include "common/grant/private.h"
#include "host.h"
#include "unit.h"

/* Runs `attempt` with ever later failures; how many allocations it makes in all. */
static unsigned int walk(int (*attempt)(struct domain *d), void (*undo)(struct domain *d))
{
    unsigned int nth = 0;
    bool failed;

    do {
        struct domain *d = host_domain_create(1, 0);
        int rc;

        host_fail_allocation(++nth);
        rc = attempt(d);
        failed = host_allocation_failed();
        host_fail_allocation(0);
        CHECK_EQ(rc, failed ? -ENOMEM : 0);
        undo(d);
        CHECK_EQ(host_allocations(), 0);
        domain_put(d);
    } while (failed);

    return nth - 1;
}

/* Enough ports for several rows of the table. */
static int make_ports(struct domain *d)
{
    static struct shared_info shared_info;
    evtchn_port_t port;
    int rc = event_domain_init(d, 1023);

    d->shared_info = &shared_info;
    for (unsigned int i = 0; !rc && i < 300; i++)
        rc = event_alloc_unbound(d, 2, &port);

    return rc;
}

static void lose_ports(struct domain *d)
{
    event_domain_free(d);
}

UNIT_TEST(event_channels, "A domain's event channels: every allocation may fail, none is lost.")
{
    CHECK_EQ(walk(make_ports, lose_ports), 2 + 3);
}

/* Pages of the hypervisor's own stand for the heap's. */
void *alloc_xenheap_pages(unsigned int order, unsigned int memflags)
{
    return xzalloc_bytes(PAGE_SIZE << order, PAGE_SIZE);
}

void free_xenheap_pages(void *va, unsigned int order)
{
    xfree(va);
}

void page_share_with(struct page_info *pg, struct domain *d, bool writable)
{
}

static int make_grants(struct domain *d)
{
    mfn_t mfn;
    int rc = grant_table_init(d, 8, 8);

    return rc ? rc : grant_table_frame(d, 2, &mfn);
}

UNIT_TEST(grant_table, "A domain's grant table: every allocation may fail, none is lost.")
{
    CHECK_EQ(walk(make_grants, grant_table_destroy), 4 + 3 * 2);
}

/* A domain that may map, and grants nothing. */
static int make_mapper(struct domain *d)
{
    grant_handle_t handle;
    int rc = grant_table_init(d, 0, 8);

    return rc ? rc : track_alloc(d, &handle);
}

UNIT_TEST(grant_mapper, "A grant table without frames: every allocation may fail all the same.")
{
    CHECK_EQ(walk(make_mapper, grant_table_destroy), 4 + 1);
}

UNIT_TEST(grant_track,
          "Keeping track of mappings: a row that cannot be had is an error, not a crash.")
{
    struct domain *d = host_domain_create(1, 0);
    grant_handle_t handle;

    CHECK_EQ(grant_table_init(d, 8, 8), 0);
    host_fail_allocation(1);
    CHECK(track_alloc(d, &handle) != 0);
    host_fail_allocation(0);
    CHECK_EQ(track_alloc(d, &handle), 0);
    grant_table_destroy(d);
    CHECK_EQ(host_allocations(), 0);
}
