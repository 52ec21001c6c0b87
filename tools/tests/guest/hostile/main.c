/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain that means harm: hypercalls at random, alone and several in one, with arguments that are sometimes valid,
 * so that they get past the first checks.  The hypervisor's own checks (ASSERT, heap_check) are the judges; at the end
 * it must still answer.  Left out is only what would end the test: shutting down, waiting for nothing, and giving this
 * kernel's own pages away.  Pages of arguments may go like others, if less often: then it gets itself another, for one
 * that is not there makes each access to it an exit, and ten million calls a matter of hours.
 *
 * What became of the calls is told to whoever started it: see hostile.h.
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
    unsigned long op;      /* for the tally, as is */
    unsigned long extents; /* that are to be done */
    uint64_t at;           /* the page of the argument */
};

#define CALL(nr, a, b, c) ((struct call){(nr), {(unsigned long)(a), (unsigned long)(b), (unsigned long)(c)}})

#define NOT_MADE  (~0UL >> 1)  /* no call's result */
#define READ_ONLY 0xe0000000UL /* where our page tables have ARGUMENTS a second time */

static struct hostile_progress *const progress = (void *)PROGRESS;

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

static uint64_t argument_page(unsigned int n)
{
    return ARGUMENTS + n % ARGUMENT_PAGES * 4096UL;
}

/* Now and then it is our arguments that are moved and given away. */
static uint64_t sandbox_address(void)
{
    uint64_t offset = random() & (SANDBOX_SIZE - 1) & ~7UL;

    return below(1024) ? SANDBOX + offset : argument_page(offset >> 12) + offset % 4096;
}

/* This kernel, which must live to the end, and what it keeps to itself: the tally would tell of strange things. */
static bool is_ours(uint64_t frame)
{
    extern char guest_end[];

    return (frame >= 0x1ff && frame <= (unsigned long)guest_end >> 12) ||
           (frame >= (FRAME_LIST >> 12) - 1 && frame < HOSTILE_END >> 12);
}

