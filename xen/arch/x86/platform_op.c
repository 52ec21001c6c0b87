/* SPDX-License-Identifier: GPL-2.0-only */
/* platform_op(argument): dom0 sets the clock and asks about processors. */
#include <public/platform.h>
#include <xen/acpi.h>
#include <xen/cpumask.h>
#include <xen/errno.h>
#include <xen/guest_access.h>
#include <xen/hypercall.h>
#include <xen/nospec.h>
#include <xen/time.h>

#define NSEC_PER_SEC 1000000000u

static int settime(uint64_t secs, uint32_t nsecs, uint64_t system_time)
{
    if (nsecs >= NSEC_PER_SEC || system_time > STIME_MAX)
        return -EINVAL;
    wallclock_set(secs, nsecs, system_time);
    return 0;
}

static int get_cpuinfo(uint64_t gva, struct xen_platform_op *op)
{
    struct xenpf_pcpuinfo *info = &op->u.pcpu_info;
    unsigned int cpu = info->xen_cpuid;

    info->max_present = acpi_cpu_count - 1;
    info->flags = XEN_PCPU_FLAGS_INVALID;
    info->apic_id = info->acpi_id = 0;
    if (cpu < acpi_cpu_count) {
        cpu = index_clamp(cpu, acpi_cpu_count);
        info->flags = cpumask_test(&cpu_online_map, cpu) ? XEN_PCPU_FLAGS_ONLINE : 0;
        info->apic_id = acpi_cpus[cpu].apic_id;
        info->acpi_id = acpi_cpus[cpu].acpi_id;
    }
    return guest_write_field(gva, op, u.pcpu_info);
}

long do_platform_op(struct hypercall *call)
{
    const uint64_t gva = call->arg[0];
    struct xen_platform_op op;

    if (guest_read(&op, gva))
        return -EFAULT;
    if (op.interface_version != XENPF_INTERFACE_VERSION)
        return -EACCES;
    switch (op.cmd) {
    case XENPF_settime32:
        return settime(op.u.settime32.secs, op.u.settime32.nsecs, op.u.settime32.system_time);
    case XENPF_settime64:
        if (op.u.settime64.mbz)
            return -EINVAL;
        return settime(op.u.settime64.secs, op.u.settime64.nsecs, op.u.settime64.system_time);
    case XENPF_get_cpuinfo:
        return get_cpuinfo(gva, &op);
    default:
        return -ENOSYS;
    }
}
