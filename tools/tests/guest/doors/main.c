/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every hypercall that takes an address, given addresses that do not do: not canonical, not mapped, running off the
 * end of what is mapped, and not writable where a result is to be stored.  Then numbers that nobody gave out.
 *
 * machine: smp=1
 */
#include <public/domctl.h>
#include <public/errno.h>
#include <public/event_channel.h>
#include <public/grant_table.h>
#include <public/hvm/hvm_op.h>
#include <public/memory.h>
#include <public/physdev.h>
#include <public/platform.h>
#include <public/sched.h>
#include <public/sysctl.h>
#include <public/vcpu.h>
#include <public/version.h>
#include <asm/processor.h>
#include "guest.h"

#define NOT_CANONICAL 0x0000800000000000UL
#define NOT_MAPPED    0x0000000200000000UL /* 8 GiB: page tables end at 4 */
#define END_OF_MAP    0x0000000100000000UL
#define NO_MEMORY     0x0000000090000000UL /* mapped by us, and nothing there */

/* A call with the address as its nth argument. */
static const struct {
    const char *name;
    unsigned int number, nth;
    unsigned long first, third; /* the other arguments */
} calls[] = {
    {"platform_op", __HYPERVISOR_platform_op, 0, 0, 0},
    {"multicall", __HYPERVISOR_multicall, 0, 0, 0},
    {"extraversion", __HYPERVISOR_xen_version, 1, XENVER_extraversion, 0},
    {"compile_info", __HYPERVISOR_xen_version, 1, XENVER_compile_info, 0},
    {"capabilities", __HYPERVISOR_xen_version, 1, XENVER_capabilities, 0},
    {"changeset", __HYPERVISOR_xen_version, 1, XENVER_changeset, 0},
    {"platform_parameters", __HYPERVISOR_xen_version, 1, XENVER_platform_parameters, 0},
    {"get_features", __HYPERVISOR_xen_version, 1, XENVER_get_features, 0},
    {"guest_handle", __HYPERVISOR_xen_version, 1, XENVER_guest_handle, 0},
    {"commandline", __HYPERVISOR_xen_version, 1, XENVER_commandline, 0},
    {"current_reservation", __HYPERVISOR_memory_op, 1, XENMEM_current_reservation, 0},
    {"add_to_physmap", __HYPERVISOR_memory_op, 1, XENMEM_add_to_physmap, 0},
    {"add_to_physmap_batch", __HYPERVISOR_memory_op, 1, XENMEM_add_to_physmap_batch, 0},
    {"remove_from_physmap", __HYPERVISOR_memory_op, 1, XENMEM_remove_from_physmap, 0},
    {"memory_map", __HYPERVISOR_memory_op, 1, XENMEM_memory_map, 0},
    {"set_memory_map", __HYPERVISOR_memory_op, 1, XENMEM_set_memory_map, 0},
    {"set_pod_target", __HYPERVISOR_memory_op, 1, XENMEM_set_pod_target, 0},
    {"claim_pages", __HYPERVISOR_memory_op, 1, XENMEM_claim_pages, 0},
    {"exchange", __HYPERVISOR_memory_op, 1, XENMEM_exchange, 0},
    {"get_vnumainfo", __HYPERVISOR_memory_op, 1, XENMEM_get_vnumainfo, 0},
    {"reserved_device_memory_map", __HYPERVISOR_memory_op, 1, XENMEM_reserved_device_memory_map, 0},
    {"get_pod_target", __HYPERVISOR_memory_op, 1, XENMEM_get_pod_target, 0},
    {"maximum_reservation", __HYPERVISOR_memory_op, 1, XENMEM_maximum_reservation, 0},
    {"maximum_gpfn", __HYPERVISOR_memory_op, 1, XENMEM_maximum_gpfn, 0},
    {"acquire_resource", __HYPERVISOR_memory_op, 1, XENMEM_acquire_resource, 0},
    {"map_grant_ref", __HYPERVISOR_grant_table_op, 1, GNTTABOP_map_grant_ref, 1},
    {"unmap_grant_ref", __HYPERVISOR_grant_table_op, 1, GNTTABOP_unmap_grant_ref, 1},
    {"grant copy", __HYPERVISOR_grant_table_op, 1, GNTTABOP_copy, 1},
    {"query_size", __HYPERVISOR_grant_table_op, 1, GNTTABOP_query_size, 1},
    {"set_version", __HYPERVISOR_grant_table_op, 1, GNTTABOP_set_version, 1},
    {"get_version", __HYPERVISOR_grant_table_op, 1, GNTTABOP_get_version, 1},
    {"get_runstate_info", __HYPERVISOR_vcpu_op, 2, VCPUOP_get_runstate_info, 0},
    {"register_runstate", __HYPERVISOR_vcpu_op, 2, VCPUOP_register_runstate_memory_area, 0},
    {"set_periodic_timer", __HYPERVISOR_vcpu_op, 2, VCPUOP_set_periodic_timer, 0},
    {"set_singleshot_timer", __HYPERVISOR_vcpu_op, 2, VCPUOP_set_singleshot_timer, 0},
    {"register_vcpu_info", __HYPERVISOR_vcpu_op, 2, VCPUOP_register_vcpu_info, 0},
    {"shutdown", __HYPERVISOR_sched_op, 1, SCHEDOP_shutdown, 0},
    {"poll", __HYPERVISOR_sched_op, 1, SCHEDOP_poll, 0},
    {"remote_shutdown", __HYPERVISOR_sched_op, 1, SCHEDOP_remote_shutdown, 0},
    {"shutdown_code", __HYPERVISOR_sched_op, 1, SCHEDOP_shutdown_code, 0},
    {"bind_interdomain", __HYPERVISOR_event_channel_op, 1, EVTCHNOP_bind_interdomain, 0},
    {"bind_virq", __HYPERVISOR_event_channel_op, 1, EVTCHNOP_bind_virq, 0},
    {"close", __HYPERVISOR_event_channel_op, 1, EVTCHNOP_close, 0},
    {"send", __HYPERVISOR_event_channel_op, 1, EVTCHNOP_send, 0},
    {"status", __HYPERVISOR_event_channel_op, 1, EVTCHNOP_status, 0},
    {"alloc_unbound", __HYPERVISOR_event_channel_op, 1, EVTCHNOP_alloc_unbound, 0},
    {"bind_ipi", __HYPERVISOR_event_channel_op, 1, EVTCHNOP_bind_ipi, 0},
    {"bind_vcpu", __HYPERVISOR_event_channel_op, 1, EVTCHNOP_bind_vcpu, 0},
    {"unmask", __HYPERVISOR_event_channel_op, 1, EVTCHNOP_unmask, 0},
    {"reset", __HYPERVISOR_event_channel_op, 1, EVTCHNOP_reset, 0},
    {"init_control", __HYPERVISOR_event_channel_op, 1, EVTCHNOP_init_control, 0},
    {"expand_array", __HYPERVISOR_event_channel_op, 1, EVTCHNOP_expand_array, 0},
    {"set_priority", __HYPERVISOR_event_channel_op, 1, EVTCHNOP_set_priority, 0},
    {"pci_mmcfg_reserved", __HYPERVISOR_physdev_op, 1, PHYSDEVOP_pci_mmcfg_reserved, 0},
    {"pci_device_add", __HYPERVISOR_physdev_op, 1, PHYSDEVOP_pci_device_add, 0},
    {"set_param", __HYPERVISOR_hvm_op, 1, HVMOP_set_param, 0},
    {"get_param", __HYPERVISOR_hvm_op, 1, HVMOP_get_param, 0},
    {"get_time", __HYPERVISOR_hvm_op, 1, HVMOP_get_time, 0},
    {"get_mem_type", __HYPERVISOR_hvm_op, 1, HVMOP_get_mem_type, 0},
    {"upcall_vector", __HYPERVISOR_hvm_op, 1, HVMOP_set_evtchn_upcall_vector, 0},
    {"sysctl", __HYPERVISOR_sysctl, 0, 0, 0},
    {"domctl", __HYPERVISOR_domctl, 0, 0, 0},
};

