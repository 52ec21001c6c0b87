/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * On which nodes a guest lives.
 *
 * Memory decides first, and memory that others have claimed does not count.  The choice itself is a
 * pure function, so that it can be tested on hosts that nobody has.
 */
#include <stdlib.h>
#include <string.h>

#include <xenguest.h>

#include "internal.h"

/* ---- The choice ---- */

/* Every set is looked at on hosts of up to this many nodes; on larger ones, the emptiest nodes win.
 */
#define NUMA_SEARCH_MAX 12

struct candidate {
    uint64_t set;
    uint64_t free_kb;
    unsigned int cpus, vcpus;
};

static struct candidate candidate_of(const struct numa_node *nodes, unsigned int nr, uint64_t set)
{
    struct candidate c = {set};

    for (unsigned int i = 0; i < nr; i++) {
        if (!(set >> i & 1))
            continue;
        c.free_kb += nodes[i].free_kb;
        c.cpus += nodes[i].cpus;
        c.vcpus += nodes[i].vcpus;
    }
    return c;
}

/* Less load per CPU first, then more free memory, then the lower nodes. */
static bool candidate_better(const struct candidate *a, const struct candidate *b)
{
    uint64_t load_a = (uint64_t)a->vcpus * b->cpus, load_b = (uint64_t)b->vcpus * a->cpus;

    if (!a->cpus != !b->cpus)
        return a->cpus != 0;
    if (load_a != load_b)
        return load_a < load_b;
    if (a->free_kb != b->free_kb)
        return a->free_kb > b->free_kb;
    return a->set < b->set;
}

/* The best set of count nodes with enough memory and CPUs; an empty set when there is none. */
static uint64_t best_of_size(const struct numa_node *nodes, unsigned int nr, uint64_t allowed,
                             unsigned int count, uint64_t need_kb, unsigned int cpus)
{
    struct candidate best = {0};

    for (uint64_t set = 1; set < 1ULL << nr; set++) {
        struct candidate c;

        if ((set & ~allowed) || (unsigned int)__builtin_popcountll(set) != count)
            continue;
        c = candidate_of(nodes, nr, set);
        if (c.free_kb >= need_kb && c.cpus >= cpus && (!best.set || candidate_better(&c, &best)))
            best = c;
    }
    return best.set;
}

static uint64_t emptiest_nodes(const struct numa_node *nodes, unsigned int nr, uint64_t allowed,
                               uint64_t need_kb, unsigned int cpus)
{
    uint64_t set = 0;
    struct candidate c = {0};

    while (c.free_kb < need_kb || c.cpus < cpus) {
        int best = -1;

        for (unsigned int i = 0; i < nr; i++)
            if ((allowed & ~set) >> i & 1 && (best < 0 || nodes[i].free_kb > nodes[best].free_kb))
                best = i;
        if (best < 0)
            return 0;
        set |= 1ULL << best;
        c = candidate_of(nodes, nr, set);
    }
    return set;
}

static uint64_t choose_set(const struct numa_node *nodes, unsigned int nr, uint64_t allowed,
                           uint64_t need_kb, unsigned int cpus)
{
    if (nr > NUMA_SEARCH_MAX)
        return emptiest_nodes(nodes, nr, allowed, need_kb, cpus);
    for (unsigned int count = 1; count <= nr; count++) {
        uint64_t set = best_of_size(nodes, nr, allowed, count, need_kb, cpus);

        if (set)
            return set;
    }
    return 0;
}

unsigned int numa_choose(const struct numa_node *nodes, unsigned int nr, uint64_t allowed,
                         uint64_t need_kb, unsigned int vcpus, unsigned int *chosen)
{
    uint64_t set;
    unsigned int count = 0;

    if (nr > NUMA_NODES_MAX)
        nr = NUMA_NODES_MAX;
    set = choose_set(nodes, nr, allowed, need_kb, vcpus);
    if (!set)
        set = choose_set(nodes, nr, allowed, need_kb, 0); /* more vCPUs than CPUs: memory decides */
    for (unsigned int i = 0; i < nr; i++)
        if (set >> i & 1)
            chosen[count++] = i;
    return count;
}

/* ---- The host as it is ---- */

/* What the hypervisor may take of a node for itself until the claim is staked. */
#define MARGIN_KB 2048

/* Each vCPU counts on every node where it may run at best: its soft affinity, within the hard one.
 */
