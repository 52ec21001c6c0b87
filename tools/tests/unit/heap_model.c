/* SPDX-License-Identifier: GPL-2.0-only */
/* See heap_model.h.  The model is written for plainness: signed numbers, loops over everything. */
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/page_alloc.h>
#include <public/sysctl.h>

#include "common/memory/heap.h"
#include "heap_model.h"
#include "host.h"

void abort(void) noreturn_fn;
int printf(const char *fmt, ...) printf_like(1, 2);

/*
 * RAM around 16 MiB, where two zones meet, in awkward pieces.  Node 2 does not exist, node 4 has no
 * memory, the last frames of node 3 lie apart.
 */
#define FIRST_FRAME 4049
#define END_FRAME   4260
#define NODES       5
#define DOMAINS     4

static const struct {
    unsigned int start, end;
    nodeid_t node;
} ram[] = {{4049, 4100, 0}, {4100, 4133, 1}, {4140, 4205, 3}, {4230, 4260, 3}};

enum frame_state { ABSENT, FREE, OFFLINE, NOBODYS, EXTRA, COUNTED };

struct frame {
    enum frame_state state;
    unsigned int domain;       /* EXTRA, COUNTED */
    long references;           /* beyond the allocation's */
    bool is_released;          /* the allocation's reference is gone */
    bool is_marked, is_broken; /* for offlining */
};

struct model_domain {
    long max, pages[NODES];
    long host, node[NODES]; /* claims */
    unsigned long staked_at;
};

static struct frame frames[END_FRAME];
static struct model_domain domains[DOMAINS];
static struct domain *real[DOMAINS];
static unsigned long clock;
static const uint8_t *current_op;

static void differ(const char *what, long is, long should) noreturn_fn;
static void differ(const char *what, long is, long should)
{
    printf("        %s is %ld, the model says %ld, after: ", what, is, should);
    heap_model_print(current_op);
    abort();
}

#define SAME(what, is, should)                        \
    do {                                              \
        if ((long)(is) != (long)(should))             \
            differ(what, (long)(is), (long)(should)); \
    } while (0)

/* --- sums --- */

static int node_of(unsigned int f)
{
    for (unsigned int i = 0; i < ARRAY_SIZE(ram); i++)
        if (f >= ram[i].start && f < ram[i].end)
            return ram[i].node;
    return -1;
}

static bool exists(int node)
{
    return node >= 0 && node < NODES && node != 2;
}

static long count_free(int node) /* -1: the host */
{
    long count = 0;

    for (unsigned int f = FIRST_FRAME; f < END_FRAME; f++)
        count += frames[f].state == FREE && (node < 0 || node_of(f) == node);
    return count;
}

static long sum_node_claims(const struct model_domain *d)
{
    long sum = 0;

    for (int n = 0; n < NODES; n++)
        sum += d->node[n];
    return sum;
}

static long sum_pages(const struct model_domain *d)
{
    long sum = 0;

    for (int n = 0; n < NODES; n++)
        sum += d->pages[n];
    return sum;
}

static long claimed(int node)
{
    long sum = 0;

    for (unsigned int i = 0; i < DOMAINS; i++)
        sum += node < 0 ? domains[i].host + sum_node_claims(&domains[i]) : domains[i].node[node];
    return sum;
}

static bool promises_hold(void)
{
    for (int n = 0; n < NODES; n++)
        if (claimed(n) > count_free(n))
            return false;
    return claimed(-1) <= count_free(-1);
}

/* --- allocation --- */

static bool block_is_free(unsigned int f, unsigned int order, int node)
{
    for (unsigned int i = f; i < f + (1u << order); i++)
        if (i < FIRST_FRAME || i >= END_FRAME || frames[i].state != FREE || node_of(i) != node)
            return false;
    return true;
}

static bool has_block(int node, unsigned int order, unsigned int bits)
{
    for (unsigned int f = 4096 - 64; f + (1u << order) <= END_FRAME; f += 1u << order)
        if (block_is_free(f, order, node) && (!bits || (f + (1u << order) - 1) >> (bits - 12) == 0))
            return true;
    return false;
}

