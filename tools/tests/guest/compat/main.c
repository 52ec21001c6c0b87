/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A 32-bit dom0: it makes a domain, stakes claims for it by either call with every error in its order, gives it memory,
 * uses grants, events, timers and its vCPU's runstate, all with structures in the 32-bit layout.
 *
 * machine: smp=1
 */
#include "compat.h"

#define EMPTY_GPA   0x60000000u /* where nothing is */
#define NOWHERE     0xfffff000u /* not even devices of ours */
#define GUEST_PAGES 4096u

static char page[4][4096] __attribute__((aligned(4096)));
static domid_t domid;

static struct xen_domctl op_for(uint32_t cmd)
{
    return (struct xen_domctl){.cmd = cmd, .interface_version = XEN_DOMCTL_INTERFACE_VERSION, .domain = domid};
}

static uint32_t frame_of(const void *p)
{
    return (uint32_t)p >> 12;
}

/* --- version --- */

static void test_version(void)
{
    struct xen_feature_info features = {.submap_idx = 0};
    struct xen_platform_parameters platform;
    xen_extraversion_t extra = "";

    check_equal(xen_version(XENVER_version, 0), 4 << 16 | 17, "a 32-bit kernel is answered");
    check_equal(xen_version(XENVER_get_features, &features), 0, "features can be asked for");
    check(features.submap & 1u << XENFEAT_auto_translated_physmap, "and are there");
    check(xen_version(XENVER_extraversion, extra) == 0 && extra[0] == '.', "text comes as text");
    check_equal(xen_version(XENVER_platform_parameters, &platform), -XEN_EOVERFLOW,
                "an address that 32 bits cannot tell is not cut");
    check_equal(hypercall(63, 0, 0, 0), -XEN_ENOSYS, "a hypercall that is not there");
}

/* --- this domain's memory --- */

static void test_map(void)
{
    struct xen_add_to_physmap add = {.domid = DOMID_SELF, .space = XENMAPSPACE_shared_info};
    struct xen_remove_from_physmap gone = {.domid = DOMID_SELF, .gpfn = EMPTY_GPA >> 12};
    static unsigned char e820[64 * 20];
    struct xen_memory_map map = {.nr_entries = 64};

    add.gpfn = EMPTY_GPA >> 12;
    check_equal(memory_op(XENMEM_add_to_physmap, &add), 0, "the shared page can be placed");
    check_equal(memory_op(XENMEM_remove_from_physmap, &gone), 0, "and taken away");
    add.idx = 1;
    check_equal(memory_op(XENMEM_add_to_physmap, &add), -XEN_EINVAL, "there is one of it");
    add.domid = 4711;
    check_equal(memory_op(XENMEM_add_to_physmap, &add), -XEN_ESRCH, "nothing is placed with nobody");
    set_xen_guest_handle(map.buffer, e820);
    check_equal(memory_op(XENMEM_memory_map, &map), 0, "the memory map can be had");
    check(map.nr_entries > 1 && map.nr_entries < 64 && e820[16] == 1, "and begins with RAM");
    map.nr_entries = 1;
    check_equal(memory_op(XENMEM_memory_map, &map), -XEN_EINVAL, "unless there is no room");
}

/* The same page in another place: three arrays, two of them of words. */
static void test_batch(void)
{
    xen_ulong_t from[2] = {frame_of(page[0]), EMPTY_GPA >> 12};
    xen_pfn_t to[2] = {EMPTY_GPA >> 12, frame_of(page[0])};
    int errors[2] = {1, 1};
    struct xen_add_to_physmap_batch batch = {.domid = DOMID_SELF, .space = XENMAPSPACE_gmfn, .size = 2};

    set_xen_guest_handle(batch.idxs, from);
    set_xen_guest_handle(batch.gpfns, to);
    set_xen_guest_handle(batch.errs, errors);
    page[0][5] = 'x';
    check_equal(memory_op(XENMEM_add_to_physmap_batch, &batch), 0, "a page moves away and back");
    check(!errors[0] && !errors[1], "without an error");
    check(page[0][5] == 'x', "and is the same");
    batch.u.res0 = 1;
    check_equal(memory_op(XENMEM_add_to_physmap_batch, &batch), -XEN_EINVAL, "what is reserved is zero");
}