static long call_with(unsigned int i, unsigned long address)
{
    switch (calls[i].nth) {
    case 0:     /* multicall also wants a count */
        return hypercall3(calls[i].number, address, 1, 0);
    case 1:
        return hypercall3(calls[i].number, calls[i].first, address, calls[i].third);
    default:
        return hypercall3(calls[i].number, calls[i].first, 0, address);
    }
}

static void test_addresses(void)
{
    for (unsigned int i = 0; i < ARRAY_SIZE(calls); i++) {
        bool good = call_with(i, NOT_CANONICAL) == -XEN_EFAULT && call_with(i, NOT_MAPPED) == -XEN_EFAULT &&
                    call_with(i, END_OF_MAP - 1) == -XEN_EFAULT && call_with(i, NO_MEMORY) == -XEN_EFAULT &&
                    call_with(i, ~0UL) == -XEN_EFAULT;

        check(good, "%s: bad addresses are refused", calls[i].name);
    }
}

/* --- results to where one may not write --- */

/* The 2 MiB page of our tables that maps the address; it becomes read-only, or writable again. */
static void protect(unsigned long address, bool is_readonly)
{
    uint64_t *l3 = (uint64_t *)(page_l4[0] & ~0xfffUL), *l2 = (uint64_t *)(l3[address >> 30] & ~0xfffUL);
    uint64_t *entry = &l2[(address >> 21) & 511];

    *entry = is_readonly ? *entry & ~2UL : *entry | 2;
    write_cr3(read_cr3());
}

