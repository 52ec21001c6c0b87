/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain that means harm: hypercalls at random, alone and several in one, with arguments that are sometimes valid,
 * so that they get past the first checks.  The hypervisor's own checks (ASSERT, heap_check) are the judges; at the end
 * it must still answer.  Left out is only what would end the test: shutting down, waiting for nothing, and giving this
 * kernel's own pages away.
 *
 * It runs as a dom0 without privilege, and as a domain beside dom0: see hostile-guest.  The same seed makes the same
 * calls.
 *
 * machine: smp=1 timeout=300
 * xen: dom0_privileged=no
 * linux: rounds=20000 seed=1
 */
#include <public/domctl.h>
#include <public/event_channel.h>
#include <public/grant_table.h>
#include <public/memory.h>
#include <public/sched.h>
#include <public/sysctl.h>
#include <public/vcpu.h>
#include <public/version.h>
#include "guest.h"
#include "hostile.h"

struct call {
    unsigned long number, arg[3];
};

#define CALL(nr, a, b, c) ((struct call){(nr), {(unsigned long)(a), (unsigned long)(b), (unsigned long)(c)}})

static bool is_hardware; /* some calls reach the machine, or the log that we are judged by */
static uint64_t state;
static domid_t own_domid;

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

/* As an address or a frame, v may not name this kernel, which must live to the end. */
static uint64_t spared(uint64_t v)
{
    extern char guest_end[];
    uint64_t first = 0x1ff, last = (unsigned long)guest_end >> 12;
    uint64_t page = v >> 12;

    return (v >= first && v <= last) || (page >= first && page <= last) ? sandbox_address() >> 12 : v;
}

/* A value of a kind that some call may like. */
static uint64_t any_value(void)
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
        return (NOTHING >> 12) + below(64); /* frames where nothing is */
    case 9:
        return NOTHING + below(64) * 4096UL;
    case 10:
        return ~0UL >> below(64);
    default:
        return random();
    }
}

static uint64_t value(void)
{
    return spared(any_value());
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

/* 256 frames go out, others come in. */
static void fence_exchange(struct xen_memory_exchange *e, xen_pfn_t *frames)
{
    e->in.extent_start.p = frames;
    e->out.extent_start.p = frames + 256;
    e->in.nr_extents = below(256);
    e->out.nr_extents = below(8) ? e->in.nr_extents : below(256);
    e->in.extent_order = e->out.extent_order = 0;
    e->in.domid = e->out.domid = below(8) ? DOMID_SELF : value();
    e->nr_exchanged = below(8) ? 0 : value();
}

/* Frames of the kernel itself are its life: what moves or takes frames away may name those of the sandbox only. */
static void fence_memory_op(unsigned long op, uint64_t at)
{
    struct xen_memory_reservation *r = (void *)at;
    struct xen_add_to_physmap *add = (void *)at;
    struct xen_add_to_physmap_batch *batch = (void *)at;
    struct xen_remove_from_physmap *gone = (void *)at;
    xen_pfn_t *frames = (xen_pfn_t *)FRAME_LIST;

    for (unsigned int i = 0; i < 512; i++)
        frames[i] = below(8) ? sandbox_address() >> 12 : (NOTHING >> 12) + below(4096);
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
    } else if (op == XENMEM_exchange) {
        fence_exchange((void *)at, frames);
    }
}

/* Nor may results fall upon it. */
static void fence_results(unsigned long op, uint64_t at)
{
    struct xen_memory_map *map = (void *)at;
    struct xen_add_to_physmap_batch *batch = (void *)at;
    struct xen_vnuma_topology_info *vnuma = (void *)at;

    if (op == XENMEM_memory_map)
        map->buffer.p = (void *)spared((uint64_t)map->buffer.p);
    if (op == XENMEM_add_to_physmap_batch)
        batch->errs.p = (void *)spared((uint64_t)batch->errs.p);
    if (op == XENMEM_get_vnumainfo) {
        vnuma->vdistance.pad = spared(vnuma->vdistance.pad);
        vnuma->vcpu_to_vnode.pad = spared(vnuma->vcpu_to_vnode.pad);
        vnuma->vmemrange.pad = spared(vnuma->vmemrange.pad);
    }
}

