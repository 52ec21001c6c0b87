/* SPDX-License-Identifier: GPL-2.0-only */
/* domain.h's calls, but for how a domain gets its kernel. */
#include <public/event_channel.h>
#include <public/hvm/save.h>
#include <public/memory.h>
#include <public/sched.h>
#include "domain.h"
#include "guest.h"
#include "private.h"

#define WINDOWS 0xa0000000UL /* nothing else is there in any of our machines */

#define PATIENCE 100000 /* yields: each lets every CPU come round */

struct xen_domctl domctl_for(uint32_t cmd, domid_t domid)
{
    return (struct xen_domctl){.cmd = cmd, .interface_version = XEN_DOMCTL_INTERFACE_VERSION, .domain = domid};
}

struct xen_sysctl sysctl_for(uint32_t cmd)
{
    return (struct xen_sysctl){.cmd = cmd, .interface_version = XEN_SYSCTL_INTERFACE_VERSION};
}

void must(long rc, const char *what)
{
    if (rc)
        test_error("%s: error %ld", what, rc);
}

/* --- making --- */

domid_t domain_create(unsigned int vcpus)
{
    struct xen_domctl op = domctl_for(XEN_DOMCTL_createdomain, 0);

    op.u.createdomain = (struct xen_domctl_createdomain){
        .flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap,
        .max_vcpus = vcpus,
        .max_evtchn_port = 1023,
        .max_grant_frames = 4,
        .max_maptrack_frames = 4,
        .grant_opts = 1,
        .arch.emulation_flags = XEN_X86_EMU_LAPIC,
    };
    must(domctl(&op), "a domain cannot be made");
    return op.domain;
}

domid_t domain_make(unsigned int vcpus, unsigned long max_pages)
{
    domid_t domid = domain_create(vcpus);
    struct xen_domctl op = domctl_for(XEN_DOMCTL_max_vcpus, domid);

    op.u.max_vcpus.max = vcpus;
    must(domctl(&op), "its vCPUs cannot be made");
    op = domctl_for(XEN_DOMCTL_max_mem, domid);
    op.u.max_mem.max_memkb = max_pages * 4;
    must(domctl(&op), "its memory cannot be limited");
    return domid;
}

/* In a multicall, as toolstacks do: the count is told in full. */
long domain_populate(domid_t domid, unsigned long gfn, unsigned long count, unsigned int order)
{
    static xen_pfn_t frames[4096];
    struct xen_memory_reservation r = {.nr_extents = count, .extent_order = order, .domid = domid};
    struct multicall_entry call = {.op = __HYPERVISOR_memory_op, .args = {XENMEM_populate_physmap, (unsigned long)&r}};

    if (count > ARRAY_SIZE(frames))
        test_error("%lu extents at once", count);
    r.extent_start.p = frames;
    for (unsigned long i = 0; i < count; i++)
        frames[i] = gfn + (i << order);
    must(hypercall2(__HYPERVISOR_multicall, &call, 1), "multicall");
    return call.result;
}

struct xen_domctl_getdomaininfo domain_info(domid_t domid)
{
    struct xen_domctl op = domctl_for(XEN_DOMCTL_getdomaininfo, domid);

    must(domctl(&op), "no domain info");
    if (op.domain != domid)
        test_error("domain %u is not there", domid);
    return op.u.getdomaininfo;
}

/* --- looking into it --- */

long domain_page_map(domid_t domid, unsigned long gfn, void *at)
{
    struct xen_add_to_physmap_batch arg = {.domid = DOMID_SELF, .space = XENMAPSPACE_gmfn_foreign, .size = 1};
    xen_ulong_t idx = gfn;
    xen_pfn_t here = (unsigned long)at >> 12;
    int err = 1;

    arg.u.foreign_domid = domid;
    arg.idxs.p = &idx;
    arg.gpfns.p = &here;
    arg.errs.p = &err;
    must(memory_op(XENMEM_add_to_physmap_batch, &arg), "the batch fails");
    return err;
}

long domain_grant_frame_map(domid_t domid, unsigned int frame, void *at)
{
    struct xen_mem_acquire_resource arg = {
        .domid = domid, .type = XENMEM_resource_grant_table, .frame = frame, .nr_frames = 1};
    xen_pfn_t here = (unsigned long)at >> 12;

    arg.frame_list.p = &here;
    return memory_op(XENMEM_acquire_resource, &arg);
}

long domain_page_unmap(void *at)
{
    struct xen_remove_from_physmap arg = {.domid = DOMID_SELF, .gpfn = (unsigned long)at >> 12};

    return memory_op(XENMEM_remove_from_physmap, &arg);
}

static bool window_is_taken[64];

static unsigned int window_find(void)
{
    for (unsigned int i = 0; i < ARRAY_SIZE(window_is_taken); i++)
        if (!window_is_taken[i])
            return i;
    test_error("all windows are taken");
}

void *domain_map(domid_t domid, const void *address)
{
    unsigned int window = window_find();
    char *here = (char *)WINDOWS + window * 4096UL;

    must(domain_page_map(domid, (unsigned long)address >> 12, here), "a page of the domain cannot be mapped");
    window_is_taken[window] = true;
    return here + (unsigned long)address % 4096;
}

void domain_unmap(void *here)
{
    must(domain_page_unmap(here), "a page of the domain cannot be unmapped");
    window_is_taken[((unsigned long)here - WINDOWS) >> 12] = false;
}

