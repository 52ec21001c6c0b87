/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a domain without privilege is refused, row by row: everything that controls a domain, be it the caller itself.
 * What a domain may do to itself works all the same.
 *
 * machine: smp=1
 * xen: dom0_privileged=no
 */
#include <public/domctl.h>
#include <public/errno.h>
#include <public/hvm/hvm_op.h>
#include <public/hvm/params.h>
#include <public/memory.h>
#include <public/sched.h>
#include <public/sysctl.h>
#include <public/version.h>
#include "guest.h"

static const uint32_t domctls[] = {
    XEN_DOMCTL_createdomain,        XEN_DOMCTL_destroydomain,           XEN_DOMCTL_pausedomain,
    XEN_DOMCTL_unpausedomain,       XEN_DOMCTL_getdomaininfo,           XEN_DOMCTL_setvcpuaffinity,
    XEN_DOMCTL_shadow_op,           XEN_DOMCTL_max_mem,                 XEN_DOMCTL_getvcpuinfo,
    XEN_DOMCTL_max_vcpus,           XEN_DOMCTL_scheduler_op,            XEN_DOMCTL_setdomainhandle,
    XEN_DOMCTL_settimeoffset,       XEN_DOMCTL_getvcpuaffinity,         XEN_DOMCTL_resumedomain,
    XEN_DOMCTL_gethvmcontext,       XEN_DOMCTL_sethvmcontext,           XEN_DOMCTL_gethvmcontext_partial,
    XEN_DOMCTL_gettscinfo,          XEN_DOMCTL_settscinfo,              XEN_DOMCTL_set_virq_handler,
    XEN_DOMCTL_setnodeaffinity,     XEN_DOMCTL_getnodeaffinity,         XEN_DOMCTL_get_cpu_policy,
    XEN_DOMCTL_set_cpu_policy,      XEN_DOMCTL_get_paging_mempool_size, XEN_DOMCTL_set_paging_mempool_size,
    XEN_DOMCTL_claim_memory,        XEN_DOMCTL_get_runstate_info,       XEN_DOMCTL_get_node_pages,
    XEN_DOMCTL_setvnumainfo,
};

static const uint32_t sysctls[] = {
    XEN_SYSCTL_readconsole,       XEN_SYSCTL_physinfo,        XEN_SYSCTL_sched_id,
    XEN_SYSCTL_getdomaininfolist, XEN_SYSCTL_debug_keys,      XEN_SYSCTL_getcpuinfo,
    XEN_SYSCTL_availheap,         XEN_SYSCTL_page_offline_op, XEN_SYSCTL_cputopoinfo,
    XEN_SYSCTL_numainfo,          XEN_SYSCTL_cpupool_op,      XEN_SYSCTL_scheduler_op,
    XEN_SYSCTL_pcitopoinfo,       XEN_SYSCTL_get_cpu_featureset, XEN_SYSCTL_get_cpu_policy,
    XEN_SYSCTL_get_node_claims,
};

static void test_domctl(void)
{
    struct xen_domctl op = {.interface_version = XEN_DOMCTL_INTERFACE_VERSION};

    for (unsigned int i = 0; i < ARRAY_SIZE(domctls); i++) {
        op.cmd = domctls[i];
        op.domain = op.cmd == XEN_DOMCTL_createdomain || op.cmd == XEN_DOMCTL_getdomaininfo ? 0 : DOMID_SELF;
        check_equal(domctl(&op), -XEN_EPERM, "domctl %u on oneself", op.cmd);
    }
    op.cmd = XEN_DOMCTL_pausedomain;
    op.domain = 4711;
    check_equal(domctl(&op), -XEN_ESRCH, "a domctl on nobody");
    op.cmd = 1999;
    check_equal(domctl(&op), -XEN_ENOSYS, "a domctl that is not there");
    op.interface_version = 1;
    check_equal(domctl(&op), -XEN_EACCES, "a domctl of another time");
}

static void test_sysctl(void)
{
    struct xen_sysctl op = {.interface_version = XEN_SYSCTL_INTERFACE_VERSION};

    for (unsigned int i = 0; i < ARRAY_SIZE(sysctls); i++) {
        op.cmd = sysctls[i];
        check_equal(sysctl(&op), -XEN_EPERM, "sysctl %u", op.cmd);
    }
    op.cmd = 1999;
    check_equal(sysctl(&op), -XEN_ENOSYS, "a sysctl that is not there");
}

static void test_memory(void)
{
    struct xen_memory_reservation r = {.nr_extents = 1, .domid = 0};
    struct xen_foreign_memory_map map = {.domid = DOMID_SELF};
    struct xen_pod_target pod = {.domid = DOMID_SELF};
    struct xen_mem_acquire_resource resource = {.domid = DOMID_SELF, .type = XENMEM_resource_grant_table};
    struct xen_add_to_physmap_batch batch = {.domid = DOMID_SELF, .space = XENMAPSPACE_gmfn_foreign, .size = 1};
    struct xen_vnuma_topology_info vnuma = {.domid = DOMID_SELF};
    domid_t self = DOMID_SELF;

    batch.u.foreign_domid = DOMID_SELF;
    check_equal(memory_op(XENMEM_claim_pages, &r), -XEN_EPERM, "claiming memory");
    check_equal(memory_op(XENMEM_set_memory_map, &map), -XEN_EPERM, "setting a memory map");
    check_equal(memory_op(XENMEM_set_pod_target, &pod), -XEN_EPERM, "setting a target");
    check_equal(memory_op(XENMEM_acquire_resource, &resource), -XEN_EPERM, "mapping a resource");
    check_equal(memory_op(XENMEM_add_to_physmap_batch, &batch), -XEN_EPERM, "mapping foreign pages");
    check_equal(memory_op(XENMEM_get_vnumainfo, &vnuma), -XEN_EOPNOTSUPP, "one's own virtual nodes may be asked for");
    check(memory_op(XENMEM_current_reservation, &self) > 0, "asking for one's own size is allowed");
    self = 4711;
    check_equal(memory_op(XENMEM_current_reservation, &self), -XEN_ESRCH, "but not for nobody's");
}

static void test_others(void)
{
    struct xen_hvm_param param = {.domid = DOMID_SELF, .index = HVM_PARAM_STORE_PFN, .value = 5};
    struct sched_remote_shutdown end = {.domain_id = DOMID_SELF, .reason = SHUTDOWN_poweroff};
    xen_commandline_t line;

    check_equal(hvm_op(HVMOP_set_param, &param), -XEN_EPERM, "placing one's own rings");
    check_equal(hvm_op(HVMOP_get_param, &param), 0, "finding them is allowed");
    param.index = HVM_PARAM_CALLBACK_IRQ;
    check_equal(hvm_op(HVMOP_set_param, &param), 0, "and to choose how events come");
    param.index = HVM_NR_PARAMS;
    check_equal(hvm_op(HVMOP_get_param, &param), -XEN_EINVAL, "there are 39 parameters");
    check_equal(sched_op(SCHEDOP_remote_shutdown, &end), -XEN_EPERM, "ending domains by remote");
    check_equal(xen_version(XENVER_commandline, line), 0, "the command line can be asked for");
    check(!strstr(line, "dom0_privileged"), "but is not told");
}

void test_main(void)
{
    test_domctl();
    test_sysctl();
    test_memory();
    test_others();
}