static struct call memory(uint64_t at)
{
    unsigned long op = below(32);

    fence_memory_op(op, at);
    fence_results(op, at);
    return CALL(__HYPERVISOR_memory_op, op | (below(16) ? 0 : random() << 6), at, 0);
}

static struct call events(uint64_t at)
{
    struct evtchn_init_control *control = (void *)at;
    struct evtchn_expand_array *array = (void *)at;
    unsigned int op = below(16);

    if (op == EVTCHNOP_init_control)
        control->control_gfn = spared(control->control_gfn);
    if (op == EVTCHNOP_expand_array)
        array->array_gfn = spared(array->array_gfn);
    return CALL(__HYPERVISOR_event_channel_op, op, at, 0);
}

/* The entries lie where the hypervisor maps the table, or nowhere. */
static struct call grants(uint64_t at)
{
    struct gnttab_map_grant_ref *map = (void *)at;
    struct gnttab_copy *copy = (void *)at;
    unsigned int op = below(14);

    if (op == GNTTABOP_map_grant_ref)
        map->host_addr = NOTHING + below(4096) * 4096UL;
    if (op == GNTTABOP_copy && !(copy->flags & GNTCOPY_dest_gref))
        copy->dest.u.gmfn = sandbox_address() >> 12;
    return CALL(__HYPERVISOR_grant_table_op, op, at, op == GNTTABOP_copy || below(8) ? 1 : below(20));
}

static void table_entry(void)
{
    struct grant_entry_v1 *table = (void *)GRANT_TABLE;
    unsigned int ref = below(64);

    table[ref].frame = sandbox_address() >> 12;
    table[ref].domid = below(8) ? own_domid : below(3);
    table[ref].flags = below(8) ? GTF_permit_access : below(65536);
}

static struct call vcpus(uint64_t at)
{
    unsigned int op = below(14);

    *(uint64_t *)at = below(4) ? sandbox_address() : value();
    if (op == VCPUOP_down)
        op = VCPUOP_is_up;
    return CALL(__HYPERVISOR_vcpu_op, op, below(8) ? 0 : value(), at);
}

/* Polling ends at once: its time is over. */
static struct call scheduling(uint64_t at)
{
    static const unsigned int ops[] = {SCHEDOP_yield, SCHEDOP_poll, SCHEDOP_shutdown_code, SCHEDOP_remote_shutdown, 9, 77};
    struct sched_poll *poll = (void *)at;
    struct sched_remote_shutdown *other = (void *)at;
    unsigned int op = ops[below(ARRAY_SIZE(ops))];

    if (op == SCHEDOP_poll)
        poll->timeout = 1 + below(1000);
    if (op == SCHEDOP_remote_shutdown)
        other->domain_id = below(3);
    return CALL(__HYPERVISOR_sched_op, op, at, 0);
}

/* The header is right, so that the operation is looked at. */
static struct call control(uint64_t at)
{
    struct xen_domctl *d = (void *)at;
    struct xen_sysctl *s = (void *)at;

    if (below(2)) {
        d->cmd = below(8) ? below(100) : 2000 + below(3);
        d->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
        d->domain = below(2) ? own_domid : below(4);
        return CALL(__HYPERVISOR_domctl, at, 0, 0);
    }
    s->cmd = below(8) ? below(32) : 2000 + below(3);
    s->interface_version = XEN_SYSCTL_INTERFACE_VERSION;
    return CALL(__HYPERVISOR_sysctl, at, 0, 0);
}

/* Any number but those that need a fence. */
static struct call any(uint64_t at)
{
    unsigned long number = below(64);

