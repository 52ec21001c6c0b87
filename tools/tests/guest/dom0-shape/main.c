/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How large dom0 is and where it lives: its memory, in total and by its memory map, its limit, its
 * vCPUs, its nodes and its vCPUs' affinities are as words of the command line say (the boot matrix
 * has a row for each option that decides on them):
 *
 *     least=MIB most=MIB   its memory, less a page or two that reserved ranges cost
 *     limit=MIB            how far it may grow
 *     vcpus=N nodes=MASK hard=MASK soft=MASK
 *
 *     machine: smp=4 nodes=2 mem=1024
 *     xen: dom0_nodes=1
 *     linux: least=127 most=128 vcpus=2 nodes=2 hard=0xc
 */
#include <public/domctl.h>
#include "guest.h"

#define NODES_MAX 64
#define MIB_PAGES 256

/* Whether the word is there, and its value. */
static bool word(const char *name, uint64_t *value)
{
    const char *at = strstr(guest_cmdline, name), *end;

    if (at)
        *value = str_to_u64(at + strlen(name), &end, 0);
    return at != NULL;
}

static struct xen_domctl ask(uint32_t cmd, struct xen_domctl op)
{
    op.cmd = cmd;
    op.interface_version = XEN_DOMCTL_INTERFACE_VERSION;
    op.domain = 0;
    if (domctl(&op))
        test_error("domctl %u fails", cmd);
    return op;
}

static uint64_t ram_by_map(void)
{
    const struct hvm_memmap_table_entry *map = (void *)guest_start_info->memmap_paddr;
    uint64_t pages = 0;

    for (uint32_t i = 0; i < guest_start_info->memmap_entries; i++)
        if (map[i].type == XEN_HVM_MEMMAP_TYPE_RAM || map[i].type == XEN_HVM_MEMMAP_TYPE_ACPI)
            pages += map[i].size >> 12;
    return pages;
}

/* The map also has the firmware's ACPI tables, which are no pages of dom0's. */
static void check_amount(const struct xen_domctl_getdomaininfo *info)
{
    uint64_t least, most, limit;

    if (word("least=", &least))
        check(info->tot_pages >= least * MIB_PAGES, "%lu pages are %lu MiB or more",
              info->tot_pages, least);
    if (word("most=", &most))
        check(info->tot_pages <= most * MIB_PAGES, "%lu pages are %lu MiB or less", info->tot_pages,
              most);
    if (word("limit=", &limit))
        check_equal(info->max_pages, limit * MIB_PAGES, "it may grow to %lu MiB", limit);
    check(ram_by_map() >= info->tot_pages, "its memory map has all of it: %lu pages", ram_by_map());
}

static void check_nodes(uint64_t total)
{
    struct xen_node_pages on[NODES_MAX] = {};
    struct xen_domctl op = {
        .u.get_node_pages = {.nodes = {.p = on}, .num_nodes = ARRAY_SIZE(on)},
    };
    uint64_t nodes, sum = 0;

    op = ask(XEN_DOMCTL_get_node_pages, op);
    if (!word("nodes=", &nodes))
        return;
    for (unsigned int i = 0; i < op.u.get_node_pages.num_nodes; i++)
        if (nodes >> i & 1)
            sum += on[i].pages;
    check_equal(sum, total, "all its pages are on nodes %#lx", nodes);
}

static void check_affinity(unsigned int vcpu)
{
    uint8_t map[2][16] = {};
    struct xen_domctl op = {
        .u.vcpuaffinity =
            {
                .vcpu = vcpu,
                .flags = XEN_VCPUAFFINITY_HARD | XEN_VCPUAFFINITY_SOFT,
                .cpumap_hard = {.bitmap = {.p = map[0]}, .nr_bits = 128},
                .cpumap_soft = {.bitmap = {.p = map[1]}, .nr_bits = 128},
            },
    };
    uint64_t hard, soft;

    ask(XEN_DOMCTL_getvcpuaffinity, op);
    if (word("hard=", &hard))
        check_equal(map[0][0], hard, "vCPU %u is bound to CPUs %#lx", vcpu, hard);
    if (word("soft=", &soft))
        check_equal(map[1][0], soft, "vCPU %u prefers CPUs %#lx", vcpu, soft);
}

void test_main(void)
{
    struct xen_domctl op = ask(XEN_DOMCTL_getdomaininfo, (struct xen_domctl){});
    const struct xen_domctl_getdomaininfo *info = &op.u.getdomaininfo;
    uint64_t vcpus;

    check_amount(info);
    check_nodes(info->tot_pages);
    if (word("vcpus=", &vcpus))
        check_equal(info->max_vcpu_id + 1, vcpus, "it has %lu vCPUs", vcpus);
    for (unsigned int i = 0; i <= info->max_vcpu_id; i++)
        check_affinity(i);
}
