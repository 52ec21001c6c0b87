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

/* --- making one --- */

/* A paused PVH domain that is to have so many vCPUs: of those none is there yet, nor any memory. */
domid_t domain_create(unsigned int vcpus);
/* With its vCPUs, and a limit to its memory. */
domid_t domain_make(unsigned int vcpus, unsigned long max_pages);
/* Extents done. */
long domain_populate(domid_t domid, unsigned long gfn, unsigned long count, unsigned int order);

/* --- one that is a copy of this kernel (domain_clone.c) --- */

/* Paused: its memory begins with our image as it is at this moment, and all its vCPUs are down. */
domid_t domain_clone(unsigned int vcpus);
/* vCPU n begins with fn(arg), interrupts off, on a stack of 4 KiB; when fn returns, it goes down. */
void domain_vcpu_start(domid_t domid, unsigned int n, void (*fn)(void *arg), void *arg);

/* --- one with the kernel of another test, which is our initial RAM disk (domain_load.c) --- */

void domain_load(domid_t domid, const char *cmdline);
/* Its first vCPU's context alone: the PVH entry at this address. */
void domain_context(domid_t domid, uint32_t entry);

/* --- looking into it --- */

struct xen_domctl_getdomaininfo domain_info(domid_t domid);

/* The page of the domain's that has the address, at a place that the library finds; a clone has its variables where we
 * have ours.  While it is mapped the domain cannot go. */
void *domain_map(domid_t domid, const void *address);
void domain_unmap(void *here);
/* A page of the domain's, or of its grant table, at an empty place `at` of ours; 0 or an error. */
long domain_page_map(domid_t domid, unsigned long gfn, void *at);
long domain_grant_frame_map(domid_t domid, unsigned int frame, void *at);
long domain_page_unmap(void *at);

/* --- its life --- */

void domain_pause(domid_t domid);
void domain_unpause(domid_t domid);
/* Hard affinity; bit n: CPU n. */
void domain_pin(domid_t domid, unsigned int vcpu, uint64_t cpus);
/* Binds VIRQ_DOM_EXC, once, before the first wait. */
void domain_watch(void);
/* Waits until it has shut down; the reason. */
unsigned int domain_wait(domid_t domid);

/* It begins to go. */
void domain_destroy(domid_t domid);
/* And waits until nothing of it is left. */
void domain_end(domid_t domid);
bool domain_exists(domid_t domid);

/* --- the host --- */

struct xen_sysctl_physinfo host_info(void);
/* Free pages once they are what is wanted, or as they are after a while: dead domains are freed when every CPU has
 * passed a quiet point, and yielding lets them. */
uint64_t host_free_pages(uint64_t wanted);
long host_key(char key);

#endif