static void test_reservation(void)
{
    xen_pfn_t frames[3] = {EMPTY_GPA >> 12, (EMPTY_GPA >> 12) + 1, (EMPTY_GPA >> 12) + 2};
    struct xen_memory_reservation r = {.nr_extents = 3, .domid = DOMID_SELF};
    domid_t self = DOMID_SELF;
    int32_t before = memory_op(XENMEM_current_reservation, &self);

    set_xen_guest_handle(r.extent_start, frames);
    check_equal(memory_op(XENMEM_decrease_reservation, &r), 0, "nothing is given back from where nothing is");
    frames[0] = frame_of(page[1]);
    frames[1] = frame_of(page[2]);
    check_equal(memory_op(XENMEM_decrease_reservation, &r), 2, "two of three frames are given back");
    check_equal(memory_op(XENMEM_current_reservation, &self), before - 2, "which counts");
    r.nr_extents = 2;
    check_equal(memory_op(XENMEM_populate_physmap | 1 << 6, &r), 2, "one comes back, from the second on");
    r.nr_extents = 1;
    check_equal(memory_op(XENMEM_populate_physmap, &r), 1, "then the first");
    check_equal(memory_op(XENMEM_current_reservation, &self), before, "all is as before");
    r.nr_extents = UINT32_MAX;
    check_equal(memory_op(XENMEM_populate_physmap, &r), 0, "more extents than a call can count are none");
}

/* --- several in one --- */

static void test_multicall(void)
{
    struct multicall_entry batch[] = {
        {.op = __HYPERVISOR_xen_version, .args = {XENVER_version}},
        {.op = __HYPERVISOR_multicall, .args = {0, 1}},
        {.op = 63},
        {.op = __HYPERVISOR_xen_version, .args = {XENVER_pagesize}},
    };

    check_equal(CALL(multicall, batch, 4, 0), 0, "several calls in one");
    check_equal(batch[0].result, 4 << 16 | 17, "the first has its result");
    check_equal((int32_t)batch[1].result, -XEN_ENOSYS, "one within another has an error");
    check_equal((int32_t)batch[2].result, -XEN_ENOSYS, "as has one that is not there");
    check_equal(batch[3].result, 4096, "the last has its result");
    check_equal(CALL(multicall, NOWHERE, 1, 0), -XEN_EFAULT, "and none from nowhere");
}

/* --- a domain, and claims for it --- */

static struct xen_sysctl_physinfo host(void)
{
    struct xen_sysctl op = {.cmd = XEN_SYSCTL_physinfo, .interface_version = XEN_SYSCTL_INTERFACE_VERSION};

    check_equal(sysctl(&op), 0, "the host tells of itself");
    return op.u.physinfo;
}

static void claimed_is(uint32_t pages)
{
    struct xen_domctl op = op_for(XEN_DOMCTL_getdomaininfo);

    domctl(&op);
    check(host().outstanding_pages == pages && op.u.getdomaininfo.outstanding_pages == pages, "%u pages are claimed",
          pages);
}

static void make_domain(void)
{
    struct xen_domctl op = op_for(XEN_DOMCTL_createdomain), limit;

    op.domain = 0;
    op.u.createdomain = (struct xen_domctl_createdomain){
        .flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap,
        .max_vcpus = 1,
        .max_evtchn_port = 1023,
        .max_grant_frames = 4,
        .max_maptrack_frames = 4,
        .grant_opts = 1,
        .arch.emulation_flags = XEN_X86_EMU_LAPIC,
    };
    check_equal(domctl(&op), 0, "a domain can be made");
    domid = op.domain;
    limit = op_for(XEN_DOMCTL_max_mem);
    limit.u.max_mem.max_memkb = GUEST_PAGES * 4;
    check_equal(domctl(&limit), 0, "and limited");
}

