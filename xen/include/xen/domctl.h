/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The domctl door's rows, by the files that keep them.  Each operation gets the domain (referenced,
 * privilege checked) and the copy of the argument that was read from the caller; what it leaves
 * there is stored back if its row says so.
 */
#ifndef XEN_DOMCTL_H
#define XEN_DOMCTL_H

#include <public/domctl.h>
#include <xen/types.h>

struct domain;

/* 0, -Exxx, or -ERESTART to be called again with the same argument. */
typedef int domctl_fn(struct domain *d, struct xen_domctl *op);

/* domctl_memory.c */
domctl_fn domctl_max_mem, domctl_claim_memory, domctl_get_node_pages;
domctl_fn domctl_setnodeaffinity, domctl_getnodeaffinity;

/* vnuma.c */
domctl_fn domctl_setvnumainfo;

/* domctl_sched.c */
domctl_fn domctl_getvcpuinfo, domctl_setvcpuaffinity, domctl_getvcpuaffinity;
domctl_fn domctl_scheduler_op, domctl_get_runstate_info;

/* The architecture: what the virtual machine is made of. */
domctl_fn arch_domctl_shadow_op, arch_domctl_get_paging_mempool_size,
    arch_domctl_set_paging_mempool_size;
domctl_fn arch_domctl_gettscinfo, arch_domctl_settscinfo, arch_domctl_settimeoffset;
domctl_fn arch_domctl_get_cpu_policy, arch_domctl_set_cpu_policy;
domctl_fn arch_domctl_gethvmcontext, arch_domctl_sethvmcontext, arch_domctl_gethvmcontext_partial;

/* domain_info.c: what getdomaininfo tells, also for sysctl's list */
void domain_info(struct domain *d, struct xen_domctl_getdomaininfo *info);
void arch_domain_info(const struct domain *d, struct xen_domctl_getdomaininfo *info);

#endif
