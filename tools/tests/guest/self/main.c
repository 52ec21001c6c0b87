/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What any domain may ask and tell of itself: xen_version's texts, its memory's types, its vCPUs' timers and records,
 * blocking, the reason to give when it ends.
 *
 * machine: smp=1 dom0_max_vcpus=2
 */
#include <public/errno.h>
#include <public/event_channel.h>
#include <public/hvm/hvm_op.h>
#include <public/memory.h>
#include <public/sched.h>
#include <public/vcpu.h>
#include <public/version.h>
#include "guest.h"

#define NOWHERE ((void *)0x800000000000UL)
#define EMPTY   0x60000000UL

static struct shared_info *shared;

/* --- version --- */

static void test_version(void)
{
    struct xen_compile_info info = {{0}};
    xen_capabilities_info_t capabilities;
    xen_changeset_info_t changeset;
    xen_domain_handle_t handle;
    xen_commandline_t line;

    check(!xen_version(XENVER_compile_info, &info) && info.compiler[0] && info.compile_date[0], "who compiled it, when");
    check(!xen_version(XENVER_capabilities, capabilities) && strstr(capabilities, "hvm-3.0-x86_64"), "what guests it has");
    check(!xen_version(XENVER_changeset, changeset) && changeset[0], "of which sources it is made");
    check_equal(xen_version(XENVER_guest_handle, handle), 0, "this domain's name");
    check(!xen_version(XENVER_commandline, line) && strstr(line, "console=com1"), "what it was told at boot");
    check_equal(xen_version(XENVER_build_id, NULL), -XEN_ENODATA, "it has no build id");
    check_equal(xen_version(99, NULL), -XEN_ENOSYS, "there is no question 99");
}

/* --- memory --- */

static long mem_type(uint64_t gfn, uint16_t *type)
{
    struct xen_hvm_get_mem_type arg = {.domid = DOMID_SELF, .pfn = gfn};
    long rc = hvm_op(HVMOP_get_mem_type, &arg);

    *type = arg.mem_type;
    return rc;
}

static void test_memory(void)
{
    struct xen_reserved_device_memory_map map = {.nr_entries = 7};
    struct xen_hvm_get_mem_type nobody = {.domid = 4711};
    uint16_t type;

    check(!mem_type((unsigned long)page_take(1) >> 12, &type) && type == HVMMEM_ram_rw, "memory is memory");
    check(!mem_type(EMPTY >> 12, &type) && type == HVMMEM_mmio_dm, "what is not there is a device's");
    check_equal(hvm_op(HVMOP_get_mem_type, &nobody), -XEN_ESRCH, "nobody has none");
    check(!memory_op(XENMEM_reserved_device_memory_map, &map) && !map.nr_entries, "no device has memory reserved");
    check_equal(memory_op(XENMEM_reserved_device_memory_map, NOWHERE), -XEN_EFAULT, "which is told somewhere");
}

static void test_hvm(void)
{
    struct xen_hvm_get_time first, second;
    struct xen_hvm_pagetable_dying dying = {.domid = DOMID_SELF};

    check_equal(hvm_op(HVMOP_get_time, &first), 0, "the time can be asked for");
    check(!hvm_op(HVMOP_get_time, &second) && second.now >= first.now, "and does not go back");
    check_equal(hvm_op(HVMOP_pagetable_dying, &dying), -XEN_EINVAL, "page tables have no shadows");
}

/* --- vCPUs --- */

static evtchn_port_t timer_port(void)
{
    struct evtchn_bind_virq virq = {.virq = VIRQ_TIMER, .vcpu = 0};

    if (event_channel_op(EVTCHNOP_bind_virq, &virq))
        test_error("the timer's virq cannot be bound");
    return virq.port;
}

static bool take_event(evtchn_port_t port)
{
    unsigned long bit = 1UL << (port % 64);

    return __atomic_fetch_and(&shared->evtchn_pending[port / 64], ~bit, __ATOMIC_SEQ_CST) & bit;
}