/* v may name nothing of that, as an address or a frame. */
static uint64_t spared(uint64_t v)
{
    return is_ours(v) || is_ours(v >> 12) ? sandbox_address() >> 12 : v;
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

/* Fields of 32 bits, or pairs of 16, become small numbers or name this domain, as most operations want; some stay. */
static void fill_small(uint64_t at, unsigned int words)
{
    uint32_t *word = (uint32_t *)at;

    for (unsigned int i = 0; i < words; i++)
        switch (below(6)) {
        case 0:
            word[i] = below(2);
            break;
        case 1:
            word[i] = below(8);
            break;
        case 2:
            word[i] = below(64);
            break;
        case 3:
        case 4:
            word[i] = DOMID_SELF | (uint32_t)DOMID_SELF << 16;
            break;
        }
}

/* Random fields would hardly ever pass the first checks here. */
static void fill_memory_op(unsigned long op, uint64_t at)
{
    struct xen_memory_reservation *r = (void *)at;
    struct xen_add_to_physmap *add = (void *)at;
    struct xen_mem_acquire_resource *resource = (void *)at;
    struct xen_vnuma_topology_info *vnuma = (void *)at;

    if (below(2))
        fill_small(at, 4);
    if (!below(8))
        return;
    if (op <= XENMEM_decrease_reservation || op == XENMEM_populate_physmap) {
        r->domid = DOMID_SELF;
        r->extent_order = 0;
        r->mem_flags = 0;
    } else if (op == XENMEM_add_to_physmap) {
        add->domid = DOMID_SELF;
        add->space = below(5);
        add->idx = below(6);
    } else if (op == XENMEM_acquire_resource) {
        resource->type = below(3);
        resource->id = below(2);
        resource->pad = 0;
    } else if (op == XENMEM_get_vnumainfo) {
        vnuma->pad = 0;
    }
}

/* 256 frames go out, others come in. */
static void fence_exchange(struct xen_memory_exchange *e, xen_pfn_t *frames)
{
    e->in.extent_start.p = frames;
    e->out.extent_start.p = frames + 256;
    e->in.nr_extents = below(2) ? below(8) : below(256);
    e->out.nr_extents = below(8) ? e->in.nr_extents : below(256);
    e->in.extent_order = e->out.extent_order = 0;
    e->in.domid = e->out.domid = below(8) ? DOMID_SELF : value();
    e->nr_exchanged = below(8) ? 0 : value();
}

/* Frames of the kernel itself are its life: what moves or takes frames away may name the sandbox's and arguments'. */
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
        r->extent_order %= 12;
        for (unsigned int i = 0; i < 512; i++)
            frames[i] &= ~0UL << r->extent_order;
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

/* Where a result goes that is not the argument's own: not upon the kernel either. */
static uint64_t result_place(uint64_t v)
{
    return below(4) ? sandbox_address() : spared(v);
}

static void fence_results(unsigned long op, uint64_t at)
{
    struct xen_memory_map *map = (void *)at;
    struct xen_add_to_physmap_batch *batch = (void *)at;
    struct xen_vnuma_topology_info *vnuma = (void *)at;

    if (op == XENMEM_memory_map)
        map->buffer.p = (void *)result_place((uint64_t)map->buffer.p);
    if (op == XENMEM_add_to_physmap_batch)
        batch->errs.p = (void *)result_place((uint64_t)batch->errs.p);
    if (op == XENMEM_get_vnumainfo) {
        vnuma->vdistance.pad = result_place(vnuma->vdistance.pad);
        vnuma->vcpu_to_vnode.pad = result_place(vnuma->vcpu_to_vnode.pad);
        vnuma->vmemrange.pad = result_place(vnuma->vmemrange.pad);
    }
}

static struct call memory(uint64_t at)
{
    unsigned long op = below(32);

    fill_memory_op(op, at);
    fence_memory_op(op, at);
    fence_results(op, at);
    return CALL(__HYPERVISOR_memory_op, op | (below(16) ? 0 : random() << 6), at, 0);
}

static struct call events(uint64_t at)
{
    struct evtchn_init_control *control = (void *)at;
    struct evtchn_expand_array *array = (void *)at;
    unsigned int op = below(16);

    if (below(2))
        fill_small(at, 4);
    if (op == EVTCHNOP_reset && below(8))
        op = EVTCHNOP_alloc_unbound; /* else there are never many ports */
    if (op == EVTCHNOP_init_control) {
        control->control_gfn = below(2) ? sandbox_address() >> 12 : spared(control->control_gfn);
        control->offset = below(2) ? below(512) * 8 : control->offset;
    }
    if (op == EVTCHNOP_expand_array)
        array->array_gfn = below(2) ? sandbox_address() >> 12 : spared(array->array_gfn);
    return CALL(__HYPERVISOR_event_channel_op, op | (below(16) ? 0 : random() << 6), at, 0);
}

/* One end of a copy: by reference, as `flag` says, or a page. */
static void copy_end(struct gnttab_copy *copy, struct gnttab_copy_ptr *end, unsigned int flag)
{
    copy->flags = below(2) ? copy->flags | flag : copy->flags & ~flag;
    end->u.gmfn = copy->flags & flag ? below(64) : sandbox_address() >> 12;
    end->domid = below(8) ? DOMID_SELF : end->domid;
    end->offset %= below(8) ? 4096 : 65536;
}

static void copy_fill(struct gnttab_copy *copy)
{
    copy->flags = below(8) ? 0 : copy->flags & ~(GNTCOPY_source_gref | GNTCOPY_dest_gref);
    copy_end(copy, &copy->source, GNTCOPY_source_gref);
    copy_end(copy, &copy->dest, GNTCOPY_dest_gref);
    copy->len %= below(8) ? 256 : 65536;
}

/* The entries lie where the hypervisor maps the table, or nowhere. */
static struct call grants(uint64_t at)
{
    struct gnttab_map_grant_ref *map = (void *)at;
    struct gnttab_unmap_grant_ref *unmap = (void *)at;
    unsigned int op = below(14);

    if (below(2))
        fill_small(at, 5);
    if (op == GNTTABOP_map_grant_ref) {
        map->host_addr = NOTHING + below(64) * 4096UL;
        map->flags = below(8) ? GNTMAP_host_map | (below(2) ? GNTMAP_readonly : 0) : map->flags;
        map->dom = below(8) ? DOMID_SELF : map->dom;
    } else if (op == GNTTABOP_unmap_grant_ref) {
        unmap->host_addr = NOTHING + below(64) * 4096UL;
        unmap->handle = below(8) ? below(64) : unmap->handle;
    } else if (op == GNTTABOP_copy) {
        copy_fill((void *)at);
    }
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
        return CALL(__HYPERVISOR_vm_assist, below(4), below(8), 0);
    case __HYPERVISOR_console_io:
    case __HYPERVISOR_platform_op:
    case __HYPERVISOR_physdev_op:
        if (is_hardware)
            number = 63;
        break;
    }
    return CALL(number, value(), below(2) ? at : value(), value());
}