/* --- its vCPUs --- */

/* What a builder hands over: a chain of records. */
struct context {
    struct hvm_save_descriptor header_desc;
    struct hvm_save_header header;
    struct hvm_save_descriptor cpu_desc;
    struct hvm_hw_cpu cpu;
    struct hvm_save_descriptor end;
};
_Static_assert(sizeof(struct context) ==
                   3 * sizeof(struct hvm_save_descriptor) + HVM_SAVE_LENGTH(HEADER) + HVM_SAVE_LENGTH(CPU),
               "no gaps in the chain");

void domain_vcpu_set(domid_t domid, unsigned int n, const struct hvm_hw_cpu *cpu)
{
    static struct context chain;
    struct xen_domctl op = domctl_for(XEN_DOMCTL_sethvmcontext, domid);

    chain = (struct context){
        .header_desc = {HVM_SAVE_CODE(HEADER), 0, HVM_SAVE_LENGTH(HEADER)},
        .header = {.magic = HVM_FILE_MAGIC, .version = HVM_FILE_VERSION},
        .cpu_desc = {HVM_SAVE_CODE(CPU), (uint16_t)n, HVM_SAVE_LENGTH(CPU)},
        .cpu = *cpu,
        .end = {HVM_SAVE_CODE(END), 0, 0},
    };
    op.u.hvmcontext.buffer.p = (void *)&chain;
    op.u.hvmcontext.size = sizeof(chain);
    must(domctl(&op), "a vCPU's context cannot be set");
}

/* --- its life --- */

static void simply(domid_t domid, uint32_t cmd, const char *what)
{
    struct xen_domctl op = domctl_for(cmd, domid);

    must(domctl(&op), what);
}

void domain_pause(domid_t domid)
{
    simply(domid, XEN_DOMCTL_pausedomain, "the domain cannot be paused");
}

void domain_unpause(domid_t domid)
{
    simply(domid, XEN_DOMCTL_unpausedomain, "the domain cannot be started");
}

void domain_pin(domid_t domid, unsigned int vcpu, uint64_t cpus)
{
    struct xen_domctl op = domctl_for(XEN_DOMCTL_setvcpuaffinity, domid);

    op.u.vcpuaffinity.vcpu = vcpu;
    op.u.vcpuaffinity.flags = XEN_VCPUAFFINITY_HARD;
    op.u.vcpuaffinity.cpumap_hard.bitmap.p = (uint8_t *)&cpus;
    op.u.vcpuaffinity.cpumap_hard.nr_bits = 64;
    must(domctl(&op), "a vCPU cannot be pinned");
}

/* --- its end --- */

static evtchn_port_t watch_port;
static struct shared_info *shared;

void domain_watch(void)
{
    struct xen_add_to_physmap arg = {.domid = DOMID_SELF, .space = XENMAPSPACE_shared_info};
    struct evtchn_bind_virq virq = {.virq = VIRQ_DOM_EXC, .vcpu = 0};

    shared = page_take(1);
    arg.gpfn = (unsigned long)shared >> 12;
    must(memory_op(XENMEM_add_to_physmap, &arg), "the shared page cannot be mapped");
    must(event_channel_op(EVTCHNOP_bind_virq, &virq), "VIRQ_DOM_EXC cannot be bound");
    watch_port = virq.port;
    shared->evtchn_mask[watch_port / 64] |= 1UL << (watch_port % 64);
}

unsigned int domain_wait(domid_t domid)
{
    struct sched_poll poll = {.nr_ports = 1};
    uint32_t flags;

    poll.ports.p = &watch_port;
    for (;;) {
        __atomic_fetch_and(&shared->evtchn_pending[watch_port / 64], ~(1UL << (watch_port % 64)), __ATOMIC_SEQ_CST);
        flags = domain_info(domid).flags;
        if (flags & XEN_DOMINF_shutdown)
            return flags >> XEN_DOMINF_shutdownshift & XEN_DOMINF_shutdownmask;
        sched_op(SCHEDOP_poll, &poll);
    }
}

bool domain_exists(domid_t domid)
{
    struct xen_domctl op = domctl_for(XEN_DOMCTL_getdomaininfo, domid);

    return !domctl(&op) && op.domain == domid;
}

void domain_destroy(domid_t domid)
{
    simply(domid, XEN_DOMCTL_destroydomain, "the domain cannot be destroyed");
}

void domain_end(domid_t domid)
{
    domain_destroy(domid);
    for (unsigned int i = 0; domain_exists(domid); i++) {
        if (i == PATIENCE)
            test_error("domain %u stays", domid);
        sched_op(SCHEDOP_yield, 0);
    }
}

/* --- the host --- */

struct xen_sysctl_physinfo host_info(void)
{
    struct xen_sysctl op = sysctl_for(XEN_SYSCTL_physinfo);

    must(sysctl(&op), "no physinfo");
    return op.u.physinfo;
}

uint64_t host_free_pages(uint64_t wanted)
{
    for (unsigned int i = 0; i < 200 && host_info().free_pages != wanted; i++)
        sched_op(SCHEDOP_yield, 0);
    return host_info().free_pages;
}

long host_key(char key)
{
    struct xen_sysctl op = sysctl_for(XEN_SYSCTL_debug_keys);

    op.u.debug_keys.keys.p = &key;
    op.u.debug_keys.nr_keys = 1;
    return sysctl(&op);
}
