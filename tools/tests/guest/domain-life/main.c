/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A toolstack in small: a domain is made, gets claims and memory, is looked into, lends a page, and dies.  When it
 * is gone not one page is missing.
 *
 * machine: smp=1
 */
#include <public/domctl.h>
#include <public/errno.h>
#include <public/grant_table.h>
#include <public/hvm/save.h>
#include <public/memory.h>
#include <public/sched.h>
#include <public/sysctl.h>
#include "guest.h"

#define EMPTY_GPA   0x60000000UL
#define NO_NODE     XEN_DOMCTL_CLAIM_MEMORY_NO_NODE
#define GUEST_PAGES 4096UL

static domid_t domid;

static struct xen_domctl op_for(uint32_t cmd, domid_t domain)
{
    return (struct xen_domctl){.cmd = cmd, .interface_version = XEN_DOMCTL_INTERFACE_VERSION, .domain = domain};
}

static struct xen_sysctl_physinfo host(void)
{
    struct xen_sysctl op = {.cmd = XEN_SYSCTL_physinfo, .interface_version = XEN_SYSCTL_INTERFACE_VERSION};

    if (sysctl(&op))
        test_error("no physinfo");
    return op.u.physinfo;
}

static struct xen_domctl_getdomaininfo info(void)
{
    struct xen_domctl op = op_for(XEN_DOMCTL_getdomaininfo, domid);

    if (domctl(&op) || op.domain != domid)
        test_error("no domain info");
    return op.u.getdomaininfo;
}

/* --- making it --- */

static void test_create(void)
{
    struct xen_domctl op = op_for(XEN_DOMCTL_createdomain, 0), bad;

    op.u.createdomain = (struct xen_domctl_createdomain){
        .flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap,
        .max_vcpus = 2,
        .max_evtchn_port = 1023,
        .max_grant_frames = 4,
        .max_maptrack_frames = 4,
        .grant_opts = 1,
        .arch.emulation_flags = XEN_X86_EMU_LAPIC,
    };
    bad = op;
    bad.interface_version++;
    check_equal(domctl(&bad), -XEN_EACCES, "another version of the interface is refused");
    bad = op;
    bad.u.createdomain.flags = 0;
    check_equal(domctl(&bad), -XEN_EOPNOTSUPP, "there are no paravirtual domains");
    bad = op;
    bad.u.createdomain.max_vcpus = 100000;
    check_equal(domctl(&bad), -XEN_EINVAL, "nor any with 100000 vCPUs");
    check_equal(domctl(&op), 0, "a domain can be made");
    domid = op.domain;
    check(domid != 0, "it has a number of its own: %u", domid);
    check(info().flags & XEN_DOMINF_paused, "it is paused");
    bad = op;
    check_equal(domctl(&bad), -XEN_EEXIST, "its number is taken");
}

static void test_vcpus(void)
{
    struct xen_domctl op = op_for(XEN_DOMCTL_max_vcpus, domid);

    op.u.max_vcpus.max = 3;
    check_equal(domctl(&op), -XEN_EINVAL, "three vCPUs are more than it may have");
    op.u.max_vcpus.max = 2;
    check_equal(domctl(&op), 0, "two can be made");
    check_equal(domctl(&op), 0, "and made sure of");
    check_equal(info().max_vcpu_id, 1, "the last one is 1");
    op = op_for(XEN_DOMCTL_getvcpuinfo, domid);
    op.u.getvcpuinfo.vcpu = 1;
    check(!domctl(&op) && !op.u.getvcpuinfo.online, "it is down yet");
    op.u.getvcpuinfo.vcpu = 2;
    check_equal(domctl(&op), -XEN_EINVAL, "there is no vCPU 2");
    op = op_for(XEN_DOMCTL_unpausedomain, domid);
    check_equal(domctl(&op), -XEN_ENODATA, "without a context it cannot run");
}

