/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the calls of a guest cost, from just before the instruction that makes them to just after.  Under
 * `-icount shift=0` the time stamp counter counts instructions, the hypervisor's and the guest's few own together.
 * Each figure is one remark: its name, and the instructions for one call.
 *
 * With "claims" on the command line: what claims of all sizes cost, which takes a large host.
 */
#include <public/domctl.h>
#include <public/errno.h>
#include <public/event_channel.h>
#include <public/grant_table.h>
#include <public/memory.h>
#include <public/vcpu.h>
#include <public/version.h>
#include <asm/processor.h>
#include "guest.h"

#define ROUNDS      64
#define EMPTY_GPA   0x60000000UL
#define GUEST_PAGES 1024UL

static struct shared_info *shared;
static struct grant_entry_v1 *table;
static domid_t domid;

/* The first calls fill caches and make tables; a steady state is what is asked for. */
static void measure(const char *name, void (*call)(void))
{
    uint64_t start;

    for (unsigned int i = 0; i < 4; i++)
        call();
    start = rdtsc();
    for (unsigned int i = 0; i < ROUNDS; i++)
        call();
    note("%s: %lu", name, (rdtsc() - start) / ROUNDS);
}

/* For what cannot be repeated: count of them in one go. */
#define MEASURE_ONCE(name, count, call)                       \
    do {                                                      \
        uint64_t start_ = rdtsc();                            \
        call;                                                 \
        note("%s: %lu", name, (rdtsc() - start_) / (count)); \
    } while (0)

static void map_space(unsigned int space, void *at)
{
    struct xen_add_to_physmap arg = {.domid = DOMID_SELF, .space = space, .gpfn = (unsigned long)at >> 12};

    if (memory_op(XENMEM_add_to_physmap, &arg))
        test_error("space %u cannot be mapped", space);
}

static void null_call(void)
{
    xen_version(XENVER_version, 0);
}

static void read_features(void)
{
    struct xen_feature_info info = {0};

    xen_version(XENVER_get_features, &info);
}

static void leave_by_cpuid(void)
{
    cpuid(0);
}

static evtchn_port_t port;

/* Raised, announced, and noticed: the whole way but for the interrupt. */
static void send_event(void)
{
    struct evtchn_send arg = {.port = port};

    shared->evtchn_pending[port / 64] = 0;
    shared->vcpu_info[0].evtchn_pending_sel = 0;
    shared->vcpu_info[0].evtchn_upcall_pending = 0;
    event_channel_op(EVTCHNOP_send, &arg);
}

static void set_timer(void)
{
    struct vcpu_set_singleshot_timer arg = {.timeout_abs_ns = ~0UL >> 2};

    vcpu_op(VCPUOP_set_singleshot_timer, 0, &arg);
}

static void grant_map_unmap(void)
{
    struct gnttab_map_grant_ref map = {
        .host_addr = EMPTY_GPA, .flags = GNTMAP_host_map, .ref = 8, .dom = DOMID_SELF};
    struct gnttab_unmap_grant_ref unmap = {.host_addr = EMPTY_GPA};

    grant_table_op(GNTTABOP_map_grant_ref, &map, 1);
    unmap.handle = map.handle;
    grant_table_op(GNTTABOP_unmap_grant_ref, &unmap, 1);
}

static void *copy_page;

static void grant_copy_frame(void)
{
    struct gnttab_copy op = {.len = 1500, .flags = GNTCOPY_source_gref};

    op.source.u.ref = 8;
    op.source.domid = op.dest.domid = DOMID_SELF;
    op.dest.u.gmfn = (unsigned long)copy_page >> 12;
    grant_table_op(GNTTABOP_copy, &op, 1);
}

static void foreign_map_unmap(void)
{
    struct xen_add_to_physmap_batch map = {.domid = DOMID_SELF, .space = XENMAPSPACE_gmfn_foreign, .size = 1};
    struct xen_remove_from_physmap unmap = {.domid = DOMID_SELF, .gpfn = EMPTY_GPA >> 12};
    xen_ulong_t there = 1;
    xen_pfn_t here = EMPTY_GPA >> 12;
    int err;

    map.u.foreign_domid = domid;
    map.idxs.p = &there;
    map.gpfns.p = &here;
    map.errs.p = &err;
    if (memory_op(XENMEM_add_to_physmap_batch, &map) || err || memory_op(XENMEM_remove_from_physmap, &unmap))
        test_error("a foreign page cannot be mapped");
}

static long control(uint32_t cmd, struct xen_domctl *op)
{
    op->cmd = cmd;
    op->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
    return domctl(op);
}

static void domain_info(void)
{
    struct xen_domctl op = {.domain = domid};

    control(XEN_DOMCTL_getdomaininfo, &op);
}

