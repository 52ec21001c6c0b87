/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the heap tells about itself: consistent snapshots for the control interface, and the debug
 * keys.
 */
#include <xen/atomic.h>
#include <xen/domain.h>
#include <xen/keyhandler.h>
#include <xen/lib.h>
#include <xen/printk.h>

#include "heap.h"

void heap_snapshot(struct heap_info *host, struct heap_node_info *nodes)
{
    spin_lock(&heap_lock);
    if (host) {
        host->total = heap.total;
        host->free = heap.avail;
        host->claimed = heap.claimed;
        host->offlined = heap.offlined;
    }
    for (unsigned int node = 0; nodes && node < MAX_NUMNODES; node++) {
        nodes[node].size = heap.node[node].size;
        nodes[node].free = heap.node[node].avail;
        nodes[node].claimed = heap.node[node].claimed;
    }
    spin_unlock(&heap_lock);
}

unsigned long heap_dirty_pages(void)
{
    unsigned long dirty = 0;
    unsigned int node;

    for_each_online_node (node)
        dirty += READ_ONCE(heap.node[node].dirty);

    return dirty;
}

void heap_domain_snapshot(struct domain *d, unsigned long *pages, unsigned long *claimed,
                          unsigned long *host_claim)
{
    spin_lock(&heap_lock);
    for (unsigned int node = 0; node < MAX_NUMNODES; node++) {
        pages[node] = d->mem.node_pages[node];
        claimed[node] = d->mem.claim_node[node];
    }
    *host_claim = d->mem.claim_host;
    spin_unlock(&heap_lock);
}

/* --- debug keys --- */

static void print_node(unsigned int node)
{
    const struct heap_node *n = &heap.node[node];

    printk("  node %u: %lu pages, %lu free (%lu dirty), %lu claimed, %lu the hypervisor's\n", node,
           n->size, n->avail, READ_ONCE(n->dirty), n->claimed, heap_own.node_pages[node]);
}

static void print_claim(const struct domain_pages *mem)
{
    const struct domain *d = container_of(mem, struct domain, mem);

    printk("  d%u: %lu pages of at most %lu, claims %lu: %lu host-wide", d->domain_id,
           mem->tot_pages, mem->max_pages, mem->claim_total, mem->claim_host);
    for (uint64_t nodes = mem->claim_nodes; nodes; nodes &= nodes - 1) {
        int node = __builtin_ctzl(nodes);

        printk(", %lu on node %d", mem->claim_node[node], node);
    }
    printk("\n");
}

static void print_heap(char key)
{
    const struct domain_pages *mem;
    unsigned int node;

    heap_check();
    spin_lock(&heap_lock);
    printk("Heap: %lu pages, %lu free, %lu claimed, %lu offline\n", heap.total, heap.avail,
           heap.claimed, heap.offlined);
    for_each_online_node (node)
        print_node(node);
    printk("Claims, the newest first:%s\n", list_empty(&heap.claimants) ? " none" : "");
    list_for_each_entry (mem, &heap.claimants, claim_list)
        print_claim(mem);
    spin_unlock(&heap_lock);
}

static void print_numa(char key)
{
    struct domain *d;
    unsigned int node, other;

    for_each_online_node (node) {
        printk("Node %u: %lu pages; distances:", node, heap.node[node].size);
        for_each_online_node (other)
            printk(" %u", numa_distance((nodeid_t)node, (nodeid_t)other));
        printk("\n");
    }
    for (d = domain_get_next(0); d;) {
        domid_t next = (domid_t)(d->domain_id + 1);

        printk("d%u: %lu pages;", d->domain_id, d->mem.tot_pages);
        for_each_online_node (node)
            printk(" node %u: %lu", node, d->mem.node_pages[node]);
        printk("\n");
        domain_put(d);
        d = domain_get_next(next);
    }
}

void heap_keys_init(void)
{
    keyhandler_register('m', print_heap, "memory: heap, claims");
    keyhandler_register('u', print_numa, "NUMA: nodes, distances, domains' memory");
}