static void take_largest(struct model_domain *d, long pages)
{
    while (pages > 0 && sum_node_claims(d)) {
        int largest = 0;
        long part;

        for (int n = 1; n < NODES; n++)
            if (d->node[n] > d->node[largest])
                largest = n;
        part = min(pages, d->node[largest]);
        d->node[largest] -= part;
        pages -= part;
    }
}

static void redeem(struct model_domain *d, int node, long pages)
{
    long part = min(pages, d->node[node]), excess;

    d->node[node] -= part;
    pages -= part;
    part = min(pages, d->host);
    d->host -= part;
    pages -= part;
    excess = sum_pages(d) + d->host + sum_node_claims(d) - d->max;
    take_largest(d, min(excess, pages));
}

/* Would the promises hold after taking the block from this node? Tries, and undoes. */
static bool may_take(struct model_domain *payer, int node, unsigned int order)
{
    struct model_domain saved;
    unsigned int taken[64], count = 0;
    bool ok;

    if (count_free(node) < (1 << order))
        return false;
    if (payer)
        saved = *payer;
    for (unsigned int f = FIRST_FRAME; count < (1u << order); f++)
        if (frames[f].state == FREE && node_of(f) == node) {
            frames[f].state = COUNTED;
            taken[count++] = f;
        }
    if (payer) {
        payer->pages[node] += 1 << order;
        redeem(payer, node, 1 << order);
    }
    ok = promises_hold();
    if (payer)
        *payer = saved;
    while (count)
        frames[taken[--count]].state = FREE;
    return ok;
}

/* The node that an allocation has to come from, -1 for a refusal. */
static int expected_node(const struct model_domain *d, struct model_domain *payer,
                         unsigned int order, int wanted, bool exact, unsigned int bits)
{
    uint64_t preferred = ~0ULL;

    if (payer && sum_pages(payer) + (1 << order) > payer->max)
        return -1;
    if (wanted >= 0)
        preferred = 1ULL << wanted;
    else if (d && sum_node_claims(d))
        for (int n = preferred = 0; n < NODES; n++)
            preferred |= d->node[n] ? 1ULL << n : 0;

    for (unsigned int pass = 0; pass < (exact ? 1 : 2); pass++) {
        uint64_t set = pass ? ~preferred : preferred;
        const nodeid_t *n = numa_by_distance(wanted < 0 ? 0 : (nodeid_t)wanted);

        for (; *n != NUMA_NO_NODE; n++)
            if (((set >> *n) & 1) && has_block(*n, order, bits) && may_take(payer, *n, order))
                return *n;
    }
    return -1;
}

static unsigned int frame_of(const struct page_info *pg)
{
    return (unsigned int)mfn_x(page_to_mfn(pg));
}

static void check_contents(struct page_info *pg, unsigned int order, bool zeroed)
{
    for (unsigned int i = 0; i < (1u << order); i++) {
        uint64_t *word = page_to_virt(pg + i);

        if (zeroed)
            SAME("a word of a new page", word[0] | word[511], 0);
        word[0] = word[511] = 0xdeadbeef;
    }
}

static void note_taken(struct page_info *pg, unsigned int order, int node, enum frame_state state,
                       unsigned int who)
{
    for (unsigned int f = frame_of(pg); f < frame_of(pg) + (1u << order); f++) {
        if (f < FIRST_FRAME || f >= END_FRAME || frames[f].state != FREE)
            differ("a frame handed out", f, 0);
        SAME("the node", node_of(f), node);
        frames[f] = (struct frame){.state = state, .domain = who};
    }
}

struct allocation {
    unsigned int who, order, memflags, bits;
    int wanted;
};

static struct allocation decode_allocation(const uint8_t *op)
{
    struct allocation a = {.who = op[1] % DOMAINS, .order = op[2] % 6, .wanted = -1};

    if (op[3] & 1) {
        a.wanted = op[4] % (NODES + 1);
        a.memflags |= MEMF_node(a.wanted);
        if (op[3] & 2)
            a.memflags |= MEMF_exact_node;
    }
    if (op[3] & 4)
        a.memflags |= MEMF_no_scrub;
    if ((op[3] & 0x38) == 0x38) {
        a.bits = 23 + op[5] % 4;
        a.memflags |= MEMF_bits(a.bits);
    }
    return a;
}