/* Each call has one mistake more than the one before it, in an earlier check, and is told that one. */
static void test_claim_pages_errors(void)
{
    struct xen_memory_reservation r = {.nr_extents = UINT32_MAX, .domid = domid};
    struct xen_domctl op = op_for(XEN_DOMCTL_max_mem), back = op;

    back.u.max_mem.max_memkb = GUEST_PAGES * 4;
    op.u.max_mem.max_memkb = 1ull << 40;
    check_equal(domctl(&op), 0, "with a limit above what there is");
    check_equal(memory_op(XENMEM_claim_pages, &r), -XEN_ENOMEM, "16 TiB are too much for the host");
    check_equal(domctl(&back), 0, "with the limit back");
    check_equal(memory_op(XENMEM_claim_pages, &r), -XEN_EINVAL, "they are too much for the domain");
    r.domid = 4711;
    check_equal(memory_op(XENMEM_claim_pages, &r), -XEN_EINVAL, "there must be a domain");
    r.mem_flags = 1;
    check_equal(memory_op(XENMEM_claim_pages, &r), -XEN_EINVAL, "no flags");
    r.extent_order = 1;
    check_equal(memory_op(XENMEM_claim_pages, &r), -XEN_EINVAL, "no order");
    set_xen_guest_handle(r.extent_start, (void *)1);
    check_equal(memory_op(XENMEM_claim_pages, &r), -XEN_EINVAL, "no list");
    check_equal(memory_op(XENMEM_claim_pages, NOWHERE), -XEN_EFAULT, "an argument that is there");
    check_equal(memory_op(XENMEM_claim_pages | 1 << 6, NOWHERE), -XEN_EINVAL, "and no continuation");
    claimed_is(0);
}

static void test_claim_pages(void)
{
    struct xen_memory_reservation r = {.nr_extents = 1000, .domid = domid};

    check_equal(memory_op(XENMEM_claim_pages, &r), 0, "1000 pages can be claimed");
    claimed_is(1000);
    check_equal(memory_op(XENMEM_claim_pages, &r), -XEN_EINVAL, "once");
    r.nr_extents = 0;
    check_equal(memory_op(XENMEM_claim_pages, &r), 0, "and released");
    check_equal(memory_op(XENMEM_claim_pages, &r), 0, "twice");
    claimed_is(0);
}

/* The distribution's headers do not know it yet. */
#define XEN_DOMCTL_claim_memory 91
#define NO_NODE                 UINT32_MAX
struct claim {
    uint64_t pages;
    uint32_t node, pad;
};
struct claim_memory {
    uint64_t claims __attribute__((aligned(8)));
    uint32_t nr_claims, pad;
};

static int32_t claim_memory(uint32_t count, const void *claims, uint32_t pad)
{
    struct xen_domctl op = op_for(XEN_DOMCTL_claim_memory);
    struct claim_memory *arg = (void *)&op.u;

    *arg = (struct claim_memory){(uint32_t)claims, count, pad};
    return domctl(&op);
}

