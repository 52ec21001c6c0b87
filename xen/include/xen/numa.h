/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * NUMA nodes of the host, as SRAT and SLIT tell them (or one node 0).  Filled while booting, constant after.
 * Node numbers may have holes; a node may have no memory, or no CPU.
 */
#ifndef XEN_NUMA_H
#define XEN_NUMA_H

#include <xen/bitmap.h>

#define MAX_NUMNODES 64
#define NUMA_NO_NODE ((nodeid_t)0xff)
#define NUMA_NO_DISTANCE 0xff

typedef struct {
    DECLARE_BITMAP(bits, MAX_NUMNODES);
} nodemask_t;

extern nodemask_t node_online_map;

static inline bool nodemask_test(const nodemask_t *m, unsigned int node)
{
    return node < MAX_NUMNODES && bitmap_test(m->bits, node);
}

static inline void nodemask_set(nodemask_t *m, unsigned int node)
{
    bitmap_set(m->bits, node);
}

static inline bool node_online(unsigned int node)
{
    return nodemask_test(&node_online_map, node);
}

#define for_each_online_node(node) for_each_set_bit(node, node_online_map.bits, MAX_NUMNODES)

/* The distance of a node to itself, and of what firmware says nothing about. */
#define NUMA_LOCAL_DISTANCE  10
#define NUMA_REMOTE_DISTANCE 20

/* Set-up, from the firmware tables' reader. Addresses in bytes; ranges must not overlap. -EINVAL says why in the log. */
int numa_add_memory(nodeid_t node, paddr_t start, paddr_t end);
void numa_set_cpu(unsigned int cpu, nodeid_t node);
void numa_set_distance(nodeid_t from, nodeid_t to, uint8_t distance);
void numa_forget(void); /* firmware contradicts itself: one node 0 again */

nodeid_t numa_node_of_paddr(paddr_t addr);   /* never NUMA_NO_NODE: memory of no range counts as the first node's */
/* As above; *end: where that answer stops being true (bytes). */
nodeid_t numa_range_at(paddr_t addr, paddr_t *end);

extern nodeid_t numa_cpu_node[];
extern nodeid_t numa_order[MAX_NUMNODES][MAX_NUMNODES + 1];

static inline nodeid_t numa_node_of_cpu(unsigned int cpu)
{
    return numa_cpu_node[cpu];
}

/* All nodes online, the nearest first, ended by NUMA_NO_NODE. */
static inline const nodeid_t *numa_by_distance(nodeid_t from)
{
    return numa_order[from];
}

uint8_t numa_distance(nodeid_t from, nodeid_t to); /* 10 is local; NUMA_NO_DISTANCE unknown */

#endif
