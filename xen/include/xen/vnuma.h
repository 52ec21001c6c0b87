/* SPDX-License-Identifier: GPL-2.0-only */
/* The NUMA topology that a toolstack gives a domain, and that the domain can ask for. */
#ifndef XEN_VNUMA_H
#define XEN_VNUMA_H

#include <xen/numa.h>

struct domain;

/* The node of the host behind a virtual one; NUMA_NO_NODE for any.  -EINVAL: the domain has no such. */
int vnuma_host_node(struct domain *d, unsigned int vnode, nodeid_t *node);
void vnuma_free(struct domain *d); /* after the last reference */

#endif
