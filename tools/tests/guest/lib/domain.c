/* SPDX-License-Identifier: GPL-2.0-only */
/* domain.h's calls. */
#include <public/event_channel.h>
#include <public/hvm/save.h>
#include <public/memory.h>
#include <public/sched.h>
#include "domain.h"
#include "elf.h"
#include "guest.h"

/* Where pages of the domain are seen while it is filled: nothing else is there in any of our machines. */
#define WINDOW ((char *)0xa0000000UL)

#define START_INFO 0x1000UL /* in the new domain: the start info, and its command line behind */
#define CMDLINE    0x1800UL

#define PATIENCE 100000 /* yields: each lets every CPU come round */

struct xen_domctl domctl_for(uint32_t cmd, domid_t domid)
{
    return (struct xen_domctl){.cmd = cmd, .interface_version = XEN_DOMCTL_INTERFACE_VERSION, .domain = domid};
}

struct xen_sysctl sysctl_for(uint32_t cmd)
{
    return (struct xen_sysctl){.cmd = cmd, .interface_version = XEN_SYSCTL_INTERFACE_VERSION};
}

static void must(long rc, const char *what)
{
    if (rc)
        test_error("%s: error %ld", what, rc);
}

/* --- making --- */

domid_t domain_make(unsigned int vcpus, unsigned long max_pages)
{
    struct xen_domctl create = domctl_for(XEN_DOMCTL_createdomain, 0), op;

    create.u.createdomain = (struct xen_domctl_createdomain){
        .flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap,
        .max_vcpus = vcpus,
        .max_evtchn_port = 1023,
        .max_grant_frames = 4,
        .max_maptrack_frames = 4,
        .grant_opts = 1,
        .arch.emulation_flags = XEN_X86_EMU_LAPIC,
    };
    must(domctl(&create), "a domain cannot be made");
    op = domctl_for(XEN_DOMCTL_max_vcpus, create.domain);
    op.u.max_vcpus.max = vcpus;
    must(domctl(&op), "its vCPUs cannot be made");
    op = domctl_for(XEN_DOMCTL_max_mem, create.domain);
    op.u.max_mem.max_memkb = max_pages * 4;
    must(domctl(&op), "its memory cannot be limited");
    return create.domain;
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

/* --- filling it --- */

static void write_to(domid_t domid, unsigned long gpa, const void *from, unsigned long size)
{
    while (size) {
        unsigned long offset = gpa & 4095, piece = min(size, 4096 - offset);

        must(domain_page_map(domid, gpa >> 12, WINDOW), "a page of the domain cannot be mapped");
        memcpy(WINDOW + offset, from, piece);
        gpa += piece;
        from = (const char *)from + piece;
        size -= piece;
    }
    must(domain_page_unmap(WINDOW), "nor unmapped");
}

static const char *kernel_image(void)
{
    const struct hvm_modlist_entry *module = (void *)guest_start_info->modlist_paddr;

    if (!guest_start_info->nr_modules)
        test_error("there is no kernel for the domain: a line 'module:' names it");
    return (const char *)module->paddr;
}

static uint32_t load_kernel(domid_t domid)
{
    const char *image = kernel_image();
    const struct elf64_header *elf = (const void *)image;
    const struct elf64_segment *s = (const void *)(image + elf->segments);

    if (memcmp(elf->magic, "\177ELF", 4))
        test_error("the domain's kernel is no ELF file");
    for (unsigned int i = 0; i < elf->segment_count; i++)
        if (s[i].type == ELF_LOAD)
            write_to(domid, s[i].paddr, image + s[i].offset, s[i].file_size);
    return elf->entry;
}

static void load_start_info(domid_t domid, const char *cmdline)
{
    struct hvm_start_info info = {.magic = XEN_HVM_START_MAGIC_VALUE, .version = 1, .cmdline_paddr = CMDLINE};

    write_to(domid, START_INFO, &info, sizeof(info));
    write_to(domid, CMDLINE, cmdline, strlen(cmdline) + 1);
}

/* The PVH boot ABI: flat 32-bit protected mode, ebx the start info. */
void domain_context(domid_t domid, uint32_t entry)
{
    static struct {
        struct hvm_save_descriptor header_desc;
        struct hvm_save_header header;
        struct hvm_save_descriptor cpu_desc;
        struct hvm_hw_cpu cpu;
        struct hvm_save_descriptor end;
    } packed_struct chain;
    struct xen_domctl op = domctl_for(XEN_DOMCTL_sethvmcontext, domid);
    struct hvm_hw_cpu cpu = {.rip = entry, .rbx = START_INFO, .rflags = 2, .cr0 = 0x11, .dr6 = 0xffff0ff0, .dr7 = 0x400};

    cpu.cs_limit = cpu.ds_limit = cpu.es_limit = cpu.ss_limit = ~0u;
    cpu.cs_arbytes = 0xc9b;
    cpu.ds_arbytes = cpu.es_arbytes = cpu.ss_arbytes = 0xc93;
    cpu.tr_arbytes = 0x8b;
    cpu.tr_limit = 0x67;
    chain.header_desc = (struct hvm_save_descriptor){HVM_SAVE_CODE(HEADER), 0, HVM_SAVE_LENGTH(HEADER)};
    chain.header = (struct hvm_save_header){.magic = HVM_FILE_MAGIC, .version = HVM_FILE_VERSION};
    chain.cpu_desc = (struct hvm_save_descriptor){HVM_SAVE_CODE(CPU), 0, HVM_SAVE_LENGTH(CPU)};
    chain.cpu = cpu;
    chain.end = (struct hvm_save_descriptor){HVM_SAVE_CODE(END), 0, 0};
    op.u.hvmcontext.buffer.p = (void *)&chain;
    op.u.hvmcontext.size = sizeof(chain);
    must(domctl(&op), "the first vCPU's context cannot be set");
}

void domain_load(domid_t domid, const char *cmdline)
{
    uint32_t entry = load_kernel(domid);

    load_start_info(domid, cmdline);
    domain_context(domid, entry);
}

void domain_run(domid_t domid)
{
    struct xen_domctl op = domctl_for(XEN_DOMCTL_unpausedomain, domid);

    must(domctl(&op), "the domain cannot be started");
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

void domain_end(domid_t domid)
{
    struct xen_domctl op = domctl_for(XEN_DOMCTL_destroydomain, domid);

    must(domctl(&op), "the domain cannot be destroyed");
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
