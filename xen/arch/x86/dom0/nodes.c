/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * On which NUMA nodes dom0 lives: its memory comes from there, and its vCPUs run on their CPUs.
 *
 * dom0_nodes= says so: `strict` (unless said otherwise) keeps the vCPUs and the amount of memory to
 * them, `relaxed` prefers them.  Without it, dom0 prefers as few nodes as have CPUs and memory
 * enough for it, those next to the boot CPU; a dom0 as large as the host has no preference.
 */
#include <xen/cmdline.h>
#include <xen/errno.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/numa.h>
#include <xen/page_alloc.h>
#include <xen/printk.h>
#include <xen/sched.h>
#include <xen/smp.h>
#include <xen/string.h>
#include "private.h"

static nodemask_t given; /* by dom0_nodes=; empty: nothing is */
static bool is_relaxed;

/* --- dom0_nodes= --- */

static int __init item_parse(const char **s)
{
    const char *end;
    uint64_t node = str_to_u64(*s, &end, 10);

    if (end == *s || node >= MAX_NUMNODES)
        return -EINVAL;
    nodemask_set(&given, node);
    *s = end;
    return 0;
}

static int __init mode_parse(const char *s)
{
    is_relaxed = !strcmp(s, "relaxed");
    return is_relaxed || !strcmp(s, "strict") ? 0 : -EINVAL;
}

static int __init dom0_nodes_parse(const char *s, void *target)
{
    for (;;) {
        if (item_parse(&s))
            break;
        if (!*s)
            return 0;
        if (*s++ != ',')
            break;
        if (!mode_parse(s))
            return 0;
    }
    given = (nodemask_t){};
    return -EINVAL;
}
custom_param(dom0_nodes, "dom0_nodes", "NODE[,NODE...][,strict|relaxed]", dom0_nodes_parse);

static bool __init is_given(void)
{
    return bitmap_weight(given.bits, MAX_NUMNODES) > 0;
}

/* --- what nodes have --- */

static cpumask_t __init cpus_of(const nodemask_t *nodes)
{
    cpumask_t cpus = {};
    unsigned int cpu;

    for_each_online_cpu (cpu)
        if (nodemask_test(nodes, numa_node_of_cpu(cpu)))
            cpumask_set(&cpus, cpu);
    return cpus;
}

static unsigned long __init free_of(const nodemask_t *nodes)
{
    struct heap_node_info info[MAX_NUMNODES];
    unsigned long pages = 0;
    unsigned int node;

    heap_snapshot(NULL, info);
    for_each_set_bit (node, nodes->bits, MAX_NUMNODES)
        pages += info[node].free - info[node].claimed;
    return pages;
}

/* --- where dom0 is --- */

/* After this, what was given exists, and has CPUs. */
void __init dom0_nodes_check(void)
{
    unsigned int node;
    cpumask_t cpus;

    for_each_set_bit (node, given.bits, MAX_NUMNODES)
        if (!node_online(node)) {
            printk(XENLOG_WARNING "dom0_nodes= names node %u, which this host has not\n", node);
            bitmap_clear(given.bits, node);
        }
    cpus = cpus_of(&given);
    if (is_given() && cpumask_empty(&cpus)) {
        printk(XENLOG_WARNING "dom0_nodes= names nodes without CPUs: it is ignored\n");
        given = (nodemask_t){};
    }
}

static const nodemask_t *__init bounds(void)
{
    return is_given() && !is_relaxed ? &given : &node_online_map;
}

unsigned int __init dom0_nodes_cpus(void)
{
    cpumask_t cpus = cpus_of(is_given() ? &given : &node_online_map);

    return cpumask_weight(&cpus);
}

unsigned long __init dom0_nodes_free(void)
{
    return free_of(bounds());
}

static nodemask_t __init nodes_choose(unsigned long pages, unsigned int vcpus)
{
    const nodeid_t *node = numa_by_distance(numa_node_of_cpu(smp_processor_id()));
    nodemask_t nodes = {};

    for (; *node != NUMA_NO_NODE; node++) {
        cpumask_t cpus;

        nodemask_set(&nodes, *node);
        cpus = cpus_of(&nodes);
        if (free_of(&nodes) >= pages && cpumask_weight(&cpus) >= vcpus)
            break;
    }
    return nodes;
}

void __init dom0_nodes_settle(struct dom0 *dom0, unsigned long pages)
{
    nodemask_t nodes = is_given() ? given : nodes_choose(pages, dom0->d->max_vcpus);

    if (memcmp(&nodes, &node_online_map, sizeof(nodes)))
        dom0->d->mem.node_affinity = nodes;
}

void __init dom0_nodes_place_vcpus(struct dom0 *dom0)
{
    cpumask_t cpus = cpus_of(&dom0->d->mem.node_affinity);
    struct vcpu *v;

    if (cpumask_empty(&cpus))
        return;
    for_each_vcpu (dom0->d, v) {
        int rc = is_given() && !is_relaxed ? vcpu_set_hard_affinity(v, &cpus)
                                           : vcpu_set_soft_affinity(v, &cpus);

        if (rc)
            panic("dom0: vCPU %u cannot be placed: error %d", v->vcpu_id, rc);
    }
}
