/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host's NUMA nodes: which memory and which CPUs they have, and how far they are apart.
 *
 * Without firmware tables there is node 0 with everything.  The first node that firmware names
 * takes its place; memory that no range covers then counts as the first node's.
 */
#include <xen/cpumask.h>
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/numa.h>
#include <xen/printk.h>
#include <xen/string.h>

#define RANGES_MAX 256

struct numa_range {
    paddr_t start, end;
    nodeid_t node;
};

nodemask_t node_online_map = {{1}};

static bool is_told;                         /* by firmware: node 0 is not a stopgap any more */
static struct numa_range ranges[RANGES_MAX]; /* sorted, apart from each other */
static unsigned int range_count;
nodeid_t numa_cpu_node[NR_CPUS];
static cpumask_t cpus_told;
static uint8_t distances[MAX_NUMNODES][MAX_NUMNODES]; /* 0: not told */

/* By distance from each node; NUMA_NO_NODE ends a row. */
nodeid_t numa_order[MAX_NUMNODES][MAX_NUMNODES + 1] = {{0, NUMA_NO_NODE}};

uint8_t numa_distance(nodeid_t from, nodeid_t to)
{
    if (!node_online(from) || !node_online(to))
        return NUMA_NO_DISTANCE;
    if (distances[from][to])
        return distances[from][to];

    return from == to ? NUMA_LOCAL_DISTANCE : NUMA_REMOTE_DISTANCE;
}

/* Insertion keeps nodes of equal distance in the order of their numbers. */
static void sort_row(nodeid_t from)
{
    nodeid_t *row = numa_order[from];
    unsigned int count = 0, node;

    for_each_online_node (node) {
        uint8_t distance = numa_distance(from, (nodeid_t)node);
        unsigned int i = count++;

        for (; i > 0 && numa_distance(from, row[i - 1]) > distance; i--)
            row[i] = row[i - 1];
        row[i] = (nodeid_t)node;
    }
    row[count] = NUMA_NO_NODE;
}

static nodeid_t first_node(void)
{
    return (nodeid_t)bitmap_find_set(node_online_map.bits, MAX_NUMNODES, 0);
}

static void node_set_online(nodeid_t node)
{
    unsigned int row;

    if (is_told && node_online(node))
        return;
    if (!is_told)
        memset(&node_online_map, 0, sizeof(node_online_map));
    is_told = true;
    nodemask_set(&node_online_map, node);

    for (row = 0; row < MAX_NUMNODES; row++)
        sort_row((nodeid_t)row);
    for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
        if (!cpumask_test(&cpus_told, cpu))
            numa_cpu_node[cpu] = first_node();
}

int numa_add_memory(nodeid_t node, paddr_t start, paddr_t end)
{
    unsigned int i = range_count;

    if (node >= MAX_NUMNODES || start >= end) {
        printk(XENLOG_WARNING "NUMA: node %u, memory %#lx-%#lx: not usable\n", node, start, end);
        return -EINVAL;
    }
    while (i > 0 && ranges[i - 1].start >= start)
        i--;
    if ((i > 0 && ranges[i - 1].end > start) || (i < range_count && ranges[i].start < end)) {
        printk(XENLOG_WARNING "NUMA: node %u, memory %#lx-%#lx: overlaps another range\n", node,
               start, end);
        return -EINVAL;
    }
    if (range_count == RANGES_MAX) {
        printk(XENLOG_WARNING "NUMA: more than %u ranges of memory\n", RANGES_MAX);
        return -EINVAL;
    }
    memmove(&ranges[i + 1], &ranges[i], (range_count - i) * sizeof(ranges[0]));
    ranges[i] = (struct numa_range){start, end, node};
    range_count++;
    node_set_online(node);

    return 0;
}

void numa_set_cpu(unsigned int cpu, nodeid_t node)
{
    if (cpu >= NR_CPUS || node >= MAX_NUMNODES)
        return;
    node_set_online(node);
    numa_cpu_node[cpu] = node;
    cpumask_set(&cpus_told, cpu);
}

void numa_set_distance(nodeid_t from, nodeid_t to, uint8_t distance)
{
    if (from >= MAX_NUMNODES || to >= MAX_NUMNODES)
        return;
    distances[from][to] = distance;
    sort_row(from);
}

/* Firmware contradicts itself: as if it had said nothing. */
void numa_forget(void)
{
    memset(&node_online_map, 0, sizeof(node_online_map));
    nodemask_set(&node_online_map, 0);
    memset(distances, 0, sizeof(distances));
    memset(numa_cpu_node, 0, sizeof(numa_cpu_node));
    memset(&cpus_told, 0, sizeof(cpus_told));
    range_count = 0;
    is_told = false;
    for (unsigned int row = 0; row < MAX_NUMNODES; row++)
        sort_row((nodeid_t)row);
}

nodeid_t numa_range_at(paddr_t addr, paddr_t *end)
{
    *end = ~(paddr_t)0;
    for (unsigned int i = 0; i < range_count; i++) {
        if (addr < ranges[i].start) {
            *end = ranges[i].start;
            break;
        }
        if (addr < ranges[i].end) {
            *end = ranges[i].end;
            return ranges[i].node;
        }
    }
    return first_node();
}

nodeid_t numa_node_of_paddr(paddr_t addr)
{
    paddr_t end;

    return numa_range_at(addr, &end);
}