#define READONLY 0x4000000UL /* 64 MiB: within our memory, beyond this kernel */

static void check_readonly(const char *name, long result)
{
    check_equal(result, -XEN_EFAULT, "%s cannot store its result in a read-only page", name);
}

static void test_readonly(void)
{
    struct xen_feature_info *features = (void *)READONLY;
    struct evtchn_alloc_unbound *unbound = (void *)(READONLY + 64);
    struct gnttab_query_size *size = (void *)(READONLY + 128);
    struct xen_hvm_param *param = (void *)(READONLY + 192);
    struct xen_sysctl *host = (void *)(READONLY + 4096);
    struct xen_domctl *info = (void *)(READONLY + 8192);

    *features = (struct xen_feature_info){0};
    *unbound = (struct evtchn_alloc_unbound){.dom = DOMID_SELF, .remote_dom = DOMID_SELF};
    *size = (struct gnttab_query_size){.dom = DOMID_SELF};
    *param = (struct xen_hvm_param){.domid = DOMID_SELF};
    *host = (struct xen_sysctl){.cmd = XEN_SYSCTL_physinfo, .interface_version = XEN_SYSCTL_INTERFACE_VERSION};
    *info = (struct xen_domctl){
        .cmd = XEN_DOMCTL_getdomaininfo, .interface_version = XEN_DOMCTL_INTERFACE_VERSION};
    protect(READONLY, true);
    check_readonly("get_features", xen_version(XENVER_get_features, features));
    check_readonly("compile_info", xen_version(XENVER_compile_info, features));
    check_readonly("alloc_unbound", event_channel_op(EVTCHNOP_alloc_unbound, unbound));
    check_readonly("query_size", grant_table_op(GNTTABOP_query_size, size, 1));
    check_readonly("get_param", hvm_op(HVMOP_get_param, param));
    check_readonly("physinfo", sysctl(host));
    check_readonly("getdomaininfo", domctl(info));
    protect(READONLY, false);
    check_equal(xen_version(XENVER_get_features, features), 0, "and it can when it is writable again");
}

/* --- numbers --- */

static void test_numbers(void)
{
    static const unsigned int absent[] = {0, 1, 2, 10, 14, 23, 26, 27, 28, 30, 31, 37, 38, 39, 40, 41, 42, 43, 48, 55, 63};

    for (unsigned int i = 0; i < ARRAY_SIZE(absent); i++)
        check_equal(hypercall3(absent[i], 0, 0, 0), -XEN_ENOSYS, "hypercall %u is not there", absent[i]);
    check_equal(memory_op(63, 0), -XEN_ENOSYS, "nor memory_op 63");
    check_equal(vcpu_op(99, 0, 0), -XEN_ENOSYS, "vcpu_op 99");
    check_equal(vcpu_op(VCPUOP_is_up, 99, 0), -XEN_ENOENT, "vCPU 99");
    check_equal(vcpu_op(VCPUOP_is_up, 0, 0), 1, "but vCPU 0 is up");
    check_equal(sched_op(99, 0), -XEN_ENOSYS, "sched_op 99");
    check_equal(hvm_op(99, 0), -XEN_ENOSYS, "hvm_op 99");
    check_equal(hypercall2(__HYPERVISOR_physdev_op, 99, 0), -XEN_ENOSYS, "physdev_op 99");
    check_equal(hypercall2(__HYPERVISOR_vm_assist, 0, 99), -XEN_EINVAL, "an assistance 99");
    check_equal(hypercall2(__HYPERVISOR_vm_assist, 0, VMASST_TYPE_runstate_update_flag), 0, "but 5");
}

/* --- several in one --- */

static void test_multicall(void)
{
    struct multicall_entry batch[] = {
        {.op = __HYPERVISOR_xen_version, .args = {XENVER_version}},
        {.op = 63},
        {.op = __HYPERVISOR_multicall, .args = {0, 1}},
        {.op = 1UL << 32 | __HYPERVISOR_xen_version, .args = {XENVER_version}},
        {.op = __HYPERVISOR_xen_version, .args = {XENVER_pagesize}},
    };

    check_equal(hypercall2(__HYPERVISOR_multicall, batch, ARRAY_SIZE(batch)), 0, "several calls in one");
    check_equal(batch[0].result, 4 << 16 | 17, "the first has its result");
    check_equal(batch[1].result, -XEN_ENOSYS, "one that is not there has its error");
    check_equal(batch[2].result, -XEN_ENOSYS, "there is none within another");
    check_equal(batch[3].result, -XEN_ENOSYS, "a number is not cut to 32 bits");
    check_equal(batch[4].result, 4096, "and so has the last");
    check_equal(hypercall2(__HYPERVISOR_multicall, 0, 0), 0, "none in one");
}

void test_main(void)
{
    test_addresses();
    test_readonly();
    test_numbers();
    test_multicall();
}