    switch (number) {
    case __HYPERVISOR_memory_op:
    case __HYPERVISOR_multicall:
    case __HYPERVISOR_sched_op:
    case __HYPERVISOR_vcpu_op:
    case __HYPERVISOR_grant_table_op:
    case __HYPERVISOR_event_channel_op:
        number = __HYPERVISOR_vm_assist;
        break;
    case __HYPERVISOR_console_io:
    case __HYPERVISOR_platform_op:
    case __HYPERVISOR_physdev_op:
        if (is_hardware)
            number = 63;
        break;
    }
    return CALL(number, value(), below(2) ? at : value(), value());
}

/* The page may have been given away, and then faults would end the test: it is asked for again. */
static void page_fill(uint64_t at)
{
    struct xen_memory_reservation r = {.nr_extents = 1, .domid = DOMID_SELF};
    xen_pfn_t frame = at >> 12;

    r.extent_start.p = &frame;
    memory_op(XENMEM_populate_physmap, &r);
    fill(at);
}

static struct call random_call(uint64_t at)
{
    page_fill(at);
    switch (below(13)) {
    case 0:
    case 1:
        return memory(at);
    case 2:
    case 3:
        return events(at);
    case 4:
    case 5:
        return grants(at);
    case 6:
        table_entry();
        return grants(at);
    case 7:
        return vcpus(at);
    case 8:
        return CALL(__HYPERVISOR_hvm_op, below(26), at, 0);
    case 9:
        return scheduling(at);
    case 10:
        return control(at);
    case 11:
        return any(at);
    default:
        return CALL(__HYPERVISOR_xen_version, below(12), at, 0);
    }
}

/* Several in one; each has a page of its own, so that no result falls upon another's argument. */
static unsigned int several(unsigned int count)
{
    static struct multicall_entry batch[BATCH_MAX];
    uint64_t at = sandbox_address() & ~0xfffUL;

    for (unsigned int i = 0; i < count; i++) {
        struct call c = random_call(SANDBOX + (at - SANDBOX + i * 4096UL) % SANDBOX_SIZE);

        batch[i].op = c.number;
        memcpy(batch[i].args, c.arg, sizeof(c.arg));
        if (c.number == __HYPERVISOR_memory_op)
            count = i + 1; /* its list of frames must stay as it is until the call */
    }
    hypercall2(__HYPERVISOR_multicall, batch, count);
    return count;
}

static unsigned int some_calls(void)
{
    unsigned int count = below(8) ? 1 : 1 + below(BATCH_MAX);
    struct call c;

    if (count > 1)
        return several(count);
    c = random_call(sandbox_address() & ~0xfffUL);
    hypercall3(c.number, c.arg[0], c.arg[1], c.arg[2]);
    return 1;
}

static uint64_t option(const char *name, uint64_t otherwise)
{
    const char *at = strstr(guest_cmdline, name), *end;

    return at ? str_to_u64(at + strlen(name), &end, 0) : otherwise;
}

static void map_table(void)
{
    struct xen_add_to_physmap arg = {.domid = DOMID_SELF, .space = XENMAPSPACE_grant_table};

    arg.gpfn = GRANT_TABLE >> 12;
    if (memory_op(XENMEM_add_to_physmap, &arg))
        test_error("the grant table cannot be mapped");
}

static bool is_dom0(void)
{
    struct xen_feature_info info = {0};

    return !xen_version(XENVER_get_features, &info) && info.submap >> XENFEAT_dom0 & 1;
}

void test_main(void)
{
    struct hostile_progress *progress = (void *)PROGRESS;
    uint64_t rounds = option("rounds=", 100000);

    is_hardware = is_dom0();
    own_domid = option("domid=", 0);
    state = option("seed=", 1) * 0x9e3779b97f4a7c15UL;
    map_table();
    for (progress->calls = 0; progress->calls < rounds;)
        progress->calls += some_calls();
    progress->answer = xen_version(XENVER_version, 0);
    check_equal(progress->answer, 4 << 16 | 17, "after %lu random calls it still answers", progress->calls);
}