static struct page_info *allocate(const struct allocation *a, enum frame_state state)
{
    struct model_domain *payer = state == COUNTED ? &domains[a->who] : NULL;
    unsigned int memflags = a->memflags | (state == EXTRA ? MEMF_no_refcount : 0);
    struct model_domain *d = state == NOBODYS ? NULL : &domains[a->who];
    int node = a->bits == 23 ? -1
                             : expected_node(d, payer, a->order, a->wanted,
                                             a->memflags & MEMF_exact_node, a->bits);
    struct page_info *pg =
        alloc_domheap_pages(state == NOBODYS ? NULL : real[a->who], a->order, memflags);

    SAME("success of an allocation", pg != NULL, node >= 0);
    if (!pg)
        return NULL;
    check_contents(pg, a->order, !(a->memflags & MEMF_no_scrub));
    note_taken(pg, a->order, node, state, a->who);
    if (payer) {
        payer->pages[node] += 1 << a->order;
        redeem(payer, node, 1 << a->order);
    }
    return pg;
}

/* --- freeing --- */

static void note_free(unsigned int f)
{
    struct frame *frame = &frames[f];

    if (frame->state == COUNTED)
        domains[frame->domain].pages[node_of(f)]--;
    *frame =
        (struct frame){.state = frame->is_marked ? OFFLINE : FREE, .is_broken = frame->is_broken};
}

static bool in_use(unsigned int f)
{
    return frames[f].state >= NOBODYS;
}

static unsigned int pick_frame(const uint8_t *op)
{
    return FIRST_FRAME + (op[1] | op[2] << 8) % (END_FRAME - FIRST_FRAME);
}

/* All of the block of that order around f are alike, and held by nothing but their allocation. */
static bool block_is_alike(unsigned int f, unsigned int order)
{
    unsigned int start = ROUNDDOWN(f, 1u << order);

    for (unsigned int i = start; i < start + (1u << order); i++)
        if (i < FIRST_FRAME || i >= END_FRAME || frames[i].state != frames[f].state ||
            frames[i].domain != frames[f].domain || frames[i].references || frames[i].is_released)
            return false;
    return true;
}

static void op_free(const uint8_t *op)
{
    unsigned int f = pick_frame(op), order = op[3] % 5;

    if (!in_use(f) || frames[f].is_released)
        return;
    while (order && !block_is_alike(f, order))
        order--;
    f = ROUNDDOWN(f, 1u << order);
    free_domheap_pages(frame_table + f, order);
    for (unsigned int i = f; i < f + (1u << order); i++) {
        frames[i].is_released = true;
        if (!frames[i].references)
            note_free(i);
    }
}

static void op_reference(const uint8_t *op)
{
    unsigned int f = pick_frame(op);
    bool may = in_use(f) && frames[f].state != NOBODYS;
    struct domain *owner = page_get_any(frame_table + f);

    SAME("success of taking a reference", owner != NULL, may);
    if (!owner)
        return;
    SAME("the owner", owner->domain_id, frames[f].domain);
    for (unsigned int i = 0; i < DOMAINS; i++)
        if (real[i] != owner)
            SAME("a reference for another", page_get(frame_table + f, real[i]), false);
    frames[f].references++;
}

static void op_dereference(const uint8_t *op)
{
    unsigned int f = pick_frame(op);

    if (!in_use(f) || !frames[f].references)
        return;
    page_put(frame_table + f);
    if (!--frames[f].references && frames[f].is_released)
        note_free(f);
}

/* --- claims --- */

