/* SPDX-License-Identifier: GPL-2.0-only */
/* The machine that unit tests run on: made-up memory, threads as CPUs, domains without vCPUs. */
#ifndef HOST_H
#define HOST_H

#include <xen/domain.h>
#include <xen/types.h>

/* Makes [start, end) RAM: backed by zeroes that cost nothing until touched, with page_infos. Before
 * heap_add_range(). */
void host_add_ram(paddr_t start, paddr_t end);
/* As never been: frame table, memory. */
void host_forget_ram(void);

/* Runs fn(cpu) on CPUs 0 to count - 1 at the same time, and waits for all. */
void host_run_cpus(unsigned int count, void (*fn)(unsigned int cpu));

/* A domain as far as memory is concerned; domain_find() and so on know it. */
struct domain *host_domain_create(domid_t domid, unsigned long max_pages);
/* References, its own existence among them. */
unsigned int host_domain_references(const struct domain *d);

/*
 * Small objects come from the C library, unless the test is about xmalloc.c.  The nth allocation
 * from now fails (0: none); did it? And how many objects there are.
 */
void host_fail_allocation(unsigned int nth);
bool host_allocation_failed(void);
unsigned int host_allocations(void);

/* Text that printk() has said since the last call; bounded. */
const char *host_console(void);

#endif
