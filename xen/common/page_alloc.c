/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The heap's policy: who gets memory, from which node, and what that does to claims.
 *
 * heap_lock guards the free blocks, all counters and all claims.  Under it, work is constant or
 * bounded by the request: find a block, ask claim_admit(), adjust the counters.  What has to be
 * done frame by frame (scrubbing, owner, references, the owner's list) is done before or after.
 *
 * Whenever heap_lock is free, every promise can be kept: memory/claim_math.h has the rules,
 * heap_check_locked() verifies them.  Claims change in this file only.
 */
#include <xen/atomic.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/printk.h>
#include <xen/smp.h>
#include <asm/irqflags.h>

#include "memory/claim_math.h"
#include "memory/page_list.h"

DEFINE_SPINLOCK(heap_lock, LOCK_HEAP);
struct heap heap = {.claimants = LIST_HEAD_INIT(heap.claimants)};
struct domain_pages heap_own = {.max_pages = ~0UL};

/* --- accounts --- */

/* A domain stays as long as it has pages. */
static noinline void account_hold(struct domain_pages *account)
{
    if (account != &heap_own)
        domain_hold(container_of(account, struct domain, mem));
}

void account_add(struct domain_pages *account, nodeid_t node, unsigned long count)
{
    if (unlikely(!account->tot_pages))
        account_hold(account);
    account->tot_pages += count;
    account->node_pages[node] += count;
}

/* When that was the last of them, account_put() follows once heap_lock is free. */
void account_sub(struct domain_pages *account, nodeid_t node, unsigned long count)
{
    ASSERT(account->tot_pages >= count && account->node_pages[node] >= count);
    account->tot_pages -= count;
    account->node_pages[node] -= count;
}

void account_put(struct domain_pages *account, bool is_last)
{
    if (is_last && account != &heap_own)
        domain_put(container_of(account, struct domain, mem));
}

/* --- claims --- */

/* Takes `pages` off a claim of mem, on a node or host-wide (NUMA_NO_NODE). */
static void claim_reduce(struct domain_pages *mem, nodeid_t node, unsigned long pages)
{
    if (node == NUMA_NO_NODE) {
        mem->claim_host -= pages;
    } else {
        mem->claim_node[node] -= pages;
        heap.node[node].claimed -= pages;
        if (!mem->claim_node[node])
            mem->claim_nodes &= ~(1ULL << node);
    }
    mem->claim_total -= pages;
    heap.claimed -= pages;
    if (!mem->claim_total)
        list_del(&mem->claim_list);
}

static nodeid_t claim_largest_node(const struct domain_pages *mem)
{
    nodeid_t largest = NUMA_NO_NODE;

    for (uint64_t nodes = mem->claim_nodes; nodes; nodes &= nodes - 1) {
        nodeid_t node = (nodeid_t)__builtin_ctzl(nodes);

        if (largest == NUMA_NO_NODE || mem->claim_node[node] > mem->claim_node[largest])
            largest = node;
    }
    return largest;
}

/* Takes up to `pages` off the node claims, always off the largest one; how many. */
static unsigned long claim_shrink_nodes(struct domain_pages *mem, unsigned long pages)
{
    unsigned long left = pages;

    while (left && mem->claim_nodes) {
        nodeid_t node = claim_largest_node(mem);
        unsigned long part = min(left, mem->claim_node[node]);

        claim_reduce(mem, node, part);
        left -= part;
    }
    return pages - left;
}

static noinline void claim_redeem_nodes(struct domain_pages *mem, nodeid_t node,
                                        unsigned long pages, unsigned long unusable)
{
    if (pages)
        claim_reduce(mem, node, pages);
    claim_shrink_nodes(mem, unusable);
}

static inline void claim_redeem(struct domain_pages *mem, nodeid_t node,
                                const struct claim_verdict *v)
{
    if (unlikely(v->node || v->unusable))
        claim_redeem_nodes(mem, node, v->node, v->unusable);
    if (v->host) {
        mem->claim_host -= v->host;
        mem->claim_total -= v->host;
        heap.claimed -= v->host;
        if (unlikely(!mem->claim_total))
            list_del(&mem->claim_list);
    }
}

void claim_fit_limit(struct domain_pages *mem, unsigned long count)
{
    unsigned long held = mem->tot_pages + mem->claim_total, excess;

    if (held <= mem->max_pages)
        return;
    excess = min(held - mem->max_pages, count);
    excess -= claim_shrink_nodes(mem, excess);
    excess = min(excess, mem->claim_host);
    if (excess)
        claim_reduce(mem, NUMA_NO_NODE, excess);
    low_mem_update();
}

/* There is a claim on some node. */
static noinline void drop_nodes(struct domain_pages *mem)
{
    uint64_t nodes = mem->claim_nodes;

    do {
        unsigned long node = (unsigned long)__builtin_ctzl(nodes);
        unsigned long pages = mem->claim_node[node];

        mem->claim_node[node] = 0;
        heap.node[node].claimed -= pages;
    } while (nodes &= nodes - 1);
    mem->claim_nodes = 0;
}

static inline void drop(struct domain_pages *mem)
{
    if (!mem->claim_total)
        return;
    heap.claimed -= mem->claim_total;
    if (mem->claim_nodes)
        drop_nodes(mem);
    mem->claim_host = mem->claim_total = 0;
    list_del(&mem->claim_list);
    low_mem_update();
}

void claim_drop(struct domain_pages *mem)
{
    drop(mem);
}

/* A set of entries on its way: what there is of it so far. */
struct stake {
    unsigned long host;  /* what the host-wide entry says, 0: there is none */
    unsigned long total; /* pages to stake */
    uint64_t unnamed;    /* the nodes online that no entry names */
};

/* An entry for a node that none has named goes on the node's books, or must not. */
static always_inline bool stake_on_node(struct stake *s, struct domain_pages *mem,
                                        unsigned long node, unsigned long pages)
{
    struct heap_node *n;

    if (node >= MAX_NUMNODES || !((s->unnamed >> node) & 1))
        return false;
    n = &heap.node[node];
    pages -= mem->node_pages[node];
    if (!claim_adds(n->avail, n->claimed, pages))
        return false;
    s->unnamed ^= 1ULL << node;
    s->total += pages;
    mem->claim_node[node] = pages;
    n->claimed += pages;
    return true;
}

/* Any other entry: the host-wide one, once. */
static inline bool stake_host_wide(struct stake *s, unsigned int node, unsigned long pages)
{
    if (node != NUMA_NO_NODE || s->host)
        return false;
    s->host = pages;
    return pages != 0;
}

/* The entries one by one, up to the first that is refused: whether none is. */
static always_inline bool stake_entries(struct stake *s, struct domain_pages *mem,
                                        const struct memory_claim_entry *e,
                                        const struct memory_claim_entry *end)
{
    do {
        if (unlikely(!stake_on_node(s, mem, e->node, e->pages)) &&
            !stake_host_wide(s, e->node, e->pages))
            return false;
    } while (++e < end);
    return true;
}

/* What the domain has on nodes where it has no claim. */
static noinline unsigned long pages_elsewhere(const struct domain_pages *mem)
{
    unsigned long pages = mem->tot_pages;

    for (uint64_t nodes = mem->claim_nodes; nodes; nodes &= nodes - 1)
        pages -= mem->node_pages[__builtin_ctzl(nodes)];
    return pages;
}

/*
 * The entries together.  The host-wide one speaks of the nodes that the others do not name, so it
 * is judged here: its pages become those that it adds.  That the entries add up to no more than the
 * domain may have follows from the total, as each is what it adds and what is there.
 */
static always_inline bool stake_sum(struct stake *s, const struct domain_pages *mem)
{
    if (unlikely(s->host)) {
        s->host -= pages_elsewhere(mem);
        if (!claim_adds(heap.avail, heap.claimed, s->host))
            return false;
        s->total += s->host;
    }
    return mem->tot_pages + s->total <= mem->max_pages &&
           claim_fits(heap.avail, heap.claimed, s->total);
}

/* All that is staked goes on the books. */
static inline void stake_commit(struct domain_pages *mem, unsigned long host, unsigned long total)
{
    mem->claim_host = host;
    mem->claim_total = total;
    heap.claimed += total;
    list_add(&mem->claim_list, &heap.claimants);
    low_mem_update();
}

/* Node by node, and all of it dropped again where one entry is refused: nobody looks in between. */
static noinline int stake_set(struct domain_pages *mem, const struct memory_claim_entry *entries,
                              unsigned int count)
{
    const struct memory_claim_entry *end = entries + count;
    uint64_t online = node_online_map.bits[0];
    struct stake s = {.unnamed = online};
    bool is_good;

    ASSERT(count);
    if (mem->is_dying || mem->claim_total)
        return -EINVAL;
    is_good = stake_entries(&s, mem, entries, end);
    mem->claim_nodes = online ^ s.unnamed;
    if (unlikely(!is_good || !stake_sum(&s, mem))) {
        if (mem->claim_nodes)
            drop_nodes(mem);
        return claim_refusal(mem, entries, end);
    }
    stake_commit(mem, s.host, s.total);

    return 0;
}

/* One host-wide entry: what most toolstacks ever ask for, at half the price of a set. */
static inline int stake_host(struct domain_pages *mem, unsigned long pages)
{
    if (mem->is_dying || mem->claim_total || pages <= mem->tot_pages || pages > mem->max_pages)
        return -EINVAL;
    pages -= mem->tot_pages;
    if (!claim_fits(heap.avail, heap.claimed, pages))
        return -ENOMEM;

    stake_commit(mem, pages, pages);

    return 0;
}

int claim_stake(struct domain *d, const struct memory_claim_entry *entries, unsigned int count)
{
    int rc;

    spin_lock(&heap_lock);
    if (count == 1 && entries->node == NUMA_NO_NODE)
        rc = stake_host(&d->mem, entries->pages);
    else
        rc = stake_set(&d->mem, entries, count);
    heap_unlock();

    return rc;
}

void claim_release(struct domain *d)
{
    spin_lock(&heap_lock);
    drop(&d->mem);
    heap_unlock();
}

static void claim_recall_from(struct domain_pages *mem, nodeid_t node, unsigned long pages)
{
    const struct domain *d = container_of(mem, struct domain, mem);

    printk(XENLOG_WARNING "Memory went bad: d%u loses a claim on %lu pages (node %d)\n",
           d->domain_id, pages, node == NUMA_NO_NODE ? -1 : node);
    claim_reduce(mem, node, pages);
}

/* The newest claim with a part on the node (or host-wide) gives up to `pages` of it. */
static void claim_recall_newest(nodeid_t node, unsigned long pages)
{
    struct domain_pages *mem;

    list_for_each_entry (mem, &heap.claimants, claim_list) {
        unsigned long held = node == NUMA_NO_NODE ? mem->claim_host : mem->claim_node[node];

        if (held) {
            claim_recall_from(mem, node, min(pages, held));
            return;
        }
    }
    BUG(); /* more is claimed than all claims add up to */
}

/*
 * Memory has gone from a node otherwise than by allocation: claims give way until the promises hold
 * again.  What the node lacks is taken from claims on it.  Then all node claims together fit into
 * what is free, so what the host still lacks is found among the host-wide ones.
 */
void claim_recall(nodeid_t node)
{
    struct heap_node *n = &heap.node[node];

    while (n->claimed > n->avail)
        claim_recall_newest(node, n->claimed - n->avail);
    while (heap.claimed > heap.avail)
        claim_recall_newest(NUMA_NO_NODE, heap.claimed - heap.avail);
}

/* --- allocation --- */

struct request {
    struct domain_pages *account;   /* who pays, and whose claims are redeemed */
    const struct domain_pages *mem; /* whose claims and affinity say where to look */
    unsigned int order, memflags;
};

static inline uint32_t zones_within(unsigned int address_bits)
{
    if (likely(!address_bits))
        return (1u << HEAP_ZONES) - 1;
    if (address_bits < ZONE_0_BITS)
        return 0;
    return (uint32_t)((2ULL << min(address_bits - ZONE_0_BITS, HEAP_ZONES - 1u)) - 1);
}

static inline struct claim_view view_of(const struct domain_pages *mem, const struct heap_node *n,
                                        nodeid_t node)
{
    return (struct claim_view){
        .avail = heap.avail,
        .out = heap.claimed,
        .node_avail = n->avail,
        .node_out = n->claimed,
        .own_node = mem->claim_node[node],
        .own_host = mem->claim_host,
        .own_total = mem->claim_total,
        .room = mem->max_pages - mem->tot_pages,
    };
}

/* Takes a block of the node for the request; false if there is none or a promise forbids it. */
static always_inline bool take_from(nodeid_t node, const struct request *r, struct block *b)
{
    struct heap_node *n = &heap.node[node];
    unsigned long count = 1UL << r->order;
    struct claim_verdict verdict;
    struct claim_view view;
    struct block_list from;

    if (r->account->tot_pages + count > r->account->max_pages)
        return false;
    view = view_of(r->account, n, node);
    verdict = claim_admit(&view, count);
    if (!verdict.is_allowed ||
        !buddy_find(n, r->order, zones_within(r->memflags >> MEMF_BITS_SHIFT), &from))
        return false;

    heap.avail -= count;
    n->avail -= count;
    account_add(r->account, node, count);
    claim_redeem(r->account, node, &verdict);
    low_mem_update();
    __atomic_fetch_add(&heap.transit, 1, __ATOMIC_RELAXED);
    *b = buddy_take(n, from, r->order, r->memflags & MEMF_no_scrub);
    b->node = node;

    return true;
}

/* Without a node named: where the domain holds claims, else its affinity, else anywhere. */
static inline uint64_t preferred_nodes(const struct domain_pages *mem)
{
    return mem->claim_nodes ? mem->claim_nodes : mem->node_affinity.bits[0] ?: ~0ULL;
}

/* Where to look first, if that is among the preferred nodes. */
static always_inline nodeid_t first_node(const struct request *r, uint64_t *preferred)
{
    nodeid_t named = MEMF_get_node(r->memflags);

    if (named == NUMA_NO_NODE) {
        *preferred = preferred_nodes(r->mem);
        return numa_node_of_cpu(smp_processor_id());
    }
    if (!node_online(named)) {
        *preferred = 0;
        return 0;
    }
    *preferred = 1ULL << named;
    return named;
}

/* From the preferred nodes, then from the others, the near ones first. */
static bool take_anywhere(const struct request *r, struct block *b)
{
    uint64_t preferred, nodes;
    nodeid_t near = first_node(r, &preferred);

    for (nodes = preferred;; nodes = ~nodes) {
        for (const nodeid_t *node = numa_by_distance(near); *node != NUMA_NO_NODE; node++)
            if (((nodes >> *node) & 1) && take_from(*node, r, b))
                return true;
        if ((r->memflags & MEMF_exact_node) || nodes != preferred || nodes == ~0ULL)
            return false;
    }
}

/* Scrubbers have borrowed a few frames: once those are back, what failed may succeed. */
static void wait_for_scrubbers(void)
{
    heap.waiting++;
    heap_unlock();
    while (READ_ONCE(heap.scrubbing))
        cpu_relax();
    spin_lock(&heap_lock);
    heap.waiting--;
}

/* By value, so that the caller's request never has to leave the registers. */
static noinline struct block take_patiently(struct request r)
{
    struct block b = {.pg = NULL};

    while (!take_anywhere(&r, &b) && heap.scrubbing)
        wait_for_scrubbers();

    return b;
}

/* Nearly always, there is no claim on any node to reckon with, and the first node serves. */
static always_inline struct block heap_take(struct request r)
{
    uint64_t preferred;
    nodeid_t node;
    struct block b;

    spin_lock(&heap_lock);
    node = first_node(&r, &preferred);
    if (r.account->claim_total != r.account->claim_host || !((preferred >> node) & 1) ||
        !take_from(node, &r, &b))
        b = take_patiently(r);
    heap_unlock();

    return b;
}

/* Zeroes what is not scrubbed yet, unless any contents will do. */
static always_inline void block_scrub(struct block b, unsigned long count, bool any_will_do)
{
    const struct page_info *pg = b.pg + b.first_dirty, *end = b.pg + count;
    unsigned long clean = 0, seen = (unsigned long)(end - pg);

    for (char *va = page_to_virt(pg); pg < end; pg++, va += PAGE_SIZE) {
        if (pg->count_info & PGC_scrubbed)
            clean++;
        else if (!any_will_do)
            clear_page(va);
    }
    __atomic_fetch_sub(&heap.node[b.node].dirty, seen - clean, __ATOMIC_RELAXED);
}

/* Gives every frame its first state, and links it to its neighbours. */
static always_inline void block_init(struct block b, const struct request *r, uint64_t word)
{
    struct page_info *pg = b.pg, *end = pg + (1UL << r->order);

    if (b.first_dirty < 1UL << r->order)
        block_scrub(b, 1UL << r->order, r->memflags & MEMF_no_scrub);

    word |= (uint64_t)b.node << 56;
    if (r->order == 0)
        WRITE_ONCE(pg->word, word); /* what is alone, its list links */
    else
        for (uint64_t links = frame_links(pg); pg < end; pg++, links += 0x100000001) {
            pg->links = links;
            WRITE_ONCE(pg->word, word);
        }
    __atomic_fetch_sub(&heap.transit, 1, __ATOMIC_RELEASE);
}

/* Domain memory with a reference: counted, listed, and redeeming the domain's claim. */
static always_inline struct page_info *alloc_counted(struct domain *d, unsigned int order,
                                                     unsigned int memflags)
{
    struct request r = {&d->mem, &d->mem, order, memflags};
    struct block b = heap_take(r);

    if (unlikely(!b.pg))
        return NULL;
    block_init(b, &r, (uint64_t)(d->domain_id + 1) << 32 | PGC_allocated | 1);
    if (unlikely(!domain_pages_add(&d->mem, b.pg, 1UL << order))) {
        heap_free_used(&d->mem, b.pg, 1UL << order);
        return NULL;
    }
    return b.pg;
}

/* All other memory: the hypervisor's own, a domain's extra pages, or nobody's yet. */
static struct page_info *alloc_uncounted(struct domain *d, unsigned int order,
                                         unsigned int memflags)
{
    struct request r = {&heap_own, d ? &d->mem : &heap_own, order, memflags};
    struct block b = heap_take(r);

    if (!b.pg)
        return NULL;
    if (d && !(memflags & MEMF_no_owner))
        block_init(b, &r, (uint64_t)(d->domain_id + 1) << 32 | PGC_extra | 1);
    else
        block_init(b, &r, 1);
    return b.pg;
}

/* All but single frames for a domain. */
static noinline struct page_info *alloc_block(struct domain *d, unsigned int order,
                                              unsigned int memflags)
{
    if (order > MAX_ORDER)
        return NULL;
    if (!d || (memflags & (MEMF_no_refcount | MEMF_no_owner)))
        return alloc_uncounted(d, order, memflags);

    return alloc_counted(d, order, memflags);
}

/* Single frames for a domain, asked for most often, get a copy of the code in which nothing loops.
 */
struct page_info *alloc_domheap_pages(struct domain *d, unsigned int order, unsigned int memflags)
{
    if (unlikely(order || !d || (memflags & (MEMF_no_refcount | MEMF_no_owner))))
        return alloc_block(d, order, memflags);

    return alloc_counted(d, 0, memflags);
}

/* --- freeing --- */

static inline void free_aligned(unsigned long pfn, unsigned long end, nodeid_t node)
{
    do {
        unsigned int order = 63 - (unsigned int)__builtin_clzl(end - pfn);

        order = min(order, (unsigned int)__builtin_ctzl(pfn | 1UL << MAX_ORDER));
        buddy_free(pfn, order, node, 0);
        pfn += 1UL << order;
    } while (pfn < end);
}

static always_inline void free_run(struct domain_pages *account, struct page_info *pg,
                                   unsigned long count, nodeid_t node)
{
    struct heap_node *n = &heap.node[node];
    bool is_last;

    __atomic_fetch_add(&n->dirty, count, __ATOMIC_RELAXED);
    spin_lock(&heap_lock);
    heap.avail += count;
    n->avail += count;
    account_sub(account, node, count);
    is_last = !account->tot_pages;
    low_mem_update();
    free_aligned(page_number(pg), page_number(pg) + count, node);
    heap_unlock();
    account_put(account, is_last);
}

void heap_free_run(struct domain_pages *account, struct page_info *pg, unsigned long count,
                   nodeid_t node)
{
    free_run(account, pg, count, node);
}

/* Drops the allocation's reference of a frame of d's; takes it back if that was the only one. */
static inline void free_counted(struct domain *d, struct page_info *pg)
{
    uint64_t word = page_word_sole(pg);
    struct domain_pages *mem = &d->mem;
    bool is_mine;

    spin_lock(&mem->lock);
    is_mine = cmpxchg(&pg->word, word, (uint64_t)0) == word;
    if (likely(is_mine))
        page_list_remove(page_list_of(mem, pg), pg, pg);
    spin_unlock(&mem->lock);

    if (likely(is_mine))
        free_run(mem, pg, 1, (nodeid_t)(word >> 56));
    else
        page_put_alloc_ref(pg);
}

/* How many frames from pg on can be freed as one run; their words are cleared. */
static unsigned long frames_clear(struct page_info *pg, unsigned long count, nodeid_t node)
{
    unsigned long i;

    for (i = 0; i < count && pg[i].node == node && !(pg[i].count_info & PGC_offlining); i++)
        pg[i].word = 0;

    return i;
}

void heap_free_used(struct domain_pages *account, struct page_info *pg, unsigned long count)
{
    while (count) {
        nodeid_t node = pg->node;
        unsigned long run = frames_clear(pg, count, node);

        if (run) {
            heap_free_run(account, pg, run, node);
        } else {
            page_retire(account, pg);
            run = 1;
        }
        pg += run;
        count -= run;
    }
}

void free_domheap_pages(struct page_info *pg, unsigned int order)
{
    ASSERT(order <= MAX_ORDER && (pg->count_info & PGC_count_mask));

    if (likely(order == 0 && (pg->count_info & PGC_allocated)))
        free_counted(domain_find(pg->owner - 1), pg);
    else if (pg->count_info & PGC_allocated)
        domain_pages_free(domain_find(pg->owner - 1), pg, 1UL << order);
    else if (order == 0)
        page_put(pg); /* it may be lent */
    else
        heap_free_used(&heap_own, pg, 1UL << order);
}

void *alloc_xenheap_pages(unsigned int order, unsigned int memflags)
{
    struct page_info *pg = alloc_domheap_pages(NULL, order, memflags);

    return pg ? page_to_virt(pg) : NULL;
}

void free_xenheap_pages(void *va, unsigned int order)
{
    struct page_info *pg;

    if (!va)
        return;
    pg = virt_to_page(va);
    if (pg->count_info & PGC_xen_heap)
        page_unshare(pg);
    free_domheap_pages(pg, order);
}

/* Memory of one node, as the firmware has it. */
static void add_node_range(unsigned long pfn, unsigned long end, nodeid_t node)
{
    struct heap_node *n = &heap.node[node];
    unsigned long count = end - pfn;

    spin_lock(&heap_lock);
    n->size += count;
    heap.total += count;
    heap_own.tot_pages += count;
    heap_own.node_pages[node] += count;
    heap_unlock();
    heap_free_run(&heap_own, frame_table + pfn, count, node);
}

void heap_add_range(paddr_t start, paddr_t end)
{
    /* Frame 0 is nobody's: links take its number for "none". */
    start = ROUNDUP(max(start, (paddr_t)PAGE_SIZE), PAGE_SIZE);
    end = ROUNDDOWN(min(end, (paddr_t)max_page << PAGE_SHIFT), PAGE_SIZE);

    while (start < end) {
        paddr_t stop;
        nodeid_t node = numa_range_at(start, &stop);

        stop = min(stop, end);
        add_node_range(start >> PAGE_SHIFT, stop >> PAGE_SHIFT, node);
        start = stop;
    }
}