static void domain_make(void)
{
    struct xen_domctl op = {0};

    op.u.createdomain = (struct xen_domctl_createdomain){
        .flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap, .max_vcpus = 1, .max_evtchn_port = 1023,
        .max_grant_frames = 4, .max_maptrack_frames = 4, .grant_opts = 1, .arch.emulation_flags = XEN_X86_EMU_LAPIC};
    if (control(XEN_DOMCTL_createdomain, &op))
        test_error("no domain can be made");
    domid = op.domain;
    op.u.paging_mempool.size = 4 << 20;
    control(XEN_DOMCTL_set_paging_mempool_size, &op); /* the reference wants it */
    op.u.max_mem.max_memkb = 64 << 10;
    control(XEN_DOMCTL_max_mem, &op);
}

static void populate(unsigned long gfn, unsigned long count, unsigned int order)
{
    static xen_pfn_t frames[GUEST_PAGES];
    struct xen_memory_reservation r = {.nr_extents = count, .extent_order = order, .domid = domid};

    r.extent_start.p = frames;
    for (unsigned long i = 0; i < count; i++)
        frames[i] = gfn + (i << order);
    if (memory_op(XENMEM_populate_physmap, &r) != (long)count)
        test_error("no memory");
}

static void domain_destroy(void)
{
    struct xen_domctl op = {.domain = domid};

    control(XEN_DOMCTL_destroydomain, &op);
}

/* --- claims: the same for any size is what is wanted --- */

#define PAGES_OF(gib) ((uint64_t)(gib) << 18)

static uint64_t claimed;

static long claim(uint64_t pages)
{
    struct xen_memory_reservation r = {.nr_extents = pages, .domid = domid};

    return memory_op(XENMEM_claim_pages, &r);
}

static long claim_on_node(uint64_t pages, uint32_t node)
{
    struct xen_memory_claim entry = {.pages = pages, .node = node};
    struct xen_domctl op = {.domain = domid};

    op.u.claim_memory.claims.p = &entry;
    op.u.claim_memory.nr_claims = 1;
    return control(XEN_DOMCTL_claim_memory, &op);
}

static void claim_and_release(void)
{
    claim(claimed);
    claim(0);
}

static void claim_node_and_release(void)
{
    claim_on_node(claimed, 0);
    claim(0);
}

static void claim_refused(void)
{
    claim(claimed);
}

static void domain_max_mem(uint64_t pages)
{
    struct xen_domctl op = {.domain = domid};

    op.u.max_mem.max_memkb = pages * 4;
    control(XEN_DOMCTL_max_mem, &op);
}

/* What is measured is what it says: the claims are granted, or not. */
static void measure_claims(void)
{
    static const struct {
        const char *host, *node;
        uint64_t pages;
    } sizes[] = {
        {"claim of 1 page, and its release", "on a node: 1 page", 1},
        {"claim of 1 GiB, and its release", "on a node: 1 GiB", PAGES_OF(1)},
        {"claim of 48 GiB, and its release", "on a node: 48 GiB", PAGES_OF(48)},
    };

    domain_make();
    domain_max_mem(PAGES_OF(2048));
    for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
        claimed = sizes[i].pages;
        if (claim(claimed) || claim(0))
            test_error("%lu pages cannot be claimed", claimed);
        measure(sizes[i].host, claim_and_release);
        if (claim_on_node(claimed, 0) || claim(0))
            continue; /* the reference has none of these */
        measure(sizes[i].node, claim_node_and_release);
    }
    claimed = PAGES_OF(1024);
    if (claim(claimed) != -XEN_ENOMEM)
        test_error("1 TiB is not refused");
    measure("claim of 1 TiB, refused", claim_refused);
}

static void prepare(void)
{
    struct evtchn_bind_ipi ipi = {.vcpu = 0};

    shared = page_take(1);
    table = page_take(1);
    copy_page = page_take(1);
    map_space(XENMAPSPACE_shared_info, shared);
    map_space(XENMAPSPACE_grant_table, table);
    event_channel_op(EVTCHNOP_bind_ipi, &ipi);
    port = ipi.port;
    table[8] = (struct grant_entry_v1){
        .frame = (unsigned long)page_take(1) >> 12, .flags = GTF_permit_access};
}

static void measure_all(void)
{
    prepare();
    measure("exit and entry (CPUID)", leave_by_cpuid);
    measure("null hypercall", null_call);
    measure("hypercall with an argument", read_features);
    measure("event sent and announced", send_event);
    measure("one-shot timer set", set_timer);
    measure("grant mapped and unmapped", grant_map_unmap);
    measure("grant copy of 1500 bytes", grant_copy_frame);
    domain_make();
    MEASURE_ONCE("populate, a 4 KiB page", GUEST_PAGES, populate(0, GUEST_PAGES, 0));
    MEASURE_ONCE("populate, a 2 MiB page", 8, populate(GUEST_PAGES, 8, 9));
    measure("foreign page mapped and unmapped", foreign_map_unmap);
    measure("getdomaininfo", domain_info);
    MEASURE_ONCE("destroy a domain of 20 MiB", 1, domain_destroy());
}

void test_main(void)
{
    if (!strcmp(guest_cmdline, "claims"))
        measure_claims();
    else
        measure_all();
    check(true, "all figures are taken");
}