/* The first vCPU's context is not read any further than to what is wrong with it. */
static void test_context(void)
{
    static struct {
        struct hvm_save_descriptor header_desc;
        struct hvm_save_header header;
        struct hvm_save_descriptor cpu_desc;
        struct hvm_hw_cpu cpu;
        struct hvm_save_descriptor end;
    } packed_struct chain = {
        .header_desc = {HVM_SAVE_CODE(HEADER), 0, HVM_SAVE_LENGTH(HEADER)},
        .header = {.magic = HVM_FILE_MAGIC, .version = HVM_FILE_VERSION},
        .cpu_desc = {HVM_SAVE_CODE(CPU), 0, HVM_SAVE_LENGTH(CPU)},
        .cpu = {.rflags = 2, .cr0 = 0x11, .dr6 = 0xffff0ff0, .dr7 = 0x400, .flags = XEN_X86_FPU_INITIALISED},
    };
    struct xen_domctl op = op_for(XEN_DOMCTL_sethvmcontext, domid), info = op_for(XEN_DOMCTL_getvcpuinfo, domid);

    op.u.hvmcontext.buffer.p = (void *)&chain;
    op.u.hvmcontext.size = sizeof(chain);
    chain.cpu.fpu_regs[24 + 3] = 0x80; /* MXCSR bit 31 */
    check_equal(domctl(&op), -XEN_EINVAL, "a context whose MXCSR no processor would load is refused");
    chain.cpu.fpu_regs[24 + 3] = 0;
    chain.cpu.dr7 = 1ul << 32;
    check_equal(domctl(&op), -XEN_EINVAL, "and one whose DR7 is wider than the register");
    chain.cpu.dr7 = 0x400;
    chain.cpu.pad0 = 1;
    check_equal(domctl(&op), -XEN_EINVAL, "or with something in the padding");
    check(!domctl(&info) && !info.u.getvcpuinfo.online, "the vCPU is still down");
}

/* --- claims --- */

static long claim_pages(uint64_t pages)
{
    struct xen_memory_reservation r = {.nr_extents = pages, .domid = domid};

    return memory_op(XENMEM_claim_pages, &r);
}

static long claim(unsigned int count, struct xen_memory_claim *entries)
{
    struct xen_domctl op = op_for(XEN_DOMCTL_claim_memory, domid);

    op.u.claim_memory.claims.p = entries;
    op.u.claim_memory.nr_claims = count;
    return domctl(&op);
}

static void test_claim_errors(void)
{
    struct xen_memory_reservation r = {.nr_extents = 1, .domid = domid, .extent_order = 1};
    struct xen_memory_claim two[] = {XEN_NODE_CLAIM_INIT(10, 0), XEN_NODE_CLAIM_INIT(10, 0)};
    struct xen_memory_claim absent = XEN_NODE_CLAIM_INIT(10, 63), padded = {.pages = 1, .node = 0, .pad = 1};
    struct xen_memory_claim empty = XEN_NODE_CLAIM_INIT(0, 0), wide = XEN_NODE_CLAIM_INIT(1UL << 40, NO_NODE);
    uint64_t before = host().outstanding_pages;

    check_equal(memory_op(XENMEM_claim_pages, &r), -XEN_EINVAL, "a claim has no order");
    check_equal(memory_op(XENMEM_claim_pages | 1 << 6, &r), -XEN_EINVAL, "and no continuation");
    r.extent_order = 0;
    r.domid = 4711;
    check_equal(memory_op(XENMEM_claim_pages, &r), -XEN_EINVAL, "for a domain that is not there");
    check_equal(memory_op(XENMEM_claim_pages, 0x800000000000UL), -XEN_EFAULT, "from an address that cannot be");
    check_equal(claim(0, two), -XEN_EINVAL, "no entries");
    check_equal(claim(2, two), -XEN_EINVAL, "the same node twice");
    check_equal(claim(100, two), -XEN_E2BIG, "more entries than nodes");
    check_equal(claim(1, &absent), -XEN_ENOENT, "a node that is not there");
    check_equal(claim(1, &padded), -XEN_EINVAL, "something in the padding");
    check_equal(claim(1, &empty), -XEN_EINVAL, "no pages");
    check_equal(claim(1, &wide), -XEN_EINVAL, "more than the domain may have");
    check_equal(claim(1, (void *)0x800000000000UL), -XEN_EFAULT, "entries at an address that cannot be");
    check_equal(host().outstanding_pages, before, "none of it leaves a trace");
}

static void test_claim(void)
{
    struct xen_memory_claim release = XEN_NODE_CLAIM_INIT(0, NO_NODE);
    struct xen_memory_claim both[] = {XEN_NODE_CLAIM_INIT(1000, 0), XEN_NODE_CLAIM_INIT(500, NO_NODE)};
    struct xen_domctl pages = op_for(XEN_DOMCTL_get_node_pages, domid);

    check_equal(claim(2, both), 0, "a node and the host at once");
    check_equal(info().outstanding_pages, 1500, "that is 1500 pages");
    check_equal(host().outstanding_pages, 1500, "for the host as well");
    check(!domctl(&pages) && pages.u.get_node_pages.claimed_host == 500, "of which 500 anywhere");
    check_equal(claim_pages(10), -XEN_EINVAL, "no second claim");
    check_equal(claim(1, &release), 0, "released");
    check_equal(claim(1, &release), 0, "twice");
    check_equal(host().outstanding_pages, 0, "nothing is claimed any more");
    check_equal(claim_pages(GUEST_PAGES), 0, "a claim by the old call");
    check_equal(host().outstanding_pages, GUEST_PAGES, "counts the same");
}

