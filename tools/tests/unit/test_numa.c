/* SPDX-License-Identifier: GPL-2.0-only */
/* What firmware tells of NUMA nodes, and what is made of it. */
// Sources: common/numa.c
#include <xen/cpumask.h>
#include <xen/errno.h>
#include <xen/numa.h>

#include "unit.h"

UNIT_TEST(untold, "Without tables there is node 0, with all memory and all CPUs.")
{
    paddr_t end;

    CHECK(node_online(0) && !node_online(1));
    CHECK_EQ(numa_node_of_paddr(GB(5)), 0);
    CHECK_EQ(numa_range_at(0, &end), 0);
    CHECK_EQ(end, ~0ULL);
    CHECK_EQ(numa_node_of_cpu(5), 0);
    CHECK_EQ(numa_by_distance(0)[0], 0);
    CHECK_EQ(numa_by_distance(0)[1], NUMA_NO_NODE);
}

UNIT_TEST(ranges,
          "Memory belongs to the node that names it; what no range covers, to the first node.")
{
    paddr_t end;

    CHECK_EQ(numa_add_memory(4, GB(2), GB(4)), 0);
    CHECK_EQ(numa_add_memory(2, 0, GB(1)), 0);
    CHECK(!node_online(0));
    CHECK_EQ(numa_range_at(MB(5), &end), 2);
    CHECK_EQ(end, GB(1));
    CHECK_EQ(numa_range_at(GB(1), &end), 2); /* the hole */
    CHECK_EQ(end, GB(2));
    CHECK_EQ(numa_range_at(GB(3), &end), 4);
    CHECK_EQ(numa_range_at(GB(9), &end), 2);
    CHECK_EQ(numa_node_of_cpu(0), 2); /* not a node that does not exist */
}

UNIT_TEST(bad_ranges,
          "Overlapping, empty and impossible ranges are refused, and leave what is there.")
{
    CHECK_EQ(numa_add_memory(0, GB(1), GB(2)), 0);
    CHECK_EQ(numa_add_memory(1, GB(1), GB(2)), -EINVAL);
    CHECK_EQ(numa_add_memory(1, 0, GB(1) + 1), -EINVAL);
    CHECK_EQ(numa_add_memory(1, GB(2) - 1, GB(3)), -EINVAL);
    CHECK_EQ(numa_add_memory(1, 0, GB(9)), -EINVAL);
    CHECK_EQ(numa_add_memory(1, GB(5), GB(5)), -EINVAL);
    CHECK_EQ(numa_add_memory(64, GB(5), GB(6)), -EINVAL);
    CHECK(!node_online(1));
    numa_forget();
    CHECK(node_online(0));
    CHECK_EQ(numa_add_memory(1, GB(1), GB(2)), 0);
    CHECK(!node_online(0));
}

UNIT_TEST(distances,
          "The nearest nodes come first, equal ones by number; unknown distances are remote.")
{
    const nodeid_t *order;

    for (nodeid_t n = 0; n < 4; n++)
        numa_add_memory(n, GB(n), GB(n + 1));
    CHECK_EQ(numa_distance(1, 1), 10);
    CHECK_EQ(numa_distance(1, 3), 20);
    CHECK_EQ(numa_distance(1, 9), NUMA_NO_DISTANCE);
    numa_set_distance(1, 3, 15);
    order = numa_by_distance(1);
    CHECK_EQ(order[0], 1);
    CHECK_EQ(order[1], 3);
    CHECK_EQ(order[2], 0);
    CHECK_EQ(order[3], 2);
    CHECK_EQ(order[4], NUMA_NO_NODE);
}

UNIT_TEST(cpus, "A node may have CPUs and no memory; a CPU or node out of range is ignored.")
{
    CHECK_EQ(numa_add_memory(0, 0, GB(1)), 0);
    numa_set_cpu(3, 5);
    CHECK(node_online(5));
    CHECK_EQ(numa_node_of_cpu(3), 5);
    CHECK_EQ(numa_by_distance(5)[0], 5);
    numa_set_cpu(NR_CPUS, 1);
    numa_set_cpu(1, 64);
    CHECK(!node_online(1));
}
