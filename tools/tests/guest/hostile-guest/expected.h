/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What random calls must come upon, by hypercall and operation: success, and each of these errors.  What is not in the
 * table must never succeed: operations that are not offered, and those of domctl and sysctl, which are not for guests.
 */
#ifndef HOSTILE_EXPECTED_H
#define HOSTILE_EXPECTED_H

#include <public/errno.h>
#include <public/event_channel.h>
#include <public/grant_table.h>
#include <public/hvm/hvm_op.h>
#include <public/memory.h>
#include <public/sched.h>
#include <public/vcpu.h>
#include <public/version.h>
#include "../hostile/hostile.h"

#define ALL_OPS 255

struct expected {
    uint8_t number, op;
    bool succeeds;
    uint8_t errors[7]; /* up to the first 0 */
};

#define OK(number, op, ...) {__HYPERVISOR_##number, op, true, {__VA_ARGS__}}
#define NO(number, op, ...) {__HYPERVISOR_##number, op, false, {__VA_ARGS__}}

static const struct expected expected[] = {
    NO(platform_op, ALL_OPS, XEN_EPERM),
    NO(console_io, ALL_OPS, XEN_EPERM),
    NO(physdev_op, ALL_OPS, XEN_EPERM),
    NO(sysctl, ALL_OPS, XEN_EPERM, XEN_EACCES, XEN_EFAULT, XEN_ENOSYS),
    NO(domctl, ALL_OPS, XEN_EPERM, XEN_ESRCH, XEN_EACCES, XEN_EFAULT, XEN_ENOSYS),
    OK(multicall, 0, XEN_EFAULT),
    OK(vm_assist, 0, XEN_EINVAL, XEN_ENOSYS),

    OK(memory_op, XENMEM_increase_reservation, OUTCOME_PART),
    OK(memory_op, XENMEM_decrease_reservation, OUTCOME_PART),
    OK(memory_op, XENMEM_populate_physmap, OUTCOME_PART),
    OK(memory_op, XENMEM_maximum_ram_page, XEN_EINVAL),
    OK(memory_op, XENMEM_current_reservation, XEN_EPERM, XEN_ESRCH, XEN_EFAULT, XEN_EINVAL),
    OK(memory_op, XENMEM_maximum_reservation, XEN_EPERM, XEN_ESRCH, XEN_EFAULT, XEN_EINVAL),
    OK(memory_op, XENMEM_maximum_gpfn, XEN_EPERM, XEN_ESRCH, XEN_EFAULT, XEN_EINVAL),
    OK(memory_op, XENMEM_add_to_physmap, XEN_EPERM, XEN_ESRCH, XEN_EFAULT, XEN_EINVAL, XEN_ENOSYS),
    OK(memory_op, XENMEM_add_to_physmap_batch, XEN_EPERM, XEN_ESRCH, XEN_EFAULT, XEN_EINVAL),
    OK(memory_op, XENMEM_remove_from_physmap, XEN_EPERM, XEN_ESRCH, XEN_EFAULT, XEN_EINVAL),
    OK(memory_op, XENMEM_exchange, XEN_EPERM, XEN_ESRCH, XEN_EFAULT, XEN_EINVAL),
    OK(memory_op, XENMEM_memory_map, XEN_EFAULT, XEN_EINVAL),
    NO(memory_op, XENMEM_set_memory_map, XEN_EPERM, XEN_ESRCH, XEN_EFAULT, XEN_EINVAL, XEN_E2BIG),
    NO(memory_op, XENMEM_set_pod_target, XEN_EPERM, XEN_ESRCH, XEN_EFAULT, XEN_EINVAL),
    NO(memory_op, XENMEM_get_pod_target, XEN_EPERM, XEN_ESRCH, XEN_EFAULT, XEN_EINVAL),
    OK(memory_op, XENMEM_get_sharing_freed_pages, XEN_EINVAL),
    OK(memory_op, XENMEM_get_sharing_shared_pages, XEN_EINVAL),
    NO(memory_op, XENMEM_claim_pages, XEN_EPERM, XEN_EFAULT, XEN_EINVAL),
    OK(memory_op, XENMEM_get_vnumainfo, XEN_EPERM, XEN_ESRCH, XEN_EFAULT, XEN_EINVAL, XEN_ENOBUFS),
    OK(memory_op, XENMEM_reserved_device_memory_map, XEN_EFAULT, XEN_EINVAL),
    NO(memory_op, XENMEM_acquire_resource, XEN_EPERM, XEN_ESRCH, XEN_EFAULT, XEN_EINVAL, XEN_EOPNOTSUPP),

    OK(xen_version, XENVER_version),
    OK(xen_version, XENVER_extraversion, XEN_EFAULT),
    OK(xen_version, XENVER_compile_info, XEN_EFAULT),
    OK(xen_version, XENVER_capabilities, XEN_EFAULT),
    OK(xen_version, XENVER_changeset, XEN_EFAULT),
    OK(xen_version, XENVER_platform_parameters, XEN_EFAULT),
    OK(xen_version, XENVER_get_features, XEN_EFAULT, XEN_EINVAL),
    OK(xen_version, XENVER_pagesize),
    OK(xen_version, XENVER_guest_handle, XEN_EFAULT),
    OK(xen_version, XENVER_commandline, XEN_EFAULT),
    NO(xen_version, XENVER_build_id, XEN_ENODATA),

    OK(grant_table_op, GNTTABOP_map_grant_ref, XEN_EFAULT, OUTCOME_GRANT(GNTST_general_error),
       OUTCOME_GRANT(GNTST_bad_domain), OUTCOME_GRANT(GNTST_bad_gntref), OUTCOME_GRANT(GNTST_bad_virt_addr),
       OUTCOME_GRANT(GNTST_bad_page)),
    OK(grant_table_op, GNTTABOP_unmap_grant_ref, XEN_EFAULT, OUTCOME_GRANT(GNTST_bad_handle),
       OUTCOME_GRANT(GNTST_bad_virt_addr)),
    OK(grant_table_op, GNTTABOP_copy, XEN_EFAULT, OUTCOME_GRANT(GNTST_general_error),
       OUTCOME_GRANT(GNTST_bad_domain), OUTCOME_GRANT(GNTST_permission_denied), OUTCOME_GRANT(GNTST_bad_page),
       OUTCOME_GRANT(GNTST_bad_copy_arg)),
    OK(grant_table_op, GNTTABOP_query_size, XEN_EFAULT, OUTCOME_GRANT(GNTST_bad_domain),
       OUTCOME_GRANT(GNTST_permission_denied)),
    OK(grant_table_op, GNTTABOP_set_version, XEN_EFAULT, XEN_EINVAL, XEN_ENOSYS),
    OK(grant_table_op, GNTTABOP_get_version, XEN_EPERM, XEN_ESRCH, XEN_EFAULT, XEN_EINVAL),

    NO(vcpu_op, VCPUOP_initialise, XEN_ENOENT, XEN_EFAULT, XEN_EINVAL),
    OK(vcpu_op, VCPUOP_up, XEN_ENOENT, XEN_EINVAL),
    OK(vcpu_op, VCPUOP_is_up, XEN_ENOENT),
    OK(vcpu_op, VCPUOP_get_runstate_info, XEN_ENOENT, XEN_EFAULT),
    OK(vcpu_op, VCPUOP_register_runstate_memory_area, XEN_ENOENT, XEN_EFAULT, XEN_EINVAL),
    OK(vcpu_op, VCPUOP_set_periodic_timer, XEN_ENOENT, XEN_EFAULT, XEN_EINVAL),
    OK(vcpu_op, VCPUOP_stop_periodic_timer, XEN_ENOENT),
    OK(vcpu_op, VCPUOP_set_singleshot_timer, XEN_ENOENT, XEN_EFAULT, XEN_EINVAL, XEN_ETIME),
    OK(vcpu_op, VCPUOP_stop_singleshot_timer, XEN_ENOENT, XEN_EINVAL),
    OK(vcpu_op, VCPUOP_register_vcpu_info, XEN_ENOENT, XEN_EFAULT, XEN_EINVAL),

    OK(sched_op, SCHEDOP_yield),
    OK(sched_op, SCHEDOP_poll, XEN_EFAULT, XEN_EINVAL),
    NO(sched_op, SCHEDOP_remote_shutdown, XEN_EPERM, XEN_ESRCH, XEN_EFAULT),
    OK(sched_op, SCHEDOP_shutdown_code, XEN_EFAULT, XEN_EINVAL),

    OK(event_channel_op, EVTCHNOP_bind_interdomain, XEN_ESRCH, XEN_EFAULT, XEN_EINVAL),
    OK(event_channel_op, EVTCHNOP_bind_virq, XEN_ENOENT, XEN_EFAULT, XEN_EEXIST, XEN_EINVAL),
    OK(event_channel_op, EVTCHNOP_close, XEN_EFAULT, XEN_EINVAL),
    OK(event_channel_op, EVTCHNOP_send, XEN_EFAULT, XEN_EINVAL),
    OK(event_channel_op, EVTCHNOP_status, XEN_EPERM, XEN_ESRCH, XEN_EFAULT, XEN_EINVAL),
    OK(event_channel_op, EVTCHNOP_alloc_unbound, XEN_EPERM, XEN_ESRCH, XEN_EFAULT, XEN_ENOSPC),
    OK(event_channel_op, EVTCHNOP_bind_ipi, XEN_ENOENT, XEN_EFAULT, XEN_ENOSPC),
    OK(event_channel_op, EVTCHNOP_bind_vcpu, XEN_ENOENT, XEN_EFAULT, XEN_EINVAL),
    OK(event_channel_op, EVTCHNOP_unmask, XEN_EFAULT, XEN_EINVAL),
    OK(event_channel_op, EVTCHNOP_reset, XEN_EPERM, XEN_ESRCH, XEN_EFAULT),
    OK(event_channel_op, EVTCHNOP_init_control, XEN_ENOENT, XEN_EFAULT, XEN_EINVAL),
    OK(event_channel_op, EVTCHNOP_expand_array, XEN_EFAULT, XEN_EINVAL),
    OK(event_channel_op, EVTCHNOP_set_priority, XEN_EFAULT, XEN_EINVAL, XEN_ENOSYS),

    OK(hvm_op, HVMOP_set_param, XEN_EPERM, XEN_ESRCH, XEN_EFAULT, XEN_EINVAL),
    OK(hvm_op, HVMOP_get_param, XEN_EPERM, XEN_ESRCH, XEN_EFAULT, XEN_EINVAL),
    NO(hvm_op, HVMOP_pagetable_dying, XEN_EINVAL),
    OK(hvm_op, HVMOP_get_time, XEN_EFAULT),
    OK(hvm_op, HVMOP_get_mem_type, XEN_EPERM, XEN_ESRCH, XEN_EFAULT),
    OK(hvm_op, HVMOP_set_evtchn_upcall_vector, XEN_ENOENT, XEN_EFAULT, XEN_EINVAL),
};

#undef OK
#undef NO

#endif
