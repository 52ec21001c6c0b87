/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain without privilege that means harm: hypercalls at random, with arguments that are sometimes valid, so that
 * they get past the first checks.  The hypervisor's own checks (ASSERT, heap_check) are the judges; at the end it must
 * still answer.  Left out is only what would end the test: shutting down, and waiting for nothing.
 *
 * machine: smp=1 timeout=300
 * xen: dom0_privileged=no
 * linux: rounds=20000 seed=1
 */
#include <public/event_channel.h>
#include <public/grant_table.h>
#include <public/memory.h>
#include <public/sched.h>
#include <public/vcpu.h>
#include <public/version.h>
#include "guest.h"

/* Memory to play with, beyond this kernel: 64 to 96 MiB. */
#define SANDBOX      0x4000000UL
#define SANDBOX_SIZE 0x2000000UL

static uint64_t state;

static uint64_t random(void) /* xorshift64 */
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static unsigned int below(unsigned int n)
{
    return random() % n;
}

static uint64_t sandbox_address(void)
{
    return SANDBOX + (random() & (SANDBOX_SIZE - 1) & ~7UL);
}

/* A value of a kind that some call may like. */
static uint64_t value(void)
{
    switch (below(12)) {
    case 0:
        return 0;
    case 1:
        return below(4);
    case 2:
        return below(64);
    case 3:
        return below(5000);
    case 4:
        return DOMID_SELF;
    case 5:
        return sandbox_address();
    case 6:
    case 7:
        return sandbox_address() >> 12;
    case 8:
        return (0x60000000UL >> 12) + below(64); /* frames where nothing is */
    case 9:
        return 0x60000000UL + below(64) * 4096UL;
    case 10:
        return ~0UL >> below(64);
    default:
        return random();
    }
}

/* A page full of such values, in pieces of the sizes that fields have. */
static void fill(uint64_t at)
{
    char *p = (char *)at;

    for (unsigned int i = 0; i < 256;) {
        uint64_t v = value();
        unsigned int size = 1u << below(4);

        i = (i + size - 1) & ~(size - 1);
        memcpy(p + i, &v, size);
        i += size;
    }
}

/* Frames of the kernel itself are its life: what moves or takes frames away may name those of the sandbox only. */
static void fence_memory_op(unsigned long op, uint64_t at)
{
    struct xen_memory_reservation *r = (void *)at;
    struct xen_add_to_physmap *add = (void *)at;
    struct xen_add_to_physmap_batch *batch = (void *)at;
    struct xen_remove_from_physmap *gone = (void *)at;
    xen_pfn_t *frames = (xen_pfn_t *)(SANDBOX + SANDBOX_SIZE);

    for (unsigned int i = 0; i < 512; i++)
        frames[i] = below(8) ? sandbox_address() >> 12 : (0x60000000UL >> 12) + below(4096);
    if (op <= XENMEM_decrease_reservation || op == XENMEM_populate_physmap) {
        r->extent_start.p = frames;
        r->nr_extents = min(r->nr_extents, 512UL);
        r->extent_order = below(8) ? 0 : below(12);
        r->domid = below(8) ? DOMID_SELF : r->domid;
        for (unsigned int i = 0; i < 512; i++)
            frames[i] &= ~0UL << min(r->extent_order, 12u);
    } else if (op == XENMEM_add_to_physmap) {
        add->gpfn = frames[0];
        add->idx = add->space == XENMAPSPACE_gmfn ? frames[1] : add->idx;
    } else if (op == XENMEM_add_to_physmap_batch) {
        batch->gpfns.p = frames;
        batch->idxs.p = (xen_ulong_t *)frames;
    } else if (op == XENMEM_remove_from_physmap) {
        gone->gpfn = frames[0];
    }
}

static void memory(uint64_t at)
{
    unsigned long op = below(32);

    fence_memory_op(op, at);
    memory_op(op | (below(16) ? 0 : random() << 6), at);
}

/* The entries lie where the hypervisor maps the table, or nowhere. */
static void grants(uint64_t at)
{
    struct gnttab_map_grant_ref *map = (void *)at;
    struct gnttab_copy *copy = (void *)at;
    unsigned int op = below(14);

    if (op == GNTTABOP_map_grant_ref)
        map->host_addr = 0x60000000UL + below(4096) * 4096UL;
    if (op == GNTTABOP_copy && !(copy->flags & GNTCOPY_dest_gref))
        copy->dest.u.gmfn = sandbox_address() >> 12;
    grant_table_op(op, at, below(8) ? 1 : below(20));
}

static void table_entry(void)
{
    struct grant_entry_v1 *table = (void *)(SANDBOX + SANDBOX_SIZE + 0x1000);
    unsigned int ref = below(64);

    table[ref].frame = sandbox_address() >> 12;
    table[ref].domid = below(8) ? 0 : below(3);
    table[ref].flags = below(8) ? GTF_permit_access : below(65536);
}

static void vcpus(uint64_t at)
{
    unsigned int op = below(14);

    *(uint64_t *)at = below(4) ? sandbox_address() : value();
    if (op != VCPUOP_down)
        vcpu_op(op, below(8) ? 0 : value(), at);
}

static void one_call(void)
{
    uint64_t at = sandbox_address() & ~0xfffUL;

    /* The page may have been given away, and then faults end the test: it is asked for again. */
    struct xen_memory_reservation r = {.nr_extents = 1, .domid = DOMID_SELF};
    xen_pfn_t frame = at >> 12;

    r.extent_start.p = &frame;
    memory_op(XENMEM_populate_physmap, &r);
    fill(at);
    switch (below(10)) {
    case 0:
    case 1:
        memory(at);
        break;
    case 2:
    case 3:
        event_channel_op(below(16), at);
        break;
    case 4:
    case 5:
        grants(at);
        break;
    case 6:
        table_entry();
        break;
    case 7:
        vcpus(at);
        break;
    case 8:
        hvm_op(below(26), at);
        break;
    default:
        xen_version(below(12), at);
        break;
    }
}

static uint64_t option(const char *name, uint64_t otherwise)
{
    const char *at = strstr(guest_cmdline, name), *end;

    return at ? str_to_u64(at + strlen(name), &end, 0) : otherwise;
}

static void map_table(void)
{
    struct xen_add_to_physmap arg = {.domid = DOMID_SELF, .space = XENMAPSPACE_grant_table};

    arg.gpfn = (SANDBOX + SANDBOX_SIZE + 0x1000) >> 12;
    if (memory_op(XENMEM_add_to_physmap, &arg))
        test_error("the grant table cannot be mapped");
}

void test_main(void)
{
    uint64_t rounds = option("rounds=", 100000);

    state = option("seed=", 1) * 0x9e3779b97f4a7c15UL;
    map_table();
    for (uint64_t i = 0; i < rounds; i++)
        one_call();
    check_equal(xen_version(XENVER_version, 0), 4 << 16 | 17, "after %lu random calls it still answers", rounds);
}