static int expected_stake(const struct model_domain *d, const struct memory_claim_entry *e,
                          unsigned int count, struct model_domain *after)
{
    long named = 0, sum = 0, host = -1;
    bool excessive = false, missing = false;
    unsigned int seen = 0;

    if (d->host || sum_node_claims(d))
        return -EINVAL;
    *after = *d;
    for (unsigned int i = 0; i < count; i++) {
        unsigned int bit = e[i].node == NUMA_NO_NODE ? 31 : e[i].node;

        if (!e[i].pages || ((seen >> bit) & 1))
            return -EINVAL;
        seen |= 1u << bit;
        sum += (long)e[i].pages;
        if (bit == 31) {
            host = (long)e[i].pages;
        } else if (!exists((int)bit)) {
            missing = true;
        } else {
            after->node[bit] = (long)e[i].pages - d->pages[bit];
            named += d->pages[bit];
            excessive |= after->node[bit] <= 0;
        }
    }
    if (missing)
        return -ENOENT;
    if (host >= 0) {
        after->host = host - (sum_pages(d) - named);
        excessive |= after->host <= 0;
    }
    if (excessive || sum > d->max || sum_pages(d) + after->host + sum_node_claims(after) > d->max)
        return -EINVAL;
    return 0;
}

static void op_stake(const uint8_t *op)
{
    struct memory_claim_entry entries[3];
    unsigned int who = op[1] % DOMAINS, count = 1 + op[2] % 3;
    struct model_domain after, before = domains[who];
    int expected;

    for (unsigned int i = 0; i < count; i++) {
        unsigned int node = (op[2] >> (2 + i)) & 1 ? 7 : op[3 + i] % (NODES + 2);

        entries[i].node = node > NODES ? NUMA_NO_NODE : (nodeid_t)node;
        entries[i].pages = op[3 + i] >> 3 | (op[7] & 3) << 5;
    }
    expected = expected_stake(&before, entries, count, &after);
    if (!expected) {
        domains[who] = after;
        if (!promises_hold()) {
            domains[who] = before;
            expected = -ENOMEM;
        } else {
            domains[who].staked_at = ++clock;
        }
    }
    SAME("the result of a claim", claim_stake(real[who], entries, count), expected);
}

static void op_release(const uint8_t *op)
{
    struct model_domain *d = &domains[op[1] % DOMAINS];

    claim_release(real[op[1] % DOMAINS]);
    d->host = 0;
    for (int n = 0; n < NODES; n++)
        d->node[n] = 0;
}

static void op_set_max(const uint8_t *op)
{
    domains[op[1] % DOMAINS].max = op[2];
    domain_pages_set_max(real[op[1] % DOMAINS], op[2]);
}

/* --- life --- */

static void create(unsigned int who)
{
    domains[who] = (struct model_domain){.max = 100};
    real[who] = host_domain_create((domid_t)who, 100);
}

static bool has_foreign_ties(unsigned int who)
{
    for (unsigned int f = FIRST_FRAME; f < END_FRAME; f++)
        if (in_use(f) && frames[f].state != NOBODYS && frames[f].domain == who)
            return true;
    return false;
}

/* Dies with its pages; those that others hold are let go one by one, then a new one takes its
 * place. */
static void op_kill(const uint8_t *op)
{
    unsigned int who = op[1] % DOMAINS;

    domain_pages_mark_dying(real[who]);
    SAME("the claim of a dying domain", real[who]->mem.claim_total, 0);
    SAME("memory for a dying domain", alloc_domheap_page(real[who], 0) != NULL, false);
    while (domain_pages_relinquish(real[who]))
        ;
    op_release(op);
    for (unsigned int f = FIRST_FRAME; f < END_FRAME; f++) {
        if (frames[f].state == COUNTED && frames[f].domain == who) {
            frames[f].is_released = true;
            if (!frames[f].references)
                note_free(f);
        }
    }
    for (unsigned int f = FIRST_FRAME; f < END_FRAME; f++) {
        if (!in_use(f) || frames[f].state == NOBODYS || frames[f].domain != who)
            continue;
        if (!frames[f].is_released)
            free_domheap_page(frame_table + f);
        for (; frames[f].references; frames[f].references--)
            page_put(frame_table + f);
        note_free(f);
    }
    SAME("pages left behind", has_foreign_ties(who), false);
    SAME("references to a dead domain", host_domain_references(real[who]), 1);
    domain_put(real[who]);
    create(who);
}

/* --- handing over --- */