/* --- pages for arguments: where one was given away another takes its place --- */

/* Where no memory is, reads are all ones, and each access is a slow one. */
static bool is_memory(uint64_t at)
{
    volatile uint64_t *word = (void *)at;
    uint64_t mark = random() >> 1;

    *word = mark;
    return *word == mark;
}

/* New, if the domain may have more; else from the sandbox, for as long as there is any. */
static void page_restore(uint64_t at)
{
    struct xen_memory_reservation r = {.nr_extents = 1, .domid = DOMID_SELF};
    struct xen_add_to_physmap move = {.domid = DOMID_SELF, .space = XENMAPSPACE_gmfn};
    xen_pfn_t frame = at >> 12;

    r.extent_start.p = &frame;
    if (memory_op(XENMEM_populate_physmap, &r) == 1)
        return;
    move.gpfn = frame;
    for (unsigned int tries = 0; tries < 16; tries++) {
        move.idx = (SANDBOX >> 12) + below(SANDBOX_SIZE >> 12);
        if (!memory_op(XENMEM_add_to_physmap, &move))
            return;
    }
}

static uint64_t page_find(void)
{
    static unsigned int next;

    for (unsigned int tries = 0; tries < ARGUMENT_PAGES; tries++) {
        uint64_t at = argument_page(next++);

        if (is_memory(at))
            return at;
        page_restore(at);
        if (is_memory(at))
            return at;
    }
    test_error("no memory is left to go on with");
}

/*
 * The same page where it can only be read: an operation that has a result to tell is done and cannot say so.  Or
 * nowhere at all: above what our page tables map, and where no address is.
 */
static uint64_t place(uint64_t at)
{
    switch (below(32)) {
    case 0:
        return READ_ONLY + (at - ARGUMENTS);
    case 1:
        return below(2) ? 1UL << 40 : 1UL << 62;
    default:
        return at;
    }
}

static struct call some_kind(uint64_t at)
{
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
        fill_small(at, below(4));
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

/* --- what becomes of them --- */

static unsigned long operation(const struct call *c)
{
    bool is_page = c->arg[0] == c->at;

    switch (c->number) {
    case __HYPERVISOR_memory_op:
    case __HYPERVISOR_event_channel_op:
        return c->arg[0] & 63; /* above it, where to go on */
    case __HYPERVISOR_grant_table_op:
    case __HYPERVISOR_vcpu_op:
    case __HYPERVISOR_sched_op:
    case __HYPERVISOR_hvm_op:
    case __HYPERVISOR_xen_version:
        return c->arg[0];
    case __HYPERVISOR_domctl:
        return is_page ? ((struct xen_domctl *)c->at)->cmd : ~0UL;
    case __HYPERVISOR_sysctl:
        return is_page ? ((struct xen_sysctl *)c->at)->cmd : ~0UL;
    default:
        return 0;
    }
}

static unsigned long extents(const struct call *c)
{
    unsigned long op = c->arg[0];

    if (c->number != __HYPERVISOR_memory_op)
        return 0;
    return op <= XENMEM_decrease_reservation || op == XENMEM_populate_physmap
               ? ((struct xen_memory_reservation *)c->at)->nr_extents
               : 0;
}

static int grant_status(unsigned long op, const void *at)
{
    switch (op) {
    case GNTTABOP_map_grant_ref:
        return ((const struct gnttab_map_grant_ref *)at)->status;
    case GNTTABOP_unmap_grant_ref:
        return ((const struct gnttab_unmap_grant_ref *)at)->status;
    case GNTTABOP_copy:
        return ((const struct gnttab_copy *)at)->status;
    case GNTTABOP_query_size:
        return ((const struct gnttab_query_size *)at)->status;
    default:
        return 0;
    }
}

/* 0: success. */
static unsigned int outcome(const struct call *c, long rc)
{
    int status;

    if (rc < 0)
        return min(-rc, 111L);
    if (c->extents && (unsigned long)rc != c->extents)
        return OUTCOME_PART;
    if (c->number != __HYPERVISOR_grant_table_op)
        return 0;
    status = grant_status(c->op, (void *)c->at);
    return status < 0 && status > -15 ? OUTCOME_GRANT(status) : 0;
}

static void tally(const struct call *c, long rc)
{
    struct hostile_tally *t = &progress->tally[c->number % TALLY_NUMBERS][tally_op(c->op)];
    unsigned int how = outcome(c, rc);

    t->calls++;
    if (how)
        t->errors[how / 64] |= 1UL << how % 64;
    else
        t->successes++;
}

/* --- making them --- */

static struct call random_call(uint64_t at)
{
    struct call c;