static void test_timers(void)
{
    struct vcpu_set_periodic_timer period = {.period_ns = 2000000};
    struct vcpu_set_singleshot_timer shot = {.timeout_abs_ns = ~0UL};
    evtchn_port_t port = timer_port();

    check_equal(vcpu_op(VCPUOP_set_periodic_timer, 0, &period), 0, "a timer every 2 ms");
    for (unsigned int i = 0; i < 3; i++)
        while (!take_event(port))
            sched_op(SCHEDOP_yield, 0);
    check(true, "fires again and again");
    check_equal(vcpu_op(VCPUOP_stop_periodic_timer, 0, 0), 0, "and stops");
    period.period_ns = 1000;
    check_equal(vcpu_op(VCPUOP_set_periodic_timer, 0, &period), -XEN_EINVAL, "not every microsecond");
    check_equal(vcpu_op(VCPUOP_set_periodic_timer, 0, NOWHERE), -XEN_EFAULT, "nor at times that are nowhere");
    check_equal(vcpu_op(VCPUOP_set_singleshot_timer, 0, &shot), 0, "once, at the end of time");
    check_equal(vcpu_op(VCPUOP_stop_singleshot_timer, 0, 0), 0, "or not at all");
    check_equal(vcpu_op(VCPUOP_set_singleshot_timer, 1, &shot), -XEN_EINVAL, "for oneself only");
    check_equal(vcpu_op(VCPUOP_stop_singleshot_timer, 1, 0), -XEN_EINVAL, "so also with stopping");
}

/* The timer's event ends it: whatever is pending counts, once upcalls are enabled. */
static void test_block(void)
{
    struct vcpu_set_singleshot_timer shot = {.timeout_abs_ns = 1};

    check_equal(vcpu_op(VCPUOP_set_singleshot_timer, 0, &shot), 0, "a time that has passed");
    check_equal(sched_op(SCHEDOP_block, 0), 0, "ends a wait without a limit");
    check(shared->vcpu_info[0].evtchn_upcall_pending, "by its event");
    check(!shared->vcpu_info[0].evtchn_upcall_mask, "for which upcalls are enabled");
}

static void test_vcpu_info(void)
{
    struct vcpu_register_vcpu_info arg = {.mfn = (unsigned long)page_take(1) >> 12, .offset = 64};
    struct vcpu_register_vcpu_info bad = arg;

    bad.offset = 4096 - 32;
    check_equal(vcpu_op(VCPUOP_register_vcpu_info, 0, &bad), -XEN_EINVAL, "a vCPU's record lies in one page");
    bad.offset = 3;
    check_equal(vcpu_op(VCPUOP_register_vcpu_info, 0, &bad), -XEN_EINVAL, "aligned");
    bad = arg;
    bad.mfn = EMPTY >> 12;
    check_equal(vcpu_op(VCPUOP_register_vcpu_info, 0, &bad), -XEN_EINVAL, "that is there");
    check_equal(vcpu_op(VCPUOP_register_vcpu_info, 0, &arg), 0, "it can be moved");
    check(((struct vcpu_info *)(arg.mfn * 4096 + 64))->evtchn_upcall_pending, "and takes what is pending along");
    check_equal(vcpu_op(VCPUOP_register_vcpu_info, 0, &arg), -XEN_EINVAL, "once");
}

/* --- assistance, and the end --- */

static void test_assist(void)
{
    check_equal(hypercall2(__HYPERVISOR_vm_assist, VMASST_CMD_enable, VMASST_TYPE_runstate_update_flag), 0,
                "records may be marked while they are written");
    check_equal(hypercall2(__HYPERVISOR_vm_assist, VMASST_CMD_disable, VMASST_TYPE_runstate_update_flag), 0, "or not");
    check_equal(hypercall2(__HYPERVISOR_vm_assist, 7, VMASST_TYPE_runstate_update_flag), -XEN_ENOSYS,
                "there is no third way");
}

static void test_shutdown_code(void)
{
    struct sched_shutdown code = {.reason = 99};

    check_equal(sched_op(SCHEDOP_shutdown_code, &code), -XEN_EINVAL, "there is no reason 99");
    check_equal(sched_op(SCHEDOP_shutdown, &code), -XEN_EINVAL, "neither to end");
    code.reason = SHUTDOWN_crash;
    check_equal(sched_op(SCHEDOP_shutdown_code, &code), 0, "a reason may be left");
}

static void map_shared(void)
{
    struct xen_add_to_physmap arg = {.domid = DOMID_SELF, .space = XENMAPSPACE_shared_info};

    shared = page_take(1);
    arg.gpfn = (unsigned long)shared >> 12;
    if (memory_op(XENMEM_add_to_physmap, &arg))
        test_error("the shared page cannot be mapped");
}

void test_main(void)
{
    map_shared();
    test_version();
    test_memory();
    test_hvm();
    test_timers();
    test_block();
    test_vcpu_info();
    test_assist();
    test_shutdown_code();
}