static void op_transfer(const uint8_t *op)
{
    unsigned int f = pick_frame(op), to = op[3] % DOMAINS, from = frames[f].domain;
    bool is_counted = frames[f].state == COUNTED;
    bool may =
        is_counted && !frames[f].references && !frames[f].is_released && !frames[f].is_marked;
    struct model_domain *d = &domains[to];
    int node = node_of(f), rc;

    if (!is_counted)
        return;
    SAME("success of stealing", page_steal(real[from], frame_table + f) == 0, may);
    if (!may)
        return;
    domains[from].pages[node]--;
    frames[f].state = NOBODYS;

    rc = page_assign(frame_table + f, 0, real[to], 0);
    SAME("the result of handing over", rc, sum_pages(d) + 1 > d->max ? -ENOMEM : 0);
    if (rc)
        return;
    frames[f].state = COUNTED;
    frames[f].domain = to;
    d->pages[node]++;
    if (sum_pages(d) + d->host + sum_node_claims(d) > d->max) {
        if (sum_node_claims(d))
            take_largest(d, 1);
        else
            d->host -= d->host > 0;
    }
}

/* --- scrubbing, offlining --- */

static void op_scrub(const uint8_t *op)
{
    for (unsigned int i = 0; i < op[1] % 8u; i++)
        heap_scrub_idle();
}

static struct model_domain *newest_with(int node)
{
    struct model_domain *newest = NULL;

    for (unsigned int i = 0; i < DOMAINS; i++) {
        struct model_domain *d = &domains[i];
        long held = node < 0 ? d->host : d->node[node];

        if (held && (!newest || d->staked_at > newest->staked_at))
            newest = d;
    }
    return newest;
}

static void recall(int node)
{
    while (claimed(node) > count_free(node))
        newest_with(node)->node[node]--;
    while (claimed(-1) > count_free(-1))
        newest_with(-1)->host--;
}

static void op_offline(const uint8_t *op)
{
    unsigned int f = pick_frame(op);
    bool broken = op[3] & 1;
    uint32_t status;
    int rc = page_offline(_mfn(f), broken, &status);

    SAME("success of offlining", rc == 0, frames[f].state != ABSENT);
    if (rc)
        return;
    frames[f].is_broken |= broken;
    if (in_use(f)) {
        SAME("offlining is pending", status & PG_OFFLINE_PENDING, PG_OFFLINE_PENDING);
        frames[f].is_marked = true;
    } else {
        SAME("it is offline", status & PG_OFFLINE_OFFLINED, PG_OFFLINE_OFFLINED);
        frames[f].state = OFFLINE;
        recall(node_of(f));
    }
}

static void op_online(const uint8_t *op)
{
    unsigned int f = pick_frame(op);
    bool may =
        !frames[f].is_broken && (frames[f].state == OFFLINE || (in_use(f) && frames[f].is_marked));
    uint32_t status;

    SAME("success of onlining", page_online(_mfn(f), &status) == 0, may);
    if (!may)
        return;
    frames[f].is_marked = false;
    if (frames[f].state == OFFLINE)
        frames[f].state = FREE;
}

/* --- comparing --- */

static long length_of(const struct page_list *l)
{
    long count = 0;

    for (uint32_t f = l->first, prev = 0; f; prev = f, f = (frame_table + f)->next, count++)
        SAME("a link", (frame_table + f)->prev, prev);
    return count;
}

static void compare_domain(unsigned int who)
{
    const struct model_domain *d = &domains[who];
    const struct domain_pages *mem = &real[who]->mem;

    for (int n = 0; n < NODES; n++) {
        SAME("a node's pages of a domain", mem->node_pages[n], d->pages[n]);
        SAME("a node claim", mem->claim_node[n], d->node[n]);
    }
    SAME("tot_pages", mem->tot_pages, sum_pages(d));
    SAME("the host-wide claim", mem->claim_host, d->host);
    SAME("claims in all", mem->claim_total, d->host + sum_node_claims(d));
    SAME("the list's length", length_of(&mem->pages) + length_of(&mem->held), sum_pages(d));
    SAME("references to the domain", host_domain_references(real[who]), 1 + !!sum_pages(d));
}