static void test_claim_memory_errors(void)
{
    struct claim c[4] = {{UINT32_MAX, 0, 0}, {1, 0, 0}};
    domid_t known = domid;

    check_equal(claim_memory(1, c, 0), -XEN_EINVAL, "more pages than the domain may have");
    c[0].node = 63;
    check_equal(claim_memory(1, c, 0), -XEN_ENOENT, "a node that is not there");
    c[0].pages = 0;
    check_equal(claim_memory(1, c, 0), -XEN_EINVAL, "no pages on it");
    c[0].pad = 1;
    check_equal(claim_memory(1, c, 0), -XEN_EINVAL, "something in an entry's padding");
    c[0] = c[1];
    check_equal(claim_memory(2, c, 0), -XEN_EINVAL, "a node twice");
    check_equal(claim_memory(2, (void *)NOWHERE, 0), -XEN_EFAULT, "entries that are nowhere");
    check_equal(claim_memory(256, (void *)NOWHERE, 0), -XEN_E2BIG, "too many of them");
    check_equal(claim_memory(0, (void *)NOWHERE, 0), -XEN_EINVAL, "or none");
    check_equal(claim_memory(256, (void *)NOWHERE, 1), -XEN_EINVAL, "something in the padding");
    domid = 4711;
    check_equal(claim_memory(0, (void *)NOWHERE, 1), -XEN_ESRCH, "for nobody");
    domid = known;
    claimed_is(0);
}

static void test_claim_memory(void)
{
    struct claim both[2] = {{1000, 0, 0}, {500, NO_NODE, 0}}, release = {0, NO_NODE, 0};

    check_equal(claim_memory(2, both, 0), 0, "a node and the host at once");
    claimed_is(1500);
    check_equal(claim_memory(2, both, 0), -XEN_EINVAL, "not twice");
    check_equal(claim_memory(1, &release, 0), 0, "released");
    claimed_is(0);
}

static void test_populate(void)
{
    static xen_pfn_t frames[256];
    struct xen_memory_reservation r = {.nr_extents = 256, .domid = domid}, claim = {.nr_extents = 256, .domid = domid};
    struct multicall_entry call = {.op = __HYPERVISOR_memory_op, .args = {XENMEM_populate_physmap, (uint32_t)&r}};

    for (uint32_t i = 0; i < 256; i++)
        frames[i] = i;
    set_xen_guest_handle(r.extent_start, frames);
    check_equal(memory_op(XENMEM_claim_pages, &claim), 0, "what is claimed");
    check_equal(CALL(multicall, &call, 1, 0), 0, "can be populated");
    check_equal(call.result, 256, "in full");
    claimed_is(0);
    r.domid = 4711;
    check_equal(memory_op(XENMEM_populate_physmap, &r), 0, "nobody gets nothing");
}

/* A page of the domain's seen here: its number and ours in arrays of words. */
static void test_foreign(void)
{
    xen_ulong_t from = 7;
    xen_pfn_t to = EMPTY_GPA >> 12;
    int error = 1;
    struct xen_add_to_physmap_batch batch = {.domid = DOMID_SELF, .space = XENMAPSPACE_gmfn_foreign, .size = 1};
    struct xen_remove_from_physmap gone = {.domid = DOMID_SELF, .gpfn = to};

    batch.u.foreign_domid = domid;
    set_xen_guest_handle(batch.idxs, &from);
    set_xen_guest_handle(batch.gpfns, &to);
    set_xen_guest_handle(batch.errs, &error);
    check_equal(memory_op(XENMEM_add_to_physmap_batch, &batch), 0, "a page of the domain can be mapped");
    check_equal(error, 0, "without an error");
    check_equal(*(volatile uint32_t *)EMPTY_GPA, 0, "it is clean");
    check_equal(memory_op(XENMEM_remove_from_physmap, &gone), 0, "and unmapped");
}

static void test_resource(void)
{
    xen_pfn_t at = EMPTY_GPA >> 12;
    struct xen_mem_acquire_resource arg = {.domid = domid, .type = XENMEM_resource_grant_table, .nr_frames = 1};
    struct xen_remove_from_physmap gone = {.domid = DOMID_SELF, .gpfn = at};

    set_xen_guest_handle(arg.frame_list, &at);
    check_equal(memory_op(XENMEM_acquire_resource, &arg), 0, "its grant table can be mapped");
    check_equal(memory_op(XENMEM_remove_from_physmap, &gone), 0, "and unmapped");
    set_xen_guest_handle(arg.frame_list, (xen_pfn_t *)0);
    check(!memory_op(XENMEM_acquire_resource, &arg) && arg.nr_frames == 4, "it has four frames");
    arg.frame = 1ull << 33;
    set_xen_guest_handle(arg.frame_list, &at);
    check_equal(memory_op(XENMEM_acquire_resource, &arg), -XEN_EINVAL, "a wide frame number is not cut");
}