static void count_vcpus(libxl_ctx *ctx, struct numa_node *nodes, unsigned int nr,
                        const libxl_cputopology *cpu, int nr_cpus)
{
    int nr_doms, nr_vcpus, unused;
    libxl_dominfo *doms = libxl_list_domain(ctx, &nr_doms);

    for (int d = 0; doms && d < nr_doms; d++) {
        libxl_vcpuinfo *vcpus = libxl_list_vcpu(ctx, doms[d].domid, &nr_vcpus, &unused);

        for (int v = 0; vcpus && v < nr_vcpus; v++) {
            uint64_t home = 0;

            for (int c = 0; c < nr_cpus; c++)
                if (cpu[c].node < nr && libxl_bitmap_test(&vcpus[v].cpumap, c) &&
                    libxl_bitmap_test(&vcpus[v].cpumap_soft, c))
                    home |= 1ULL << cpu[c].node;
            for (unsigned int n = 0; n < nr; n++)
                nodes[n].vcpus += home >> n & 1;
        }
        if (vcpus)
            libxl_vcpuinfo_list_free(vcpus, nr_vcpus);
    }
    if (doms)
        libxl_dominfo_list_free(doms, nr_doms);
}

/* Claims that name a node are taken off it; host-wide ones may end anywhere, and stay out of this.
 */
static unsigned int read_nodes(libxl_ctx *ctx, struct numa_node *nodes)
{
    int nr, nr_cpus;
    libxl_numainfo *info = libxl_get_numainfo(ctx, &nr);
    libxl_cputopology *cpu = libxl_get_cpu_topology(ctx, &nr_cpus);

    if (!info || !cpu)
        nr = 0;
    if (nr > NUMA_NODES_MAX)
        nr = NUMA_NODES_MAX;
    memset(nodes, 0, NUMA_NODES_MAX * sizeof(*nodes));
    for (int i = 0; i < nr; i++)
        if (info[i].size != LIBXL_NUMAINFO_INVALID_ENTRY && info[i].free / 1024 > MARGIN_KB)
            nodes[i].free_kb = info[i].free / 1024 - MARGIN_KB;
    for (int c = 0; nr && c < nr_cpus; c++)
        if (cpu[c].node < (unsigned int)nr)
            nodes[cpu[c].node].cpus++;
    if (nr > 1)
        count_vcpus(ctx, nodes, nr, cpu, nr_cpus);
    libxl_numainfo_list_free(info, info ? nr : 0);
    libxl_cputopology_list_free(cpu, nr_cpus);
    return nr;
}

/* ---- The guest ---- */

/* The memory in equal parts, less where a node has less; what rounding leaves goes to the first. */
static void share_memory(uint64_t pages, const struct numa_node *nodes, const unsigned int *chosen,
                         unsigned int count, struct xc_dom_vnode *out)
{
    uint64_t left = pages;

    for (unsigned int i = 0; i < count; i++) {
        uint64_t even = pages / count, room = nodes[chosen[i]].free_kb / KB_PER_PAGE;

        out[i].pnode = chosen[i];
        out[i].pages = even < room ? even : room;
        left -= out[i].pages;
    }
    for (unsigned int i = 0; i < count && left; i++) {
        uint64_t room = nodes[chosen[i]].free_kb / KB_PER_PAGE, more;

        more = room > out[i].pages ? room - out[i].pages : 0;
        more = more < left ? more : left;
        out[i].pages += more;
        left -= more;
    }
    out[0].pages += left;
}

/* vCPUs prefer the CPUs beside their memory; those that the configuration pins stay as they are. */
static int prefer_nodes(libxl_ctx *ctx, uint32_t domid, const libxl_domain_build_info *info,
                        const unsigned int *chosen, unsigned int count)
{
    libxl_bitmap nodemap = {0}, cpumap = {0};
    int rc = libxl_node_bitmap_alloc(ctx, &nodemap, 0);

    if (!rc)
        rc = libxl_cpu_bitmap_alloc(ctx, &cpumap, 0);
    for (unsigned int i = 0; !rc && i < count; i++)
        libxl_bitmap_set(&nodemap, chosen[i]);
    if (!rc)
        rc = libxl_domain_set_nodeaffinity(ctx, domid, &nodemap);
    if (!rc && !info->num_vcpu_soft_affinity)
        rc = libxl_nodemap_to_cpumap(ctx, &nodemap, &cpumap);
    if (!rc && !info->num_vcpu_soft_affinity && !libxl_bitmap_is_empty(&cpumap))
        rc = libxl_set_vcpuaffinity_all(ctx, domid, info->max_vcpus, NULL, &cpumap);
    libxl_bitmap_dispose(&nodemap);
    libxl_bitmap_dispose(&cpumap);
    return rc;
}