static void compare(void)
{
    struct heap_info host;
    struct heap_node_info nodes[MAX_NUMNODES];

    heap_snapshot(&host, nodes);
    SAME("free memory", host.free, count_free(-1));
    SAME("claimed memory", host.claimed, claimed(-1));
    for (int n = 0; n < NODES; n++) {
        SAME("free memory of a node", nodes[n].free, count_free(n));
        SAME("claimed memory of a node", nodes[n].claimed, claimed(n));
    }
    for (unsigned int who = 0; who < DOMAINS; who++)
        compare_domain(who);
    if (!promises_hold())
        differ("the promises", 0, 1);
    heap_check();
}

/* --- runs --- */

static void set_up(void)
{
    host_forget_ram();
    heap = (struct heap){.claimants = LIST_HEAD_INIT(heap.claimants)};
    heap_own = (struct domain_pages){.max_pages = ~0UL};
    numa_forget();
    for (unsigned int f = 0; f < END_FRAME; f++)
        frames[f] = (struct frame){.state = node_of(f) < 0 ? ABSENT : FREE};
    for (unsigned int i = 0; i < ARRAY_SIZE(ram); i++)
        numa_add_memory(ram[i].node, (paddr_t)ram[i].start << PAGE_SHIFT,
                        (paddr_t)ram[i].end << PAGE_SHIFT);
    numa_set_cpu(1, 4);
    host_add_ram((paddr_t)FIRST_FRAME << PAGE_SHIFT, (paddr_t)END_FRAME << PAGE_SHIFT);
    for (unsigned int i = 0; i < ARRAY_SIZE(ram); i++)
        heap_add_range((paddr_t)ram[i].start << PAGE_SHIFT, (paddr_t)ram[i].end << PAGE_SHIFT);
    for (unsigned int who = 0; who < DOMAINS; who++) {
        if (real[who])
            domain_put(real[who]);
        create(who);
    }
    clock = 0;
}

static void tear_down(void)
{
    for (unsigned int who = 0; who < DOMAINS; who++) {
        const uint8_t op[HEAP_OP_BYTES] = {0, (uint8_t)who};

        op_kill(op);
    }
}

static void op_populate(const uint8_t *op)
{
    struct allocation a = decode_allocation(op);

    allocate(&a, COUNTED);
}

static void op_extra(const uint8_t *op)
{
    struct allocation a = decode_allocation(op);

    allocate(&a, EXTRA);
}

static void op_own(const uint8_t *op)
{
    struct allocation a = decode_allocation(op);

    allocate(&a, NOBODYS);
}

static const struct {
    const char *name;
    void (*run)(const uint8_t *op);
} operations[] = {
    {"populate", op_populate},
    {"populate", op_populate},
    {"populate", op_populate},
    {"extra", op_extra},
    {"own", op_own},
    {"free", op_free},
    {"free", op_free},
    {"free", op_free},
    {"reference", op_reference},
    {"dereference", op_dereference},
    {"stake", op_stake},
    {"stake", op_stake},
    {"stake", op_stake},
    {"release", op_release},
    {"set max", op_set_max},
    {"kill", op_kill},
    {"transfer", op_transfer},
    {"scrub", op_scrub},
    {"offline", op_offline},
    {"online", op_online},
    {"online", op_online},
};

void heap_model_print(const uint8_t *op)
{
    printf("%s", operations[op[0] % ARRAY_SIZE(operations)].name);
    for (unsigned int i = 0; i < HEAP_OP_BYTES; i++)
        printf(" %u", op[i]);
    printf("\n");
}

void heap_model_run(const uint8_t *ops, size_t size)
{
    static const uint8_t nothing[HEAP_OP_BYTES];

    current_op = nothing;
    set_up();
    compare();
    for (; size >= HEAP_OP_BYTES; ops += HEAP_OP_BYTES, size -= HEAP_OP_BYTES) {
        current_op = ops;
        operations[ops[0] % ARRAY_SIZE(operations)].run(ops);
        compare();
    }
    tear_down();
    compare();
}