/* --- memory --- */

static long populate(unsigned long gfn, unsigned long count, unsigned int order)
{
    static xen_pfn_t frames[GUEST_PAGES];
    struct xen_memory_reservation r = {.nr_extents = count, .extent_order = order, .domid = domid};
    struct multicall_entry call = {.op = __HYPERVISOR_memory_op, .args = {XENMEM_populate_physmap, (unsigned long)&r}};

    r.extent_start.p = frames;
    for (unsigned long i = 0; i < count; i++)
        frames[i] = gfn + (i << order);
    if (hypercall2(__HYPERVISOR_multicall, &call, 1))
        test_error("multicall fails");
    return call.result;
}

static void test_populate(void)
{
    check_equal(populate(0, GUEST_PAGES / 2, 0), GUEST_PAGES / 2, "half of its memory, page by page");
    check_equal(info().outstanding_pages, GUEST_PAGES / 2, "redeems half of the claim");
    check_equal(populate(GUEST_PAGES / 2, GUEST_PAGES / 2 >> 9, 9), GUEST_PAGES / 2 >> 9, "half by 2 MiB");
    check_equal(info().outstanding_pages, 0, "redeems the rest");
    check_equal(info().tot_pages, GUEST_PAGES, "it has what it shall have");
    check_equal(populate(GUEST_PAGES, 1, 0), 0, "and not one page more");
    check_equal(populate(1, 1, 9), 0, "a 2 MiB block at an odd place");
    check_equal(claim_pages(0), 0, "the claim is released");
}

static void test_decrease(void)
{
    xen_pfn_t frames[] = {GUEST_PAGES / 2 + 17, 3, 3};
    struct xen_memory_reservation r = {.nr_extents = 3, .domid = domid};

    r.extent_start.p = frames;
    check_equal(memory_op(XENMEM_decrease_reservation, &r), 2, "two pages are given back, one of them not twice");
    check_equal(info().tot_pages, GUEST_PAGES - 2, "which counts");
    check_equal(populate(3, 1, 0), 1, "one comes back");
    check_equal(populate(GUEST_PAGES / 2 + 17, 1, 0), 1, "and the other, into a 2 MiB block");
}

/* --- looking into it --- */

static long map_foreign(unsigned long gfn, unsigned long at)
{
    struct xen_add_to_physmap_batch arg = {.domid = DOMID_SELF, .space = XENMAPSPACE_gmfn_foreign, .size = 1};
    xen_ulong_t idx = gfn;
    xen_pfn_t here = at >> 12;
    int err = 1;

    arg.u.foreign_domid = domid;
    arg.idxs.p = &idx;
    arg.gpfns.p = &here;
    arg.errs.p = &err;
    if (memory_op(XENMEM_add_to_physmap_batch, &arg))
        test_error("the batch fails");
    return err;
}

static long unmap_foreign(unsigned long at)
{
    struct xen_remove_from_physmap arg = {.domid = DOMID_SELF, .gpfn = at >> 12};

    return memory_op(XENMEM_remove_from_physmap, &arg);
}

static void test_foreign(void)
{
    uint64_t *window = (uint64_t *)EMPTY_GPA;

    check_equal(map_foreign(100, EMPTY_GPA), 0, "a page of it can be mapped");
    check_equal(window[0], 0, "it is clean");
    window[0] = 0x1122334455667788;
    check_equal(map_foreign(GUEST_PAGES / 2 + 5, EMPTY_GPA), 0, "another one in the same place");
    check_equal(window[0], 0, "is another page");
    check_equal(map_foreign(100, EMPTY_GPA), 0, "and back");
    check_equal(window[0], 0x1122334455667788, "to what was written");
    check_equal(map_foreign(1UL << 30, EMPTY_GPA + 4096), -XEN_EINVAL, "where it has nothing there is nothing");
    check_equal(unmap_foreign(EMPTY_GPA), 0, "it can be unmapped");
    check_equal(unmap_foreign(EMPTY_GPA), -XEN_EINVAL, "once");
}

/* --- its grant table, filled by its builder --- */

