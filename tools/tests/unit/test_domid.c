/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers of domains: which one the next domain gets, and that the table finds what is in it. */
#include <common/domid.h>
#include <xen/domain.h>
#include <xen/errno.h>

#include "unit.h"

void *calloc(size_t count, size_t size);
void free(void *p);

static struct domain *publish(domid_t domid)
{
    struct domain *d = calloc(1, sizeof(*d));

    d->domain_id = domid;
    atomic_set(&d->refcount, 1);
    CHECK_EQ(domid_publish(d), 0);
    return d;
}

static void retract(domid_t domid)
{
    struct domain *d = domain_find(domid);

    domid_retract(d);
    free(d);
}

static domid_t next(void)
{
    domid_t domid = 0;

    CHECK_EQ(domid_alloc(DOMID_INVALID, &domid), 0);
    return domid;
}

UNIT_TEST(next_one,
          "Numbers are given in turn, so that one that has just become free is not reused.")
{
    CHECK_EQ(next(), 1); /* 0 is the hardware domain's */
    publish(1);
    CHECK_EQ(next(), 2);
    publish(2);
    retract(1);
    CHECK_EQ(next(), 3);
    publish(4);
    CHECK_EQ(next(), 5);
}

UNIT_TEST(by_wish,
          "A number that is asked for is given if it is free, and does not disturb the turn.")
{
    domid_t domid = 0;

    CHECK_EQ(next(), 1);
    CHECK_EQ(domid_alloc(700, &domid), 0);
    CHECK_EQ(domid, 700);
    publish(700);
    CHECK_EQ(domid_alloc(700, &domid), -EEXIST);
    CHECK_EQ(domid_alloc(0, &domid), 0);
    CHECK_EQ(domid, 0);
    CHECK_EQ(domid_alloc(DOMID_FIRST_RESERVED - 1, &domid), 0);
    CHECK_EQ(domid, DOMID_FIRST_RESERVED - 1);
    CHECK_EQ(next(), 2);
}

UNIT_TEST(wrap, "After the last number comes the first that is free; with none free, an error.")
{
    domid_t domid = 0;

    for (domid_t id = DOMID_FIRST_RESERVED - 1; id > 0; id--) /* this way round it is quick */
        if (id != 3 && id != DOMID_FIRST_RESERVED - 1)
            publish(id);
    CHECK_EQ(next(), 3);
    CHECK_EQ(next(), DOMID_FIRST_RESERVED - 1);
    publish(DOMID_FIRST_RESERVED - 1);
    CHECK_EQ(next(), 3); /* never 0, which is free, too */
    publish(3);
    CHECK_EQ(domid_alloc(DOMID_INVALID, &domid), -ENOSPC);
    retract(20000);
    CHECK_EQ(next(), 20000);
}

UNIT_TEST(last_one_again, "The number given last is given again when no other is left.")
{
    for (domid_t id = DOMID_FIRST_RESERVED - 1; id > 1; id--)
        publish(id);
    CHECK_EQ(next(), 1);
    CHECK_EQ(next(), 1); /* whoever got it has not used it */
}

UNIT_TEST(table, "Two domains cannot have one number; what is beyond all numbers is nobody.")
{
    struct domain *d = publish(5), second = {.domain_id = 5};

    CHECK_EQ(domid_publish(&second), -EEXIST);
    CHECK(domain_find(5) == d && !domain_find(4) && !domain_find(511));
    CHECK(!domain_find(DOMID_FIRST_RESERVED) && !domain_find(0xffff));
    retract(5);
    CHECK(!domain_find(5) && !domain_get_next(0));
}

UNIT_TEST(held, "A reference is taken of who has one left, and of nobody else.")
{
    struct domain *d = publish(5);

    CHECK(domain_get(5) == d);
    domain_hold(d);
    CHECK_EQ(atomic_read(&d->refcount), 3);
    CHECK(domain_get_next(6) == NULL);
    atomic_set(&d->refcount, 0); /* the last one is gone, the table does not know yet */
    CHECK(!domain_get(5) && !domain_get_next(0));
    CHECK_EQ(atomic_read(&d->refcount), 0);
    CHECK(domain_find(5) == d);
}