static void destroy(void)
{
    struct xen_domctl op = op_for(XEN_DOMCTL_destroydomain);
    struct xen_memory_reservation r = {.nr_extents = 300, .domid = domid};

    check_equal(memory_op(XENMEM_claim_pages, &r), 0, "44 pages more are claimed");
    claimed_is(44);
    check_equal(domctl(&op), 0, "the domain can be destroyed");
    check(host().outstanding_pages == 0, "its claim ends with it");
}

/* --- grants --- */

static struct grant_entry_v1 *table = (void *)page[3];

static void test_grants(void)
{
    struct xen_add_to_physmap add = {.domid = DOMID_SELF, .space = XENMAPSPACE_grant_table};
    struct gnttab_map_grant_ref map = {.host_addr = EMPTY_GPA, .flags = GNTMAP_host_map, .ref = 9, .dom = DOMID_SELF};
    struct gnttab_unmap_grant_ref unmap = {.host_addr = EMPTY_GPA};
    struct gnttab_query_size size = {.dom = DOMID_SELF};

    add.gpfn = frame_of(table);
    check_equal(memory_op(XENMEM_add_to_physmap, &add), 0, "the grant table can be placed");
    check(!grant_table_op(GNTTABOP_query_size, &size, 1) && size.status == GNTST_okay && size.nr_frames == 1,
          "it is one frame");
    table[9].frame = frame_of(page[0]);
    table[9].flags = GTF_permit_access;
    check(!grant_table_op(GNTTABOP_map_grant_ref, &map, 1) && map.status == GNTST_okay, "a grant can be mapped");
    check(((char *)EMPTY_GPA)[5] == page[0][5], "it is the page meant");
    unmap.handle = map.handle;
    check(!grant_table_op(GNTTABOP_unmap_grant_ref, &unmap, 1) && unmap.status == GNTST_okay, "and unmapped");
}

/* Two elements, whose size is the caller's. */
static void test_copy(void)
{
    struct gnttab_copy op[2] = {{.len = 8, .flags = GNTCOPY_source_gref}, {.len = 8, .flags = GNTCOPY_source_gref}};

    for (unsigned int i = 0; i < 2; i++) {
        op[i].source.u.ref = 9;
        op[i].source.domid = op[i].dest.domid = DOMID_SELF;
        op[i].dest.u.gmfn = frame_of(page[1]);
        op[i].dest.offset = 16 * i;
        op[i].status = 1;
    }
    check_equal(grant_table_op(GNTTABOP_copy, op, 2), 0, "from a grant to frames, twice");
    check(op[0].status == GNTST_okay && op[1].status == GNTST_okay, "both well");
    check(page[1][5] == page[0][5] && page[1][21] == page[0][5], "what was there is here");
    op[1].source.u.ref = 5000;
    check_equal(grant_table_op(GNTTABOP_copy, op, 2), 0, "a reference that is not there");
    check_equal(op[1].status, GNTST_bad_gntref, "is told in its element");
}

/* --- events, time, the vCPU --- */