static void test_grant(void)
{
    struct xen_mem_acquire_resource arg = {.domid = domid, .type = XENMEM_resource_grant_table, .nr_frames = 1};
    struct grant_entry_v1 *table = (void *)(EMPTY_GPA + 0x10000);
    struct gnttab_map_grant_ref map = {
        .host_addr = EMPTY_GPA, .flags = GNTMAP_host_map, .ref = GNTTAB_RESERVED_XENSTORE, .dom = domid};
    struct gnttab_unmap_grant_ref unmap = {.host_addr = EMPTY_GPA};
    xen_pfn_t at = (unsigned long)table >> 12;

    arg.frame_list.p = &at;
    check_equal(memory_op(XENMEM_acquire_resource, &arg), 0, "its grant table can be mapped");
    table[GNTTAB_RESERVED_XENSTORE].frame = 100;
    table[GNTTAB_RESERVED_XENSTORE].domid = 0;
    table[GNTTAB_RESERVED_XENSTORE].flags = GTF_permit_access;
    grant_table_op(GNTTABOP_map_grant_ref, &map, 1);
    check_equal(map.status, GNTST_okay, "a grant written into it can be used");
    check_equal(*(uint64_t *)EMPTY_GPA, 0x1122334455667788, "it is the page meant");
    unmap.handle = map.handle;
    grant_table_op(GNTTABOP_unmap_grant_ref, &unmap, 1);
    check_equal(unmap.status, GNTST_okay, "and given back");
    check_equal(unmap_foreign((unsigned long)table), 0, "the table is unmapped");
    arg.frame = 4;
    check_equal(memory_op(XENMEM_acquire_resource, &arg), -XEN_EINVAL, "it has four frames");
    arg.pad = 1;
    check_equal(memory_op(XENMEM_acquire_resource, &arg), -XEN_EINVAL, "padding is empty");
}

/* --- its end --- */

static void destroy(void)
{
    struct xen_domctl op = op_for(XEN_DOMCTL_destroydomain, domid);

    check_equal(domctl(&op), 0, "it can be destroyed");
}

/* A domain is taken out of the table and freed when every CPU has passed a quiet point: yielding lets them. */
static bool is_soon_gone(void)
{
    struct xen_domctl op;

    for (unsigned int i = 0; i < 1000; i++) {
        op = op_for(XEN_DOMCTL_getdomaininfo, domid);
        if (domctl(&op) == -XEN_ESRCH)
            return true;
        sched_op(SCHEDOP_yield, 0);
    }
    return false;
}

static void test_destroy(void)
{
    struct xen_domctl op = op_for(XEN_DOMCTL_pausedomain, domid);

    check_equal(map_foreign(100, EMPTY_GPA), 0, "with a page of it mapped");
    check_equal(claim_pages(GUEST_PAGES + 100), -XEN_EINVAL, "no more can be claimed than it may have");
    destroy();
    check(info().flags & XEN_DOMINF_dying, "it is dying");
    check_equal(info().tot_pages, 1, "but for the mapped page it has nothing");
    check_equal(*(uint64_t *)EMPTY_GPA, 0x1122334455667788, "which is whole");
    check_equal(claim_pages(1), -XEN_EINVAL, "a dying domain claims nothing");
    check_equal(unmap_foreign(EMPTY_GPA), 0, "when that is unmapped");
    check(is_soon_gone(), "it is gone");
    check_equal(domctl(&op), -XEN_ESRCH, "nothing can be done to it");
}

static void one_life(void)
{
    struct xen_domctl op;

    test_create();
    test_vcpus();
    test_context();
    op = op_for(XEN_DOMCTL_max_mem, domid);
    op.u.max_mem.max_memkb = GUEST_PAGES * 4;
    check_equal(domctl(&op), 0, "it may have 16 MiB");
    test_claim_errors();
    test_claim();
    test_populate();
    test_decrease();
    test_foreign();
    test_grant();
    test_destroy();
}

static uint64_t free_pages_settled(uint64_t wanted)
{
    for (unsigned int i = 0; i < 1000 && host().free_pages != wanted; i++)
        sched_op(SCHEDOP_yield, 0);
    return host().free_pages;
}

void test_main(void)
{
    struct xen_sysctl_physinfo before;

    one_life();     /* the first one leaves slabs and tables behind that later ones use again */
    before = host();
    before.free_pages = free_pages_settled(0);
    one_life();
    check_equal(free_pages_settled(before.free_pages), before.free_pages, "a second life leaves no page missing");
    check_equal(host().outstanding_pages, 0, "and no claim");
}
