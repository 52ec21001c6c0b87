/* SPDX-License-Identifier: GPL-2.0-only */
/* The sysctl door's rows, by the files that keep them. */
#ifndef XEN_SYSCTL_H
#define XEN_SYSCTL_H

#include <public/sysctl.h>
#include <xen/types.h>

typedef int sysctl_fn(struct xen_sysctl *op);

/* sysctl_host.c: memory, nodes, CPUs */
sysctl_fn sysctl_physinfo, sysctl_availheap, sysctl_getcpuinfo, sysctl_cputopoinfo, sysctl_numainfo;
sysctl_fn sysctl_pcitopoinfo, sysctl_page_offline_op, sysctl_get_node_claims;

/* The architecture */
sysctl_fn arch_sysctl_get_cpu_levelling_caps, arch_sysctl_get_cpu_featureset,
    arch_sysctl_get_cpu_policy;
void arch_physinfo(struct xen_sysctl_physinfo *info);
/* Where a CPU sits: numbers within the host. */
void arch_cpu_topology(unsigned int cpu, uint32_t *core, uint32_t *socket);

#endif
