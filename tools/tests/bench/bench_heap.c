/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the heap and claims cost, in instructions: the hypervisor's sources, as a release build has
 * them, under callgrind.  Each measurement is a dump with a name; bench.py divides and prints.
 * Writing zeroes into pages is left out (clear_page() does nothing here); everything else of a
 * frame's life is in.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <valgrind/callgrind.h>

#include <xen/domain.h>
#include <xen/lib.h>
#include <xen/page_alloc.h>
#include <public/sysctl.h>

#include "common/memory/heap.h"
#include "host.h"

#define GIB_PAGES (1UL << 18)

static struct domain *d;

/* A new machine: nodes of so many GiB, from 4 GiB on. */
static void machine(unsigned int nodes, unsigned long gib)
{
    host_forget_ram();
    memset(&heap, 0, sizeof(heap));
    heap.claimants = (struct list_head)LIST_HEAD_INIT(heap.claimants);
    heap_own = (struct domain_pages){.max_pages = ~0UL};
    numa_forget();
    for (unsigned int n = 0; n < nodes; n++) {
        paddr_t start = GB(4 + n * gib), end = start + GB(gib);

        host_add_ram(start, end);
        numa_add_memory((nodeid_t)n, start, end);
    }
    d = host_domain_create(1, ~0UL);
}

static void fill(unsigned int nodes, unsigned long gib)
{
    for (unsigned int n = 0; n < nodes; n++)
        heap_add_range(GB(4 + n * gib), GB(4 + (n + 1) * gib));
}

/* Only every other frame: no block is larger than one frame. */
static void fill_fragmented(unsigned int nodes, unsigned long gib, unsigned long frames)
{
    for (unsigned int n = 0; n < nodes; n++)
        for (unsigned long i = 0; i < frames; i++) {
            paddr_t at = GB(4 + n * gib) + (i * 2 + 1) * PAGE_SIZE;

            heap_add_range(at, at + PAGE_SIZE);
        }
}

/* Instructions of `code`, run `times` times, become the row called name. */
#define MEASURE(name, times, code)                      \
    do {                                                \
        CALLGRIND_START_INSTRUMENTATION;                \
        CALLGRIND_ZERO_STATS;                           \
        for (unsigned int i_ = 0; i_ < (times); i_++) { \
            code;                                       \
        }                                               \
        CALLGRIND_DUMP_STATS_AT(name);                  \
        CALLGRIND_STOP_INSTRUMENTATION;                 \
    } while (0)

static void alloc_free(unsigned int order)
{
    struct page_info *pg = alloc_domheap_pages(d, order, 0);

    if (!pg)
        abort();
    free_domheap_pages(pg, order);
}

static void populate(unsigned int order)
{
    for (unsigned long i = 0; i < GIB_PAGES >> order; i++)
        if (!alloc_domheap_pages(d, order, 0))
            abort();
}

static void relinquish(void)
{
    domain_pages_mark_dying(d);
    while (domain_pages_relinquish(d))
        ;
}

static void measure_blocks(void)
{
    machine(2, 8);
    fill(2, 8);
    MEASURE("order-0 pristine", 20, alloc_free(0));
    MEASURE("order-9", 20, alloc_free(9));
    MEASURE("order-18", 2, alloc_free(18));

    /* Warm: a single frame is there, and its buddy is in use. */
    alloc_domheap_page(d, 0);
    MEASURE("order-0 warm", 100, alloc_free(0));
    claim_stake(d, &(struct memory_claim_entry){100000, NUMA_NO_NODE}, 1);
    MEASURE("order-0 warm claimed", 100, alloc_free(0));
    claim_release(d);
    claim_stake(d, &(struct memory_claim_entry){100000, 0}, 1);
    MEASURE("order-0 warm claimed on node", 100, alloc_free(0));
}

