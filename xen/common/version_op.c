/* SPDX-License-Identifier: GPL-2.0-only */
/* xen_version(command, argument): what this hypervisor is.  Everybody may ask; only dom0 sees the
 * command line. */
#include <public/version.h>
#include <xen/cmdline.h>
#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/guest_access.h>
#include <xen/guest_layout.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/sched.h>
#include <xen/string.h>
#include <xen/version.h>

/* A fixed-size text field of the interface, filled up with zeroes. */
static int text_to_guest(uint64_t gva, const char *text, size_t size)
{
    char buf[256] = "";
    size_t part = min(size, sizeof(buf));

    strlcpy(buf, text, part);
    return guest_copy_to(gva, buf, part) || guest_clear(gva + part, size - part) ? -EFAULT : 0;
}

static int compile_info(uint64_t gva)
{
    struct xen_compile_info info = {0};

    strlcpy(info.compiler, xen_compiler, sizeof(info.compiler));
    strlcpy(info.compile_by, xen_compile_by, sizeof(info.compile_by));
    strlcpy(info.compile_domain, xen_compile_domain, sizeof(info.compile_domain));
    strlcpy(info.compile_date, xen_compile_date, sizeof(info.compile_date));
    return guest_write(gva, &info);
}

static uint32_t features(const struct domain *d)
{
    uint32_t bits = 1u << XENFEAT_auto_translated_physmap | 1u << XENFEAT_hvm_callback_vector |
                    1u << XENFEAT_hvm_safe_pvclock | 1u << XENFEAT_memory_op_vnode_supported |
                    1u << XENFEAT_not_direct_mapped;

    if (d->is_hardware)
        bits |= 1u << XENFEAT_dom0;
    return bits;
}

static int get_features(uint64_t gva)
{
    struct xen_feature_info info;

    if (guest_read(&info, gva))
        return -EFAULT;
    if (info.submap_idx >= XENFEAT_NR_SUBMAPS)
        return -EINVAL;
    info.submap = features(current->domain);
    return guest_write_field(gva, &info, submap);
}

static int platform_parameters(uint64_t gva)
{
    struct xen_platform_parameters parameters = {.virt_start = HYPERVISOR_VIRT_START};

    return guest_write_as(LAYOUT_platform_parameters, gva, &parameters);
}

static int command_line(uint64_t gva)
{
    if (!current->domain->is_privileged)
        return text_to_guest(gva, "<denied>", sizeof(xen_commandline_t));
    return guest_copy_to(gva, saved_cmdline, sizeof(saved_cmdline));
}

long do_xen_version(struct hypercall *call)
{
    const uint64_t gva = call->arg[1];

    switch (call->arg[0]) {
    case XENVER_version:
        return xen_version_number;
    case XENVER_extraversion:
        return text_to_guest(gva, xen_extraversion, sizeof(xen_extraversion_t));
    case XENVER_compile_info:
        return compile_info(gva);
    case XENVER_capabilities:
        return text_to_guest(gva, "hvm-3.0-x86_32 hvm-3.0-x86_32p hvm-3.0-x86_64 ",
                             sizeof(xen_capabilities_info_t));
    case XENVER_changeset:
        return text_to_guest(gva, xen_changeset, sizeof(xen_changeset_info_t));
    case XENVER_platform_parameters:
        return platform_parameters(gva);
    case XENVER_get_features:
        return get_features(gva);
    case XENVER_pagesize:
        return PAGE_SIZE;
    case XENVER_guest_handle:
        return guest_copy_to(gva, current->domain->handle, sizeof(current->domain->handle));
    case XENVER_commandline:
        return command_line(gva);
    case XENVER_build_id:
        return -ENODATA;
    default:
        return -ENOSYS;
    }
}
