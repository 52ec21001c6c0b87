/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A toolstack in small, for test kernels that are dom0: domains are made, filled, started, looked into and ended.
 * Where a call returns a result, that is the hypervisor's; everything else ends the test when it fails.
 */
#ifndef GUEST_DOMAIN_H
#define GUEST_DOMAIN_H

#include <xen/types.h>
#include <public/domctl.h>
#include <public/sysctl.h>

/* Arguments with header filled in. */
struct xen_domctl domctl_for(uint32_t cmd, domid_t domid);
struct xen_sysctl sysctl_for(uint32_t cmd);

/* A paused PVH domain with all its vCPUs, that may have max_pages. */
domid_t domain_make(unsigned int vcpus, unsigned long max_pages);
/* Extents done. */
long domain_populate(domid_t domid, unsigned long gfn, unsigned long count, unsigned int order);
struct xen_domctl_getdomaininfo domain_info(domid_t domid);

/* A page of the domain's, or of its grant table, at an empty place `at` of ours; 0 or an error. */
long domain_page_map(domid_t domid, unsigned long gfn, void *at);
long domain_grant_frame_map(domid_t domid, unsigned int frame, void *at);
long domain_page_unmap(void *at);

/* Our initial RAM disk is the kernel of another test: it is loaded, gets the command line, and runs. */
void domain_load(domid_t domid, const char *cmdline);
/* Its first vCPU's context alone: the PVH entry at this address. */
void domain_context(domid_t domid, uint32_t entry);
void domain_run(domid_t domid);
/* Binds VIRQ_DOM_EXC, once, before the first wait. */
void domain_watch(void);
/* Waits until it has shut down; the reason. */
unsigned int domain_wait(domid_t domid);

/* Ends it and waits until nothing of it is left. */
void domain_end(domid_t domid);
bool domain_exists(domid_t domid);

struct xen_sysctl_physinfo host_info(void);
/* Free pages once they are what is wanted, or as they are after a while: dead domains are freed when every CPU has
 * passed a quiet point, and yielding lets them. */
uint64_t host_free_pages(uint64_t wanted);
long host_key(char key);

#endif