static void measure_populations(void)
{
    machine(2, 8);
    fill(2, 8);
    MEASURE("populate order-9", 1, populate(9));
    MEASURE("relinquish order-9", 1, relinquish());
    d = host_domain_create(2, ~0UL);
    MEASURE("populate order-0", 1, populate(0));
    MEASURE("relinquish order-0", 1, relinquish());
}

static void measure_stake(const char *name, unsigned long pages, nodeid_t node)
{
    const struct memory_claim_entry e = {pages, node};
    int rc = 0;

    MEASURE(name, 20, rc |= claim_stake(d, &e, 1); claim_release(d));
    if (rc)
        abort();
}

static void stake_on_all(unsigned int nodes)
{
    struct memory_claim_entry all[MAX_NUMNODES];

    for (unsigned int n = 0; n < nodes; n++)
        all[n] = (struct memory_claim_entry){1000, (nodeid_t)n};
    CALLGRIND_ZERO_STATS;
    if (claim_stake(d, all, nodes))
        abort();
    claim_release(d);
}

static void measure_claims(void)
{
    machine(8, 160);
    fill(8, 160);
    measure_stake("claim 1 page", 1, NUMA_NO_NODE);
    measure_stake("claim 1 GiB", GIB_PAGES, NUMA_NO_NODE);
    measure_stake("claim 1 TiB", GIB_PAGES << 10, NUMA_NO_NODE);
    measure_stake("claim a node", 1000, 3);
    MEASURE("claim 8 nodes", 1, stake_on_all(8));
}

static void refuse(void)
{
    if (alloc_domheap_pages(d, 9, 0))
        abort();
}

static void measure_refusals(void)
{
    static const char *const names[] = {"refused 1 node", "refused 2 nodes", "refused 4 nodes",
                                        "refused 8 nodes"};

    for (unsigned int i = 0; i < 4; i++) {
        machine(1u << i, 1);
        fill_fragmented(1u << i, 1, 10000);
        MEASURE(names[i], 20, refuse());
    }
}

static void measure_snapshot(void)
{
    static struct heap_info host;
    static struct heap_node_info nodes[MAX_NUMNODES];

    machine(8, 1);
    fill(8, 1);
    MEASURE("read-out", 20, heap_snapshot(&host, NULL));
    MEASURE("read-out by node", 20, heap_snapshot(&host, nodes));
}

static void measure_offlining(void)
{
    unsigned long mfn = (GB(4) >> PAGE_SHIFT) + 1000001;
    uint32_t status;

    machine(1, 32);
    fill_fragmented(1, 32, 32 * GIB_PAGES / 2);
    MEASURE("offline", 1, page_offline(_mfn(mfn), false, &status));
    if (!(status & PG_OFFLINE_OFFLINED))
        abort();
}

/* --- two CPUs at once, in time: natively --- */

#define PAIRS 200000

static void churn(unsigned int cpu)
{
    struct domain *mine = domain_find((domid_t)(cpu + 1));

    for (unsigned int i = 0; i < PAIRS; i++) {
        struct page_info *pg = alloc_domheap_page(mine, MEMF_no_scrub);

        free_domheap_page(pg);
    }
}

static double seconds_for(unsigned int cpus)
{
    struct timespec from, to;

    clock_gettime(CLOCK_MONOTONIC, &from);
    host_run_cpus(cpus, churn);
    clock_gettime(CLOCK_MONOTONIC, &to);

    return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

static void time_threads(void)
{
    machine(2, 8);
    fill(2, 8);
    host_domain_create(2, ~0UL);
    printf("one thread %.0f\n", seconds_for(1) * 1e9 / PAIRS);
    printf("two threads %.0f\n", seconds_for(2) * 1e9 / (2 * PAIRS));
}

/* The host's zeroing would drown what is measured. */
void clear_page(void *va)
{
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        time_threads();
        return 0;
    }
    measure_blocks();
    measure_populations();
    measure_claims();
    measure_refusals();
    measure_snapshot();
    measure_offlining();

    return 0;
}
