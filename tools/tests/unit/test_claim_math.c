/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The arithmetic of claims over all values of a reduced width: three nodes, two domains, every way
 * to fill their counters.  What may be refused is decided by a direct reading of the promises.
 */
// Sources: none, a header
#include "common/memory/claim_math.h"
#include "unit.h"

#define NODES 3

static int width; /* pages: free on a node, and of a request */

struct claims {
    int host, node[NODES];
};

struct host {
    int avail[NODES];
    struct claims own, other;
};

static int total(const struct claims *c)
{
    return c->host + c->node[0] + c->node[1] + c->node[2];
}

static bool promises_hold(const struct host *h)
{
    int avail = h->avail[0] + h->avail[1] + h->avail[2];

    for (int n = 0; n < NODES; n++)
        if (h->own.node[n] + h->other.node[n] > h->avail[n])
            return false;
    return total(&h->own) + total(&h->other) <= avail;
}

/*
 * Could the claims be redeemed, in fact?  Each node serves its claims, and what is left over serves
 * the host-wide ones: this is what "every promise can be kept, all at once" means.
 */
static bool can_be_redeemed(const struct host *h)
{
    int left = 0;

    for (int n = 0; n < NODES; n++) {
        int rest = h->avail[n] - h->own.node[n] - h->other.node[n];

        if (rest < 0)
            return false;
        left += rest;
    }
    return left >= h->own.host + h->other.host;
}

static struct claim_view view_of(const struct host *h, int room)
{
    return (struct claim_view){
        .avail = (unsigned long)(h->avail[0] + h->avail[1] + h->avail[2]),
        .out = (unsigned long)(total(&h->own) + total(&h->other)),
        .node_avail = (unsigned long)h->avail[0],
        .node_out = (unsigned long)(h->own.node[0] + h->other.node[0]),
        .own_node = (unsigned long)h->own.node[0],
        .own_host = (unsigned long)h->own.host,
        .own_total = (unsigned long)total(&h->own),
        .room = (unsigned long)room,
    };
}

/* The same by the words of the design: page by page. Returns what was given up as unusable. */
static int take_by_the_book(struct host *h, int k, int room)
{
    int beyond = 0, excess, given_up = 0;

    for (int i = 0; i < k; i++) {
        h->avail[0]--;
        if (h->own.node[0])
            h->own.node[0]--;
        else if (h->own.host)
            h->own.host--;
        else
            beyond++;
    }
    for (excess = total(&h->own) - (room - k); excess > 0 && beyond > 0; excess--, beyond--) {
        int largest = h->own.node[2] > h->own.node[1] ? 2 : 1;

        if (h->own.node[largest]) {
            h->own.node[largest]--;
            given_up++;
        }
    }
    return given_up;
}

static unsigned long checked, refused;

static void check_allocation(const struct host *h, int k, int room)
{
    struct host after = *h;
    struct claim_view view = view_of(h, room);
    struct claim_verdict v = claim_admit(&view, (unsigned long)k);
    int given_up = take_by_the_book(&after, k, room);
    bool allowed = after.avail[0] >= 0 && promises_hold(&after);

    checked++;
    refused += !allowed;
    CHECK_EQ(v.is_allowed, allowed);
    CHECK_EQ(v.node, h->own.node[0] - after.own.node[0]);
    CHECK_EQ(v.host, h->own.host - after.own.host);
    CHECK_EQ(v.unusable, given_up);
    if (allowed)
        CHECK(can_be_redeemed(&after));
}

static void check_stake(const struct host *h, int pages)
{
    int avail = h->avail[0] + h->avail[1] + h->avail[2];
    int out = total(&h->own) + total(&h->other);
    struct host after = *h;

    after.own.host += pages;
    CHECK_EQ(claim_fits((unsigned long)avail, (unsigned long)out, (unsigned long)pages),
             can_be_redeemed(&after));
}

/* What a domain shall have, by what it has: more, and what is more must fit. */
static void check_addition(const struct host *h, int wanted)
{
    unsigned long avail = (unsigned long)h->avail[0];
    unsigned long out = (unsigned long)(h->own.node[0] + h->other.node[0]);

    for (unsigned long present = 0; present <= (unsigned long)width; present++) {
        unsigned long pages = (unsigned long)wanted - present;

        CHECK_EQ(claim_adds(avail, out, pages),
                 (unsigned long)wanted > present && claim_fits(avail, out, pages));
    }
}

static void check_state(const struct host *h)
{
    CHECK(promises_hold(h) && can_be_redeemed(h));
    for (int k = 1; k <= width; k++) {
        check_stake(h, k);
        check_addition(h, k);
        for (int room = k; room <= total(&h->own) + k; room++)
            check_allocation(h, k, room);
    }
}

static unsigned long states;

/* All states in which the promises hold: counter by counter, each as large as the ones before
 * allow. */
static void for_all_host_claims(struct host *h)
{
    int left = h->avail[0] + h->avail[1] + h->avail[2] - total(&h->own) - total(&h->other);

    for (h->own.host = 0; h->own.host <= left; h->own.host++)
        for (h->other.host = 0; h->other.host <= left - h->own.host; h->other.host++) {
            states++;
            check_state(h);
        }
    h->own.host = h->other.host = 0;
}

static void for_all_nodes(struct host *h, int n)
{
    int *avail = &h->avail[n], *own = &h->own.node[n], *other = &h->other.node[n];

    if (n == NODES) {
        for_all_host_claims(h);
        return;
    }
    for (*avail = 0; *avail <= width; (*avail)++)
        for (*own = 0; *own <= *avail; (*own)++)
            for (*other = 0; *other <= *avail - *own; (*other)++)
                for_all_nodes(h, n + 1);
    *avail = *own = *other = 0;
}

UNIT_TEST(exhaustive,
          "Of all requests in all states, exactly those that would break a promise are refused.")
{
    unsigned int rounds = unit_rounds(40);
    struct host h = {0};

    width = rounds < 10 ? 3 : rounds < 1000 ? 4 : 6;
    for_all_nodes(&h, 0);
    unit_note("up to %d pages a node, three nodes, two domains: %lu states, %lu allocations, %lu "
              "to be refused",
              width, states, checked, refused);
    CHECK(states > 1000 && refused > 1000 && checked > refused);
}

UNIT_TEST(wide, "Counts beyond 32 bits are not cut short.")
{
    unsigned long tib = 1UL << (40 - 12);
    struct claim_view v = {.avail = 64 * tib,
                           .out = 64 * tib,
                           .node_avail = 64 * tib,
                           .node_out = 0,
                           .own_host = 33 * tib,
                           .own_total = 33 * tib,
                           .room = 40 * tib};
    struct claim_verdict r = claim_admit(&v, 32 * tib);

    CHECK(r.is_allowed);
    CHECK_EQ(r.host, 32 * tib);
    v.own_host = v.own_total = 31 * tib;
    CHECK(!claim_admit(&v, 32 * tib).is_allowed);
    CHECK(claim_fits(64 * tib, 0, 64 * tib));
    CHECK(!claim_fits(64 * tib, 1, 64 * tib));
    CHECK(claim_adds(64 * tib, 0, 64 * tib));
    CHECK(!claim_adds(64 * tib, 1, 64 * tib));
    CHECK(!claim_adds(64 * tib, 0, ~0UL));         /* one less than is there */
    CHECK(!claim_adds(64 * tib, 0, 0 - 64 * tib)); /* nothing, of all that there is */
}