static void test_events(void)
{
    struct evtchn_alloc_unbound a = {.dom = DOMID_SELF, .remote_dom = DOMID_SELF};
    struct evtchn_bind_interdomain b = {.remote_dom = DOMID_SELF};
    struct evtchn_send send;
    struct evtchn_status status = {.dom = DOMID_SELF};
    struct sched_poll poll = {.nr_ports = 1};
    evtchn_port_t port;

    check_equal(event_channel_op(EVTCHNOP_alloc_unbound, &a), 0, "a port can be had");
    b.remote_port = a.port;
    check_equal(event_channel_op(EVTCHNOP_bind_interdomain, &b), 0, "and bound to");
    status.port = b.local_port;
    check(!event_channel_op(EVTCHNOP_status, &status) && status.status == EVTCHNSTAT_interdomain, "it tells so");
    send.port = a.port;
    check_equal(event_channel_op(EVTCHNOP_send, &send), 0, "an event can be sent");
    port = b.local_port;
    set_xen_guest_handle(poll.ports, &port);
    check_equal(sched_op(SCHEDOP_poll, &poll), 0, "and waited for");
    poll.nr_ports = 129;
    check_equal(sched_op(SCHEDOP_poll, &poll), -XEN_EINVAL, "but not 129 of them");
}

static void test_vcpu(void)
{
    static struct vcpu_runstate_info area;
    struct vcpu_register_runstate_memory_area where = {.addr.p = 0};
    struct vcpu_set_singleshot_timer timer = {.timeout_abs_ns = 1, .flags = VCPU_SSHOTTMR_future};
    struct vcpu_runstate_info info = {.state = 99};

    where.addr.p = (uint32_t)&area;
    check_equal(vcpu_op(VCPUOP_register_runstate_memory_area, 0, &where), 0, "a place for the runstate");
    check(area.state == RUNSTATE_running && area.state_entry_time, "which is running, since some time");
    check_equal(vcpu_op(VCPUOP_get_runstate_info, 0, &info), 0, "it can be asked for, too");
    check(info.state_entry_time == area.state_entry_time && info.time[RUNSTATE_running] >= area.time[RUNSTATE_running],
          "with the same times");
    check_equal(vcpu_op(VCPUOP_set_singleshot_timer, 0, &timer), -XEN_ETIME, "the past is no future");
    check_equal(vcpu_op(VCPUOP_set_singleshot_timer, 0, NOWHERE), -XEN_EFAULT, "nor is nowhere a time");
    check_equal(vcpu_op(VCPUOP_is_up, 0, 0), 1, "the vCPU is up");
}

static void test_hvm(void)
{
    struct xen_hvm_param param = {.domid = DOMID_SELF, .index = HVM_PARAM_STORE_PFN, .value = 1ull << 40 | 5};

    check_equal(hvm_op(HVMOP_set_param, &param), 0, "a parameter can be set");
    param.value = 0;
    check(!hvm_op(HVMOP_get_param, &param) && param.value == (1ull << 40 | 5), "and got, with all of its 64 bits");
}

/* The leaf with the MSR that has the hypercall page filled: Xen's CPUID interface. */
static void hypercalls_init(void)
{
    uint32_t leaf = 0x40000000, a, b, c, d;

    for (; leaf < 0x40010000; leaf += 0x100) {
        __asm__ volatile("cpuid" : "=a"(a), "=b"(b), "=c"(c), "=d"(d) : "a"(leaf), "c"(0));
        if (b == 0x566e6558 && c == 0x65584d4d && d == 0x4d4d566e) /* "XenVMMXenVMM" */
            break;
    }
    __asm__ volatile("cpuid" : "=a"(a), "=b"(b), "=c"(c), "=d"(d) : "a"(leaf + 2), "c"(0));
    __asm__ volatile("wrmsr" ::"c"(b), "a"(hypercall_page), "d"(0));
}

void compat_main(void);
void compat_main(void)
{
    hypercalls_init();
    test_version();
    test_map();
    test_batch();
    test_reservation();
    test_multicall();
    make_domain();
    test_claim_pages_errors();
    test_claim_pages();
    test_claim_memory_errors();
    test_claim_memory();
    test_populate();
    test_foreign();
    test_resource();
    destroy();
    test_grants();
    test_copy();
    test_events();
    test_vcpu();
    test_hvm();
    test_paging();
    finish();
}