    fill(at);
    c = some_kind(at);
    c.at = at;
    c.op = operation(&c);
    c.extents = extents(&c);
    for (unsigned int i = 0; i < ARRAY_SIZE(c.arg); i++)
        c.arg[i] = c.arg[i] == at ? place(at) : c.arg[i];
    return c;
}

/* Several in one; each has a page of its own, so that no result falls upon another's argument. */
static unsigned int several(unsigned int count)
{
    static struct multicall_entry batch[BATCH_MAX];
    struct call call[BATCH_MAX], all = CALL(__HYPERVISOR_multicall, 0, 0, 0);

    for (unsigned int i = 0; i < count; i++) {
        call[i] = random_call(page_find());
        batch[i].op = call[i].number;
        batch[i].result = NOT_MADE;
        memcpy(batch[i].args, call[i].arg, sizeof(call[i].arg));
        if (call[i].number == __HYPERVISOR_memory_op)
            count = i + 1; /* its list of frames must stay as it is until the call */
    }
    tally(&all, hypercall2(__HYPERVISOR_multicall, below(32) ? batch : (void *)(1UL << 40), count));
    for (unsigned int i = 0; i < count; i++)
        if (batch[i].result != NOT_MADE)
            tally(&call[i], batch[i].result);
    return count;
}

/* Ports to the last one. */
static unsigned int all_ports(void)
{
    uint64_t at = page_find();
    unsigned int count = 0;
    long rc;

    do {
        struct call c = CALL(__HYPERVISOR_event_channel_op, below(2) ? EVTCHNOP_alloc_unbound : EVTCHNOP_bind_ipi, at, 0);

        c.op = c.arg[0];
        if (c.op == EVTCHNOP_bind_ipi)
            *(struct evtchn_bind_ipi *)at = (struct evtchn_bind_ipi){.vcpu = 0};
        else
            *(struct evtchn_alloc_unbound *)at = (struct evtchn_alloc_unbound){DOMID_SELF, DOMID_SELF};
        rc = hypercall2(c.number, c.arg[0], at);
        tally(&c, rc);
    } while (!rc && ++count < EVTCHN_2L_NR_CHANNELS);
    return count;
}

static unsigned int some_calls(void)
{
    unsigned int count = below(8) ? 1 : 1 + below(BATCH_MAX);
    struct call c;

    if (!below(15000))
        return all_ports();
    if (count > 1)
        return several(count);
    c = random_call(page_find());
    tally(&c, hypercall3(c.number, c.arg[0], c.arg[1], c.arg[2]));
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

/* In the third level of our page tables, which the fourth gigabyte's second level hangs on. */
static void map_read_only(void)
{
    uint64_t *l3 = (uint64_t *)(page_l4[0] & ~0xfffUL), *l2 = (uint64_t *)(l3[READ_ONLY >> 30] & ~0xfffUL);

    l2[READ_ONLY >> 21 & 511] = ARGUMENTS | 0x81; /* present, 2 MiB */
    __asm__ volatile("invlpg (%0)" ::"r"(READ_ONLY) : "memory");
}

static bool is_dom0(void)
{
    struct xen_feature_info info = {0};

    return !xen_version(XENVER_get_features, &info) && info.submap >> XENFEAT_dom0 & 1;
}

void test_main(void)
{
    uint64_t rounds = option("rounds=", 100000);

    is_hardware = is_dom0();
    own_domid = option("domid=", 0);
    state = option("seed=", 1) * 0x9e3779b97f4a7c15UL;
    map_table();
    map_read_only();
    for (progress->calls = 0; progress->calls < rounds;)
        progress->calls += some_calls();
    progress->answer = xen_version(XENVER_version, 0);
    check_equal(progress->answer, 4 << 16 | 17, "after %lu random calls it still answers", progress->calls);
}