/* Nodes that the configuration leaves open: those of the CPUs that it pins the guest to, or all. */
static uint64_t allowed_nodes(libxl_ctx *ctx, const libxl_domain_build_info *info)
{
    libxl_bitmap nodemap = {0};
    uint64_t allowed = 0;
    int node;

    libxl_for_each_set_bit(node, info->nodemap)
    {
        if (node < NUMA_NODES_MAX)
            allowed |= 1ULL << node;
    }
    if (allowed || !info->num_vcpu_hard_affinity || libxl_node_bitmap_alloc(ctx, &nodemap, 0))
        return allowed ? allowed : ~0ULL;
    for (int v = 0; v < info->num_vcpu_hard_affinity; v++) {
        if (libxl_cpumap_to_nodemap(ctx, &info->vcpu_hard_affinity[v], &nodemap))
            continue;
        libxl_for_each_set_bit(node, nodemap)
        {
            if (node < NUMA_NODES_MAX)
                allowed |= 1ULL << node;
        }
    }
    libxl_bitmap_dispose(&nodemap);
    return allowed ? allowed : ~0ULL;
}

static unsigned int vnuma_nodes(const libxl_domain_build_info *info, struct xc_dom_vnode *vnodes)
{
    for (int i = 0; i < info->num_vnuma_nodes; i++) {
        vnodes[i].pages = info->vnuma_nodes[i].memkb / KB_PER_PAGE;
        vnodes[i].pnode = info->vnuma_nodes[i].pnode;
    }
    return info->num_vnuma_nodes;
}

/* Nodes named by claim_nodes: what they say, and the rest shared by those that say nothing. */
static unsigned int wanted_nodes(const libxl_domain_build_info *info, struct xc_dom_vnode *vnodes)
{
    uint64_t left = info->target_memkb / KB_PER_PAGE;
    unsigned int open = 0, nr = info->num_claim_nodes;

    for (unsigned int i = 0; i < nr; i++) {
        uint64_t pages = info->claim_nodes[i].memkb / KB_PER_PAGE;

        vnodes[i].pnode = info->claim_nodes[i].node;
        vnodes[i].pages = pages < left ? pages : left;
        left -= vnodes[i].pages;
        open += !pages;
    }
    for (unsigned int i = 0; i < nr; i++) {
        if (info->claim_nodes[i].memkb)
            continue;
        vnodes[i].pages = left / open;
        left -= vnodes[i].pages;
        open--;
    }
    if (left) {
        vnodes[nr].pages = left;
        vnodes[nr++].pnode = XEN_DOMCTL_CLAIM_MEMORY_NO_NODE;
    }
    return nr;
}

int numa_place(libxl_ctx *ctx, uint32_t domid, const libxl_domain_build_info *info,
               struct xc_dom_vnode *vnodes, unsigned int *nr_vnodes)
{
    struct numa_node nodes[NUMA_NODES_MAX];
    unsigned int chosen[NUMA_NODES_MAX], nr, count;

    *nr_vnodes = 0;
    if (info->num_vnuma_nodes) {
        *nr_vnodes = vnuma_nodes(info, vnodes);
        return 0;
    }
    if (info->num_claim_nodes) {
        *nr_vnodes = wanted_nodes(info, vnodes);
        return 0;
    }
    if (!libxl_defbool_val(info->numa_placement))
        return 0;
    nr = read_nodes(ctx, nodes);
    if (nr < 2)
        return 0;
    count = numa_choose(nodes, nr, allowed_nodes(ctx, info), info->target_memkb, info->max_vcpus,
                        chosen);
    if (!count) {
        LOG(ctx, DEBUG, "domain %u: no set of nodes has enough memory free; placing it anywhere",
            domid);
        return 0;
    }
    share_memory(info->target_memkb / KB_PER_PAGE, nodes, chosen, count, vnodes);
    for (unsigned int i = 0; i < count; i++)
        LOG(ctx, DETAIL, "domain %u: %llu MiB on node %u", domid,
            (unsigned long long)vnodes[i].pages * KB_PER_PAGE / 1024, chosen[i]);
    *nr_vnodes = count;
    return prefer_nodes(ctx, domid, info, chosen, count);
}
