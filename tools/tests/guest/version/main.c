/* SPDX-License-Identifier: GPL-2.0-only */
/* xen_version: the interface that tools and kernels choose their ways by. */
#include <public/errno.h>
#include <public/features.h>
#include <public/version.h>
#include "guest.h"

void test_main(void)
{
    struct xen_feature_info features = {.submap_idx = 0};
    xen_extraversion_t extra;

    check_equal(xen_version(XENVER_version, 0), (4 << 16) | 17, "the interface is 4.17's");
    check_equal(xen_version(XENVER_extraversion, extra), 0, "there is an extra version");
    check_equal(xen_version(XENVER_get_features, &features), 0, "features can be asked for");
    check(features.submap & (1u << XENFEAT_auto_translated_physmap), "memory is translated for us");
    check(features.submap & (1u << XENFEAT_hvm_callback_vector), "events can come by a vector");
    check(features.submap & (1u << XENFEAT_dom0), "we are dom0");
    check_equal(xen_version(12345, 0), -XEN_ENOSYS, "an unknown question is refused");
    check_equal(hypercall2(__HYPERVISOR_xsm_op, 0, 0), -XEN_ENOSYS,
                "so is a hypercall that is not there");
}
